"""Types for columns of files that say none: of what stands in them, all can be read as numbers, times, or only as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIMESTAMP, DType, Types
from synth.measuring.summary import quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["read_as_typed"]

# what a text has to look like besides being read: else `1.5` is a whole number, and a postal code one without its zero
LOOKS: dict[DType, str] = {
    BIGINT: r"^-?(0|[1-9][0-9]{0,17})$",
    DOUBLE: r"^-?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][-+]?[0-9]+)?$",
    DATE: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    TIMESTAMP: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+Z?$",
    BOOLEAN: r"^(true|false)$",
}


def read_as_typed(
    connection: duckdb.DuckDBPyConnection, texts: str, table: str, names: list[str], like: Types
) -> Types:
    """Make a view `table` of `texts` whose columns have the types that they can have: first that of `like`, by name.

    Gives the types. Raises duckdb.Error.
    """
    tried = {name: list(_tried(like.get(name))) for name in names}
    asked = [
        cell for name in names for cell in (f"COUNT({quoted(name)})", *(_fits(name, each) for each in tried[name]))
    ]
    counts = iter(connection.execute(f"SELECT {', '.join(asked)} FROM {quoted(texts)}").fetchall()[0])
    types: dict[str, DType] = {}
    for name in names:
        values = next(counts)
        fit = [each for each in tried[name] if next(counts) == values]
        types[name] = fit[0] if fit and (values or name in like) else TEXT
    cells = ", ".join(f"TRY_CAST({quoted(name)} AS {dtype.duckdb}) AS {quoted(name)}" for name, dtype in types.items())
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(table)} AS SELECT {cells} FROM {quoted(texts)}")
    return types


def _tried(like: DType | None) -> Iterator[DType]:
    """The types that are tried, in order; what text becomes in a cast to bytes or arrays is nobody's meaning."""
    if like is not None and like.element is None and like.name != "bytes":
        yield like
    if like is None or not like.is_text:
        yield from LOOKS


def _fits(name: str, dtype: DType) -> str:
    """How many texts of a column are values of a type."""
    column = quoted(name)
    looks = f" AND REGEXP_MATCHES({column}, '{LOOKS[dtype]}')" if dtype in LOOKS else ""
    return f"COUNT(*) FILTER (WHERE TRY_CAST({column} AS {dtype.duckdb}) IS NOT NULL{looks})"
