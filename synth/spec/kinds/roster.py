"""Rosters: rows that are there from the beginning, counted or written out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from synth.arrays import to_json
from synth.columns import column_to_written
from synth.dtypes import TIMESTAMPTZ, UUID, UUID_SHAPE, DType, exact
from synth.errors import Problem
from synth.generators.arrival import microseconds
from synth.generators.declarations import Span
from synth.literals import ends_in_blank, moment_in_utc, reader
from synth.spec.kinds.base import BlockRows, BlockView, Counted, Counting, Kind, KnownSpans, Names, Path, TableRows
from synth.spec.kinds.row_counts import declared_rows, earlier_rows_by_key, rows_of_blocks
from synth.spec.models import Dataset, Table
from synth.spec.unique_groups import unique_groups

__all__ = ["Roster"]


class Roster(Kind):
    """`rows: 200`, or `values: [[…], […]]` with cells for the columns without a generator."""

    name = "roster"
    about = "rows that are there from the beginning: max(at_least, round(base × scale^growth)) of them, or those written out"
    words = ("rows", "values")
    example = """tables:
  colours:
    values: [[1, red], [2, green]]
    primary_key: [colour_id]
    columns: {colour_id: {type: bigint}, name: {type: text}}
  products:
    rows: {base: 200, growth: 0.5, at_least: 20}
    columns: {product_id: {key: sequence}, colour_id: {reference: colours}}"""
    can_be_read_whole = True
    can_be_chosen = True
    rows_are_known = True

    def matches(self, table: Table) -> bool:
        """Tell whether rows are counted or written out, and do not arrive."""
        return table.existing is None and (table.values is not None or (table.rows is not None and not table.arrival))

    # 1. what it checks

    def check_rows(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield rows that are written out with too many cells, or with cells of other types."""
        yield from super().check_rows(names, table)
        spec = names.table(table)
        given = list(spec.given)
        for number, row in enumerate(spec.values or ()):
            at: Path = ("tables", table, "values", number)
            if not isinstance(row, (list, tuple)) or len(row) != len(given):
                yield Problem(at, f"a row has {len(given)} cells: {', '.join(given)}")
                continue
            for place, (column, cell) in enumerate(zip(given, row, strict=True)):
                complaint = _why_no_cell(cell, names.type_of(table, column), nullable=spec.may_be_null(column))
                if complaint:
                    yield Problem((*at, place), f"{column}: {complaint}")
        yield from _rows_stay_apart(spec, table, given)

    def takes_windows(self, table: Table) -> bool:
        """Tell whether rows are counted."""
        return table.rows is not None

    def gives_columns(self, table: Table) -> bool:
        """Tell whether rows are written out."""
        return table.values is not None

    def given_null(self, names: Names, table: str, column: str) -> bool:
        """Tell whether a cell is NULL."""
        return None in names.table(table).cells(column)

    def given_span(self, spans: KnownSpans, table: str, column: str) -> Span | None:
        """Give the span of the cells that are written out."""
        return _span_of_cells(spans.names.table(table).cells(column), spans.names.type_of(table, column))

    # 2. how many rows it has

    def count(self, counting: Counting, table: str) -> Counted:
        """Count the rows that are written out, or those that are declared at the scale."""
        spec = counting.names.table(table)
        rows = declared_rows(counting, table) if spec.rows is not None else len(spec.values or ())
        return Counted(rows, exact=True, declared=rows)

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Take the block's run of rows, the last one to the end of its window, and the cells that are written out."""
        spec = block.spec(table)
        drawn = TableRows([BlockRows(first, rows, rows) for first, rows in rows_of_blocks(block, table)])
        if spec.values is not None:
            for place, column in enumerate(spec.given):
                cells = [row[place] for row in spec.values[drawn.first_row : drawn.first_row + drawn.rows]]
                drawn.columns[column] = cells_as_drawn(column, cells, block.counted(table).types[column])
        return drawn

    # 6. how it goes on from rows that were there before

    def earlier_row_count(self, dataset: Dataset, table: str) -> int:
        """Count the numbers that keys have used up."""
        return earlier_rows_by_key(dataset, table)


