"""What is in a PostgreSQL: schemas, tables, columns, and their types as ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from synth.databases.changes import ForeignKey, foreign_keys
from synth.databases.contract import MANIFEST, Database
from synth.databases.postgres.dialect import DIALECT
from synth.dtypes import (
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTERVAL,
    JSON,
    REAL,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    DType,
    array_of,
    char_or_varchar,
    decimal,
    enum_or_text,
)  # fmt: skip

__all__ = ["Catalogue", "EnumColumn", "column_type", "enum_columns", "numeric_type"]

# columns of tables and views of a schema whose types are enums
_ENUMS = (
    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace s ON s.oid = t.typnamespace "
    "WHERE n.nspname = {0} AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped "
    "AND t.typtype = 'e'"
)
_ARRAYS = (
    "SELECT c.relname, a.attname, FORMAT_TYPE(t.typelem, a.atttypmod) "
    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_type t ON t.oid = a.atttypid WHERE n.nspname = {0} AND c.relkind IN ('r', 'v', 'm', 'f', 'p') "
    "AND a.attnum > 0 AND NOT a.attisdropped AND t.typcategory = 'A'"
)
# information_schema's data_type -> ours
_TYPES = {
    "boolean": BOOLEAN, "smallint": DType("smallint"), "integer": DType("integer"), "bigint": DType("bigint"),
    "real": REAL, "double precision": DOUBLE, "uuid": DType("uuid"), "date": DATE,
    "time without time zone": TIME, "jsonb": JSON, "bytea": BYTES, "interval": INTERVAL,
    "timestamp without time zone": TIMESTAMP, "timestamp with time zone": TIMESTAMPTZ,
}  # fmt: skip
# types whose arrays are ours, and one of them as the server spells it
_ELEMENTS = frozenset((
    "boolean", "smallint", "integer", "bigint", "numeric", "text", "character varying", "uuid", "date",
    "time without time zone", "timestamp without time zone",
))  # fmt: skip
_ELEMENT = re.compile(r"([a-z ]+)(?:\((\d+)(?:,(\d+))?\))?( without time zone)?")


class EnumColumn(NamedTuple):
    """A column whose type is an enum, and where that type is."""

    table: str
    column: str
    schema: str
    type: str


class Catalogue(Database):
    """Reads what is there from information_schema."""

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """Tables and columns, also of tables without any."""
        tables: dict[str, dict[str, DType]] = {}
        _, rows = self.rows(
            "SELECT t.table_name, c.column_name, c.data_type, c.character_maximum_length, c.numeric_precision, "
            "c.numeric_scale FROM information_schema.tables t LEFT JOIN information_schema.columns c "
            "ON c.table_schema = t.table_schema AND c.table_name = t.table_name "
            f"WHERE t.table_schema = {DIALECT.literal(schema)} ORDER BY t.table_name, c.ordinal_position"
        )
        for table, column, kind, length, precision, scale in rows:
            columns = tables.setdefault(table, {})
            if column is not None:
                columns[column] = column_type(kind, length, precision, scale)
        if any(kind == "USER-DEFINED" for _, _, kind, *_ in rows):
            for each, labels in _labels(self, schema).items():
                if each.column in tables.get(each.table, {}):  # else nobody has shown it to us
                    tables[each.table][each.column] = enum_or_text(labels)
        if any(kind == "ARRAY" for _, _, kind, *_ in rows):
            for table, column, spelt in self.rows(_ARRAYS.format(DIALECT.literal(schema)))[1]:
                if column in tables.get(table, {}):
                    tables[table][column] = array_type(spelt)
        return tables

    def dataset_schemas(self) -> list[str]:
        """Schemas with our manifest, also where it may not be read: then that is told."""
        _, rows = self.rows(
            f"SELECT schemaname FROM pg_tables WHERE tablename = {DIALECT.literal(MANIFEST)} "
            "AND schemaname NOT LIKE '\\_synth\\_%' ORDER BY 1"
        )
        return [schema for (schema,) in rows]

    def referring(self, schema: str, tables: Sequence[str]) -> list[ForeignKey]:
        """From pg_constraint, as information_schema shows an owner's alone."""
        names = ", ".join(map(DIALECT.literal, tables))
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            "SELECT cn.nspname, f.conname, c.relname, ca.attname, p.relname, pa.attname FROM pg_constraint f "
            "JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace "
            "JOIN pg_class p ON p.oid = f.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace "
            "CROSS JOIN LATERAL UNNEST(f.conkey, f.confkey) WITH ORDINALITY k(ours, theirs, n) "
            "JOIN pg_attribute ca ON ca.attrelid = c.oid AND ca.attnum = k.ours "
            "JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = k.theirs "
            f"WHERE f.contype = 'f' AND pn.nspname = {here} AND p.relname IN ({names}) "
            f"AND NOT (cn.nspname = {here} AND c.relname IN ({names})) ORDER BY 1, 2, 3, k.n"
        )
        return foreign_keys(rows)

    def hanging_on(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Triggers, indexes, policies, rules and publications."""
        names, here = ", ".join(map(DIALECT.literal, tables)), DIALECT.literal(schema)
        joined = "JOIN pg_namespace n ON n.oid = c.relnamespace"
        of_table = f"{joined} WHERE n.nspname = {here} AND c.relname IN ({names})"
        _, rows = self.rows(
            "SELECT 'trigger', t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            f"{of_table} AND NOT t.tgisinternal "
            f"UNION SELECT 'index', indexname FROM pg_indexes WHERE schemaname = {here} AND tablename IN ({names}) "
            f"UNION SELECT 'policy', policyname FROM pg_policies WHERE schemaname = {here} AND tablename IN ({names}) "
            f"UNION SELECT 'rule', rulename FROM pg_rules WHERE schemaname = {here} AND tablename IN ({names}) "
            "UNION SELECT 'membership in publication', p.pubname FROM pg_publication p "
            f"JOIN pg_publication_rel r ON r.prpubid = p.oid JOIN pg_class c ON c.oid = r.prrelid {of_table} ORDER BY 1, 2"
        )
        return [(what, name) for what, name in rows]

    def names_in(self, schema: str) -> set[str]:
        """Those of pg_constraint, and of pg_indexes."""
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            "SELECT c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace "
            f"WHERE n.nspname = {here} UNION SELECT indexname FROM pg_indexes WHERE schemaname = {here}"
        )
        return {name for (name,) in rows}


def enum_columns(database: Database, schema: str, tables: Sequence[str]) -> list[EnumColumn]:
    """The columns of these tables, as far as they are there, whose types are enums."""
    names, enums = ", ".join(map(DIALECT.literal, tables)), _ENUMS.format(DIALECT.literal(schema))
    _, rows = database.rows(
        f"SELECT c.relname, a.attname, s.nspname, t.typname {enums} AND c.relname IN ({names}) ORDER BY c.relname, a.attnum"
    )
    return [EnumColumn(*row) for row in rows]


def _labels(database: Database, schema: str) -> dict[EnumColumn, list[str]]:
    """The labels of a schema's enum columns, in their order."""
    _, rows = database.rows(
        "SELECT c.relname, a.attname, s.nspname, t.typname, ARRAY(SELECT CAST(e.enumlabel AS TEXT) FROM pg_enum e "
        f"WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) {_ENUMS.format(DIALECT.literal(schema))}"
    )
    return {EnumColumn(*column): labels for *column, labels in rows}


def column_type(kind: str, length: int | None, precision: int | None, scale: int | None) -> DType:
    """The type of a table's column, from information_schema; text in a type of the server's own where there is none."""
    if kind == "numeric":
        found = numeric_type(precision, scale)
        return found if found.precision else found.kept_as(kind)  # of any digits
    if kind == "character varying":
        return DType("varchar", length=length)
    if kind == "character" and length:
        return char_or_varchar(length)
    return _TYPES.get(kind) or TEXT.kept_as("" if kind == "text" else kind)


def array_type(element: str) -> DType:
    """The type of arrays of a type, as the server spells it; text where there are none, or of any digits."""
    found = _ELEMENT.fullmatch(element)
    name = f"{found[1]}{found[4] or ''}" if found else ""
    if found is None or name not in _ELEMENTS or (name == "numeric" and not found[2]):
        return TEXT.kept_as(f"{element}[]")
    first, second = (int(size) if size else None for size in found.groups()[1:3])
    try:
        return array_of(column_type(name, first, first, second))
    except ValueError:
        return TEXT.kept_as(f"{element}[]")


def numeric_type(precision: int | None, scale: int | None) -> DType:
    """A numeric's type; without digits where it has none, or so many that only its values tell what holds them."""
    if precision is not None and precision <= 38 and 0 <= (scale or 0) <= precision:
        return decimal(precision, scale or 0)
    return DType("decimal")
