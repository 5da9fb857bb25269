"""One of two places that are compared: its tables as views of a DuckDB connection, whatever holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from synth.comparing.text_types import read_as_typed
from synth.databases import DIALECTS
from synth.databases.address import address_of, is_database
from synth.dtypes import Types
from synth.errors import OptionError, OutputError
from synth.existing.source import FolderSource
from synth.fingerprint import Fingerprint
from synth.formats import FORMATS, Format, first_words, format_of, unreadable_errors
from synth.job.pull import pull
from synth.left import temporary_folder
from synth.measuring.measures import TableMeasures, measure
from synth.measuring.summary import quoted
from synth.progress import Progress
from synth.sandbox import sandbox
from synth.store.manifest import NAME
from synth.store.opened import opened

__all__ = ["Side", "opened_side"]

TEXTS_OF = "texts of "  # a table, before its name


@dataclass
class Side:
    """The tables of a place; those of files that say no types get them when they are opened."""

    place: str
    source: FolderSource
    connection: duckdb.DuckDBPyConnection
    tables: dict[str, Types]
    types: dict[str, Types] = field(default_factory=dict)  # of tables that are open

    def is_typed(self, table: str) -> bool:
        """Whether a table's columns have types of their own."""
        return self.source.manifest is not None or self._form(table).holds_types

    def stated(self, table: str) -> str | None:
        """The fingerprint that a manifest states; None where there is none."""
        return self.source.manifest.tables[table].fingerprint if self.source.manifest else None

    def references(self) -> Iterator[tuple[str, str, str]]:
        """Tables, columns by which they refer to others, and those: as the spec says that a manifest holds."""
        if self.source.manifest is None:
            return
        for table, spec in self.source.manifest.load_dataset().tables.items():
            for column in spec.written:
                parent = spec.columns[column].refers_to
                if table in self.tables and column in self.tables[table] and parent in self.tables:
                    yield table, column, parent

    def open(self, table: str, like: Types) -> None:
        """Let SQL see a table; what its files do not say of types is `like` on the other side. Raises OutputError."""
        form, files, types = self._form(table), self.source.files[table], self.tables[table]
        with self._reading(table):
            if self.is_typed(table):
                form.attach(self.connection, table, files, types)
                self.types[table] = types if self.source.manifest else _alike(types, like)
            else:
                texts = f"{TEXTS_OF}{table}"
                form.attach(self.connection, texts, files, types)
                self.types[table] = read_as_typed(self.connection, texts, table, list(types), like)

    def rows(self, table: str) -> int:
        """How many rows a table has. Raises OutputError."""
        if self.source.manifest:
            return self.source.manifest.tables[table].rows
        with self._reading(table):
            return int(self.connection.execute(f"SELECT COUNT(*) FROM {quoted(table)}").fetchall()[0][0])

    def can_count(self, table: str) -> bool:
        """Whether a table's rows are known, or it is open."""
        return self.source.manifest is not None or table in self.types

    def content(self, table: str) -> str:
        """The fingerprint of a table that is open, stated or worked out. Raises OutputError."""
        if stated := self.stated(table):
            return stated
        with self._reading(table):
            sums = DIALECTS["duckdb"].fingerprint_query(self.types[table], quoted(table))
            return str(Fingerprint(*map(int, self.connection.execute(sums).fetchall()[0])))

    def measured(
        self, table: str, parents: Mapping[str, tuple[str, int]], told: Callable[[], None]
    ) -> TableMeasures:  # fmt: skip
        """Measure a table that is open. Raises OutputError."""
        with self._reading(table):
            return measure(self.connection, table, self.types[table], parents, told)

    def _form(self, table: str) -> Format:
        if self.source.manifest:
            return format_of(self.source.manifest.format)
        suffix = self.source.files[table][0].suffix.lower()
        return next(form for form in FORMATS.values() if form.suffix == suffix)

    @contextmanager
    def _reading(self, table: str) -> Iterator[None]:
        try:
            yield
        except unreadable_errors() as error:
            said = first_words(error)
            raise OutputError(f"table '{table}' of '{self.place}' cannot be read: {said}") from error


def _alike(types: Types, like: Types) -> Types:
    """Types of files that know less than a spec says, as the length of texts: as on the other side, where they are its."""
    return {
        name: like[name] if name in like and like[name].duckdb == dtype.duckdb else dtype
        for name, dtype in types.items()
    }


@contextmanager
def opened_side(place: str, *, schema: str | None, memory_bytes: int, tell: Progress) -> Iterator[Side]:
    """Open a folder, one in an object store, or a database, which is read into files first.

    Raises OptionError, OutputError, DatabaseError.
    """
    with _here(place, schema, tell) as folder, temporary_folder("synth-diff-") as spill:
        source = FolderSource(folder)
        with source, sandbox(folder, memory_bytes=memory_bytes, spill=spill) as connection:
            yield Side(place, source, connection, dict(source.tables()))


@contextmanager
def _here(place: str, schema: str | None, tell: Progress) -> Iterator[Path]:
    """Give a folder of this machine with the tables."""
    if is_database(place):
        with temporary_folder("synth-diff-") as here:
            yield Path(pull(address_of(place), here, schema=schema, progress=tell).folder)
        return
    with opened(place) as (folder, _):
        if not folder.is_dir():
            raise OptionError(f"there is no folder '{place}'")
        if not (folder / NAME).is_file() and (inside := sorted(each.parent for each in folder.glob(f"*/{NAME}"))):
            raise OptionError(f"'{place}' holds no tables, but datasets\n  hint: name one of them, as {inside[0]}")
        yield folder.resolve()
