"""When parents are looked for, where a reference does not say: when the row's own family comes."""

from __future__ import annotations

from synth.errors import MeaningError
from synth.spec.models import Dataset, Table
from synth.spec.scope import Scope

__all__ = ["with_moments"]


def with_moments(dataset: Dataset) -> Dataset:
    """Give each reference to a table whose rows come or end the nearest moment of the row's own family, where it has none.

    Else the same row would have other parents at a later `until`. Where the family does not arrive, parents are chosen that
    are there when the period starts.
    """
    scope = Scope(dataset)
    try:
        tables = {name: _with_moments(scope, name, table) for name, table in dataset.tables.items()}
    except MeaningError:
        return dataset  # what is wrong with its tables is told when it is checked
    return dataset.model_copy(update={"tables": tables}) if tables != dataset.tables else dataset


def _with_moments(scope: Scope, name: str, table: Table) -> Table:
    """Give a table whose references say when."""
    family = (name, *scope.ancestors(name))
    arrivals = {other: scope.table(other).arrival for other in family if scope.table(other).arrival}
    if not arrivals:
        return table
    nearest, arrival = next(iter(arrivals.items()))
    moment = str(arrival) if nearest == name else f"{nearest}.{arrival}"
    columns = {}
    for column, declared in table.columns.items():
        target = scope.dataset.tables.get(declared.draws.target or "")
        draws = declared.draws.at_moment(moment)
        if (
            target is not None
            and (scope.comes_in_time(str(declared.draws.target)) or target.alive_until or target.at)
            and declared.draws.target not in family
            and draws is not declared.draws
        ):
            columns[column] = declared.model_copy(update={"draws": draws})
    return table.model_copy(update={"columns": {**table.columns, **columns}}) if columns else table
