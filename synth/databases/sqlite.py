"""SQLite. Dates and timestamps are texts, and decimals are kept as numbers: sums of them need ROUND."""

from __future__ import annotations

from synth.databases.conditions import exact_decimals, globs, text_times
from synth.databases.dialect import Dialect

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
)
