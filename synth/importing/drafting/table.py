"""One table while it is drafted: what was found of it, its kind, and the columns drafted so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from synth.importing.drafting.conditions import Said
from synth.importing.drafting.kinds import Kind, root_of
from synth.importing.drafting.model import Draft, DraftColumn, DraftTable, Words
from synth.importing.drafting.plain import plain_words
from synth.importing.found import FoundColumn, FoundTable, Native

if TYPE_CHECKING:
    from synth.importing.learning.learnt import TableLearnt

__all__ = ["NULLS", "Drafting"]

FEW_ROWS = 5_000  # of a table whose shares are dealt out: in more of them chance is off by little
EVENLY = (
    "choice",
    "empirical",
    "lognormal",
    "normal",
    "uniform",
    "exponential",
    "weibull",
    "pareto",
    "triangular",
    "beta",
    "poisson",
    "negative_binomial",
    "geometric",
    "delay",
)
NULLS = 0.1  # share of NULLs in columns that may hold them, where nobody knows


@dataclass
class Drafting:
    """What drafting one table needs."""

    draft: Draft
    table: FoundTable
    kind: Kind
    tables: dict[str, FoundTable]
    kinds: dict[str, Kind]
    said: Said
    made: DraftTable
    learnt: TableLearnt | None
    locale: str = "en_US"

    def __contains__(self, name: str) -> bool:
        return name in self.made.columns

    @property
    def root(self) -> str:
        """The table with whose rows these are born, at the top."""
        return root_of(self.table.name, self.kinds)

    @property
    def arrival(self) -> str | None:
        """The path of the moment when a row's family came; None where it does not come in time."""
        column = self.kinds[self.root].arrival
        return column and (column if self.root == self.table.name else f"{self.root}.{column}")

    def native(self, column: FoundColumn) -> Native | None:
        """The type of a database's own that a column is to have there; None where it would hinder a key."""
        native = column.native
        if native is None or native.in_keys or column.name not in self._keyed:
            return native
        what = f"is kept as {column.type}, and not as {native.text}, as it stands in a key"
        if not any(note.where == f"{self.table.name}.{column.name}" for note in self.draft.notes):
            self.draft.note(f"{self.table.name}.{column.name}", what, column.line)
        return None

    @cached_property
    def _keyed(self) -> frozenset[str]:
        """The columns of keys, unique groups and references."""
        groups = [self.table.primary_key, *(each.columns for each in self.table.uniques)]
        groups += [each.columns for each in self.table.references]
        groups += [
            reference.parent_columns
            for other in self.tables.values()
            for reference in other.references
            if reference.table == self.table.name
        ]
        return frozenset(name for group in groups for name in group)

    def nulls(self, column: FoundColumn) -> float:
        """Share of NULLs that a column is to have."""
        if not column.nullable:
            return 0.0
        known = self.learnt.columns.get(column.name) if self.learnt else None
        return NULLS if known is None else round(known.nulls, 4)

    def drawn(self, column: FoundColumn) -> Words | None:
        """What draws values of a type of a database's own, unless a check lists the values."""
        native = self.native(column)
        return dict(native.draws) if native and native.draws and not self.said.of(column.name).among else None

    def add(
        self, column: FoundColumn, words: Words, why: str = "", *, typed: bool = True, keeps_null: bool = True
    ) -> None:
        """Draft a column: its generator with the type, NULLs and the comment that were found, and plainer words."""
        self.made.columns[column.name] = DraftColumn(
            self._with_options(column, words, typed=typed, keeps_null=keeps_null), why, self._plainer(column, words)
        )

    def also(self, column: FoundColumn, words: Words, why: str) -> None:
        """Words to be taken before the plainer ones, should those of the column not do."""
        words = self._with_options(column, words, typed=True, keeps_null="expr" not in words)
        self.made.columns[column.name].plainer.insert(0, (words, why))

    def _with_options(self, column: FoundColumn, words: Words, *, typed: bool, keeps_null: bool) -> Words:
        options: Words = dict(words)
        if typed:
            options["type"] = {"enum": list(column.type.labels)} if column.type.labels else str(column.type)
        if native := self.native(column):
            options["native"] = {native.database: native.text}
        if "expr" in words and column.computed and column.computed_by:
            options["computed"] = dict(column.computed_by)
        if not column.nullable and "place_part" in words:  # not every place has a number
            options["nullable"] = False
        if column.nullable:
            options["nullable"] = True
            share = options.pop("null_share", self.nulls(column))
            if keeps_null and share > 0:
                options["null_share"] = share
        if column.about:
            options["about"] = column.about
        return options

    def _plainer(self, column: FoundColumn, words: Words) -> list[tuple[Words, str]]:
        limits = self.said.of(column.name)
        plain = self.drawn(column) or plain_words(column, limits, self.draft.start, self.draft.until)
        found = []
        if plain != words:
            found.append((self._with_options(column, plain, typed=True, keeps_null=True), "by its type alone"))
        if (
            plain.get("choice") and column.type.is_free_text and not self.drawn(column)
        ):  # what is listed may be out of reach of a check
            found.append(
                (self._with_options(column, {"pattern": "[A-Z]"}, typed=True, keeps_null=True), "by its type alone")
            )
        if column.nullable:
            nothing = self._with_options(column, {"nothing": {}}, typed=True, keeps_null=False)
            found.append((nothing, "nothing that is known draws it: NULL"))
        return found

    def finish(self) -> None:
        """Columns in the order found, working columns first; checks by the names that they have."""
        here = self.made.columns
        if self.learnt and self.learnt.rows <= FEW_ROWS and "rows" in self.made.kind:
            for made in here.values():
                if not made.words.get("unique") and any(name in made.words for name in EVENLY):
                    made.words["even"] = True
        order = [name for name in here if name.startswith("_")] + [each.name for each in self.table.columns]
        self.made.columns = {name: here[name] for name in order if name in here}
        if unnumbered := [
            each.name for each in self.table.columns if each.numbered and "key" not in here[each.name].words
        ]:
            self.draft.note(self.table.name, f"numbers its rows in the source, and not here: {', '.join(unnumbered)}")
        if without := [each.name for each in self.table.columns if each.default and not each.numbered]:
            self.draft.note(self.table.name, f"defaults are not kept: {', '.join(without)}")
        if computed := [each.name for each in self.table.columns if each.computed and not each.computed_by]:
            self.draft.note(
                self.table.name, f"computed by the source, and here when they are drawn: {', '.join(computed)}"
            )
        if others := [
            f"{each.name} ({each.source_type}) as {each.otherwise}" for each in self.table.columns if each.otherwise
        ]:
            self.draft.note(self.table.name, f"types that come back as others: {', '.join(others)}")
        for number, check in enumerate(self.table.checks, start=1):
            name = (
                check.name if check.name and check.name.isidentifier() and check.name[0] != "_" else f"check_{number}"
            )
            self.made.checks[name[:63]] = check.condition
