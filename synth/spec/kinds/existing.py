"""Existing tables: rows that were there before a run, and are read instead of made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synth.errors import MeaningError, Problem
from synth.spec.kinds.arrival import late_beginnings
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
    TableRows,
    problems_of,
)
from synth.spec.kinds.child import check_parent, check_parent_kind
from synth.spec.models import Dataset, Table

__all__ = ["ExistingKind", "has_assumed_rows", "parent_link", "unread_tables", "with_assumed_rows"]

MANY = 10**9  # rows that an existing table is taken to have while it has not been read


class ExistingKind(Kind):
    """`existing: true`, or `existing: {arrival: created_at, table: Customers, source: URL_OR_DIR}`; optionally `per`."""

    name = "existing"
    about = "rows that are read from a folder or database, and not made"
    words = ("existing", "per")
    example = """tables:
  customers:
    existing: true
    primary_key: [customer_id]
    columns: {customer_id: {type: bigint}}
  orders: {rows: 100, columns: {order_id: {key: sequence}, customer_id: {reference: customers}}}"""
    can_be_read_whole = True
    can_be_chosen = True
    is_read = True

    def matches(self, table: Table) -> bool:
        """Tell whether rows are read."""
        return table.existing is not None

    # 1. what it checks

    def check_names(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a parent that does not exist."""
        if names.table(table).per:
            yield from check_parent(names, table)

    def check_family(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a parent that is made, or that no column tells."""
        spec = names.table(table)
        if spec.per is None:
            return
        if not names.kind(spec.per).is_read:
            yield Problem(
                ("tables", table, "per"), f"{table} exists, so {spec.per} must",
                f"say that {spec.per} is existing, too",
            )  # fmt: skip
        elif parent_link(names.dataset, table) is None or len(names.table(spec.per).key) != 1:
            yield Problem(
                ("tables", table, "per"), f"no column of {table} says which of {spec.per} a row belongs to",
                f"say `references: {spec.per}` of that column; {spec.per} has a key of one column",
            )  # fmt: skip
        yield from check_parent_kind(names, table)

    def check_columns(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield an arrival column that does not exist."""
        arrival = names.table(table).arrival
        if arrival:
            try:
                names.column(table, arrival)
            except MeaningError as error:
                yield problems_of(("tables", table, "existing", "arrival"), error)

    def check_types(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield an arrival column that holds no moments."""
        arrival = names.table(table).arrival
        if arrival and not names.type_of(table, arrival).is_time:
            yield Problem(("tables", table, "existing"), f"'{arrival}' is no moment")

    def check_arrivals(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a working column that would say when rows came, and laws of which the first day is too late."""
        yield from late_beginnings(names, table)
        for column, declared in names.table(table).columns.items():
            if declared.draws.sets_arrival and column.startswith("_"):
                what = f"nothing says when rows of {table} came, which exist"
                yield Problem(("tables", table, "columns", column), what)

    def takes_windows(self, table: Table) -> bool:
        """Tell that it does: the number of a window is read."""
        return True

    def ordered_by(self, table: Table) -> str | None:
        """Name the parent, if there is one."""
        return table.per

    # 2. how many rows it has, and what they are made from

    def row_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """Give the parent, if there is one."""
        parent = names.table(table).per
        return (parent,) if parent else ()

    def family_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """Give the parent, if there is one."""
        return self.row_sources(names, table)

    def count(self, counting: Counting, table: str) -> Counted:
        """Count the rows that were found; where they arrive, how many there will be is known of made ones alone."""
        existing = counting.names.table(table).existing
        assert existing is not None
        rows = existing.rows or 0
        made = existing.declared.at(counting.scale) if existing.declared else None
        return Counted(rows, exact=True, declared=made if existing.arrival else rows)

    def needed(self, planning: Planning, table: str) -> list[Needed]:
        """Give the parent's rows, if there is a parent."""
        parent = planning.names.table(table).per
        return [Needed(parent)] if parent else []

    def parent(self, table: Table) -> str | None:
        """Name the table of `per`."""
        return table.per

    def hint_when_none(self, table: str) -> str:
        """Say that it is empty."""
        return f"{table} exists, and is empty"

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Take a run of rows, or those that belong to the parents in the block, with the columns that are needed."""
        parent, plan = block.spec(table).per, block.counted(table)
        places = counts = None
        if parent:
            above, parent_rows = block.tables[parent], block.residents.parent_rows(table)
            first, end = np.searchsorted(parent_rows, [above.first_row, above.first_row + above.rows])
            places = parent_rows[first:end] - above.first_row
            counts = np.bincount(places, minlength=above.rows)
        else:
            [number] = block.numbers  # what is read is drawn block by block
            first = number * block.block_rows
            end = min(first + block.block_rows, plan.rows)
        rows = np.arange(first, end)
        whole = (
            block.block_rows if block.spec(table).arrival and not parent else len(rows)
        )  # more of the block may come
        here = BlockRows(int(first), whole, len(rows))
        drawn = TableRows([here], child_counts=counts, parent_positions=places)
        for column in block.columns_read(table):
            drawn.columns[column] = block.residents.gather(table, column, rows, plan.types[column]).alias(column)
        return drawn

    # 4. what shows at `until`

    def visible(self, block: BlockView, table: str) -> Mask | None:
        """Tell that all rows do: those of a later moment were not read."""
        return None


def parent_link(dataset: Dataset, table: str) -> str | None:
    """Name the column that says which row of `per` each row belongs to; None where there is none."""
    spec = dataset.all_tables[table]
    links = (name for name, column in spec.columns.items() if spec.per is not None and column.refers_to == spec.per)
    return next(links, None)


def unread_tables(dataset: Dataset) -> tuple[str, ...]:
    """List the existing tables of which nobody has read anything yet."""
    return tuple(name for name, table in dataset.tables.items() if table.existing and table.existing.rows is None)


def has_assumed_rows(table: Table) -> bool:
    """Tell whether a table has not been read, and its rows are those of `with_assumed_rows`."""
    return table.existing is not None and table.existing.rows == MANY


def with_assumed_rows(dataset: Dataset) -> Dataset:
    """Make the dataset as if all existing tables had been read, and had many rows."""
    assumed = {
        name: table.model_copy(update={"existing": table.existing.model_copy(update={"rows": MANY})})
        for name, table in dataset.tables.items()
        if table.existing
    }
    return dataset.model_copy(update={"tables": {**dataset.tables, **assumed}}) if assumed else dataset
