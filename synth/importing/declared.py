"""The texts of a source that somebody wrote into its catalogue: comments, conditions, labels, and what notes quote."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from synth.dtypes import DType, enum
from synth.importing.found import Found, FoundColumn, FoundTable, Note

__all__ = ["Declared", "Place", "declared", "without_values"]

Place = tuple[str, ...]  # of a text: its table, what it is, and which of several

LEFT_OUT = "may hold a value that is personal, or that too few have: left out"
_QUOTED = re.compile("'((?:[^']|'')*)'")
_EQUAL = (exp.In, exp.EQ, exp.NEQ)  # beside these a number is a value, and else a limit


@dataclass(frozen=True)
class Declared:
    """A text: running `prose`, or the `literals` of SQL, which may be values of these columns of its table."""

    place: Place
    prose: str = ""
    literals: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The table that it stands at; none of what is told of the whole source."""
        return self.place[0]


def declared(found: Found) -> Iterator[Declared]:
    """All such texts of a source."""
    for table in found.tables:
        name = table.name
        if table.about:
            yield Declared((name, "about"), table.about)
        for i, check in enumerate(table.checks):
            yield _condition((name, "check", str(i)), table, check.condition)
        for i, unique in enumerate(table.uniques):
            if unique.where:
                yield _condition((name, "unique", str(i)), table, unique.where)
        for column in table.columns:
            if column.about:
                yield Declared((name, "about", column.name), column.about)
            if column.computed:
                yield _condition((name, "computed", column.name), table, column.computed)
            if not column.type.labels and (quoted := _QUOTED.findall(column.source_type)):  # as those of a SET
                yield _literals((name, "type", column.name), quoted, [column.name])
            for i, label in enumerate(column.type.labels):
                yield _literals((name, "label", column.name, str(i)), [label], [column.name])
    for i, note in enumerate(found.notes):
        yield Declared(("", "note", str(i)), f"{note.where}: {note.what}")


def _condition(place: Place, table: FoundTable, sql: str) -> Declared:
    """The literals of SQL, and the columns that it names; of what is not understood all of it, and all columns."""
    there = {column.name.lower(): column.name for column in table.columns}
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError:
        return _literals(place, [sql], [*there.values()])
    columns = {there[each.name.lower()]: None for each in tree.find_all(exp.Column) if each.name.lower() in there}
    found = [each.name for each in tree.find_all(exp.Literal) if each.is_string or _is_value(each)]
    return _literals(place, found, [*columns])


def _is_value(number: exp.Literal) -> bool:
    """Whether a number is one that a column has, or has not: in a list, or equal."""
    above = number.parent
    while isinstance(above, exp.Neg | exp.Paren | exp.Cast):
        above = above.parent
    return isinstance(above, _EQUAL) and isinstance(above.this.unnest(), exp.Column)


def _literals(place: Place, literals: Collection[str], columns: Collection[str]) -> Declared:
    """Literals, of which those of several words are prose as well."""
    prose = "; ".join(each for each in literals if " " in each.strip())
    return Declared(place, prose, tuple(literals), tuple(columns))


def without_values(found: Found, places: Collection[Place]) -> Found:
    """What was found without the texts at these places; notes tell where they stood."""
    if not places:
        return found
    notes = [
        Note(note.where if note.where in _names(found) else "a part of it", f"what is said of it {LEFT_OUT}", note.line)
        if ("", "note", str(i)) in places
        else note
        for i, note in enumerate(found.notes)
    ]
    tables = tuple(_without(table, places, notes) for table in found.tables)
    return replace(found, tables=tables, notes=tuple(notes))


def _names(found: Found) -> set[str]:
    return {name for table in found.tables for name in (table.name, *(f"{table.name}.{c.name}" for c in table.columns))}


def _without(table: FoundTable, places: Collection[Place], notes: list[Note]) -> FoundTable:
    name = table.name
    checks = [check for i, check in enumerate(table.checks) if (name, "check", str(i)) not in places]
    about = table.about
    if (name, "about") in places:
        about = None
        notes.append(Note(name, f"its comment {LEFT_OUT}", table.line))
    columns = tuple(_column_without(name, column, places, notes) for column in table.columns)
    for check in table.checks:
        if check not in checks:
            of = ", ".join(_condition((name,), table, check.condition).columns)
            notes.append(Note(name, f"a check of {of} {LEFT_OUT}", check.line))
    uniques = tuple(
        replace(unique, where="a condition holds, which may name a value of a row")
        if (name, "unique", str(i)) in places
        else unique
        for i, unique in enumerate(table.uniques)
    )
    return replace(table, columns=columns, checks=tuple(checks), uniques=uniques, about=about)


def _column_without(
    table: str, column: FoundColumn, places: Collection[Place], notes: list[Note]
) -> FoundColumn:  # fmt: skip
    where = f"{table}.{column.name}"
    if (table, "about", column.name) in places:
        column = replace(column, about=None)
        notes.append(Note(where, f"its comment {LEFT_OUT}", column.line))
    if (table, "computed", column.name) in places:
        column = replace(column, computed=None, computed_by={})
        notes.append(Note(where, f"what it is computed from {LEFT_OUT}", column.line))
    if (table, "type", column.name) in places:
        column = _with_no_labels(column)
        notes.append(Note(where, f"what its type lists {LEFT_OUT}", column.line))
    labels = column.type.labels
    kept = [label for i, label in enumerate(labels) if (table, "label", column.name, str(i)) not in places]
    if len(kept) < len(labels):
        told = f"{len(labels) - len(kept)} of its {len(labels)} labels may be personal, or too few have them: left out"
        notes.append(Note(where, told, column.line))
        column = replace(column, type=enum(kept) if kept else DType("varchar", length=max(map(len, labels))))
        column = _with_no_labels(column)
    return column


def _with_no_labels(column: FoundColumn) -> FoundColumn:
    """A column whose type is told without what it lists, and is not asked of a database as it is spelt."""
    return replace(column, source_type=column.source_type.partition("(")[0], native=None)
