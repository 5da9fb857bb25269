"""Two specs compared by what they mean, each difference with the places where it is written, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth.comparing.changes import Change, changes
from synth.comparing.content import tables_that_may_differ
from synth.comparing.meaning import GENERATOR, PARAMETERS, Tree, plain, tree_of
from synth.errors import OptionError, did_you_mean
from synth.generators import GENERATORS
from synth.logs import logged
from synth.spec.load import Path_, load, written
from synth.spec.models import Dataset

if TYPE_CHECKING:
    from synth import answers

__all__ = ["SpecChange", "SpecDifference", "compare_specs"]

UNWRITTEN = object()


@dataclass(frozen=True)
class SpecChange:
    """A difference, where it stands on either side (file:line:column), and whether it only follows from others."""

    change: Change
    before_at: str | None
    after_at: str | None
    follows: bool

    def as_dict(self) -> answers.SpecChanged:
        """Give it as plain values, for `--json`."""
        return {
            "path": list(self.change.path), "what": self.change.what, "before": plain(self.change.before),
            "after": plain(self.change.after), "before_at": self.before_at, "after_at": self.after_at,
            "follows": self.follows,
        }  # fmt: skip


@dataclass(frozen=True)
class SpecDifference:
    """What is different between two specs; `content` says by table of both whether its rows may differ at the same seed."""

    before: str
    after: str
    changes: tuple[SpecChange, ...]
    content: dict[str, bool]

    @property
    def same(self) -> bool:
        """Whether both mean the same."""
        return not self.changes

    def as_dict(self) -> answers.SpecsCompared:
        """Give it as plain values, for `--json`."""
        return {
            "kind": "specs", "same": self.same, "before": self.before, "after": self.after,
            "changes": [each.as_dict() for each in self.changes], "content": self.content,
        }  # fmt: skip


@dataclass(frozen=True)
class _Spec:
    """A spec as it is meant, and as it is written."""

    dataset: Dataset
    tree: Tree
    raw: Any
    places: dict[Path_, str]

    @classmethod
    def of(cls, name: str) -> _Spec:
        dataset = load(name)
        return cls(dataset, tree_of(dataset), *written(name))

    def at(self, path: tuple[str, ...]) -> str | None:
        """Where a path is written, or the nearest part of it; None where no part is."""
        here = self._in_yaml(path)
        while here and here not in self.places:
            here = here[:-1]
        return self.places.get(here) if here else None

    def said(self, path: tuple[str, ...]) -> Any:
        """What is written at a path, or stands for it in a shorter form; UNWRITTEN where nothing is."""
        found = self.raw
        for word in self._in_yaml(path[:-1] if path[-1] == GENERATOR else path):
            if isinstance(found, dict):
                found = next((each for name, each in found.items() if str(name) == str(word)), UNWRITTEN)
            elif isinstance(found, list) and str(word).isdecimal() and int(word) < len(found):
                found = found[int(word)]
            else:
                break
        return found

    def _in_yaml(self, path: tuple[str, ...]) -> Path_:
        """The path as YAML has it: generators by their names, without words that are left out, numbers of a list."""
        if len(path) > 4 and path[2] == "columns" and path[4] in (GENERATOR, PARAMETERS):
            column = self.tree["tables"].get(path[1], {}).get("columns", {}).get(path[3])
            if column is not None:
                generator = column[GENERATOR]
                short = generator in GENERATORS and path[5:6] == (GENERATORS[generator].shorthand,)
                written = (*path[:4], generator)
                short = short and (*written, path[5]) not in self.places
                path = (*written, *path[6 if short else 5 :])
        found: list[str | int] = list(path)
        for number, word in enumerate(path):
            if word.isdecimal() and (*found[:number], int(word)) in self.places:
                found[number] = int(word)
        return tuple(found)


@logged
def compare_specs(before: str | Path, after: str | Path, *, tables: Iterable[str] | None = None) -> SpecDifference:
    """Compare two specs, by the names of shipped datasets or paths of files; only these `tables`, if any are named.

    Raises SpecError, OptionError.
    """
    first, second = _Spec.of(str(before)), _Spec.of(str(after))
    chosen = None if tables is None else _chosen(list(tables), first, second)
    found = tuple(_changes(first, second, chosen))
    content = tables_that_may_differ(first.tree, second.tree)
    content = {name: other for name, other in content.items() if chosen is None or name in chosen}
    return SpecDifference(str(before), str(after), found, content)


def _chosen(tables: list[str], first: _Spec, second: _Spec) -> set[str]:
    known = {**first.dataset.tables, **second.dataset.tables}
    for name in tables:
        if name not in known:
            raise OptionError(f"neither spec has a table '{name}'\n  hint: {did_you_mean(name, known)}")
    return set(tables)


def _changes(first: _Spec, second: _Spec, chosen: set[str] | None) -> Iterator[SpecChange]:
    for change in changes(first.tree, second.tree):
        path = change.path
        if chosen is not None and (path[0] != "tables" or path[1] not in chosen):
            continue
        follows = change.what != "order" and _same(first.said(path), second.said(path))
        if follows and path[2:3] == ("columns",) and path[3].startswith("_") and change.what in ("added", "gone"):
            continue  # a working column that a path over several references goes through
        before_at = None if change.what == "added" else first.at(path)
        after_at = None if change.what == "gone" else second.at(path)
        yield SpecChange(change, before_at, after_at, follows)


def _same(one: Any, other: Any) -> bool:
    return bool(one is other or (one == other and type(one) is type(other)))
