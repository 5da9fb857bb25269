"""The functions of the language: what each takes and gives, and how it is drawn; one entry each.

To add one: an entry here. Where databases spell it otherwise than sqlglot does by itself, an explicit form in
`translate/portable/functions.py`, or a rewrite that its dialect lists. A function without `polars` is drawn as Polars' SQL
reads it; one that is not here can be drawn where Polars' SQL knows it, and stands in no check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, TEXT, DType
from synth.sql.kinds import Policy
from synth.sql.nodes import Node, dtype_of, is_number, is_text, not_portable, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["EXAMPLE_COLUMNS", "FUNCTIONS", "Function", "wrong_argument"]

PARTS = ("YEAR", "MONTH", "DAY")  # of a time, that every database names alike


def _nothing(node: Node, policy: Policy) -> None:
    """No further refusals."""


def _always(node: Node) -> bool:
    return True


@dataclass(frozen=True)
class Function:
    """What a function takes, gives, and how it is drawn."""

    takes: Mapping[str, str]  # sqlglot's names of its arguments: see `ARGUMENTS`
    gives: DType
    polars: Callable[..., pl.Expr] | None = None  # (node, an expression for each argument) -> the function's
    largest: int = 0  # the bound of a number that it gives
    besides: tuple[str, ...] = ()  # arguments that are no values
    check: Callable[[Node, Policy], None] = _nothing  # raises SqlError
    known: Callable[[Node], bool] = field(default=_always)  # whether a node is of the form that is meant here
    about: str = ""  # what it gives
    example: str = ""  # SQL over the columns of `EXAMPLE_COLUMNS`, written as it is called

    def is_drawn(self, node: Node) -> bool:
        """Whether it has a Polars expression of its own."""
        return self.polars is not None and self.known(node)

    @property
    def called(self) -> str:
        """The name or operator that is written, as the example has it."""
        found = re.match(r"[A-Z][A-Z0-9_]*(?=\()", self.example) or re.search(r"\|\||\b[A-Z]{2,}\b", self.example)
        return found[0] if found else ""


ARGUMENTS = {
    "text": "a text is expected",
    "joined": "",  # a text, or what becomes one unasked
    "time": "dates and timestamps are expected",
    "moment": "dates and timestamps are expected",  # or a text written out that is one
}


def wrong_argument(node: Node, dtype: DType, kind: str) -> SqlError:
    """What is said of an argument that is not of the kind a function takes."""
    name = node.this.name if isinstance(node, exp.Extract) else node.sql_name()
    return SqlError(f"{_NAMES.get(name, name)} of {dtype}; {ARGUMENTS[kind]}")


_NAMES = {"DATEDIFF": "DATE_DIFF", "STR_POSITION": "STRPOS"}
_LONGEST = 2**53  # more than any text has characters


# -- texts


def _joined(node: Node, *texts: pl.Expr) -> pl.Expr:
    return texts[0] + texts[1]


def _concatenated(node: Node, *texts: pl.Expr) -> pl.Expr:
    """CONCAT passes over NULL; || does not."""
    return pl.concat_str(texts, ignore_nulls=True)


def _position(node: Node, text: pl.Expr, piece: pl.Expr) -> pl.Expr:
    """Where a piece begins, in characters from 1; Polars' own SQL counts bytes, and takes NULL for a text without it."""
    before = text.str.splitn(piece, 2).struct.field("field_0").str.len_chars().cast(pl.Int64)
    there = pl.when(piece == "").then(1).when(text.str.contains(piece, literal=True)).then(before + 1).otherwise(0)
    return pl.when(text.is_not_null() & piece.is_not_null()).then(there)


def _upper(node: Node, text: pl.Expr) -> pl.Expr:
    """Letter by letter, as databases do: Polars writes SS for ß."""
    return text.str.replace_all("ß", "ẞ", literal=True).str.to_uppercase()


def _lower(node: Node, text: pl.Expr) -> pl.Expr:
    """Letter by letter: Polars writes two signs for İ, and another sigma at the end of a word."""
    return text.str.replace_many(["İ", "Σ"], ["i", "σ"]).str.to_lowercase()


_BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


def _trimmed(node: Node, text: pl.Expr) -> pl.Expr:
    """Blanks go, tabs and ends of lines stay."""
    side = node.text("position").upper()
    if side == "LEADING":
        return text.str.strip_chars_start(_BLANKS)
    return text.str.strip_chars_end(_BLANKS) if side == "TRAILING" else text.str.strip_chars(_BLANKS)


def _check_trim(node: Node, policy: Policy) -> None:
    if node.args.get("position") and not policy.reads_polars:
        raise not_portable(node)


def _replaced(node: Node, text: pl.Expr, piece: pl.Expr, other: pl.Expr) -> pl.Expr:
    """A piece of no letters is found nowhere; NULL makes NULL."""
    if is_text(node.expression):
        changed = text.str.replace_all(piece, other, literal=True)
    else:  # a pattern in Polars is one for all rows
        changed = text.str.split(piece).list.join(other)
    return pl.when(piece.is_not_null() & other.is_not_null()).then(pl.when(piece == "").then(text).otherwise(changed))


def _piece(node: Node, text: pl.Expr) -> pl.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    if isinstance(node, exp.Left):
        start, length = exp.Literal.number(1), node.expression
    return text.str.slice(int(start.name) - 1, int(length.unnest().name) if length else None)


