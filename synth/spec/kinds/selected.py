"""Running a derived table's SELECT over blocks that are drawn together: each sees its own rows, and they come in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from synth.columns import clocks_to_microseconds, column_to_written, from_decimal, to_written
from synth.dtypes import UUID, UUID_SHAPE, DType, Types
from synth.errors import DataError
from synth.spec.kinds.base import BlockRows, BlockView, Rows, SelectPlan, TableRows

if TYPE_CHECKING:
    from synth.sql.compiled import Branch

__all__ = ["evaluated", "run", "select_result_to_drawn"]


def evaluated(block: BlockView, branches: tuple[Branch, ...]) -> TableRows:
    """Work plain SELECTs out on columns as they are drawn."""
    frames, ends = [], []
    for branch in branches:
        source = block.tables[branch.source]
        frame, kept = branch.rows(pl.DataFrame([source.columns[name] for name in branch.reads]))
        frames.append(frame)
        ends.append(source.ends if kept is None else _ends_of(kept, source.ends))
    if len(frames) == 1:
        return _block_by_block(frames[0], ends[0])
    pieces = [
        frame.slice(first, end - first)
        for starts_and_ends in zip(*(zip([0, *each[:-1]], each, strict=True) for each in ends), strict=True)
        for frame, (first, end) in zip(frames, starts_and_ends, strict=True)
    ]
    return _block_by_block(pl.concat(pieces, rechunk=True), sum(ends[1:], ends[0]))


def _ends_of(kept: pl.Series, ends: Rows) -> Rows:
    """Give where the kept rows of each block end, of all rows of which those of each block end there. (n,), (b,) -> (b,)"""
    if len(ends) == 1:
        return np.array([kept.sum()])
    before = np.concatenate(([0], np.cumsum(kept.fill_null(value=False).to_numpy())))
    return before[ends]


def _block_by_block(frame: pl.DataFrame, ends: Rows) -> TableRows:
    """Give a frame's rows as those of a table, whose rows of each block end there."""
    counts = map(int, np.diff(ends, prepend=0))
    drawn = TableRows([BlockRows(0, count, count) for count in counts])
    drawn.columns = {column.name: column for column in frame.get_columns()}
    return drawn


def run(block: BlockView, table: str, plan: SelectPlan) -> TableRows:
    """Run a SELECT in DuckDB, decimals in major units."""
    from synth.sql.in_duckdb import Tables
    from synth.sql.parse import SqlError

    tables: Tables = block.residents.cached("DuckDB", Tables)
    types, sources = block.counted(table).types, {name: _source(block, name, used) for name, used in plan.reads.items()}

    def rows(at: int | None) -> pl.DataFrame:
        """What the SELECT gives over one of the blocks, or over all."""
        for name, source in sources.items():
            seen = source if at is None else _of_block(block, name, source, at)
            tables.put(name, seen, kept=name not in block.tables)
        try:
            frame = tables.run(plan.text)
        except SqlError as error:
            raise DataError(f"{error}\n  hint: {error.hint}" if error.hint else str(error)) from error
        return frame.sort(plan.order) if plan.order else frame  # groups and joins come in any order

    starts = _starts(block, plan, types)
    whole = None if starts is None else _in_turn(rows(None), *starts)
    if whole is None:
        frames = [rows(at) for at in range(len(block.numbers))]
        whole = pl.concat(frames), np.cumsum([each.height for each in frames])
    frame, ends = whole
    drawn = _block_by_block(frame.select(), ends)
    for column, declared in block.spec(table).columns.items():
        if declared.draws.comes_with_rows:
            drawn.columns[column] = select_result_to_drawn(frame[column], types[column]).alias(column)
    return drawn


def _starts(block: BlockView, plan: SelectPlan, types: Types) -> tuple[str, Rows] | None:
    """Give a column that tells of which block a row is, and where each block starts in it; None where none does. (blocks,)

    Rows have to have an order of their own; and with doubles it would show how many blocks are added up together.
    """
    read = (block.counted(name).types[column] for name, used in plan.reads.items() for column in used)
    if len(block.numbers) == 1 or not plan.order or any(dtype.is_float for dtype in [*types.values(), *read]):
        return None
    for each in plan.telling:
        if each.window:
            return each.column, np.array(block.numbers) * block.block_rows // each.window
        there = block.tables.get(each.table)
        keys = None if there is None else there.columns.get(each.key)
        if keys is None or there is None or keys.dtype != pl.Int64 or keys.null_count():
            continue
        edges = np.concatenate(([0], there.ends))
        if (edges[1:] == edges[:-1]).any():
            continue
        least, most = (how.reduceat(keys.to_numpy(), edges[:-1]) for how in (np.minimum, np.maximum))
        if (most[:-1] < least[1:]).all():
            return each.column, least
    return None


