"""Reads YAML into a Dataset, with the line and column of every error.

YAML is read as 1.2 means it: only true and false are booleans, so a country `NO` stays a country; keys are unique.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from synth.errors import DataError, OptionError, Problem, SpecError, did_you_mean
from synth.generators.base import Model
from synth.spec import check
from synth.spec.fanout_models import Fanout
from synth.spec.hops import with_hops
from synth.spec.migrate import SPEC_VERSION, migrated
from synth.spec.models import Column, Dataset, Period, Rollup, Table
from synth.spec.moments import with_moments
from synth.spec.row_models import RowCount
from synth.spec.shipped import SHIPPED, shipped
from synth.spec.shown import planned_moments_seen
from synth.spec.wording import plain_errors
from synth.system import is_utf8

__all__ = ["SHIPPED", "dump", "find", "flow", "load", "located", "notes", "parse", "shipped", "warnings", "written"]

Path_ = tuple[str | int, ...]

MOST_BYTES = 4 * 2**20  # of a file
MOST_CHARACTERS = 64 * 2**20  # of a text: manifests embed a file with all its aliases written out,
MOST_NODES = 200_000  # with aliases read as often as they are used
DEEPEST = 40  # nodes inside each other


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """Scalars as YAML 1.2 has them."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _shape, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("int", r"^[-+]?[0-9][0-9_]*$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9][0-9_]*)?\.[0-9]+(?:e[-+]?[0-9]+)?$|^[-+]?[0-9]+e[-+]?[0-9]+$", "-+0123456789."),
    ("timestamp", r"^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?)?$", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_shape), list(_first))


def find(name: str) -> Path:
    """The file of a shipped dataset's name, or of a path to a YAML file. Raises OptionError."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        return path
    if path.suffix in (".yaml", ".yml") or "/" in name:
        raise OptionError(f"there is no file '{name}'")
    raise OptionError(f"unknown dataset '{name}'\n  hint: {did_you_mean(name, known)}, or give the path of a YAML file")


def load(name: str | Path) -> Dataset:
    """Load a shipped dataset by name, or a YAML file by path. Raises SpecError, OptionError."""
    path = find(str(name))
    return parse(_text(path), str(path))


def _text(path: Path) -> str:
    """What is in a file of YAML, which is no longer than any by hand. Raises OptionError."""
    try:
        with path.open("rb") as file:
            found = file.read(MOST_BYTES + 1)
        if len(found) > MOST_BYTES:
            raise OptionError(f"'{path}' has more than {MOST_BYTES:,} bytes, which is too much for a spec")
        return found.decode().replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"cannot read '{path}': {error}") from error


@lru_cache(maxsize=16)
def parse(text: str, file: str = "<yaml>", version: int = SPEC_VERSION, *, drawn_alike: bool = True) -> Dataset:
    '''Read the YAML text of a dataset; `file` is what errors call it. Raises SpecError.

    A resolved spec of an older version, as manifests embed them, is read in the words of today; where its rows were drawn
    otherwise than today it is taken as it is. A dataset is frozen, so the same text is read once: `model_copy` makes
    another of it.

    >>> text = """
    ... dataset: shop
    ... period: {start: 2025-01-01, until: 2026-01-01}
    ... tables: {customers: {rows: 5, columns: {customer_id: {key: sequence}, name: {first_name: {}}}}}
    ... """
    >>> synth.frame(synth.make_plan(synth.parse(text)), "customers").columns
    ['customer_id', 'name']
    '''
    raw, places = _read(text, file)
    if not isinstance(raw, Mapping):
        raise SpecError([Problem((), "a dataset is a mapping", "it begins with `dataset: NAME`", f"{file}:1:1")])
    try:
        dataset = Dataset.model_validate(migrated(raw, version))
        if not drawn_alike:
            check.check_to_read(dataset)
            return dataset
        dataset = with_hops(with_moments(dataset))
        check.check(dataset)
    except ValidationError as error:
        raise SpecError(_located(_translate(error), places, file)) from None
    except SpecError as error:
        raise SpecError(_located(error.problems, places, file)) from None
    return dataset


@contextmanager
def located(name: str | Path) -> Iterator[None]:
    """Within it, a SpecError or DataError about a loaded dataset gets the places in its file."""
    try:
        yield
    except SpecError as error:
        raise SpecError(_in_file(name, error.problems)) from None
    except DataError as error:
        if error.problem is None:
            raise
        raise type(error).of(_in_file(name, [error.problem])[0]) from error.__cause__


def warnings(name: str | Path, dataset: Dataset) -> list[Problem]:
    """What of a loaded dataset may not be meant, with the places in its file."""
    return _in_file(name, planned_moments_seen(check.check(dataset)))


def notes(name: str | Path, dataset: Dataset) -> list[Problem]:
    """What a loaded dataset draws as it is declared, and may surprise, with the places in its file."""
    return _in_file(name, check.remarks(dataset))


def written(name: str | Path) -> tuple[Any, dict[Path_, str]]:
    """What a file of YAML says, as plain values, and where each path of it stands. Raises SpecError, OptionError."""
    path = find(str(name))
    return _read(_text(path), str(path))


def _in_file(name: str | Path, problems: Iterable[Problem]) -> list[Problem]:
    """Problems with their places in the file of a dataset."""
    _, places = written(name)
    return _located(problems, places, str(find(str(name))))


def _read(text: str, file: str) -> tuple[Any, dict[Path_, str]]:
    """YAML text as plain values, and where each path stands."""
    places: dict[Path_, str] = {}
    if not is_utf8(text):
        raise SpecError([Problem((), "it holds halves of characters (U+D800 to U+DFFF)", None, f"{file}:1:1")])
    if len(text) > MOST_CHARACTERS:
        raise SpecError([Problem((), f"it has more than {MOST_CHARACTERS:,} characters", None, f"{file}:1:1")])
    try:
        _refuse_nested(text, file)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise SpecError([Problem((), "the file is empty", "a dataset begins with `dataset: NAME`", f"{file}:1:1")])
        return _build(node, (), places, file, (), _Built()), places
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
        tab = "\t" in line[: len(line) - len(line.lstrip())]
        what = "a tab; indent with spaces, never with tabs" if tab else error.problem or "bad YAML"
        raise SpecError([Problem((), what, None, where)]) from error
    except yaml.YAMLError as error:
        raise SpecError([Problem((), f"bad YAML: {str(error).splitlines()[0]}", None, f"{file}:1:1")]) from error


def _refuse_nested(text: str, file: str) -> None:
    """Raise SpecError for more nodes inside each other than any spec has, before trees are made of them by recursion."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            mark = event.start_mark
            where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
            raise SpecError([Problem((), _NESTED, None, where)])


