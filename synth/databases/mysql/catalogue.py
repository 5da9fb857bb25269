"""What is in MySQL: databases, tables, columns, and the types of columns and of results as ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from synth.arrays import from_json
from synth.databases.changes import ForeignKey, foreign_keys
from synth.databases.contract import MANIFEST, STAGED, Database
from synth.databases.mysql.dialect import DIALECT
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
    DType,
    char_or_varchar,
    decimal,
    decimal_or_text,
    enum_or_text,
)

__all__ = ["Catalogue", "column_type", "is_same_database", "read_cells", "result_type"]

# information_schema's data_type -> ours; without a sign some need the next wider one
_TYPES = {
    "tinyint": DType("smallint"), "smallint": DType("smallint"), "year": DType("smallint"),
    "mediumint": DType("integer"), "int": DType("integer"), "bigint": BIGINT, "float": REAL, "double": DOUBLE,
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), BYTES),
    "uuid": DType("uuid"), "date": DATE, "time": TIME, "json": DType("json"), "datetime": TIMESTAMP, "timestamp": TIMESTAMP,
}  # fmt: skip
_UNSIGNED = {"smallint": DType("integer"), "int": BIGINT, "bigint": TEXT}
# the protocol's type codes -> ours; all else is text
_CODES = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13), BIGINT), **dict.fromkeys((4, 5), DOUBLE), 10: DATE, 7: TIMESTAMP, 12: TIMESTAMP,
}  # fmt: skip
_LABELS = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)  # of a type as it is spelt
_CODE_TINY, _CODES_DECIMAL, _CODES_BYTES = 1, (0, 246), (249, 250, 251, 252, 253, 254)
_NO_CHARACTERS = 63  # the number of the set `binary`


class Catalogue(Database):
    """Looks into information_schema, which takes other capitals and accents for the same name."""

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """Tables and columns, also of tables without any."""
        tables: dict[str, dict[str, DType]] = {}
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            "SELECT t.table_schema, t.table_name, c.column_name, c.data_type, c.column_type, c.character_maximum_length, "
            "c.numeric_precision, c.numeric_scale FROM information_schema.tables t LEFT JOIN information_schema.columns c "
            f"ON c.table_schema = {here} AND c.table_schema = t.table_schema AND c.table_name = t.table_name "
            f"WHERE t.table_schema = {here} ORDER BY t.table_name, c.ordinal_position"
        )
        for place, table, column, *kind in rows:
            if is_same_database(self, place, schema):
                columns = tables.setdefault(table, {})
                if column is not None:
                    columns[column] = column_type(*kind)
        return tables

    def dataset_schemas(self) -> list[str]:
        """Databases with our manifest."""
        _, rows = self.rows(
            f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_name = {DIALECT.literal(MANIFEST)}"
        )
        return sorted(schema for schema, name in rows if name == MANIFEST and not schema.startswith(STAGED))

    def referring(self, schema: str, tables: Sequence[str]) -> list[ForeignKey]:
        """From key_column_usage, which has both ends in one row."""
        names = ", ".join(map(DIALECT.literal, tables))
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            "SELECT table_schema, constraint_name, table_name, column_name, referenced_table_name, referenced_column_name "
            f"FROM information_schema.key_column_usage WHERE referenced_table_schema = {here} AND referenced_table_name "
            f"IN ({names}) AND NOT (table_schema = {here} AND table_name IN ({names})) "
            "ORDER BY table_schema, constraint_name, table_name, ordinal_position"
        )
        return foreign_keys(rows)

    def hanging_on(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Indexes; with a trigger a table is not replaced at all."""
        names = ", ".join(map(DIALECT.literal, tables))
        _, rows = self.rows(
            "SELECT DISTINCT 'index', index_name FROM information_schema.statistics WHERE index_name <> 'PRIMARY' "
            f"AND table_schema = {DIALECT.literal(schema)} AND table_name IN ({names}) ORDER BY 2"
        )
        return [(what, name) for what, name in rows]

    def names_in(self, schema: str) -> set[str]:
        """Those of table_constraints, and of statistics."""
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            f"SELECT constraint_name FROM information_schema.table_constraints WHERE table_schema = {here} "
            f"UNION SELECT index_name FROM information_schema.statistics WHERE table_schema = {here}"
        )
        return {name for (name,) in rows}


def is_same_database(server: Database, one: str, other: str) -> bool:
    """Whether two names are one database's: some servers keep all of them small."""
    if one == other:
        return True
    return one.lower() == other.lower() and server.rows("SELECT @@lower_case_table_names")[1][0][0] != 0


def column_type(kind: str, spelt: str, length: int | None, precision: int | None, scale: int | None) -> DType:
    """The type of a table's column, from information_schema."""
    if kind == "tinyint" and spelt.startswith("tinyint(1)"):
        return BOOLEAN
    if kind == "decimal":
        return decimal_or_text(precision, scale)
    if kind == "time" and spelt != "time(6)":  # a length of time, of anybody's
        return TEXT
    if kind == "enum":
        return enum_or_text([_unescaped(label) for label in _LABELS.findall(spelt)])
    if kind == "char" and length:
        return char_or_varchar(length)
    if kind == "varchar":
        return DType("varchar", length=length)
    return _UNSIGNED[kind] if "unsigned" in spelt and kind in _UNSIGNED else _TYPES.get(kind, TEXT)


def _unescaped(label: str) -> str:
    """A label as the server spells it, as it is."""
    return re.sub(r"''|\\(.)", lambda found: found[1] or "'", label, flags=re.DOTALL)


def result_type(column: Any) -> DType:
    """The type of a query's column, from what the protocol says of it."""
    _, code, _, length, _, scale, _, characters = column
    if code in _CODES_BYTES and characters == _NO_CHARACTERS and length:  # of no length: NULL
        return BYTES
    if code in _CODES_DECIMAL:
        return decimal(38, scale)  # sums have more digits than columns may
    return BOOLEAN if code == _CODE_TINY and length == 1 else _CODES.get(code, TEXT)


def read_cells(cells: pl.Series, dtype: DType) -> pl.Series:
    """The protocol's text as a column of a type. (n,) -> (n,) Raises PolarsError."""
    if dtype.name == "bytes":
        return cells
    texts = cells.cast(pl.String)
    if dtype.element is not None:
        return from_json(texts, dtype.written.inner)
    if dtype.name == "date":
        return texts.str.to_date("%Y-%m-%d")
    if dtype.name == "timestamp":
        return texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    if dtype.name == "time":
        return texts.str.to_time("%H:%M:%S%.f")
    if dtype.name == "boolean":
        return texts.cast(pl.Int8).cast(pl.Boolean)
    if dtype.name == "timestamptz":
        return read_cells(cells, TIMESTAMP).dt.replace_time_zone("UTC")
    return texts.cast(dtype.written)
