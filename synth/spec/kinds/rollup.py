"""Rollups: sums over all blocks of a table, or of some parts of a gathered one, merged when all are drawn."""

from __future__ import annotations

from collections.abc import Iterator

from synth.dtypes import BIGINT, DType
from synth.errors import MeaningError, Problem, did_you_mean
from synth.generators.declarations import Span
from synth.spec.kinds.base import (
    BlockView,
    Counted,
    Counting,
    Kind,
    KnownSpans,
    Names,
    Needed,
    Path,
    Planning,
    RollupPlan,
    TableRows,
    problems_of,
)  # fmt: skip
from synth.spec.models import Rollup, Table
from synth.sql.compiled import Compiled

__all__ = ["RollupKind"]


_NOTHING_GIVES = "'{}' is neither in the rollup's `group_by` nor in its `aggregates`, and has no generator"


class RollupKind(Kind):
    """`rollup: {table, parts, group_by, aggregates, for_each}`."""

    name = "rollup"
    about = "sums over all rows of a table, or of some parts of a gathered one, by groups"
    words = ("rollup",)
    example = """tables:
  products: {rows: 10, columns: {product_id: {key: sequence}}}
  sales: {rows: 500, columns: {product_id: {reference: products}, quantity: {uniform: {min: 1, max: 9}}}}
  sold:
    rollup:
      {table: sales, group_by: [product_id], for_each: products, aggregates: {units: {sum: quantity}}}
    primary_key: [product_id]
    columns: {product_id: {references: products}, units: {}}"""
    is_sum = True
    can_have_children = False

    def matches(self, table: Table) -> bool:
        """Tell whether rows are sums."""
        return table.existing is None and table.rollup is not None

    # 1. what it checks

    def check_names(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield tables and parts that do not exist."""
        rollup, at = _rollup(names, table), ("tables", table, "rollup")
        try:
            names.table(rollup.table)
        except MeaningError as error:
            yield problems_of((*at, "table"), error)
        if rollup.parts == ():
            yield Problem((*at, "parts"), "must not be empty", "without `parts` it sums all of them")
        summed = names.dataset.tables.get(rollup.table)
        for part in rollup.parts or ():
            known = summed.select if summed and isinstance(summed.select, dict) else {}
            if part not in known:
                hint = did_you_mean(part, known) if known else "`parts` are the named SELECTs of a gathered table"
                yield Problem((*at, "parts"), f"{rollup.table} has no part '{part}'", hint)
        if rollup.for_each:
            try:
                names.with_own_rows(rollup.for_each)
            except MeaningError as error:
                yield problems_of((*at, "for_each"), error)

    def check_columns(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield columns of the summed table that do not exist."""
        rollup = _rollup(names, table)
        for by in rollup.group_by:
            try:
                names.column(rollup.table, by)
            except MeaningError as error:
                yield problems_of(("tables", table, "rollup", "group_by"), error)

    def check_types(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield aggregates that cannot be taken."""
        for column, take in _rollup(names, table).aggregates.items():
            at: Path = ("tables", table, "rollup", "aggregates", column)
            if len(take) != 1:
                yield Problem(at, "one of sum, count, min, max is expected")
                continue
            try:
                summed(names, table, column)
            except MeaningError as error:
                yield problems_of(at, error)
        yield from _groups_are_rows(names, table)

    def check_rows(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield sums of sums, groups that are no columns, and rows for each of rows that are not all there."""
        yield from super().check_rows(names, table)
        rollup, at = _rollup(names, table), ("tables", table, "rollup")
        if names.kind(rollup.table).is_sum:
            yield Problem((*at, "table"), "a rollup of a rollup is not known")
        for column in rollup.group_by:
            if column not in names.table(table).columns:
                yield Problem((*at, "group_by"), f"'{column}' is no column of {table}")
            elif column in names.table(table).key and names.table(rollup.table).may_be_null(column) and table[0] != "_":
                what = f"a key is never NULL, and {column} of {rollup.table} may be"
                hint = "leave it out of `primary_key`, or sum a table without such rows"
                yield Problem((*at, "group_by"), what, hint)
        for column in rollup.aggregates:
            if column not in names.table(table).columns:
                what = f"'{column}' is no column of {table}"
                yield Problem((*at, "aggregates", column), what, f"say `{column}: {{}}` in its columns")
        for column, declared in names.table(table).columns.items():
            if declared.draws.comes_with_rows and column not in (*rollup.group_by, *rollup.aggregates):
                yield Problem(("tables", table, "columns", column), _NOTHING_GIVES.format(column))
        if not rollup.for_each:
            return
        other = names.table(rollup.for_each)
        if len(rollup.group_by) != 1 or len(other.key) != 1:
            yield Problem(
                (*at, "for_each"), "`for_each` goes with one column to group by, and a table with a key of one column"
            )
        elif other.at or (names.family_window(rollup.for_each) and names.family(rollup.for_each) != rollup.for_each):
            yield Problem(
                (*at, "for_each"), f"rows of {rollup.for_each} are drawn before their time: not every one is there",
                "leave `for_each` out, or name the table they are made from",
            )  # fmt: skip

    def given_type(self, names: Names, table: str, column: str) -> DType:
        """Give a group's type as it is there, and an aggregate's as it is taken."""
        rollup = _rollup(names, table)
        if column in rollup.group_by:
            return names.type_at(rollup.table, column)
        if column in rollup.aggregates:
            dtype = summed(names, table, column).dtype
            assert dtype is not None
            return BIGINT if "count" in rollup.aggregates[column] else dtype
        raise MeaningError(_NOTHING_GIVES.format(column))

    def given_null(self, names: Names, table: str, column: str) -> bool:
        """Tell whether a group is NULL, or the least or largest of what may be, or of nothing."""
        rollup = _rollup(names, table)
        if column in rollup.group_by:
            return not rollup.for_each and names.nulls.shows(rollup.table, column)
        how, sql = next(iter(rollup.aggregates[column].items()))
        if how in ("sum", "count"):
            return False
        return bool(rollup.for_each) or any(
            names.nulls.of_sql(part, sql, names.nulls.shows_at) for part in names.dataset.rolled(rollup)
        )

    def given_span(self, spans: KnownSpans, table: str, column: str) -> Span | None:
        """Give the span of a group as it is there, and of an aggregate of a plain column."""
        rollup = _rollup(spans.names, table)
        if column in rollup.group_by:
            return spans.of(rollup.table, column)
        rows = sum(spans.rows(part) for part in spans.names.dataset.rolled(rollup))
        how, sql = next(iter(rollup.aggregates[column].items()))
        one = Span(0, 1) if how == "count" else None
        if how != "count" and sql.strip() in spans.names.table(rollup.table).columns:
            one = spans.of(rollup.table, sql.strip())
        if one is None or how in ("min", "max"):
            return one
        return Span(min(0, rows * one.low), max(0, rows * one.high))

    # 2. how many rows it has, and what they are made from

    def row_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """List the tables that are summed, and the one each of whose rows has one."""
        rollup = _rollup(names, table)
        return (*names.dataset.rolled(rollup), *((rollup.for_each,) if rollup.for_each else ()))

    def count(self, counting: Counting, table: str) -> Counted:
        """Expect a row for each of the table that is named, or at most as many as are summed."""
        rollup = _rollup(counting.names, table)
        if rollup.for_each:
            other = counting.counted[rollup.for_each]
            return Counted(other.rows, other.exact)
        return Counted(max(counting.counted[p].rows for p in counting.names.dataset.rolled(rollup)), exact=False)

    def needed(self, planning: Planning, table: str) -> list[Needed]:
        """List what is summed by what, and the keys of the table each of whose rows has one."""
        from synth.sql.parse import named

        names, rollup = planning.names, _rollup(planning.names, table)
        needed: list[Needed] = []
        for take in rollup.aggregates.values():
            for part in names.dataset.rolled(rollup):
                for path in named(next(iter(take.values()))):
                    needed += planning.path(part, path)
        needed += [Needed(part, column) for part in names.dataset.rolled(rollup) for column in ("", *rollup.group_by)]
        if rollup.for_each:
            follow = _keys_follow_from_rows(names, rollup.for_each)
            key = names.table(rollup.for_each).key[0]
            needed.append(Needed(rollup.for_each) if follow else Needed(rollup.for_each, key, resident=True))
        return needed

    def paths_summed(self, names: Names, table: str) -> Iterator[tuple[str, str, Path]]:
        """Yield the paths that aggregates name."""
        from synth.sql.parse import named

        rollup = _rollup(names, table)
        for column, take in rollup.aggregates.items():
            for part in names.dataset.rolled(rollup):
                for path in named(next(iter(take.values()))):
                    yield part, path, ("tables", table, "rollup", "aggregates", column)

    def rows_plan(self, planning: Planning, table: str) -> RollupPlan:
        """Compile what aggregates are taken of."""
        names, rollup = planning.names, _rollup(planning.names, table)
        takes = {name: summed(names, table, name) for name in rollup.aggregates}
        follow = rollup.for_each is not None and _keys_follow_from_rows(names, rollup.for_each)
        return RollupPlan(names.dataset.rolled(rollup), takes, follow)

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Give the rows that the sums have made."""
        return block.rolled_rows(table)

    # 6. how it goes on from rows that were there before

    def why_no_more(self, table: Table) -> str:
        """Say that sums change."""
        return "is a sum that would change"


def _groups_are_rows(names: Names, table: str) -> Iterator[Problem]:
    """Yield a `for_each` of rows by whose key nothing is grouped: each row's sums would be of none, or of others."""
    rollup = _rollup(names, table)
    if not rollup.for_each or len(rollup.group_by) != 1 or len(names.table(rollup.for_each).key) != 1:
        return
    (by,), (key,) = rollup.group_by, names.table(rollup.for_each).key
    ours, theirs = names.type_at(rollup.table, by), names.type_of(rollup.for_each, key)
    held, at = list(_held_by(names, rollup.table, by)), ("tables", table, "rollup", "for_each")
    hint = f"group by a column that holds a key of {rollup.for_each}, or leave `for_each` out"
    if not (ours.holds_drawn(theirs) or theirs.holds_drawn(ours)):
        yield Problem(at, f"{by} is {ours}, and {key} of {rollup.for_each} is {theirs}", hint)
    elif held and rollup.for_each not in held:
        yield Problem(at, f"{by} is a row of {held[-1]}, not of {rollup.for_each}", hint)


def _held_by(names: Names, table: str, column: str) -> Iterator[str]:
    """The tables whose rows a column says, as far as it is told: by its reference, that of such a key, and so on."""
    seen: set[tuple[str, str]] = set()
    while (table, column) not in seen:
        seen.add((table, column))
        if names.table(table).key == (column,):
            yield table
        target = names.table(table).columns[column].refers_to
        if not target or len(names.table(target).key) != 1:
            return
        table, (column,) = target, names.table(target).key


def _rollup(names: Names, table: str) -> Rollup:
    """Give what a rollup declares."""
    rollup = names.table(table).rollup
    assert rollup is not None
    return rollup


def summed(names: Names, table: str, name: str) -> Compiled:
    """Compile the SQL that an aggregate is taken of: as the column's type, but for a count's. Raises MeaningError."""
    rollup = _rollup(names, table)
    how, sql = next(iter(rollup.aggregates[name].items()))
    column = names.table(table).columns.get(name)
    return names.compile(rollup.table, sql, column.declared_type if column and how != "count" else None)


def _keys_follow_from_rows(names: Names, table: str) -> bool:
    """Tell whether keys are those of the first rows; children's numbers have gaps, and so have their keys."""
    return names.keys_follow_from_rows(table) and not names.numbers_have_gaps(table)
