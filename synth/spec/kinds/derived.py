"""Derived tables: rows of a SELECT over the planned rows of one family, worked out within a block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from synth.columns import NULL
from synth.dtypes import DType
from synth.errors import MeaningError, Problem, did_you_mean
from synth.spec.kinds.base import (
    BlockView,
    Counted,
    Counting,
    Kind,
    Mask,
    Names,
    Needed,
    Path,
    Planning,
    Rows,
    SelectPlan,
    TableRows,
    came_at,
    problems_of,
)  # fmt: skip
from synth.spec.kinds.selected import evaluated, run
from synth.spec.models import Table
from synth.spec.parts import part_of, table_of

if TYPE_CHECKING:
    from synth.sql.compiled import Branch

__all__ = [
    "Derived", "check_primary_key", "check_select", "columns_read", "select_path", "select_sources", "select_text",
    "selected_from",
]  # fmt: skip


class Derived(Kind):
    """`select: SELECT …` over tables of one family, and any rosters; `primary_key`, optionally `at`."""

    name = "derived"
    about = "what a SELECT gives over tables of one family, and any rosters; a row shows once its `at` has come"
    words = ("select", "at")
    example = """tables:
  orders:
    rows: 200
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {}}
      paid_at: {delay: {after: ordered_at, median: 3, sigma: 1, max: 30}}
  payments:
    select: SELECT order_id AS payment_id, order_id, paid_at FROM orders
    at: paid_at
    primary_key: [payment_id]
    columns: {payment_id: {type: bigint}, order_id: {type: bigint, references: orders}, paid_at: {type: timestamp}}"""
    can_be_chosen = True
    can_have_children = False
    likely_share = 0.5  # a SELECT gives fewer rows than it reads, by what it asks for
    only_gives_columns = True

    def matches(self, table: Table) -> bool:
        """Tell whether rows come from one SELECT."""
        return table.existing is None and isinstance(table.select, str)

    # 1. what it checks

    def check_names(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a SELECT that cannot be read, or reads tables that do not exist."""
        yield from check_sources(names, table)

    def check_types(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a SELECT that does not give every column."""
        yield from check_select(names, table)

    def check_rows(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a table without a key, or in windows without a moment."""
        yield from super().check_rows(names, table)
        yield from check_primary_key(names, table, [table])

    def given_null(self, names: Names, table: str, column: str) -> bool:
        """Tell whether the SELECT may give NULL."""
        text, sources = select_text(names.table(table)), select_sources(names, table)
        return names.nulls.of_select(table, text, sources, column)

    # 2. how many rows it has, and what they are made from

    def rows_path(self, table: str) -> Path:
        """Say where the SELECT is written."""
        return select_path(table)

    def row_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """List the tables that the SELECT reads."""
        return select_sources(names, table)

    def family_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """List the tables that the SELECT reads."""
        return select_sources(names, table)

    def count(self, counting: Counting, table: str) -> Counted:
        """Expect as many rows as the first table has that the SELECT reads."""
        return Counted(counting.counted[select_sources(counting.names, table)[0]].rows, exact=False)

    def needed(self, planning: Planning, table: str) -> list[Needed]:
        """List the columns that the SELECT reads; those of other families' rosters as residents."""
        whole = _of_other_families(planning.names, table)
        reads = columns_read(planning.names, table)
        return [Needed(source, c, source in whole) for source, read in reads.items() for c in ("", *read)]

    def rows_plan(self, planning: Planning, table: str) -> SelectPlan:
        """Compile the SELECT where it is plain, and note what it reads."""
        from synth.sql.allowed import spelt
        from synth.sql.parse import query

        names, spec = planning.names, planning.names.table(table)
        text, whole = select_text(spec), _of_other_families(names, table)
        branches = None if whole else _compiled(names, table)
        order = () if query(text).args.get("order") else spec.key
        return SelectPlan(spelt(text), columns_read(names, table), whole, order, branches)

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Run the SELECT over the block's planned rows."""
        plan = block.select_plan(table)
        return run(block, table, plan) if plan.branches is None else evaluated(block, plan.branches)

    # 4. what shows at `until`

    def visible(self, block: BlockView, table: str) -> Mask | None:
        """Tell which rows have come; all have where no column says when. (rows,)"""
        at = block.spec(table).at
        if at is None:
            return None
        times = came_at(block, table, at)
        visible: Mask = (times < block.until_us) & (times != NULL)
        return None if visible.all() else visible

    # 5. when it changes next

    def came(self, block: BlockView, table: str) -> Rows:
        """Give the moment of each row, where a column says so. (rows,)"""
        at = block.spec(table).at
        return np.full(block.tables[table].rows, NULL) if at is None else came_at(block, table, at)


# -- SELECTs, which gathered tables have, too


def select_text(table: Table) -> str:
    """Give the SELECT of a derived table, or of a part of a gathered one."""
    assert isinstance(table.select, str)
    return table.select


def select_path(table: str) -> Path:
    """Say where the SELECT of a table, or of a part of one (`ledger.sales`), is written."""
    part = part_of(table)
    return ("tables", table_of(table), "select", *([part] if part else []))


def select_sources(names: Names, table: str) -> tuple[str, ...]:
    """List the tables that a SELECT reads. Raises MeaningError."""
    from synth.sql.allowed import sources as sources_of
    from synth.sql.parse import SqlError

    try:
        sources = sources_of(select_text(names.table(table)))
    except SqlError as error:
        raise MeaningError(str(error), error.hint) from error
    for name in sources:
        names.with_own_rows(name)
    if not sources:
        raise MeaningError("the SELECT reads no table")
    return sources


def selected_from(names: Names, table: str, column: str) -> list[tuple[str, str]]:
    """List the (table, column) that a SELECT gives a column from, just as they are; none where it makes it otherwise."""
    from synth.sql.parse import given_by

    select = names.table(table).select
    if not isinstance(select, str):
        return []
    read, given = select_sources(names, table), given_by(select, column) or ()
    return [(other, each) for each in given for other in read if each in names.table(other).columns]


def _of_other_families(names: Names, table: str) -> tuple[str, ...]:
    """List the rosters of other families that a SELECT reads whole."""
    return tuple(other for other in select_sources(names, table) if names.family(other) != names.family(table))


def columns_read(names: Names, table: str) -> dict[str, tuple[str, ...]]:
    """List the columns that a SELECT reads of each table, one at least, as rows count by some column."""
    from synth.sql.parse import columns, has_star, joined_by, query

    tree = query(select_text(names.table(table)))
    used, star = {path.rsplit(".", 1)[-1] for path in (*columns(tree), *joined_by(tree))}, has_star(tree)
    reads = {}
    for source in select_sources(names, table):
        made = [c for c in names.table(source).columns if not names.follows_until(source, c)]
        reads[source] = tuple(c for c in made if c in used or star) or tuple(made[:1])
    return reads


def check_sources(names: Names, table: str) -> Iterator[Problem]:
    """Yield a SELECT that cannot be read, or reads tables that do not exist."""
    try:
        select_sources(names, table)
    except MeaningError as error:
        yield problems_of(select_path(table), error)


def check_select(names: Names, table: str) -> Iterator[Problem]:
    """Yield a SELECT that DuckDB does not take, or that does not give every column as its type."""
    try:
        if _compiled(names, table) is None:
            _bind(names, table)
    except MeaningError as error:
        yield problems_of(select_path(table), _not_for_rows(names, table) or error)


def _not_for_rows(names: Names, table: str) -> MeaningError | None:
    """Say what a SELECT names that is worked out from what shows at `until`; None where it names nothing such."""
    from synth.sql.parse import columns, query

    used = {path.rsplit(".", 1)[-1] for path in columns(query(select_text(names.table(table))))}
    read = [(s, c) for s in select_sources(names, table) for c in names.table(s).columns if c in used]
    said = (
        f"'{s}.{c}' {why}: it depends on what shows at `until`" for s, c in read if (why := names.follows_until(s, c))
    )
    return next((MeaningError(f"{text}, and rows do not") for text in said), None)


def _compiled(names: Names, table: str) -> tuple[Branch, ...] | None:
    """Compile a plain SELECT; None for any other."""
    from synth.sql.select import compile_select

    sources = _types_read(names, table)
    return compile_select(select_text(names.table(table)), sources, _types_given(names, table)) or None


def _bind(names: Names, table: str) -> None:
    """Look at what a SELECT would give: every column, in a type that the column can be made of. Raises MeaningError."""
    from synth.sql.allowed import spelt
    from synth.sql.in_duckdb import given_types, misfit
    from synth.sql.parse import SqlError

    _check_columns(names, table)
    try:
        given = given_types(spelt(select_text(names.table(table))), _types_read(names, table))
    except SqlError as error:
        raise MeaningError(str(error), error.hint) from error
    columns = [column for column, _ in given]
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise MeaningError(f"the SELECT gives '{twice}' twice", "write AS and another name behind one of them")
    for column, dtype in _types_given(names, table).items():
        if column not in columns:
            raise MeaningError(f"the SELECT gives no column '{column}'", did_you_mean(column, columns))
        kind = dict(given)[column]
        way_out = misfit(kind, dtype)
        if way_out:
            raise MeaningError(f"the SELECT gives {kind.lower()} for '{column}', the column is {dtype}", way_out)


def _check_columns(names: Names, table: str) -> None:
    """Refuse names that are of no column: DuckDB knows more of them, as `rowid`, a row's place. Raises MeaningError."""
    from synth.sql.parse import columns, names_given, query

    tree = query(select_text(names.table(table)))
    sources = select_sources(names, table)
    known = {c for s in sources for c in names.table(s).columns if not names.follows_until(s, c)}
    known |= names_given(tree)
    for path in columns(tree):
        name = path.rsplit(".", 1)[-1]
        if name not in known and name != "*":
            raise MeaningError(f"unknown column '{path}'", did_you_mean(name, known))


def _types_read(names: Names, table: str) -> dict[str, dict[str, DType]]:
    """Give the types of the columns that a SELECT reads."""
    return {s: {c: names.type_of(s, c) for c in read} for s, read in columns_read(names, table).items()}


def _types_given(names: Names, table: str) -> dict[str, DType]:
    """Give the types of the columns that a SELECT has to give."""
    columns = names.table(table).columns
    return {c: names.type_of(table, c) for c, declared in columns.items() if declared.draws.comes_with_rows}


def check_primary_key(names: Names, table: str, parts: list[str]) -> Iterator[Problem]:
    """Yield a table of SELECTs without a key, or in windows without a moment."""
    spec = names.table(table)
    if not spec.key:
        yield Problem(
            ("tables", table), "a derived table needs a `primary_key`", "columns of its SELECT that tell its rows apart"
        )
    if not spec.at and any(names.family_window(part) for part in parts):
        yield Problem(
            ("tables", table), "rows of a window are drawn before their time: the table needs `at`",
            "a column with the moment from which a row exists",
        )  # fmt: skip
    sources = (source for part in parts for source in names.kind(part).row_sources(names, part))
    later = next((source for source in sources if names.table(source).per and names.table(source).at), None)
    if not spec.at and later:
        what = f"rows of {later} show only once '{names.table(later).at}' has come: the table needs `at`, too"
        yield Problem(("tables", table), what, "a column with the moment from which a row exists")
