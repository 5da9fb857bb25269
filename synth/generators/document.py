"""JSON documents made of columns of the row: whole columns are spelt and put together, no row by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask, units
from synth.digits import Signs, beside, clocks, dates, whole
from synth.documents import DEEPEST, MOST_DIGITS, key_order, quoted
from synth.dtypes import JSON, DType
from synth.generators.arrival import DAY_US
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.texts import in_quotes

__all__ = ["Document"]


class Document(Generator):
    """An object whose fields are paths, or objects and arrays of such: `{id: job_id, at: [opened_at, done_at]}`."""

    shorthand = "fields"
    shorthand_is_mapping = True
    default_type = JSON

    example = """tables:
  jobs:
    rows: 50
    columns:
      job_id: {key: sequence}
      opened_at: {arrival: {}}
      note: {json: {id: job_id, at: [opened_at]}}"""
    nanoseconds = 380

    fields: Annotated[dict[str, Any], Field(min_length=1)] = Field(
        description="paths by the names of fields, or objects and arrays of such"
    )

    @model_validator(mode="after")
    def _check(self) -> Document:
        if not any(isinstance(piece, _Value) for piece in _pieces(self.fields, 0)):
            raise ValueError("no field is a column")
        return self

    def _paths(self) -> tuple[str, ...]:
        """The paths that it is made of, each once."""
        return tuple(dict.fromkeys(str(piece) for piece in _pieces(self.fields, 0) if isinstance(piece, _Value)))

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the columns that it is made of."""
        return tuple(RowValue(path) for path in self._paths())

    def accepts(self, dtype: DType) -> str | None:
        """Take JSON, and no other type."""
        return None if dtype == JSON else f"a document cannot be {dtype}"

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield doubles, and decimals of more digits than a double has."""
        for path in self._paths():
            found = view.type_at(path)
            if found.is_float or found.name == "wide" or (found.digits and (found.precision or 0) > MOST_DIGITS):
                what = f"'{path}' is {found}, whose digits not every database keeps in JSON"
                yield Complaint(what, f"give it a decimal of up to {MOST_DIGITS} digits", at=("fields",))

    def draw(self, context: RowContext) -> pl.Series:
        """Spell the columns, and put them together. (rows,)"""
        cells = {path: _cell(context.value(path), context.type_at(path)) for path in self._paths()}
        parts: list[_Cell] = []
        for piece in _pieces(self.fields, 0):
            part: _Cell = cells[str(piece)] if isinstance(piece, _Value) else [piece.encode()]
            if isinstance(part, list) and parts and isinstance(parts[-1], list):
                parts[-1] = parts[-1] + part
            else:
                parts.append(part)
        first, *others = (_text(context.rows, part) for part in parts)
        if isinstance(first, pl.Series) and not others:
            return first
        return pl.select(pl.concat_str(first, *others)).to_series()


class _Value(str):
    """A path in a document, whose value stands there."""


def _pieces(held: Any, depth: int) -> Iterator[str]:
    """The document in its order: what stands between values, and the paths of these. Raises ValueError."""
    if depth > DEEPEST:
        raise ValueError(f"fields are nested more than {DEEPEST} deep")
    if isinstance(held, dict):
        if strange := next((key for key in held if not isinstance(key, str)), None):
            raise ValueError(f"the name of a field is a text: put {strange!r} in quotes")
        for place, key in enumerate(sorted(held, key=key_order)):
            yield f"{', ' if place else '{'}{quoted(key)}: "
            yield from _pieces(held[key], depth + 1)
        yield "}" if held else "{}"
    elif isinstance(held, list):
        for place, each in enumerate(held):
            yield ", " if place else "["
            yield from _pieces(each, depth + 1)
        yield "]" if held else "[]"
    elif isinstance(held, str) and held:
        yield _Value(held)
    else:
        raise ValueError(f"{held!r} is no path, and no object or array of paths")


_Cell = list[Signs | bytes] | pl.Series  # texts of one length, as `beside` takes them, or any


def _text(rows: int, part: _Cell) -> pl.Series | pl.Expr:
    """A part of documents as a column, or as one text for all. (rows,) -> (rows,)"""
    if isinstance(part, pl.Series):
        return part
    same = b"".join(piece for piece in part if isinstance(piece, bytes))
    return pl.lit(same.decode()) if all(isinstance(piece, bytes) for piece in part) else beside(rows, part)


def _cell(column: pl.Series, dtype: DType) -> _Cell:
    """A drawn column's values as JSON. (n,) -> (n,)"""
    missing = column.null_count()
    if dtype.is_time or dtype.name == "time":
        signs = _moments(units(column), dtype)
        return mask(beside(len(column), signs), column.is_null().to_numpy()).fill_null("null") if missing else signs
    if dtype.is_exact and not dtype.digits and not missing:
        of_one_length = whole(column.to_numpy())
        if of_one_length is not None:
            return of_one_length
    literals = _literals(column, dtype)
    return literals.fill_null("null") if missing else literals


def _literals(column: pl.Series, dtype: DType) -> pl.Series:
    if dtype == JSON:
        return column
    if dtype.name == "boolean":
        return pl.select(pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))).to_series()
    if dtype.is_exact:
        return _number(column, dtype.digits) if dtype.digits else column.cast(pl.String)
    return in_quotes(column)


def _moments(us: npt.NDArray[np.int64], dtype: DType) -> list[Signs | bytes]:
    """Microseconds since 1970, or midnight, as JSON; any signs for NULL. (n,) -> (n,) each."""
    days = us // DAY_US
    parts = [] if dtype.name == "time" else dates(days)
    if dtype.name != "date":
        parts += [*([b"T"] if parts else []), *clocks(us - days * DAY_US)]
    return [b'"', *parts, b'+00:00"' if dtype.name == "timestamptz" else b'"']


def _number(minor: pl.Series, digits: int) -> pl.Series:
    """Minor units as a number without zeros at its end, but for one behind the point. (n,) -> (n,)"""
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size, unit = minor.abs(), 10**digits
    fraction = (size % unit).cast(pl.String).str.zfill(digits).str.strip_chars_end("0")
    shown = pl.when(fraction == "").then(pl.lit("0")).otherwise(fraction)
    return pl.select(pl.concat_str(sign, (size // unit).cast(pl.String), pl.lit("."), shown)).to_series()
