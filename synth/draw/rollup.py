"""Rollups: sums over all blocks of a family, merged when all are drawn, and kept for the blocks of the rollup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import WIDE_SUM, as_drawn, gather, largest, values
from synth.compiled import kernels
from synth.draw.block import Block
from synth.draw.placed import placed
from synth.draw.residents import Residents
from synth.draw.rolled import sums_of
from synth.draw.spool import ResidentRows
from synth.dtypes import BIGINT
from synth.plan.model import Plan

if TYPE_CHECKING:
    from synth.draw.spilled_sums import SpilledSums

__all__ = ["RollupSums", "summed"]

MERGE_ROWS = 250_000  # partial sums kept before they are merged, and set aside if that leaves half of them

_HOW = {"sum": pl.Expr.sum, "count": pl.Expr.sum, "min": pl.Expr.min, "max": pl.Expr.max}


def summed(block: Block, rollup: str) -> pl.DataFrame:
    """Sum one block's part of a rollup: groups, and what is taken of them, over rows that exist at `until`."""
    tables = block.plan.rollup_plan(rollup).tables
    return pl.concat([_summed(block, rollup, table) for table in tables if table in block.tables])


def _refuse_wide_sums(plan: Plan, rollup: str, frame: pl.DataFrame) -> None:
    """Raise DataError where a sum by groups of the frame's columns passes what an int64 holds: it would wrap."""
    spec = plan.spec(rollup).rollup
    assert spec is not None
    for name in (name for name, take in spec.aggregates.items() if "sum" in take):
        if frame.height and largest(frame[name]) * frame.height >= BIGINT.limit:
            sums = frame.group_by(list(spec.group_by)).agg(
                exact=pl.col(name).sum().cast(pl.Float64), rough=pl.col(name).cast(pl.Float64).sum()
            )
            wrapped = (sums["exact"] - sums["rough"]).abs().max()
            if isinstance(wrapped, float) and wrapped > 2**62:  # it wraps by 2^64
                with placed(plan, rollup, name):
                    raise OverflowError(WIDE_SUM)


def _summed(block: Block, rollup: str, table: str) -> pl.DataFrame:
    """Sum the rows of one table of a block."""
    spec, plan = block.plan.spec(rollup).rollup, block.plan.rollup_plan(rollup)
    assert spec is not None
    columns = {name: block.at_until(table, name) for name in spec.group_by}
    takes = []
    for name, take in spec.aggregates.items():
        compiled = plan.takes[name]
        values = compiled.evaluate(pl.DataFrame({path: block.at_until(table, path) for path in compiled.reads}))
        if len(values) != block.tables[table].rows:
            values = values.new_from_index(0, block.tables[table].rows)
        how = next(iter(take))
        columns[name] = values.is_not_null().cast(pl.Int64) if how == "count" else values
        takes.append(_HOW[how](pl.col(name)))
    frame = pl.DataFrame({name: column.alias(name) for name, column in columns.items()})
    visible = block.visible(table)
    if visible is not None:
        frame = frame.filter(pl.Series(visible))
    _refuse_wide_sums(block.plan, rollup, frame)
    if all(next(iter(take)) in ("sum", "count") for take in spec.aggregates.values()):
        quick = _dense_sums(frame, spec.group_by[0]) if len(spec.group_by) == 1 else _sums_by_keys(frame, spec.group_by)
        if quick is not None:
            return quick
    return frame.group_by(list(spec.group_by), maintain_order=True).agg(takes)  # so that what is kept is the same bytes


def _dense_sums(frame: pl.DataFrame, by: str) -> pl.DataFrame | None:
    """Sums of whole numbers by one key whose values lie close together: added up in place, four times as fast."""
    columns = frame.get_columns()
    if not frame.height or any(c.dtype != pl.Int64 or c.null_count() for c in columns):
        return None
    compiled, keys = kernels(), frame[by].to_numpy()
    first = keys.min()
    places = keys - first
    size = int(places.max()) + 1
    if size > 4 * frame.height:
        return None
    there = np.flatnonzero(np.bincount(places, minlength=size))
    found = {by: there + first}
    for column in columns:
        if column.name != by:
            numbers = column.to_numpy()
            if compiled is not None:
                total = compiled.add_by_group(places, numbers, size)
            else:
                total = np.zeros(size, dtype=np.int64)
                np.add.at(total, places, numbers)
            found[column.name] = total[there]
    return pl.DataFrame(found)


