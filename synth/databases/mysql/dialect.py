"""How the SQL of MySQL and MariaDB is spelt.

MariaDB shows what is beyond the first plane of Unicode in a comment as '?'.
"""

from __future__ import annotations

from synth.fingerprint import Cells
from synth.intervals import LONGEST
from synth.translate.conditions import (
    as_in_sql,
    enum_texts,
    joined_with_nothing,
    like_marks,
    native_columns,
    null_keys,
    number_booleans,
)
from synth.translate.dialect import QUOTE, WHOLE, Dialect, InsertStyle, standard_literal
from synth.translate.numeric import range_at_zero, rounded_doubles
from synth.translate.times import microseconds, named_parts

__all__ = ["COLLATED", "DIALECT"]

# binary, and blanks at the end count; each server reads its own hint, and MariaDB none of MySQL 8's
COLLATED = "DEFAULT CHARACTER SET utf8mb4 /*M! COLLATE utf8mb4_nopad_bin */ /*!80000 COLLATE utf8mb4_0900_bin */"


def _literal(text: str) -> str:
    """A backslash escapes here; where the server is told NO_BACKSLASH_ESCAPES it shows twice, and still ends nothing."""
    return standard_literal(text.replace("\\", "\\\\").replace("\r", "\\r"))  # its client drops a \r before \n


_PARTS = named_parts("mysql", {"WEEK": "WEEK(x, 3)", "ISODOW": "WEEKDAY(x) + 1", "DOY": "DAYOFYEAR(x)"})

_AS_IN_SQL = as_in_sql("mysql", {"real": "CAST(x AS DOUBLE)"})

_PORTABLE = dict.fromkeys(WHOLE, "CAST({0} AS SIGNED)")  # of numbers without a sign differences have none

DIALECT = Dialect(
    name="mysql",
    sqlglot="mysql",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INT",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "wide": "DECIMAL",
        "double": "DOUBLE",
        "real": "FLOAT",
        "uuid": "VARCHAR(36)",
        "json": "JSON",
        "bytes": "LONGBLOB",
        "date": "DATE",
        "time": "TIME(6)",
        "timestamp": "DATETIME(6)",
        "timestamptz": "DATETIME(6)",  # in UTC: TIMESTAMP ends in 2038
        "interval": f"VARCHAR({LONGEST})",
    },
    text="LONGTEXT",
    keyed_text="VARCHAR(255)",  # a key needs a length
    keyed_length=255,
    inline_enum="ENUM({labels})",
    readings={"real": "CAST({0} AS DOUBLE)"},  # of which the text protocol shows six digits
    byte_length="LENGTH({0})",
    identifier_quotes=("`", "`"),
    comments="inline",
    grant="GRANT {what} ON {place} TO {role}",
    create_schema="CREATE DATABASE IF NOT EXISTS {schema}",
    table_options=f" ENGINE=InnoDB {COLLATED}",
    constraints_in_create=frozenset(
        ("PRIMARY KEY", "CHECK")
    ),  # rows lie in the order of the key, and a later CHECK copies them all
    own_keys={**dict.fromkeys(WHOLE, "AUTO_INCREMENT"), "uuid": "DEFAULT (UUID())"},
    own_keys_in_checks=False,
    literal=_literal,
    portable=_PORTABLE,
    alike=".*",
    computed="GENERATED ALWAYS AS ({0}) STORED",
    computed_not_null=False,
    rewrites=(
        native_columns("mysql", _PORTABLE),
        _AS_IN_SQL,
        null_keys,
        rounded_doubles("decimal(65,30)"),
        range_at_zero,
        like_marks,
        microseconds,
        _PARTS,
        number_booleans,
        enum_texts(joined_with_nothing),
    ),
    cells=Cells(
        text="CAST(CONV(SUBSTR(MD5({0}), 1, {hex_digits}), 16, 10) AS SIGNED)",
        boolean="CAST({0} AS SIGNED)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS SIGNED)",
        date="DATEDIFF({0}, '1970-01-01')",
        timestamp="TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', {0})",
        real="CAST({0} AS DOUBLE)",
        char="RTRIM({0})",
        time="((HOUR({0}) * 3600 + MINUTE({0}) * 60 + SECOND({0})) * 1000000 + MICROSECOND({0}))",
        decimal="CAST({0} * {unit} AS SIGNED)",
        integer="CAST({0} AS SIGNED)",
        fence="LIMIT 18446744073709551615",
    ),
    longest_varchar=4000,  # a row of all VARCHAR columns has at most 65,535 bytes, four a character
    longest_comment=1024,
    longest_key=768,  # 3,072 bytes
    inserts=InsertStyle(
        {**QUOTE, "\\": "\\\\", "\r": "\\r"},  # its client drops a \r before \n
        booleans=("1", "0"),
        utc="",
        before="SET NAMES utf8mb4;\nSET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';\nBEGIN;\n",
    ),
)
