"""What differs between databases in the SQL that makes tables: types, quoting, where constraints and comments stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from synth.dtypes import MAX_PRECISION, DType, Types
from synth.fingerprint import Cells, row_number_sql, sums_sql
from synth.translate.conditions import Rewrite

__all__ = ["QUOTE", "WHOLE", "Dialect", "InsertStyle", "standard_literal"]

QUOTE = {"'": "''"}
WHOLE = ("smallint", "integer", "bigint")  # types of keys that are numbered


def standard_literal(text: str) -> str:
    """A text in SQL: quotes doubled, nothing else is special."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class InsertStyle:
    """How cells of INSERT statements are spelt for a database's own client; texts by what stands for a sign in quotes."""

    signs: Mapping[str, str] = field(default_factory=lambda: QUOTE)
    opening: str = "'"
    broken: tuple[str, ...] = ()  # signs at which a text falls into pieces that are put together
    pieces: str = ""  # what begins such a text
    booleans: tuple[str, str] = ("TRUE", "FALSE")
    bytes: str = "X'{0}'"  # {0} their hexadecimal digits
    array: str = "{0}"  # {0} the JSON of an array as a text, {type} DuckDB's name of its type
    braces: bool = False  # whether arrays are spelt as PostgreSQL does, in place of JSON
    nulls: Mapping[str, str] = field(default_factory=dict)  # of types whose NULL has to say so
    utc: str = "+00:00"  # behind a moment with a zone
    longest_number: int = MAX_PRECISION  # digits of a decimal that may stand without quotes
    sees_itself: bool = True  # whether a row's parent may come in the same statement
    before: str = "BEGIN;\n"  # a table's; {place} is the table's, {place_text} the same between quotes
    between: str = ""  # behind every statement
    after: str = "COMMIT;\n"


