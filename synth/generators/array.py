"""Arrays: several values of another generator in one column, worked out as whole columns of first values, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.arrays import spelt
from synth.columns import checked, column_to_written
from synth.dtypes import DType, array_of
from synth.errors import DataError, many
from synth.generators.base import Generator
from synth.generators.choice import Choice
from synth.generators.company import Company
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, Span
from synth.generators.named import PARTS, NamedGenerator
from synth.generators.pattern import Pattern
from synth.generators.person import FirstName, LastName
from synth.generators.place import PlacePart
from synth.generators.quantiles import Quantiles
from synth.generators.text import Coined, Sentence
from synth.generators.time_of_day import TimeOfDay
from synth.generators.uuids import Uuid
from synth.generators.web import Ip, Url, UserAgent
from synth.generators.words import Colour, Job, Product, Street, StreetAddress
from synth.streams import Stream, Sub
from synth.texts import counted, in_brackets, in_quotes

__all__ = ["Array"]

Rows = npt.NDArray[np.int64]

MOST = 100  # values of an array
FEW = 4  # places to a value at least, where all values that may come are spelt beforehand
TOGETHER = 2**22  # numbers that are worked on at once, where values are chosen by weight


class Element(NamedGenerator):
    """The generator of an array's values: `{choice: {new: 3, sale: 1}}`."""

    parts: ClassVar = {
        **PARTS, "choice": Choice, "coined": Coined, "colour": Colour, "company": Company, "first_name": FirstName,
        "ip": Ip, "job": Job, "last_name": LastName, "pattern": Pattern, "place_part": PlacePart, "product": Product,
        "sentence": Sentence, "street": Street, "street_address": StreetAddress, "time_of_day": TimeOfDay, "url": Url,
        "user_agent": UserAgent, "uuid": Uuid,
    }  # fmt: skip


