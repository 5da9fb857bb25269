"""Arrays and bytes as texts: arrays as JSON in one spelling, where there are no arrays and in fingerprints.

`["a", "b"]`, `[1, 2]`, `[1.50, 2.00]`, `["2024-01-31"]`: numbers with all digits of their type, moments as in our CSV files.
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from synth.documents import quoted

__all__ = [
    "ESCAPED", "HEX", "arrays_as_json", "as_texts", "from_json", "hex_digits", "plain_json", "spelt",
    "to_json", "to_literal",
]  # fmt: skip

HEX = "\\x"  # before the digits of bytes in a text

# what must be written otherwise between quotes, as JSON says
ESCAPED = {
    '"': '\\"', "\\": "\\\\", **{chr(code): quoted(chr(code))[1:-1] for code in range(1, 32)},
}  # fmt: skip


def to_json(column: pl.Series) -> pl.Series:
    """Written arrays as JSON in the one spelling. (n,) -> (n,)"""
    inner = column.dtype.inner  # type: ignore[attr-defined]
    here = pl.lit(column)
    joined = here.list.eval(spelt(pl.element(), inner).fill_null("null")).list.join(", ")
    return pl.select(pl.concat_str(pl.lit("["), joined, pl.lit("]"))).to_series().alias(column.name)


def to_literal(column: pl.Series) -> pl.Series:
    """Arrays as PostgreSQL writes them out: `{"a",NULL}`. (n,) -> (n,)"""
    inner = column.dtype.inner  # type: ignore[attr-defined]
    cell = pl.element()
    if inner == pl.String:
        cell = pl.concat_str(pl.lit('"'), cell.str.replace_many({"\\": "\\\\", '"': '\\"'}), pl.lit('"'))
    else:
        cell = spelt(cell, inner)
    joined = pl.lit(column).list.eval(cell.fill_null("NULL")).list.join(",")
    return pl.select(pl.concat_str(pl.lit("{"), joined, pl.lit("}"))).to_series().alias(column.name)


def spelt(cell: pl.Expr, kind: Any) -> pl.Expr:
    """A value of a type in which columns are written as JSON; NULL stays NULL."""
    if kind == pl.Boolean:
        return pl.when(cell).then(pl.lit("true")).when(~cell).then(pl.lit("false"))
    if kind == pl.Date:
        text = cell.dt.to_string("%Y-%m-%d")
    elif isinstance(kind, pl.Datetime):
        text = cell.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
    elif kind == pl.Time:
        text = cell.dt.to_string("%H:%M:%S%.6f")
    elif kind == pl.String:
        text = cell.str.replace_many(ESCAPED)
    else:
        return cell.cast(pl.String)
    return pl.concat_str(pl.lit('"'), text, pl.lit('"'))


def from_json(column: pl.Series, inner: Any) -> pl.Series:
    """JSON as arrays of a type in which columns are written. Raises PolarsError. (n,) -> (n,)"""
    if inner == pl.String:
        return column.str.json_decode(pl.List(pl.String)).alias(column.name)
    here = pl.lit(column).str.strip_chars().str.strip_prefix("[").str.strip_suffix("]").str.strip_chars()
    none = pl.lit(None, dtype=pl.List(pl.String))
    parts = pl.when(here == "").then(pl.lit([], dtype=pl.List(pl.String))).when(here.is_null()).then(none)
    cell = pl.element().str.strip_chars(' "')
    found = parts.otherwise(here.str.split(",")).list.eval(
        _read(pl.when(cell == "null").then(None).otherwise(cell), inner)
    )
    return pl.select(found.alias(column.name)).to_series()


def _read(cell: pl.Expr, kind: Any) -> pl.Expr:
    if kind == pl.Boolean:
        return cell.replace_strict(["true", "false"], [True, False], return_dtype=pl.Boolean)
    if isinstance(kind, pl.Datetime):
        return cell.str.replace("T", " ").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    if kind == pl.Date:
        return cell.str.to_date("%Y-%m-%d")
    if kind == pl.Time:
        return cell.str.to_time("%H:%M:%S%.f")
    return cell.cast(kind)


def hex_digits(text: object) -> str:
    r"""The digits, small letters, of bytes that are written out as `\x00ff`. Raises ValueError."""
    if not isinstance(text, str) or not re.fullmatch(r"\\x(?:[0-9a-fA-F]{2})*", text):
        raise ValueError(f"{text!r} is no bytes: write them as '\\x00ff'")
    return text[2:].lower()


def as_texts(column: pl.Series) -> pl.Series:
    r"""Written arrays and bytes as texts, `["a", "b"]` and `\x00ff`, for what holds neither. (n,) -> (n,)"""
    if column.dtype == pl.Binary:
        return (HEX + column.bin.encode("hex")).alias(column.name)
    return to_json(column) if isinstance(column.dtype, pl.List) else column


def arrays_as_json(frame: pl.DataFrame) -> pl.DataFrame:
    """Written columns with arrays as JSON in texts, for databases that have none."""
    return frame.with_columns(to_json(each) for each in frame.get_columns() if isinstance(each.dtype, pl.List))


def plain_json(frame: pl.DataFrame) -> pl.DataFrame:
    """Written columns as JSON has them: bytes and moments as texts, also within arrays."""
    return pl.DataFrame([_plain(column) for column in frame.get_columns()])


def _plain(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.List):
        return column.list.eval(_in_words(pl.element(), kind.inner))
    if kind == pl.Binary:
        return as_texts(column)
    return pl.select(_in_words(pl.lit(column), kind)).to_series().alias(column.name) if kind.is_temporal() else column


def _in_words(cell: pl.Expr, kind: Any) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return cell.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
    return cell.dt.to_string("%H:%M:%S%.6f") if kind == pl.Time else cell
