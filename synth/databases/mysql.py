"""MySQL and MariaDB."""

from __future__ import annotations

from synth.databases.dialect import Dialect, standard_literal

__all__ = ["DIALECT"]


def _literal(text: str) -> str:
    """A backslash escapes here, unless the server is told otherwise; doubled it means itself in both modes of reading."""
    return standard_literal(text.replace("\\", "\\\\"))


DIALECT = Dialect(
    name="mysql",
    sqlglot="mysql",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INT",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "DOUBLE",
        "uuid": "VARCHAR(36)",
        "date": "DATE",
        "timestamp": "DATETIME(6)",
    },
    text="LONGTEXT",
    keyed_text="VARCHAR(255)",  # a key needs a length
    quotes=("`", "`"),
    comments="inline",
    create_schema="CREATE DATABASE IF NOT EXISTS {schema}",
    # binary, and blanks at the end count; each server reads its own hint, and MariaDB none of MySQL 8's
    table_options=(
        " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4"
        " /*M! COLLATE utf8mb4_nopad_bin */ /*!80000 COLLATE utf8mb4_0900_bin */"
    ),
    literal=_literal,
)
