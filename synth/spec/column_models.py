"""A declared column: the generator that draws it, and what holds of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from synth.dtypes import DType, listed
from synth.errors import did_you_mean
from synth.generators import GENERATORS, Generator
from synth.generators.base import Model, Share
from synth.generators.derived import Given
from synth.spec.native_types import Computed, NativeTypes
from synth.spec.wording import plain_errors

__all__ = ["OPTIONS", "Column", "refuse"]

OPTIONS = ("type", "native", "computed", "nullable", "null_share", "even", "unique", "check", "about", "references")


def refuse(what: str, *, at: tuple[str | int, ...] = (), hint: str = "") -> PydanticCustomError:
    """Make the error of a model that tells a place within it, and a way out."""
    return PydanticCustomError("synth", "{what}", {"what": what, "at": at, "hint": hint})


def _refuse_old_words(kind: str, made: type[Generator], parameters: Mapping[Any, Any]) -> None:
    """Refuse parameters as they were called once. A number is none of those: it is the weight of a value."""
    for word, new in made.renamed.items():
        if word in parameters and not isinstance(parameters[word], (int, float)):
            raise refuse(f"`{word}` of {kind} is now called `{new}`", at=(kind, word), hint=f"write {new}: …")


class Column(Model):
    """One column: the generator that draws it, and what holds of it. Without a generator its table gives it.

    >>> price = synth.load("inventory").tables["products"].columns["unit_price"]
    >>> price.generator_name, price.type
    ('lognormal', 'decimal(12,2)')
    """

    draws: Generator = Field(default_factory=Given)
    generator_name: str = "given"  # as it is written
    type: str | None = Field(None, description="the column's type; left out: the generator's own")
    native: NativeTypes = Field(
        {}, description="database: a type of its own that it keeps the column in, as its DDL spells it"
    )
    computed: Computed = Field(
        {}, description="database: the expression by which it computes the column itself, to the values that are drawn"
    )
    nullable: bool | None = Field(None, description="whether NULL may be held; left out: as the generator says")
    null_share: Share = Field(0.0, description="share of rows that are NULL, whatever the generator draws")
    even: bool = Field(False, description="its shares are dealt out to rows, as exactly as these can have them")
    unique: bool = Field(False, description="no value twice")
    check: str | None = Field(None, description="a condition in SQL, over columns of the table")
    about: str | None = Field(None, description="a comment, which databases get")
    references: str | None = Field(None, description="the table whose key a column holds that chooses no row")

    @model_validator(mode="wrap")
    @classmethod
    def _split(cls, data: Any, handler: Any) -> Column:
        """`{lognormal: {…}, type: …}` names its generator by a key; a bare word is a generator without parameters."""
        if isinstance(data, cls):
            return data
        if isinstance(data, str):
            data = {data: None}
        if not isinstance(data, Mapping):
            raise refuse("a column is a mapping like {choice: {a: 1, b: 2}}")
        words = [word for word in data if word not in OPTIONS]
        for word in words:
            if word not in GENERATORS:
                raise refuse(
                    f"unknown generator or option '{word}'",
                    at=(str(word),),
                    hint=did_you_mean(str(word), [*GENERATORS, *OPTIONS])
                    if str(word).isidentifier()
                    else "a comma inside { } ends an entry: put SQL and text in quotes",
                )
        if len(words) > 1:
            raise refuse(f"a column has one generator, here are {' and '.join(words)}", at=(words[1],))
        options = {word: value for word, value in data.items() if word in OPTIONS}
        if not words:
            column: Column = handler(options)
            return column
        kind, parameters = words[0], data[words[0]]
        made, unwritten = GENERATORS[kind], tuple[str, ...]()
        if parameters is None:
            parameters = {}
        if isinstance(parameters, Mapping):
            _refuse_old_words(kind, made, parameters)
        if not isinstance(parameters, Mapping) or (
            made.shorthand_is_mapping and not set(parameters) <= set(made.model_fields)
        ):
            if made.shorthand is None:
                raise refuse(
                    f"{kind} takes a mapping of parameters",
                    at=(kind,),
                    hint=f"known are {', '.join(made.model_fields) or 'none'}",
                )
            parameters, unwritten = {made.shorthand: parameters}, (made.shorthand,)
        try:
            draws = made.model_validate(parameters)
        except ValidationError as error:
            path, what, hint = plain_errors(error, lambda _: made)[0]
            path = path[1:] if path[:1] == unwritten else path
            raise refuse(what, at=(kind, *path), hint=hint) from None
        return handler({**options, "draws": draws, "generator_name": kind})  # type: ignore[no-any-return]

    @field_validator("type", mode="before")
    @classmethod
    def _known_type(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            return str(listed(given))
        if isinstance(given, str):
            DType.parse(given)
        return given

    @model_serializer
    def _joined(self) -> dict[str, Any]:
        options = {name: getattr(self, name) for name in OPTIONS}
        found = {name: value for name, value in options.items() if value != type(self).model_fields[name].default}
        if self.generator_name != "given":
            found = {self.generator_name: self.draws.model_dump(exclude_defaults=True), **found}
        return found

    @property
    def refers_to(self) -> str | None:
        """The table whose key the column holds, chosen or given; None where it holds none."""
        return self.draws.held_key.table if self.draws.held_key else self.references

    @property
    def declared_type(self) -> DType | None:
        """The type that is declared; None where it is inferred."""
        return DType.parse(self.type) if self.type else None
