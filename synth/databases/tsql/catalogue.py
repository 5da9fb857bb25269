"""What is in SQL Server: schemas, tables, columns, and their types as ours."""

from __future__ import annotations

from collections.abc import Sequence

from synth.databases.changes import ForeignKey, foreign_keys
from synth.databases.contract import MANIFEST, STAGED, Database
from synth.databases.tsql.dialect import DIALECT, NAME
from synth.dtypes import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    REAL,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    DType,
    char_or_varchar,
    decimal_or_text,
)  # fmt: skip

__all__ = ["Catalogue", "column_type"]

# INFORMATION_SCHEMA's DATA_TYPE -> ours
_TYPES = {
    "bit": BOOLEAN, "tinyint": DType("smallint"), "smallint": DType("smallint"), "int": DType("integer"), "bigint": BIGINT,
    "real": REAL, "float": DOUBLE, "uniqueidentifier": DType("uuid"), "date": DATE, "time": TIME,
    "binary": BYTES, "varbinary": BYTES, "image": BYTES,
    "datetime2": TIMESTAMP, "datetime": TIMESTAMP, "smalldatetime": TIMESTAMP, "datetimeoffset": TIMESTAMPTZ,
}  # fmt: skip


class Catalogue(Database):
    """Reads what is there from INFORMATION_SCHEMA."""

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """Tables and columns, also of tables without any."""
        tables: dict[str, dict[str, DType]] = {}
        _, rows = self.rows(
            "SELECT CAST(t.TABLE_NAME AS NVARCHAR(128)), CAST(c.COLUMN_NAME AS NVARCHAR(128)), c.DATA_TYPE, "
            "c.CHARACTER_MAXIMUM_LENGTH, c.NUMERIC_PRECISION, c.NUMERIC_SCALE "
            "FROM INFORMATION_SCHEMA.TABLES t LEFT JOIN INFORMATION_SCHEMA.COLUMNS c "
            "ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME "
            f"WHERE t.TABLE_SCHEMA = {DIALECT.literal(schema)} ORDER BY t.TABLE_NAME, c.ORDINAL_POSITION"
        )
        for table, column, *kind in rows:
            columns = tables.setdefault(table, {})
            if column is not None:
                columns[column] = column_type(*kind)
        return tables

    def dataset_schemas(self) -> list[str]:
        """Schemas with our manifest."""
        _, rows = self.rows(
            "SELECT CAST(TABLE_SCHEMA AS NVARCHAR(128)) FROM INFORMATION_SCHEMA.TABLES "
            f"WHERE TABLE_NAME = {DIALECT.literal(MANIFEST)}"
        )
        return sorted(schema for (schema,) in rows if not schema.startswith(STAGED))

    def referring(self, schema: str, tables: Sequence[str]) -> list[ForeignKey]:
        """From sys.foreign_key_columns, which has both ends in one row."""
        names = ", ".join(map(DIALECT.literal, tables))
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            f"SELECT {', '.join(map(NAME.format, ('cs', 'f', 'c', 'cc', 'p', 'pc')))} FROM sys.foreign_keys f "
            "JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id "
            "JOIN sys.tables c ON c.object_id = f.parent_object_id JOIN sys.schemas cs ON cs.schema_id = c.schema_id "
            "JOIN sys.tables p ON p.object_id = f.referenced_object_id JOIN sys.schemas ps ON ps.schema_id = p.schema_id "
            "JOIN sys.columns cc ON cc.object_id = c.object_id AND cc.column_id = k.parent_column_id "
            "JOIN sys.columns pc ON pc.object_id = p.object_id AND pc.column_id = k.referenced_column_id "
            f"WHERE ps.name = {here} AND p.name IN ({names}) AND NOT (cs.name = {here} AND c.name IN ({names})) "
            "ORDER BY cs.name, c.name, f.name, k.constraint_column_id"
        )
        return foreign_keys(rows)

    def hanging_on(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Triggers, and indexes but those of constraints."""
        names = ", ".join(map(DIALECT.literal, tables))
        joined = "JOIN sys.schemas s ON s.schema_id = t.schema_id"
        of_table = f"{joined} WHERE s.name = {DIALECT.literal(schema)} AND t.name IN ({names})"
        _, rows = self.rows(
            f"SELECT N'trigger' AS what, {NAME.format('g')} AS name FROM sys.triggers g "
            "JOIN sys.tables t ON t.object_id = g.parent_id "
            f"{of_table} UNION SELECT N'index' AS what, {NAME.format('i')} AS name FROM sys.indexes i "
            f"JOIN sys.tables t ON t.object_id = i.object_id {of_table} AND i.name IS NOT NULL "
            "AND i.is_primary_key = 0 AND i.is_unique_constraint = 0 ORDER BY what, name"
        )
        return [(what, name) for what, name in rows]


def column_type(kind: str, length: int | None, precision: int | None, scale: int | None) -> DType:
    """The type of a table's column, from INFORMATION_SCHEMA."""
    if kind in ("decimal", "numeric"):
        return decimal_or_text(precision, scale)
    if kind in ("char", "nchar") and length:
        return char_or_varchar(length)
    if kind in ("varchar", "nvarchar"):
        return DType("varchar", length=length) if length and length > 0 else TEXT  # -1: MAX
    return _TYPES.get(kind, TEXT)
