"""Who stands behind a row: the topmost row that it belongs to, whose number decides what may be told of values.

Lines belong to their order, and orders to their customer: a value that one customer has in thirty orders is one person's.
"""

from __future__ import annotations

from collections.abc import Mapping

from synth.importing.found import Found, FoundReference, FoundTable
from synth.importing.learning.personal import is_of_persons, words_of

__all__ = ["Parents", "child_reference", "parents_first", "parents_of", "root_of"]

Parents = Mapping[str, FoundReference]  # of each table that is a child the reference that makes it one

MANY_ROWS = 50  # rows of a child for each row of such a list
FEW_ROWS = 200  # a table of so few is a list that others choose from, and no entity


def parents_of(found: Found, rows: Mapping[str, int]) -> Parents:
    """The reference of each table that makes its rows children, if there is one. Circles are cut at their first table."""
    tables = {table.name: table for table in found.tables}
    chosen: dict[str, FoundReference] = {}
    for table in found.tables:
        reference = child_reference(table, tables, rows)
        if reference is not None and table.name not in _above(reference.table, chosen):
            chosen[table.name] = reference
    return chosen


def child_reference(
    table: FoundTable, tables: Mapping[str, FoundTable], rows: Mapping[str, int]
) -> FoundReference | None:
    """The mandatory reference that makes rows children, the first of those that say most for it.

    It begins a key, its table is called like the beginning of this one, it leads to persons, or it is the only one.
    """
    mandatory = [
        each
        for each in table.references
        if each.table != table.name and each.table in tables and not any(table.column(c).nullable for c in each.columns)
    ]
    best: tuple[int, FoundReference] | None = None
    for reference in mandatory:
        if _is_list(reference.table, table.name, tables, rows):
            continue
        keys = [table.primary_key, *(unique.columns for unique in table.uniques)]
        begins = any(key[: len(reference.columns)] == reference.columns and len(key) > 1 for key in keys)
        whole = any({*key} == {*reference.columns} for key in keys)
        called = _is_called_after(table.name, reference.table)
        persons = is_of_persons(reference.table)
        only = len(mandatory) == 1 and rows.get(reference.table, 0) > FEW_ROWS
        weight = 4 * called + 3 * persons + 2 * (begins or whole) + only
        if weight and (best is None or weight > best[0]):
            best = weight, reference
    return best[1] if best else None


def _is_list(parent: str, child: str, tables: Mapping[str, FoundTable], rows: Mapping[str, int]) -> bool:
    """Whether a table is a list that very many rows choose from (countries, tenants), and nobody's own rows."""
    few = rows.get(parent, 0) <= FEW_ROWS and rows.get(child, 0) >= MANY_ROWS * rows.get(parent, 0)
    own = is_of_persons(parent) or any(is_of_persons(each.table) for each in tables[parent].references)
    return few and not own


def root_of(table: str, parents: Parents) -> str:
    """The topmost table that rows of a table belong to: itself where it is no child."""
    while table in parents:
        table = parents[table].table
    return table


def parents_first(found: Found, parents: Parents) -> list[FoundTable]:
    """All tables, each behind the one that it is a child of."""
    depth = {table.name: len(_above(table.name, parents)) for table in found.tables}
    return sorted(found.tables, key=lambda table: depth[table.name])


def _above(table: str, parents: Parents) -> list[str]:
    """A table and those that it belongs to, upwards."""
    found = [table]
    while table in parents:
        table = parents[table].table
        found.append(table)
    return found


def _is_called_after(table: str, parent: str) -> bool:
    """Whether the first word of a name is the other table's, as of order_items and orders."""
    words, above = words_of(table), words_of(parent)
    return len(words) > len(above) and all(
        word.removesuffix("s") == other.removesuffix("s") for word, other in zip(words, above, strict=False)
    )
