"""Tables that look as if a query had made them of others: sums by group, and the rows of several tables together.

They are told, as no spec that is learnt column by column makes them anew: a table of balances is as its postings are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from synth.importing.found import FoundReference, Note
from synth.importing.learning.asking import Asking, literal, name_of, number_of
from synth.importing.learning.correlations import spearman
from synth.importing.learning.formulas import HOLDS, holds
from synth.importing.learning.learnt import TableLearnt
from synth.importing.learning.working import Work

__all__ = ["derived_of", "united"]

Floats = npt.NDArray[np.float64]
Pairs = Sequence[tuple[str, str]]

FEWEST, SO_MANY = 20, 20_000  # rows of sums that are looked at
DIFFERENT = 5  # values that differ in a column, of fewer sums may be alike by chance
MOST_ADDED, MOST_PARTS = 6, 8  # columns that are added, and values of a choice by which they are
CLOSE = 0.97  # rank correlation with a sum, from which on a column follows from it
ALIKE = 3  # columns of the same name in tables whose rows are together in another


def derived_of(
    asking: Asking, table: Work, other: Work, tables: Mapping[str, TableLearnt], columns: tuple[Sequence[str], Sequence[str]]
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """The columns of a table that add up another table's, or count its rows, by the table's own key, and what each is.

    `columns` are those of numbers, of both tables.
    """
    pairs = _pairs(table, other)
    mine, adds = columns[0], columns[1][:MOST_ADDED]
    if not pairs or not mine or not (table.whole and other.whole) or table.rows < FEWEST or other.rows <= table.rows:
        return
    terms = list(_terms(other, adds, tables[other.source.name]))
    by = ", ".join(name_of(theirs) for _, theirs in pairs)
    same = " AND ".join(f"t.{name_of(own)} = o.{name_of(theirs)}" for own, theirs in pairs)
    added = ", ".join(f"{sql} AS s{i}" for i, (_, sql) in enumerate(terms))
    asked = ", ".join(
        f"(SELECT {number_of(name)} FROM (SELECT t.{name_of(name)})) AS of{i}" for i, name in enumerate(mine)
    )
    sums = ", ".join(f"coalesce(o.s{i}, 0) AS s{i}" for i in range(len(terms)))
    found = asking.columns(
        f"SELECT {asked}, {sums} FROM {table.some(SO_MANY)} AS t"
        f" LEFT JOIN (SELECT {by}, {added} FROM {other.sql} GROUP BY {by}) AS o ON {same}"
    )
    for i, name in enumerate(mine):
        wanted = found[f"of{i}"]
        there = ~np.isnan(wanted)
        if there.sum() < FEWEST or len(np.unique(wanted[there])) < DIFFERENT:
            continue
        sizes = [(what, np.abs(found[f"s{j}"][there])) for j, (what, _) in enumerate(terms)]
        if what := _best(np.abs(wanted[there]), sizes):
            yield name, f"{what} by {' and '.join(theirs for _, theirs in pairs)}"


def _pairs(table: Work, other: Work) -> Pairs:
    """The columns of a table's key, each with the other table's column that refers to the same; none if one has none."""
    key = table.source.table.primary_key
    mine = dict(_single(table.source.table.references))
    theirs = {target: column for column, target in reversed(_single(other.source.table.references))}
    pairs = [(column, theirs[mine[column]]) for column in key if column in mine and mine[column] in theirs]
    return pairs if key and len(pairs) == len(key) else ()


def _single(references: Sequence[FoundReference]) -> list[tuple[str, tuple[str, str]]]:
    """The columns that refer alone, and what to: a table and a column of it."""
    return [(each.columns[0], (each.table, each.parent_columns[0])) for each in references if len(each.columns) == 1]


def _terms(other: Work, adds: Sequence[str], known: TableLearnt) -> Iterator[tuple[str, str]]:
    """Sums in words and in SQL: of all rows, and of those with one value of a choice."""
    table = other.source.name
    sums = [(f"adds up {name} of {table}", f"({number_of(name)})") for name in adds]
    yield f"counts rows of {table}", "count(*)"
    yield from ((what, f"sum({sql})") for what, sql in sums)
    for column, learnt in known.columns.items():
        values = learnt.weights.values if learnt.weights and other.kind(column) == "text" else ()
        for value, _ in values[:MOST_PARTS] if len(values) <= MOST_PARTS else ():
            chosen = f"FILTER ({name_of(column)} = {literal(str(value))})"
            yield f"counts rows of {table} of one {column}", f"count(*) {chosen}"
            yield from ((f"{what} of one {column}", f"coalesce(sum({sql}) {chosen}, 0)") for what, sql in sums)


def _best(wanted: Floats, sums: Sequence[tuple[str, Floats]]) -> str | None:
    """Which sum a column is, or which it goes with so closely that it follows from it. (n,)"""
    exact = [(holds(wanted, got), what) for what, got in sums]
    share, what = max(exact, key=lambda each: each[0])
    if share >= HOLDS:
        return what
    close = [(spearman(wanted, np.nan_to_num(got)), what) for what, got in sums]
    rho, what = max(close, key=lambda each: each[0])
    return f"nearly {what}" if rho >= CLOSE else None


def united(tables: Mapping[str, Work]) -> Iterator[Note]:
    """Tables of as many rows as several others have together that have columns of the same names."""
    for name, work in tables.items():
        columns = {*work.source.columns}
        parts = [
            each for each in tables.values() if each is not work and len(columns & {*each.source.columns}) >= ALIKE
        ]
        parts = [each for each in parts if each.source.rows < work.source.rows and not _pairs(each, work)]
        if len(parts) > 1 and sum(each.source.rows for each in parts) == work.source.rows:
            of = ", ".join(each.source.name for each in parts)
            yield Note(
                name, f"looks derived: it has as many rows as {of} together; how it follows from them is not learnt"
            )
