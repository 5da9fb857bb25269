"""What a load took: rows, bytes and seconds, table by table and phase by phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth.databases.changes import RowCounts
from synth.errors import many

if TYPE_CHECKING:
    from synth.answers import Loaded

__all__ = ["LoadReport", "TableLoad"]


@dataclass
class TableLoad:
    """What one table took; seconds are a connection's or a thread's, so they add up to more than the clock's."""

    rows: int = 0
    bytes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)  # read, send, constraints, indexes, analyze, verify

    def add(self, phase: str, seconds: float) -> None:
        """Add seconds to those of a phase."""
        self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds


@dataclass
class LoadReport:
    """A load: its tables, and the clock's seconds of each phase.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> loaded = synth.load_into(folder, "shop.duckdb")
    >>> loaded.rows, loaded.schema
    (351, 'inventory')
    """

    place: str
    schema: str
    connections: int
    tables: dict[str, TableLoad] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    via: str | None = None  # how rows went in, where a database has several ways
    changes: dict[str, RowCounts] = field(default_factory=dict)  # of tables that were refreshed
    outcomes: dict[str, str] = field(default_factory=dict)  # of a dry run: what would become of each table, in words
    dropped: tuple[str, ...] = ()  # what went with tables that were replaced, in words
    went_on_from: tuple[str, ...] = ()  # tables that a load before had sent, and left staged
    left_out: tuple[str, ...] = ()  # foreign keys that the database cannot have, in words

    def __repr__(self) -> str:
        loaded = f"{many(len(self.tables), 'table')}, {many(self.rows, 'row')}, {self.seconds:.1f} s"
        return f"LoadReport({self.place!r}, schema={self.schema!r}, {loaded})"

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def bytes(self) -> int:
        """The bytes that were sent."""
        return sum(table.bytes for table in self.tables.values())

    @property
    def seconds(self) -> float:
        """The clock's seconds of all phases together."""
        return sum(self.phases.values())

    def as_dict(self) -> Loaded:
        """The report as plain data, for `--json`."""
        return {
            "place": self.place, "schema": self.schema, "connections": self.connections, "via": self.via, "rows": self.rows,
            "bytes": self.bytes, "seconds": round(self.seconds, 3),
            "went_on_from": list(self.went_on_from), "dropped": list(self.dropped), "left_out": list(self.left_out),
            "dry_run": bool(self.outcomes), "outcomes": self.outcomes,
            "changes": {name: counts.as_dict() for name, counts in self.changes.items()},
            "phases": {name: round(seconds, 3) for name, seconds in self.phases.items()},
            "tables": {
                name: {"rows": t.rows, "bytes": t.bytes, "seconds": {p: round(s, 3) for p, s in t.seconds.items()}}
                for name, t in self.tables.items()
            },
        }  # fmt: skip
