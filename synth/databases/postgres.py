"""PostgreSQL."""

from __future__ import annotations

from synth.databases.conditions import like_marks
from synth.databases.dialect import Dialect

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name="postgres",
    sqlglot="postgres",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "NUMERIC",
        "double": "DOUBLE PRECISION",
        "uuid": "UUID",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    text="TEXT",
    keyed_text="TEXT",
    collation=' COLLATE "C"',
    comments="statements",
    rewrites=(like_marks,),
)
