"""A JSON Schema of specs, for editors: it completes words and shows what they are for, and marks what cannot be.

Made from the models. Short ways are in it: a generator of which only a value is written, rows as a number, `10_000`. What
spans several tables or columns is told by `synth check` alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from synth.generators import GENERATORS
from synth.language.fragments import PLACE, Fragment, Known, edited
from synth.language.types import type_words
from synth.language.words import Word, all_words
from synth.spec.models import OPTIONS, Column, Dataset

__all__ = ["FILE", "as_text", "spec_schema"]

FILE = "spec.schema.json"  # beside the shipped specs, whose first line names it
ERROR, MARKDOWN = "patternErrorMessage", "markdownDescription"  # words of editors, which other readers pass over
EXAMPLE = ">>> "  # what begins an example in Python, which is nothing for an editor of YAML
DRAFT = "https://json-schema.org/draft/2020-12/schema"

# YAML 1.2 knows no underscores in numbers, and no dates: an editor takes them for texts.
_UNDERSCORES = r"^[-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9]+)?$"
_DATES = {"date": r"^\d{4}-\d\d-\d\d$", "date-time": r"^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?)?$"}


def as_text() -> str:
    """Give the schema as the text of a file."""
    return json.dumps(spec_schema(), indent=1, ensure_ascii=False) + "\n"


def spec_schema() -> dict[str, Any]:
    """Give the JSON Schema of a dataset's YAML, draft 2020-12."""
    known = Known.language()
    definitions = dict(known.definitions)
    column = definitions[known.name(Column)]
    generators = {name: _generator(name, known) for name in sorted(GENERATORS)}
    definitions |= {f"generator_{name}": schema for name, schema in generators.items()}
    definitions[known.name(Column)] = _column(column, generators)
    whole: Fragment = {"$ref": PLACE + known.name(Dataset), "$defs": definitions}
    whole = edited(whole, _as_yaml)
    whole["$defs"] = {name: whole["$defs"][name] for name in sorted(_reached(whole))}
    return {"$schema": DRAFT, **whole}


def _generator(name: str, known: Known) -> Fragment:
    """What may stand behind a generator's name: its parameters, the one that is meant by a bare value, or nothing."""
    made = GENERATORS[name]
    own, word = known.of(made), _word(name)
    ways = [{"$ref": PLACE + known.name(made)}]
    if made.shorthand is not None:
        ways.append(own["properties"][made.shorthand])
    if not own.get("required"):
        ways.append({"type": "null"})
    about = {"description": word.about, MARKDOWN: f"{word.about}\n\n```yaml\n{word.example}\n```"}
    return {**about, **ways[0]} if len(ways) == 1 else {**about, "anyOf": ways}


def _word(name: str) -> Word:
    return next(word for word in all_words() if (word.group, word.name) == ("generators", name))


def _column(model: Fragment, generators: Iterable[str]) -> Fragment:
    """A column: options, and one generator or none; or the bare name of a generator that needs no parameters."""
    own = {name: {"$ref": f"{PLACE}generator_{name}"} for name in generators}
    options = {name: model["properties"][name] for name in OPTIONS}
    options["type"] = {**options["type"], "anyOf": [*_types(), {"type": "null"}]}
    some = [{"required": [name]} for name in own]
    one = {
        "type": "object",
        "properties": {**own, **options},
        "additionalProperties": False,
        "oneOf": [*some, {"not": {"anyOf": some}}],
    }
    known = Known.language()
    bare = [name for name in own if not known.of(GENERATORS[name]).get("required")]
    return {"description": model["description"], "anyOf": [one, {"enum": bare}]}


def _types() -> list[Fragment]:
    """Types as they are written, for completion, and with other numbers and in capitals."""
    words = type_words()
    plain = [
        name for word in words.values() for name in (word.written.partition("(")[0], *word.aliases) if "…" not in name
    ]
    written = [w.written.replace(name, own, 1) for name, w in words.items() for own in (name, *w.aliases)]
    shapes = [_shape(each) for each in written]
    labels = {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1}
    listed = {"type": "object", "properties": {"enum": labels}, "required": ["enum"], "additionalProperties": False}
    return [{"enum": plain}, {"type": "string", "pattern": f"^\\s*(?:{'|'.join(shapes)})\\s*$"}, listed]


def _shape(written: str) -> str:
    """A pattern of a type as it is written, in small letters and capitals: lengths may be left out, `…` is anything."""
    name, bracket, inner = written.partition("(")
    lengths = inner.rstrip(")").split(",")
    if "…" in written or not bracket:
        return ".*".join(map(_letters, written.split("…")))
    further = r"(?:\s*,\s*\d+)?" * (len(lengths) - 1)
    return rf"{_letters(name)}\s*(?:\(\s*\d+{further}\s*\))?"


def _letters(text: str) -> str:
    """A pattern of a piece of it, in small letters and capitals."""
    blanks = {"(": r"\s*\(", " ": r"\s+"}
    return "".join(f"[{sign}{sign.upper()}]" if sign.isalpha() else blanks.get(sign, re.escape(sign)) for sign in text)


def _as_yaml(schema: Fragment) -> Fragment:
    """A schema of plain values as one of what an editor reads: without titles, and with no other names than those."""
    found = {word: value for word, value in schema.items() if word != "title" or not isinstance(value, str)}
    if found.get("default", ...) is None:
        del found["default"]
    if isinstance(about := found.get("description"), str):
        found["description"] = about.partition(EXAMPLE)[0].rstrip()
    kind = found.get("type")
    if kind in ("integer", "number"):
        what = "a whole number" if kind == "integer" else "a number"
        found = {**found, "type": [kind, "string"], "pattern": _UNDERSCORES, ERROR: f"should be {what}"}
    if kind == "string" and found.get("format") in _DATES:
        found |= {"pattern": _DATES[found.pop("format")], ERROR: "should be a date like 2024-01-31"}
    if "patternProperties" in found:
        found.setdefault("additionalProperties", False)
    return found


def _reached(whole: Fragment) -> set[str]:
    """The names of the definitions that are referred to, from the whole on."""
    reached: set[str] = set()
    waiting = [{key: value for key, value in whole.items() if key != "$defs"}]

    def note(into: list[str], schema: Fragment) -> Fragment:
        if "$ref" in schema:
            into.append(schema["$ref"].removeprefix(PLACE))
        return schema

    while waiting:
        names: list[str] = []
        look: Callable[[Fragment], Fragment] = partial(note, names)
        edited(waiting.pop(), look)
        new = {*names} - reached
        reached |= new
        waiting += [whole["$defs"][name] for name in new]
    return reached