def _rows_stay_apart(spec: Table, table: str, given: list[str]) -> Iterator[Problem]:
    """Yield rows that are written out with a key, or a unique group, that an earlier row has."""
    for group in unique_groups(spec):
        places = [given.index(column) for column in group if column in given]
        if len(places) < len(group):
            continue
        first: dict[tuple[object, ...], int] = {}
        for number, row in enumerate(spec.values or ()):
            if not isinstance(row, (list, tuple)) or len(row) != len(given):
                return
            cells = tuple(row[place] for place in places)
            if None not in cells and first.setdefault(cells, number) != number:
                what = f"row {first[cells] + 1} has the same {', '.join(group)}"
                yield Problem(("tables", table, "values", number), what)


def written_cells(table: Table) -> dict[str, list[Any]]:
    """Give the cells that are written out in `values`, by column; none of a table of another kind."""
    return (
        {name: [row[place] for row in table.values] for place, name in enumerate(table.given)} if table.values else {}
    )


def _span_of_cells(cells: tuple[Any, ...], dtype: DType) -> Span | None:
    """Give the span of cells that are written out."""
    try:
        if dtype.is_exact:
            units = [exact(cell, dtype) for cell in cells if cell is not None]
        elif dtype.is_time:
            read = [moment_in_utc(cell) if dtype == TIMESTAMPTZ else cell for cell in cells if cell is not None]
            units = [microseconds(cell) for cell in read if isinstance(cell, dt.date)]
        else:
            return None
    except (ValueError, ArithmeticError):
        return None  # told where cells are looked at
    return Span(min(units), max(units)) if units else None


def cells_as_drawn(name: str, cells: list[object], dtype: DType) -> pl.Series:
    """Make a drawn column of cells that are written out. (n,)"""
    if dtype.is_exact:
        cells = [None if cell is None else exact(cell, dtype) for cell in cells]  # type: ignore[arg-type]
    if dtype.element is not None:
        cells = [None if cell is None else _array_as_drawn(cell, dtype.element) for cell in cells]
    if read := reader(dtype):
        cells = [None if cell is None else read(cell) for cell in cells]
    return pl.Series(name, cells, dtype=dtype.drawn)


def _array_as_drawn(cell: Any, element: DType) -> str:
    """Spell an array that is written out as one is drawn."""
    inner = column_to_written(cells_as_drawn("", list(cell), element), element)
    return str(to_json(pl.select(pl.lit(inner).implode()).to_series())[0])


_CELLS = {
    "boolean": bool,
    "double": (int, float),
    "real": (int, float),
    "varchar": str,
    "char": str,
    "uuid": str,
    "enum": str,
    "date": dt.date,
    "timestamp": dt.datetime,
}


def _why_no_cell(cell: Any, dtype: DType, *, nullable: bool) -> str | None:
    """Say why a written cell cannot be of a type; None where it can."""
    if cell is None:
        return None if nullable else "NULL in a column that is not nullable"
    if dtype.is_exact and isinstance(cell, (int, float)) and not isinstance(cell, bool):
        try:
            exact(cell, dtype)
        except ValueError as error:
            return str(error)
        return None
    if dtype.element is not None:
        values = cell if isinstance(cell, (list, tuple)) else ()
        reasons = (_why_no_cell(each, dtype.element, nullable=True) for each in values)
        return next(filter(None, reasons), None) if isinstance(cell, (list, tuple)) else f"{cell!r} is no list"
    if read := reader(dtype):
        try:
            read(cell)
        except ValueError as error:
            return str(error)
        return None
    fits = isinstance(cell, _CELLS.get(dtype.name, ()))  # type: ignore[arg-type]
    if not fits or (dtype.name == "date" and isinstance(cell, dt.datetime)):
        return f"{cell!r} is no {dtype}"
    if dtype == UUID and not re.fullmatch(UUID_SHAPE, cell):
        return f"'{cell}' is no uuid"
    if dtype.name == "enum" and cell not in dtype.labels:
        return f"'{cell}' is no {dtype}"
    if isinstance(cell, str) and (blank := ends_in_blank(cell, dtype)):
        return blank
    return f"'{cell}' is longer than {dtype}" if dtype.length and len(cell) > dtype.length else None
