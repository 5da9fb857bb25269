"""One table of types: how a column type is spelt, drawn, written, and called in SQL.

Exact numbers are drawn as int64 in minor units (1234 is 12.34 in a decimal(12,2)) and become DECIMAL in major units
only where they leave: in the SQL of derived tables and at the sinks.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import polars as pl

from synth.errors import did_you_mean

__all__ = [
    "ALIASES", "BIGINT", "BOOLEAN", "BYTES", "DATE", "DOUBLE", "INTERVAL", "JSON", "MAX_PRECISION", "REAL", "TEXT",
    "TIME", "TIMESTAMP", "TIMESTAMPTZ", "TYPES", "UUID", "UUID_SHAPE", "WIDEST", "DType", "Types", "array_of", "char",
    "char_or_varchar", "clock_us", "decimal", "decimal_or_text", "enum", "enum_or_text", "exact", "listed",
]  # fmt: skip

MAX_PRECISION = 18  # what an int64 holds, and an INT64 in Parquet: decimals of more digits are `wide`
WIDEST = 38  # digits of a decimal: what 128 bits hold

# name -> (dtype in a block, dtype at the boundary, DuckDB's name)
TYPES: dict[str, tuple[Any, Any, str]] = {
    "boolean": (pl.Boolean(), pl.Boolean(), "BOOLEAN"),
    "smallint": (pl.Int64(), pl.Int16(), "SMALLINT"),
    "integer": (pl.Int64(), pl.Int32(), "INTEGER"),
    "bigint": (pl.Int64(), pl.Int64(), "BIGINT"),
    "decimal": (pl.Int64(), None, "DECIMAL"),
    "wide": (pl.String(), None, "DECIMAL"),  # decimals that no int64 holds: drawn as their digits, all behind the point
    "double": (pl.Float64(), pl.Float64(), "DOUBLE"),
    "real": (pl.Float64(), pl.Float32(), "FLOAT"),  # drawn as a double of 24 binary digits
    "varchar": (pl.String(), pl.String(), "VARCHAR"),
    "char": (pl.String(), pl.String(), "VARCHAR"),  # without blanks at the end
    "uuid": (pl.String(), pl.String(), "VARCHAR"),
    "enum": (pl.String(), pl.String(), "VARCHAR"),
    "json": (pl.String(), pl.String(), "VARCHAR"),  # as servers spell it: `documents`
    "bytes": (pl.String(), pl.Binary(), "BLOB"),  # drawn as hexadecimal digits
    "array": (pl.String(), None, ""),  # drawn as JSON: `arrays`
    "date": (pl.Date(), pl.Date(), "DATE"),
    "time": (pl.Int64(), pl.Time(), "TIME"),  # drawn as microseconds since midnight
    "timestamp": (pl.Datetime("us"), pl.Datetime("us"), "TIMESTAMP"),
    "timestamptz": (pl.Datetime("us"), pl.Datetime("us", "UTC"), "TIMESTAMP WITH TIME ZONE"),  # drawn in UTC
    "interval": (pl.String(), pl.String(), "VARCHAR"),  # in the one spelling of `intervals`
}
ALIASES = {
    "text": "varchar",
    "int": "integer",
    "bool": "boolean",
    "numeric": "decimal",
    "bytea": "bytes",
    "blob": "bytes",
}
_ELEMENTS = (
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "decimal",
    "varchar",
    "uuid",
    "enum",
    "date",
    "time",
    "timestamp",
)  # of arrays
UUID_SHAPE = r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"  # as databases write one
MAX_LENGTH = 10_485_760  # characters of a varchar: PostgreSQL's
MAX_CHAR = 255  # characters of a char: MySQL's
MOST_LABELS = 1_000  # of an enum
LONGEST_LABEL = 63  # bytes: PostgreSQL's
_SHAPE = re.compile(r"^\s*([a-z]+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$")
_ENUM = re.compile(r"^\s*enum\s*(?:\((.*)\))?\s*$", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([^",()]*[^",()\s]))\s*(?:,|$)', re.DOTALL)
_BARE = re.compile(r"\w(?:[\w.+ /-]*[\w.+/-])?")


@dataclass(frozen=True)
class DType:
    """A column type. `precision` and `scale` are digits of a decimal, `length` the most characters of a varchar.

    `labels` are the texts that an enum may be, `element` is the type of what an array holds. `native` is how one database
    spells the type of its own in which it keeps such values; it makes no other type, and stands only where rows are there.
    """

    name: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None
    labels: tuple[str, ...] = ()
    element: DType | None = None
    native: str = field(default="", compare=False)

    def kept_as(self, native: str) -> DType:
        """The same type, kept by a database in a type of its own; as it is where that is an empty text."""
        return replace(self, native=native) if native else self

    @classmethod
    def parse(cls, text: str) -> DType:
        """Read `decimal(12,2)`, `varchar(50)`, `bigint` and the like. Raises ValueError with a way out."""
        if listed := _ENUM.match(text):
            return enum(_labels(text, listed[1] or ""))
        if text.rstrip().endswith("[]"):
            return array_of(cls.parse(text.rstrip()[:-2]))
        match = _SHAPE.match(text.lower())
        name = ALIASES.get(match[1], match[1]) if match else text
        if name == "array":
            raise ValueError(f"'{text}': an array says of what: text[], integer[]")
        if match is None or name not in TYPES or name == "wide":
            known = [*TYPES.keys() - {"wide"}, *ALIASES]
            raise ValueError(f"unknown type '{text}'; {did_you_mean(name.lower(), known)}")
        first, second = (int(n) if n else None for n in match.groups()[1:])
        if name == "decimal":
            precision, scale = (12, 2) if first is None else (first, second or 0)
            if not (1 <= precision <= WIDEST and 0 <= scale <= precision):
                raise ValueError(f"'{text}': a decimal has 1 to {WIDEST} digits, the scale among them")
            return decimal(precision, scale)
        if name == "varchar" and (first or 0) > MAX_LENGTH:
            raise ValueError(f"'{text}': a varchar has up to {MAX_LENGTH:,} characters; text has no such length")
        if name == "varchar" and second is None and first != 0:
            return cls(name, length=first)
        if name == "char" and second is None:
            return char(1 if first is None else first)
        if first is not None:
            raise ValueError(f"'{text}': {name} takes no such length")
        return cls(name)

    def __str__(self) -> str:
        if self.is_decimal:
            return f"decimal({self.precision},{self.scale})"
        if self.name == "varchar":
            return f"varchar({self.length})" if self.length else "text"
        if self.name == "char":
            return f"char({self.length})"
        if self.name == "enum":
            return f"enum({', '.join(map(_spelt_label, self.labels))})"
        return self.name if self.element is None else f"{self.element}[]"

    @property
    def drawn(self) -> Any:
        """The Polars dtype inside a block."""
        return TYPES[self.name][0]

    @property
    def written(self) -> Any:
        """The Polars dtype at the boundary."""
        if self.element is not None:
            return pl.List(self.element.written)
        return pl.Decimal(self.precision, self.scale or 0) if self.is_decimal else TYPES[self.name][1]

    @property
    def duckdb(self) -> str:
        """The type's name in DuckDB."""
        if self.element is not None:
            return f"{self.element.duckdb}[]"
        return f"DECIMAL({self.precision},{self.scale})" if self.is_decimal else TYPES[self.name][2]

    @property
    def is_exact(self) -> bool:
        """Whether values are whole numbers of minor units: integers and decimals."""
        return self.name in ("smallint", "integer", "bigint", "decimal")

    @property
    def has_units(self) -> bool:
        """Whether values are whole numbers of minor units, whether or not an int64 holds them."""
        return self.is_exact or self.name == "wide"

    @property
    def is_decimal(self) -> bool:
        """Whether values are decimals, of as many digits as an int64 holds or of more."""
        return self.name in ("decimal", "wide")

    def holds_drawn(self, other: DType) -> bool:
        """Tell whether drawn values of another type are of this one as they are, but for their width."""
        alike = self.drawn == other.drawn and (not self.is_exact or self.digits == other.digits)
        if "array" in (self.name, other.name):
            return self == other
        if "wide" in (self.name, other.name):
            whole, given = ((each.precision or 0) - each.digits for each in (self, other))
            return self.name == other.name and self.digits == other.digits and whole >= given
        if not {"time", "bytes", "interval"}.isdisjoint((self.name, other.name)) or self.name == "json":
            return self.name == other.name
        if self.name == "enum":
            return other.name == "enum" and set(other.labels) <= set(self.labels)
        if self.name in ("real", "char"):  # others have more digits, or blanks at the end
            return self.name == other.name and (self.length or 0) >= (other.length or 0)
        return alike and (self.name != "uuid" or other.name == "uuid")

    @property
    def is_text(self) -> bool:
        """Whether values are texts: of any length, of a form, of a list, or JSON."""
        return self.name in ("varchar", "char", "uuid", "enum", "json")

    @property
    def is_free_text(self) -> bool:
        """Whether values are texts of any form."""
        return self.name in ("varchar", "char")

    @property
    def is_opaque(self) -> bool:
        """Whether SQL of a spec only copies values.

        JSON, bytes, arrays and intervals, which each database compares in its way, and decimals that no int64 holds.
        """
        return self.name in ("json", "bytes", "array", "interval", "wide")

    @property
    def in_sql(self) -> DType:
        """The type as which SQL of a spec knows values, whatever a database makes of them.

        An enum and a char are texts, a real is a double, and a timestamp with a zone is one in UTC without it.
        """
        return _IN_SQL.get(self.name, self)

    @property
    def as_varchar(self) -> DType:
        """The varchar that holds an enum's labels."""
        return DType("varchar", length=max(map(len, self.labels)))

    def is_listed(self, column: str) -> str:
        """The condition, in SQL of a spec, that a column holds one of an enum's labels."""
        labels = ("'" + label.replace("'", "''") + "'" for label in self.labels)
        return f"{column} IN ({', '.join(labels)})"

    @property
    def is_time(self) -> bool:
        """Whether values are moments: dates and timestamps."""
        return self.name in ("date", "timestamp", "timestamptz")

    @property
    def is_float(self) -> bool:
        """Whether values are numbers with a floating point."""
        return self.name in ("double", "real")

    @property
    def digits(self) -> int:
        """Digits after the point: the scale of a decimal, else 0."""
        return self.scale or 0

    @property
    def compared_as(self) -> tuple[str, int]:
        """What two types share whose drawn values can be equal: numbers of as many digits, texts, and others by name."""
        if self.is_exact:
            return "number", self.digits
        return ("varchar" if self.is_text else self.in_sql.name), self.digits

    @property
    def limit(self) -> int:
        """The first whole number of minor units that no longer fits."""
        if self.is_decimal:
            return int(10 ** (self.precision or 0))
        return {"smallint": 2**15, "integer": 2**31}.get(self.name, 2**63)


