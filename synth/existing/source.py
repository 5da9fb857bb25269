"""Where rows that exist are read: a folder of files, ours or anybody's, or a schema of a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Self

import polars as pl

from synth.addresses import is_remote
from synth.databases import Address, Database, connect
from synth.databases.address import find, is_configured, is_database
from synth.databases.contract import MANIFEST
from synth.databases.secret import masked
from synth.dtypes import DType
from synth.errors import OptionError, OutputError, did_you_mean, one_of
from synth.formats import FORMATS, READABLE, Format, first_words, format_of, unreadable_errors
from synth.store.folder import require_files
from synth.store.manifest import NAME, Manifest
from synth.store.manifest_table import manifests_of
from synth.store.opened import opened
from synth.store.reading import count_and_largest, first_rows
from synth.system import is_utf8
from synth.translate.dialect import Dialect

__all__ = ["DatabaseSource", "FolderSource", "RowSource", "is_one_of", "open_source", "require_confirmed"]

_BY_SUFFIX = {FORMATS[name].suffix: FORMATS[name] for name in READABLE}


class RowSource(ABC):
    """A context. Columns come in the types that they have there; those of foreign files that say no types (CSV) as text."""

    place: str  # for people: without a password
    at: tuple[str, str] | None = None  # of a database: its address, and the schema

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @abstractmethod
    def tables(self) -> dict[str, dict[str, DType]]:
        """Tables, and their columns."""

    @abstractmethod
    def read(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """These columns of all rows. Raises DatabaseError, OutputError."""

    def first(self, table: str, rows: int | None) -> Iterator[pl.DataFrame]:
        """The first rows, or all, a frame after another: one at least. Raises DatabaseError, OutputError."""
        frame = self.read(table, list(self.known(table)))
        yield frame if rows is None else frame.head(rows)

    def counted(self, table: str) -> int | None:
        """How many rows a table has, where that is known without reading them."""
        return None

    @abstractmethod
    def summed(self, table: str, key: str) -> tuple[int, int]:
        """How many rows a table has, and the highest of a whole-numbered key."""

    def known(self, table: str) -> dict[str, DType]:
        """A table's columns. Raises OptionError where there is no such table."""
        there = self.tables()
        if table not in there:
            raise OptionError(f"{self.place} has no table '{table}'\n  hint: {did_you_mean(table, there)}")
        return there[table]


