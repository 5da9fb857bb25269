"""A fingerprint is the same whether texts are made numbers row by row, or once each."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from synth.databases import DIALECTS
from synth.dtypes import DType
from synth.verifying import few_texts
from synth.verifying.few_texts import numbered

TYPES = {name: DType.parse(kind) for name, kind in {
    "key": "bigint", 'a "b"': "varchar(9)", "many": "varchar(9)", "listed": "enum('x','y')", "fixed": "char(3)", "none": "varchar(2)",
}.items()}  # fmt: skip


def table(rows: int) -> duckdb.DuckDBPyConnection:
    """Columns of few texts, with empty ones and blanks, of many, and of none."""
    numbers, connection = range(rows), duckdb.connect()
    frame = pl.DataFrame({
        "key": numbers, 'a "b"': [("", " ", "ä", "A", "a", None, "a ", "\U0001f600")[n % 8] for n in numbers],
        "many": [f"n{n}" for n in numbers], "listed": ["xy"[n % 7 % 2] for n in numbers], "fixed": "ab",
        "none": pl.Series([None] * rows, dtype=pl.String), "#file": [f"f{n % 3}" for n in numbers],
    })  # fmt: skip
    connection.register("frame", frame.to_arrow())
    connection.execute('CREATE TEMP TABLE "t t" AS SELECT * FROM frame')
    return connection


@pytest.mark.parametrize("by", [None, "#file"])
def test_the_same_fingerprint(by, monkeypatch):
    monkeypatch.setattr(few_texts, "LEAST_ROWS", 0)
    monkeypatch.setattr(few_texts, "SAMPLE", 80)
    connection, dialect = table(900), DIALECTS["duckdb"]
    place, types = numbered(connection, "t t", TYPES, 900)
    assert [name for name in TYPES if types[name] != TYPES[name]] == ['a "b"', "listed", "none"]
    asked = [dialect.fingerprint_query(types, place, by), dialect.fingerprint_query(TYPES, '"t t"', by)]
    few, each = (sorted(connection.execute(query).fetchall()) for query in asked)
    assert few == each and sum(row[-3] for row in few) == 900


def test_few_rows_and_tables_without_texts_are_left_as_they_are():
    connection = table(5)
    assert numbered(connection, "t t", TYPES, 5) == ('"t t"', TYPES)
    alone = {"key": TYPES["key"]}
    assert numbered(connection, "t t", alone, few_texts.LEAST_ROWS) == ('"t t"', alone)