def _check_piece(node: Node, policy: Policy) -> None:
    start, length = node.args.get("start"), node.args.get("length")
    if isinstance(node, exp.Left):
        start, length = exp.Literal.number(1), node.expression
    if not start or not is_number(start) or int(start.name) < 1 or (length and not is_number(length)):
        raise SqlError(f"a piece of a text begins and ends at numbers from 1 on: {sql_excerpt(node)}")


def _check_pattern(node: Node, policy: Policy) -> None:
    if not node.expression.is_string:
        raise SqlError("the pattern of LIKE is a text, as databases escape in it differently")


# -- times


def _unit(node: Node) -> str:
    return str(node.this.name if isinstance(node, exp.Extract) else type(node).__name__).upper()


def _has_known_part(node: Node) -> bool:
    return _unit(node) in PARTS


def _part(node: Node, time: pl.Expr) -> pl.Expr:
    """A year, a month or a day."""
    return {"YEAR": time.dt.year, "MONTH": time.dt.month, "DAY": time.dt.day}[_unit(node)]().cast(pl.Int64)


def _check_part(node: Node, policy: Policy) -> None:
    time = node.expression if isinstance(node, exp.Extract) else node.this
    if not policy.reads_polars and (not _has_known_part(node) or dtype_of(time) is None):
        raise not_portable(node)


def _days(node: Node, later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    return later.cast(pl.Date).cast(pl.Int64) - earlier.cast(pl.Date).cast(pl.Int64)


def _check_days(node: Node, policy: Policy) -> None:
    if node.text("unit").upper() != "DAY":
        if policy.reads_polars:
            raise SqlError("DATE_DIFF counts days: DATE_DIFF('day', earlier, later)")
        raise SqlError(f"databases count other units than days differently: {sql_excerpt(node)}")
    times = [dtype for each in (node.this, node.expression) if (dtype := dtype_of(each)) is not None and dtype.is_time]
    if not policy.reads_polars and not times:
        raise not_portable(node)


# The columns that examples name: a text, a whole number, a decimal, a date and a timestamp.
EXAMPLE_COLUMNS = {"name": "varchar(40)", "n": "bigint", "price": "decimal(12,2)", "day": "date", "at": "timestamp"}


def _part_of_time(unit: str) -> Function:
    about, example = f"the {unit} of a date or timestamp", f"{unit.upper()}(day)"
    return Function({"this": "time"}, BIGINT, _part, largest=2**31, check=_check_part, about=about, example=example)


FUNCTIONS: dict[type[Any], Function] = {
    exp.Length: Function(
        {"this": "text"},
        BIGINT,
        lambda node, text: text.str.len_chars().cast(pl.Int64),
        _LONGEST,
        about="how many characters a text has",
        example="LENGTH(name)",
    ),
    exp.Upper: Function({"this": "text"}, TEXT, _upper, about="a text in capitals", example="UPPER(name)"),
    exp.Lower: Function({"this": "text"}, TEXT, _lower, about="a text in small letters", example="LOWER(name)"),
    exp.Trim: Function(  # blanks only: other letters are a word to some databases
        {"this": "text"},
        TEXT,
        _trimmed,
        besides=("position",),
        check=_check_trim,
        about="a text without blanks at its ends (LTRIM, RTRIM: at one)",
        example="TRIM(name)",
    ),
    exp.Replace: Function(
        {"this": "text", "expression": "text", "replacement": "text"},
        TEXT,
        _replaced,
        about="a text with each piece replaced by another",
        example="REPLACE(name, 'a', 'o')",
    ),
    exp.StrPosition: Function(
        {"this": "text", "substr": "text"},
        BIGINT,
        _position,
        _LONGEST,
        about="where a piece begins in a text, from 1; 0 where it is not",
        example="STRPOS(name, 'a')",
    ),
    exp.Substring: Function(
        {"this": "text"},
        TEXT,
        _piece,
        besides=("start", "length"),
        check=_check_piece,
        about="a piece of a text, from a place on, so many characters long",
        example="SUBSTRING(name, 2, 3)",
    ),
    exp.Left: Function(
        {"this": "text"},
        TEXT,
        _piece,
        besides=("expression",),
        check=_check_piece,
        about="the first characters of a text",
        example="LEFT(name, 1)",
    ),
    exp.Like: Function(
        {"this": "text"},
        BOOLEAN,
        besides=("expression", "negate"),
        check=_check_pattern,
        about="whether a text is like a pattern: % stands for any letters, _ for one",
        example="name LIKE 'a%'",
    ),
    exp.DPipe: Function(
        {"this": "joined", "expression": "joined"},
        TEXT,
        _joined,
        besides=("safe",),
        about="two texts, one behind the other; NULL where one is",
        example="name || '-' || n",
    ),
    exp.Concat: Function(
        {"expressions": "joined"},
        TEXT,
        _concatenated,
        besides=("safe", "coalesce"),
        about="texts, one behind the other; NULL is passed over",
        example="CONCAT(name, '-', n)",
    ),
    exp.Year: _part_of_time("year"),
    exp.Month: _part_of_time("month"),
    exp.Day: _part_of_time("day"),
    exp.Extract: Function(
        {"expression": "time"},
        BIGINT,
        _part,
        2**31,
        besides=("this",),
        check=_check_part,
        known=_has_known_part,
        about="the YEAR, MONTH or DAY of a date or timestamp",
        example="EXTRACT(YEAR FROM at)",
    ),
    exp.DateDiff: Function(
        {"this": "moment", "expression": "moment"},
        BIGINT,
        _days,
        2**31,
        besides=("unit", "date_part_boundary"),
        check=_check_days,
        about="days from one date or timestamp to another",
        example="DATE_DIFF('day', day, at)",
    ),
}
