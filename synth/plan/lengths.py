"""Texts that are made of keys: the longest are known, as keys grow with their rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from synth.errors import Problem, SpecError, many
from synth.plan.distinct import numbers_used
from synth.plan.model import TablePlan
from synth.spec.scope import Scope
from synth.sql.compiled import Compiled

__all__ = ["check_lengths"]


def check_lengths(
    scope: Scope, tables: Mapping[str, TablePlan], compiled: Mapping[tuple[str, str], Compiled], seed: int
) -> None:
    """Refuse expressions over keys alone whose text at the last rows is longer than its type. Raises SpecError."""
    problems = []
    for (name, column), made in compiled.items():
        dtype = tables[name].types.get(column)
        if dtype is None or dtype.length is None or not made.reads:
            continue
        last = [_last_key(scope, tables, name, path, seed) for path in made.reads]
        keys = [key.alias(path) for key, path in zip(last, made.reads, strict=True) if key is not None]
        if len(keys) < len(last):
            continue
        text = made.evaluate(pl.DataFrame(keys))[0]
        if text is not None and len(text) > dtype.length:
            holds = f"{dtype} holds {many(dtype.length, 'character')}"
            what = f"with {many(tables[name].rows, 'row')} it grows to '{text}', and {holds}"
            path = ("tables", name, "columns", column, "type")
            problems.append(Problem(path, what, "declare a longer type"))
    if problems:
        raise SpecError(problems)


def _last_key(scope: Scope, tables: Mapping[str, TablePlan], table: str, path: str, seed: int) -> pl.Series | None:
    """Give the key of the last row that a path may mean, (1,); None where it means no key that grows with the rows."""
    seen = scope.resolve(table, path)
    draws = scope.column(seen.table, seen.column).draws
    if not draws.makes_key or scope.is_read(seen.table, seen.column) or seen.table not in tables:
        return None
    last = numbers_used(scope, tables, seen.table)
    return draws.key_at(np.array([last - 1]), seed, seen.table) if last else None
