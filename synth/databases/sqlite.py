"""SQLite. Dates and timestamps are texts, and decimals are kept as numbers: sums of them need ROUND."""

from __future__ import annotations

from synth.databases.conditions import exact_decimals, globs, text_times
from synth.databases.dialect import Dialect
from synth.fingerprint import Cells

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="sqlite",
    sqlglot="sqlite",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "REAL",
        "uuid": "TEXT",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    text="TEXT",
    keyed_text="TEXT",
    has_schemas=False,
    alters=False,
    rewrites=(globs, text_times, exact_decimals),
    cells=Cells(
        text="synth_digest({0})",  # a function that every connection of ours brings: SQLite has no MD5
        boolean="{0}",
        double="(CASE WHEN {0} < 0 THEN -1 ELSE 1 END * CAST(ABS({0} * 1e6) + 0.5 AS INTEGER))",
        date="CAST(JULIANDAY({0}) - 2440587.5 AS INTEGER)",
        timestamp="(CAST(STRFTIME('%s', SUBSTR({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(SUBSTR({0}, 21, 6) AS INTEGER))",
        decimal="CAST(ROUND({0} * {unit}) AS INTEGER)",
        integer="{0}",
    ),
)
