"""Texts of which a column has few are each made a number once, before the rows are: their MD5 takes longer than all else.

A fingerprint knows a text by a number, and a number by itself. So a relation that has numbers in place of texts, as whole
numbers, has the same fingerprint.
"""

from __future__ import annotations

import duckdb

from synth.databases import DIALECTS
from synth.dtypes import DType, Types
from synth.verifying.checks import quoted

__all__ = ["numbered"]

LEAST_ROWS = 100_000  # of a table; one of fewer is done before it is known what is few
SAMPLE = 20_000  # rows, the first
FEW = 1 / 8  # of the rows of the sample are distinct at most
NUMBER = DType.parse("bigint")


def numbered(connection: duckdb.DuckDBPyConnection, table: str, types: Types, rows: int) -> tuple[str, Types]:
    """The table, of so many rows, as it stands in a FROM, and its types, with numbers for texts of which there are few.

    Raises duckdb.Error.
    """
    texts = [name for name, dtype in types.items() if dtype.name in ("varchar", "enum")]
    if not texts or rows < LEAST_ROWS:
        return quoted(table), types
    counts = ", ".join(f"COUNT(DISTINCT {quoted(name)})" for name in texts)
    some = f"SELECT {', '.join(map(quoted, texts))} FROM {quoted(table)} LIMIT {SAMPLE}"
    found = connection.execute(f"SELECT {counts} FROM ({some}) s").fetchall()[0]
    few = [name for name, count in zip(texts, found, strict=True) if count <= FEW * SAMPLE]
    if not few:
        return quoted(table), types
    cells, joins, numbers = DIALECTS["duckdb"].cells, [], []
    assert cells
    for at, name in enumerate(few):
        values = f"SELECT DISTINCT {quoted(name)} AS v FROM {quoted(table)} WHERE {quoted(name)} IS NOT NULL"
        each = f"SELECT v, {cells.number('v', types[name])} AS n FROM ({values}) d"
        joins.append(f"LEFT JOIN ({each}) few_{at} ON few_{at}.v = t.{quoted(name)}")
        numbers.append(f"few_{at}.n AS {quoted(name)}")
    place = f"(SELECT t.* REPLACE ({', '.join(numbers)}) FROM {quoted(table)} t {' '.join(joins)}) few"
    return place, {**types, **dict.fromkeys(few, NUMBER)}
