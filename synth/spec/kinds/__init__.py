"""Kinds of tables, one file each, all with the same parts. Adding one is a file and a line here."""

from __future__ import annotations

from synth.spec.kinds.arrival import ArrivalKind
from synth.spec.kinds.base import Kind
from synth.spec.kinds.child import Child
from synth.spec.kinds.derived import Derived
from synth.spec.kinds.existing import ExistingKind
from synth.spec.kinds.gathered import Gathered
from synth.spec.kinds.rollup import RollupKind
from synth.spec.kinds.roster import Roster
from synth.spec.models import Table

__all__ = ["KINDS", "kind_of"]

KINDS: tuple[Kind, ...] = (ExistingKind(), Roster(), ArrivalKind(), Child(), Derived(), Gathered(), RollupKind())


def kind_of(table: Table) -> Kind:
    """Give the kind of a table, which is one and no other."""
    return next(kind for kind in KINDS if kind.matches(table))
