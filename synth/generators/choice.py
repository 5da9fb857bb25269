"""One of several values by weight, optionally by the value of another column."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, WithJsonSchema, model_validator

from synth.columns import gather
from synth.dtypes import BIGINT, BOOLEAN, DATE, REAL, TEXT, TIME, TIMESTAMPTZ, DType, exact
from synth.errors import DataError
from synth.generators.arrival import microseconds
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue, Span
from synth.generators.sampling import BELOW_ONE, check_weights, search_of
from synth.literals import ends_in_blank, reader

__all__ = ["Choice", "Value", "as_drawn"]

Value = bool | int | float | str | dt.date
WEIGHTS = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "number", "minimum": 0}}
TABLES = {"type": "object", "minProperties": 1, "additionalProperties": WEIGHTS}
Weights = Annotated[dict[Any, Any], Field(min_length=1), WithJsonSchema({"anyOf": [WEIGHTS, TABLES]})]


class Choice(Generator):
    """`{a: 0.7, b: 0.3}`: values and their weights. With `by`, one such table for each value of another column."""

    shorthand = "values"
    shorthand_is_mapping = True
    renamed: ClassVar[dict[str, str]] = {"of": "values", "per": "by"}

    example = """country: {choice: {DE: 0.6, FR: 0.4}}
