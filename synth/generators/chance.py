"""Chance: true or false, by a probability that each row has of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BOOLEAN, DType
from synth.errors import DataError
from synth.generators.base import Generator, one_way_of
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.rounding import Floats

__all__ = ["Chance"]


class Chance(Generator):
    """True by a probability that follows from the row: a `share`, or its `logit`, ln(p / (1 - p)), in a column of numbers.

    On the scale of logits effects add up, whatever they are: so much for a category, for a late delivery, for what was
    drawn with the customer. 0 is one half, each 0.7 upwards about doubles the odds. Where the column is NULL, so is the row.
    """

    model_config = one_way_of({"required": ["logit"]}, {"required": ["share"]})

    default_type = BOOLEAN

    example = """late: {choice: {true: 1, false: 4}, type: boolean}
_odds: {expr: "CASE WHEN late THEN -0.5 ELSE -2.5 END", type: double}
returned: {chance: {logit: _odds}}"""
    nanoseconds = 20

    logit: str | None = Field(None, description="path to numbers: the logarithm of the odds, 0 being one half")
    share: str | None = Field(None, description="path to probabilities instead, from 0 to 1")

    @model_validator(mode="after")
    def _check(self) -> Chance:
        if (self.logit is None) == (self.share is None):
            raise ValueError("say `logit`, or `share`")
        return self

    @property
    def _path(self) -> str:
        return self.logit or self.share or ""

    def accepts(self, dtype: DType) -> str | None:
        """Take booleans, and nothing else."""
        return None if dtype == BOOLEAN else f"it is true or false, and cannot be {dtype}"

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of probabilities."""
        return (RowValue(self._path),)

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the column of probabilities may be NULL."""
        return view.gives_null(self._path)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that holds no numbers."""
        found = view.type_at(self._path)
        if not (found.is_exact or found.is_float):
            word = "logit" if self.logit else "share"
            yield Complaint(f"'{self._path}' is {found}, and a {word} is a number", at=(word,))

    def draw(self, context: RowContext) -> pl.Series:
        """Draw a number of each row, and compare it with the row's probability. (rows,)"""
        numbers = context.value(self._path)
        missing = numbers.is_null().to_numpy()
        values: Floats = numbers.fill_null(0).to_numpy() / 10.0 ** context.type_at(self._path).digits
        uniform = context.stream().random(context.rows)
        if self.share:
            if len(values) and not (values.min() >= 0 and values.max() <= 1):
                worst = values.min() if values.min() < 0 else values.max()
                raise DataError(f"'{self.share}' is {worst:g}, and a share is from 0 to 1")
            drawn = uniform < values
        else:
            with np.errstate(divide="ignore"):  # ln(0) is below all logits
                drawn = np.log(uniform) - np.log1p(-uniform) < values
        return mask(pl.Series(drawn), missing)
