"""Whether whole numbers and dates keep rows apart, by a bit for each value that there can be: far cheaper than groups.

It proves what holds, of many rows. What cannot be told so (other types, a wide range, rows that are alike) is left to a
check's own SQL.
"""

from __future__ import annotations

import math

import duckdb

from synth.verifying.checks import Check, quoted

__all__ = ["keep_apart"]

MOST_BITS = 2**28  # at once: 32 MiB for each thread of DuckDB
MOST_PASSES = 8  # over the rows, each over a range of the widest column
SPARSE = 512  # bits for each row, beyond which groups are as cheap
FEW_ROWS = 50_000  # groups of which take less than to ask what is there
FEW_BITS = 2**22  # that are always cheap
NUMBERS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), "CAST({} AS BIGINT)"),
    "DATE": "DATE_DIFF('day', DATE '1970-01-01', {})",
}


def keep_apart(connection: duckdb.DuckDBPyConnection, check: Check) -> bool:
    """Tell whether no two rows have the same in the columns that shall keep rows `apart`; False where it is not proved.

    Rows with NULL there do not count. Raises duckdb.Error.
    """
    table, columns = quoted(check.table), [quoted(column) for column in check.apart]
    if not columns or connection.execute(f"SELECT COUNT(*) FROM {table}").fetchall()[0][0] < FEW_ROWS:
        return False
    kinds = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
    if any(kinds.get(column) not in NUMBERS for column in check.apart):
        return False
    cells = [NUMBERS[kinds[name]].format(column) for name, column in zip(check.apart, columns, strict=True)]
    present = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    asked = ", ".join(f"MIN({cell}), MAX({cell})" for cell in cells)
    rows, *ends = connection.execute(f"SELECT COUNT(*), {asked} FROM {table} WHERE {present}").fetchall()[0]
    if not rows:
        return True
    spans = [high - low + 1 for low, high in zip(ends[::2], ends[1::2], strict=True)]
    widest = max(range(len(spans)), key=spans.__getitem__)
    beside = math.prod(spans) // spans[widest]
    values = max(1, MOST_BITS // beside)  # of the widest column in a pass
    if beside > MOST_BITS or spans[widest] > MOST_PASSES * values or beside * spans[widest] > SPARSE * rows + FEW_BITS:
        return False
    place = "0"
    for at, (cell, low, span) in enumerate(zip(cells, ends[::2], spans, strict=True)):
        place = place if at == widest else f"({place}) * {span} + ({cell} - ({low}))"
    found = counted = 0
    for start in range(0, spans[widest], values):
        first, last = ends[2 * widest] + start, ends[2 * widest] + min(start + values, spans[widest]) - 1
        bit = f"({cells[widest]} - ({first})) * {beside} + {place}"
        bits = f"BIT_COUNT(BITSTRING_AGG({bit}, 0, {(last - first + 1) * beside - 1})), COUNT({bit})"
        here = (
            columns[widest] if kinds[check.apart[widest]] != "DATE" else cells[widest]
        )  # as it is, files are skipped by it
        within = f"{present} AND {here} BETWEEN {first} AND {last}"
        try:
            set_, some = connection.execute(f"SELECT {bits} FROM {table} WHERE {within}").fetchall()[0]
        except (
            duckdb.OutOfRangeException,
            duckdb.OutOfMemoryException,
        ):  # it is not what it was a moment ago, or too much
            return False
        found, counted = found + (set_ or 0), counted + some
        if found != counted:
            return False
    return bool(found == rows)
