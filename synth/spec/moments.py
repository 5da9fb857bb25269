"""When parents are looked for, where a reference does not say: when the row's own family comes."""

from __future__ import annotations

from synth.generators.reference import Reference
from synth.spec.models import Dataset, Table

__all__ = ["with_moments"]


def with_moments(dataset: Dataset) -> Dataset:
    """Give each reference to a table that arrives the moment of the row's own family, the nearest, where it has none.

    Else the same row would have other parents at a later `until`. Where the family does not arrive, only parents that have
    always been there are chosen.
    """
    tables = {name: _with_moments(dataset, name, table) for name, table in dataset.tables.items()}
    return dataset.model_copy(update={"tables": tables}) if tables != dataset.tables else dataset


def _with_moments(dataset: Dataset, name: str, table: Table) -> Table:
    """Give a table whose references say when."""
    moment, family = _arrival(dataset, name)
    columns = {}
    for column, declared in table.columns.items():
        draws = declared.draws
        target = dataset.tables.get(draws.target or "")
        waits = isinstance(draws, Reference) and not draws.alive_at and not draws.unique
        if moment and waits and target and target.arrival and draws.target not in family:
            columns[column] = declared.model_copy(update={"draws": draws.model_copy(update={"alive_at": moment})})
    return table.model_copy(update={"columns": {**table.columns, **columns}}) if columns else table


def _arrival(dataset: Dataset, name: str) -> tuple[str | None, tuple[str, ...]]:
    """Find the path of the nearest arrival from a row of a table, and name it and its ancestors."""
    path, family, here = None, [name], dataset.tables[name]
    while True:
        if path is None and here.arrival:
            path = here.arrival if len(family) == 1 else f"{family[-1]}.{here.arrival}"
        if here.per is None or here.per in family or here.per not in dataset.tables:
            return path, tuple(family)
        family.append(here.per)
        here = dataset.tables[here.per]
