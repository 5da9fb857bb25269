"""As what a database keeps the columns of a dataset: in types of its own, where the spec says some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth.dtypes import Types
from synth.spec.constraints import references
from synth.spec.models import Dataset

__all__ = ["as_kept", "computed", "natives"]


def natives(dataset: Dataset, database: str) -> dict[tuple[str, str], str]:
    """The columns, by table and name, that have a type of a database's own, and that.

    A column that refers to a key has what the key has, as references ask for.
    """
    own = {
        (table, name): _of(column.native, database)
        for table in dataset.named
        for name, column in dataset.tables[table].columns.items()
    }
    if not any(own.values()):
        return {}
    keys = {
        (refers.table, column): (refers.parent, key)
        for refers in references(dataset)
        for column, key in zip(refers.columns, refers.keys, strict=True)
    }
    return {at: native for at in own if (native := own.get(_end(at, keys), ""))}


def _end(at: tuple[str, str], keys: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    """The key to which references lead from a column; of a circle any of its columns, the same from everywhere."""
    path = [at]
    while key := keys.get(path[-1]):
        if key in path:
            return min(path[path.index(key) :])
        path.append(key)
    return path[-1]


def computed(dataset: Dataset, database: str) -> dict[str, dict[str, str]]:
    """The columns that a database computes itself, by table and name, and their expressions in its SQL."""
    found: dict[str, dict[str, str]] = {}
    for table in dataset.named:
        for name in dataset.tables[table].written:
            if expression := _of(dataset.tables[table].columns[name].computed, database):
                found.setdefault(table, {})[name] = expression
    return found


def _of(words: Mapping[Any, str], database: str) -> str:
    """What is said for a database; an empty text for nothing."""
    return words.get(database, "")


def as_kept(dataset: Dataset, database: str, tables: Mapping[str, Types]) -> dict[str, Types]:
    """The types of tables' columns, with those of a database's own in which they are kept there."""
    own = natives(dataset, database)
    return {
        table: {name: dtype.kept_as(own.get((table, name), "")) for name, dtype in types.items()}
        for table, types in tables.items()
    }
