"""What follows the rows of a load: constraints and indexes, in steps that several connections can run at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth.ddl import Constraint, Ddl, by_table

__all__ = ["LoadStep", "add_constraints", "standard_steps"]


@dataclass(frozen=True)
class LoadStep:
    """Statements on a loaded table, run on one connection. No other step runs that needs one of `exclusive_tables`."""

    phase: str  # constraints, indexes
    table: str
    statements: tuple[str, ...]
    exclusive_tables: frozenset[str] = frozenset()


def add_constraints(constraints: Sequence[Constraint], words: str = "ADD", between: str = ", ADD ") -> str:
    """The ALTER TABLE that adds constraints of one table, all in one statement."""
    return f"ALTER TABLE {constraints[0].place} {words} {between.join(constraint.rule for constraint in constraints)}"


def standard_steps(ddl: Ddl) -> Iterator[list[LoadStep]]:
    """A table's keys and checks in one statement; then each index; then each foreign key."""
    rules = by_table(constraint for constraint in ddl.constraints if constraint.parent is None)
    yield [
        LoadStep("constraints", table, (add_constraints(constraints),), frozenset([table]))
        for table, constraints in rules.items()
    ]
    yield [LoadStep("indexes", index.table, (index.statement,)) for index in ddl.indexes]
    yield [
        LoadStep("constraints", foreign.table, (str(foreign),), frozenset([foreign.table, foreign.parent]))
        for foreign in ddl.constraints
        if foreign.parent is not None
    ]
