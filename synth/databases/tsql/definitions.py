"""The DDL of what is in SQL Server, put together from its catalogue, as no statement of the server's spells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from synth.databases.contract import STAGED
from synth.databases.tsql.catalogue import Catalogue
from synth.databases.tsql.dialect import DIALECT, NAME

__all__ = ["Definitions"]

_TABLES = "sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id"
_THESE = "WHERE s.name = {schema} AND t.name IN ({tables}) AND t.is_ms_shipped = 0"
_ABOUT = (
    "(SELECT CAST(e.value AS NVARCHAR(4000)) FROM sys.extended_properties e WHERE e.class = 1 AND e.major_id = t.object_id "
    "AND e.minor_id = {column} AND e.name = N'MS_Description')"
)
_ABOUTS = (
    f"SELECT {NAME.format('t')} AS name, {_ABOUT.format(column=0)} AS about FROM {_TABLES} {_THESE} ORDER BY t.name"
)
# a type of the user's stands for one of the server's, whose name it is told by
_COLUMNS = (
    f"SELECT {NAME.format('t')} AS name, {NAME.format('c')} AS column_name, "
    "CAST(COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)) AS NVARCHAR(128)) AS kind, c.max_length, "
    "c.precision, c.scale, CAST(c.is_nullable AS INT) AS nullable, CAST(d.definition AS NVARCHAR(MAX)) AS usual, "
    "CAST(k.definition AS NVARCHAR(MAX)) AS computed, CAST(i.seed_value AS BIGINT) AS seed, "
    f"CAST(i.increment_value AS BIGINT) AS step, {_ABOUT.format(column='c.column_id')} AS about "
    f"FROM {_TABLES} JOIN sys.columns c ON c.object_id = t.object_id "
    "LEFT JOIN sys.default_constraints d ON d.parent_object_id = t.object_id AND d.parent_column_id = c.column_id "
    "LEFT JOIN sys.computed_columns k ON k.object_id = t.object_id AND k.column_id = c.column_id "
    "LEFT JOIN sys.identity_columns i ON i.object_id = t.object_id AND i.column_id = c.column_id "
    f"{_THESE} ORDER BY t.name, c.column_id"
)
# keys and unique indexes, a row for each of their columns
_KEYS = (
    f"SELECT {NAME.format('t')} AS name, {NAME.format('i')} AS key_name, CAST(i.is_primary_key AS INT) AS is_primary, "
    "CAST(i.filter_definition AS NVARCHAR(MAX)) AS filter, "
    f"{NAME.format('c')} AS column_name FROM {_TABLES} JOIN sys.indexes i ON i.object_id = t.object_id "
    "JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id AND x.is_included_column = 0 "
    f"JOIN sys.columns c ON c.object_id = t.object_id AND c.column_id = x.column_id {_THESE} AND i.is_unique = 1 "
    "AND i.is_disabled = 0 AND x.key_ordinal > 0 ORDER BY t.name, i.is_primary_key DESC, i.index_id, x.key_ordinal"
)
_REFERENCES = (
    f"SELECT {NAME.format('t')} AS name, {NAME.format('f')} AS key_name, "
    f"{NAME.format('p')} AS parent, {NAME.format('c')} AS column_name, {NAME.format('pc')} AS parent_column "
    f"FROM {_TABLES} JOIN sys.foreign_keys f ON f.parent_object_id = t.object_id "
    "JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id "
    "JOIN sys.tables p ON p.object_id = f.referenced_object_id JOIN sys.schemas ps ON ps.schema_id = p.schema_id "
    "JOIN sys.columns c ON c.object_id = t.object_id AND c.column_id = k.parent_column_id "
    "JOIN sys.columns pc ON pc.object_id = p.object_id AND pc.column_id = k.referenced_column_id "
    f"{_THESE} AND ps.name = s.name ORDER BY t.name, f.name, k.constraint_column_id"
)
_CHECKS = (
    f"SELECT {NAME.format('t')} AS name, {NAME.format('k')} AS key_name, CAST(k.definition AS NVARCHAR(MAX)) AS condition "
    f"FROM {_TABLES} JOIN sys.check_constraints k ON k.parent_object_id = t.object_id {_THESE} AND k.is_disabled = 0 "
    "ORDER BY t.name, k.name"
)
# sequences that defaults of columns take numbers from
_SEQUENCES = (
    f"SELECT DISTINCT {NAME.format('q')} AS name, CAST(q.start_value AS BIGINT) AS start_value, "
    f"CAST(q.increment AS BIGINT) AS step FROM {_TABLES} "
    "JOIN sys.default_constraints d ON d.parent_object_id = t.object_id "
    "JOIN sys.sql_expression_dependencies e ON e.referencing_id = d.object_id "
    f"JOIN sys.sequences q ON q.object_id = e.referenced_id {_THESE}"
)
_IN_CHARACTERS = {"nchar", "nvarchar"}  # whose length the catalogue has in pairs of bytes
_SIZED = {"char", "varchar", "binary", "varbinary", *_IN_CHARACTERS}
_DIGITS = {"decimal", "numeric"}
_SCALED = {"datetime2", "datetimeoffset", "time"}
_KINDS = {
    "V": "view", "P": "procedure", "FN": "function", "IF": "function", "TF": "function", "TR": "trigger", "SN": "synonym",
}  # fmt: skip


class Definitions(Catalogue):
    """Reads sys.* : INFORMATION_SCHEMA knows neither identities nor what is computed."""

    def filled_schemas(self) -> list[str]:
        """Schemas that hold tables, without staging places."""
        _, rows = self.rows(f"SELECT DISTINCT {NAME.format('s')} AS name FROM {_TABLES} WHERE t.is_ms_shipped = 0")
        return sorted(schema for (schema,) in rows if not schema.startswith(STAGED))

    def defined_tables(self, schema: str) -> list[str]:
        """Tables, but those of the server's own."""
        here = f"WHERE s.name = {DIALECT.literal(schema)} AND t.is_ms_shipped = 0"
        return sorted(table for (table,) in self.rows(f"SELECT {NAME.format('t')} AS name FROM {_TABLES} {here}")[1])

    def definitions(self, schema: str, tables: Sequence[str]) -> str:
        """From sys.*, query by query."""
        if not tables:
            return ""
        place = {"schema": DIALECT.literal(schema), "tables": ", ".join(map(DIALECT.literal, tables))}
        abouts, columns, keys, references, checks, sequences = (
            self.rows(sql.format(**place))[1] for sql in (_ABOUTS, _COLUMNS, _KEYS, _REFERENCES, _CHECKS, _SEQUENCES)
        )
        name = self.dialect.quote_identifier
        statements = [
            f"CREATE SEQUENCE {name(each)} START WITH {start} INCREMENT BY {step}" for each, start, step in sequences
        ]
        for table in tables:
            lines = [self._column(row) for row in columns if row[0] == table]
            lines += self._keys(table, keys)
            lines += self._references(table, references)
            lines += [f"CONSTRAINT {name(check)} CHECK ({spelt})" for owner, check, spelt in checks if owner == table]
            statements.append(f"CREATE TABLE {name(table)} (\n  " + ",\n  ".join(lines) + "\n)")
        statements += self._partial(keys)
        statements += self._comments(schema, abouts, columns)
        return "".join(f"{statement};\n" for statement in statements)

    def _column(self, row: Any) -> str:
        _, column, kind, length, precision, scale, nullable, usual, computed, seed, step, _ = row
        name = self.dialect.quote_identifier(column)
        if computed is not None:
            return f"{name} AS {computed}"
        words = [name, _spelt(kind, length, precision, scale)]
        if seed is not None:
            words.append(f"IDENTITY({seed}, {step})")
        if usual is not None:
            words.append(f"DEFAULT {usual}")
        return " ".join([*words, "NULL" if nullable else "NOT NULL"])

    def _keys(self, table: str, rows: Sequence[Any]) -> Iterator[str]:
        """Keys and unique indexes without a condition, as constraints."""
        name = self.dialect.quote_identifier
        for (owner, key, is_primary, condition), columns in groupby(rows, key=lambda row: tuple(row[:4])):
            named = ", ".join(name(row[4]) for row in columns)
            if owner == table and condition is None:
                yield f"CONSTRAINT {name(key)} {'PRIMARY KEY' if is_primary else 'UNIQUE'} ({named})"

    def _partial(self, rows: Sequence[Any]) -> Iterator[str]:
        name = self.dialect.quote_identifier
        for (owner, key, _, condition), columns in groupby(rows, key=lambda row: tuple(row[:4])):
            named = ", ".join(name(row[4]) for row in columns)
            if condition is not None:
                yield f"CREATE UNIQUE INDEX {name(key)} ON {name(owner)} ({named}) WHERE {condition}"

    def _references(self, table: str, rows: Sequence[Any]) -> Iterator[str]:
        name = self.dialect.quote_identifier
        for (owner, key, parent), columns in groupby(rows, key=lambda row: tuple(row[:3])):
            pairs = [row[3:] for row in columns]
            if owner != table:
                continue
            ours, theirs = (", ".join(name(pair[end]) for pair in pairs) for end in (0, 1))
            yield f"CONSTRAINT {name(key)} FOREIGN KEY ({ours}) REFERENCES {name(parent)} ({theirs})"

    def _comments(self, schema: str, tables: Sequence[Any], columns: Sequence[Any]) -> Iterator[str]:
        for table, about in tables:
            if about:
                yield self._comment(schema, about, TABLE=table)
        for table, column, *_, about in columns:
            if about:
                yield self._comment(schema, about, TABLE=table, COLUMN=column)

    def _comment(self, schema: str, about: str, **place: str) -> str:
        levels = ", ".join(
            f"@level{level}type = N'{kind}', @level{level}name = {DIALECT.literal(name)}"
            for level, (kind, name) in enumerate({"SCHEMA": schema, **place}.items())
        )
        return f"EXEC sp_addextendedproperty @name = N'MS_Description', @value = {DIALECT.literal(about)}, {levels}"

    def besides_tables(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Views, routines, synonyms, and triggers of the tables."""
        names = ", ".join(map(DIALECT.literal, tables)) or "NULL"
        kinds = ", ".join(map(DIALECT.literal, _KINDS))
        _, rows = self.rows(
            f"SELECT RTRIM(CAST(o.type AS NVARCHAR(2))) AS kind, {NAME.format('t')} AS owner, {NAME.format('o')} AS name "
            "FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id "
            f"LEFT JOIN sys.tables t ON t.object_id = o.parent_object_id WHERE s.name = {DIALECT.literal(schema)} "
            f"AND o.is_ms_shipped = 0 AND o.type IN ({kinds}) AND (t.name IS NULL OR t.name IN ({names}))"
        )
        _, outside = self.rows(
            f"SELECT {NAME.format('t')} AS owner, {NAME.format('f')} AS name FROM {_TABLES} "
            "JOIN sys.foreign_keys f ON f.parent_object_id = t.object_id "
            "JOIN sys.tables p ON p.object_id = f.referenced_object_id "
            f"WHERE s.name = {DIALECT.literal(schema)} AND t.name IN ({names}) AND p.schema_id <> t.schema_id"
        )
        found = [(_KINDS[kind], f"{owner}.{name}" if owner else name) for kind, owner, name in rows]
        return sorted([*found, *(("reference to another schema", f"{owner}.{name}") for owner, name in outside)])


def _spelt(kind: str, length: int, precision: int, scale: int) -> str:
    if kind in _SIZED:
        size = "MAX" if length < 0 else length // 2 if kind in _IN_CHARACTERS else length
        return f"{kind}({size})"
    if kind in _DIGITS:
        return f"{kind}({precision}, {scale})"
    return f"{kind}({scale})" if kind in _SCALED else kind
