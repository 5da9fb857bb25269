"""Draws blocks: whole columns of one family, one generator at a time, from the plan and the residents.

Several blocks may be drawn together, which takes fewer calls; each comes out as it would by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, as_drawn, gather, mask, moments, to_written
from synth.draw.context import BlockContext
from synth.draw.distinct import places_of
from synth.draw.placed import placed
from synth.draw.residents import Residents
from synth.draw.rolled import rolled_rows
from synth.draw.siblings import of_siblings
from synth.draw.values import require_values
from synth.plan.content import earlier_keys
from synth.plan.model import FamilyPlan, Plan, TablePlan, children_in, pointing
from synth.spec.kinds.base import Kind, SelectPlan, TableRows
from synth.spec.models import Table
from synth.streams import JoinedStreams, Stream, Sub, hashed, stream

__all__ = ["Block", "draw_block", "draw_blocks"]

Rows = npt.NDArray[np.int64]


def draw_block(plan: Plan, family: FamilyPlan, number: int, residents: Residents) -> Block:
    """Make one block, by itself. Raises DataError."""
    return draw_blocks(plan, family, range(number, number + 1), residents)


def draw_blocks(plan: Plan, family: FamilyPlan, numbers: range, residents: Residents) -> Block:
    """Make several blocks together, where the family can be. Raises DataError."""
    block = Block(plan, family, numbers, residents)
    with np.errstate(all="ignore"):  # what is too large is told where it is drawn
        for step in family.steps:
            block.draw(step.table, step.column)
    return block


class Block:
    """A block, or several: a run of root rows and their family's rows, planned columns, and how they show at `until`."""

    def __init__(self, plan: Plan, family: FamilyPlan, numbers: range, residents: Residents):
        self.plan, self.family, self.numbers, self.residents = plan, family, numbers, residents
        self.block_rows, self.until_us = plan.block_rows, plan.until_us
        self.tables: dict[str, TableRows] = {}

    # -- what kinds ask for

    def spec(self, table: str) -> Table:
        """Give a table's declaration."""
        return self.plan.spec(table)

    def kind(self, table: str) -> Kind:
        """Give a table's kind."""
        return self.plan.kind(table)

    def counted(self, table: str) -> TablePlan:
        """Give a table's plan: its rows, types, timetable and fan-out."""
        return self.plan.tables[table]

    def select_plan(self, table: str) -> SelectPlan:
        """Give the plan of a derived table's SELECT."""
        return self.plan.select_plan(table)

    def columns_read(self, table: str) -> tuple[str, ...]:
        """List the columns that are needed of a table that exists."""
        return self.plan.columns_read(table)

    def rows_there(self, table: str, resident: int) -> int:
        """Give the rows of another family's table that are there at `until`, of so many that are resident."""
        return self.plan.rows_there(table, resident)

    def stream(self, table: str, column: str, sub: str = "") -> Stream:
        """Give what draws a column's random numbers, those of each block by themselves."""
        streams = [self.stream_of(table, column, number, sub) for number in self.numbers]
        if len(streams) == 1:
            return streams[0]
        return JoinedStreams(streams, [each.rows for each in self.tables[table].blocks])

    def stream_of(self, table: str, column: str, number: int, sub: str = "") -> np.random.Generator:
        """Give the random generator of a column for one of these blocks."""
        return stream(self.plan.seeds[table], table, column, number, sub)

    def uniform(self, table: str, column: str, sub: str) -> Callable[[Rows], npt.NDArray[np.float64]]:
        """Give what gives uniform numbers in [0, 1) of a sub-stream by row number. (n,) -> (n,)"""
        seed = self.plan.seeds[table]
        return lambda rows: hashed(seed, table, column, sub, rows)

    def rolled_rows(self, table: str) -> TableRows:
        """Give the rows of a rollup in this block, as they have been summed."""
        [number] = self.numbers
        return rolled_rows(self.plan, table, number, self.residents)

    def root_rows_shown(self) -> int | None:
        """Give the root rows that show, where the last window is drawn beyond them; None elsewhere."""
        root = self.family.root
        if not self.plan.spec(root).window:
            return None
        here, shown = self.tables[root], self.plan.tables[root].rows - self.tables[root].first_row
        return shown if here.rows > shown else None

    # -- drawing

    def draw(self, table: str, column: str) -> None:
        """Take one step: a table's rows, or a column. Raises DataError."""
        with placed(self.plan, table, column):
            if column:
                self._draw_column(table, column)
            else:
                here = self.tables[table] = self.plan.kind(table).draw_rows(self, table)
                types = self.plan.tables[table].types
                here.columns = {name: as_drawn(column, types[name]) for name, column in here.columns.items()}
                require_values(here.columns.values())

    def _draw_column(self, table: str, column: str) -> None:
        spec, here = self.plan.spec(table), self.tables[table]
        declared = spec.columns[column]
        if spec.is_given(column) or declared.draws.is_state:
            return  # given with the rows; states are evaluated on what shows
        context = BlockContext(self, table, column)
        distinct = self.plan.distinct.get((table, column))
        if distinct is None:
            drawn = declared.draws.draw(context)
        else:
            drawn = declared.draws.draw_at(context, places_of(context, distinct, column))
        if declared.null_share:
            hidden = context.stream(Sub.NULLS).random(here.rows) < declared.null_share
            drawn = mask(drawn, hidden)
            if column in here.parent_rows:
                here.parent_rows[column] = np.where(hidden, -1, here.parent_rows[column])
        assert len(drawn) == here.rows, (table, column, len(drawn), here.rows)
        drawn = as_drawn(drawn, context.dtype)
        require_values((drawn,))
        here.columns[column] = drawn.alias(column)

    def planned(self, table: str, path: str) -> pl.Series:
        """Give the value behind a path as it is planned, seen from a row of a table. (rows,)"""
        return BlockContext(self, table, next(iter(self.plan.spec(table).columns))).value(path)

    # -- what shows at `until`

    def at_until(self, table: str, path: str) -> pl.Series:
        """Give a column seen from a row of `table`, as it shows at `until`: NULL what has not happened yet. (rows,)"""
        shown = self.tables[table].at_until
        if path not in shown:
            resolved = self.plan.resolve(table, path)
            if resolved.how == "ancestor":
                above = self.at_until(resolved.table, resolved.column)
                shown[path] = gather(above, self.ancestor_positions(table, resolved.table)).alias(path)
            elif resolved.how == "sibling":
                own, parents = self._of_rows_that_show(table, resolved.column), self.tables[table].parent_positions
                shown[path] = of_siblings(own, parents, resolved.sibling).alias(path)
            elif resolved.how == "pointed":
                shown[path] = BlockContext(self, table, resolved.via).value(path)
            elif self.plan.spec(table).columns[resolved.column].draws.is_state:
                shown[path] = self._state(table, resolved.column)
            else:
                shown[path] = self._without_what_is_ahead(table, resolved.column)
        return shown[path]

    def _of_rows_that_show(self, table: str, column: str) -> pl.Series:
        """Give a column as it shows, NULL in rows that do not: what their siblings see of them. (rows,)"""
        series, visible = self.at_until(table, column), self.visible(table)
        return series if visible is None else mask(series, ~visible)

    def _state(self, table: str, column: str) -> pl.Series:
        """Work a state out on what shows. (rows,)"""
        spec, rows, compiled = self.plan.spec(table), self.tables[table].rows, self.plan.compiled[table, column]
        values = {
            path: self.at_until(table, path) for path in compiled.reads if path != "until" or path in spec.columns
        }
        if len(values) < len(compiled.reads):
            values["until"] = pl.Series([self.plan.until], dtype=pl.Datetime("us")).new_from_index(0, rows)
        with placed(self.plan, table, column):
            state = compiled.evaluate(pl.DataFrame(values))
            require_values((state,))
        return (state.new_from_index(0, rows) if len(state) != rows else state).alias(column)

    def _without_what_is_ahead(self, table: str, column: str) -> pl.Series:
        """Hide moments that have not come, and what shows only with them. (rows,)"""
        series = self.tables[table].columns[column]
        for moment, others in self.plan.spec(table).hidden_moments.items():
            if column == moment or column in others:
                ahead = self._is_ahead(table, moment)
                if ahead is not None:
                    series = mask(series, ahead)
        return series

    def _is_ahead(self, table: str, moment: str) -> npt.NDArray[np.bool_] | None:
        """Tell which planned moments have not come (or never will); None where all that are planned have. (rows,)"""
        times = moments(self.tables[table].columns[moment])
        if not len(times) or times.max() < self.until_us:
            others = self.plan.spec(table).hidden_moments[moment]
            return times == NULL if others and len(times) and times.min() == NULL else None
        ahead: npt.NDArray[np.bool_] = (times >= self.until_us) | (times == NULL)
        return ahead

    def visible(self, table: str) -> npt.NDArray[np.bool_] | None:
        """Tell which rows exist at `until`; None when all do. (rows,)"""
        return self.plan.kind(table).visible(self, table)

    def visible_rows(self, table: str) -> pl.DataFrame:
        """Give the rows that exist at `until` and are to leave: written columns, as they show, in drawn dtypes."""
        return self.leaving(table)[0]

    def leaving(self, table: str) -> tuple[pl.DataFrame, Rows]:
        """Give the rows that exist at `until` and are to leave, as they show, and where each block's end. (blocks,)"""
        frame = pl.DataFrame([self.at_until(table, c).alias(c) for c in self.plan.tables[table].written])
        visible = self.visible(table)
        if self.plan.spec(table).earlier and self.plan.spec(table).keyed is None:  # known by their keys
            new = ~self._was_there(table)
            visible = new if visible is None else visible & new
        ends = self.tables[table].ends
        if visible is None:
            return frame, ends
        return frame.filter(pl.Series(visible)), np.concatenate(([0], np.cumsum(visible)))[ends]

    def written_rows(self, table: str) -> pl.DataFrame:
        """Give the visible rows in the types in which they are written."""
        return to_written(self.visible_rows(table), self.plan.tables[table].types)

    def resident_rows(self, table: str, columns: list[str]) -> tuple[int, pl.DataFrame]:
        """Count the rows that other families can refer to, and give planned columns of them."""
        here, shown = self.tables[table], self.root_rows_shown()
        frame = pl.DataFrame([self._resident(table, column) for column in columns])
        if shown is None:
            return here.rows, frame
        if table != self.family.root:  # children lie in the order of their parents
            visible = self.visible(table) if here.parent_positions is not None else None
            shown = here.rows if visible is None else int(np.count_nonzero(visible))
        return shown, frame.head(shown)

    def _resident(self, table: str, column: str) -> pl.Series:
        """Give a planned column, or how many children each row has. (rows,)"""
        if pointer := pointing(column):
            return pl.Series(column, self.tables[table].parent_rows[pointer])
        child = children_in(column)
        return (
            self.tables[table].columns[column] if child is None else pl.Series(column, self.tables[child].child_counts)
        )

    def _was_there(self, table: str) -> npt.NDArray[np.bool_]:
        """Tell which rows were there before the run, by their primary key. (rows,)"""
        key, types, name = list(self.plan.spec(table).key), self.plan.tables[table].types, earlier_keys(table)

        def keys_of_earlier() -> pl.DataFrame:
            frame = self.residents.frame(name, {column: types[column] for column in key})
            return frame.with_columns(pl.lit(value=True).alias("#was there"))

        ours = pl.DataFrame([self.tables[table].columns[column].alias(column) for column in key])
        joined = ours.join(self.residents.cached(name, keys_of_earlier), on=key, how="left", maintain_order="left")
        return joined["#was there"].fill_null(value=False).to_numpy()

    # -- places

    def parent_rows(self, table: str, column: str, parent: str) -> Rows:
        """Give the row numbers of the parents that a column points at; below 0: none. (rows,)

        Those of rows that exist are found by their keys.
        """
        here = self.tables[table]
        if column not in here.parent_rows:
            columns, keys = self.plan.links[table, column]
            types = {key: self.plan.tables[parent].types[key] for key in keys}

            def numbered() -> pl.DataFrame:
                return self.residents.frame(parent, types).with_row_index("#row")

            theirs = self.residents.cached(f"rows of {parent} by {' '.join(keys)}", numbered)
            ours = pl.DataFrame([here.columns[name].alias(key) for name, key in zip(columns, keys, strict=True)])
            rows = ours.join(theirs, on=list(keys), how="left", maintain_order="left")["#row"]
            here.parent_rows[column] = rows.cast(pl.Int64).fill_null(-1).to_numpy()
        return here.parent_rows[column]

    def ancestor_positions(self, table: str, ancestor: str) -> Rows:
        """Give the place of each row's ancestor in the block. (rows,)"""
        parent, own = self.plan.spec(table).per, self.tables[table].parent_positions
        assert parent is not None and own is not None
        return own if parent == ancestor else self.ancestor_positions(parent, ancestor)[own]
