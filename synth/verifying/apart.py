"""Whether whole numbers and dates keep rows apart, by a bit for each value that there can be: far cheaper than groups.

It proves what holds. What cannot be told so (other types, a wide range, rows that are alike) is left to a check's own SQL.
"""

from __future__ import annotations

import math

import duckdb

from synth.verifying.checks import Check, quoted

__all__ = ["keep_apart"]

MOST_BITS = 2**28  # 32 MiB for each thread of DuckDB
SPARSE = 64  # bits for each row, beyond which groups are as cheap
NUMBERS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), "CAST({} AS BIGINT)"),
    "DATE": "DATE_DIFF('day', DATE '1970-01-01', {})",
}


def keep_apart(connection: duckdb.DuckDBPyConnection, check: Check) -> bool:
    """Tell whether no two rows have the same in the columns that shall keep rows `apart`; False where it is not proved.

    Rows with NULL there do not count. Raises duckdb.Error.
    """
    table, columns = quoted(check.table), [quoted(column) for column in check.apart]
    kinds = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
    if not columns or any(kinds.get(column) not in NUMBERS for column in check.apart):
        return False
    cells = [NUMBERS[kinds[name]].format(column) for name, column in zip(check.apart, columns, strict=True)]
    present = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    asked = ", ".join(f"MIN({cell}), MAX({cell})" for cell in cells)
    rows, *ends = connection.execute(f"SELECT COUNT(*), {asked} FROM {table} WHERE {present}").fetchall()[0]
    if not rows:
        return True
    lowest, spans = ends[::2], [high - low + 1 for low, high in zip(ends[::2], ends[1::2], strict=True)]
    size = math.prod(spans)
    if size > min(MOST_BITS, SPARSE * rows + MOST_BITS // SPARSE):
        return False
    place = "0"
    for cell, low, span in zip(cells, lowest, spans, strict=True):
        place = f"({place}) * {span} + ({cell} - ({low}))"
    try:
        bits = f"BIT_COUNT(BITSTRING_AGG({place}, 0, {size - 1})), COUNT({place})"
        found, counted = connection.execute(f"SELECT {bits} FROM {table} WHERE {present}").fetchall()[0]
    except (duckdb.OutOfRangeException, duckdb.OutOfMemoryException):  # it is not what it was a moment ago, or too much
        return False
    return bool(found == counted == rows)
