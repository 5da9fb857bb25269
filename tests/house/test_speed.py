"""What `make test-fast` leaves out is what it should."""

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path

from tests.support.speed import LIST, noted, spread

ROOT = Path(__file__).resolve().parents[2]


def functions_of(path: Path) -> set[str]:
    """The names of a file's tests."""
    if not path.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def test_the_list_of_slow_tests_names_tests_that_are_there():
    tests = {name for name in noted() if "::" in name}
    stale = [name for name in tests if name.partition("::")[2] not in functions_of(ROOT / name.partition("::")[0])]
    stale += [name for name in noted() - tests if not (ROOT / name).is_file()]
    assert not stale, f"take them out of tests/{LIST.name}, or let `make test-times` write it anew: {stale}"


CONFTEST = """
import pytest

@pytest.fixture
def database(): pass
@pytest.fixture(params=["sqlite", "postgres"])
def target(request, database): pass
@pytest.fixture
def embedded_server(): pass
@pytest.fixture
def environment(): pass
@pytest.fixture
def run(environment): pass
"""
TESTS = """
import time
import pytest

@pytest.fixture
def there(target): pass
def test_of_each(target): pass
def test_by_another(there): pass
def test_of_one(database): pass
@pytest.mark.parametrize("name", ["duckdb-csv", "mysql-csv"])
def test_by_name(name, database): pass
def test_embedded(embedded_server): pass
def test_program(run): pass
def test_plain(tmp_path): pass
@pytest.mark.slow
def test_marked(): pass
def test_long():
    end = time.process_time() + 1.1
    while time.process_time() < end: pass
"""
OWN = """
import pytest

@pytest.fixture
def target(): pass
def test_own(target): pass
"""
FAST = {
    "test_of_each[sqlite]",
    "test_by_another[sqlite]",
    "test_by_name[duckdb-csv]",
    "test_plain",
    "test_long",
    "test_own",
}


def test_marks_are_read_off_fixtures_and_what_is_long_is_told(environment, tmp_path):
    (tmp_path / "tests").mkdir()
    for name, text in (("conftest", CONFTEST), ("test_it", TESTS), ("test_own", OWN)):
        (tmp_path / "tests" / f"{name}.py").write_text(text)
    words = ["-v", "-p", "no:cacheprovider", "-p", "tests.support.speed", "-m", "not server and not slow"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "--rootdir", str(tmp_path), "--import-mode=importlib"],
        capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert {*re.findall(r"::(\S+) PASSED", done.stdout)} == FAST, done.stdout + done.stderr
    told = done.stdout.partition("too slow for this run")[2]
    assert "::test_long" in told and "::test_plain" not in told


GRID = """
import pytest

@pytest.mark.some(4)
@pytest.mark.parametrize("a", range(3))
@pytest.mark.parametrize("b", range(4))
def test_grid(a, b): pass
def test_plain(): pass
"""


def test_some_cases_of_a_grid_are_left_to_the_long_run(environment, tmp_path):
    (tmp_path / "test_it.py").write_text(GRID)
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.support.speed",
        "--rootdir",
        ".",
    ]
    plain = {name: text for name, text in environment.items() if name != "SYNTH_TEST_LONG"}

    def passed(*more, **variables):
        ran = subprocess.run([*words, *more], capture_output=True, text=True, env=plain | variables, cwd=tmp_path)
        return re.findall(r"::(\S+) PASSED", ran.stdout)

    some = passed()
    assert len(some) == 5 and "test_plain" in some
    cells = [name.partition("[")[2].strip("]").split("-") for name in some if "[" in name]
    assert {b for b, _ in cells} >= {"0", "1", "3"} and {a for _, a in cells} >= {"0", "2"}
    assert len(passed(SYNTH_TEST_LONG="1")) == len(passed("-k", "grid or plain")) == 13


def test_a_spread_is_even_on_both_sides_of_a_grid():
    for rows, columns in itertools.product(range(2, 9), range(2, 9)):
        places = spread(rows * columns, max(rows, columns))
        assert len(set(places)) == max(rows, columns)
        assert len({place // columns for place in places}) >= rows / 2
        assert len({place % columns for place in places}) >= columns / 2
