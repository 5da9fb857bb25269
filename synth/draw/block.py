"""Draws one block: whole columns of one family, one generator at a time, from the plan and the residents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, column_to_written, from_decimal, gather, mask, moments, to_written
from synth.draw.context import BlockContext
from synth.draw.fanout import children
from synth.draw.residents import Residents
from synth.dtypes import DType, exact
from synth.errors import DataError
from synth.generators.derived import Given, State
from synth.plan.content import HOME, already, has_children_column
from synth.plan.model import BLOCK_ROWS, FamilyPlan, Plan
from synth.sql.compiled import Branch
from synth.streams import stream

__all__ = ["Block", "TableRows", "draw_block"]

Rows = npt.NDArray[np.int64]


@dataclass
class TableRows:
    """One table's rows in a block."""

    first_row: int
    whole: int  # rows of the whole block, before the cut at `until`
    rows: int
    counts: Rows | None = None  # children per parent row, of the whole block
    home: Rows | None = None  # the place of each row's parent
    times: Rows | None = None  # arrival times, microseconds
    columns: dict[str, pl.Series] = field(default_factory=dict)  # as planned
    pointed: dict[str, Rows] = field(default_factory=dict)  # reference columns: row numbers of the parents
    kept: dict[str, Rows] = field(default_factory=dict)  # second arrays of columns
    seen: dict[str, pl.Series] = field(default_factory=dict)  # paths already gathered
    shown: dict[str, pl.Series] = field(default_factory=dict)  # paths as they show at `until`


def draw_block(plan: Plan, family: FamilyPlan, number: int, residents: Residents) -> Block:
    """Make one block, by itself."""
    block = Block(plan, family, number, residents)
    for step in family.steps:
        block.draw(step.table, step.column)
    return block