Types = Mapping[str, DType]  # of columns, by name


BOOLEAN, BIGINT, DOUBLE, TEXT = DType("boolean"), DType("bigint"), DType("double"), DType("varchar")
DATE, TIME, TIMESTAMP, UUID = DType("date"), DType("time"), DType("timestamp"), DType("uuid")
JSON, REAL, TIMESTAMPTZ, BYTES = DType("json"), DType("real"), DType("timestamptz"), DType("bytes")
INTERVAL = DType("interval")
_IN_SQL = {"enum": TEXT, "char": TEXT, "real": DOUBLE, "timestamptz": TIMESTAMP}


def decimal(precision: int, scale: int) -> DType:
    """Make the type of decimals with so many digits, and so many behind the point."""
    return DType("decimal" if precision <= MAX_PRECISION else "wide", precision, scale)


def decimal_or_text(precision: int | None, scale: int | None) -> DType:
    """Make the type of a column of decimals that a database has; text where it has more digits than ours."""
    return TEXT if precision is None or precision > WIDEST else decimal(precision, scale or 0)


def char(length: int) -> DType:
    """Make the type of texts of so many characters, filled up with blanks. Raises ValueError."""
    if not 1 <= length <= MAX_CHAR:
        raise ValueError(f"'char({length})': a char has 1 to {MAX_CHAR} characters; a varchar is not filled up")
    return DType("char", length=length)


