"""Values as texts, as DuckDB spells them, and texts as moments."""

from __future__ import annotations

import polars as pl

from synth.dtypes import DType

__all__ = ["as_text", "as_timestamp"]

# what Polars writes of a double -> what DuckDB does: an exponent below 0.0001, with a sign and two digits
_DOUBLES = (
    (r"^(-?)0\.0000([1-9])(\d+)$", "${1}${2}.${3}e-05"),
    (r"^(-?)0\.0000([1-9])$", "${1}${2}e-05"),
    (r"e(\d)", "e+${1}"),
    (r"e-(\d)$", "e-0${1}"),
    ("NaN", "nan"),
)


def as_text(value: pl.Expr, dtype: DType | None) -> pl.Expr:
    """A value of a type as a text. (n,) -> (n,)"""
    if dtype is not None and dtype.name == "timestamp":  # zeros at the end of its second are not written
        return value.dt.to_string("%Y-%m-%d %H:%M:%S%.6f").str.replace(r"\.?0+$", "")
    text = value.cast(pl.String)
    if dtype is not None and dtype.name == "double":
        for found, instead in _DOUBLES:
            text = text.str.replace(found, instead)
    return text


def as_timestamp(text: pl.Expr) -> pl.Expr:
    """A moment written out, to the day, the minute or the second: no format is guessed from the values. (n,) -> (n,)"""
    text = text.cast(pl.String)
    letters = text.str.len_chars()
    whole = pl.when(letters == 10).then(text + " 00:00:00").when(letters == 16).then(text + ":00").otherwise(text)
    return whole.str.replace("T", " ", literal=True).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
