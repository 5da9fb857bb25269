"""The rows that a check selects, in less memory where it has to be: groups that are too many at once are asked for in parts.

A part is a range of hashes of the columns by which a query groups its rows. DuckDB moves such a condition down to where the
rows are read, though not one that reckons with the hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from synth.sql.parse import grouped_by
from synth.verifying.checks import quoted

__all__ = ["PARTS", "counted", "first_rows"]

PARTS = (8, 64)  # that are tried, one after the other
HASHES = 2**64  # of a row, evenly spread


def counted(connection: duckdb.DuckDBPyConnection, sql: str, parts: Sequence[int] = PARTS) -> int:
    """How many rows a query gives. Raises duckdb.Error."""
    return sum(row[0] for row in _asked(connection, sql, "SELECT COUNT(*) AS n FROM ({}\n)", parts))


def first_rows(
    connection: duckdb.DuckDBPyConnection, sql: str, most: int, parts: Sequence[int] = PARTS
) -> tuple[dict[str, Any], ...]:
    """Give the first rows of a query, ordered by all columns. Raises duckdb.Error."""
    found = _asked(connection, sql, f"SELECT * FROM ({{}}\n) ORDER BY ALL LIMIT {most}", parts)
    names = [column[0] for column in connection.description or ()]
    if len(found) > most:  # those of several parts
        found.sort(key=lambda row: [(cell is None, cell) for cell in row])
    return tuple(dict(zip(names, row, strict=True)) for row in found[:most])


def _asked(connection: duckdb.DuckDBPyConnection, sql: str, asked: str, parts: Sequence[int]) -> list[tuple[Any, ...]]:
    """What is asked of a query, or else of each of so many parts of it, one after the other."""
    try:
        return connection.execute(asked.format(sql)).fetchall()
    except duckdb.OutOfMemoryException:
        if not parts or not (groups := grouped_by(sql)):
            raise
    by = ", ".join(map(quoted, groups))
    for count in parts:
        try:
            found: list[tuple[Any, ...]] = []
            for part in range(count):
                first, last = part * HASHES // count, (part + 1) * HASHES // count - 1
                of_part = f"SELECT * FROM ({sql}\n) WHERE HASH({by}) BETWEEN {first} AND {last}"
                found += connection.execute(asked.format(of_part)).fetchall()
        except duckdb.OutOfMemoryException:
            if count == parts[-1]:
                raise
        else:
            return found
    return []
