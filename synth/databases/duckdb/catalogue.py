"""What is in a file of DuckDB: schemas, tables, columns, references, and types as ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from synth.databases.changes import ForeignKey
from synth.databases.contract import MANIFEST, Database
from synth.databases.duckdb.dialect import DIALECT
from synth.dtypes import BIGINT, REAL, TEXT, TIMESTAMP, TIMESTAMPTZ, DType, enum_or_text

__all__ = ["Catalogue", "DeclaredColumn", "Reference", "column_type", "declared_columns", "references"]

# types that are none of ours -> the next ones that are
_TYPES = {
    "tinyint": DType("smallint"), "utinyint": DType("smallint"), "usmallint": DType("integer"), "uinteger": BIGINT,
    "float": REAL, "timestamp with time zone": TIMESTAMPTZ, "timestamp_s": TIMESTAMP, "timestamp_ms": TIMESTAMP,
    "timestamp_ns": TIMESTAMP,
}  # fmt: skip
_LABELS = re.compile(r"'((?:[^']|'')*)'")  # of an enum


class DeclaredColumn(NamedTuple):
    """A column, and its type in DuckDB's words."""

    table: str
    name: str
    kind: str


class Reference(NamedTuple):
    """A foreign key of one column."""

    table: str
    column: str
    parent: str
    key: str


class Catalogue(Database):
    """Reads what is there from duckdb_columns()."""

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """Give the tables of a schema and their columns, with types."""
        tables: dict[str, dict[str, DType]] = {}
        for column in declared_columns(self, schema):
            tables.setdefault(column.table, {})[column.name] = column_type(column.kind)
        return tables

    def dataset_schemas(self) -> list[str]:
        """Schemas with our manifest."""
        _, rows = self.rows(
            f"SELECT schema_name FROM duckdb_tables() WHERE table_name = {DIALECT.literal(MANIFEST)} "
            "AND database_name = current_database() ORDER BY 1"
        )
        return [schema for (schema,) in rows]

    def referring(self, schema: str, tables: Sequence[str]) -> list[ForeignKey]:
        """From duckdb_constraints(); a foreign key stays within its schema."""
        names = ", ".join(map(DIALECT.literal, tables))
        _, rows = self.rows(
            "SELECT schema_name, table_name, constraint_column_names, referenced_table, referenced_column_names "
            "FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY' AND database_name = current_database() "
            f"AND schema_name = {DIALECT.literal(schema)} AND referenced_table IN ({names}) AND table_name NOT IN ({names})"
        )
        return [
            ForeignKey(place, table, tuple(columns), parent, tuple(keys))
            for place, table, columns, parent, keys in rows
        ]

    def hanging_on(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Indexes that somebody made; there are no triggers."""
        names = ", ".join(map(DIALECT.literal, tables))
        _, rows = self.rows(
            "SELECT 'index', index_name FROM duckdb_indexes() WHERE sql IS NOT NULL AND database_name = current_database() "
            f"AND schema_name = {DIALECT.literal(schema)} AND table_name IN ({names}) ORDER BY 2"
        )
        return [(what, name) for what, name in rows]


def declared_columns(database: Database, schema: str) -> list[DeclaredColumn]:
    """The columns of all tables of a schema, in their order."""
    _, rows = database.rows(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        f"AND database_name = current_database() AND schema_name = {DIALECT.literal(schema)} "
        "ORDER BY table_name, column_index"
    )
    return [DeclaredColumn(*row) for row in rows]


def references(database: Database, schema: str) -> list[Reference]:
    """The foreign keys of one column of all tables of a schema."""
    _, rows = database.rows(
        "SELECT table_name, constraint_column_names[1], referenced_table, referenced_column_names[1] "
        "FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY' AND database_name = current_database() "
        f"AND schema_name = {DIALECT.literal(schema)}"
    )
    return [Reference(*row) for row in rows]


def column_type(kind: str) -> DType:
    """The type of a column from DuckDB's words for it; text where there is none of ours."""
    if kind.startswith("ENUM("):
        return enum_or_text([label.replace("''", "'") for label in _LABELS.findall(kind)])
    words = kind.lower()
    if words in _TYPES:
        return _TYPES[words]
    try:
        return DType.parse(words)
    except ValueError:
        return TEXT
