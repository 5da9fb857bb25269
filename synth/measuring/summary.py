"""What one pass over a table tells of each of its columns: how many values, how many different ones, their ends and mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth.dtypes import DType, Types

if TYPE_CHECKING:
    import duckdb

__all__ = ["NUMBERS", "Summary", "is_ordered", "quoted", "summaries"]

NUMBERS = ("smallint", "integer", "bigint", "decimal", "wide", "double", "real")
ORDERED = (*NUMBERS, "date", "time", "timestamp", "timestamptz")
AT_ONCE = 60  # columns of one pass: what DuckDB plans grows faster than their number
HUGE = 1e150  # doubles beyond which squares are infinite


@dataclass(frozen=True)
class Summary:
    """A column in short. What has no meaning for its type is None."""

    rows: int
    values: int  # that are no NULL
    distinct: int  # about so many
    least: Any = None  # of numbers and moments alone, as is the greatest
    greatest: Any = None
    mean: float | None = None  # of numbers alone, as is the standard deviation
    deviation: float | None = None
    true: int | None = None  # of booleans: how many are true
    length: float | None = None  # of texts: the mean of their characters


def is_ordered(dtype: DType) -> bool:
    """Whether the values of a type stand before or behind each other, as numbers and moments do."""
    return dtype.name in ORDERED


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def summaries(
    connection: duckdb.DuckDBPyConnection, table: str, types: Types, *, means: bool = True
) -> dict[str, Summary]:
    """Look at all columns of a table in one pass, or a few where there are many columns. Raises duckdb.Error.

    Without `means` only rows, values, different ones and ends are looked at, in a third of the time.
    """
    found: dict[str, Summary] = {}
    for names in _batches(list(types)):
        asked = ["COUNT(*)", *(each for name in names for each in _asked(name, types[name], means=means))]
        rows, *cells = connection.execute(f"SELECT {', '.join(asked)} FROM {quoted(table)}").fetchall()[0]
        width = len(cells) // len(names)
        for place, name in enumerate(names):
            values, distinct, *others = cells[width * place : width * (place + 1)]
            found[name] = Summary(rows, values, min(values, values if distinct is None else distinct), *others)
    return found


def _batches(names: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(names[first : first + AT_ONCE]) for first in range(0, len(names), AT_ONCE))


def _asked(name: str, dtype: DType, *, means: bool) -> list[str]:
    """The cells of a column, in the order of a summary's fields."""
    column, plain = quoted(name), dtype.element is None
    asked = [f"COUNT({column})", f"approx_count_distinct({column})" if plain else "NULL"]
    asked += [f"MIN({column})", f"MAX({column})"] if is_ordered(dtype) else ["NULL", "NULL"]
    if not means:
        return asked
    number = f"CAST({column} AS DOUBLE)"
    finite = f"FILTER (WHERE ABS({number}) < {HUGE!r})" if dtype.is_float else ""  # which takes longer than the sums
    asked += (
        [f"AVG({number}) {finite}", f"STDDEV_POP({number}) {finite}"] if dtype.name in NUMBERS else ["NULL", "NULL"]
    )
    asked.append(f"COUNT(*) FILTER (WHERE {column})" if dtype.name == "boolean" else "NULL")
    asked.append(f"AVG(LENGTH({column}))" if plain and dtype.is_text else "NULL")
    return asked
