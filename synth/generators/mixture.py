"""A mixture: each row's number comes from one of several distributions, by their shares."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import DType
from synth.generators.context import DrawContext, SpanView
from synth.generators.declarations import Span
from synth.generators.named import Named
from synth.generators.numbers import QUANTILES, Distribution, Positive
from synth.generators.rounding import Floats
from synth.generators.sampling import BELOW_ONE, check_weights, search_of

__all__ = ["Mixture"]


class Part(Named):
    """A distribution of a mixture, and its share: `{share: 0.9, normal: {mean: 4, sd: 1}}`."""

    share: Positive = Field(description="share of the rows, against those of the others")


class Mixture(Distribution):
    """Numbers of several distributions, each of which gives its share of the rows."""

    shorthand = "parts"

    example = """weight:
  mixture:
    - {share: 0.8, normal: {mean: 2, sd: 0.4, min: 0.1}}
    - {share: 0.2, lognormal: {median: 12, sigma: 0.6}}
  type: decimal(8,3)"""

    parts: Annotated[tuple[Part, ...], Field(min_length=1, strict=False)] = Field(
        description="distributions, each with the `share` of the rows whose numbers come from it"
    )

    @model_validator(mode="after")
    def _check_parts(self) -> Mixture:
        check_weights([part.share for part in self.parts], "shares")
        for part in self.parts:
            if (reason := part.draws.why_no_part()) is not None:
                raise ValueError(f"{part.name} of a mixture: {reason}")
        return self

    def dtype(self) -> DType | None:
        """Give the type of all parts, or double where they differ."""
        types = {part.draws.dtype() for part in self.parts}
        return types.pop() if len(types) == 1 else super().dtype()

    def accepts(self, dtype: DType) -> str | None:
        """Take number types that each part can be."""
        if dtype.name == "wide":
            return f"numbers of several distributions cannot be {dtype}"
        refused = super().accepts(dtype)
        if refused:
            return refused
        return next((f"{p.name}: {no}" for p in self.parts if (no := p.draws.accepts(dtype)) is not None), None)

    def lowest(self) -> float | None:
        """Give the least number of all parts; None where one is not known."""
        found = [part.draws.lowest() for part in self.parts]
        return None if None in found else min(number for number in found if number is not None)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Add up what the parts say, by their shares; None where one does not know."""
        found = [part.draws.share_above(floor, dtype) for part in self.parts]
        weighed = [part.share * share for part, share in zip(self.parts, found, strict=True) if share is not None]
        return sum(weighed) / sum(part.share for part in self.parts) if len(weighed) == len(found) else None

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of all parts; None where one is not known."""
        found = [part.draws.span(view, dtype) for part in self.parts]
        known = [span for span in found if span is not None]
        if len(known) < len(found):
            return None
        return Span(min(span.low for span in known), max(span.high for span in known))

    def quantiles_of(self, dtype: DType) -> Floats | None:
        """Give as many quantiles of each part as its share is."""
        whole = sum(part.share for part in self.parts)
        counts = [max(1, round(QUANTILES * part.share / whole)) for part in self.parts]
        shares = [(np.arange(count) + 0.5) / count for count in counts]
        found = [part.draws.at_shares(each, dtype).to_numpy() for part, each in zip(self.parts, shares, strict=True)]
        return np.sort(np.concatenate(found))

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw two uniform numbers a row: one chooses the part, the other is read off its inverse. (rows,)"""
        uniform = context.stream().random((context.rows, 2))
        search = search_of(tuple(part.share for part in self.parts))
        chosen = search(uniform[:, 0] * (search.cumulated[-1] * BELOW_ONE))
        drawn = np.empty(context.rows, dtype=np.int64 if context.dtype.is_exact else np.float64)
        for number, part in enumerate(self.parts):
            rows = np.flatnonzero(chosen == number)
            drawn[rows] = part.draws.at_shares(uniform[rows, 1], context.dtype).to_numpy()
        return pl.Series(drawn)
