"""What is different between two trees of what specs mean: each thing once, at the deepest place that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synth.comparing.meaning import GENERATOR, PARAMETERS, Ordered, Tree

__all__ = ["Change", "changes"]

What = Literal["changed", "added", "gone", "order"]
NAMED = (
    "calendars",
    "tables",
    "columns",
    "rules",
    "pictures",
    "facts",
    "checks",
    "events",
)  # whose members have names of their own


@dataclass(frozen=True)
class Change:
    """One thing that is said differently: the path of the tree, and what stands there on either side."""

    path: tuple[str, ...]
    what: What
    before: Any = None
    after: Any = None


def changes(before: Tree, after: Tree, path: tuple[str, ...] = ()) -> Iterator[Change]:
    """Yield what is different between two mappings, in the order of the first, then what the second adds."""
    if before.keys() >= {GENERATOR, PARAMETERS} and _generator_differs(before, after):
        both = [_generator(each) for each in (before, after)]
        yield Change((*path, GENERATOR), "changed", *both)
        before, after = (
            {name: each for name, each in one.items() if name not in (GENERATOR, PARAMETERS)} for one in (before, after)
        )
    named = bool(path) and path[-1] in NAMED and (len(path) in (1, 3))
    for name, one in before.items():
        if name in after:
            yield from _between(one, after[name], (*path, name))
        else:
            yield Change((*path, name), "gone" if named else "changed", one, None)
    for name, other in after.items():
        if name not in before:
            yield Change((*path, name), "added" if named else "changed", None, other)
    common = [[name for name in one if name in other] for one, other in ((before, after), (after, before))]
    if isinstance(before, Ordered) and common[0] != common[1]:
        yield Change(path, "order", *common)


def _between(one: Any, other: Any, path: tuple[str, ...]) -> Iterator[Change]:
    """Yield what is different between two values of the same name."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        yield from changes(dict(one) if not isinstance(one, Ordered) else one, other, path)  # type: ignore[arg-type]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other) and _holds_mappings(one):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from _between(*pair, (*path, str(number)))
    elif not _alike(one, other):
        yield Change(path, "changed", one, other)


def _holds_mappings(values: list[Any]) -> bool:
    return any(isinstance(each, Mapping) for each in values)


def _alike(one: Any, other: Any) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _generator_differs(before: Tree, after: Tree) -> bool:
    return bool(before[GENERATOR] != after.get(GENERATOR))


def _generator(column: Tree) -> dict[str, Any]:
    """A generator with the parameters that say something, as a spec writes it."""
    said = {name: each for name, each in column[PARAMETERS].items() if each not in (None, [], {})}
    return {column[GENERATOR]: said}
