"""How DuckDB's SQL is spelt. It forgets the names of constraints and the lengths of texts, and adds no foreign key later."""

from __future__ import annotations

from synth.fingerprint import Cells
from synth.translate.dialect import QUOTE, WHOLE, Dialect, InsertStyle

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
        "json": "JSON",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP",
    },
    text="VARCHAR",
    keyed_text="VARCHAR",
    byte_length="STRLEN(CAST({0} AS VARCHAR))",
    constraints_after_data=False,
    forward_references=False,
    own_keys={**dict.fromkeys(WHOLE, ""), "uuid": "DEFAULT uuid()"},
    numbering=(
        "CREATE OR REPLACE SEQUENCE {sequence} START {next}",
        "ALTER TABLE {place} ALTER COLUMN {column} SET DEFAULT nextval({sequence_text})",
    ),
    comments="statements",
    cells=Cells(
        text="CAST('0x' || SUBSTR(MD5(CAST({0} AS VARCHAR)), 1, {hex_digits}) AS BIGINT)",
        boolean="CAST({0} AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST(EPOCH_US(CAST({0} AS TIMESTAMP)) // 86400000000 AS BIGINT)",
        timestamp="EPOCH_US({0})",
        time="EPOCH_US({0})",
        decimal="CAST(CAST({0} AS DECIMAL(38,{digits})) * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        total="CAST(COALESCE(SUM({0}), 0) AS HUGEINT)",
    ),
    inserts=InsertStyle({**QUOTE, "\r": "' || CHR(13) || '"}, sees_itself=False),  # its client is SQLite's
)
