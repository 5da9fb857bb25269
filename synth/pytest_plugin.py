"""Fixtures for the tests of others: a seeded folder, or a database that holds one, made once a session.

They are there wherever the library is installed; each is a function that takes a dataset and the words of `make_plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["synth_database", "synth_folder"]

SCALE = 0.01  # where none is named: a thousand orders, a moment


@pytest.fixture(scope="session")
def synth_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a dataset's folder: `synth_folder("ecommerce", scale=0.1)`; the same words give the same folder."""
    made: dict[str, Path] = {}

    def folder(dataset: str | Path, *, format: str = "parquet", **words: Any) -> Path:
        from synth.api import make_plan
        from synth.job.generate import generate

        key = repr((str(dataset), format, sorted(words.items())))
        if key not in made:
            plan = make_plan(dataset, **{"scale": SCALE, **words})
            made[key] = Path(generate(plan, tmp_path_factory.mktemp("synth"), format=format).folder)
        return made[key]

    return folder


@pytest.fixture(scope="session")
def synth_database(
    synth_folder: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """Load a dataset and give the database's URL: `synth_database("ecommerce")` is a DuckDB file.

    `into="sqlite"` is a SQLite file, `into="postgres"` the embedded PostgreSQL (extra `embedded`), any other
    text a URL of yours.
    The same words give the same database; what is in a place of yours already stays, and is an error.
    """
    loaded: dict[str, str] = {}
    servers: list[Path] = []

    def database(dataset: str | Path, *, into: str = "duckdb", **words: Any) -> str:
        from synth.actions import load_into

        key = repr((str(dataset), into, sorted(words.items())))
        if key not in loaded:
            url = into
            if into in ("duckdb", "sqlite"):
                url = f"{into}:///{tmp_path_factory.mktemp('synth') / f'test.{into}'}"
            elif into == "postgres":
                url = _started(tmp_path_factory, servers)
            load_into(synth_folder(dataset, **words), url)
            loaded[key] = url
        return loaded[key]

    yield database
    for home in servers:
        from synth.databases.postgres import embedded

        embedded.stop(home)


def _started(folders: pytest.TempPathFactory, servers: list[Path]) -> str:
    """Start a PostgreSQL for these rows alone, as datasets share no schema."""
    from synth.databases.postgres import embedded

    home = folders.mktemp("synth")
    address = embedded.start(home)
    servers.append(home)
    return str(address)
