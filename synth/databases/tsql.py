"""Microsoft SQL Server."""

from __future__ import annotations

from synth.databases.dialect import Dialect, standard_literal

__all__ = ["DIALECT"]


def _literal(text: str) -> str:
    """Unicode, whatever the database's code page."""
    return "N" + standard_literal(text)


DIALECT = Dialect(
    name="tsql",
    sqlglot="tsql",
    types={
        "boolean": "BIT",
        "smallint": "SMALLINT",
        "integer": "INT",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "FLOAT(53)",
        "uuid": "VARCHAR(36)",
        "date": "DATE",
        "timestamp": "DATETIME2(6)",
    },
    text="NVARCHAR(MAX)",
    keyed_text="NVARCHAR(400)",  # 800 of the 900 bytes that a key may have
    varchar="NVARCHAR({length}){collation}",
    collation=" COLLATE Latin1_General_100_BIN2",
    quotes=("[", "]"),
    null_repeats=False,
    comments="procedure",
    create_schema="IF SCHEMA_ID({literal}) IS NULL EXEC({created})",
    literal=_literal,
)
