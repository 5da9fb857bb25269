"""Resident columns: parents' columns that other families look up, as arrays that all workers map into memory.

Each is one `.npy` file of fixed-width values (text as codes into a small dictionary beside it), so a lookup is one
gather and the pages are shared. Without a folder the arrays live in memory, for drawing in one process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, from_microseconds, mask, moments
from synth.dtypes import DType
from synth.generators.sampling import Search

__all__ = ["Residents"]


class Residents:
    """Columns by (table, column), and arrays that references prepared from them."""

    def __init__(self, folder: Path | None = None):
        self.folder = folder
        self._arrays: dict[str, npt.NDArray[Any]] = {}
        self._texts: dict[str, pl.Series] = {}
        self._counts: dict[str, int] = {}
        self._nulls: dict[str, bool] = {}
        self._made: dict[str, Any] = {}

    def __getstate__(self) -> Path | None:
        return self.folder

    def __setstate__(self, folder: Path | None) -> None:
        self.__init__(folder)  # type: ignore[misc]

    # -- filling, in the main process

    def add(self, table: str, rows: int, frame: pl.DataFrame) -> None:
        """Keep whole columns of a table, in drawn dtypes; `rows` counts the table's rows even where there is no column."""
        self._save(f"{table}#rows", np.array([rows], dtype=np.int64))
        for column in frame.get_columns():
            name = f"{table}.{column.name}"
            if column.dtype == pl.String:
                texts = column.drop_nulls().unique().sort()
                codes = column.replace_strict(texts, np.arange(len(texts)), default=None, return_dtype=pl.Int64)
                self._save_text(name, texts)
                column = codes
            if column.dtype.is_temporal():
                self._save(name, moments(column))
            elif column.dtype == pl.Float64:
                self._save(name, column.fill_null(float("nan")).to_numpy())
            else:
                self._save(name, column.cast(pl.Int64).fill_null(NULL).to_numpy())

    def prepare(self, table: str, column: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Keep what a reference prepared."""
        for name, array in arrays.items():
            self._save(f"{table}.{column}#{name}", array)

    def _save(self, name: str, array: npt.NDArray[Any]) -> None:
        if self.folder is None:
            self._arrays[name] = array
        else:
            np.save(self.folder / f"{name}.npy", array)

    def _save_text(self, name: str, texts: pl.Series) -> None:
        if self.folder is None:
            self._texts[name] = texts
        else:
            texts.alias("text").to_frame().write_parquet(self.folder / f"{name}.texts", compression="uncompressed")

    # -- reading, in any process

    def _array(self, name: str) -> npt.NDArray[Any]:
        if name not in self._arrays:
            assert self.folder is not None, name
            self._arrays[name] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return self._arrays[name]

    def _text(self, name: str) -> pl.Series | None:
        if name not in self._texts and self.folder is not None and (self.folder / f"{name}.texts").exists():
            self._texts[name] = pl.read_parquet(self.folder / f"{name}.texts", glob=False)["text"]
        return self._texts.get(name)

    def count(self, table: str) -> int:
        """The rows that a table has."""
        if table not in self._counts:
            self._counts[table] = int(self._array(f"{table}#rows")[0])
        return self._counts[table]

    def whole(self, table: str, column: str) -> npt.NDArray[Any]:
        """All rows of a column as numbers: NULL is `NULL`, or NaN."""
        return self._array(f"{table}.{column}")

    def prepared(self, table: str, column: str, name: str) -> npt.NDArray[Any]:
        """What a reference prepared."""
        return self._array(f"{table}.{column}#{name}")

    def search(self, table: str, column: str, name: str) -> Search:
        """A weighted search in prepared cumulated weights, made once a process."""
        at = f"{table}.{column}#{name}"
        found: Search = self.once(f"search {at}", lambda: Search(self._array(at)))
        return found

    def taken(self, table: str, column: str, rows: npt.NDArray[np.int64], dtype: DType) -> pl.Series:
        """A column at these rows, in the drawn dtype; a row number below 0 gives NULL. (n,) -> (n,)"""
        name = f"{table}.{column}"
        array, texts = self._array(name), self._text(name)
        missing = rows < 0 if len(rows) and rows.min() < 0 else None
        if missing is not None and not len(array):
            return pl.Series([None], dtype=dtype.drawn).new_from_index(0, len(rows))
        values = array[rows if missing is None else np.where(missing, 0, rows)]
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

    def _has_nulls(self, name: str) -> bool:
        if name not in self._nulls:
            self._nulls[name] = bool((self._array(name) == NULL).any())
        return self._nulls[name]

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Something costly made from residents, kept for the next block of this process."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def frame(self, table: str, dtypes: Mapping[str, DType]) -> pl.DataFrame:
        """Whole columns, in drawn dtypes."""
        rows = np.arange(self.count(table))
        return pl.DataFrame([self.taken(table, c, rows, dtype).alias(c) for c, dtype in dtypes.items()])
