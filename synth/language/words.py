"""Every word of a spec: what it is for, what it takes, an example; from the models and registries alone.

What is added to a registry appears here by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from inspect import cleandoc
from typing import Any

from synth.errors import OptionError, did_you_mean
from synth.generators import GENERATORS
from synth.language.fragments import Fragment, Known, referred, shown_default, takes, values_of
from synth.language.types import type_words
from synth.spec.kinds import KINDS
from synth.spec.models import OPTIONS, Column, Dataset, Table
from synth.sql.reference import forms

__all__ = ["GROUPS", "Parameter", "Word", "all_words", "find"]

GROUPS = {
    "datasets": "words of a dataset",
    "kinds": "kinds of tables",
    "tables": "words of a table",
    "columns": "options of a column",
    "generators": "generators: what draws a column",
    "types": "types of columns",
    "functions": "functions of expressions",
}
OF_THEIR_OWN = {Table.__name__, Column.__name__}  # models whose words are groups


@dataclass(frozen=True)
class Parameter:
    """A word within a word; `name` is a path where it stands deeper."""

    name: str
    takes: str
    required: bool
    default: str | None
    about: str


@dataclass(frozen=True)
class Word:
    """A word of a spec. `written` says how it looks; `example` is YAML, of functions SQL."""

    name: str
    group: str
    about: str
    written: str
    parameters: tuple[Parameter, ...] = ()
    shorthand: str | None = None  # the parameter that is meant where only a value is written
    aliases: tuple[str, ...] = ()
    example: str = ""

    @property
    def summary(self) -> str:
        """The first sentence of what it is for."""
        return re.split(r"(?<=[a-z0-9`)…])\.(?:\s|$)", self.about)[0].replace("\n", " ")

    def plain(self) -> dict[str, Any]:
        """The word as plain values, for scripts."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "", ())}


@cache
def all_words() -> tuple[Word, ...]:
    """Give all words, group by group."""
    known = Known.language()
    return (
        *_fields("datasets", known.of(Dataset)),
        *(_kind(kind) for kind in KINDS),
        *_fields("tables", known.of(Table)),
        *_fields("columns", known.of(Column), OPTIONS),
        *(_generator(name, known) for name in sorted(GENERATORS)),
        *_types(),
        *_functions(),
    )


def find(name: str) -> tuple[Word, ...]:
    """Give the words of a name, or of a group; else those that have a parameter of the name. Raises OptionError."""
    wanted, words = name.lower(), all_words()
    if found := [word for word in words if wanted in (word.name.lower(), *word.aliases)]:
        return tuple(found)
    if wanted in GROUPS:
        return tuple(word for word in words if word.group == wanted)
    if found := [word for word in words if any(wanted in each.name.split(".") for each in word.parameters)]:
        return tuple(found)
    names = {word.name for word in words} | {alias for word in words for alias in word.aliases} | {*GROUPS}
    inner = {part for word in words for each in word.parameters for part in each.name.split(".")}
    hint = did_you_mean(wanted, {each.lower() for each in names | inner})
    hint = hint if hint.startswith("did") else "`synth words` lists them all"
    raise OptionError(f"no word of a spec is called '{name}'\n  hint: {hint}")


def _fields(group: str, model: Fragment, names: tuple[str, ...] | None = None) -> Iterator[Word]:
    """The fields of a model as words."""
    for name, field in model["properties"].items():
        if names is None or name in names:
            parameters = tuple(_nested(field, ""))
            yield Word(name, group, field.get("description", ""), takes(field), parameters)


def _parameters(model: Fragment, prefix: str = "") -> Iterator[Parameter]:
    """The fields of a model as parameters, those of models within it behind each."""
    required = model.get("required", ())
    for name, field in model["properties"].items():
        path = f"{prefix}{name}"
        yield Parameter(path, takes(field), name in required, shown_default(field), field.get("description", ""))
        yield from _nested(field, f"{path}.")


def _nested(field: Fragment, prefix: str) -> Iterator[Parameter]:
    """The parameters of the models that a field refers to; those of a mapping's values stand behind a NAME."""
    for name in referred(field):
        yield from _parameters(Known.language().definitions[name], prefix)
    for name in (each for values in values_of(field) for each in referred(values)):
        if name not in OF_THEIR_OWN:
            yield from _parameters(Known.language().definitions[name], f"{prefix}NAME.")


def _kind(kind: Any) -> Word:
    """A kind of table; its parameters are the words that make a table one of it."""
    fields = Known.language().of(Table)["properties"]
    parameters = [Parameter(w, takes(fields[w]), False, None, fields[w].get("description", "")) for w in kind.words]
    return Word(kind.name, "kinds", kind.about, _docstring(type(kind)), tuple(parameters), example=kind.example)


def _generator(name: str, known: Known) -> Word:
    made = GENERATORS[name]
    parameters = tuple(_parameters(known.of(made)))
    needed = ", ".join(f"{each.name}: …" for each in parameters if each.required and "." not in each.name)
    written = f"{{{name}: {{{needed}}}}}" if needed else f"{{{name}: {{}}}}"
    return Word(name, "generators", _docstring(made), written, parameters, made.shorthand, example=made.example)


def _types() -> Iterator[Word]:
    for name, each in type_words().items():
        example = f"value: {each.example}" if each.example else ""
        yield Word(name, "types", each.about, each.written, aliases=each.aliases, example=example)


def _functions() -> Iterator[Word]:
    """What can be written in SQL, by the name of the function where its form begins with one that is not taken."""
    taken: set[str] = set()
    for _, some in forms():
        for form in some:
            called = re.match(r"[A-Z][A-Z0-9_]*(?=\()", form.form)
            name = called[0] if called and called[0] not in taken else form.form
            taken.add(name)
            gives = f"{form.form} gives {form.gives}" if form.gives else form.form
            yield Word(name, "functions", form.says, gives, example=form.examples[0])


def _docstring(made: type) -> str:
    """What a class says that it is; nothing where it only has what its base says."""
    return cleandoc(vars(made).get("__doc__") or "")
