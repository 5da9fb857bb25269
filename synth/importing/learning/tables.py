"""What is learnt of one table: columns, how they hang together, and references. What fails is noted, and left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from synth.errors import DataError, many
from synth.importing.found import FoundReference, Note
from synth.importing.learning.across import carried_of, sums_of
from synth.importing.learning.asking import Asking
from synth.importing.learning.columns import column_of, is_key, nulls_of
from synth.importing.learning.correlations import correlations_of
from synth.importing.learning.delays import across_of, delays_of
from synth.importing.learning.dependences import dependences_of
from synth.importing.learning.derived import derived_of
from synth.importing.learning.fanouts import counted, fanout_of
from synth.importing.learning.formulas import formulas_of
from synth.importing.learning.learnt import Carried, ColumnLearnt, Delay, ReferenceLearnt, Sum, TableLearnt
from synth.importing.learning.popularity import concentration_of
from synth.importing.learning.ranks import ranks_of
from synth.importing.learning.ratios import ratios_of
from synth.importing.learning.roots import Parents
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import Work

__all__ = ["Measuring"]

T = TypeVar("T")
Columns = Mapping[str, ColumnLearnt]


@dataclass(frozen=True)
class Measuring:
    """One run over all tables: whom it asks, the working tables, whose children rows are, and where notes go."""

    asked: Asking
    works: Mapping[str, Work]
    parents: Parents
    least: int
    notes: list[Note]

    def tried(self, where: str, measure: Callable[[], T]) -> T | None:
        """What a measure gives; where it fails a note, and None."""
        try:
            return measure()
        except DataError as error:
            self.notes.append(Note(where, str(error)))
            return None

    def table(self, work: Work) -> TableLearnt:
        """Measure a table by itself, and its references."""
        asked, least, name = self.asked, self.least, work.source.name
        columns = {column: self._column(work, column) for column in work.source.columns}
        self._tell_few(work, columns)
        plain = _plain(work, columns)
        numbers = [column for column, learnt in plain.items() if learnt.numbers]
        whole_days = _moments(work, columns)
        choices = {column: [v for v, _ in learnt.weights.values] for column, learnt in plain.items() if learnt.weights}
        dependences, lookups = self.tried(name, lambda: dependences_of(asked, work, choices, least)) or ((), ())
        formulas = self.tried(name, lambda: formulas_of(asked, work, numbers)) or ()
        made = [each.column for each in formulas]
        references = [self._reference(work, each) for each in work.source.table.references]
        return TableLearnt(
            rows=work.source.rows,
            looked_at=work.rows,
            root=work.root,
            roots=work.roots,
            columns=columns,
            references=tuple(each for each in references if each is not None),
            delays=self.tried(name, lambda: delays_of(asked, work, [*whole_days], whole_days, least)) or (),
            formulas=formulas,
            ratios=self.tried(name, lambda: ratios_of(asked, work, numbers, made, least)) or (),
            correlations=self.tried(name, lambda: correlations_of(asked, work, numbers)) or (),
            dependences=dependences,
            lookups=lookups,
        )

    def sums(self, table: str, tables: Mapping[str, TableLearnt]) -> tuple[Sum, ...]:
        """The columns of a table that add up what rows of others have that refer to it."""
        work = self.works[table]
        found: list[Sum] = []
        of = _numbers(work, tables[table].columns)
        for child in self.works.values() if of else ():
            adds = _numbers(child, tables[child.source.name].columns)
            for reference in self._references(child):
                if reference.table == table and child.source.name != table:
                    ask = partial(sums_of, self.asked, work, child, reference, of, adds)
                    found.extend(
                        each for each in self.tried(table, ask) or () if each.column not in {s.column for s in found}
                    )
        return tuple(found)

    def carried(self, table: str, tables: Mapping[str, TableLearnt]) -> tuple[Carried, ...]:
        """The columns of a table that repeat one of a row that is referred to, neither of them personal."""
        work = self.works[table]
        found: list[Carried] = []
        for reference in self._references(work):
            parent = self.works[reference.table]
            mine, others = _plain(work, tables[table].columns), _plain(parent, tables[reference.table].columns)
            ask = partial(carried_of, self.asked, work, parent, reference, [*mine], [*others])
            found.extend(each for each in self.tried(table, ask) or () if each.column not in {c.column for c in found})
        return tuple(found)

    def delays(self, table: str, tables: Mapping[str, TableLearnt]) -> tuple[Delay, ...]:
        """The moments of a table that follow one of a row that is referred to, by the first reference that has one."""
        work, known = self.works[table], {each.column for each in tables[table].delays}
        mine = _moments(work, tables[table].columns)
        found: list[Delay] = []
        for reference in self._references(work):
            parent = self.works[reference.table]
            if parent is work:
                continue
            both = [name for name in mine if name not in known], [*_moments(parent, tables[reference.table].columns)]
            ask = partial(across_of, self.asked, work, parent, reference, both, mine, self.least)
            found.extend(self.tried(table, ask) or ())
        return tuple(found)

    def derived(self, table: str, tables: Mapping[str, TableLearnt]) -> None:
        """Note the columns of a table that look as if they were sums of others' rows."""
        work = self.works[table]
        mine = [column for column in work.source.columns if work.kind(column) == "number" and not is_key(work, column)]
        told: set[str] = set()
        for other in self.works.values() if mine else ():
            if other is work:
                continue
            adds = [name for name in other.source.columns if other.kind(name) == "number" and not is_key(other, name)]
            ask = partial(derived_of, self.asked, work, other, tables, ([m for m in mine if m not in told], adds))
            for column, what in self.tried(table, lambda ask=ask: [*ask()]) or ():  # type: ignore[misc]
                told.add(column)
                self.notes.append(
                    Note(f"{table}.{column}", f"looks derived: {what}; it is drawn by itself, and not so")
                )

    def _column(self, work: Work, column: str) -> ColumnLearnt:
        measure = partial(column_of, self.asked, work, column, self.least)
        return self.tried(f"{work.source.name}.{column}", measure) or ColumnLearnt(nulls_of(work, column))

    def _tell_few(self, work: Work, columns: Columns) -> None:
        """Note what was left out for want of roots."""
        name, least = work.source.name, self.least
        if work.roots < least:
            behind = many(work.roots, "row") if work.root == name else f"{many(work.roots, 'row')} of {work.root}"
            self.notes.append(Note(name, f"{behind} stand behind it, fewer than {least}: only counts were learnt"))
        elif work.roots < 2 * least and any(
            work.kind(column) in ("number", "moment") for column in _plain(work, columns)
        ):
            behind = many(work.roots, "root")
            self.notes.append(
                Note(name, f"{behind} stand behind it: too few to learn how numbers and moments are spread")
            )
        for column, learnt in columns.items():
            if learnt.weights and learnt.weights.others:
                values, share = many(learnt.weights.others, "value"), f"{learnt.weights.other:.2%} of rows"
                self.notes.append(
                    Note(f"{name}.{column}", f"{values} with fewer than {least} roots left out ({share})")
                )

    def _references(self, work: Work) -> list[FoundReference]:
        """The references of a table whose columns are all there, on both sides."""
        return [
            each
            for each in work.source.table.references
            if each.table in self.works
            and all(column in work.source.types for column in each.columns)
            and all(column in self.works[each.table].source.types for column in each.parent_columns)
        ]

    def _reference(self, work: Work, reference: FoundReference) -> ReferenceLearnt | None:
        """Measure a reference; None where the other table, or a column, is not there."""
        if reference not in self._references(work):
            return None
        source = work.source
        measure = partial(counted, self.asked, source, self.works[reference.table].source, reference)
        where = f"{source.name}.{', '.join(reference.columns)}"
        known = self.tried(where, measure)
        if known is None:
            return None
        return ReferenceLearnt(
            columns=reference.columns,
            table=reference.table,
            makes_child=self.parents.get(source.name) == reference,
            nulls=few_digits(1 - known.rows / source.rows, 4) if source.rows else 0.0,
            orphans=few_digits(known.orphans),
            fanout=fanout_of(known, self.least),
            concentration=concentration_of(known, self.least),
            ranks=self.tried(
                where, partial(ranks_of, self.asked, work, self.works[reference.table], reference, self.least)
            )
            or (),
        )


def _plain(work: Work, columns: Columns) -> Columns:
    """The columns that are neither personal nor keys."""
    return {name: learnt for name, learnt in columns.items() if not learnt.personal and not is_key(work, name)}


def _moments(work: Work, columns: Columns) -> dict[str, bool]:
    """The columns of moments that were measured, and whether they are whole days."""
    return {name: learnt.moments.whole_days for name, learnt in _plain(work, columns).items() if learnt.moments}


def _numbers(work: Work, columns: Columns) -> list[str]:
    """The columns of numbers that were measured."""
    return [name for name, learnt in _plain(work, columns).items() if learnt.numbers]