@dataclass(frozen=True)
class Dialect:
    """One database's way of saying things. DDL needs the fields without a default; the others have the standard's way."""

    name: str
    sqlglot: str  # what the translator calls it
    types: Mapping[str, str]  # of `DType.name`; decimals and texts with a length get theirs behind
    text: str  # a text without a length
    keyed_text: str  # the same in a key or an index
    keyed_length: int = 0  # its characters, where it has to have a length
    varchar: str = "VARCHAR({length}){collation}"
    char: str = "CHAR({length}){collation}"
    readings: Mapping[str, str] = field(
        default_factory=dict
    )  # of types whose cells are not read as they are, `{0}` one
    portable: Mapping[str, str] = field(
        default_factory=dict
    )  # of types -> how a cell that is kept in a type of the database's own, `{0}`, becomes one; others as they are
    length_units: int = 1  # of a declared length that one character may take
    create_enum: str = ""  # the statement that makes a type of {labels}, called {place}, where types are a schema's own
    inline_enum: str = ""  # such a type where it stands in the column itself
    alike: str = ""  # types of its own, as a pattern, of which conditions of tables are written as of the spec's
    computed: str = ""  # behind a column's type, where {0} computes it
    computed_not_null: bool = True  # whether NOT NULL may stand there, too
    array: str = ""  # the type of arrays of {element}; texts, where there is none
    holds_types: bool = True  # whether a cell is of its column's type
    byte_length: str = "OCTET_LENGTH(CAST({0} AS TEXT))"  # of a column that is read as text
    collation: str = ""  # binary, and blanks at the end count
    identifier_quotes: tuple[str, str] = ('"', '"')
    literal: Callable[[str], str] = standard_literal
    first: str = "{ordered} LIMIT {rows}"  # behind a SELECT of which the first rows are wanted
    unordered: str = ""  # its ORDER BY, where any order will do

    # where things stand
    has_schemas: bool = True
    create_schema: str = "CREATE SCHEMA IF NOT EXISTS {schema}"
    preamble: tuple[str, ...] = ()  # statements that come first
    constraints_after_data: bool = True  # ALTER TABLE adds them, else they stand in CREATE TABLE
    constraints_in_create: frozenset[str] = frozenset()  # kinds that stand in CREATE TABLE all the same
    text_references: bool = True  # a foreign key may be of texts
    forward_references: bool = True  # a foreign key may name a table that comes later
    forward_reference: str = (
        ""  # behind such a key: it is looked at when a transaction ends, as rows of both come in it
    )
    unique_repeats_null: bool = True  # a unique constraint takes NULL many times
    nullable_suffix: str = ""  # behind a column that may be NULL, where a session's settings would decide
    comments: Literal["statements", "inline", "procedure", "none"] = "none"
    table_options: str = ""

    # rows that an application adds
    own_keys: Mapping[str, str] = field(
        default_factory=dict
    )  # type of a key that new rows get -> what stands behind it
    own_key_types: Mapping[str, str] = field(default_factory=dict)  # where such a key has to be of another type
    own_keys_in_checks: bool = True  # whether a CHECK may name such a key
    numbering: tuple[str, ...] = ()  # statements by which integers go on at {next}, behind the rows that are there

    # rights, where tables have any: statements for a {role}
    enter: str = ""  # lets it reach what is in a {schema}
    grant: str = ""  # lets it do {what} with the table at {place}
    own: str = ""  # makes it the owner of the table at {place}

    # limits
    float_digits: int | None = None  # decimals are floats; of more digits and a fraction they are texts, of type "wide"
    longest_varchar: int | None = None  # above it a text has no length here
    longest_comment: int | None = None
    longest_key: int | None = None  # characters of text that all columns of a key may hold together

    # beyond tables
    rewrites: tuple[Rewrite, ...] = ()  # of conditions and queries, before they are spelt
    cells: Cells | None = None  # what a fingerprint is made of; whoever loads and verifies needs it
    inserts: InsertStyle | None = None  # for `--format sql`

    def quote_identifier(self, name: str) -> str:
        """A name of a table, column or schema between this database's quotes."""
        opening, closing = self.identifier_quotes
        return opening + name.replace(closing, closing * 2) + closing

    def read_cell(self, column: str, dtype: DType) -> str:
        """A column as it stands in a SELECT that reads its cells."""
        name = self.quote_identifier(column)
        cell = self.readings.get(dtype.name, "{0}").format(self.portable_cell(name, dtype))
        return name if cell == name else f"{cell} AS {name}"

    def in_conditions(self, dtype: DType) -> DType:
        """A column's type for conditions of tables, which take some types of the database's own as they are."""
        alike = dtype.native and self.alike and re.fullmatch(self.alike, dtype.native, re.IGNORECASE)
        return replace(dtype, native="") if alike else dtype

    def portable_cell(self, cell: str, dtype: DType | None) -> str:
        """A cell as one of the type that the spec knows, where the database keeps it in a type of its own."""
        return self.portable.get(dtype.name, "{0}").format(cell) if dtype and dtype.native else cell

    def place(self, schema: str | None, table: str) -> str:
        """A table's name, in its schema where there is one."""
        name = self.quote_identifier(table)
        return f"{self.quote_identifier(schema)}.{name}" if schema and self.has_schemas else name

    def first_rows(self, place: str, columns: Sequence[str], key: Sequence[str], rows: int | None) -> str:
        """What stands for a table in a FROM: its first rows by a key, which may be of no column, or all."""
        if rows is None:
            return place
        quoted = ", ".join(map(self.quote_identifier, columns))
        ordered = f"ORDER BY {', '.join(map(self.quote_identifier, key))}" if key else self.unordered
        return f"(SELECT {quoted} FROM {place} {self.first.format(ordered=ordered, rows=rows)}) AS shown"

    def fingerprint_query(self, types: Types, place: str, by: str | None = None) -> str:
        """The query whose one row is the fingerprint of a table's columns: rows and two sums.

        With `by`, a column besides, there is a row for each of its values, behind the value.
        """
        assert self.cells, f"the dialect {self.name} declares no cells, so it makes no fingerprints"
        return sums_sql(types, self.cells, lambda name: self._cell(name, types), place, by)

    def row_number(self, types: Types, alias: str) -> str:
        """The number of a row of `alias` by which a fingerprint knows it."""
        assert self.cells, f"the dialect {self.name} declares no cells, so it makes no fingerprints"
        return row_number_sql(types, self.cells, lambda name: self._cell(name, types, f"{alias}."))

    def _cell(self, name: str, types: Types, before: str = "") -> str:
        """A column of these, quoted, as the spec knows it."""
        return self.portable_cell(before + self.quote_identifier(name), types.get(name))

    def number_on(self, schema: str | None, table: str, column: str, following: int | str) -> Iterator[str]:
        """The statements by which a table gives new rows the keys from `following` on, number or SQL; none if by itself."""
        place, sequence = self.place(schema, table), self.place(schema, f"{table}_{column}_seq")
        words = {
            "place": place, "column": self.quote_identifier(column), "sequence": sequence, "next": following,
            "place_text": self.literal(place), "column_text": self.literal(column), "sequence_text": self.literal(sequence),
        }  # fmt: skip
        yield from (statement.format(**words) for statement in self.numbering)

    @property
    def has_enums(self) -> bool:
        """Whether there are types of listed texts; else such a column is a text with a check."""
        return bool(self.create_enum or self.inline_enum)

    def labels(self, dtype: DType) -> str:
        """The labels of an enum as texts, with commas between."""
        return ", ".join(map(self.literal, dtype.labels))

    def is_wide(self, dtype: DType) -> bool:
        """Whether a type is kept as a text, as its digits would be lost in a float."""
        return bool(self.float_digits and dtype.digits and (dtype.precision or 0) > self.float_digits)

    def type(self, dtype: DType, *, keyed: bool) -> str:
        """A column's type; `keyed` says that a key or an index holds it."""
        if dtype.native:
            return dtype.native
        if dtype.name == "varchar":
            if dtype.length and dtype.length <= (self.longest_varchar or dtype.length):
                return self.varchar.format(length=dtype.length * self.length_units, collation=self.collation)
            return (self.keyed_text if keyed else self.text) + self.collation
        if dtype.name == "char":
            return self.char.format(length=(dtype.length or 1) * self.length_units, collation=self.collation)
        if dtype.element is not None:
            if not self.array:
                return self.text + self.collation
            element = self.type(dtype.element, keyed=False)
            collation = self.collation if element.endswith(self.collation) else ""
            return self.array.format(element=element.removesuffix(collation)) + collation
        if dtype.name == "enum":
            if self.inline_enum:
                return self.inline_enum.format(labels=self.labels(dtype))
            return self.type(dtype.as_varchar, keyed=keyed)
        name = self.types["wide" if self.is_wide(dtype) else dtype.name]
        return f"{name}({dtype.precision}, {dtype.digits})" if dtype.is_decimal else name
