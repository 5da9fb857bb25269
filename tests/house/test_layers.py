"""The architecture is a list, and these tests read it: imports go one way, heavy libraries stay in their rooms."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "synth"
FILES = sorted(ROOT.rglob("*.py"))

LAYERS = [
    "errors", "progress", "dtypes", "columns", "texts", "streams", "fingerprint", "sql", "generators", "spec", "translate", "plan", "draw",
    "ddl", "formats", "databases", "store", "existing", "loading", "runners", "job", "verify", "api", "terminal", "cli", "__main__",
]  # fmt: skip

ONLY_HERE = {
    "numpy.random": {"streams.py"},
    "pyarrow": {
        "columns.py",
        "texts.py",
        "generators/keys.py",
        "store/rollup_parts.py",
        "formats/parquet.py",
        "formats/arrow.py",
        "formats/format.py",
    },
    "duckdb": {
        "databases/duckdb/connection.py",
        "formats/format.py",
        "store/reading.py",
        "verify/files.py",
        "verify/rehearse.py",
    },
    "sqlite3": {"databases/sqlite/connection.py"},
    "adbc_driver_sqlite": {"databases/sqlite/connection.py"},
    "sqlglot": {
        "translate/conditions.py",
        "translate/numeric.py",
        "translate/queries.py",
        *(f"translate/portable/{name}.py" for name in ("kinds", "numbers", "statements", "texts", "values")),
        "sql/parse.py",
        "sql/compile.py",
        "sql/select.py",
    },  # fmt: skip
    "yaml": {"spec/load.py"},
    "faker": {"generators/person.py"},
    "rich": {"terminal.py"},
    "typer": {"cli/__init__.py", "cli/data.py", "cli/databases.py", "cli/words.py"},
    "multiprocessing": {"runners/processes.py"},
}

ROW_LOOPS = {
    "iter_rows", "iterrows", "itertuples", "to_pylist", "to_list", "to_dicts", "tolist", "vectorize", "map_elements", "map_rows",
}  # fmt: skip

# Where few values are walked: distinct texts (MD5 has no vectorised form), names of a list, the spec's rows for DDL.
FEW = {"fingerprint.py": {"to_list"}, "texts.py": {"to_list"}, "person.py": {"tolist"}}


def layer(path: Path) -> int:
    first = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return LAYERS.index(first) if first != "__init__" else len(LAYERS)


def imports(path: Path):
    """(module, whether only for type checkers, whether inside a function)."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, id(node) in typing_only
            for name in node.names:
                yield f"{node.module}.{name.name}", id(node) in typing_only


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_go_down(path):
    for module, _ in imports(path):
        if module.startswith("synth.") and path != ROOT / "__init__.py":
            other = module.split(".")[1]
            if other in LAYERS:
                assert LAYERS.index(other) <= layer(path), f"{path.name} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_heavy_libraries_stay_in_their_rooms(path):
    here = path.relative_to(ROOT).as_posix()
    for module, typing_only in imports(path):
        for library, rooms in ONLY_HERE.items():
            if not typing_only and (module == library or module.startswith(library + ".")):
                assert here in rooms, f"{here} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_python_loop_over_rows(path):
    tree = ast.parse(path.read_text())
    called = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    found = (called & ROW_LOOPS) - FEW.get(path.name, set())
    assert not found, f"{path.name} walks rows with {found}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_wall_clock_and_no_stray_randomness(path):
    text = path.read_text()
    for word in ("datetime.now", "date.today", "utcnow", "default_rng", "random.seed", "time.time("):
        assert word not in text, f"{path.name} uses {word}"


def test_files_stay_small():
    long = {p.name: n for p in FILES if (n := len(p.read_text().splitlines())) > 430}
    assert not long, f"split by idea: {long}"


def test_faker_is_never_called_for_a_row():
    text = (ROOT / "generators" / "person.py").read_text()
    assert "Faker(" not in text and "faker.Faker" not in text
    assert text.count('import_module(f"faker.providers.person') == 1
