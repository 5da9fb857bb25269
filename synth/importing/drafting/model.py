"""A draft of a spec: its words as plain values, each column with what it rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from synth.importing.found import Note

__all__ = ["Draft", "DraftColumn", "DraftTable", "Words"]

Words = dict[str, Any]  # of YAML: a generator with its parameters, and options


@dataclass
class DraftColumn:
    """A column: its words, why they are these (a comment in the YAML), and plainer words, should they not do."""

    words: Words
    why: str = ""
    plainer: list[tuple[Words, str]] = field(default_factory=list)  # to be taken one after the other


@dataclass
class DraftTable:
    """A table: the words that say its kind, its columns in order, and what holds of its rows."""

    kind: Words
    why: str = ""
    about: str | None = None
    columns: dict[str, DraftColumn] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    unique: list[tuple[str, ...]] = field(default_factory=list)
    checks: dict[str, str] = field(default_factory=dict)

    def words(self) -> Words:
        """The table as YAML has it."""
        options: Words = {
            "about": self.about,
            **self.kind,
            "primary_key": list(self.primary_key),
            "unique": [list(group) for group in self.unique],
            "checks": self.checks,
        }
        return {name: value for name, value in options.items() if value} | {
            "columns": {name: column.words for name, column in self.columns.items()}
        }


@dataclass
class Draft:
    """A whole spec, and what could not be said in it."""

    dataset: str
    start: dt.date
    until: dt.date
    about: str | None = None
    tables: dict[str, DraftTable] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def words(self) -> Words:
        """The dataset as YAML has it."""
        return {
            "dataset": self.dataset,
            **({"about": self.about} if self.about else {}),
            "period": {"start": self.start, "until": self.until},
            "tables": {name: table.words() for name, table in self.tables.items()},
        }

    def note(self, where: str, what: str, line: int | None = None) -> None:
        """Tell what could not be taken over."""
        self.notes.append(Note(where, what, line))
