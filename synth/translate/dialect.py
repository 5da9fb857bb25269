"""What differs between databases in the SQL that makes tables: types, quoting, where constraints and comments stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from synth.dtypes import DType
from synth.fingerprint import Cells
from synth.translate.conditions import Rewrite

__all__ = ["Dialect", "standard_literal"]


def standard_literal(text: str) -> str:
    """A text in SQL: quotes doubled, nothing else is special."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Dialect:
    """One database's way of saying things."""

    name: str
    sqlglot: str  # what the translator calls it
    types: Mapping[str, str]  # of `DType.name`; decimals and texts with a length get theirs behind
    text: str  # a text without a length
    keyed_text: str  # the same in a key or an index
    cells: Cells  # what a fingerprint is made of
    keyed_length: int = 0  # its characters, where it has to have a length
    varchar: str = "VARCHAR({length}){collation}"
    collation: str = ""  # binary, and blanks at the end count
    quotes: tuple[str, str] = ('"', '"')
    has_schemas: bool = True
    alters: bool = True  # constraints are added after the data, by ALTER TABLE
    inside: frozenset[str] = frozenset()  # kinds of constraints that stand in CREATE TABLE all the same
    looks_ahead: bool = True  # a foreign key may name a table that comes later
    null_repeats: bool = True  # a unique constraint takes NULL many times
    null: str = ""  # behind a column that may be NULL, where a session's settings would decide
    comments: Literal["statements", "inline", "procedure", "none"] = "none"
    create_schema: str = "CREATE SCHEMA IF NOT EXISTS {schema}"
    table_options: str = ""
    before: tuple[str, ...] = ()  # statements that come first
    literal: Callable[[str], str] = standard_literal
    rewrites: tuple[Rewrite, ...] = ()  # of conditions and queries, before they are spelt
    float_digits: int | None = None  # decimals are floats; of more digits and a fraction they are texts, of type "wide"
    longest_varchar: int | None = None  # above it a text has no length here
    longest_comment: int | None = None
    longest_key: int | None = None  # characters of text that all columns of a key may hold together

    def quoted(self, name: str) -> str:
        """An identifier."""
        opening, closing = self.quotes
        return opening + name.replace(closing, closing * 2) + closing

    def place(self, schema: str | None, table: str) -> str:
        """A table's name, in its schema where there is one."""
        return f"{self.quoted(schema)}.{self.quoted(table)}" if schema and self.has_schemas else self.quoted(table)

    def is_wide(self, dtype: DType) -> bool:
        """Whether a type is kept as a text, as its digits would be lost in a float."""
        return bool(self.float_digits and dtype.digits and (dtype.precision or 0) > self.float_digits)

    def type(self, dtype: DType, *, keyed: bool) -> str:
        """A column's type; `keyed` says that a key or an index holds it."""
        if dtype.name == "varchar":
            if dtype.length and dtype.length <= (self.longest_varchar or dtype.length):
                return self.varchar.format(length=dtype.length, collation=self.collation)
            return (self.keyed_text if keyed else self.text) + self.collation
        name = self.types["wide" if self.is_wide(dtype) else dtype.name]
        return f"{name}({dtype.precision}, {dtype.digits})" if dtype.name == "decimal" else name
