"""Which tests `make test-fast` leaves out: those that need a server, start programs, or are noted as slow in tests/slow.txt.

The first two are read off a test's fixtures, the third is measured: `make test-times` runs all tests and writes the list anew.
Time is the processor's, which is the same on a busy machine; what waits long by the clock is slow, too.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LONG = "SYNTH_TEST_LONG" in os.environ  # also with the PostgreSQL that comes along, another version than the system's
SERVERS = {"database", "target", "embedded_server"}  # fixtures of tests/conftest.py that give a database of any kind
FILES = {"sqlite", "duckdb"}  # kinds that need no server
PROGRAMS = {"environment"}  # the fixture of whatever starts Python again
LIST = Path(__file__).resolve().parents[1] / "slow.txt"
CASE_S, ALL_S = 0.25, 0.6  # seconds of the processor that one case, or all cases of a test, may take
WAIT_S = 8.0  # and by the clock
HEAD = "# Tests, and files of tests, that `make test-fast` leaves out for their time. `make test-times` writes this list anew.\n"

_BEGAN = pytest.StashKey[tuple[float, float]]()
_cases: dict[str, list[tuple[float, float]]] = defaultdict(list)  # by test: each case's seconds, processor and clock


def test_of(node: str) -> str:
    """A test's name without its parameters: tests/sql/test_sql_decimals.py::test_rounded_quotients."""
    return node.partition("[")[0]


def noted() -> set[str]:
    """The tests on the list, and files whose tests share something slow: these are kept by hand."""
    lines = LIST.read_text("utf-8").splitlines() if LIST.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def needs_server(item: pytest.Item) -> bool:
    """Whether a test asks for a database, and not, by its parameters, for one that is a file."""
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009
    asked = {name for name in SERVERS if name in definitions and definitions[name][-1].baseid == "tests"}
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    words = {word for each in parameters for word in str(each).replace("-", " ").split()}
    return bool(asked) and not words & FILES


def _seconds() -> tuple[float, float]:
    """What the processor has done for this process and its ended children, and the clock."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used), time.perf_counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--note-slow", action="store_true", help="write the slow ones of the tests that run to tests/slow.txt"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = noted()
    left_out = set() if LONG or config.getoption("keyword") else _left_out(items)
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if needs_server(item):
            item.add_marker("server")
        test = test_of(item.nodeid)
        if PROGRAMS & set(item.fixturenames) or {test, test.partition("::")[0]} & slow:
            item.add_marker("slow")


def _left_out(items: list[pytest.Item]) -> set[pytest.Item]:
    """The cases of tests that are marked `some(n)` but n of them, spread so that each of several parameters changes."""
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("some"):
            cases[test_of(item.nodeid)].append(item)
    found: set[pytest.Item] = set()
    for each in cases.values():
        marker = each[0].get_closest_marker("some")
        assert marker is not None
        found |= set(each) - {each[place] for place in spread(len(each), marker.args[0])}
    return found


def spread(count: int, some: int) -> list[int]:
    """Places of some among `count`, by steps of about the golden section: no step of a grid's, so no value comes alone."""
    step = next(step for step in range(max(1, round(count * 0.382)), 2 * count + 2) if math.gcd(step, count) == 1)
    return [place * step % count for place in range(min(some, count))]


def pytest_collection_finish() -> None:
    """What is imported and collected lives as long as the run: the collector need not walk it after every test."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """In the end it may: libraries look for what was left."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Measure a case with its fixtures; the result travels with the report of its end."""
    item.stash[_BEGAN] = _seconds()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    report = yield
    if report.when == "teardown":
        used = [now - then for now, then in zip(_seconds(), item.stash[_BEGAN], strict=True)]
        report.user_properties.append(("seconds", used))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the process that hears of all."""
    if report.when == "teardown":
        _cases[test_of(report.nodeid)].append(tuple(dict(report.user_properties)["seconds"]))


def slow_ones() -> dict[str, float]:
    """The tests of this run that are slow, and the seconds that the processor had to do for each."""
    return {
        name: sum(processor for processor, _ in cases)
        for name, cases in sorted(_cases.items())
        if any(processor > CASE_S or clock > WAIT_S for processor, clock in cases)
        or sum(processor for processor, _ in cases) > ALL_S
    }


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    found = slow_ones()
    if config.getoption("note_slow"):
        LIST.write_text(HEAD + "".join(f"{name}\n" for name in sorted({*found, *(noted() - {*_cases})})), "utf-8")
    elif "not slow" in (config.option.markexpr or "") and found:
        terminalreporter.section("too slow for this run: `make test-times` notes them, or add them to tests/slow.txt")
        for name, seconds in found.items():
            terminalreporter.line(f"{seconds:6.1f} s  {name}")