class FolderSource(RowSource):
    """A folder of ours, or one with files of anybody's: TABLE/*.parquet, TABLE.parquet, or the same in another format.

    A folder of ours says itself which its files are, and the types of their columns.
    """

    def __init__(self, folder: Path):
        self.folder, self.place = folder, str(folder)
        self.manifest = Manifest.read(folder) if (folder / NAME).is_file() else None
        if self.manifest and not format_of(self.manifest.format).can_be_read:
            raise OptionError(
                f"'{folder}' is {self.manifest.format}\n  hint: rows are read from {one_of([*READABLE, 'a database'])}"
            )
        self.files: dict[str, list[Path]] = {}
        if self.manifest:
            require_files(folder, self.manifest)
            self.files = {n: [folder / file.path for file in t.files] for n, t in self.manifest.tables.items()}
        else:
            for path in sorted(folder.iterdir()):
                if _is_table(path):
                    self.files.setdefault(path.stem, []).append(path)
                elif path.is_dir() and path.name[0] not in "._":
                    inside = sorted(file for file in path.iterdir() if _is_table(file))
                    if inside:
                        self.files.setdefault(path.name, []).extend(inside)
        if not self.files:
            raise OptionError(
                f"'{folder}' holds no tables\n  hint: files such as TABLE.parquet, TABLE.csv or TABLE/….parquet"
            )

    def tables(self) -> dict[str, dict[str, DType]]:
        """By the manifest, or by what the files say."""
        return {table: self._types(table) for table in self.files}

    def _types(self, table: str) -> dict[str, DType]:
        if self.manifest:
            return self.manifest.tables[table].types
        return self._types_of(table, self.files[table][0]) if self.files[table] else {}

    def _types_of(self, table: str, path: Path) -> dict[str, DType]:
        """One file's columns: others may have them in another order."""
        if self.manifest:
            return self.manifest.tables[table].types
        return _format(path).columns(path)

    def read(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """All files, one below the other; where they disagree about a column's type, it comes as text."""
        parts = []
        for path in self.files[table]:
            types = self._types_of(table, path)
            if lacking := [name for name in columns if name not in types]:
                raise OutputError(f"'{path}' has no column '{lacking[0]}', which other files of '{table}' have")
            form = _format(path)
            parts.append(form.read(path, {} if form.holds_types else types, columns).select(columns))
        types = self._types(table)
        parts = [part for part in parts if part.height] or [pl.DataFrame(schema={n: types[n].written for n in columns})]
        mixed = [name for name in columns if len({part[name].dtype for part in parts}) > 1]
        return pl.concat([part.with_columns(pl.col(mixed).cast(pl.String)) for part in parts] if mixed else parts)

    def first(self, table: str, rows: int | None) -> Iterator[pl.DataFrame]:
        """File by file, and none that is not needed."""
        names, left = list(self._types(table)), rows
        for number, path in enumerate(self.files[table]):
            if left is not None and left <= 0 and number:
                return
            types = self._types_of(table, path)
            if lacking := [name for name in names if name not in types]:
                raise OutputError(f"'{path}' has no column '{lacking[0]}', which other files of '{table}' have")
            try:
                form = _format(path)
                whole = left is None or form.name == "arrow"  # of which DuckDB takes batches in any order
                frame = form.read(path, {} if form.holds_types else types, names) if whole else None
                found = first_rows(form, path, types, left or 0) if frame is None else frame
            except unreadable_errors() as error:
                raise OutputError(f"'{path}' cannot be read: {first_words(error)}") from None
            yield found.select(names) if left is None else found.select(names).head(left)
            left = None if left is None else left - found.height

    def counted(self, table: str) -> int | None:
        """Give the rows that the manifest states, None where there is none."""
        return self.manifest.tables[table].rows if self.manifest else None

    def summed(self, table: str, key: str) -> tuple[int, int]:
        """By DuckDB, which reads no other column, file by file."""
        by_file = []
        for path in self.files[table]:
            try:
                by_file.append(count_and_largest(_format(path), [path], self._types_of(table, path), key))
            except unreadable_errors() as error:
                raise OutputError(f"'{table}.{key}' of '{path}': {first_words(error)}") from None
        return sum(rows for rows, _ in by_file), max((largest for _, largest in by_file), default=0)


def _format(path: Path) -> Format:
    return _BY_SUFFIX[path.suffix.lower()]


def _is_table(path: Path) -> bool:
    """Whether a file may be a table's. Raises OptionError for a name that libraries cannot take."""
    if not is_utf8(path.name):
        raise OptionError(f"{str(path)!r} is no UTF-8\n  hint: rename the file or folder")
    return path.suffix.lower() in _BY_SUFFIX and path.is_file() and path.name[0] not in "._"


class ObjectSource(FolderSource):
    """A folder of ours in an object store, of which there is a copy as long as it is read."""

    def __init__(self, place: str):
        self._copy = ExitStack()
        with ExitStack() as copy:
            super().__init__(copy.enter_context(opened(place))[0])
            self._copy = copy.pop_all()
        self.place = place

    def __exit__(self, *_: object) -> None:
        self._copy.close()


class DatabaseSource(RowSource):
    """A schema of a database; without a name the dataset's, the only one that is loaded, or where tables are by default.

    One that is `new` may hold nothing yet. `option` is the word of the command line that names the schema.
    """

    def __init__(
        self, address: Address, schema: str | None, dataset: str, needed: Collection[str], *, new: bool = False,
        option: str = "--from-schema",
    ):  # fmt: skip
        self.address = address
        self.database: Database = connect(address)
        self.dialect: Dialect = self.database.dialect
        self.schema = schema if schema is not None else self._usual(dataset, needed)
        self._there = self.database.catalogue(self.schema)
        self.place, self.at = f"schema {self.schema} of {address}", (str(address), self.schema)
        if not self._there and not new:
            hint = self._loaded()
            self.database.close()
            raise OptionError(
                f"{address} has no tables in schema '{self.schema}'\n  hint: name another with {option}{hint}"
            )

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def _loaded(self) -> str:
        """The schemas that hold a dataset of ours, as the end of a hint."""
        loaded = self.database.dataset_schemas()
        return f": {', '.join(loaded)}" if loaded else ""

    def _usual(self, dataset: str, needed: Collection[str]) -> str:
        loaded = self.database.dataset_schemas()
        default = self.database.default_schema
        known = [dataset, *(loaded if len(loaded) == 1 else []), default]
        there = {name: self.database.catalogue(name) for name in known}
        return next((name for name in known if there[name] and set(needed) <= set(there[name])), default)

    def tables(self) -> dict[str, dict[str, DType]]:
        """Give the tables of the schema, from its catalogue."""
        return self._there

    def read(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """Arrow batches, where the driver has them."""
        types = {name: self._there[table][name] for name in columns}
        self.database.require_short_texts(self.schema, table, types)
        sql = self.database.query(self.schema, table, types)
        return pl.concat(list(self.database.frames(sql, {})), how="vertical_relaxed").select(columns)

    def first(self, table: str, rows: int | None) -> Iterator[pl.DataFrame]:
        """By the primary key, where a load of ours made the table; else as the database gives them."""
        key = [name for name in self._keys.get(table, ()) if name in self._there[table]]
        yield from self.database.first(self.schema, table, self._there[table], key, rows)

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        """The primary keys of tables that loads of ours made."""
        made = manifests_of(self.database, self.schema, or_none=True) if MANIFEST in self._there else []
        return {name: table.key for each in made for name, table in each.load_dataset().tables.items()}

    def summed(self, table: str, key: str) -> tuple[int, int]:
        """Let the database count, and find the highest key."""
        if self._there[table][key].name not in ("smallint", "integer", "bigint", "decimal"):
            raise OptionError(f"{self.place}: '{table}.{key}' holds no numbers, and a sequence cannot go on behind it")
        asked = (
            f"SELECT COUNT(*), MAX({self.dialect.quote_identifier(key)}) FROM {self.dialect.place(self.schema, table)}"
        )
        rows, largest = self.database.rows(asked)[1][0]
        return int(rows), int(largest or 0)


def require_confirmed(source: str, places: Sequence[str], table: str) -> None:
    """Raise OptionError for a place that a spec names, and the user neither by --from nor in `synth.toml`."""
    if is_configured(source) or is_one_of(source, places):
        return
    way = "--from, or in synth.toml" if "://" in source else "--from"
    more = ", which may be given more than once" if places else ""
    raise OptionError(
        f"the spec says that rows of '{table}' are in '{masked(source)}', which is read only where you say so\n"
        f"  hint: name the same place by {way}{more}"
    )


def is_one_of(source: str, places: Sequence[str]) -> bool:
    """Whether the user has named a place: by the same URL, or the same folder."""
    return any(_is_same(source, place) for place in places)


def _is_same(source: str, place: str) -> bool:
    if source == place or "://" in source or "://" in place:
        return source == place
    return Path(source).resolve() == Path(place).resolve()


def open_source(
    place: str, schema: str | None, dataset: str, needed: Collection[str], *, named: bool = True
) -> RowSource:  # fmt: skip
    """The source that a word of the command line means; a schema that is not named is one with the needed tables.

    A place that is not `named` by the user, but by a spec, gets no password of the user's.

    Raises OptionError, DatabaseError.
    """
    if not place:
        raise OptionError("--from names nothing: a folder with tables, or a database's URL")
    if is_database(place):
        address = find(place, named=named)
        assert address is not None
        return DatabaseSource(address, schema, dataset, needed)
    if schema is not None:
        raise OptionError(f"'{place}' is a folder, it has no schemas")
    if is_remote(place):
        return ObjectSource(place)
    if not Path(place).is_dir():
        raise OptionError(
            f"there is no folder '{masked(place)}'\n  hint: --from takes a folder with tables, or a database's URL"
        )
    return FolderSource(Path(place))
