"""DuckDB. It forgets the names of constraints and the lengths of texts, and adds no foreign key later."""

from __future__ import annotations

from synth.databases.dialect import Dialect

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="duckdb",
    sqlglot="duckdb",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "DOUBLE",
        "uuid": "UUID",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    text="VARCHAR",
    keyed_text="VARCHAR",
    alters=False,
    looks_ahead=False,
    comments="statements",
)
