"""Datasets that are only declared, made in databases by their DDL, and what catalogues must say of them."""

from __future__ import annotations

import json

import pytest

from synth.databases import DIALECTS
from synth.ddl import ddl, in_reference_order
from synth.spec import constraints
from synth.spec.load import parse
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from tests.support.answers import Refused
from tests.support.servers import SERVERS
from tests.support.tsql import lint_tsql


def spec(tables: dict, name: str = "contract") -> Dataset:
    """A dataset of tables that are only declared: columns and what holds of them."""
    made = json.dumps({n: {"values": [], **t} for n, t in tables.items()}, ensure_ascii=False)
    return parse(f"dataset: {name}\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables: {made}")


def tsql(dataset: Dataset) -> str:
    """The linted DDL for SQL Server."""
    text = str(ddl(dataset, DIALECTS["tsql"]))
    complaints = lint_tsql(text)
    assert not complaints
    return text


def name_of(server) -> str:
    return next(name for name, kind in SERVERS.items() if isinstance(server, kind))


class Made:
    """A dataset made in a database, and dropped again."""

    def __init__(self, server, dataset, schema=None):
        self.server, self.dataset, self.schema = server, dataset, schema or dataset.dataset
        self.dialect = DIALECTS[name_of(server)]
        self.ddl = ddl(dataset, self.dialect, schema)

    def __enter__(self):
        self.drop()
        self.server.run(str(self.ddl))
        return self

    def __exit__(self, *_):
        self.drop()

    def drop(self):
        self.server.drop(self.schema, in_reference_order(self.dataset)[::-1])

    def catalogue(self):
        return self.server.catalogue(self.schema)

    def place(self, table: str) -> str:
        return self.dialect.place(self.schema, table)

    def insert(self, table: str, **cells) -> None:
        spelt = [
            self.dialect.literal(c) if isinstance(c, str) else "NULL" if c is None else str(c) for c in cells.values()
        ]
        names = ", ".join(map(self.dialect.quote_identifier, cells))
        self.server.run(f"INSERT INTO {self.place(table)} ({names}) VALUES ({', '.join(spelt)});")

    def refuses(self, table: str, **cells) -> str:
        with pytest.raises(Refused) as caught:
            self.insert(table, **cells)
        return str(caught.value)


def says_what_the_spec_says(made: Made, dataset: Dataset) -> None:
    scope, catalogue, server = Scope(dataset), made.catalogue(), made.server
    assert set(catalogue) == set(dataset.written)
    references = list(constraints.references(dataset))
    for name, seen in catalogue.items():
        table = dataset.tables[name]
        required = constraints.not_null(dataset, name)
        groups = list(constraints.uniques(dataset, name))
        mine = [r for r in references if r.table == name]
        keyed = {c for group in groups for c in group} | {c for r in mine for c in r.columns}
        expected = {}
        for column in table.written:
            dtype = scope.type_of(name, column)
            kind = "text" if dtype.name == "varchar" and not dtype.length else dtype.name
            spelt = server.types["keyed" if kind == "text" and column in keyed else kind]
            alone = table.key == (column,) and not table.rollup and not any(column in r.columns for r in mine)
            if alone and column in required and kind in ("smallint", "integer", "bigint"):
                spelt = getattr(server, "own_keys", spelt)  # the type of keys that it numbers, where it has one
            sizes = (dtype.length,) if dtype.length else (dtype.precision, dtype.digits)
            expected[column] = (spelt.format(*sizes), column not in required)
        assert list(seen.columns.items()) == list(expected.items()), name
        assert seen.collations <= server.collations
        keys = {("pk" if g == table.key and set(g) <= set(required) else "uq", ",".join(g)) for g in groups}
        assert {(kind, columns) for kind, _, columns in seen.keys} == keys
        checks = list(constraints.checks(dataset, name))
        assert len(seen.checks) == len(checks)
        assert {f[1:] for f in seen.foreign} == {(r.columns[0], r.parent, r.keys[0]) for r in mine}
        begun = {group[0] for group in groups}
        wanted = {r.columns[0] for r in mine if r.columns[0] not in begun}
        assert {columns for _, columns in seen.indexes} >= wanted
        assert len(wanted) == len([i for i in seen.indexes if i[0].startswith("ix_")])
        if server.keeps_names and all(len(f"ck_{name}_{c}") <= 60 for c in (*table.columns, *table.checks)):
            assert seen.checks == {f"ck_{name}_{check}" for check, _ in checks}
        if server.keeps_comments:
            abouts = {c: table.columns[c].about for c in table.written} | {None: table.about}
            assert seen.comments == {c: about for c, about in abouts.items() if about}
