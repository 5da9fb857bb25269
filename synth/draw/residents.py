"""Resident columns: parents' columns that other families look up, as arrays that all workers map into memory.

Each is one `.npy` file of fixed-width values (text as codes into a small dictionary beside it), so a lookup is one
gather and the pages are shared. Without a folder the arrays live in memory, for drawing in one process. Where engines have
carried the files to another machine, they are `Carried`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, from_microseconds, mask
from synth.draw.narrow import NARROW, numbers_of, widened
from synth.draw.spool import Spool, encoded
from synth.dtypes import DType
from synth.generators.pieces import InPieces
from synth.generators.sampling import Search
from synth.plan.content import Content

__all__ = ["ARRAY", "TEXTS", "Carried", "Residents", "mapped", "read_texts"]

Rows = npt.NDArray[np.int64]

ARRAY, TEXTS = ".npy", ".texts"  # endings of files


def mapped(file: Path) -> npt.NDArray[Any]:
    """Map a file's array, of any shape, into memory: (n,)."""
    array: npt.NDArray[Any] = np.load(file, mmap_mode="r")
    return array


def _write(file: Path, array: npt.NDArray[Any] | InPieces) -> None:
    """Write an array, of any shape, (n,), or piece by piece what makes one."""
    if isinstance(array, np.ndarray):
        np.save(file, array)
        return
    with file.open("wb") as out:
        descr = np.lib.format.dtype_to_descr(array.dtype)
        np.lib.format.write_array_header_1_0(out, {"descr": descr, "fortran_order": False, "shape": (array.length,)})
        for piece in array.pieces:
            out.write(np.ascontiguousarray(piece).data)


