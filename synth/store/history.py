"""Histories of tables: each version of a row, and when it held (type 2 of slowly changing dimensions).

A folder has a folder for each table: files `open-…` hold the versions that hold now, and a file `closed-UNTIL` those that
a step has ended. As each step ends them at moments of its own, the last step can be taken back: that of a run which was
killed, or failed, before its data was in place.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, NaiveDatetime, ValidationError

from synth.columns import from_microseconds, to_written
from synth.draw.change import AT, BEFORE, OP
from synth.draw.output import WriteResult
from synth.dtypes import TIMESTAMP, Types
from synth.errors import OptionError, OutputError
from synth.plan.model import Plan
from synth.spec.constraints import references
from synth.spec.load import dump
from synth.spec.models import Dataset
from synth.spec.parts import part_of, table_of
from synth.store.change_feed import STAMP
from synth.store.files import FileEntry, described, files_in, first_link, is_plain, read_bytes, write_text
from synth.store.folder import refuse_link, replacing_folder
from synth.streams import STREAM_VERSION
from synth.version import __version__

__all__ = ["NAME", "History", "OpeningSink", "period_names"]

NAME = "history.json"
OPEN, CLOSED, COPY = "open-", "closed-", "#copy"
ANOTHER = "  hint: name an empty folder"


class _Record(BaseModel):
    """What is in the folder, as `history.json`: the moments at which steps began and ended, and the files of each table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    program: str
    dataset: str
    rows_of: str  # a hash of all that the rows depend on, but for `until`
    steps: tuple[NaiveDatetime, ...]
    tables: dict[str, tuple[FileEntry, ...]]


def period_names(columns: Sequence[str]) -> tuple[str, str]:
    """The columns that say when a version held: `valid_from` and `valid_to`, or where a table has these, `row_valid_…`."""
    names = ("valid_from", "valid_to")
    while {name.lower() for name in columns} & {*names}:
        names = (f"row_{names[0]}", f"row_{names[1]}")
    return names


