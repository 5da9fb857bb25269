"""Rows that are written out and must be in force at every moment: those of each group leave no time open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import polars as pl

from synth.columns import from_microseconds, moments
from synth.dtypes import TIMESTAMP
from synth.errors import Problem, SpecError
from synth.generators.arrival import DAY_US
from synth.generators.declarations import MustCover
from synth.plan.model import TablePlan
from synth.spec.kinds.roster import cells_as_drawn, written_cells
from synth.spec.scope import Scope

__all__ = ["check_coverage"]


def check_coverage(
    scope: Scope, tables: Mapping[str, TablePlan], drawn: Collection[tuple[str, str]], until_us: int
) -> None:
    """Refuse `in_force` columns for whose rows nothing is in force at some time between the first and `until`.

    Known are rows that are written out, and the moments at which a family arrives. Raises SpecError.
    """
    problems = []
    for name, column, declared in scope.all_columns():
        cover, timetable = declared.draws.must_cover(), tables[scope.family(name)].timetable
        if cover is None or (name, column) not in drawn or scope.is_read(name, column) or not tables[name].rows:
            continue
        path = ("tables", name, "columns", column, declared.generator_name)
        hint = "write a row for it, or say `optional: true`"
        problems += [Problem(path, what, hint) for what in _unmatched(scope, name, cover)]
        seen = scope.resolve(name, cover.moment)
        if timetable and scope.column(seen.table, seen.column).draws.sets_arrival and seen.table == scope.family(name):
            for what in _gaps(scope, cover, timetable.start_us, until_us):
                hint = "write a row that is in force then, or say `optional: true`"
                problems.append(Problem(path, f"{what}, and {name} come from then on", hint))
    if problems:
        raise SpecError(problems)


def _unmatched(scope: Scope, name: str, cover: MustCover) -> Iterator[str]:
    """Say of values that are listed in the spec that no row has them."""
    cells = written_cells(scope.table(cover.table))
    for theirs, ours in cover.matched.items():
        found = scope.resolve(name, ours)
        values = scope.column(found.table, found.column).draws.values_known()
        if values is not None and theirs in cells and not scope.is_read(found.table, found.column):
            for value in sorted(values - set(cells[theirs]), key=str):
                yield f"no row of {cover.table} has {theirs} = {value}, which '{ours}' may be"


def _gaps(scope: Scope, cover: MustCover, first_us: int, until_us: int) -> Iterator[str]:
    """Say of each group when nothing is in force."""
    rows = _written_out(scope, cover)
    if rows is None:
        return
    for group, theirs in rows.group_by(list(cover.matched), maintain_order=True):
        begins = moments(theirs[cover.begins])
        ends = np.full(len(begins), np.iinfo(np.int64).max)
        if cover.ends:
            step = DAY_US if theirs[cover.ends].dtype == pl.Date else 1  # the last day is included as a whole
            ends = np.where(theirs[cover.ends].is_null().to_numpy(), ends, moments(theirs[cover.ends]) + step)
        order = np.argsort(begins, kind="stable")
        open_us = np.append(first_us, np.maximum(np.maximum.accumulate(ends[order]), first_us))
        starts_us = np.append(begins[order], until_us)
        late = np.flatnonzero(np.minimum(starts_us, until_us) > open_us)
        if len(late):
            at = from_microseconds(open_us[late[:1]], TIMESTAMP)[0]
            yield f"no row of {cover.table} is in force for {', '.join(map(str, group))} at {at:%Y-%m-%d %H:%M}"


def _written_out(scope: Scope, cover: MustCover) -> pl.DataFrame | None:
    """The cells that say when a row is in force; None where they are drawn, or lack a moment."""
    spec = scope.table(cover.table)
    given = spec.given
    asked = [*cover.matched, cover.begins, *([cover.ends] if cover.ends else [])]
    if not spec.values or not set(asked) <= set(given):
        return None
    frame = pl.DataFrame(
        [
            cells_as_drawn(name, [row[given.index(name)] for row in spec.values], scope.type_of(cover.table, name))
            for name in dict.fromkeys(asked)
        ]
    )
    return frame.drop_nulls(cover.begins)
