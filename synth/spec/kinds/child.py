"""Children: rows that are born with a parent's row, so many as the fan-out says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from synth.columns import NULL
from synth.errors import MeaningError, Problem
from synth.spec.kinds.base import (
    BlockRows,
    BlockView,
    Counted,
    Counting,
    Kind,
    Mask,
    Names,
    Needed,
    Planning,
    Rows,
    TableRows,
    came_at,
    problems_of,
)
from synth.spec.kinds.fanout import children
from synth.spec.kinds.fanout_by_row import law_of
from synth.spec.kinds.row_counts import earlier_rows_by_key
from synth.spec.models import Dataset, Table
from synth.streams import Sub

__all__ = ["Child", "check_parent"]


class Child(Kind):
    """`per: orders` and a `fanout`."""

    name = "child"
    can_be_chosen = True
    about = "rows that are born with a parent's row, and are drawn with it as one family"
    words = ("per", "fanout", "at")
    example = """tables:
  orders: {rows: 50, columns: {order_id: {key: sequence}}}
  lines:
    per: orders
    fanout: {mean: 3, min: 1, max: 20, negative_binomial: {r: 2}, exact: true}
    columns: {line_id: {key: sequence}, order_id: {reference: orders}, line_number: {ordinal: orders}}"""

    def matches(self, table: Table) -> bool:
        """Tell whether rows are made for each of a parent's."""
        return table.existing is None and table.per is not None

    # 1. what it checks

    def check_names(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a parent that does not exist."""
        yield from check_parent(names, table)

    def check_family(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a parent of a kind that has no children."""
        yield from check_parent_kind(names, table)

    def check_columns(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a fan-out by what no row of the parent has, and totals of rows whose number depends on their parents."""
        spec = names.table(table)
        fanout, parent = spec.fanout, _parent(spec)
        assert fanout is not None
        if fanout.reads is not None:
            try:
                found = names.resolve(parent, fanout.reads)
            except MeaningError as error:
                yield problems_of(("tables", table, "fanout"), error)
                return
            if why := names.follows_until(found.table, found.column):
                what = f"'{fanout.reads}' {why}: it depends on what shows at `until`, and rows do not"
                yield Problem(("tables", table, "fanout"), what)
        above = (parent, *names.ancestors(parent))
        open_above = [name for name in above if (law := names.table(name).fanout) and law.reads]
        if fanout.exact and open_above:
            what = f"how many {open_above[0]} there are depends on their parents, so no total of {table} is known"
            yield Problem(("tables", table, "fanout"), what, "leave `exact` out")

    def check_types(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a fan-out by values that have none, by what may be NULL, and by what is no number."""
        spec = names.table(table)
        fanout, parent, here = spec.fanout, _parent(spec), ("tables", table, "fanout")
        assert fanout is not None
        if fanout.reads is None:
            return
        dtype, found = names.type_at(parent, fanout.reads), names.resolve(parent, fanout.reads)
        if names.null_at(parent, fanout.reads):
            yield Problem(here, f"'{fanout.reads}' may be NULL, and then nobody knows how many {table} there are")
        elif fanout.values is not None:
            if not (dtype.is_text or dtype.name == "boolean" or (dtype.is_exact and not dtype.digits)):
                what = f"'{fanout.reads}' is {dtype}: `by` tells texts, whole numbers, and true or false apart"
                yield Problem((*here, "by"), what)
            for value in sorted(
                map(repr, (names.values_of(found.table, found.column) or frozenset()) - set(fanout.values))
            ):
                yield Problem((*here, "values"), f"no fan-out is declared for {fanout.reads} = {value}")
        elif fanout.count is not None and not (dtype.is_exact and not dtype.digits):
            yield Problem((*here, "count"), f"'{fanout.reads}' is {dtype}, and a count is a whole number")
        elif not (dtype.is_exact or dtype.is_float):
            yield Problem((*here, "mean"), f"'{fanout.reads}' is {dtype}, and a mean is a number")

    def gives_columns(self, table: Table) -> bool:
        """Tell that it does not."""
        return False

    # 2. how many rows it has, and what they are made from

    def row_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """Give the parent, whose rows they are born with."""
        return (_parent(names.table(table)),)

    def family_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """Give the parent, whose rows they are born with."""
        return (_parent(names.table(table)),)

    def count(self, counting: Counting, table: str) -> Counted:
        """Count the children of all parents: exactly where totals are exact and parents are counted."""
        spec = counting.names.table(table)
        law = law_of(counting.names, table)
        parent = counting.counted[_parent(spec)]
        declared, exact = None, law.exact and parent.exact and parent.rows == parent.declared and spec.at is None
        if law.exact and parent.declared is not None:
            declared = law.total(parent.declared)
        above = parent.rows if parent.most is None else parent.most
        most = law.total(above) if law.exact else above * law.max
        return Counted(law.total(parent.rows), exact, declared, fanout=law, most=most)

    def needed(self, planning: Planning, table: str) -> list[Needed]:
        """Give the parent's rows, and what their number depends on."""
        spec = planning.names.table(table)
        reads = spec.fanout.reads if spec.fanout else None
        return [Needed(_parent(spec)), *(planning.path(_parent(spec), reads) if reads else ())]

    def parent(self, table: Table) -> str | None:
        """Name the table of `per`."""
        return table.per

    def shows_by(self, table: Table) -> str | None:
        """Name the column of `at`."""
        return table.at

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Draw how many children each of the block's parents has, and number them."""
        spec, law = block.spec(table), block.counted(table).fanout
        assert spec.fanout is not None
        parent, reads = _parent(spec), spec.fanout.reads
        above = block.tables[parent]
        seen = block.planned(parent, reads) if reads else None
        counted = above.whole_is_counted and seen is None
        blocks, shown = [], []
        for number, here, end in zip(block.numbers, above.blocks, above.ends, strict=True):
            counts = children(
                law, here.first_row, here.in_whole_block if counted else here.rows, block.counted(parent).declared,
                partial(block.stream_of, table, Sub.FANOUT, number), None if seen is None else seen[end - here.rows : end],
            )  # fmt: skip
            in_whole_block = int(counts.sum()) if counted else here.in_whole_block * law.max
            counts = counts[: here.rows]
            if spec.earlier and block.kind(parent).is_read:  # parents that have had theirs get no more
                counts[block.residents.has_children(parent, table)[here.first_row : here.first_row + here.rows]] = 0
            first = law.total(here.first_row) if law.exact else here.first_row * law.max
            blocks.append(BlockRows(first, in_whole_block, int(counts.sum())))
            shown.append(counts)
        counts = np.concatenate(shown)
        places = np.repeat(np.arange(above.rows), counts)
        return TableRows(blocks, child_counts=counts, parent_positions=places, whole_is_counted=counted)

    # 4. what shows at `until`

    def visible(self, block: BlockView, table: str) -> Mask | None:
        """Tell which rows belong to a row that shows, and have come where a column says when. (rows,)"""
        spec = block.spec(table)
        above = block.kind(_parent(spec)).visible(block, _parent(spec))
        visible: Mask | None = None if above is None else above[block.ancestor_positions(table, _parent(spec))]
        if spec.at is None:
            return visible
        times = came_at(block, table, spec.at)
        come: Mask = (times < block.until_us) & (times != NULL)
        visible = come if visible is None else come & visible
        return None if visible.all() else visible

    # 5. when it changes next

    def came(self, block: BlockView, table: str) -> Rows:
        """Give the moment of each row, or at which its parent came. (rows,)"""
        spec = block.spec(table)
        if spec.at is not None:
            return came_at(block, table, spec.at)
        parent = _parent(spec)
        return block.kind(parent).came(block, parent)[block.ancestor_positions(table, parent)]

    # 6. how it goes on from rows that were there before

    def earlier_row_count(self, dataset: Dataset, table: str) -> int:
        """Count the numbers that rows from before may have used, where their parents are made and go on, too."""
        spec = dataset.all_tables[table]
        parents_exist = dataset.all_tables[_parent(spec)].existing is not None
        return 0 if spec.earlier is None or parents_exist else _numbers_used(dataset, table)


def _numbers_used(dataset: Dataset, table: str) -> int:
    """Count the row numbers that a table's rows from before may have used: of children some are left out."""
    spec = dataset.all_tables[table]
    used = max(spec.earlier.rows if spec.earlier else 0, earlier_rows_by_key(dataset, table))
    if spec.fanout is None:
        return used
    return max(used, _numbers_used(dataset, _parent(spec)) * spec.fanout.most)


def _parent(table: Table) -> str:
    """Name the table whose rows a child's are born with."""
    assert table.per is not None
    return table.per


def check_parent(names: Names, table: str) -> Iterator[Problem]:
    """Yield a parent that does not exist."""
    try:
        names.table(_parent(names.table(table)))
    except MeaningError as error:
        yield problems_of(("tables", table, "per"), error)


def check_parent_kind(names: Names, table: str) -> Iterator[Problem]:
    """Yield a parent of a kind that has no children."""
    parent = _parent(names.table(table))
    kind = names.kind(parent)
    if not kind.can_have_children:
        yield Problem(("tables", table, "per"), f"rows cannot be born with {parent}, a {kind.name} table")
