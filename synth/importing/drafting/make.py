"""Drafts a spec of what was found: tables of their kinds, then keys and references, then all other columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from synth.importing.drafting.conditions import read_checks
from synth.importing.drafting.hanging import hang_together
from synth.importing.drafting.keys import draft_keys, draft_uniques
from synth.importing.drafting.kinds import Kind, kinds_of, root_of
from synth.importing.drafting.learned import learned_fanout
from synth.importing.drafting.model import Draft, DraftTable, Words
from synth.importing.drafting.names import spec_name, spec_names, words_of
from synth.importing.drafting.others import draft_others
from synth.importing.drafting.references import draft_references
from synth.importing.drafting.sums import add_sums
from synth.importing.drafting.table import Drafting
from synth.importing.drafting.weighing import weigh_parents
from synth.importing.found import Found, FoundReference, FoundTable, Note

if TYPE_CHECKING:
    from synth.importing.learning.learnt import Learnt

__all__ = ["draft"]

_LANGUAGES = {
    "de_DE": frozenset(
        [
            "kunde",
            "kunden",
            "vorname",
            "nachname",
            "strasse",
            "plz",
            "ort",
            "stadt",
            "menge",
            "preis",
            "einzelpreis",
            "betrag",
            "datum",
            "erstellt",
            "geburtsdatum",
            "anrede",
            "bezeichnung",
            "beschreibung",
            "artikel",
            "bestellung",
            "rechnung",
            "nummer",
            "lieferung",
            "bezahlt",
        ]
    ),
    "fr_FR": frozenset(
        [
            "client",
            "clients",
            "prenom",
            "nom",
            "ville",
            "rue",
            "postal",
            "quantite",
            "prix",
            "montant",
            "cree",
            "le",
            "commande",
            "adresse",
            "naissance",
            "libelle",
            "telephone",
            "livraison",
            "facture",
            "paye",
            "produit",
        ]
    ),
}
SMALL = 50  # rows of a list that was learnt: so many of it are there at any scale
PERIOD = dt.date(2024, 1, 1), dt.date(2026, 1, 1)


def draft(found: Found, name: str | None = None, learnt: Learnt | None = None) -> Draft:
    """Draft a spec. `name` is the dataset's, by default the source's; with what was learnt of its rows, these decide."""
    notes = list(found.notes)
    found = renamed(found, notes)
    start, until = PERIOD
    if learnt and learnt.start and learnt.until:
        start, until = learnt.start, learnt.until
    made = Draft(spec_name(name or found.name or "imported").lower(), start, until, notes=notes)
    kinds = kinds_of(found, learnt)
    tables = {table.name: table for table in found.tables}
    locale = _locale(found)
    draftings: dict[str, Drafting] = {}
    for table in found.tables:
        kind = kinds[table.name]
        drafting = Drafting(
            made, table, kind, tables, kinds, read_checks(table.checks),
            DraftTable(_kind_words(table, kind, kinds, learnt), kind.why),
            learnt.tables.get(table.name) if learnt else None, locale,
        )  # fmt: skip
        draftings[table.name] = drafting
        drafting.made.about = table.about
        made.tables[table.name] = drafting.made
        draft_references(drafting)
        draft_keys(drafting)
        draft_uniques(drafting)
        draft_others(drafting)
    hang_together(draftings)
    weigh_parents(draftings)
    for drafting in draftings.values():
        drafting.finish()
    if learnt is None:
        add_sums(made, found, kinds)
    return made


def _locale(found: Found) -> str:
    """The locale of names and places: German or French, where enough columns are called so."""
    words = [word for table in found.tables for column in table.columns for word in words_of(column.name)]
    counts = {locale: sum(word in known for word in words) for locale, known in _LANGUAGES.items()}
    best = max(counts, key=lambda locale: counts[locale])
    return best if counts[best] >= 3 else "en_US"


def renamed(found: Found, notes: list[Note]) -> Found:
    """What was found under names that a spec can have."""
    names = spec_names(table.name for table in found.tables)
    columns = {table.name: spec_names(column.name for column in table.columns) for table in found.tables}

    def reference(table: FoundTable, each: FoundReference) -> FoundReference:
        mine, theirs = columns[table.name], columns.get(each.table, {})
        return replace(
            each,
            columns=tuple(mine[name] for name in each.columns),
            table=names.get(each.table, each.table),
            parent_columns=tuple(theirs.get(name, name) for name in each.parent_columns),
        )

    def as_they_were(mine: Mapping[str, str]) -> bool:
        return all(old == new for old, new in mine.items())  # else what stands in the source's SQL is called otherwise

    def table_of(table: FoundTable) -> FoundTable:
        mine = columns[table.name]
        return replace(
            table,
            name=names[table.name],
            columns=tuple(
                replace(column, name=mine[column.name], computed_by=column.computed_by if as_they_were(mine) else {})
                for column in table.columns
            ),
            primary_key=tuple(mine[name] for name in table.primary_key),
            uniques=tuple(replace(each, columns=tuple(mine[name] for name in each.columns)) for each in table.uniques),
            references=tuple(reference(table, each) for each in table.references),
        )

    for old, new in names.items():
        if old != new:
            notes.append(Note(old, f"is called {new} in the spec"))
    for name, mine in columns.items():
        notes += [Note(f"{name}.{old}", f"is called {new} in the spec") for old, new in mine.items() if old != new]
    return replace(found, tables=tuple(table_of(table) for table in found.tables), notes=tuple(notes))


def _kind_words(table: FoundTable, kind: Kind, kinds: dict[str, Kind], learnt: Learnt | None) -> Words:
    """The words that say a table's kind."""
    if kind.owner is not None:
        known, parent = (learnt.tables.get(name) if learnt else None for name in (table.name, kind.owner.table))
        one, rows = kind.manner == "one", parent.rows if parent else 0
        return {
            "per": kind.owner.table,
            "fanout": learned_fanout(known, kind.owner, rows, at_most_one=one) or _fanout(kind, kinds),
        }
    if kind.arrival:
        return {"rows": {"base": kind.rows, "at_least": min(kind.rows, 100)}}
    growth = 1.0 if table.rows or (learnt and table.name in learnt.tables) else 0.5
    least = SMALL if learnt else 20
    return {"rows": {"base": kind.rows, "growth": growth, "at_least": min(kind.rows, least)}}


def _fanout(kind: Kind, kinds: dict[str, Kind]) -> Words:
    if kind.manner == "one":
        return {"shares": {1: 0.8, 0: 0.2}}
    if kind.manner == "pairs":
        others = [each for each in kind.references if each is not kind.owner]
        fewest = min((min(kinds[each.table].rows, 20) for each in others), default=20)
        most = max(1, min(4, fewest // 3))
        return {"min": 0, "max": most, "mean": max(0.5, most / 2), "poisson": True}
    parent = kinds[root_of(kind.owner.table, kinds)] if kind.owner else kind
    if parent.rows < 100:
        return {"min": 1, "max": 20, "mean": 8, "poisson": True}
    return {"min": 1, "max": 8, "mean": 2.5, "poisson": True}