def char_or_varchar(length: int) -> DType:
    """Make the type of a column that a database fills up with blanks; a varchar where it is longer than ours are."""
    return DType("char" if length <= MAX_CHAR else "varchar", length=length)


def array_of(element: DType) -> DType:
    """Make the type of arrays of a type. Raises ValueError for what has no array in every database."""
    if element.name not in _ELEMENTS:
        way = {
            "double": ": declare a decimal",
            "real": ": declare a decimal",
            "json": ": declare json, which holds arrays",
        }
        raise ValueError(f"there are no arrays of {element}{way.get(element.name, '')}")
    return DType("array", element=element)


def enum(labels: Sequence[str]) -> DType:
    """Make the type of texts of a list, in its order. Raises ValueError for what some database does not take."""
    if not 1 <= len(labels) <= MOST_LABELS:
        raise ValueError(f"an enum has 1 to {MOST_LABELS:,} values, as in enum(new, paid)")
    for place, label in enumerate(labels):
        if (
            not label.strip()
            or label != label.strip()
            or len(label.encode()) > LONGEST_LABEL
            or not label.isprintable()
        ):
            raise ValueError(
                f"{label!r} cannot be a value of an enum: 1 to {LONGEST_LABEL} bytes, printable, no blank at its ends"
            )
        if label in labels[:place]:
            raise ValueError(f"the enum has the value '{label}' twice")
    return DType("enum", labels=tuple(labels))


