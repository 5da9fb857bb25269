"""Reads tables that exist: their rows become parents, in the order of arrival, then key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import column_to_written, moments
from synth.errors import OptionError, did_you_mean
from synth.existing.fitness import Unfit, fitting
from synth.existing.source import RowSource
from synth.fingerprint import fingerprint
from synth.generators.arrival import DAY_US
from synth.plan.content import Found
from synth.plan.make import make
from synth.spec.check import check
from synth.spec.constraints import references
from synth.spec.kinds.existing import parent_link, with_assumed_rows
from synth.spec.models import Dataset, Table
from synth.spec.scope import Scope

__all__ = ["Parents"]

PARENT_ROW = "#parent row"  # a column, while rows are put into the order of their parents


class Parents:
    """Existing tables of a dataset, and what was read of them."""

    def __init__(self, dataset: Dataset, wanted: tuple[str, ...] | None, options: Mapping[str, Any]):
        self.dataset = dataset
        self.assumed = make(with_assumed_rows(dataset), tables=wanted, **options)
        self.scope: Scope = check(self.assumed.dataset)
        self.places: dict[str, tuple[RowSource, str, tuple[str, ...]]] = {}
        self.frames: dict[str, pl.DataFrame] = {}
        self.parent_rows: dict[str, npt.NDArray[np.int64]] = {}  # of tables with `per`
        self.keys: dict[str, pl.Series] = {}  # of existing rows that fit, later ones too
        self.found: dict[str, Found] = {}
        self.changed: dict[str, Table] = {}
        self.unfit: list[Unfit] = []

    def locate(self, name: str, source: RowSource, called: str) -> None:
        """Note where a table is, and which of its columns are needed."""
        there = source.known(called)
        spec = self.scope.table(name)
        needed: tuple[str, ...] = ()
        if any(name in family.tables for family in self.assumed.families):
            also = (*spec.key, spec.arrival, parent_link(self.dataset, name))
            needed = tuple(dict.fromkeys([*self.assumed.columns_read(name), *(c for c in also if c)]))
        for column in needed:
            if column not in there:
                raise OptionError(
                    f"{source.place}: table '{called}' has no column '{column}', which the spec needs\n"
                    f"  hint: {did_you_mean(column, there)}"
                )
        self.places[name] = source, called, needed

    def read_parents(self) -> None:
        """Read existing tables, parents first; order them by arrival, then key; note what does not fit."""
        todo = list(self.places)
        while todo:
            free = (name for name in todo if not self._above(name) & set(todo))
            name = next(free, todo[0])  # of a circle, any
            todo.remove(name)
            self._read(name)

    def _above(self, name: str) -> set[str]:
        """The existing tables that a table refers to."""
        return {refers.parent for refers in references(self.scope.dataset) if refers.table == name} - {name}

    def _read(self, name: str) -> None:
        source, called, needed = self.places[name]
        if not needed:
            self._note(name, source, called, 0, 0, "")
            return
        rows = source.read(called, needed)
        frame, unfit = fitting(self.scope, name, rows, self.keys)
        self.unfit += unfit
        spec = self.scope.table(name)
        if len(spec.key) == 1:
            self.keys[name] = column_to_written(frame[spec.key[0]], self.scope.type_of(name, spec.key[0]))
        skipped = rows.height - frame.height
        if spec.arrival:  # who comes at `until` or later is not there yet
            frame = frame.filter(moments(frame[spec.arrival]) < self._closing_us(name, spec.arrival))
        order = [c for c in (spec.arrival, *spec.key) if c] or frame.columns
        frame = frame.sort(order)
        types = {column: self.scope.type_of(name, column) for column in frame.columns}
        if parent := self.scope.kind(name).parent(spec):
            frame = self._by_parents(name, parent, frame)
        self.frames[name] = frame
        self._note(name, source, called, frame.height, skipped, str(fingerprint(frame.select(list(types)), types)))

    def _closing_us(self, name: str, arrival: str) -> int:
        """The moment before which rows are there: of dates, every one that has begun by `until`."""
        until_us = self.assumed.until_us
        return -(-until_us // DAY_US) * DAY_US if self.scope.type_of(name, arrival).name == "date" else until_us

    def _by_parents(self, name: str, per: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Put rows into the order of their parents, and note the row number of each's parent."""
        link, key = parent_link(self.dataset, name), self.scope.table(per).key[0]
        assert link
        parents = self.frames[per].select(key).with_row_index(PARENT_ROW)
        rows = frame.join(parents, left_on=link, right_on=key, how="inner", maintain_order="left")
        rows = rows.with_columns(pl.col(PARENT_ROW).cast(pl.Int64)).sort(PARENT_ROW, maintain_order=True)
        self.parent_rows[name] = rows[PARENT_ROW].to_numpy()
        return rows.drop(PARENT_ROW)

    def _note(self, name: str, source: RowSource, called: str, rows: int, skipped: int, known: str) -> None:
        table = self.dataset.tables[name]
        assert table.existing
        facts = {"rows": rows, "fingerprint": known or None, "source": None}
        self.changed[name] = table.model_copy(update={"existing": table.existing.model_copy(update=facts)})
        self.found[name] = Found(source.place, called, rows, skipped, known)