paid_by: {choice: {by: country, values: {DE: {invoice: 3, card: 1}, FR: {card: 9, cash: 1}}}}"""

    values: Weights = Field(description="value: weight, …; with `by` such a table for each value of that column")
    by: str | None = Field(None, description="the column whose value says which table of weights holds")

    @model_validator(mode="after")
    def _check(self) -> Choice:
        for name, table in self._tables().items():
            where = f" for '{name}'" if self.by else ""
            if not isinstance(table, Mapping) or not table:
                raise ValueError(f"values and their weights are expected{where}")
            for value, weight in table.items():
                if not isinstance(value, Value):
                    raise ValueError(f"{value!r} is no value a column can hold{where}")
                if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight < 0:
                    raise ValueError(f"the weight of {value!r} must be a number from 0 up, got {weight!r}{where}")
            check_weights(table.values(), where=where)
        if self.dtype() is None:
            raise ValueError("values of different kinds in one choice")
        return self

    def _tables(self) -> dict[Any, Any]:
        return self.values if self.by else {None: self.values}

    def _values(self) -> list[Any]:
        return [value for table in self._tables().values() for value in table]

    @property
    def can_be_even(self) -> bool:
        """Whether its shares can be dealt out."""
        return True

    def dtype(self) -> DType | None:
        """Give the type of the values; None when they differ in kind (floats need a declared decimal type)."""
        kinds = {type(value) for value in self._values()}
        if kinds <= {int, float}:
            return BIGINT if kinds == {int} else DType("decimal", 12, 4)
        return {bool: BOOLEAN, str: TEXT, dt.date: DATE}.get(kinds.pop()) if len(kinds) == 1 else None

    def accepts(self, dtype: DType) -> str | None:
        """Take types that each value fits exactly."""
        own = self.dtype()
        assert own
        if own.is_exact and dtype.is_exact:
            try:
                for value in self._values():
                    exact(value, dtype)
            except ValueError as error:
                return str(error)
            return None
        if dtype.name == "enum":
            strange = next((value for value in self._values() if value not in dtype.labels), None)
            return None if strange is None else f"'{strange}' is no {dtype}"
        if dtype.element is not None:
            return "an array is drawn by `array`, or written out in `values`"
        if read := _reader(dtype):
            return next(filter(None, (_why_none(value, read) for value in self._values())), None)
        if dtype.length and max(len(str(v)) for v in self._values()) > dtype.length:
            return f"a value is longer than {dtype}"
        if (
            dtype.name == "real"
            and own.is_exact
            and len(set(np.array(self._values(), np.float32))) < len(set(self._values()))
        ):
            return "two of the values are one real: write other ones, or declare a double"
        blank = next(filter(None, (ends_in_blank(str(value), dtype) for value in self._values())), None)
        if blank:
            return blank
        fits = own == dtype.in_sql or own.name == dtype.name or (own.is_exact and dtype.is_float)
        return None if fits else f"values of type {own} cannot be {dtype}"

    def longest_text(self) -> int:
        """Give the longest value's."""
        return max(len(str(value)) for value in self._values())

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column that says which table of weights holds."""
        return (RowValue(self.by),) if self.by else ()

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield values of the column of tables' names for which there is none, NULL among them."""
        if not self.by:
            return
        if view.may_be_null(self.by) or view.gives_null(self.by):
            yield Complaint(f"'{self.by}' may be NULL, for which no values are declared", at=("by",))
        found = view.type_at(self.by)
        if found in (TIME, REAL):
            kind = "a time of day" if found == TIME else "a real"
            yield Complaint(f"'{self.by}' is {kind}, by which nothing is told apart", at=("by",))
            return
        lacking = (view.values_at(self.by) or frozenset()) - set(self.values)
        for value in sorted(map(repr, lacking)):
            yield Complaint(f"no values are declared for {self.by} = {value}", at=("by",))

    def capacity(self, dtype: DType) -> int:
        """Count the values that have a weight."""
        return len(self.values_known())

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the values that have a weight, where they are the same for all rows."""
        return None if self.by else self.capacity(dtype)

    def place_weights(self) -> npt.NDArray[np.float64] | None:
        """Give the weights that are not 0, where they are the same for all rows. (places,)"""
        return None if self.by else np.array([weight for weight in self.values.values() if weight], dtype=np.float64)

    def lowest(self) -> float | None:
        """Give the least of the numbers that have a weight."""
        numbers = [value for value in self.values_known() if isinstance(value, (int, float))]
        return min(numbers, default=None)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Add the weights of such values, where all rows have the same."""
        values: dict[Any, float] = {} if self.by or self.dtype() == TEXT else dict(self.values)
        above = [w for v, w in values.items() if (microseconds(v) if isinstance(v, dt.date) else v) > floor]
        return sum(above) / sum(values.values()) if values else None

    def moment_range(self) -> tuple[dt.date, dt.date] | None:
        """Give the first and the last of the values, where they are moments."""
        values = self._values()
        return (min(values), max(values)) if self.dtype() == DATE else None

    def values_known(self) -> frozenset[object]:
        """Give the values that have a weight."""
        return frozenset(value for table in self._tables().values() for value, weight in table.items() if weight)

    def shares_known(self) -> Mapping[Any, float] | None:
        """Give the values that have a weight, where all rows have the same."""
        weights = {} if self.by else self.values
        return {value: weight / sum(weights.values()) for value, weight in weights.items() if weight} or None

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the least and the largest value that has a weight."""
        values = [value for table in self._tables().values() for value, weight in table.items() if weight]
        if dtype.is_exact:
            units = [exact(value, dtype) for value in values]
            return Span(min(units), max(units))
        if dtype.is_time:
            times = [microseconds(value) for value in values]
            return Span(min(times), max(times))
        return Span(math.floor(min(values)), math.ceil(max(values))) if dtype.is_float else None

    def longest(self, view: SpanView) -> int | None:
        """Count the characters of the longest value."""
        return max(len(str(value)) for value in self._values())

    def draw_at(self, context: RowContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the values at these places, all of the same weight. (rows,) -> (rows,)"""
        values = [value for value, weight in self.values.items() if weight]
        return gather(as_drawn(values, context.dtype), places)

    def draw(self, context: RowContext) -> pl.Series:
        """Read one uniform number a row off the cumulated weights. (rows,)"""
        uniform = context.stream().random(context.rows)
        if not self.by:
            return _pick(self.values, uniform, context.dtype)
        keys = context.value(self.by)
        result = pl.Series([None], dtype=context.dtype.drawn).new_from_index(0, context.rows)
        for key, table in self.values.items():
            places = (keys == key).fill_null(False).arg_true()
            if len(places):
                result = result.scatter(places, _pick(table, uniform[places.to_numpy()], context.dtype))
        missing = keys.filter(result.is_null())
        if len(missing):
            raise DataError(f"no values are declared for {self.by} = {missing[0]!r}")
        return result


def _pick(table: Mapping[Any, float], uniform: Any, dtype: DType) -> pl.Series:
    search = search_of(tuple(table.values()))
    which = search(uniform * (search.cumulated[-1] * BELOW_ONE))
    return gather(as_drawn(list(table), dtype), which)


def as_drawn(values: list[Any], dtype: DType) -> pl.Series:
    """Values that are written out as a drawn column. (n,)"""
    if dtype.is_exact:
        return pl.Series(np.array([exact(value, dtype) for value in values], dtype=np.int64))
    read = _reader(dtype)
    return pl.Series([read(each) for each in values] if read else values, dtype=dtype.drawn)


def _reader(dtype: DType) -> Callable[[object], Any] | None:
    """What reads a value that is written out; moments with a zone are chosen as dates."""
    return None if dtype == TIMESTAMPTZ else reader(dtype)


def _why_none(value: object, read: Callable[[object], Any]) -> str | None:
    try:
        read(value)
    except ValueError as error:
        return str(error)
    return None
