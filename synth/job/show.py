"""Rows of tables, to be looked at or handed on: drawn on the spot, or read from a folder or a database.

No more than is asked for is drawn or read: of a table the blocks that hold its first rows, and what these look up.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import polars as pl

from synth.addresses import is_remote
from synth.columns import decimals_to_minor_units, types_of
from synth.databases.address import find, is_database
from synth.databases.contract import MANIFEST
from synth.databases.secret import masked
from synth.dtypes import DType, Types
from synth.errors import OptionError, did_you_mean
from synth.existing.source import DatabaseSource, RowSource, open_source
from synth.formats import FORMATS, READABLE
from synth.job.stream import format_of_lines, hand_on
from synth.left import temporary_folder
from synth.plan.make import make
from synth.plan.model import Plan
from synth.runners.serial import Serial
from synth.sandbox import TIME_LIMIT_S
from synth.scan.source import batches
from synth.spec.load import shipped

__all__ = ["Drawn", "Shown", "Stored", "Tables", "is_spec", "stored", "write_rows"]

MOST_SUMMED = 5_000_000  # rows that are drawn for a table that nobody has named


@dataclass(frozen=True)
class Shown:
    """The first rows of a table, how many it has if that is known, and the types of its columns."""

    table: str
    frame: pl.DataFrame
    types: Types
    rows: int | None
    is_exact: bool = True


class Tables(ABC):
    """What has tables: a context. `names` are those to be shown where none is named."""

    names: tuple[str, ...]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @abstractmethod
    def types(self, table: str) -> Types:
        """The columns of a table. Raises OptionError where there is no such table."""

    @abstractmethod
    def count(self, table: str) -> tuple[int | None, bool]:
        """How many rows a table has, None where that is not known without reading them; and whether it is exact."""

    @abstractmethod
    def rows(self, table: str, most: int | None) -> Iterator[pl.DataFrame]:
        """The first rows, or all, in their order, a frame after another: one at least. Raises SynthError."""

    def drawn_for(self, table: str) -> int | None:
        """How many rows have to be drawn before a table's first, where it sums over so many that one would wait."""
        return None

    def first(self, table: str, most: int) -> Shown:
        """The first rows of a table, in one frame. Raises SynthError."""
        types, (rows, is_exact) = self.types(table), self.count(table)
        if most == 0:
            return Shown(
                table, pl.DataFrame(schema={name: t.written for name, t in types.items()}), types, rows, is_exact
            )
        parts = list(self.rows(table, most))
        mixed = [name for name in types if len({part[name].dtype for part in parts}) > 1]
        frame = pl.concat([part.with_columns(pl.col(mixed).cast(pl.String)) for part in parts] if mixed else parts)
        if rows is None and frame.height < most:
            rows = frame.height
        return Shown(table, frame, types, rows, is_exact)


class Drawn(Tables):
    """Tables of a plan, drawn in this process."""

    def __init__(self, plan: Plan):
        self.plan, self.names = plan, plan.wanted

    def types(self, table: str) -> Types:
        """Give the columns that leave, as they are declared."""
        if table not in self.names:
            raise OptionError(f"unknown table '{table}'\n  hint: {self._hint(table)}")
        planned = self.plan.tables[table]
        return {name: planned.types[name] for name in planned.written}

    def _hint(self, table: str) -> str:
        if table in self.plan.dataset.all_tables and table not in self.plan.dataset.existing:
            return "it is a working table, which others are made from and which leaves no rows"
        return did_you_mean(table, self.names)

    def count(self, table: str) -> tuple[int | None, bool]:
        """Give the count of the plan, which may be an expected one."""
        return self.plan.tables[table].rows, self.plan.tables[table].exact

    def rows(self, table: str, most: int | None) -> Iterator[pl.DataFrame]:
        """Draw block by block, and none that is not needed."""
        left = most
        for frame in batches(self.plan, table, Serial(owns_process=False)):
            yield frame if left is None else frame.head(left)
            left = None if left is None else left - frame.height
            if left is not None and left <= 0:
                return

    def drawn_for(self, table: str) -> int | None:
        """By the plan of the table alone."""
        plan = self.plan
        if sum(each.rows for each in plan.tables.values()) <= MOST_SUMMED:
            return None
        only = make(
            plan.dataset, scale=plan.scale, seed=plan.seed, until=plan.until, tables=[table], content=plan.content
        )
        rows, sums, parts = 0, False, set(plan.dataset.parts(table))
        for family in only.families:
            sums = sums or family.is_sum
            if not parts.isdisjoint(family.tables):
                break
            rows += sum(only.tables[name].rows for name in family.tables)
        return rows if sums and rows > MOST_SUMMED else None


class Stored(Tables):
    """Tables of a folder or a database."""

    def __init__(self, source: RowSource):
        self.source = source
        self.names = tuple(name for name in source.tables() if name != MANIFEST)

    def __exit__(self, *error: object) -> None:
        self.source.__exit__(*error)

    def types(self, table: str) -> Types:
        """As the manifest, the files or the catalogue say."""
        return self.source.known(table)

    def count(self, table: str) -> tuple[int | None, bool]:
        """As the manifest says."""
        return self.source.counted(table), True

    def rows(self, table: str, most: int | None) -> Iterator[pl.DataFrame]:
        """File by file, or batch by batch."""
        yield from self.source.first(table, most)


def is_spec(place: str) -> bool:
    """Whether a word names what is drawn: a dataset that ships, or a file of YAML."""
    path = Path(place)
    if place in shipped() or path.suffix.lower() in (".yaml", ".yml"):
        return True
    return (
        path.is_file() and not is_database(place) and path.suffix.lower() not in {FORMATS[n].suffix for n in READABLE}
    )


def stored(place: str, schema: str | None) -> Stored:
    """The tables at a place, by the word for it. Raises OptionError, OutputError, DatabaseError."""
    if not is_database(place):
        if schema is not None:
            raise OptionError(f"--schema is of databases, and '{masked(place)}' is none\n  hint: leave it out")
        if not (is_remote(place) or Path(place).is_dir()):
            hint = did_you_mean(place, shipped())
            raise OptionError(
                f"'{masked(place)}' is no dataset, no folder and no database\n"
                f"  hint: {hint}, or give a YAML file, a folder with tables, or a database's URL"
            )
        return Stored(open_source(place, None, "", ()))
    address = find(place)
    assert address is not None
    source = DatabaseSource(address, schema, "", (), option="--schema")
    source.database.only_read(TIME_LIMIT_S)
    return Stored(source)


def write_rows(tables: Tables, table: str, out: BinaryIO, *, format: str, most: int | None) -> int:
    """Write the first rows of a table, or all, to a stream, as files of that format have them; give their number.

    Raises SynthError, OSError.
    """
    form, types, rows = format_of_lines(format, "--format"), tables.types(table), 0
    frames = iter([tables.first(table, 0).frame]) if most == 0 else tables.rows(table, most)
    with temporary_folder() as folder:
        for number, frame in enumerate(frames):
            path = folder / f"rows{form.suffix}"
            known = {name: _agreed(frame[name], dtype) for name, dtype in types.items()}
            form.write([decimals_to_minor_units(frame, known)], known, frozenset(), path)
            hand_on(path, out, without_header=form.has_header and number > 0)
            rows += frame.height
    out.flush()
    return rows


def _agreed(column: pl.Series, dtype: DType) -> DType:
    """The type of a column: the one that is stated, or of a stranger's what its values are."""
    return dtype if column.dtype == dtype.written else types_of(column.to_frame())[column.name]
