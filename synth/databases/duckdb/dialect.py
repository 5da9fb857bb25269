"""How DuckDB's SQL is spelt. It forgets the names of constraints and the lengths of texts, and adds no foreign key later."""

from __future__ import annotations

from synth.arrays import ESCAPED
from synth.fingerprint import Cells
from synth.intervals import sql_of_parts
from synth.translate.conditions import as_in_sql, native_columns
from synth.translate.dialect import QUOTE, WHOLE, Dialect, InsertStyle, standard_literal
from synth.translate.seen import IN_SQL

__all__ = ["DIALECT"]

_AS_IN_SQL = as_in_sql("duckdb", {name: sql.format("x") for name, sql in IN_SQL.items()})


def _quoted_text() -> str:
    """The SQL of a text as JSON: DuckDB's own spells the numbers of signs in capital letters."""
    slow = "{0}"
    for sign in ("\\", *(each for each in ESCAPED if each != "\\")):
        slow = f"REPLACE({slow}, CHR({ord(sign)}), {standard_literal(ESCAPED[sign])})"
    own = "CAST(TO_JSON({0}) AS VARCHAR)"
    return f"CASE WHEN REGEXP_MATCHES({{0}}, '[\\x01-\\x1f]') THEN '\"' || {slow} || '\"' ELSE {own} END"


_TEXT = _quoted_text()
_INTERVAL = sql_of_parts(  # of files it is a text
    "(DATEPART('year', TRY_CAST({0} AS INTERVAL)) * 12 + DATEPART('month', TRY_CAST({0} AS INTERVAL)))",
    "DATEPART('day', TRY_CAST({0} AS INTERVAL))",
    "((DATEPART('hour', TRY_CAST({0} AS INTERVAL)) * 60 + DATEPART('minute', TRY_CAST({0} AS INTERVAL))) * 60000000 "
    "+ DATEPART('microsecond', TRY_CAST({0} AS INTERVAL)))",
    "//",
)

_PORTABLE = {
    **dict.fromkeys(("varchar", "char", "uuid", "enum", "json"), "CAST({0} AS VARCHAR)"),
    **dict.fromkeys(WHOLE, "CAST({0} AS BIGINT)"),
    "timestamp": "CAST({0} AS TIMESTAMP)",
}

DIALECT = Dialect(
    name="duckdb",
    sqlglot="duckdb",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "wide": "DECIMAL",
        "double": "DOUBLE",
        "real": "FLOAT",
        "uuid": "UUID",
        "json": "JSON",
        "bytes": "BLOB",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP",
        "timestamptz": "TIMESTAMPTZ",
        "interval": "INTERVAL",
    },
    readings={"interval": _INTERVAL},
    text="VARCHAR",
    keyed_text="VARCHAR",
    array="{element}[]",
    byte_length="STRLEN(CAST({0} AS VARCHAR))",
    constraints_after_data=False,
    forward_references=False,
    own_keys={**dict.fromkeys(WHOLE, ""), "uuid": "DEFAULT uuid()"},
    numbering=(
        "CREATE OR REPLACE SEQUENCE {sequence} START {next}",
        "ALTER TABLE {place} ALTER COLUMN {column} SET DEFAULT nextval({sequence_text})",
    ),
    comments="statements",
    portable=_PORTABLE,
    alike=r"u?(tiny|small|big|huge)?int(eger)?|enum.*|timestamp.*",
    rewrites=(native_columns("duckdb", _PORTABLE), _AS_IN_SQL),
    cells=Cells(
        text="CAST('0x' || SUBSTR(MD5(CAST({0} AS VARCHAR)), 1, {hex_digits}) AS BIGINT)",
        boolean="CAST({0} AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST(EPOCH_US(CAST({0} AS TIMESTAMP)) // 86400000000 AS BIGINT)",
        timestamp="EPOCH_US({0})",
        real="CAST({0} AS DOUBLE)",
        time="EPOCH_US({0})",
        decimal="CAST(CAST({0} AS DECIMAL(38,{digits})) * {unit} AS BIGINT)",
        # a value that has more digits than its type is NULL here, which no fingerprint of ours has
        short_decimal="CAST(TRY_CAST({0} AS DECIMAL({precision},{digits})) * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        wide=r"REGEXP_REPLACE(CAST({0} AS VARCHAR), '^(-?)[.]', '\1' || '0.')",  # a 0 may be missing before the point
        interval=_INTERVAL,
        array="'[' || ARRAY_TO_STRING(LIST_TRANSFORM({0}, LAMBDA e: COALESCE({cell}, 'null')), ', ') || ']'",
        values={
            "varchar": _TEXT,
            "decimal": "CAST(CAST({0} AS DECIMAL(38,{digits})) AS VARCHAR)",  # else a 0 before the point may be missing
            "uuid": "'\"' || CAST({0} AS VARCHAR) || '\"'",
            "date": "'\"' || CAST({0} AS VARCHAR) || '\"'",
            "timestamp": "STRFTIME({0}, '\"%Y-%m-%d %H:%M:%S.%f\"')",
            "time": "STRFTIME(DATE '2000-01-01' + {0}, '\"%H:%M:%S.%f\"')",
        },
        total="CAST(COALESCE(SUM({0}), 0) AS HUGEINT)",
    ),
    inserts=InsertStyle(
        {**QUOTE, "\r": "' || CHR(13) || '"},
        bytes="UNHEX('{0}')",
        array="CAST(CAST({0} AS JSON) AS {type})",
        sees_itself=False,  # its client is SQLite's
    ),
)