class Block:
    """A run of root rows and their family's rows: planned columns, and how they show at `until`."""

    def __init__(self, plan: Plan, family: FamilyPlan, number: int, residents: Residents):
        self.plan, self.family, self.number, self.residents = plan, family, number, residents
        self.tables: dict[str, TableRows] = {}

    # -- drawing

    def draw(self, table: str, column: str) -> None:
        """One step: a table's rows, or a column."""
        spec = self.plan.spec(table)
        if not column:
            try:
                self.tables[table] = self._rows(table)
            except OverflowError as error:
                raise DataError(f"{table}: {error}") from error
            return
        declared = spec.columns[column]
        if spec.is_given(column) or isinstance(declared.draws, State):
            return  # given with the rows; states are evaluated on what shows
        context = BlockContext(self, table, column)
        try:
            drawn = declared.draws.draw(context)
        except OverflowError as error:
            raise DataError(f"{table}.{column}: {error}") from error
        here = self.tables[table]
        if declared.null_share:
            hidden = context.stream("null").random(here.rows) < declared.null_share
            drawn = mask(drawn, hidden)
            if column in here.pointed:
                here.pointed[column] = np.where(hidden, -1, here.pointed[column])
        assert len(drawn) == here.rows, (table, column, len(drawn), here.rows)
        here.columns[column] = drawn.alias(column)

    def _rows(self, table: str) -> TableRows:
        spec, plan = self.plan.spec(table), self.plan.tables[table]
        if spec.existing:
            return self._existing(table, spec.per)
        if spec.per:
            return self._child(table, spec.per)
        if isinstance(spec.select, str):
            return self._derived(table, spec.select)
        first = self.number * BLOCK_ROWS
        rows = min(BLOCK_ROWS, plan.rows - first)
        if spec.window:
            rows = min(BLOCK_ROWS, -(-rows // spec.window) * spec.window)
        if plan.intensity is None:
            found = TableRows(first, rows, rows)
        else:
            assert spec.arrival
            jitter = stream(self.plan.seeds[table], table, spec.arrival, self.number).random(BLOCK_ROWS)
            found = TableRows(first, BLOCK_ROWS, rows, times=plan.intensity.times(first, jitter)[:rows])
        if spec.values is not None:
            given = [c for c, declared in spec.columns.items() if isinstance(declared.draws, Given)]
            for place, column in enumerate(given):
                cells = [row[place] for row in spec.values[first : first + rows]]
                found.columns[column] = given_column(column, cells, self.plan.tables[table].types[column])
        return found

    def _existing(self, table: str, parent: str | None) -> TableRows:
        """Rows that were there before: a run of them, or those that belong to the parents here."""
        plan, home = self.plan.tables[table], None
        if parent:
            above, homes = self.tables[parent], self.residents.whole(table, HOME)
            first, end = np.searchsorted(homes, [above.first_row, above.first_row + above.rows])
            home = homes[first:end] - above.first_row
        else:
            first = self.number * BLOCK_ROWS
            end = min(first + BLOCK_ROWS, plan.rows)
        rows = np.arange(first, end)
        found = TableRows(int(first), len(rows), len(rows), home=home)
        if home is not None:
            found.counts = np.bincount(home, minlength=self.tables[parent].rows)  # type: ignore[index]
        for column in self.plan.read(table):
            found.columns[column] = self.residents.taken(table, column, rows, plan.types[column]).alias(column)
        return found

    def _child(self, table: str, parent: str) -> TableRows:
        plan, above = self.plan.tables[table], self.tables[parent]
        law = plan.fanout
        assert law is not None
        counts = children(
            law, above.first_row, above.whole, self.plan.tables[parent].declared,
            lambda sub: stream(self.plan.seeds[table], table, "#fanout", self.number, sub),
        )  # fmt: skip
        if self.plan.spec(table).already and self.plan.spec(parent).existing:
            # parents that have had theirs get no more
            had = self.residents.whole(parent, has_children_column(table))[
                above.first_row : above.first_row + above.rows
            ]
            counts = np.where(had == 1, 0, counts)
        shown = counts[: above.rows]
        first = law.total(above.first_row) if law.exact else above.first_row * law.max
        home = np.repeat(np.arange(above.rows), shown)
        return TableRows(first, int(counts.sum()), len(home), counts=shown, home=home)

    def _derived(self, table: str, select: str) -> TableRows:
        """Rows of a SELECT over the block's planned rows."""
        branches = self.plan.selects.get(table)
        return self._plain(branches) if branches is not None else self._selected(table, select)

    def _had(self, table: str, columns: Mapping[str, pl.Series]) -> pl.Series:
        """Which rows were there before, by their primary key."""
        key, types, name = list(self.plan.spec(table).key), self.plan.tables[table].types, already(table)

        def known() -> pl.DataFrame:
            frame = self.residents.frame(name, {column: types[column] for column in key})
            return frame.with_columns(pl.lit(value=True).alias("#had"))

        ours = pl.DataFrame([columns[column].alias(column) for column in key])
        joined = ours.join(self.residents.once(name, known), on=key, how="left", maintain_order="left")
        return joined["#had"].fill_null(value=False)

    def _selected(self, table: str, select: str) -> TableRows:
        """Run the SELECT, decimals in major units."""
        plan = self.plan.tables[table]
        spec = self.plan.spec(table)
        frames = {name: self._source(name, used).lazy() for name, used in self.plan.sources[table].items()}
        try:
            found = pl.SQLContext(frames=frames).execute(select).collect()
        except pl.exceptions.PolarsError as error:
            raise DataError(f"{table}.select: {str(error).splitlines()[0]}") from error
        if self.plan.sorts[table]:
            found = found.sort(self.plan.sorts[table])  # groups and joins come in any order
        result = TableRows(0, found.height, found.height)
        for column, declared in spec.columns.items():
            if not isinstance(declared.draws, Given):
                continue
            if column not in found.columns:
                raise DataError(f"{table}.select gives no column '{column}', it gives {', '.join(found.columns)}")
            result.columns[column] = select_result_to_drawn(found[column], plan.types[column], table).alias(column)
        return result

    def _plain(self, branches: tuple[Branch, ...]) -> TableRows:
        """Run SELECTs that are plain expressions, on columns as they are drawn."""
        found = []
        for branch in branches:
            columns = self.tables[branch.source].columns
            found.append(branch.rows(pl.DataFrame([columns[name] for name in branch.reads])))
        frame = pl.concat(found, rechunk=True) if len(found) > 1 else found[0]
        return TableRows(0, frame.height, frame.height, columns={c.name: c for c in frame.get_columns()})

    def _source(self, name: str, used: tuple[str, ...]) -> pl.DataFrame:
        """What a SELECT reads: planned rows of a table of this block, or a whole roster of another family."""
        types = self.plan.tables[name].types
        if name in self.tables:
            return pl.DataFrame([column_to_written(self.tables[name].columns[c], types[c]) for c in used])

        def whole() -> pl.DataFrame:
            return to_written(self.residents.frame(name, {c: types[c] for c in used}), types)

        found: pl.DataFrame = self.residents.once(f"{name} {' '.join(used)}", whole)
        return found.head(self.plan.there(name, found.height))

    # -- what shows at `until`

    def show(self, table: str, path: str) -> pl.Series:
        """A column seen from a row of `table`, as it shows at `until`: NULL what has not happened yet. (rows,)"""
        here = self.tables[table]
        if path not in here.shown:
            how, other, column, via = self.plan.paths.get((table, path), ("own", table, path, ""))
            if how == "up":
                here.shown[path] = gather(self.show(other, column), self.home(table, other)).alias(path)
            elif how == "through":
                here.shown[path] = BlockContext(self, table, via).see(path)
            else:
                here.shown[path] = self._show_own(table, column)
        return here.shown[path]

    def _show_own(self, table: str, column: str) -> pl.Series:
        spec, here = self.plan.spec(table), self.tables[table]
        draws = spec.columns[column].draws
        if isinstance(draws, State):
            compiled = self.plan.compiled[table, column]
            seen = {path: self.show(table, path) for path in compiled.reads if path != "until" or path in spec.columns}
            if len(seen) < len(compiled.reads):
                seen["until"] = pl.Series([self.plan.until], dtype=pl.Datetime("us")).new_from_index(0, here.rows)
            found = compiled.evaluate(pl.DataFrame(seen))
            return (found.new_from_index(0, here.rows) if len(found) != here.rows else found).alias(column)
        series = here.columns[column]
        for moment, others in spec.hidden_moments.items():
            if column == moment or column in others:
                ahead = self._is_ahead(table, moment)
                if ahead is not None:
                    series = mask(series, ahead)
        return series

    def _is_ahead(self, table: str, moment: str) -> npt.NDArray[np.bool_] | None:
        """Which planned moments have not come (or never will); None where all that are planned have."""
        times = moments(self.tables[table].columns[moment])
        if not len(times) or times.max() < self.plan.until_us:
            others = self.plan.spec(table).hidden_moments[moment]
            return times == NULL if others and len(times) and times.min() == NULL else None
        ahead: npt.NDArray[np.bool_] = (times >= self.plan.until_us) | (times == NULL)
        return ahead

    def is_visible(self, table: str) -> pl.Series | None:
        """Which rows exist at `until`; None when all do."""
        spec = self.plan.spec(table)
        if spec.at is None:
            beyond = self._beyond(self.family.root)
            if beyond is None or spec.select is not None:
                return None
            root = np.arange(self.tables[table].rows) if spec.per is None else self.home(table, self.family.root)
            return pl.Series(root < beyond)
        times = moments(self.tables[table].columns[spec.at])
        visible = (times < self.plan.until_us) & (times != NULL)
        return None if visible.all() else pl.Series(visible)

    def _beyond(self, root: str) -> int | None:
        """The place of the first root row that is drawn only because its window is drawn whole; None without one."""
        if not self.plan.spec(root).window:
            return None
        here, end = self.tables[root], self.plan.tables[root].rows - self.tables[root].first_row
        return end if here.rows > end else None

    def visible(self, table: str) -> pl.DataFrame:
        """The table's rows that exist at `until` and are to leave: written columns, as they show, in drawn dtypes."""
        frame = pl.DataFrame([self.show(table, c).alias(c) for c in self.plan.tables[table].written])
        visible = self.is_visible(table)
        if self.plan.spec(table).already and self.plan.spec(table).keyed is None:  # known by their keys
            new = ~self._had(table, self.tables[table].columns)
            visible = new if visible is None else visible & new
        return frame if visible is None else frame.filter(visible)

    def written(self, table: str) -> pl.DataFrame:
        """The table's rows as they leave, in exact types."""
        return to_written(self.visible(table), self.plan.tables[table].types)

    def resident(self, table: str, columns: list[str]) -> tuple[int, pl.DataFrame]:
        """The rows that other families can refer to, and planned columns that they look up."""
        here, frame = self.tables[table], pl.DataFrame([self.tables[table].columns[c] for c in columns])
        beyond = self._beyond(table) if table == self.family.root else None
        return (here.rows, frame) if beyond is None else (beyond, frame.head(beyond))

    # -- places

    def pointed(self, table: str, column: str, parent: str) -> Rows:
        """The row numbers of the parents that a reference column points at; below 0: none. (rows,)

        Of rows that exist they are found by their keys.
        """
        here = self.tables[table]
        if column not in here.pointed:
            columns, keys = self.plan.links[table, column]
            types = {key: self.plan.tables[parent].types[key] for key in keys}

            def numbered() -> pl.DataFrame:
                return self.residents.frame(parent, types).with_row_index("#row")

            theirs = self.residents.once(f"rows of {parent} by {' '.join(keys)}", numbered)
            ours = pl.DataFrame([here.columns[name].alias(key) for name, key in zip(columns, keys, strict=True)])
            rows = ours.join(theirs, on=list(keys), how="left", maintain_order="left")["#row"]
            here.pointed[column] = rows.cast(pl.Int64).fill_null(-1).to_numpy()
        return here.pointed[column]

    def home(self, table: str, ancestor: str) -> Rows:
        """The place of each row's ancestor in the block. (rows,)"""
        parent = self.plan.spec(table).per
        own = self.tables[table].home
        assert parent is not None and own is not None
        return own if parent == ancestor else self.home(parent, ancestor)[own]


def select_result_to_drawn(column: pl.Series, dtype: DType, table: str) -> pl.Series:
    """A column of SQL as it is drawn: decimals as minor units."""
    if dtype.name != "decimal":
        return column.cast(dtype.drawn)
    if column.dtype.is_float():
        raise DataError(f"{table}.{column.name}: the SELECT gives a float, the column is {dtype}: use decimals")
    try:
        return from_decimal(column, dtype)
    except ValueError as error:
        raise DataError(f"{table}.{column.name}: {error}; write ROUND(…, {dtype.digits}) in the SELECT") from error


def given_column(name: str, cells: list[object], dtype: DType) -> pl.Series:
    """A column of written-out cells as it is drawn."""
    if dtype.is_exact:
        cells = [None if cell is None else exact(cell, dtype) for cell in cells]  # type: ignore[arg-type]
    return pl.Series(name, cells, dtype=dtype.drawn)