class History:
    """The histories of a dataset's tables, as they are at the data's `until`, in a folder that is being made anew."""

    def __init__(self, folder: Path, making: Path, earlier: Plan, until: dt.datetime):
        """Raises OptionError, OutputError where the folder does not go on from the data."""
        self.folder, self.making, self.earlier, self.until = folder, making, earlier, until
        self.record, self.undone = _record_at(folder, earlier), None
        self.taken: dict[str, FileEntry] = {}
        if self.record is not None and self.record.steps[-1] != earlier.until:
            self.undone = self.record.steps[-1]  # of a step that was killed before its end

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, earlier: Plan, until: dt.datetime) -> Iterator[History]:
        """Hold a folder for a step; when the block ends well, what was written takes its place, all at once."""
        refuse_link(folder)
        folder = folder.resolve()
        with replacing_folder(folder) as making:
            yield cls(folder, making, earlier, until)

    @property
    def is_new(self) -> bool:
        """Whether nothing is there yet: the rows of before are to be written by the `opening_sink`."""
        return self.record is None

    def opening_sink(self) -> OpeningSink:
        """Give what takes the rows as they were before the first step."""
        plan = self.earlier
        parts = [part for family in plan.families for part in family.tables if table_of(part) in plan.wanted]
        start = dt.datetime.combine(plan.dataset.period.start, dt.time())
        return OpeningSink(self.making, start, {part: _came(plan, part) for part in parts})

    def write(self, differences: Mapping[str, Sequence[pl.DataFrame]], plan: Plan) -> None:
        """Write all tables as they are after the step. Raises OutputError."""
        for table in plan.wanted:
            (self.making / table).mkdir(exist_ok=True)
            found = [frame for part, frames in differences.items() if table_of(part) == table for frame in frames]
            self._table(table, pl.concat(found) if found else None, plan)
        steps = self.record.steps if self.record is not None else (self.earlier.until,)
        steps = (*(step for step in steps if step != self.undone), self.until)
        files = {t: tuple(map(self._described, sorted((self.making / t).glob("*.parquet")))) for t in plan.wanted}
        record = _Record(
            program=__version__, dataset=plan.dataset.dataset, rows_of=_rows_of(plan), steps=steps, tables=files
        )
        text = json.dumps(record.model_dump(mode="json"), indent=1) + "\n"
        write_text(self.making / NAME, text)

    def _take(self, file: FileEntry) -> None:
        """A file as it is: the same one where the file system has links, else a copy."""
        try:
            os.link(self.folder / file.path, self.making / file.path)
        except OSError:
            shutil.copy2(self.folder / file.path, self.making / file.path)
        self.taken[file.path] = file

    def _described(self, path: Path) -> FileEntry:
        found = self.taken.get(path.relative_to(self.making).as_posix())
        rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect()
        return found or described(path, self.making, rows.item())

    def _table(self, table: str, found: pl.DataFrame | None, plan: Plan) -> None:
        """One table: old files as they are where nothing changes, else what is open is written anew."""
        here, written, types = self.making / table, plan.tables[table].written, plan.tables[table].types
        begins, ends = period_names(written)
        schema = {**{name: types[name].written for name in written}, begins: TIMESTAMP.written, ends: TIMESTAMP.written}
        never = pl.lit(None, schema[ends]).alias(ends)
        old = self.record.tables[table] if self.record else ()
        last = f"{table}/{CLOSED}{self.undone:{STAMP}}.parquet" if self.undone else None
        closed = [file for file in old if Path(file.path).name.startswith(CLOSED)]
        for file in closed:
            if file.path != last:
                self._take(file)
        if found is None and not self.undone:
            for file in (file for file in old if file not in closed):
                self._take(file)
            return
        drawn = [] if self.record else sorted(here.iterdir())  # by the opening sink
        was_open = _scan(drawn or [self.folder / file.path for file in old if file not in closed], schema)
        if self.undone:
            was_open = was_open.filter(pl.col(begins) < self.earlier.until)
            again = [self.folder / file.path for file in closed if file.path == last]
            was_open = pl.concat([was_open, *(_scan([path], schema).with_columns(never) for path in again)])
        pieces, by = [was_open], list(plan.spec(table).key or written)
        if found is not None:
            gone, come = found.filter(pl.col(OP) != "insert").sort(AT), found.filter(pl.col(OP) != "delete")
            ending = to_written(gone.select(pl.col(BEFORE + name).alias(name) for name in by), types)
            ending = _numbered(ending.with_columns(_moments(gone).alias(ends)), by)
            keys = ending.select(by).unique().lazy()
            # of a key there is one; of rows without a key all that are equal are met, and the oldest of them end first
            met = was_open.join(keys, on=by, how="semi", nulls_equal=True).collect().sort(begins)
            met = _numbered(met.drop(ends), by)
            ended = met.join(ending, on=[*by, COPY], nulls_equal=True).select(list(schema)).sort(ends, *by)
            if len(ended):
                ended.write_parquet(here / f"{CLOSED}{self.until:{STAMP}}.parquet")
            untouched = was_open.join(keys, on=by, how="anti", nulls_equal=True, maintain_order="left")
            stays = (
                met.join(ending, on=[*by, COPY], how="anti", nulls_equal=True).with_columns(never).select(list(schema))
            )
            new = to_written(come.select(written), types).with_columns(_moments(come).alias(begins), never)
            pieces = [untouched, stays.lazy(), new.select(list(schema)).sort(begins, *by).lazy()]
        making = here / f".{OPEN}{0:05d}.parquet"  # what is read may have the name that it will have
        pl.concat(pieces).sink_parquet(making)
        for path in drawn:
            path.unlink()
        making.replace(here / making.name[1:])


