"""What a dataset promises of its rows, as plain facts for DDL and verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synth.generators.reference import Reference
from synth.spec.models import Dataset

__all__ = ["Refers", "checks", "hierarchies", "moments", "not_null", "references", "uniques"]


@dataclass(frozen=True)
class Refers:
    """`table.column` holds a key of `parent.key`, or NULL."""

    table: str
    column: str
    parent: str
    key: str


def references(dataset: Dataset) -> Iterator[Refers]:
    """All references between tables that are written."""
    for name in dataset.written:
        for column in dataset.tables[name].written:
            declared = dataset.tables[name].columns[column]
            parent = declared.draws.to if isinstance(declared.draws, Reference) else declared.references
            if parent and parent in dataset.written:
                yield Refers(name, column, parent, dataset.tables[parent].key[0])


def hierarchies(dataset: Dataset) -> frozenset[str]:
    """The tables that refer to themselves."""
    return frozenset(refers.table for refers in references(dataset) if refers.parent == refers.table)


def uniques(dataset: Dataset, table: str) -> Iterator[tuple[str, ...]]:
    """Column groups without two equal rows; the primary key, if there is one, comes first."""
    declared = dataset.tables[table]
    found = [declared.key] if declared.key else []
    found += [(name,) for name in declared.written if declared.columns[name].unique]
    found += [tuple(group) for group in declared.unique]
    yield from dict.fromkeys(found)


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
