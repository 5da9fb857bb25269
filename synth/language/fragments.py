"""The models' own JSON Schemas, and what a fragment of one means in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from synth.errors import one_of
from synth.generators import GENERATORS
from synth.spec.models import Column, Dataset, Table

__all__ = ["PLACE", "Fragment", "Known", "edited", "members_of", "referred", "shown_default", "takes"]

Fragment = dict[str, Any]
PLACE = "#/$defs/"  # where the schemas of models stand

_MAPPINGS = ("properties", "patternProperties", "$defs")  # keywords: what stands in them are schemas by name
_LISTS = ("anyOf", "oneOf", "allOf")
_SINGLE = ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else")


class Known:
    """The schemas of all models of the language, as pydantic makes them: read once."""

    definitions: dict[str, Fragment]
    _names: dict[type[BaseModel], str]

    def __init__(self) -> None:
        models: list[type[BaseModel]] = [Dataset, Table, Column, *dict.fromkeys(GENERATORS.values())]
        made, whole = models_json_schema([(model, "validation") for model in models], ref_template=PLACE + "{model}")
        self.definitions = whole["$defs"]
        self._names = {model: made[model, "validation"]["$ref"].removeprefix(PLACE) for model in models}

    @staticmethod
    @cache
    def language() -> Known:
        """Give the schemas, made once."""
        return Known()

    def name(self, model: type[BaseModel]) -> str:
        """Give the name of a model's definition."""
        return self._names[model]

    def of(self, model: type[BaseModel]) -> Fragment:
        """Give the schema of a model."""
        return self.definitions[self.name(model)]


def edited(schema: Fragment, edit: Callable[[Fragment], Fragment]) -> Fragment:
    """Give a schema in which each schema inside, and then it itself, has been edited."""
    found: Fragment = {}
    for word, value in schema.items():
        if word in _MAPPINGS:
            found[word] = {name: _inside(inner, edit) for name, inner in value.items()}
        elif word in _LISTS:
            found[word] = [_inside(inner, edit) for inner in value]
        elif word in _SINGLE:
            found[word] = _inside(value, edit)
        else:
            found[word] = value
    return edit(found)


def _inside(schema: Any, edit: Callable[[Fragment], Fragment]) -> Any:
    """Give a schema within another edited; true and false, which are schemas too, stay."""
    return edited(schema, edit) if isinstance(schema, dict) else schema


def members_of(schema: Fragment) -> list[Fragment]:
    """Give the schemas of which one holds: the members of a union without null, or the schema itself."""
    inner = [each for member in schema.get("anyOf", ()) for each in members_of(member)]
    return [each for each in inner if each.get("type") != "null"] if inner else [schema]


def referred(schema: Fragment) -> list[str]:
    """Give the names of the definitions that a schema refers to, but for those of a mapping's values."""
    return [each["$ref"].removeprefix(PLACE) for each in members_of(schema) if "$ref" in each]


def values_of(schema: Fragment) -> list[Fragment]:
    """Give the schemas of a mapping's values."""
    values = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    return [each for each in values if isinstance(each, dict)]


def takes(schema: Fragment) -> str:
    """Say what a schema takes: `number above 0 or text`."""
    return one_of(dict.fromkeys(_takes(member) for member in members_of(schema)))


def _takes(schema: Fragment) -> str:
    if "const" in schema:
        return _value(schema["const"])
    if "enum" in schema:
        return one_of(map(_value, schema["enum"]))
    match schema.get("type"):
        case "integer":
            return f"whole number{_range(schema)}"
        case "number":
            return f"number{_range(schema)}"
        case "boolean":
            return "true or false"
        case "string":
            return {"date": "date", "date-time": "timestamp"}.get(schema.get("format", ""), "text")
        case "array":
            return _list(schema)
        case "object":
            return _mapping(schema)
    return "mapping" if "$ref" in schema else "any value"


def _list(schema: Fragment) -> str:
    size = schema.get("minItems")
    exact = f" of {size}" if size and size == schema.get("maxItems") else ""
    inner = takes(schema["items"]) if schema.get("items") else ""
    return f"list{exact}" + (f" of {_many(inner)}" if inner and not exact else f" {_many(inner)}" if inner else "")


def _mapping(schema: Fragment) -> str:
    inner = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
    return f"mapping to {takes(inner)}" if isinstance(inner, dict) and "$ref" not in inner else "mapping"


def _many(text: str) -> str:
    plain = {"text": "texts", "mapping": "mappings"}
    return text.replace("number", "numbers", 1) if "number" in text else plain.get(text, text)


def _range(schema: Fragment) -> str:
    """Say between which bounds a number lies."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {_value(low)} to {_value(high)}"
    said = [
        f"{word} {_value(bound)}"
        for word, bound in (("from", low), ("above", above), ("to", high), ("below", below))
        if bound is not None
    ]
    return " " + ", ".join(said).replace(f"from {_value(low)}", f"from {_value(low)} up") if said else ""


def _value(value: Any) -> str:
    """A plain value as it is written in YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and value == int(value) and 1000 <= abs(value) < 2**53:
        return f"{int(value):_}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def shown_default(schema: Fragment) -> str | None:
    """Say what holds where nothing is written; None where that is nothing."""
    default = schema.get("default")
    if default is None or (isinstance(default, (Mapping, Iterable)) and not default):
        return None
    return _value(default)
