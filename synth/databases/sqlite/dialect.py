"""How SQLite's SQL is spelt. Dates and timestamps are texts, and decimals are numbers: sums of them need ROUND."""

from __future__ import annotations

from synth.fingerprint import Cells
from synth.translate.conditions import as_in_sql, globs
from synth.translate.dialect import QUOTE, WHOLE, Dialect, InsertStyle
from synth.translate.numeric import exact_decimals, overflow_at_zero, whole_divisions
from synth.translate.times import text_times

__all__ = ["DIALECT", "FLOAT_DIGITS"]

FLOAT_DIGITS = 15  # that every float of 8 bytes gives back: DBL_DIG
RANDOM_UUID = (
    "LOWER(HEX(RANDOMBLOB(4)) || '-' || HEX(RANDOMBLOB(2)) || '-4' || SUBSTR(HEX(RANDOMBLOB(2)), 2) || '-' || "
    "SUBSTR('89AB', 1 + ABS(RANDOM() % 4), 1) || SUBSTR(HEX(RANDOMBLOB(2)), 2) || '-' || HEX(RANDOMBLOB(6)))"
)

_AS_IN_SQL = as_in_sql("sqlite", {"char": "RTRIM(x)", "timestamptz": "SUBSTR(x, 1, 26)"})

DIALECT = Dialect(
    name="sqlite",
    sqlglot="sqlite",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "wide": "DECIMAL_TEXT",  # which is a text because its name says so
        "double": "REAL",
        "real": "FLOAT4",  # of eight bytes, too
        "uuid": "TEXT",
        "json": "TEXT",
        "bytes": "BLOB",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP",
        "timestamptz": "TIMESTAMPTZ",
        "interval": "TEXT",
    },
    text="TEXT",
    keyed_text="TEXT",
    holds_types=False,
    byte_length="LENGTH(CAST({0} AS BLOB))",  # of a text LENGTH ends at a zero
    float_digits=FLOAT_DIGITS,
    has_schemas=False,
    constraints_after_data=False,
    own_keys={**dict.fromkeys(WHOLE, ""), "uuid": f"DEFAULT ({RANDOM_UUID})"},
    own_key_types=dict.fromkeys(WHOLE, "INTEGER"),  # which SQLite numbers, with PRIMARY KEY
    computed="GENERATED ALWAYS AS ({0}) STORED",
    rewrites=(_AS_IN_SQL, globs, text_times, exact_decimals, overflow_at_zero, whole_divisions),
    cells=Cells(
        text="synth_digest({0})",  # a function that every connection of ours brings: SQLite has no MD5
        boolean="{0}",
        double="(CASE WHEN {0} < 0 THEN -1 ELSE 1 END * CAST(ABS({0} * 1e6) + 0.5 AS INTEGER))",
        date="CAST(JULIANDAY({0}) - 2440587.5 AS INTEGER)",
        timestamp="(CAST(STRFTIME('%s', SUBSTR({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(SUBSTR({0}, 21, 6) AS INTEGER))",
        time=(
            "((CAST(SUBSTR({0}, 1, 2) AS INTEGER) * 3600 + CAST(SUBSTR({0}, 4, 2) AS INTEGER) * 60 + "
            "CAST(SUBSTR({0}, 7, 2) AS INTEGER)) * 1000000 + CAST(SUBSTR({0}, 10, 6) AS INTEGER))"
        ),
        decimal=(
            "CASE TYPEOF({0}) WHEN 'integer' THEN {0} * {unit} WHEN 'text' THEN CAST(REPLACE({0}, '.', '') AS INTEGER) "
            "ELSE CAST(ROUND({0} * {unit}) AS INTEGER) END"
        ),
        integer="{0}",
        bytes="CASE WHEN {0} IS NOT NULL THEN LOWER(HEX({0})) END",
    ),
    inserts=InsertStyle(
        {**QUOTE, "\r": "' || CHAR(13) || '"},  # its client drops a \r before \n
        booleans=("1", "0"),
        longest_number=FLOAT_DIGITS,
    ),
)
