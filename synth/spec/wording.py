"""What pydantic found, in our words: one sentence each, with the value and a way out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from synth.errors import did_you_mean

__all__ = ["NAMES", "plain_errors", "shown"]

Path = tuple[str | int, ...]

NAMES = "names are letters, digits and underscores, a letter or underscore first, 63 at most"

# pydantic's error type -> what is expected
_EXPECTED = {
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "float_type": "a number", "float_parsing": "a number", "finite_number": "a number",
    "string_type": "text", "dict_type": "a mapping", "mapping_type": "a mapping", "model_type": "a mapping",
    "model_attributes_type": "a mapping", "list_type": "a list", "tuple_type": "a list",
    "date_type": "a date like 2024-01-31", "date_parsing": "a date like 2024-01-31",
    "date_from_datetime_parsing": "a date like 2024-01-31", "date_from_datetime_inexact": "a date like 2024-01-31",
    "datetime_type": "a timestamp", "is_instance_of": "a mapping", "none_required": "nothing",
}  # fmt: skip


def plain_errors(error: ValidationError, model_at: Callable[[Path], type[BaseModel]]) -> list[tuple[Path, str, str]]:
    """(path, what, hint) of each mistake, those of unknown words first; one for each place.

    `model_at` gives the model that a place belongs to.
    """
    found: dict[Path, tuple[Path, str, str]] = {}
    for one in sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden"):
        path = _written(one["loc"])
        wanted, other = found.get(path), _plain(one, path, model_at(one["loc"]))
        if wanted is None:
            found[path] = other
        elif wanted[1].startswith("should be ") and other[1].startswith("should be "):  # members of a union
            first, got = wanted[1].split(", got ", 1)
            also = other[1].split(", got ", 1)[0].removeprefix("should be ")
            if also not in first:
                found[path] = (path, f"{first} or {also}, got {got}", wanted[2] or other[2])
    return list(found.values())


def _written(place: tuple[str | int, ...]) -> Path:
    """The part of pydantic's place that is written in the YAML: without names of types and of unions' members."""
    path = [part for part in place if part != "[key]"]
    while path and isinstance(path[-1], str) and (path[-1] in _MEMBERS or "[" in path[-1]):
        path.pop()
    return tuple(path)


_MEMBERS = {
    "int",
    "float",
    "str",
    "date",
    "datetime",
    "bool",
    "constrained-str",
    "constrained-float",
    "constrained-int",
}


def shown(value: Any) -> str:
    """A value as the user wrote it, or what it is."""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (str, int, float)) else f"a {type(value).__name__}"


def _plain(error: Any, path: Path, model: type[BaseModel]) -> tuple[Path, str, str]:
    kind, given, context = error["type"], error.get("input"), error.get("ctx") or {}
    last = str(path[-1]) if path else ""
    if "[key]" in error["loc"]:
        return path, f"'{last}' is no name", NAMES
    match kind:
        case "synth":
            return (*path, *context["at"]), context["what"], context["hint"]
        case "extra_forbidden":
            new = getattr(model, "renamed", {}).get(last)
            if new:
                return path, f"`{last}` is now called `{new}`", f"write {new}: …"
            return path, f"unknown word '{last}'", did_you_mean(last, model.model_fields)
        case "missing":
            return path, f"'{last}' is missing", ""
        case "value_error":
            return path, str(context["error"]), ""
        case "string_pattern_mismatch":
            return path, f"{shown(given)} is no name", NAMES
        case "bool_type" | "bool_parsing":
            hint = "YAML reads only true and false as such"
            return path, f"true or false is expected, got {shown(given)}", hint
        case "literal_error":
            return path, f"should be {context['expected']}, got {shown(given)}", ""
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            bound = next(iter(context.values()))
            words = kind.replace("_", " ").replace("equal", "or equal to")
            return path, f"should be {words} {bound:g}, got {shown(given)}", ""
        case "too_short":
            return path, "must not be empty", ""
    if kind in _EXPECTED:
        return path, f"should be {_EXPECTED[kind]}, got {shown(given)}", ""
    message = error["msg"].replace("Input should be", "should be")
    return path, f"{message[0].lower()}{message[1:]}, got {shown(given)}", ""
