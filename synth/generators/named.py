"""A distribution, or a generator, inside another one, named by its word as that of a column is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, ValidationError, model_serializer, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import definition_reference_schema

from synth.errors import did_you_mean
from synth.generators.base import Generator, Model
from synth.generators.beta import Beta
from synth.generators.constant import Constant
from synth.generators.continuous import Exponential, Pareto, Triangular, Weibull
from synth.generators.counts import Binomial, Geometric, NegativeBinomial, Poisson
from synth.generators.empirical import Empirical
from synth.generators.gamma import Gamma
from synth.generators.numbers import Distribution
from synth.generators.numeric import Lognormal, Normal, Uniform

__all__ = ["PARTS", "Named", "NamedGenerator"]

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


class NamedGenerator(Model):
    """What holds a generator beside fields of its own: `{first_name: {locale: fr_FR}}`."""

    parts: ClassVar[Mapping[str, type[Generator]]] = {}  # those that it may hold, by their words
    what: ClassVar[str] = "generator"  # they are called

    draws: Generator
    name: str  # of the generator, as it is written

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        """The generator is named by a key."""
        if not isinstance(data, Mapping) or "draws" in data:
            return data
        words = [str(word) for word in data if word not in cls.model_fields]
        for word in words:
            if word not in cls.parts:
                raise _refuse(f"unknown {cls.what} '{word}'", (word,), did_you_mean(word, cls.parts))
        if len(words) != 1:
            raise _refuse(f"one {cls.what} is expected here", tuple(words[1:2]), f"known are {', '.join(cls.parts)}")
        made, parameters = cls.parts[words[0]], data[words[0]]
        parameters = {} if parameters is None else parameters
        plain = not isinstance(parameters, Mapping) or (
            made.shorthand_is_mapping and not set(parameters) <= set(made.model_fields)
        )
        if plain and made.shorthand:
            parameters = {made.shorthand: parameters}
        try:
            draws = made.model_validate(parameters)
        except ValidationError as error:
            raise _placed(error, words[0], made) from None
        return {**{word: data[word] for word in data if word != words[0]}, "draws": draws, "name": words[0]}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Tell editors how it is written: fields of its own, and one distribution by its name."""
        own = handler.resolve_ref_schema(handler(core_schema))
        about = f"the {cls.what}, by its name, with its own parameters"
        made = {name: {"description": about, **_written(each, handler)} for name, each in cls.parts.items()}
        fields = {word: field for word, field in own["properties"].items() if word not in ("draws", "name")}
        return {
            "description": own["description"],
            "type": "object",
            "properties": {**fields, **made},
            "required": [word for word in own.get("required", ()) if word in fields],
            "oneOf": [{"required": [name]} for name in made],
            "additionalProperties": False,
        }

    @model_serializer
    def _joined(self) -> dict[str, Any]:
        fields = {word: getattr(self, word) for word in type(self).model_fields if word not in ("draws", "name")}
        return {**fields, self.name: self.draws.model_dump(exclude_defaults=True)}


class Named(NamedGenerator):
    """What holds a distribution beside fields of its own: `{share: 0.9, normal: {mean: 4, sd: 1}}`."""

    parts = PARTS
    what = "distribution"

    draws: Distribution


def _written(made: type[Generator], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Say for editors what may stand behind a distribution's name: its parameters, or the one that is meant by a value."""
    own: Any = made.__pydantic_core_schema__
    parameters = handler(definition_reference_schema(own["ref"]))  # a generator besides, so it is defined once
    if made.shorthand is None:
        return parameters
    return {"anyOf": [parameters, handler.resolve_ref_schema(handler(own))["properties"][made.shorthand]]}


def _placed(error: ValidationError, word: str, made: type[Generator]) -> ValidationError:
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
