"""How rows that exist find their parents: by the columns that hold the parent's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from synth.errors import Problem, SpecError
from synth.spec.constraints import references

if TYPE_CHECKING:
    from synth.spec.scope import Scope

__all__ = ["KeyLink", "key_link"]


class KeyLink(NamedTuple):
    """The columns of a table that hold a parent's whole key, and the key's columns, in the same order."""

    columns: tuple[str, ...]
    keys: tuple[str, ...]


def key_link(scope: Scope, table: str, column: str, parent: str) -> KeyLink:
    """Find what links the rows of an existing table to their parents by a column. Raises SpecError where nothing does."""
    at = ("tables", table, "columns", column)
    if not scope.kind(parent).is_read:
        what = f"rows of {table} exist, and so do those of {parent} that '{column}' points to"
        raise SpecError([Problem(at, what, f"let {parent} exist, too")])
    for refers in references(scope.dataset):
        if refers.table == table and refers.parent == parent and column in refers.columns:
            return KeyLink(refers.columns, refers.keys)
    what = f"'{column}' is not the whole key of {parent}, so what it points to cannot be found"
    raise SpecError([Problem(at, what, f"look up the other columns of its key: {', '.join(scope.table(parent).key)}")])
