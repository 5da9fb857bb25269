"""Where rows that exist are read: a folder of files, ours or anybody's, or a schema of a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import polars as pl

from synth.columns import as_written, types_of
from synth.databases import Address, Database, connect
from synth.databases.address import find, is_database
from synth.databases.dialect import Dialect
from synth.dtypes import TEXT, DType
from synth.errors import OptionError, OutputError, did_you_mean
from synth.job.manifest import NAME, Manifest
from synth.job.reading import UNREADABLE, highest, read_file

__all__ = ["Schema", "Source", "open_source"]

FORMATS = {".parquet": "parquet", ".csv": "csv"}


class Source(ABC):
    """A context. Columns come in the types that they have there; those of foreign CSV files as text."""

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

    @abstractmethod
    def summed(self, table: str, key: str) -> tuple[int, int]:
        """How many rows a table has, and the highest of a whole-numbered key."""

    def known(self, table: str) -> dict[str, DType]:
        """A table's columns. Raises OptionError where there is no such table."""
        there = self.tables()
        if table not in there:
            raise OptionError(f"{self.place} has no table '{table}'\n  hint: {did_you_mean(table, there)}")
        return there[table]


class Folder(Source):
    """TABLE/*.parquet, TABLE.parquet, or the same as CSV with a header; a folder of ours says itself what its files are."""

    def __init__(self, folder: Path):
        self.folder, self.place = folder, str(folder)
        self.manifest = Manifest.read(folder) if (folder / NAME).is_file() else None
        if self.manifest and self.manifest.format not in ("parquet", "csv"):
            raise OptionError(
                f"'{folder}' is {self.manifest.format}\n  hint: rows are read from Parquet, CSV or a database"
            )
        self.files: dict[str, list[Path]] = {}
        if self.manifest:
            self.files = {n: [folder / file.path for file in t.files] for n, t in self.manifest.tables.items()}
        else:
            for path in sorted(folder.iterdir()):
                if path.suffix in FORMATS and path.is_file():
                    self.files.setdefault(path.stem, []).append(path)
                elif path.is_dir() and path.name[0] != ".":
                    inside = sorted(file for file in path.iterdir() if file.suffix in FORMATS)
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
        first = self.files[table][0]
        try:
            if first.suffix == ".parquet":
                return types_of(as_written(pl.DataFrame(schema=pl.read_parquet_schema(first)), {}))
            return dict.fromkeys(pl.read_csv(first, n_rows=0, infer_schema=False).columns, TEXT)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise OutputError(f"'{first}' cannot be read: {str(error).splitlines()[0]}") from None

    def read(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """All files, one below the other."""
        types = self._types(table)
        parts = []
        for path in self.files[table]:
            try:
                if path.suffix == ".parquet":
                    parts.append(as_written(pl.read_parquet(path, columns=list(columns), glob=False), {}))
                else:
                    parts.append(read_file(path, "csv", types).select(columns))
            except UNREADABLE as error:
                raise OutputError(f"'{path}' cannot be read: {str(error).splitlines()[0]}") from None
        empty = pl.DataFrame(schema={name: types[name].written for name in columns})
        return pl.concat([part for part in parts if part.height] or parts or [empty], how="vertical_relaxed")

    def summed(self, table: str, key: str) -> tuple[int, int]:
        """By DuckDB, which reads no other column."""
        if not self.files[table]:
            return 0, 0
        try:
            return highest(self.files[table], FORMATS[self.files[table][0].suffix], self._types(table), key)
        except UNREADABLE as error:
            raise OutputError(f"'{table}.{key}' of '{self.folder}': {str(error).splitlines()[0]}") from None


class Schema(Source):
    """A schema of a database; without a name the dataset's, the only one that is loaded, or where tables are by default."""

    def __init__(self, address: Address, schema: str | None, dataset: str):
        self.address = address
        self.database: Database = connect(address)
        self.dialect: Dialect = self.database.dialect
        self.schema = schema if schema is not None else self._usual(dataset)
        self._there = self.database.catalogue(self.schema)
        self.place, self.at = f"schema {self.schema} of {address}", (str(address), self.schema)
        if not self._there:
            raise OptionError(
                f"{address} has no tables in schema '{self.schema}'\n  hint: name another with --from-schema"
            )

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def _usual(self, dataset: str) -> str:
        loaded = self.database.loaded()
        if self.database.catalogue(dataset):
            return dataset
        if len(loaded) == 1:
            return loaded[0]
        return {"postgres": "public", "mysql": self.address.name, "tsql": "dbo"}.get(self.dialect.name, "main")

    def tables(self) -> dict[str, dict[str, DType]]:
        """From the catalogue."""
        return self._there

    def read(self, table: str, columns: Sequence[str]) -> pl.DataFrame:
        """Arrow batches, where the driver has them."""
        types = {name: self._there[table][name] for name in columns}
        sql = self.database.query(self.schema, table, types)
        return pl.concat(list(self.database.frames(sql, {})), how="vertical_relaxed").select(columns)

    def summed(self, table: str, key: str) -> tuple[int, int]:
        """By the database."""
        asked = f"SELECT COUNT(*), MAX({self.dialect.quoted(key)}) FROM {self.dialect.place(self.schema, table)}"
        rows, found = self.database.rows(asked)[1][0]
        try:
            return int(rows), int(found or 0)
        except ValueError:
            raise OptionError(
                f"{self.place}: '{table}.{key}' holds '{found}', and a sequence cannot go on behind it"
            ) from None


def open_source(place: str, schema: str | None, dataset: str) -> Source:
    """The source that a word of the command line means. Raises OptionError, DatabaseError."""
    if is_database(place):
        address = find(place)
        assert address is not None
        return Schema(address, schema, dataset)
    if schema is not None:
        raise OptionError(f"'{place}' is a folder, it has no schemas")
    if not Path(place).is_dir():
        raise OptionError(
            f"there is no folder '{place}'\n  hint: --from takes a folder with tables, or a database's URL"
        )
    return Folder(Path(place))