def enum_or_text(labels: Sequence[str]) -> DType:
    """Make the type of texts of a list that a database has; text where not every database takes such a list."""
    try:
        return enum(labels)
    except ValueError:
        return TEXT


def listed(given: Mapping[Any, Any]) -> DType:
    """Make the type that is written as `{enum: [new, paid]}`. Raises ValueError."""
    labels = given.get("enum")
    if set(given) != {"enum"} or not isinstance(labels, Sequence) or isinstance(labels, str):
        raise ValueError("a type is a word, as in decimal(12,2), or a list of texts: {enum: [new, paid]}")
    for label in labels:
        if not isinstance(label, str):
            raise ValueError(f"the values of an enum are texts: put {label!r} in quotes")
    return enum(labels)


def _labels(text: str, inside: str) -> list[str]:
    """What stands between the brackets of an enum. Raises ValueError."""
    found, at = [], 0
    while at < len(inside):
        label = _LABEL.match(inside, at)
        if label is None:
            raise ValueError(
                f"'{text}' cannot be read: write enum(new, paid), a value with other signs in double quotes"
            )
        try:
            found.append(json.loads(label[1]) if label[1] else label[2])
        except ValueError:
            raise ValueError(f"{label[1]} is no text in double quotes") from None
        at = label.end()
    return found


def _spelt_label(label: str) -> str:
    return label if _BARE.fullmatch(label) else json.dumps(label, ensure_ascii=False)


_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?")


def clock_us(text: object) -> int:
    """Microseconds since midnight of a time of day that is written out. Raises ValueError."""
    try:
        if not isinstance(text, str) or not _CLOCK.fullmatch(text):
            raise ValueError
        time = dt.time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time of day: write '23:59', or with seconds '23:59:59.999999'") from None
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond


def exact(value: float | int | str | Decimal, dtype: DType) -> int:
    """A literal as minor units of an exact type. Raises ValueError when digits would be lost."""
    units = Decimal(str(value)).scaleb(dtype.digits)
    if units != units.to_integral_value() or abs(units) >= dtype.limit:
        raise ValueError(f"{value} does not fit {dtype}")
    return int(units)
