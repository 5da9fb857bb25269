"""Tables of a spec that are said to exist when it is run: they are read, and no longer made."""

from __future__ import annotations

from collections.abc import Iterable

from synth.errors import OptionError, did_you_mean
from synth.spec.check import check
from synth.spec.kinds import kind_of
from synth.spec.models import Dataset, Existing

__all__ = ["with_existing"]


def with_existing(dataset: Dataset, names: Iterable[str]) -> Dataset:
    """Make a dataset in which these tables exist. Raises OptionError."""
    scope, tables = check(dataset), dict(dataset.tables)
    asked = tuple(dict.fromkeys(names))
    for name in asked:
        if name not in tables:
            raise OptionError(f"unknown table '{name}'\n  hint: {did_you_mean(name, tables)}")
    there = {*asked, *dataset.existing}
    for name in asked:
        table = tables[name]
        if not kind_of(table).is_read:
            arrival = table.arrival or table.at
            columns = {
                column: spec
                if column.startswith("_") or spec.type
                else spec.model_copy(update={"type": str(scope.type_of(name, column))})
                for column, spec in table.columns.items()
            }
            rows_come_from = dict.fromkeys(("rows", "values", "select", "rollup", "fanout", "at"))
            here = Existing(arrival=arrival if arrival and arrival[0] != "_" else None, declared=table.rows)
            facts = {"existing": here, "columns": columns, "per": table.per if table.per in there else None}
            tables[name] = table.model_copy(update={**rows_come_from, **facts})
    return dataset.model_copy(update={"tables": tables})
