"""How the types of columns are written, what for, and a column of each, to be listed and checked in editors."""

from __future__ import annotations

from dataclasses import dataclass

from synth.dtypes import ALIASES, TYPES, WIDEST

__all__ = ["TypeWord", "type_words"]

# how each is written (see TypeWord), what for, a column of it
_DESCRIBED: dict[str, tuple[str, str, str]] = {
    "boolean": ("boolean", "true or false", "{choice: {true: 0.9, false: 0.1}, type: boolean}"),
    "smallint": ("smallint", "whole numbers from -32,768 to 32,767", "{uniform: {min: 1, max: 5}, type: smallint}"),
    "integer": ("integer", "whole numbers of 32 bits", "{uniform: {min: 1, max: 100_000}, type: integer}"),
    "bigint": ("bigint", "whole numbers of 64 bits", "{uniform: {min: 1, max: 9_000_000_000}, type: bigint}"),
    "decimal": (
        "decimal(p,s)",
        f"exact numbers of p digits, s of them behind the point; up to {WIDEST} digits; (12,2) if left out",
        '{uniform: {min: 0.01, max: 99.99}, type: "decimal(12,2)"}',
    ),
    "double": ("double", "numbers of 64 bits with a floating point", "{normal: {mean: 20, sd: 4}, type: double}"),
    "real": ("real", "numbers of 32 bits with a floating point", "{normal: {mean: 20, sd: 4}, type: real}"),
    "varchar": (
        "varchar(n)",
        "text of at most n characters; without n of any length",
        "{coined: {}, type: varchar(40)}",
    ),
    "char": (
        "char(n)",
        "text of at most n characters without blanks at the end, which databases fill up with blanks; without n of 1",
        "{choice: {DE: 2, FR: 1}, type: char(2)}",
    ),
    "enum": (
        "enum(…)",
        "text of a list, `enum(new, paid)` or `{enum: [new, paid]}`; a type of its own in PostgreSQL and MySQL",
        '{choice: {new: 0.3, paid: 0.7}, type: "enum(new, paid)"}',
    ),
    "uuid": ("uuid", "128 bits, written with hyphens", "{key: uuid, type: uuid}"),
    "date": ("date", "a calendar day", "{uniform: {min: 2024-01-01, max: 2024-12-31}, type: date}"),
    "json": (
        "json",
        "a document, written in one spelling; a type of its own in PostgreSQL, MySQL and DuckDB",
        "{choice: {'{}': 0.5, '[]': 0.5}, type: json}",
    ),
    "bytes": (
        "bytes",
        "bytes of any length: BYTEA, BLOB, VARBINARY; `\\x00ff` in texts",
        "{bytes: {length: 16}, type: bytes}",
    ),
    "array": (
        "…[]",
        "several values of one type, as `text[]`, `integer[]`, `decimal(12,2)[]`; JSON where a database has no arrays",
        '{array: {each: {choice: {new: 1, sale: 2}}, max: 2}, type: "text[]"}',
    ),
    "time": ("time", "a time of day in microseconds", "{time_of_day: {}, type: time}"),
    "timestamp": (
        "timestamp",
        "a moment in microseconds, UTC, without a zone",
        "{uniform: {min: 2024-01-01, max: 2024-12-31}, type: timestamp}",
    ),
    "interval": (
        "interval",
        "a length of time in months, days and microseconds, `1 year`, `3 days 04:05:06`; text where a database has none",
        "{interval: {each: {uniform: {min: 7, max: 30}}, unit: days}, type: interval}",
    ),
    "timestamptz": (
        "timestamptz",
        "a moment in microseconds, with a zone wherever it is written, which is UTC",
        "{uniform: {min: 2024-01-01, max: 2024-12-31}, type: timestamptz}",
    ),
}


@dataclass(frozen=True)
class TypeWord:
    """How a type is written, its other names, what for, a column.

    What stands in brackets are numbers that may be left out; `…` stands for anything.
    """

    written: str
    aliases: tuple[str, ...]
    about: str
    example: str


def type_words() -> dict[str, TypeWord]:
    """Describe all types, by name."""
    found = {}
    for name in TYPES:
        if name == "wide":  # spelt as all decimals are
            continue
        written, about, example = _DESCRIBED.get(name, (name, "", ""))
        aliases = tuple(alias for alias, other in ALIASES.items() if other == name)
        found[name] = TypeWord(written, aliases, about, example)
    return found
