"""Choices that last: which rows are there at a moment has to be the same at every later `until`.

A row keeps the parents it chose (law 3). Where the table chosen from arrives, what is there at a moment that is still to
come is not known yet; so the moment has to be one that no `until` comes before: when a row there came, a day some days
earlier, or a day before the period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from synth.errors import Problem
from synth.generators.arrival import DAY_US, microseconds
from synth.spec.kinds.derived import selected_from
from synth.spec.scope import Scope
from synth.sql.days_after import days_after
from synth.sql.days_before import days_before

__all__ = ["Origin", "choices_are_settled", "origin_of"]


@dataclass(frozen=True)
class Origin:
    """A moment that is surely past: at most so many days before rows of a table came, or on days of its own."""

    table: str | None
    days_before: int = 0
    first_us: int = 0  # of days of its own, in microseconds since 1970

    @property
    def back_us(self) -> int:
        """How long before the rows came it may lie, in microseconds."""
        return self.days_before * DAY_US


def origin_of(scope: Scope, table: str, name: str) -> Origin | None:
    """Tell what a moment, seen from a row by a path, is no later than; None where it may lie after `until`."""
    found = scope.resolve(table, name)
    spec, draws = scope.table(found.table), scope.column(found.table, found.column).draws
    if found.column == spec.arrival:
        return Origin(found.table)
    if spec.is_given(found.column) or draws.is_state:
        return None
    span = draws.moment_range()
    if span is not None:
        first_us, last_us = (microseconds(end) for end in span)
        return Origin(None, 0, first_us) if last_us <= microseconds(scope.dataset.period.start) else None
    copied = draws.copies()
    if copied is not None:
        return origin_of(scope, found.table, copied)
    sql = draws.column_sql(scope.view(found.table, found.column))
    before = days_before(sql.text) if sql is not None and sql.is_column else None
    origin = origin_of(scope, found.table, before.path) if before is not None else None
    if before is None or origin is None:
        return None
    days = before.days
    return replace(origin, days_before=origin.days_before + days, first_us=origin.first_us - days * DAY_US)


def choices_are_settled(scope: Scope) -> Iterator[Problem]:
    """Yield choices among rows of a table that arrives, at moments that may be still to come."""
    for name, column, declared in scope.all_columns():
        if declared.draws.ranked_by and scope.comes_in_time(name) and not scope.table(name).is_given(column):
            yield from _ranked_for_good(scope, name, column)
        choosing = declared.draws.choosing()
        if choosing is None or scope.is_read(name, column):
            continue
        root = scope.family(choosing.table)
        beside = root == scope.family(name) and not (choosing.says_which and choosing.moment)
        at = scope.table(choosing.table).at
        if beside or (scope.table(root).arrival is None and (at is None or choosing.begins)):
            continue
        here = ("tables", name, "columns", column, declared.generator_name)
        if choosing.moment and origin_of(scope, name, choosing.moment) is None:
            word = "at" if choosing.begins else "alive_at"
            what = f"'{choosing.moment}' may lie after `until`, and more of {choosing.table} come until then"
            hint = f"take the arrival of the row's own family, or let {root} have no arrival column"
            yield Problem((*here, word), what, hint)
        elif scope.table(root).arrival is None:
            continue
        elif at and not choosing.begins and not _begins_no_earlier(scope, choosing.table, at):
            what = f"'{at}' may lie before its row of {choosing.table} is drawn, and rows to come may have been there before"
            hint = f"take the arrival of {root}, a delay after it, or a copy of it"
            yield Problem(here, what, hint)
        elif choosing.begins and not _begins_no_earlier(scope, choosing.table, choosing.begins):
            what = (
                f"'{choosing.begins}' may lie before its row of {choosing.table} came, and hold at times that are past"
            )
            hint = f"take the arrival of {root}, a delay after it, or a copy of it"
            yield Problem((*here, "begins"), what, hint)


def _ranked_for_good(scope: Scope, name: str, column: str) -> Iterator[Problem]:
    """Yield numbers in the order of a moment that rows to come may have before rows that are there."""
    draws = scope.column(name, column).draws
    moment = draws.ranked_by[0]
    if not _begins_no_earlier(scope, name, moment):
        what = f"rows that come later may have an earlier '{moment}', and take the numbers of those that are there"
        here = ("tables", name, "columns", column, scope.column(name, column).generator_name)
        yield Problem(
            (*here, "by"), what, f"take the arrival of {scope.family(name)}, a delay after it, or a copy of it"
        )
    elif moment not in scope.table(name).hidden_moments and origin_of(scope, name, moment) is None:
        what = (
            f"'{moment}' may lie after `until`, and rows that come until then take the numbers of those that are there"
        )
        hint = "take a delay that is not announced: then the number shows once it has come"
        yield Problem(("tables", name, "columns", column, scope.column(name, column).generator_name, "by"), what, hint)


def _begins_no_earlier(scope: Scope, table: str, column: str) -> bool:
    """Tell whether a moment is surely none before its row came: that of a row to come lies ahead."""
    spec = scope.table(table)
    if column == spec.arrival:
        return True
    sources = selected_from(scope, table, column)
    follows = spec.columns[column].draws.follows()
    if follows is not None and not spec.is_given(column):
        found = scope.resolve(table, follows)
        sources = [(found.table, found.column)] if found.how != "pointed" else []
    elif not sources and not spec.is_given(column):
        sources = _later_than(scope, table, column)
    return bool(sources) and all(
        source == (table, column)  # in the sibling before: the first of them has another
        or (_begins_no_earlier(scope, *source) and not _cut_down(scope, (table, column), source))
        for source in sources
    )


def _later_than(scope: Scope, table: str, column: str) -> list[tuple[str, str]]:
    """List the columns that an expression adds days to, one of which it is no earlier than; none where that is not known."""
    view = scope.view(table, column)
    sql = scope.column(table, column).draws.column_sql(view)
    found = [
        (scope.resolve(table, one.path), [view.lowest_at(path) for path in one.added])
        for one in (days_after(sql.text) if sql is not None and sql.is_column else ())
    ]
    surely = all(low is not None and low >= 0 for _, lowest in found for low in lowest)
    return [(at.table, at.column) for at, _ in found] if surely and all(at.how != "pointed" for at, _ in found) else []


def _cut_down(scope: Scope, column: tuple[str, str], source: tuple[str, str]) -> bool:
    """Tell whether a timestamp became a date: midnight is earlier."""
    kind, before = (scope.type_of(*each).name for each in (column, source))
    return kind == "date" and before != "date"
