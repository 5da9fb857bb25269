"""How values of several types meet, and the policies under which SQL is typed: for drawing, and for checks.

Everything that they type differently is a field of `Policy`; all other rules (`typed`, `functions`, `many_rows`) are one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from synth.dtypes import BIGINT, DATE, DOUBLE, JSON, TEXT, TIME, TIMESTAMP, DType, clock_us, decimal
from synth.sql.nodes import Node, dtype_of, is_text, sql_excerpt
from synth.sql.parse import SqlError

__all__ = [
    "CHECKING", "DIGITS", "DOUBLES", "DRAWING", "Policy", "clock", "common_exact_type", "common_type", "exact_type",
    "kind_of", "moment", "require_text",
]  # fmt: skip

DIGITS = 18  # of a decimal that is only worked with

_KINDS = {
    "double": "number",
    "varchar": "text",
    "uuid": "text",
    "date": "time",
    "timestamp": "time",
    "time": "clock",
}
_TEXTS = frozenset({"varchar", "uuid", "smallint", "integer", "bigint"})


@dataclass(frozen=True)
class Policy:
    """What one use of SQL allows that the other does not."""

    name: str
    doubles_meet: bool  # exact numbers become doubles where they meet one, and a quotient is a double
    texts_adapt: bool  # a text written out is a time or a UUID where it meets one
    whole_exponents: bool  # 1e3 is an exact number, not a double
    most_digits: int | None  # after the point of a product
    texts: frozenset[str]  # types that become texts unasked
    reads_polars: bool  # what is not known here is left to Polars' SQL
    no_condition: str
    no_number: str


DRAWING = Policy(
    name="drawing",
    doubles_meet=False,
    texts_adapt=False,
    whole_exponents=True,
    most_digits=DIGITS,
    texts=_TEXTS | {"double", "boolean", "date", "timestamp"},
    reads_polars=True,
    no_condition="'{sql}' is {dtype}, a condition is expected",
    no_number="arithmetic on {dtype}; integers and decimals are expected",
)
"""Values are drawn: digits are exact, so doubles stay apart from exact numbers, and nothing is rounded unasked."""

DOUBLES = replace(DRAWING, name="doubles", doubles_meet=True)
"""Values of a column that is a double are drawn: exact numbers become doubles where they meet one."""

CHECKING = Policy(
    name="checking",
    doubles_meet=True,
    texts_adapt=True,
    whole_exponents=False,
    most_digits=None,
    texts=_TEXTS,
    reads_polars=False,
    no_condition="{sql} is no condition but {dtype}",
    no_number="arithmetic with {dtype} differs in every database: {sql}",
)
"""Rows are looked at in any database: types meet as they do in DuckDB, and what is read differently somewhere is refused."""


# types that SQL of a spec only copies -> what their values are called
OPAQUE = {
    "json": "JSON", "bytes": "bytes", "array": "arrays", "interval": "intervals",
    "wide": "decimals of more than 18 digits",
}  # fmt: skip


def kind_of(dtype: DType) -> str:
    """Number, text, time (a moment), clock (a time of day), boolean or an array: values of one kind can meet."""
    if dtype.element is not None:
        return str(dtype)
    return "number" if dtype.is_exact else _KINDS.get(dtype.in_sql.name, dtype.name)


def exact_type(digits: int, is_decimal: bool = False) -> DType:
    """The exact type with as many digits after the point."""
    return decimal(DIGITS, digits) if digits > 0 or is_decimal else BIGINT


def common_exact_type(dtypes: Iterable[DType]) -> DType:
    """The type that holds all of these exact types."""
    several = list(dtypes)
    return exact_type(max(dtype.digits for dtype in several), any(dtype.name == "decimal" for dtype in several))


def common_type(nodes: Sequence[Node], policy: Policy) -> DType | None:
    """The type of values that meet (in a comparison, a CASE, a UNION); None of NULLs alone.

    Raises SqlError where they are of several kinds.
    """
    dtypes = [dtype for node in nodes if (dtype := dtype_of(node)) is not None]
    if policy.texts_adapt and any(dtype.is_time for dtype in dtypes):
        dtypes = [d for n in nodes if (d := moment(n.unnest().name)[1] if is_text(n) else dtype_of(n)) is not None]
    if policy.texts_adapt and TIME in dtypes:
        dtypes = [TIME if is_text(n) and clock(n) is not None else d for n in nodes if (d := dtype_of(n)) is not None]
    if opaque := next((dtype for dtype in dtypes if dtype.is_opaque), None):
        what = OPAQUE[opaque.name]
        it, is_, goes = ("it", "is", "goes") if opaque == JSON else ("them", "are", "go")
        why = (
            "they are texts in SQLite" if opaque.name == "wide" else f"every database has an order of its own for {it}"
        )
        raise SqlError(f"{what} {is_} not compared, and {goes} through nothing: {why}")
    kinds = {kind_of(dtype) for dtype in dtypes}
    exact = {dtype.is_exact for dtype in dtypes}
    if len(kinds) > 1 or (kinds == {"number"} and len(exact) > 1 and not policy.doubles_meet):
        raise SqlError(f"values of different kinds meet: {', '.join(sorted({str(d) for d in dtypes}))}")
    if not dtypes:
        return None
    if kinds == {"number"}:
        return common_exact_type(dtypes) if exact == {True} else DOUBLE
    if kinds == {"time"}:
        return TIMESTAMP if TIMESTAMP in dtypes else DATE
    if kinds == {"text"} and policy.texts_adapt:
        names = {d.name for n in nodes if not is_text(n) and (d := dtype_of(n)) is not None}
        return DType("uuid") if names == {"uuid"} else TEXT
    return dtypes[0]


def clock(literal: Node) -> dt.time:
    """A time of day written out. Raises SqlError."""
    try:
        clock_us(literal.unnest().name)
    except ValueError as error:
        raise SqlError(str(error)) from None
    return dt.time.fromisoformat(literal.unnest().name)


def moment(text: str) -> tuple[dt.datetime, DType]:
    """A time written out, and its type: a timestamp where it has hours. Raises SqlError."""
    text = text.strip()
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        raise SqlError(f"'{text}' is no time that every database reads: write YYYY-MM-DD HH:MM:SS") from None
    if time.tzinfo is not None:
        raise SqlError(f"'{text}' has a time zone, which not every database knows")
    return time, TIMESTAMP if len(text) > len("2024-01-01") else DATE


def require_text(node: Node, policy: Policy) -> None:
    """Refuse a value that does not become a text unasked. Raises SqlError."""
    dtype = dtype_of(node)
    if dtype is not None and dtype.name not in policy.texts:
        raise SqlError(f"{dtype} as a text reads differently in every database: {sql_excerpt(node)}")