class Array(Generator):
    """From `min` to `max` values of the generator `each`, each count equally likely.

    With `distinct` no value comes twice in an array: those of a `choice` are taken by their weights, one after the other,
    all others are alike. A row costs as much as `max` values.
    """

    example = """tags: {array: {each: {choice: {new: 3, sale: 2, gift: 1}}, max: 3, distinct: true}}
scores: {array: {each: {uniform: {min: 0, max: 100}}, min: 2, max: 5}, type: "integer[]"}"""

    each: Element = Field(description="the generator of the values, by its name, with its own parameters")
    min: Annotated[int, Field(ge=0)] = Field(0, description="the fewest values")
    max: Annotated[int, Field(ge=1, le=MOST)] = Field(5, description="the most values")
    distinct: bool = Field(False, description="no value twice in one array")

    @model_validator(mode="after")
    def _check(self) -> Array:
        if self.min > self.max:
            raise ValueError("`min` is above `max`")
        return self

    # -- its type

    def dtype(self) -> DType | None:
        """Give that of arrays of the generator's own; None where there are no such arrays."""
        own = self.each.draws.dtype()
        try:
            return None if own is None else array_of(own)
        except ValueError:
            return None

    def accepts(self, dtype: DType) -> str | None:
        """Take arrays of what the generator can give."""
        if dtype.element is None:
            return f"an array cannot be {dtype}"
        reason = self.each.draws.accepts(dtype.element)
        return None if reason is None else f"{self.each.name} of an array: {reason}"

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List what the values are made from."""
        return self.each.draws.dependencies(view)

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what stands against the generator of the values."""
        yield from map(self._placed, self.each.draws.complaints(view))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield what stands against the generator, NULL, and fewer values than an array may have of different ones."""
        if dtype.element is None:
            return
        draws = self.each.draws
        if draws.gives_null(view):
            hint = "let the generator of its values give none"
            yield Complaint("an array holds no NULL", hint, at=("each", self.each.name))
        yield from map(self._placed, draws.type_complaints(view, dtype.element))
        if not self.distinct or draws.never_repeats:
            return
        places = draws.places(dtype.element, lambda _: None)
        if places is None:
            hint = "leave `distinct` out, or take a choice, or numbers of a range"
            yield Complaint(f"{self.each.name} cannot be drawn without repeats in an array", hint, at=("distinct",))
        elif places < self.max:
            yield Complaint(
                f"an array may have {many(self.max, 'value')}, and there {'is' if places == 1 else 'are'} {places:,}",
                "lower `max`",
                at=("max",),
            )

    def _placed(self, complaint: Complaint) -> Complaint:
        """Put the place of the generator before that of a complaint of it."""
        return complaint if complaint.of_column else replace(complaint, at=("each", self.each.name, *complaint.at))

    def remarks(self, view: SpecView) -> Iterator[Complaint]:
        """Yield those of the generator."""
        yield from map(self._placed, self.each.draws.remarks(view))

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give that of the values."""
        return self.each.draws.span(view, dtype.element or dtype)

    def longest(self, view: SpanView) -> int | None:
        """Give that of the values."""
        return self.each.draws.longest(_Sizes(view, self.max))

    # -- drawing

    def draw(self, context: RowContext) -> pl.Series:
        """Draw the most values for each row, and how many of them count; as JSON. (rows,)"""
        element = context.dtype.element
        assert element is not None
        found, which = self._values(context, element)
        if found.null_count():
            raise DataError(f"column '{context.column}': a value of an array is NULL")
        lengths = np.full(context.rows, self.max, dtype=np.int64)
        if self.min < self.max:
            lengths = context.stream(Sub.LENGTHS).integers(self.min, self.max + 1, context.rows)
        found = checked(found.alias(context.column), element)
        if len(found) == which.size:  # few that repeat are all spelt, of many those that count
            counts = counted(lengths, self.max)
            found = found.filter(pl.Series(counts.reshape(-1)))
            which[counts] = np.arange(len(found))
        written = column_to_written(found, element)
        is_text = written.dtype == pl.String
        texts = in_quotes(written) if is_text else pl.select(spelt(pl.lit(written), written.dtype)).to_series()
        return in_brackets(texts, which, lengths)

    def _values(self, context: RowContext, element: DType) -> tuple[pl.Series, Rows]:
        """Draw values, and which of them stands at each place: few values where they repeat. (m,), (rows, max)"""
        cells, draws = _Cells(context, self.max, element), self.each.draws
        if self.distinct and not draws.never_repeats:
            places, size = self._places(context, element), draws.places(element, lambda _: None) or 0
            if size <= places.size // FEW:
                return draws.draw_at(cells, np.arange(size)), places  # type: ignore[arg-type]
            found = draws.draw_at(cells, places.reshape(-1))  # type: ignore[arg-type]
        else:
            found = draws.draw(cells)  # type: ignore[arg-type]
            if found.dtype == pl.Int64 and len(found) and not found.null_count():
                numbers = found.to_numpy()
                low, high = int(numbers.min()), int(numbers.max())
                if high - low < len(numbers) // FEW:
                    return pl.Series(np.arange(low, high + 1)), (numbers - low).reshape(-1, self.max)
        return found, np.arange(len(found)).reshape(-1, self.max)

    def _places(self, context: RowContext, element: DType) -> Rows:
        """Draw different places of the generator's values for each row. (rows, max)"""
        size = self.each.draws.places(element, lambda _: None)
        assert size is not None
        weights = self.each.draws.place_weights()
        if weights is not None:
            return self._by_weight(context, weights)
        uniform = context.stream(Sub.AMONG).random((context.rows, self.max))
        taken = np.empty((context.rows, 0), dtype=np.int64)  # of each row, in order
        places = np.empty((context.rows, self.max), dtype=np.int64)
        for turn in range(self.max):
            place = (uniform[:, turn] * (size - turn)).astype(np.int64)
            for before in range(turn):  # each that is taken, from the least on, moves it by one
                place += taken[:, before] <= place
            places[:, turn] = place
            taken = np.sort(np.column_stack((taken, place)), axis=1)
        return places

    def _by_weight(self, context: RowContext, weights: npt.NDArray[np.float64]) -> Rows:
        """Take values by weight, one after the other: those whose exponential clocks run down first. (rows, max)"""
        uniform, step = context.stream(Sub.AMONG).random((context.rows, len(weights))), TOGETHER // len(weights) or 1
        places = np.empty((context.rows, self.max), dtype=np.int64)
        for start in range(0, context.rows, step):
            times = -np.log1p(-uniform[start : start + step]) / weights
            places[start : start + step] = np.argsort(times, axis=1, kind="stable")[:, : self.max]
        return places


class _Sizes:
    """What the generator of the values may know of their size: there are as many rows as values."""

    def __init__(self, view: SpanView, most: int) -> None:
        self._view, self._most = view, most

    def rows(self) -> int:
        return self._view.rows() * self._most

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)


class _Cells:
    """What the generator of the values sees: as many rows as there are values, `most` for each row of the table."""

    def __init__(self, context: RowContext, most: int, dtype: DType) -> None:
        self._context, self._most, self.dtype = context, most, dtype
        self.seed, self.table, self.column = context.seed, context.table, context.column
        self.rows, self.block_rows = context.rows * most, context.block_rows * most

    @property
    def row_numbers(self) -> Rows:
        return self._of_values(self._context.row_numbers)

    @property
    def unique_numbers(self) -> Rows:
        return self._of_values(self._context.unique_numbers)

    def _of_values(self, numbers: Rows) -> Rows:
        """The number of each value, from those of its row. (n,) -> (n · most,)"""
        return (numbers[:, None] * self._most + np.arange(self._most)).reshape(-1)

    def stream(self, sub: str = "") -> Stream:
        return self._context.stream(sub)

    def column_stream(self, sub: str) -> np.random.Generator:
        return self._context.column_stream(sub)

    def value(self, path: str) -> pl.Series:
        return self._context.value(path).gather(np.repeat(np.arange(self._context.rows), self._most))

    def type_at(self, path: str) -> DType:
        return self._context.type_at(path)

    def quantiles_at(self, path: str) -> Quantiles:
        return self._context.quantiles_at(path)
