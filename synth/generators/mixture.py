"""A mixture: each row's number comes from one of several distributions, by their shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import polars as pl
from pydantic import Field, GetJsonSchemaHandler, ValidationError, model_serializer, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import definition_reference_schema

from synth.dtypes import DType
from synth.errors import did_you_mean
from synth.generators.base import Model
from synth.generators.beta import Beta
from synth.generators.constant import Constant
from synth.generators.context import DrawContext, SpanView
from synth.generators.continuous import Exponential, Pareto, Triangular, Weibull
from synth.generators.counts import Binomial, Geometric, NegativeBinomial, Poisson
from synth.generators.declarations import Span
from synth.generators.empirical import Empirical
from synth.generators.gamma import Gamma
from synth.generators.numbers import Distribution, Positive
from synth.generators.numeric import Lognormal, Normal, Uniform
from synth.generators.sampling import BELOW_ONE, Search, check_weights

__all__ = ["PARTS", "Mixture"]

PARTS: dict[str, type[Distribution]] = {
    "beta": Beta,
    "binomial": Binomial,
    "constant": Constant,
    "empirical": Empirical,
    "exponential": Exponential,
    "gamma": Gamma,
    "geometric": Geometric,
    "lognormal": Lognormal,
    "negative_binomial": NegativeBinomial,
    "normal": Normal,
    "pareto": Pareto,
    "poisson": Poisson,
    "triangular": Triangular,
    "uniform": Uniform,
    "weibull": Weibull,
}


def _refuse(what: str, at: tuple[str, ...] = (), hint: str = "") -> PydanticCustomError:
    return PydanticCustomError("synth", "{what}", {"what": what, "at": at, "hint": hint})


class Part(Model):
    """A distribution of a mixture, and its share: `{share: 0.9, normal: {mean: 4, sd: 1}}`."""

    share: Positive
    draws: Distribution
    name: str  # of the distribution, as it is written

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        """The distribution is named by a key."""
        if not isinstance(data, Mapping) or "draws" in data:
            return data
        words = [str(word) for word in data if word != "share"]
        for word in words:
            if word not in PARTS:
                raise _refuse(f"unknown distribution '{word}'", (word,), did_you_mean(word, PARTS))
        if len(words) != 1:
            raise _refuse("a part of a mixture has a `share` and one distribution", tuple(words[1:2]))
        made, parameters = PARTS[words[0]], data[words[0]]
        if not isinstance(parameters, Mapping) and made.shorthand:
            parameters = {made.shorthand: parameters}
        try:
            draws = made.model_validate(parameters)
        except ValidationError as error:
            raise _placed(error, words[0], made) from None
        found = {"draws": draws, "name": words[0]}
        return {**found, "share": data["share"]} if "share" in data else found

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Tell editors how it is written: a share, and one distribution by its name."""
        own = handler.resolve_ref_schema(handler(core_schema))
        made = {name: _written(distribution, handler) for name, distribution in PARTS.items()}
        return {
            "description": own["description"],
            "type": "object",
            "properties": {"share": own["properties"]["share"], **made},
            "required": ["share"],
            "oneOf": [{"required": [name]} for name in made],
            "additionalProperties": False,
        }

    @model_serializer
    def _joined(self) -> dict[str, Any]:
        return {"share": self.share, self.name: self.draws.model_dump(exclude_defaults=True)}


def _written(made: type[Distribution], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Say for editors what may stand behind a distribution's name: its parameters, or the one that is meant by a value."""
    own: Any = made.__pydantic_core_schema__
    parameters = handler(definition_reference_schema(own["ref"]))  # a generator besides, so it is defined once
    if made.shorthand is None:
        return parameters
    return {"anyOf": [parameters, handler.resolve_ref_schema(handler(own))["properties"][made.shorthand]]}


def _placed(error: ValidationError, word: str, made: type[Distribution]) -> ValidationError:
    """Put the word of a distribution before the places of what is wrong with it."""
    found = []
    for one in sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden"):
        kind: Any = one["type"]
        context = dict(one.get("ctx") or {})
        if kind == "extra_forbidden":
            last = str(one["loc"][-1])
            kind, context = _refuse(f"unknown word '{last}'", (), did_you_mean(last, made.model_fields)), {}
        found.append(InitErrorDetails(type=kind, loc=(word, *one["loc"]), input=one["input"], ctx=context))
    return ValidationError.from_exception_data(error.title, found)


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

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw two uniform numbers a row: one chooses the part, the other is read off its inverse. (rows,)"""
        uniform = context.stream().random((context.rows, 2))
        search = Search(np.cumsum([part.share for part in self.parts]))
        chosen = search(uniform[:, 0] * (search.cumulated[-1] * BELOW_ONE))
        drawn = np.empty(context.rows, dtype=np.int64 if context.dtype.is_exact else np.float64)
        for number, part in enumerate(self.parts):
            rows = np.flatnonzero(chosen == number)
            drawn[rows] = part.draws.at_shares(uniform[rows, 1], context.dtype).to_numpy()
        return pl.Series(drawn)
