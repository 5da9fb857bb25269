"""Types of columns, as databases spell them, and what a spec has for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from synth.dtypes import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTERVAL,
    JSON,
    MAX_LENGTH,
    REAL,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    WIDEST,
    DType,
    array_of,
    char_or_varchar,
    decimal,
    enum_or_text,
)  # fmt: skip
from synth.importing.found import Native

__all__ = ["UNTYPED", "Condition", "Known", "known_type"]

SMALLINT, INTEGER = DType("smallint"), DType("integer")
_UNLIMITED = decimal(18, 4)  # for a numeric without digits, which holds any number
_PLAIN = {
    **dict.fromkeys(("smallint", "int2", "tinyint", "smallserial", "serial2", "int1"), SMALLINT),
    **dict.fromkeys(("integer", "int", "int4", "mediumint", "serial", "serial4", "signed", "int32", "middleint"), INTEGER),
    **dict.fromkeys(("bigint", "int8", "bigserial", "serial8", "long", "oid", "int64"), BIGINT),
    **dict.fromkeys(("boolean", "bool", "logical"), BOOLEAN),
    **dict.fromkeys(("double", "double precision", "float8", "float64"), DOUBLE),
    **dict.fromkeys(("float4", "float32"), REAL),
    **dict.fromkeys((
        "text", "tinytext", "mediumtext", "longtext", "ntext", "clob", "nclob", "string", "character large object",
        "long varchar", "national text",
    ), TEXT),
    **dict.fromkeys((
        "bytea", "blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary", "image", "binary varying",
        "binary large object", "bytes", "long varbinary",
    ), BYTES),
    **dict.fromkeys(("uuid", "uniqueidentifier"), UUID), **dict.fromkeys(("json", "jsonb"), JSON),
    "date": DATE, "interval": INTERVAL, "time": TIME, "time without time zone": TIME,
    **dict.fromkeys(("timestamp", "datetime", "datetime2", "smalldatetime", "timestamp without time zone"), TIMESTAMP),
    **dict.fromkeys(("timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp_us"), TIMESTAMP),
    **dict.fromkeys(("timestamptz", "timestamp with time zone", "datetimeoffset"), TIMESTAMPTZ),
    "sysname": DType("varchar", length=128), "name": DType("varchar", length=63), "inet6": DType("varchar", length=45),
    "smallmoney": decimal(10, 4), "hugeint": decimal(38, 0), "uhugeint": decimal(38, 0), "int128": decimal(38, 0),
}  # fmt: skip
_CHARS = frozenset((
    "char", "character", "nchar", "national character", "national char", "bpchar", "native character",
))  # fmt: skip
_VARCHARS = frozenset((
    "varchar", "character varying", "char varying", "nvarchar", "national character varying", "national varchar",
    "nvarchar2", "varchar2", "varying character", "nchar varying", "national char varying", "varcharacter",
))  # fmt: skip
_DECIMALS = frozenset(("numeric", "decimal", "dec", "number", "fixed"))
_TOLD = {
    "citext": "texts that differ in capitals alone are the same to the database; here they are texts",
    "tsvector": "a search vector is drawn, and not made of other columns",
}  # fmt: skip
_RANGES = {"tinyint": (0, 255), "smallint": (0, 65_535), "mediumint": (0, 16_777_215), "int": (0, 4_294_967_295)}
_NARROW = {"tinyint": "-128 AND 127", "mediumint": "-8388608 AND 8388607"}  # than what a spec has for them
_WIDER = {"smallint": INTEGER, "int": BIGINT, "int4": BIGINT, "int2": INTEGER}


@dataclass(frozen=True)
class Condition:
    """A condition of a type's values, where the column is written `VALUE`, as domains write it; SQL of `dialect`.

    `is_range` says that it is the range of an integer, which the numbers of keys keep anyway.
    """

    text: str
    dialect: str
    is_range: bool = False


@dataclass(frozen=True)
class Known:
    """A type of a spec for one of a database, what is to be told of it, and what comes with it."""

    type: DType
    told: str | None = None
    conditions: tuple[Condition, ...] = ()
    numbered: bool = False
    nullable: bool = True
    default: str | None = None
    native: Native | None = None
    otherwise: str = ""  # the type as which it comes back into the source's database, where that is another one

    def with_domain(self, conditions: Sequence[tuple[str, str]], nullable: bool, default: str | None) -> Known:
        """The type of a domain over this one: conditions are SQL, each of a dialect."""
        more = tuple(Condition(text, dialect) for text, dialect in conditions)
        return replace(self, conditions=(*self.conditions, *more), nullable=nullable, default=default)


UNTYPED = Known(TEXT)


def known_type(words: str, sizes: Sequence[str], dialect: str, own: Mapping[str, Known]) -> Known:
    """What a spec has for a type: `words` in small letters, what stands in its brackets, and the types the text makes."""
    if words in own:
        return own[words]
    marks = {"unsigned", "zerofill"}.intersection(words.split())
    parts = [word for word in words.split() if word not in ("unsigned", "signed", "zerofill", "ascii", "unicode")]
    if parts[1:] == ["binary"]:  # how MySQL compares texts
        parts.pop()
    plain = " ".join(parts) or "bigint"
    if plain.endswith("[]"):
        return _array(plain[:-2].strip(), sizes, dialect, own)
    if plain in ("enum", "set"):
        return _listed(plain, sizes)
    if dialect == "duckdb" and plain[:1] == "u" and plain[1:] in ("tinyint", "smallint", "integer", "bigint"):
        plain, marks = plain[1:].replace("integer", "int"), {"unsigned"}
    numbers = [int(found[0]) for size in sizes if (found := re.match(r"\d{1,9}", size))]
    first, second, *_ = (*numbers, None, None)
    known = _sized(plain, first, second, dialect) or _plain(plain, dialect)
    if (marks or (plain == "tinyint" and dialect == "tsql")) and known.type.name != "boolean" and known.told is None:
        return _unsigned(plain.replace("integer", "int"), known.type, dialect)
    return known


def _sized(plain: str, first: int | None, second: int | None, dialect: str) -> Known | None:
    """Types on which the numbers in brackets bear."""
    if plain in _DECIMALS or plain == "money":
        return _decimal(plain, first, second, dialect)
    if plain in _CHARS:
        return Known(char_or_varchar(first or 1) if (first or 1) <= MAX_LENGTH else TEXT)
    if plain in _VARCHARS:
        return Known(DType("varchar", length=first) if first and first <= MAX_LENGTH else TEXT)
    if plain in ("bit", "bit varying", "varbit"):
        if plain == "bit" and (first or 1) == 1 and dialect != "duckdb":
            return Known(BOOLEAN)
        return Known(TEXT, "a spec has no type for strings of bits: it is text here")
    if plain in ("float", "real"):
        return Known(_float(plain, first, dialect))
    if plain == "tinyint" and dialect == "mysql" and first == 1:
        return Known(BOOLEAN)
    return None


def _plain(plain: str, dialect: str) -> Known:
    """Types by their names alone."""
    if plain in ("rowversion", "timestamp") and dialect == "tsql":
        return Known(BYTES, "the database itself writes a row version; here it is bytes")
    if plain == "year":
        return Known(SMALLINT, conditions=(Condition("VALUE BETWEEN 1901 AND 2155", dialect),))
    if (plain in ("integer", "int") and dialect == "sqlite") or (
        plain == "serial" and dialect == "mysql"
    ):  # of eight bytes
        return Known(BIGINT, numbered=plain == "serial", nullable=plain != "serial")
    if plain in _NARROW and dialect != "tsql":
        return Known(_PLAIN[plain], conditions=(Condition(f"VALUE BETWEEN {_NARROW[plain]}", dialect, is_range=True),))
    if plain in _PLAIN:
        return Known(_PLAIN[plain], numbered="serial" in plain, nullable="serial" not in plain)
    if plain in ("timetz", "time with time zone"):
        return Known(TIME, "the zone of a time of day is not kept")
    if plain in ("struct", "map", "union", "variant", "object"):
        return Known(JSON, f"a spec has no type {plain}: it is json here")
    if plain in _TOLD:
        return Known(TEXT, _TOLD[plain])
    if dialect == "sqlite":
        return Known(_affinity(plain))
    first, _, rest = plain.partition(" ")
    if rest and first in _PLAIN:
        return Known(_PLAIN[first], f"'{rest}' behind the type {first} is not understood")
    return Known(TEXT, f"a spec has no type {plain}: it is text here")


def _decimal(plain: str, first: int | None, second: int | None, dialect: str) -> Known:
    """Decimals and money, with the digits that a database gives where none are written."""
    if plain == "money":
        return Known(decimal(18, 2 if dialect == "postgres" else 4))
    if first is None:
        usual = {"mysql": (10, 0), "tsql": (18, 0), "duckdb": (18, 3)}.get(dialect)
        if usual:
            return Known(decimal(*usual))
        return Known(_UNLIMITED, f"a {plain} without digits is taken for {_UNLIMITED}")
    scale = second or 0
    if first > WIDEST or scale > first or first < 1:
        return Known(TEXT, f"{plain}({first},{scale}) has more digits than a spec's {WIDEST}: it is text here")
    return Known(decimal(first, scale))


def _listed(plain: str, sizes: Sequence[str]) -> Known:
    """MySQL's lists of texts."""
    if plain == "set":
        return Known(TEXT, f"a set of {', '.join(sizes)} is text here, of labels with commas between")
    given = enum_or_text(list(sizes))
    return Known(
        given, None if given.name == "enum" else "not every database takes such labels of an enum: it is text here"
    )


