"""How PostgreSQL's SQL is spelt."""

from __future__ import annotations

from synth.fingerprint import Cells
from synth.translate.conditions import like_marks
from synth.translate.dialect import Dialect, InsertStyle
from synth.translate.numeric import rounded_doubles

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
    rewrites=(like_marks, rounded_doubles("decimal")),
    cells=Cells(
        text="CAST(CAST('x' || SUBSTR(MD5(CAST({0} AS TEXT)), 1, {hex_digits}) AS BIT(60)) AS BIGINT)",
        boolean="CAST(CAST({0} AS INTEGER) AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST({0} - DATE '1970-01-01' AS BIGINT)",
        timestamp="CAST(EXTRACT(EPOCH FROM {0}) * 1000000 AS BIGINT)",
        decimal="CAST({0} * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        fence="OFFSET 0",
    ),
    inserts=InsertStyle(before="SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nBEGIN;\n"),
)