_NESTED = f"more than {DEEPEST} mappings and lists inside each other"


def dump(dataset: Dataset) -> str:
    """A dataset as YAML text that `parse` reads back to an equal one."""
    return yaml.dump(
        dataset.model_dump(exclude_defaults=True), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000
    )


def flow(value: Any) -> str:
    """A value as YAML on one line, in braces and brackets, as `parse` reads it back."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=True)
    return text.removesuffix("\n").removesuffix("\n...")


class _Dumper(yaml.CSafeDumper if hasattr(yaml, "CSafeDumper") else yaml.SafeDumper):  # type: ignore[misc]
    """Tuples as lists; never anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(tuple, lambda dumper, data: dumper.represent_list(list(data)))
_Dumper.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


@dataclass
class _Built:
    """How much has been made of a text."""

    nodes: int = 0
    characters: int = 0


def _build(
    node: yaml.Node, path: Path_, places: dict[Path_, str], file: str, inside: tuple[int, ...], built: _Built
) -> Any:
    """A YAML node as plain values, noting where each stands."""
    if id(node) in inside:
        raise _problem(node, path, "an alias inside the anchor that it stands for", file)
    if len(path) > DEEPEST:
        raise _problem(node, path[:DEEPEST], _NESTED, file)
    built.nodes += 1
    built.characters += len(node.value) if isinstance(node, yaml.ScalarNode) else 0
    if built.nodes > MOST_NODES or built.characters > MOST_CHARACTERS // 4:
        raise _problem(node, path, "aliases of aliases, or values, that are too many for a spec", file)
    inside = (*inside, id(node))
    mark = node.start_mark
    places.setdefault(path, f"{file}:{mark.line + 1}:{mark.column + 1}")
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _problem(key_node, path, "a key must be a word or a number", file)
            key = _scalar(key_node, path, file)
            if key in found:
                raise _problem(key_node, path, f"'{key}' is there twice", file, "keep one of them")
            inner = (*path, key if isinstance(key, int) else str(key))
            spot = key_node.start_mark
            places[inner] = f"{file}:{spot.line + 1}:{spot.column + 1}"
            found[key] = _build(value_node, inner, places, file, inside, built)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, at), places, file, inside, built) for at, item in enumerate(node.value)]
    return _scalar(node, path, file)


def _scalar(node: yaml.Node, path: Path_, file: str) -> Any:
    tag, text = node.tag.rsplit(":", 1)[-1], node.value
    try:
        if tag == "int":
            return int(text.replace("_", ""))
        if tag == "float":
            number = float(text.replace("_", ""))
            if math.isinf(number):
                raise ValueError("it is too large")
            return number
        if tag == "timestamp":
            moment = dt.datetime.fromisoformat(text)
            return moment if len(text) > 10 else moment.date()
    except ValueError as error:
        raise _problem(node, path, f"'{text}' is no {tag}: {error}", file) from error
    if "\0" in text:
        raise _problem(node, path, "a text holds U+0000, which databases refuse", file, "leave it out")
    if tag in ("bool", "null", "str"):
        return {"bool": text == "true", "null": None, "str": text}[tag]
    raise _problem(node, path, f"the tag {node.tag} is not for schemas", file)


def _problem(node: yaml.Node, path: Path_, what: str, file: str, hint: str | None = None) -> SpecError:
    mark = node.start_mark
    return SpecError([Problem(path, what, hint, f"{file}:{mark.line + 1}:{mark.column + 1}")])


_MODELS: dict[str, type[Model]] = {"period": Period, "rows": RowCount, "fanout": Fanout, "rollup": Rollup}


def _translate(error: ValidationError) -> list[Problem]:
    """Pydantic's errors as problems with the path of the YAML."""
    by_depth: dict[int, type[Model]] = {1: Dataset, 3: Table, 5: Column}

    def model_at(place: tuple[str | int, ...]) -> type[Model]:
        holder = str(place[-2]) if len(place) > 1 else ""
        return _MODELS.get(holder) or by_depth.get(len(place), Dataset)

    return [Problem(path, what, hint or None) for path, what, hint in plain_errors(error, model_at)]


def _located(problems: Any, places: dict[Path_, str], file: str) -> list[Problem]:
    """Problems with the place of their path, or of the nearest part of it that is written; by line."""
    found = []
    for problem in problems:
        path = problem.path
        while path and path not in places:
            path = path[:-1]
        found.append(Problem(problem.path, problem.what, problem.hint, problem.at or places.get(path, f"{file}:1:1")))
    return sorted(found, key=lambda p: tuple(int(n) for n in (p.at or "").rsplit(":", 2)[-2:]))
