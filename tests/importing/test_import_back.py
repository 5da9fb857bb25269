"""What is imported, generated and loaded into the same kind of database has the catalogue of its source, less what is told."""

from __future__ import annotations

import re
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

# What is otherwise afterwards, by schema: each line as it is in one of the catalogues, and why
OTHERWISE = {
    "northwind": {  # PostgreSQL says that it compares a real with a double
        "order_details: ('check', '(discount >= 0 AND discount <= 1)')",
        "order_details: ('check', '(CAST(discount AS DOUBLE) >= 0 AND CAST(discount AS DOUBLE) <= 1)')",
    },
}
# Types that are others afterwards, by kind or schema: as which type a column comes back. All of it is told
OTHER_TYPES = {
    "mysql": {"datetime": "datetime(6)", "timestamp": "datetime(6)"},  # moments are drawn to the microsecond
    "pagila": {"mpaa_rating": "film_rating", "year": "integer"},  # types that the source has made for itself
    "sakila": {"geometry": "longtext", "tinyint unsigned": "smallint"},  # of a key, which would have too few numbers
}
TEXTS = (
    "text",
    "char",
    "clob",
    "json",
    "enum",
    "set",
    "uuid",
    "uniqueidentifier",
    "mpaa",
    "bpchar",
)  # types that are texts


def promises(found: Found, lacking: set[str]) -> set[str]:
    """What a catalogue says, less defaults, numbering and starts, which are looked at apart."""
    tables = [
        replace(
            table,
            columns=tuple(replace(each, default=None, numbered=False, starts_at=None) for each in table.columns),
        )
        for table in found.tables
    ]
    return facts(replace(found, tables=tuple(tables)), {*lacking, "names"})


ALIASES = {
    "postgres": {
        "int": "integer", "int2": "smallint", "int4": "integer", "int8": "bigint", "serial": "integer", "bigserial": "bigint",
        "smallserial": "smallint", "bool": "boolean", "varchar": "character varying", "char": "character", "bpchar": "character",
        "decimal": "numeric", "timestamp": "timestamp without time zone", "time": "time without time zone",
        "timestamptz": "timestamp with time zone", "float8": "double precision", "float": "double precision", "double": "double precision",
    },
    "mysql": {
        "integer": "int", "bool": "tinyint", "boolean": "tinyint", "dec": "decimal", "numeric": "decimal", "character": "char",
    },
    "sqlite": {},
    "duckdb": {"int": "integer", "text": "varchar", "string": "varchar", "numeric": "decimal", "int4": "integer",
               "double precision": "double"},
}  # fmt: skip


def kept(found: Found, kind: str) -> dict[tuple[str, str], str]:
    """The types of columns as the source spells them, in the words that the server itself has for them."""
    made = {}
    for table in found.tables:
        for column in table.columns:
            words = re.sub(r"\s*([(),])\s*", r"\1", " ".join(column.source_type.lower().replace('"', "").split()))
            words = re.sub(
                r"(int|year)\(\d+\)", r"\1", words.rpartition("public.")[2]
            )  # MariaDB shows how wide it writes them
            if kind == "duckdb":  # which keeps no lengths
                words = re.sub(r"^(var)?char\(.*", "varchar", words)
            name, rest = re.fullmatch(r"([a-z0-9_. ]+?)(\(.*|\[.*|)", words).groups()
            name = name.replace("unsigned", " unsigned").replace("  ", " ").strip()
            first, *behind = ALIASES[kind].get(name, name).split()
            made[table.name, column.name] = " ".join([ALIASES[kind].get(first, first), *behind]) + rest
    return made


def stricter(source: Found) -> set[str]:
    """Uniques that may be there besides: of a column by which rows of a wider group or key are kept apart."""
    groups = [
        (table.name, group)
        for table in source.tables
        for group in (table.primary_key, *(each.columns for each in table.uniques))
        if len(group) > 1
    ]
    return {f"{name}: ('unique', ('{column}',), None)" for name, group in groups for column in group}


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
    otherwise = OTHERWISE.get(name, set())
    assert wanted - found - otherwise == set()
    assert found - wanted - otherwise <= stricter(source)
    other = {**OTHER_TYPES.get(kind, {}), **OTHER_TYPES.get(name, {})}
    back = kept(there, kind)
    told = {note.where for note in imported.notes}
    for (table, column), spelt in kept(source, kind).items():
        if back[table, column] != spelt:
            assert (spelt, back[table, column]) in other.items(), (table, column)
            assert {table, f"{table}.{column}"} & told, (table, column)
    tables = {table.name: table for table in there.tables}
    for table in source.tables:
        notes = [note.what for note in imported.notes if note.where == table.name]
        if defaults := [column.name for column in table.columns if column.default and not column.numbered]:
            assert f"defaults are not kept: {', '.join(defaults)}" in notes
        for column in table.columns:
            back, words = (
                tables[table.name].column(column.name),
                imported.dataset.tables[table.name].columns[column.name],
            )
            if column.type.name in ("varchar", "char") and kind in ("postgres", "mysql"):  # which keep lengths
                assert back.type.length == column.type.length, column
            if column.numbered and not words.draws.makes_key:
                assert any(note.startswith("numbers its rows") and column.name in note for note in notes), column
            if column.starts_at is not None and words.draws.makes_key:  # keys begin there
                assert words.draws.start == column.starts_at
            is_text = any(word in column.source_type.lower() for word in TEXTS)
            if column.type.name == "varchar" and not is_text:
                assert any(note.where == f"{table.name}.{column.name}" for note in imported.notes), column
