"""Row counts that a run asks for: they stand in its spec beside what is declared, and hold at any scale."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from synth.errors import OptionError, did_you_mean
from synth.spec.models import WAYS, Dataset
from synth.spec.row_models import MOST_ROWS

__all__ = ["as_declared", "asked_rows", "with_rows"]


def with_rows(dataset: Dataset, rows: Mapping[str, int], existing: Collection[str] = ()) -> Dataset:
    """A dataset whose tables have so many rows, by name. Raises OptionError for tables that do not declare how many.

    Tables that are `existing` have what is there.
    """
    can = [name for name, table in dataset.tables.items() if table.rows is not None and name not in existing]
    changed = {}
    for name, count in rows.items():
        if name not in dataset.tables:
            raise OptionError(f"--rows: unknown table '{name}'\n  hint: {did_you_mean(name, _shown(dataset.tables))}")
        table = dataset.tables[name]
        if name in existing or table.existing is not None:
            raise OptionError(f"--rows: the rows of '{name}' exist already, and are read\n  hint: leave it out")
        if table.rows is None:
            way = next(way for way in WAYS if getattr(table, way) is not None)
            raise OptionError(
                f"--rows: how many rows '{name}' has follows from its `{way}`, and cannot be set\n"
                f"  hint: it can be set of {', '.join(_shown(can)) or 'no table'}"
            )
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_ROWS:
            raise OptionError(f"--rows: '{name}' takes a whole number from 0 to {MOST_ROWS:,}, not {count}")
        changed[name] = table.model_copy(update={"rows": table.rows.model_copy(update={"asked": count})})
    return dataset.model_copy(update={"tables": {**dataset.tables, **changed}})


def asked_rows(dataset: Dataset) -> dict[str, int]:
    """The rows that were asked for, by table."""
    return {n: t.rows.asked for n, t in dataset.tables.items() if t.rows is not None and t.rows.asked is not None}


def as_declared(dataset: Dataset) -> Dataset:
    """A dataset with the rows that it declares, whatever was asked for."""
    tables = {
        name: table.model_copy(update={"rows": table.rows.model_copy(update={"asked": None})}) if table.rows else table
        for name, table in dataset.tables.items()
    }
    return dataset.model_copy(update={"tables": tables})


def _shown(tables: Collection[str]) -> list[str]:
    """Those that are no working tables."""
    return [name for name in tables if not name.startswith("_")]
