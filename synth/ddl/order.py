"""The order in which tables are made and filled: each after those it refers to."""

from __future__ import annotations

from collections.abc import Collection

from synth.spec import constraints
from synth.spec.models import Dataset

__all__ = ["in_reference_order"]


def in_reference_order(dataset: Dataset, only: Collection[str] | None = None) -> tuple[str, ...]:
    """Written tables, or `only` these, each after those it refers to; in a circle, as they are declared."""
    todo = [name for name in dataset.written if only is None or name in only]
    parents: dict[str, set[str]] = {name: set() for name in todo}
    for refers in constraints.references(dataset):
        if refers.table in parents and refers.parent in parents:
            parents[refers.table].add(refers.parent)
    order: list[str] = []
    while todo:
        able = next((name for name in todo if parents[name] - {name} <= set(order)), todo[0])
        order.append(able)
        todo.remove(able)
    return tuple(order)