def _in_turn(frame: pl.DataFrame, column: str, starts: Rows) -> tuple[pl.DataFrame, Rows] | None:
    """Give rows block by block, else in their order, and where those of each block end, by where it starts in a column.

    None where the column does not say it of all of them. (blocks,)
    """
    if frame[column].dtype != pl.Int64 or frame[column].null_count():
        return None
    blocks = np.searchsorted(starts, frame[column].to_numpy(), side="right") - 1
    if (blocks[1:] < blocks[:-1]).any():
        frame = frame[np.argsort(blocks, kind="stable")]
    return frame, np.cumsum(np.bincount(blocks, minlength=len(starts)))


def _source(block: BlockView, name: str, used: tuple[str, ...]) -> pl.DataFrame:
    """Give what a SELECT reads: planned rows of a table of this block, or a whole roster of another family."""
    types = block.counted(name).types
    if name in block.tables:
        return pl.DataFrame([column_to_written(block.tables[name].columns[c], types[c].in_sql) for c in used])

    def whole() -> pl.DataFrame:
        frame = block.residents.frame(name, {c: types[c] for c in used})
        return to_written(frame, {c: types[c].in_sql for c in used})

    frame: pl.DataFrame = block.residents.cached(f"{name} {' '.join(used)}", whole)
    return frame.head(block.rows_there(name, frame.height))


def _of_block(block: BlockView, name: str, source: pl.DataFrame, at: int) -> pl.DataFrame:
    """Give those rows of a source that one of the blocks sees: its own, or all of another family's table."""
    if name not in block.tables or len(block.numbers) == 1:
        return source
    here, end = block.tables[name].blocks[at], int(block.tables[name].ends[at])
    return source.slice(end - here.rows, here.rows)


def select_result_to_drawn(column: pl.Series, dtype: DType) -> pl.Series:
    """Take a column of SQL as it is drawn, decimals as minor units. Raises DataError where digits are lost. (n,) -> (n,)"""
    if dtype.is_exact and column.dtype.is_float():
        return _minor_units(column, dtype)
    if dtype.name == "decimal" or isinstance(column.dtype, pl.Decimal):
        try:
            return from_decimal(column, dtype) if dtype.is_exact else column.cast(dtype.drawn)
        except ValueError as error:
            raise DataError(f"{column.name}: {error}; write ROUND(…, {dtype.digits}) in the SELECT") from error
    if column.dtype == pl.Time:
        return clocks_to_microseconds(column)
    drawn = column.cast(dtype.drawn, strict=False)
    if drawn.null_count() > column.null_count():
        lost = column.filter(drawn.is_null() & column.is_not_null())
        raise DataError(f"{column.name}: the SELECT gives {lost[0]!r}, which is no {dtype}")
    if dtype == UUID:
        strange = drawn.filter(~drawn.str.contains(UUID_SHAPE))
        if len(strange):
            raise DataError(f"{column.name}: the SELECT gives {strange[0]!r}, which is no uuid")
    if dtype.name == "enum":
        strange = drawn.filter(~drawn.is_in(list(dtype.labels)))
        if len(strange):
            raise DataError(f"{column.name}: the SELECT gives {strange[0]!r}, which is no {dtype}")
    return drawn


def _minor_units(column: pl.Series, dtype: DType) -> pl.Series:
    """Take doubles that have the digits of an exact type, as ROUND leaves them. Raises DataError for others."""
    minor = (column * 10.0**dtype.digits).round()
    kept = (minor.abs() < 2.0**53) & (minor / 10.0**dtype.digits == column)
    lost = column.filter(~kept)
    if len(lost):
        way_out = f"write ROUND(…, {dtype.digits}) in the SELECT"
        raise DataError(f"{column.name}: the SELECT gives {lost[0]!r}, which is no {dtype}; {way_out}")
    return minor.cast(pl.Int64)
