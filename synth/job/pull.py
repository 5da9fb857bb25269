"""Reads tables of a database, or a query's rows, into files: streaming, and all of it or nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth.addresses import is_remote
from synth.databases import Address, Database, connect
from synth.databases.address import address_of
from synth.databases.contract import MANIFEST
from synth.dtypes import Types
from synth.errors import OptionError, OutputError, did_you_mean
from synth.formats import READABLE, Format, format_of
from synth.left import temporary_folder
from synth.logs import logged
from synth.progress import Progress, silent
from synth.spec.kept import as_kept
from synth.store.documents import write_documents
from synth.store.folder import replacing_folder, write_marker
from synth.store.manifest import Manifest, pulled_identity
from synth.store.manifest_table import manifest_of
from synth.store.object_run import publish, run_key
from synth.store.places import ObjectPlace
from synth.store.remote import folder_at
from synth.store.replacing import known_if_exists, refuse_anything
from synth.store.streamed import StreamedTable, file_name, write_streamed

if TYPE_CHECKING:
    from synth import answers

__all__ = ["Pulled", "pull"]

QUERY = "query"  # the folder of a query's rows


@dataclass
class Pulled:
    """What was read, and into which folder."""

    place: str
    folder: Path | str  # or the address in an object store
    schema: str | None
    rows_of: dict[str, int] = field(default_factory=dict)
    bytes_of: dict[str, int] = field(default_factory=dict)
    has_manifest: bool = False  # the folder is a dataset's, to be verified and loaded
    changed: tuple[str, ...] = ()  # tables that are not as they were loaded
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.rows_of.values())

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(self.bytes_of.values())

    def as_dict(self) -> answers.Pulled:
        """The report as plain data, for `--json`."""
        return {
            "place": self.place, "folder": str(self.folder), "schema": self.schema, "rows": self.rows, "bytes": self.bytes,
            "seconds": round(self.seconds, 3), "manifest": self.has_manifest, "changed": list(self.changed),
            "tables": {name: {"rows": rows, "bytes": self.bytes_of[name]} for name, rows in self.rows_of.items()},
        }  # fmt: skip

    def add(self, name: str, table: StreamedTable) -> None:
        """Note what was read of a table."""
        self.rows_of[name], self.bytes_of[name] = table.rows, table.bytes


@logged
def pull(
    address: Address | str | Path, out: str | Path, *, schema: str | None = None, tables: Iterable[str] | None = None,
    query: str | None = None, format: str = "parquet", if_exists: str = "fail", progress: Progress | None = None,
) -> Pulled:  # fmt: skip
    """Read tables into `out`/SCHEMA, or a query's rows into `out`/query. Raises OptionError, OutputError, DatabaseError.

    The schema is the one that holds a dataset of ours, if none is named. Of such a schema all tables of the dataset are
    read, of another one all tables; a whole dataset gets a manifest, so that it can be verified and loaded as a folder.
    `if_exists` is what becomes of files that are there: fail, replace. `progress` is called with a table and the rows just
    written.

    >>> synth.generate_into(synth.make_plan("inventory", scale=0.01), "shop.duckdb").rows
    351
    >>> synth.pull("shop.duckdb", "pulled").folder.as_posix()
    'pulled/inventory'
    """
    address = address_of(address)
    if is_remote(out):
        with temporary_folder() as here:
            how: dict[str, Any] = {"schema": schema, "tables": tables, "query": query, "format": format}
            return _put(pull(address, here, **how, progress=progress), str(out), if_exists)
    form = format_of(format, READABLE)
    known_if_exists(if_exists)
    if query is not None and (tables is not None or schema is not None):
        raise OptionError("a query is instead of --tables and --schema\n  hint: name schemas in the query")
    started = time.perf_counter()
    tell = progress or silent
    with connect(address) as database:
        if query is not None:
            report = _pull_query(database, query, Path(out) / QUERY, form, if_exists, tell)
        else:
            name = schema if schema is not None else _only_schema(database)
            wanted = None if tables is None else tuple(dict.fromkeys(tables))
            report = _SchemaPull(database, name, wanted).pull(Path(out), form, if_exists, tell)
    report.seconds = time.perf_counter() - started
    return report


def _put(report: Pulled, out: str, if_exists: str) -> Pulled:
    """Put a whole dataset that was read into an object store. Raises OutputError."""
    folder = Path(report.folder)
    if not report.has_manifest:
        raise OutputError(
            "a whole dataset of ours alone can be pulled into an object store\n  hint: pull into a folder, and copy that"
        )
    place, manifest = ObjectPlace(folder_at(out).inside(folder.name)), Manifest.read(folder)
    old, tag = place.look(manifest, if_exists)
    publish(place.objects, manifest, folder, run_key(manifest), old, tag)
    return replace(report, folder=str(place))


def _only_schema(database: Database) -> str:
    """The one schema that holds a dataset of ours. Raises OptionError."""
    loaded = database.dataset_schemas()
    if len(loaded) == 1:
        return loaded[0]
    what = f"holds several datasets ({', '.join(loaded)})" if loaded else "holds no dataset of ours"
    raise OptionError(f"{database.address} {what}\n  hint: say which --schema to read")


def _pull_query(
    database: Database, query: str, target: Path, form: Format, if_exists: str, tell: Progress
) -> Pulled:  # fmt: skip
    refuse_anything(target, if_exists)
    report = Pulled(str(database.address), target, None)
    with replacing_folder(target) as work_folder:
        refuse_anything(target, if_exists)  # another run may have ended before this one had the lock
        frames = database.frames(query.strip().rstrip(";").rstrip(), {})
        report.add(QUERY, write_streamed(frames, work_folder, "", form, lambda rows: tell(QUERY, rows)))
        write_marker(work_folder)
    return report


class _SchemaPull:
    """A schema's tables, those that are wanted of them, and what is known of their columns."""

    def __init__(self, database: Database, schema: str, wanted: tuple[str, ...] | None):
        self.database, self.schema = database, schema
        there = database.catalogue(schema)
        self.there = {table: types for table, types in there.items() if types and table != MANIFEST}
        if not self.there:
            loaded = database.dataset_schemas()
            hint = did_you_mean(schema, loaded) if loaded else "is its name right?"
            raise OptionError(f"{database.address} has no tables in schema '{schema}'\n  hint: {hint}")
        self.manifest = manifest_of(database, schema) if MANIFEST in there else None
        self.made = self._made()
        ours = [table for table in self.manifest.tables if table in self.there] if self.manifest else list(self.there)
        self.wanted = wanted or tuple(ours)
        for table in self.wanted:
            if table not in self.there:
                raise OptionError(
                    f"{database.address} has no table '{table}' in schema '{schema}'\n"
                    f"  hint: {did_you_mean(table, self.there)}"
                )

    def pull(self, out: Path, form: Format, if_exists: str, tell: Progress) -> Pulled:
        """Read the tables into a folder of `out`."""
        target = out / file_name(self.schema)
        refuse_anything(target, if_exists)
        report = Pulled(str(self.database.address), target, self.schema)
        with replacing_folder(target) as work_folder:
            refuse_anything(target, if_exists)  # another run may have ended before this one had the lock
            pulled = {}
            for table in self.wanted:
                pulled[table] = self._table(table, work_folder, form, tell)
                report.add(table, pulled[table])
            if self.manifest and set(pulled) == set(self.manifest.tables) and all(map(self._is_ours, pulled)):
                report.changed = _write_manifest(self.manifest, pulled, form, work_folder)
                report.has_manifest = True
            else:
                write_marker(work_folder)
        return report

    def _table(self, table: str, work_folder: Path, form: Format, tell: Progress) -> StreamedTable:
        ours = self.manifest is not None and self._is_ours(table)
        types = self.made[table] if ours else self.there[table]
        self.database.require_short_texts(self.schema, table, types)
        frames = self.database.frames(self.database.query(self.schema, table, types), types)
        return write_streamed(
            frames, work_folder, file_name(table), form, lambda rows: tell(table, rows), types if ours else None
        )

    def _made(self) -> dict[str, Types]:
        """The types of the tables that a load of ours made, by its manifest."""
        if self.manifest is None:
            return {}
        made = {name: entry.types for name, entry in self.manifest.tables.items()}
        return as_kept(self.manifest.load_dataset(), self.database.dialect.name, made)

    def _is_ours(self, table: str) -> bool:
        """Whether a table has the columns that a load of ours made, and no decimal of more digits."""
        if self.manifest is None or table not in self.manifest.tables:
            return False
        made, there = self.manifest.tables[table].types, self.there[table]
        return list(made) == list(there) and all(
            not there[name].is_decimal or there[name].digits <= dtype.digits
            for name, dtype in made.items()
            if dtype.is_decimal
        )


def _write_manifest(
    old: Manifest, pulled: Mapping[str, StreamedTable], form: Format, work_folder: Path
) -> tuple[str, ...]:
    """The manifest of the load, with these files; the tables whose content is another one by now.

    It is no run of `generate`, which shall not find it done, and has no parts to advance by.
    """
    tables = {
        name: entry.model_copy(
            update={
                "rows": pulled[name].content.rows,
                "fingerprint": str(pulled[name].content),
                "files": pulled[name].files,
            }
        )
        for name, entry in old.tables.items()
    }
    prints = [table.fingerprint for table in tables.values()]
    identity = pulled_identity(old.origin() or old.identity, form.name, prints)
    new = old.restated(
        format=form.name, dialect=None, identity=identity, tables=tables, families={}, sums=(), made_by=None,
        partitions={}, last_keys={}, edits={},
    )  # fmt: skip
    write_documents(work_folder, new)
    new.write(work_folder)
    return tuple(name for name, table in tables.items() if table.fingerprint != old.tables[name].fingerprint)
