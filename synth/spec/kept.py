"""As what a database keeps the columns of a dataset: in types of its own, where the spec says some."""

from __future__ import annotations

from collections.abc import Mapping

from synth.dtypes import Types
from synth.spec.constraints import references
from synth.spec.models import Dataset

__all__ = ["as_kept", "natives"]


def natives(dataset: Dataset, database: str) -> dict[tuple[str, str], str]:
    """The columns, by table and name, that have a type of a database's own, and that.

    A column that holds a key has the type of the key, unless it has one of its own: references ask for that.
    """
    found = {
        (table, name): column.native[database]
        for table in dataset.named
        for name, column in dataset.tables[table].columns.items()
        if database in column.native
    }
    if not found:
        return found
    pairs = [
        ((refers.table, column), (refers.parent, key))
        for refers in references(dataset)
        for column, key in zip(refers.columns, refers.keys, strict=True)
    ]
    grown = True
    while grown:  # a key may be a reference itself
        more = {child: found[parent] for child, parent in pairs if child not in found and parent in found}
        grown = bool(more)
        found |= more
    return found


def as_kept(dataset: Dataset, database: str, tables: Mapping[str, Types]) -> dict[str, Types]:
    """The types of tables' columns, with those of a database's own in which they are kept there."""
    own = natives(dataset, database)
    return {
        table: {name: dtype.kept_as(own.get((table, name), "")) for name, dtype in types.items()}
        for table, types in tables.items()
    }
