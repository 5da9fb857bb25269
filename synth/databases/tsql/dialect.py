"""How SQL Server's SQL is spelt.

It takes 'a' and 'a ' for one value in every comparison and key, in this collation as in all others.
"""

from __future__ import annotations

from synth.fingerprint import Cells
from synth.intervals import LONGEST
from synth.translate.conditions import (
    as_in_sql,
    lengths_with_blanks,
    like_marks,
    national_texts,
    null_keys,
    number_booleans,
)
from synth.translate.dialect import QUOTE, WHOLE, Dialect, InsertStyle, standard_literal
from synth.translate.numeric import whole_divisions, wide_sums
from synth.translate.times import named_parts

__all__ = ["DIALECT", "NAME", "NULLS"]

NAME = "CAST({0}.name AS NVARCHAR(128))"  # of a catalogue's row: a server may keep it in the code page of the database


def _literal(text: str) -> str:
    """Unicode, whatever the database's code page."""
    return "N" + standard_literal(text)


# rows bring their keys, where the table was made to give them some
_NUMBERED = "EXISTS (SELECT 1 FROM sys.identity_columns WHERE object_id = OBJECT_ID({place_text}))"
_GIVEN_KEYS = f"IF {_NUMBERED} SET IDENTITY_INSERT {{place}}"

# with which day a week begins is a setting: days are counted from a Monday on
_WEEKDAY = "(DATEDIFF(DAY, '1900-01-01', x) % 7 + 7) % 7 + 1"
_PARTS = named_parts("tsql", {"WEEK": "DATEPART(ISO_WEEK, x)", "ISODOW": _WEEKDAY, "DOY": "DATEPART(DAYOFYEAR, x)"})
_IN_UTC = "CAST(SWITCHOFFSET({0}, '+00:00') AS DATETIME2(6))"
# a column of nothing but NULL is INT, which does not become a date
NULLS = {
    "date": "CAST(NULL AS DATE)",
    "timestamp": "CAST(NULL AS DATETIME2(6))",
    "timestamptz": "CAST(NULL AS DATETIMEOFFSET(6))",
    "time": "CAST(NULL AS TIME(6))",
    "bytes": "CAST(NULL AS VARBINARY(MAX))",
}

_AS_IN_SQL = as_in_sql("tsql", {"real": "CAST(x AS FLOAT(53))", "char": "RTRIM(x)", "timestamptz": _IN_UTC.format("x")})

DIALECT = Dialect(
    name="tsql",
    sqlglot="tsql",
    first="{ordered} OFFSET 0 ROWS FETCH FIRST {rows} ROWS ONLY",
    unordered="ORDER BY (SELECT NULL)",
    types={
        "boolean": "BIT",
        "smallint": "SMALLINT",
        "integer": "INT",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "wide": "DECIMAL",
        "double": "FLOAT(53)",
        "real": "REAL",
        "uuid": "VARCHAR(36) COLLATE Latin1_General_100_BIN2",
        "json": "NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2",
        "bytes": "VARBINARY(MAX)",
        "date": "DATE",
        "time": "TIME(6)",
        "timestamp": "DATETIME2(6)",
        "timestamptz": "DATETIMEOFFSET(6)",
        "interval": f"VARCHAR({LONGEST}) COLLATE Latin1_General_100_BIN2",
    },
    text="NVARCHAR(MAX)",
    # a length counts the halves of an emoji; what is in a key has to be short, not what it is declared as, and what a key
    # holds is nearly always of one half: 800 of the 900 bytes that it may have
    keyed_text="NVARCHAR(800)",
    keyed_length=400,
    varchar="NVARCHAR({length}){collation}",
    char="NCHAR({length}){collation}",
    readings={"char": "RTRIM({0})", "timestamptz": _IN_UTC},
    length_units=2,
    byte_length="DATALENGTH({0})",
    collation=" COLLATE Latin1_General_100_BIN2",
    identifier_quotes=("[", "]"),
    unique_repeats_null=False,
    nullable_suffix="NULL",
    comments="procedure",
    grant="GRANT {what} ON {place} TO {role}",
    own="ALTER AUTHORIZATION ON OBJECT::{place} TO {role}",
    own_keys={
        **dict.fromkeys(WHOLE, "IDENTITY(1, 1)"),
        "uuid": "DEFAULT (LOWER(CONVERT(VARCHAR(36), NEWID())))",
    },
    preamble=("SET QUOTED_IDENTIFIER ON",),  # filtered indexes need it, and sqlcmd begins without
    create_schema="IF SCHEMA_ID({literal}) IS NULL EXEC({created})",
    literal=_literal,
    rewrites=(
        _AS_IN_SQL,
        null_keys,
        whole_divisions,
        wide_sums,
        _PARTS,
        like_marks,
        lengths_with_blanks,
        national_texts,
        number_booleans,
    ),
    cells=Cells(
        text=(
            "(CAST(SUBSTRING(HASHBYTES('MD5', CAST({0} COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))), 1, 7)"
            " AS BIGINT) * 16"
            " + CAST(SUBSTRING(HASHBYTES('MD5', CAST({0} COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))), 8, 1)"
            " AS INT) / 16)"
        ),
        boolean="CAST({0} AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST(DATEDIFF(DAY, '19700101', {0}) AS BIGINT)",
        timestamp="DATEDIFF_BIG(MICROSECOND, CAST('1970-01-01T00:00:00' AS DATETIME2(6)), {0})",
        real="CAST({0} AS FLOAT(53))",
        char="RTRIM({0})",
        timestamptz=_IN_UTC,
        time="DATEDIFF_BIG(MICROSECOND, CAST('00:00:00' AS TIME(6)), {0})",
        decimal="CAST({0} * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        wide="CAST({0} AS VARCHAR(50))",
        bytes="LOWER(CONVERT(VARCHAR(MAX), {0}, 2))",
        total="COALESCE(SUM(CAST({0} AS DECIMAL(38, 0))), 0)",
        rows="COUNT_BIG(*)",
    ),
    longest_varchar=2000,
    longest_comment=3750,
    longest_key=850,  # 1,700 bytes; 900 where the rows lie in the order of the key, which is only warned of
    inserts=InsertStyle(
        # sqlcmd looks for GO, :commands and $(variables) in every line, within quotes too; so there is only one line,
        # and pieces are as long as they are
        {**QUOTE, "\n": "' + NCHAR(10) + N'", "\r": "' + NCHAR(13) + N'", "$(": "$' + N'("},
        opening="N'",
        broken=("\n", "\r", "$("),
        pieces="CAST(N'' AS NVARCHAR(MAX)) + ",
        booleans=("1", "0"),
        bytes="0x{0}",
        nulls=NULLS,
        before=f"SET QUOTED_IDENTIFIER ON;\nSET NOCOUNT ON;\n{_GIVEN_KEYS} ON;\nGO\n",
        between="GO\n",
        after=f"{_GIVEN_KEYS} OFF;\nGO\n",
    ),
)
