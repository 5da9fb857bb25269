"""Paths over several references, like `order_id.customer_id.name`: the tables on the way get a working column for each step.

So `order_id.customer_id.name` is `order_id._customer_id_name`, where the orders have `_customer_id_name: {lookup:
customer_id.name}`, and whatever holds of a lookup through one reference holds of one through several.
"""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import MeaningError
from synth.generators.declarations import DottedPath, RowValue
from synth.spec.models import Column, Dataset, Table
from synth.spec.row_models import LONGEST_NAME
from synth.spec.scope import Scope

__all__ = ["with_hops"]

Added = dict[str, dict[str, Column]]  # table -> name of a working column -> the lookup


def with_hops(dataset: Dataset) -> Dataset:
    """Give the tables on the way of each path over several references the working columns that it goes through."""
    while True:
        added = _added(dataset)
        if not added:
            return dataset
        dataset = _extended(dataset, added)


def _added(dataset: Dataset) -> Added:
    """List the steps that are lacking of paths that are there; of these some may go further."""
    scope, added = Scope(dataset), Added()
    for table, path in _paths(scope):
        home, rest = _led(scope, table, path), DottedPath.parse(path).rest
        if home is None:
            continue  # it is told where the path is checked
        spec = scope.table(home)
        if home not in dataset.tables or scope.kind(home).only_gives_columns or scope.hop(home, rest):
            continue
        here = added.setdefault(home, {})
        if all(column.draws.copies() != rest for column in here.values()):
            here[_name(rest, {*spec.columns, *here})] = Column.model_validate({"lookup": rest})
    return {table: columns for table, columns in added.items() if columns}


def _paths(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the paths over several references, and the tables from which they are seen."""
    for table, column, _ in scope.all_columns():
        try:
            found = scope.dependencies(table, column)
        except MeaningError:
            continue
        for each in found:
            if isinstance(each, RowValue) and "." in DottedPath.parse(each.path).rest:
                yield table, each.path
    for name, spec in scope.dataset.tables.items():
        reads = spec.fanout.reads if spec.fanout else None
        if reads and "." in DottedPath.parse(reads).rest:
            yield str(spec.per), reads
        try:
            summed = list(scope.kind(name).paths_summed(scope, name))
        except MeaningError:
            continue
        yield from ((table, path) for table, path, _ in summed if "." in DottedPath.parse(path).rest)


def _led(scope: Scope, table: str, path: str) -> str | None:
    """Name the table to which the first step of a path leads; None where one of its steps leads nowhere."""
    first, rest = DottedPath.parse(path)
    try:
        home = scope.home(table, first, path)
        if DottedPath.parse(rest).rest:
            return home if _led(scope, home, rest) else None
        scope.column(home, rest)
    except MeaningError:
        return None
    return home


def _name(path: str, taken: set[str]) -> str:
    """Name the working column of a step otherwise than those that are there."""
    base = f"_{path.replace('.', '_')}"[: LONGEST_NAME - 4]
    lower, number = {name.lower() for name in taken}, 1
    name = base
    while name.lower() in lower:
        number += 1
        name = f"{base}_{number}"
    return name


def _extended(dataset: Dataset, added: Added) -> Dataset:
    """Give a dataset with these columns, which may be NULL where what they look up may."""
    tables = {name: _with(table, added.get(name, {})) for name, table in dataset.tables.items()}
    extended = dataset.model_copy(update={"tables": tables})
    scope = Scope(extended)
    for table, columns in added.items():
        for name, column in columns.items():
            try:
                nullable = scope.nulls.is_drawn(table, name)
            except MeaningError:
                continue
            if nullable:
                tables[table] = _with(tables[table], {name: column.model_copy(update={"nullable": True})})
    return dataset.model_copy(update={"tables": tables})


def _with(table: Table, columns: dict[str, Column]) -> Table:
    return table.model_copy(update={"columns": {**table.columns, **columns}}) if columns else table