def _record_at(folder: Path, earlier: Plan) -> _Record | None:
    """What a folder says of itself, if anything is there; it goes on from this plan. Raises OptionError, OutputError."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise OptionError(f"'{folder}' is a file, not a folder")
    present = files_in(folder)
    if not present and not any(folder.iterdir()):
        return None
    if NAME not in present:
        raise OptionError(f"'{folder}' holds files that are no history of ours\n{ANOTHER}")
    if link := first_link(folder):
        raise OutputError(f"'{folder}' holds a link ('{link}'), and none is of ours; nothing is written there")
    try:
        record = _Record.model_validate_json(read_bytes(folder / NAME))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise OptionError(f"'{folder / NAME}' is none of this program: {first['msg']}\n{ANOTHER}") from None
    files = {file.path: file for each in record.tables.values() for file in each}
    if strangers := sorted({*present} - {NAME, *files}):
        raise OptionError(f"'{folder}' holds a file that is not ours ('{strangers[0]}'); move it away first")
    for path, file in files.items():
        if not is_plain(folder / path, folder) or (folder / path).stat().st_size != file.bytes:
            raise OutputError(f"'{folder / path}' is missing, or not as it was made\n{ANOTHER}")
    if record.rows_of != _rows_of(earlier) or set(record.tables) != set(earlier.wanted) or not record.steps:
        raise OptionError(f"'{folder}' is the history of other data ('{record.dataset}')\n{ANOTHER}")
    if earlier.until not in record.steps[-2:]:
        raise OptionError(
            f"'{folder}' ends at {record.steps[-1]} and the data is at {earlier.until}: it does not go on from there\n"
            f"{ANOTHER}"
        )
    return record


def _rows_of(plan: Plan) -> str:
    """A hash of all that the rows of a plan depend on, but for `until`."""
    facts = [dump(plan.dataset), float(plan.scale), plan.seed, sorted(plan.wanted), STREAM_VERSION]
    return sha256(json.dumps(facts).encode()).hexdigest()


def _scan(files: Sequence[Path], schema: Mapping[str, object]) -> pl.LazyFrame:
    """The rows of files, which are read in pieces as they are needed."""
    return pl.concat([pl.scan_parquet(file, glob=False).select(list(schema)).cast(schema) for file in files])  # type: ignore[arg-type]


def _numbered(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Rows with their place among those of the same key."""
    return frame.with_columns(pl.int_range(pl.len()).over(by).alias(COPY))


def _moments(found: pl.DataFrame) -> pl.Series:
    return from_microseconds(found[AT].to_numpy())


# -- the rows that were there before the first step


@dataclass(frozen=True)
class _Came:
    """What says when a table's rows came: a column, or the parent with which they did, by its key."""

    column: str | None = None
    parent: str | None = None
    link: tuple[tuple[str, str], ...] = ()  # (column, the parent's key)


def _came(plan: Plan, part: str) -> _Came:
    spec, written = plan.spec(part), plan.tables[part].written
    column = next((name for name in (spec.arrival, spec.at) if name in written), None)
    parent = plan.kind(part).parent(spec)
    if column is None and parent in plan.wanted:
        for refers in _to_parent(plan.dataset, part, str(parent)):
            return _Came(None, parent, refers)
    return _Came(column)


def _to_parent(dataset: Dataset, table: str, parent: str) -> Iterator[tuple[tuple[str, str], ...]]:
    for refers in references(dataset):
        if (refers.table, refers.parent) == (table, parent):
            yield tuple(zip(refers.columns, refers.keys, strict=True))


@dataclass(frozen=True)
class OpeningSink:
    """Takes rows as they were before the first step: they hold since they came, or since the period's start.

    A table's rows that come with those of another are in files of the same number.
    """

    folder: Path
    start: dt.datetime
    came: Mapping[str, _Came]

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Write the rows of a task as one file."""
        rows, path = pl.concat([to_written(frame, types) for frame in frames]), self._path(table, number)
        begins, ends = period_names(rows.columns)
        law, moment = self.came[table], TIMESTAMP.written
        since = pl.lit(None, moment)
        if law.column is not None:
            since = pl.col(law.column).cast(moment)
        elif law.parent is not None:
            parents = pl.read_parquet(self._path(law.parent, number), glob=False)
            moments_of = parents.select(
                *(pl.col(key).alias(column) for column, key in law.link),
                pl.col(period_names(parents.columns[:-2])[0]).alias(COPY),
            )
            rows = rows.join(moments_of, on=[column for column, _ in law.link], how="left", maintain_order="left")
            since = pl.col(COPY)
        period = (pl.coalesce(since, pl.lit(self.start, moment)).alias(begins), pl.lit(None, moment).alias(ends))
        path.parent.mkdir(exist_ok=True)
        rows.with_columns(period).drop(COPY, strict=False).write_parquet(path)
        return WriteResult(path.stat().st_size)

    def close(self) -> None:
        """Do nothing: a history is made by this machine alone."""

    def _path(self, table: str, number: int) -> Path:
        part = part_of(table)
        return self.folder / table_of(table) / f"{OPEN}{part + '-' if part else ''}{number:05d}.parquet"