def _sums_by_keys(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame | None:
    """Sums of whole numbers by several keys that are such, too, groups as they are met: where there are kernels."""
    columns = frame.get_columns()
    if (
        (compiled := kernels()) is None
        or not by
        or not frame.height
        or any(column.dtype != pl.Int64 for column in columns)
    ):
        return None
    keys: list[npt.NDArray[np.int64]] = []
    for name in by:
        numbers, missing = values(frame[name])
        keys += [numbers] if missing is None else [np.where(missing, 0, numbers), missing.astype(np.int64)]
    groups, firsts = compiled.group_rows(keys)
    found = [gather(frame[name], firsts).alias(name) for name in by]
    for column in columns:
        if column.name not in by:
            total = compiled.add_by_group(groups, column.fill_null(0).to_numpy(), len(firsts))
            found.append(pl.Series(column.name, total))
    return pl.DataFrame(found)


class RollupSums:
    """Gathers the blocks' parts of one rollup. Where they may be kept in a folder, memory does not grow with the groups."""

    def __init__(self, plan: Plan, rollup: str, folder: Path | None):
        self.plan, self.rollup, self.folder = plan, rollup, folder
        spec = plan.spec(rollup).rollup
        assert spec is not None
        self.spec = spec
        self.parts: list[pl.DataFrame] = []
        self._aside: SpilledSums | None = None

    def add(self, part: pl.DataFrame) -> None:
        """Take one block's part; the order does not matter, but for sums of doubles."""
        self.parts.append(part)
        if len(self.parts) > 1 and sum(p.height for p in self.parts) > MERGE_ROWS:
            self.parts = [self._merged()]
            if self.parts[0].height > MERGE_ROWS // 2 and self.folder and not self._adds_doubles(self.parts[0]):
                self._set_aside(self.folder)

    def keep(self, residents: Residents) -> None:
        """Keep all groups in their order, NULL first. Raises DataError for a sum that is too wide."""
        name = sums_of(self.rollup, self.plan)
        with residents.spool() as spool, placed(self.plan, self.rollup, ""):
            for number, groups in enumerate(self._groups()):
                spool.add(number, ResidentRows(groups.height, groups))
            residents.add_spooled(name, spool)

    def _groups(self) -> Iterator[pl.DataFrame]:
        """Give all groups in order, in pieces, in drawn dtypes; at least one piece."""
        types = self.plan.tables[self.rollup].types
        names = [*self.spec.group_by, *self.spec.aggregates]
        empty = pl.DataFrame(schema={name: types[name].drawn for name in names})
        if self._aside and self.folder:
            self._set_aside(self.folder)
            pieces = self._aside.merged()
        else:
            pieces = iter([self._merged().sort(self.spec.group_by)] if self.parts else [empty])
        for piece in pieces:
            drawn = piece.select(names).cast(empty.schema)
            yield drawn.with_columns(as_drawn(column, types[column.name]) for column in drawn.get_columns())

    def _merged(self) -> pl.DataFrame:
        takes = [_HOW[next(iter(take))](pl.col(name)) for name, take in self.spec.aggregates.items()]
        parts = pl.concat(self.parts)
        _refuse_wide_sums(self.plan, self.rollup, parts)
        return parts.group_by(list(self.spec.group_by)).agg(takes)

    def _adds_doubles(self, part: pl.DataFrame) -> bool:
        """Tell whether the order in which numbers are added shows."""
        return any("sum" in take and part[name].dtype.is_float() for name, take in self.spec.aggregates.items())

    def _set_aside(self, folder: Path) -> None:
        """Let what is merged wait in the folder."""
        if self._aside is None:
            from synth.draw.spilled_sums import SpilledSums  # DuckDB, which most runs need not have

            takes = (next(iter(take)) for take in self.spec.aggregates.values())
            self._aside = SpilledSums(folder, ["sum" if take == "count" else take for take in takes])
        for part in self.parts:
            self._aside.add(part)
        self.parts = []