def _is_null(array: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell where what is kept is NULL. (n,) -> (n,)"""
    null = np.iinfo(array.dtype).min if array.dtype in NARROW else NULL
    nulls: npt.NDArray[np.bool_] = np.isnan(array) if array.dtype == np.float64 else array == null
    return nulls


def read_texts(file: Path) -> pl.Series:
    """Read a dictionary of texts. (n,)"""
    return pl.read_parquet(file, glob=False)["text"]


class _Name(NamedTuple):
    """An array: a table's column, or something about the table or column that is called `what`."""

    table: str
    column: str = ""
    what: str = ""

    @property
    def file(self) -> str:
        """The file's name, without an ending; neither sign is in names of tables and columns."""
        return f"{self.table}.{self.column}#{self.what}"


class Carried(Protocol):
    """The files of residents where there is no folder of them: by their names, each with its ending."""

    def array(self, file: str) -> npt.NDArray[Any]:
        """Give an array of any shape, best without a copy: (n,)."""

    def texts(self, file: str) -> pl.Series | None:
        """Give a dictionary of texts, if there is one of this name: (n,)."""


class Residents:
    """Columns by table and column, and arrays that references prepared from them."""

    def __init__(self, folder: Path | None = None, carried: Carried | None = None):
        self.folder, self.carried = folder, carried
        self._arrays: dict[_Name, npt.NDArray[Any]] = {}
        self._texts: dict[_Name, pl.Series | None] = {}  # None: the column holds no text
        self._counts: dict[str, int] = {}
        self._nulls: dict[_Name, bool] = {}
        self._cached: dict[str, Any] = {}
        self._saved: set[_Name] = set()  # by this process
        self._prepared: set[tuple[str, str]] = set()
        if folder is not None:
            folder.mkdir(exist_ok=True)

    def __getstate__(self) -> Path | None:
        return self.folder

    def __setstate__(self, folder: Path | None) -> None:
        self.__init__(folder)  # type: ignore[misc]

    # -- filling, in the main process

    def add(self, table: str, rows: int, frame: pl.DataFrame) -> None:
        """Keep whole columns of a table, in drawn dtypes; `rows` counts the table's rows even where there is no column.

        What is kept stays: others may have mapped it.
        """
        self._save(_Name(table, what="rows"), np.array([rows], dtype=np.int64))
        for column in frame.get_columns():
            name = _Name(table, column.name)
            if name not in self._saved:
                numbers, texts = encoded(column)
                if texts is not None:
                    self._save_text(name, texts)
                self._save(name, numbers)

    def spool(self) -> Spool:
        """Make what takes the rows of a table from tasks, until all are there."""
        return Spool(self.folder)

    def add_spooled(self, table: str, spool: Spool) -> None:
        """Keep whole columns that have been handed over; what is kept stays."""
        self._save(_Name(table, what="rows"), np.array([spool.rows], dtype=np.int64))
        for column in spool.columns():
            name = _Name(table, column.name)
            if name not in self._saved:
                if column.texts is not None:
                    self._save_text(name, column.texts)
                self._save(name, column.joined())

    def add_content(self, content: Content) -> None:
        """Keep all rows that were there before the run."""
        for table, frame in content.frames.items():
            self.add(table, frame.height, frame)
        for table, rows in content.parent_rows.items():
            self._save(_Name(table, what="parent rows"), rows)
        for (parent, child), marks in content.has_children.items():
            self._save(_Name(parent, child, "has children"), marks)

    def add_prepared(self, table: str, column: str, arrays: Mapping[str, npt.NDArray[Any] | InPieces]) -> None:
        """Keep what a column's generator prepared."""
        self._prepared.add((table, column))
        for what, array in arrays.items():
            self._save(_Name(table, column, what), array)

    def has(self, table: str, column: str) -> bool:
        """Tell whether a column is kept."""
        return _Name(table, column) in self._saved

    def is_prepared(self, table: str, column: str) -> bool:
        """Tell whether what a column's generator prepares is kept."""
        return (table, column) in self._prepared

    def _save(self, name: _Name, array: npt.NDArray[Any] | InPieces) -> None:
        if name in self._saved:
            return
        self._saved.add(name)
        if self.folder is not None:
            _write(self.folder / f"{name.file}{ARRAY}", array)
        elif isinstance(array, np.ndarray):
            self._arrays[name] = array
        else:
            self._arrays[name] = np.concatenate([np.empty(0, array.dtype), *array.pieces])

    def _save_text(self, name: _Name, texts: pl.Series) -> None:
        if self.folder is None:
            self._texts[name] = texts
        else:
            path = self.folder / f"{name.file}{TEXTS}"
            texts.alias("text").to_frame().write_parquet(path, compression="uncompressed")

    def files(self) -> list[Path]:
        """List the files of all that is kept, for who carries them elsewhere."""
        return sorted(path for path in self.folder.iterdir() if path.suffix in (ARRAY, TEXTS)) if self.folder else []

    # -- reading, in any process

    def _array(self, name: _Name) -> npt.NDArray[Any]:
        """Give an array, mapped into memory where there is a folder. (n,)"""
        if name not in self._arrays:
            if self.carried is not None:
                self._arrays[name] = self.carried.array(f"{name.file}{ARRAY}")
            else:
                assert self.folder is not None, name
                self._arrays[name] = mapped(self.folder / f"{name.file}{ARRAY}")
        return self._arrays[name]

    def _text(self, name: _Name) -> pl.Series | None:
        if name not in self._texts and self.carried is not None:
            self._texts[name] = self.carried.texts(f"{name.file}{TEXTS}")
        elif name not in self._texts and self.folder is not None:
            path = self.folder / f"{name.file}{TEXTS}"
            self._texts[name] = read_texts(path) if path.exists() else None
        return self._texts.get(name)

    def row_count(self, table: str) -> int:
        """Give the number of rows that a table has."""
        if table not in self._counts:
            self._counts[table] = int(self._array(_Name(table, what="rows"))[0])
        return self._counts[table]

    def full_column(self, table: str, column: str) -> npt.NDArray[Any]:
        """Give all rows of a column as numbers: NULL is `NULL`, or NaN. (rows of the table,)"""
        name = _Name(table, column)
        array = self._array(name)
        if array.dtype not in NARROW:
            return array
        wide: npt.NDArray[Any] = self.cached(f"wide {name.file}", lambda: widened(array))
        wide.flags.writeable = False
        return wide

    def numbers_at(self, table: str, column: str, rows: slice | Rows) -> npt.NDArray[Any]:
        """Give a column as numbers at these rows: NULL is `NULL`, or NaN. (n,) -> (n,)"""
        return widened(self._array(_Name(table, column))[rows])

    def find(self, table: str, column: str, values: pl.Series) -> Rows:
        """Give the row in which a column, in order and without repeats, has each value; -1 where none has. (n,) -> (n,)"""
        name = _Name(table, column)
        array, texts = self._array(name), self._text(name)
        null = bool(len(array)) and bool(_is_null(array[:1])[0])  # it comes first
        there = array[int(null) :]
        if texts is not None:
            wanted = texts.search_sorted(values).to_numpy().astype(np.int64)
            places = np.minimum(wanted, max(0, len(texts) - 1))
            is_there = (texts[places] == values).to_numpy() if len(texts) else np.zeros(len(values), dtype=bool)
        else:
            wanted = widened(numbers_of(values))
            if there.dtype in NARROW:  # as what is searched is not made wider, whole
                ends = np.iinfo(there.dtype)
                wanted = np.where((wanted < ends.min) | (wanted > ends.max), ends.min, wanted).astype(there.dtype)
            places = np.minimum(np.searchsorted(there, wanted), max(0, len(there) - 1))
            is_there = there[places] == wanted if len(there) else np.zeros(len(values), dtype=bool)
        rows: Rows = np.where(is_there, places + int(null), -1)
        return rows

    def parent_rows(self, table: str) -> Rows:
        """Give the row number of each existing row's parent, not decreasing. (rows of the table,)"""
        return self._array(_Name(table, what="parent rows"))

    def has_children(self, parent: str, child: str) -> npt.NDArray[np.bool_]:
        """Tell which rows of an existing table have had children of another before. (rows of the parent,)"""
        return self._array(_Name(parent, child, "has children"))

    def prepared(self, table: str, column: str, what: str) -> npt.NDArray[Any]:
        """Give an array that a column's generator prepared, of any shape: (n,)."""
        return self._array(_Name(table, column, what))

    def search(self, table: str, column: str, what: str) -> Search:
        """Give a weighted search in prepared cumulated weights, made once a process."""
        name = _Name(table, column, what)
        search: Search = self.cached(f"search {name.file}", lambda: Search(self._array(name)))
        return search

    def gather(self, table: str, column: str, rows: Rows, dtype: DType) -> pl.Series:
        """Give a column at these rows, in the drawn dtype; a row number below 0 gives NULL. (n,) -> (n,)"""
        name = _Name(table, column)
        array, texts = self._array(name), self._text(name)
        missing = rows < 0 if len(rows) and rows.min() < 0 else None
        if missing is not None and not len(array):
            return pl.Series([None], dtype=dtype.drawn).new_from_index(0, len(rows))
        values = widened(np.take(np.asarray(array), rows if missing is None else np.where(missing, 0, rows)))
        if texts is not None:
            if missing is None and not self._has_nulls(name):
                return texts[values]
            return texts.gather(
                mask(pl.Series(values), values == NULL if missing is None else missing | (values == NULL))
            )
        if array.dtype == np.float64:
            return mask(pl.Series(values), np.isnan(values) if missing is None else missing | np.isnan(values))
        if missing is not None or self._has_nulls(name):
            values = values if missing is None else np.where(missing, NULL, values)
            if dtype.is_time:
                return from_microseconds(values, dtype)
            return mask(pl.Series(values), values == NULL).cast(dtype.drawn)
        return from_microseconds(values, dtype) if dtype.is_time else pl.Series(values).cast(dtype.drawn)

    def _has_nulls(self, name: _Name) -> bool:
        if name not in self._nulls:
            self._nulls[name] = bool(_is_null(self._array(name)).any())
        return self._nulls[name]

    def cached(self, name: str, make: Callable[[], Any]) -> Any:
        """Give something costly made from residents, kept for the next block of this process."""
        if name not in self._cached:
            self._cached[name] = make()
        return self._cached[name]

    def frame(self, table: str, dtypes: Mapping[str, DType]) -> pl.DataFrame:
        """Give whole columns, in drawn dtypes."""
        rows = np.arange(self.row_count(table))
        return pl.DataFrame([self.gather(table, c, rows, dtype).alias(c) for c, dtype in dtypes.items()])
