"""Which rows, once drawn, are drawn otherwise at a later `until`: those whose values lean on what has come by then.

A row that refers to a parent there at a moment that is past finds the same parents at every later `until`. One that may
take any parent there is, or one of a moment still to come, does not; nor does one that looks up a rollup.
"""

from __future__ import annotations

from synth.generators.clock import Delay
from synth.generators.derived import Lookup
from synth.generators.in_force import InForce
from synth.generators.reference import Reference
from synth.plan.model import FamilyPlan, Plan
from synth.sql.parse import given_by

__all__ = ["families_to_redraw"]


def families_to_redraw(earlier: Plan, plan: Plan) -> frozenset[str]:
    """Roots of the families that must be drawn anew as a whole, rollups' among them; where in doubt, they are."""
    found: set[str] = set()
    for family in plan.families:  # each after those it looks into
        if (
            plan.tables[family.root].kind == "rollup"
            or any(other in found and plan.family(other).residents for other in family.after)
            or any(_leans(earlier, plan, family, step.table, step.column) for step in family.steps if step.column)
        ):
            found.add(family.root)
    return frozenset(found)


def _leans(earlier: Plan, plan: Plan, family: FamilyPlan, table: str, column: str) -> bool:
    """Whether a column's choice is among rows of a table that has grown, and is not one of what was there in the past."""
    draws = plan.spec(table).columns[column].draws
    if isinstance(draws, Reference):
        other, moment, settled = draws.to, draws.alive_at, True
    elif isinstance(draws, InForce):
        other, moment, settled = draws.of, draws.at, _begins_no_earlier(plan, draws.of, draws.begins)
    else:
        return False
    root = plan.tables[other].family
    if root == family.root or plan.tables[root].rows == earlier.tables[root].rows:
        return False
    return not (settled and moment and _is_past(plan, table, moment))


def _is_past(plan: Plan, table: str, path: str) -> bool:
    """Whether a moment surely lies before `until` in every row: it is when a row there came."""
    _, other, column, _ = plan.paths.get((table, path), ("own", table, path, ""))
    if column == plan.spec(other).arrival:
        return True
    draws = plan.spec(other).columns[column].draws
    return isinstance(draws, Lookup) and _is_past(plan, other, draws.path)


def _begins_no_earlier(plan: Plan, table: str, column: str) -> bool:
    """Whether a moment is surely none before its row came: that of a row to come lies ahead."""
    spec = plan.spec(table)
    if column == spec.arrival:
        return True
    sources: list[tuple[str, str]] = []
    draws = spec.columns[column].draws
    if isinstance(spec.select, str):
        named = given_by(spec.select, column) or ()
        sources = [(source, c) for c in named for source, read in plan.sources[table].items() if c in read]
    elif isinstance(draws, (Lookup, Delay)):
        path = draws.path if isinstance(draws, Lookup) else draws.after
        how, other, name, _ = plan.paths.get((table, path), ("own", table, path, ""))
        sources = [(other, name)] if how != "through" else []
    return bool(sources) and all(
        _begins_no_earlier(plan, *source) and not _cut_down(plan, (table, column), source) for source in sources
    )


def _cut_down(plan: Plan, column: tuple[str, str], source: tuple[str, str]) -> bool:
    """Whether a timestamp became a date: midnight is earlier."""
    kind, before = (plan.tables[t].types[c].name for t, c in (column, source))
    return kind == "date" and before != "date"
