"""What a dataset promises of its rows, as plain facts for DDL and verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synth.spec.models import Dataset
from synth.spec.unique_groups import unique_groups

__all__ = ["Refers", "RefersBy", "checks", "hierarchies", "moments", "not_null", "polymorphic", "references", "uniques"]


@dataclass(frozen=True)
class Refers:
    """`columns` of a table hold a key of the parent, or one of them is NULL. More than one: a key of several columns."""

    table: str
    columns: tuple[str, ...]
    parent: str
    keys: tuple[str, ...]


def references(dataset: Dataset) -> Iterator[Refers]:
    """All references of tables that are written, to these and to tables that exist, and between the latter."""
    named = frozenset(dataset.named)
    for name in dataset.named:
        for column in dataset.tables[name].written:
            declared = dataset.tables[name].columns[column]
            parent, held = declared.refers_to, declared.draws.held_key
            if not parent or parent not in named:
                continue
            keys = dataset.tables[parent].key
            if len(keys) == 1:
                yield Refers(name, (column,), parent, keys)
            elif held and held.column:
                columns = {held.column: column, **_looked_up(dataset, name, column)}
                if set(keys) <= set(columns):
                    yield Refers(name, tuple(columns[key] for key in keys), parent, keys)


@dataclass(frozen=True)
class RefersBy:
    """Where the column `by` of a table has a value, another column holds a key of the parent, or NULL."""

    table: str
    column: str
    by: str
    value: object
    parent: str
    key: str


def polymorphic(dataset: Dataset) -> Iterator[RefersBy]:
    """All references of tables that are written, to such tables, whose parent hangs on another column of the row."""
    for name in dataset.named:
        columns = dataset.tables[name].columns
        for column in dataset.tables[name].written:
            points = columns[column].draws.points_by
            for value, reference in points.references.items() if points else ():
                parent, held = columns[reference].refers_to, columns[reference].draws.held_key
                keys = dataset.tables[parent].key if parent in dataset.named else ()
                key = (held.column if held else None) or (keys[0] if len(keys) == 1 else None)
                if points and parent and key:
                    yield RefersBy(name, column, points.by, value, parent, key)


def _looked_up(dataset: Dataset, table: str, reference: str) -> dict[str, str]:
    """What a table's written columns look up through a reference: the parent's column, ours."""
    draws = {name: dataset.tables[table].columns[name].draws for name in dataset.tables[table].written}
    paths = {name: path.split(".") for name, each in draws.items() if (path := each.copies())}
    return {path[1]: name for name, path in paths.items() if len(path) > 1 and path[0] == reference}


def hierarchies(dataset: Dataset) -> frozenset[str]:
    """The tables that refer to themselves."""
    return frozenset(refers.table for refers in references(dataset) if refers.parent == refers.table)


def uniques(dataset: Dataset, table: str) -> tuple[tuple[str, ...], ...]:
    """Column groups without two equal rows; the primary key, if there is one, comes first."""
    return unique_groups(dataset.tables[table])


def not_null(dataset: Dataset, table: str) -> tuple[str, ...]:
    """Columns that hold no NULL."""
    declared = dataset.tables[table]
    return tuple(name for name in declared.written if not declared.may_be_null(name))


def checks(dataset: Dataset, table: str) -> Iterator[tuple[str, str]]:
    """Named conditions that no row breaks (NULL is no breach): (name, SQL)."""
    declared = dataset.tables[table]
    for name in declared.written:
        condition = declared.columns[name].check
        if condition:
            yield name, condition
    yield from declared.checks.items()


def moments(dataset: Dataset, table: str) -> tuple[str, ...]:
    """Columns whose times have come: all lie before `until`."""
    declared = dataset.tables[table]
    found = [declared.arrival, declared.at, *declared.hidden_moments]
    return tuple(dict.fromkeys(name for name in found if name and not name.startswith("_")))