def _float(plain: str, first: int | None, dialect: str) -> DType:
    """Numbers with a floating point, of four bytes or of eight."""
    if dialect == "sqlite":
        return DOUBLE
    if plain == "real":
        return DOUBLE if dialect == "mysql" else REAL
    return REAL if (first is not None and first <= 24) or (first is None and dialect in ("mysql", "duckdb")) else DOUBLE


def _unsigned(plain: str, given: DType, dialect: str) -> Known:
    """Numbers without a sign: the next wider type where they need it, and the range that they have."""
    low, high = _RANGES.get(plain, (0, None))
    condition = f"VALUE >= {low}" if high is None else f"VALUE BETWEEN {low} AND {high}"
    return Known(_WIDER.get(plain, given), conditions=(Condition(condition, dialect, is_range=True),))


def _array(element: str, sizes: Sequence[str], dialect: str, own: Mapping[str, Known]) -> Known:
    """Arrays of a type, of one dimension."""
    try:
        return Known(array_of(known_type(element, sizes, dialect, own).type))
    except ValueError:
        return Known(TEXT, f"a spec has no arrays of {element}: it is text here")


def _affinity(plain: str) -> DType:
    """SQLite's own rule for the names of types that it does not know."""
    for part, given in (
        ("int", BIGINT),
        ("char", TEXT),
        ("clob", TEXT),
        ("text", TEXT),
        ("blob", BYTES),
        ("real", DOUBLE),
    ):
        if part in plain:
            return given
    if "floa" in plain or "doub" in plain:
        return DOUBLE
    return TEXT
