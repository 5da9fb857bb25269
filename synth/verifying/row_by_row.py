"""Checks that can be told row by row, and so be counted in the one pass over their table.

They are rules of one table and a condition, and references to whole numbers: by the ends of a key that has no gap, else by
a bit for each of its values, instead of by a join. All else (texts, several columns, a wide range) is left to a check's own
SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import duckdb

from synth.sandbox import time_limit
from synth.sql.parse import condition_alone
from synth.verifying.apart import FEW_BITS, MOST_BITS, SPARSE
from synth.verifying.checks import Check, quoted

__all__ = ["by_row", "rule_by_row"]

WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"})


def by_row(connection: duckdb.DuckDBPyConnection, among: Iterable[Check], limit_s: float) -> dict[Check, Check]:
    """Those checks as ones that look at each row by itself, by the checks that they are of."""
    keys, found = _Keys(connection, limit_s), {}
    for check in among:
        if condition := rule_by_row(check) or keys.lacking(check):
            found[check] = replace(check, condition=condition)
    return found


def rule_by_row(check: Check) -> str | None:
    """The condition of rows that offend a rule, where it is about each row by itself."""
    return condition_alone(check.sql) if check.kind == "rule" else None


class _Keys:
    """What is known of tables and keys. Bits of keys stay in variables of the connection, so many of all keys together."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, limit_s: float):
        self.connection, self.limit_s = connection, limit_s
        self.kinds: dict[str, dict[str, str]] = {}
        self.found: dict[tuple[str, str], str | None] = {}
        self.bits = MOST_BITS

    def is_whole(self, table: str, column: str) -> bool:
        """Whether a column holds whole numbers."""
        if table not in self.kinds:
            self.kinds[table] = {}
            with suppress(duckdb.Error):
                there = self.connection.execute(f"DESCRIBE {quoted(table)}").fetchall()
                self.kinds[table] = {name: kind for name, kind, *_ in there}
        return self.kinds[table].get(column) in WHOLE

    def lacking(self, check: Check) -> str | None:
        """The condition of rows whose reference leads nowhere; None where that is not told so."""
        if check.refers is None:
            return None
        column, parent, key = check.refers
        absent = self.absent(parent, key) if self.is_whole(check.table, column) else None
        return absent and " AND ".join(filter(None, (check.where, absent.format(quoted(column)))))

    def absent(self, table: str, key: str) -> str | None:
        """What holds where the value of a column, `{0}`, is none of the key's; None where that is not told so."""
        if (table, key) not in self.found:
            self.found[table, key] = None
            if self.is_whole(table, key):
                with suppress(duckdb.Error, TimeoutError), time_limit(self.connection, self.limit_s):
                    self.found[table, key] = self._absent(quoted(table), quoted(key), f"key_{len(self.found)}")
        return self.found[table, key]

    def _absent(self, here: str, key: str, variable: str) -> str | None:
        asked = f"SELECT MIN({key}), MAX({key}), COUNT({key}) FROM {here}"
        low, high, rows = self.connection.execute(asked).fetchall()[0]
        if not rows or high - low >= min(self.bits, SPARSE * rows + FEW_BITS):
            return None
        span = high - low + 1
        bits = f"BITSTRING_AGG(CAST({key} AS BIGINT) - ({low}), 0, {span - 1})"
        self.connection.execute(f"SET VARIABLE {variable} = (SELECT {bits} FROM {here} WHERE {key} IS NOT NULL)")
        beyond, there = f"{{0}} NOT BETWEEN {low} AND {high}", f"GETVARIABLE('{variable}')"
        if self.connection.execute(f"SELECT BIT_COUNT({there})").fetchall()[0][0] == span:
            self.connection.execute(f"RESET VARIABLE {variable}")
            return beyond
        self.bits -= span
        return f"CASE WHEN {beyond} THEN TRUE ELSE GET_BIT({there}, CAST({{0}} - ({low}) AS INTEGER)) = 0 END"
