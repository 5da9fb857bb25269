"""How DuckDB's SQL is spelt. It forgets the names of constraints and the lengths of texts, and adds no foreign key later."""

from __future__ import annotations

from synth.fingerprint import Cells
from synth.translate.conditions import as_in_sql
from synth.translate.dialect import QUOTE, WHOLE, Dialect, InsertStyle
from synth.translate.seen import IN_SQL

__all__ = ["DIALECT"]

_AS_IN_SQL = as_in_sql("duckdb", {name: sql.format("x") for name, sql in IN_SQL.items()})

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
        "real": "FLOAT",
        "uuid": "UUID",
        "json": "JSON",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP",
        "timestamptz": "TIMESTAMPTZ",
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
    rewrites=(_AS_IN_SQL,),
    cells=Cells(
        text="CAST('0x' || SUBSTR(MD5(CAST({0} AS VARCHAR)), 1, {hex_digits}) AS BIGINT)",
        boolean="CAST({0} AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST(EPOCH_US(CAST({0} AS TIMESTAMP)) // 86400000000 AS BIGINT)",
        timestamp="EPOCH_US({0})",
        real="CAST({0} AS DOUBLE)",
        time="EPOCH_US({0})",
        decimal="CAST(CAST({0} AS DECIMAL(38,{digits})) * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        total="CAST(COALESCE(SUM({0}), 0) AS HUGEINT)",
    ),
    inserts=InsertStyle({**QUOTE, "\r": "' || CHR(13) || '"}, sees_itself=False),  # its client is SQLite's
)
