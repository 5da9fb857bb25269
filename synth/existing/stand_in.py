"""Rows that stand in for existing ones while nobody has said where those are: by the declared names and types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from synth.dtypes import BIGINT, DType
from synth.existing.parents import Parents
from synth.existing.source import RowSource
from synth.plan.content import Content
from synth.plan.make import make
from synth.plan.model import Plan
from synth.spec.constraints import references
from synth.spec.kinds.existing import parent_link
from synth.spec.models import Dataset
from synth.spec.scope import Scope

__all__ = ["planned_on_stand_ins"]

ROWS = 2_000  # of each existing table
CHILDREN = 2  # rows of an existing table with `per`, of each parent that has some
BEFORE = dt.timedelta(days=400)  # how long before the period the first of them come
DAY_NS = 86_400 * 10**9
WORD = 5  # letters of a text, in a base of 36


def planned_on_stand_ins(dataset: Dataset, **options: Any) -> Plan:
    """The plan of a dataset in which stand-ins take the place of existing rows; options as of `make`.

    Raises SpecError and DataError for rows that are too few, or do not fit what the spec says of them.
    """
    parents = Parents(dataset, None, options)
    source = StandIns(dataset)
    for name in dataset.existing:
        parents.locate(name, source, name)
    parents.read_parents()
    bound = dataset.model_copy(update={"tables": {**dataset.tables, **parents.changed}})
    content = Content(frames=parents.frames, parent_rows=parents.parent_rows, found=parents.found)
    return make(bound, content=content, **options)


class StandIns(RowSource):
    """Row i of each table holds the i-th value of each column's type, so that keys are found by what refers to them."""

    place = "stand-ins"

    def __init__(self, dataset: Dataset):
        self.dataset, self.scope = dataset, Scope(dataset)

    def tables(self) -> dict[str, dict[str, DType]]:
        """The existing tables, with the columns that are not drawn for them."""
        return {name: self._types(name) for name in self.dataset.existing}

    def _types(self, table: str) -> dict[str, DType]:
        columns = self.scope.table(table).columns
        return {name: self.scope.type_of(table, name) for name in columns if not name.startswith("_")}

    def summed(self, table: str, key: str) -> tuple[int, int]:
        """As many as there are: keys count them."""
        return ROWS, ROWS

    def read(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """Each column by its type; of a row's parent, and of rows of the same table, an earlier one."""
        types, link = self._types(table), parent_link(self.dataset, table)
        own = {refers.columns[0] for refers in references(self.dataset) if refers.table == refers.parent == table}
        rows = pl.Series("row", range(ROWS), dtype=pl.Int64)
        return pl.DataFrame(
            [
                self._values(rows // CHILDREN if name == link or name in own else rows, types[name]).alias(name)
                for name in columns
            ]
        )

    def _values(self, rows: pl.Series, dtype: DType) -> pl.Series:
        """The values of a type at these rows: all different, where the type has as many. (n,)"""
        if dtype.name == "boolean":
            return rows % 3 != 0
        if dtype.is_time:
            start, until = (dt.datetime.combine(day, dt.time()) for day in self._period())
            steps = rows * ((until - start + BEFORE) // ROWS // dt.timedelta(microseconds=1))
            return (pl.Series([start - BEFORE]).dt.cast_time_unit("us") + steps.cast(pl.Duration("us"))).cast(
                dtype.written
            )
        if dtype.name == "uuid":
            return pl.Series([f"00000000-0000-4000-8000-{row:012x}" for row in rows])
        if dtype.name == "time":
            return (rows * (DAY_NS // ROWS)).cast(pl.Time)
        if dtype.name == "bytes":
            return pl.Series([f"{row:08x}" for row in rows]).str.decode("hex")
        if dtype.name == "interval":
            return pl.Series([f"{row + 1} days" for row in rows])
        if dtype.element is not None:
            return self._values(rows, dtype.element).reshape((len(rows), 1)).cast(dtype.written)
        if dtype.name == "enum":
            return pl.Series(dtype.labels).gather(rows % len(dtype.labels))
        if dtype.is_free_text:
            digits = min(dtype.length or WORD, WORD)
            return pl.Series([_word(row, digits) for row in rows])
        if dtype.is_decimal:
            whole = min(BIGINT.limit, dtype.limit // 10**dtype.digits)
            return (rows % (whole - 1) + 1).cast(dtype.written) if whole > ROWS else _smallest(rows, dtype)
        return (rows + 1).cast(dtype.written)

    def _period(self) -> tuple[dt.date, dt.date]:
        return self.dataset.period.start, self.dataset.period.until


def _smallest(rows: pl.Series, dtype: DType) -> pl.Series:
    """Of a decimal with few digits before the point: 0.01, 0.02 …"""
    return pl.Series([Decimal(row % (dtype.limit - 1) + 1).scaleb(-dtype.digits) for row in rows], dtype=dtype.written)


def _word(number: int, digits: int) -> str:
    """A number in a base of 36, in capital letters: A, B … Z, 0 … 9, BA …, so many at most."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(signs[number // 36**place % 36] for place in reversed(range(digits)))
