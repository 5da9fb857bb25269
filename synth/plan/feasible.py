"""What could not be honoured at a scale: found before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from synth.errors import Problem, SpecError
from synth.generators.keys import Window
from synth.generators.reference import Reference
from synth.plan.content import seed_of
from synth.plan.model import BLOCK_ROWS, TablePlan
from synth.spec.scope import Scope
from synth.streams import stream

__all__ = ["check_parents", "check_windows"]


def check_windows(scope: Scope) -> None:
    """Refuse windows that blocks cut. Raises SpecError."""
    for name, column, declared in scope.every_column():
        if isinstance(declared.draws, Window) and BLOCK_ROWS % declared.draws.rows:
            raise SpecError(
                [
                    Problem(
                        ("tables", name, "columns", column, "window"),
                        f"windows of {declared.draws.rows:,} rows do not fill a block of {BLOCK_ROWS:,}",
                        "for instance 100, 250 or 500",
                    )
                ]
            )


def check_parents(scope: Scope, tables: Mapping[str, TablePlan], seed: int, drawn: Collection[tuple[str, str]]) -> None:
    """Refuse what could not be honoured: no parent there at the first child, fewer parents than distinct draws."""
    problems = []
    for name, column, declared in scope.every_column():
        draws = declared.draws
        inside = isinstance(draws, Reference) and draws.to in (name, *scope.ancestors(name))
        if not isinstance(draws, Reference) or inside or scope.is_read(name, column) or (name, column) not in drawn:
            continue
        path = ("tables", name, "columns", column, "reference")
        parents = _there_first(scope, tables, seed, name, draws)
        if parents < 1:
            problems.append(
                Problem(
                    path,
                    f"no row of {draws.to} is there yet when the first of {name} comes",
                    f"{draws.to} exists, and is empty"
                    if scope.table(draws.to).existing
                    else f"raise `before_start` of {draws.to}, or let its `since` begin earlier",
                )
            )
        law = tables[name].fanout
        if draws.distinct_per and law and draws.distinct_per == scope.table(name).per and parents < law.max:
            problems.append(
                Problem(
                    path,
                    f"a row of {draws.distinct_per} may have {law.max} {name}, but only "
                    f"{parents} {draws.to} are there at first",
                    f"lower the fan-out's `max`, or raise `at_least` of {draws.to}",
                )
            )
    if problems:
        raise SpecError(problems)


def _there_first(scope: Scope, tables: Mapping[str, TablePlan], seed: int, name: str, draws: Reference) -> int:
    """Rows of the parent that are surely there at the earliest moment of a child."""
    parent = tables[draws.to]
    if not draws.alive_at or parent.intensity is None:
        return parent.rows
    root = tables[scope.family(name)]
    first = root.intensity
    if first is None:
        return parent.rows
    moment = first.times(
        0, stream(seed_of(scope.dataset, root.name, seed), root.name, scope.table(root.name).arrival or "", 0).random(1)
    )
    return math.floor(parent.intensity.at(int(moment[0])))
