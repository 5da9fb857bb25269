"""What several test files share: one small finished run, the program as a process, and databases."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import synth
from tests.support import watchdog
from tests.support.speed import (  # noqa: F401
    pytest_addoption,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
    pytest_terminal_summary,
    pytest_unconfigure,
)
from tests.support.targets import EACH, Target, url_of

ROOT = Path(__file__).resolve().parent.parent

# each program that tests start would else compile the package anew, a quarter of its time, where Python is told to keep nothing
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# assertions of these say what they compared, as those of tests do
pytest.register_assert_rewrite("tests.support.ddl", "tests.support.mssql", "tests.support.refusals")


def pytest_configure(config: pytest.Config) -> None:
    """A worker of a run that is killed is killed as well."""
    if hasattr(config, "workerinput"):
        watchdog.die_with_parent()


@pytest.fixture(scope="session", autouse=True)
def _guarded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Servers that tests start in their own folders end with the run, also when it is killed."""
    watchdog.watch(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `ecommerce` at scale 0.02, as Parquet. Copy it before you change it."""
    from synth.api import make_plan
    from synth.job.generate import generate

    out = tmp_path_factory.mktemp("shop")
    return generate(make_plan("ecommerce", scale=0.02), out).folder


@pytest.fixture(scope="session")
def books():
    """A small dataset with windows, a gathered table and rollups in two phases."""
    from synth.spec.load import load

    return load(ROOT / "tests" / "support" / "books.yaml")


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment in which `python -m synth` is this checkout's."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def run(environment):
    """Run `python -m synth WORDS` to its end."""

    def program(*words: str, **options) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "synth", *words],
            capture_output=True,
            text=True,
            check=False,
            **{"env": environment, **options},
        )

    return program


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Finished runs, each made once: (dataset, scale, seed, until, workers) -> summary."""

    @cache
    def run(dataset, scale, seed=42, until=None, workers=1):
        plan = synth.make_plan(dataset, scale=scale, seed=seed, until=until)
        return synth.generate(plan, tmp_path_factory.mktemp(dataset), workers=workers)

    return run


@pytest.fixture(scope="module")
def tables_of():
    """All tables of a finished run, by name."""

    @cache
    def read(folder):
        return {path.name: pl.read_parquet(path / "*.parquet") for path in folder.glob("[!.]*") if path.is_dir()}

    return lambda summary: read(summary.folder)


@pytest.fixture(scope="session")
def database(request):
    """A database by the name of its dialect, started when it is first asked for and stopped at the end."""
    from tests.support.servers import SERVERS

    started = {}

    def get(name: str):
        if name not in started:
            started[name] = SERVERS[name]()
            request.addfinalizer(started[name].stop)
        return started[name]

    return get


@pytest.fixture(scope="session")
def embedded_server():
    """The URL of a PostgreSQL that comes with the program; not in pytest's folder, which other runs close to the server."""
    from synth.databases.postgres import embedded

    with tempfile.TemporaryDirectory(prefix="synth-embedded-") as out:
        watchdog.watch(Path(out), remove=True)
        yield embedded.start(Path(out)).url()
        embedded.stop(Path(out))


@pytest.fixture(params=EACH)
def target(request, tmp_path):
    """Each database that can be loaded, in its usual way, without datasets of ours; what a test makes in it goes as well."""
    found = Target(request.param, url_of(request.param, request, tmp_path))
    yield found
    found.clear()
