"""What is imported, generated and loaded into the same kind of database has the catalogue of its source, less what is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synth.importing.ddl import read_ddl
from synth.importing.drafting.make import renamed
from synth.importing.found import Found
from synth.importing.live import read_database
from synth.importing.run import import_spec
from synth.job.generate import generate
from synth.plan.make import make
from tests.importing.test_live_datasets import KEEPS_NO, facts
from tests.support.targets import Target, url_of

CORPUS = [path for path in sorted((Path(__file__).parent / "corpus").glob("*.sql")) if ".tsql." not in path.name]

# What is otherwise afterwards, by schema, and why; each is told by the import, or by DDL's own words
OTHERWISE = {
    "pagila": ["film: ('column', 'fulltext'"],  # a search vector, which stays NULL
    "northwind": ["order_details: ('check'"],  # PostgreSQL compares a real with a double, and says so
}


def promises(found: Found, lacking: set[str]) -> set[str]:
    """What a catalogue says, less defaults, numbering and where numbers begin: import tells them, and DDL has its own."""
    tables = [
        replace(
            table,
            columns=tuple(replace(each, default=None, numbered=False, starts_at=None) for each in table.columns),
        )
        for table in found.tables
    ]
    return facts(replace(found, tables=tuple(tables)), {*lacking, "names"})


@pytest.mark.some(5)
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_it_has_the_catalogue_of_its_source(path, request, tmp_path):
    name, kind = path.name.split(".")[:2]
    imported = import_spec(path, tmp_path / "spec.yaml", dialect=kind, name=f"back_{name}")
    run = generate(make(imported.dataset, scale=0.1), tmp_path / "out")
    target = Target(kind, url_of(kind, request, tmp_path))
    try:
        target.load(run.folder)
        there = read_database(target.address, schema="main" if kind == "sqlite" else f"back_{name}")
    finally:
        target.clear()
    source = renamed(read_ddl(path.read_text("utf-8"), dialect=kind), [])
    wanted, found = promises(source, KEEPS_NO[kind]), promises(there, KEEPS_NO[kind])
    more = {
        each for each in found - wanted if "('unique'" not in each
    }  # a column that sets rows of a wider group apart
    apart = {*(wanted - found), *more}
    assert not {each for each in apart if not each.startswith(tuple(OTHERWISE.get(name, ())) or "-")}
    for table in source.tables:
        defaults = [column.name for column in table.columns if column.default and not column.numbered]
        notes = [note.what for note in imported.notes if note.where == table.name]
        assert all(any(column in note for note in notes) for column in defaults)
