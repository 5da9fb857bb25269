"""Files of a table by what is in its columns, in folders that readers take for columns: `orders/ordered_at_month=2024-01`.

That is Hive's way, by which Spark, DuckDB, Polars and Athena read only the folders that a query needs. A row's folder
follows from the row alone, and no column leaves its files, so the content of a table is as without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from synth.dtypes import DType, Types
from synth.errors import DataError, OptionError, Problem, did_you_mean, one_of
from synth.formats import FORMATS, format_of
from synth.plan.model import Plan

__all__ = ["UNITS", "Partition", "is_partition", "partition_of", "partitions_of", "pieces", "spelt", "unpartitioned"]

UNITS = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H"}  # of a moment
PLAIN = ("boolean", "smallint", "integer", "bigint", "varchar", "char", "enum", "date")  # types that need no unit
NULL = "__HIVE_DEFAULT_PARTITION__"  # the folder of rows without a value, as readers know it
MOST_FOLDERS = 1_000  # of one table in one task
LONGEST = 200  # bytes of a folder's name

_ESCAPED = re.compile(r"[\x00-\x7f]")  # Hive's readers undo %2F, and only that of one byte
_KEPT = re.compile(r"[\w.~-]", re.ASCII)
_FOLDER = re.compile(r"\w+=")
_WORD = re.compile(r"\s*(\w+)(?:\s*:\s*(\w+))?\s*")


@dataclass(frozen=True)
class Partition:
    """One level of folders: by a column, or by a unit of the time that it holds."""

    column: str
    unit: str | None = None

    def __str__(self) -> str:
        return f"{self.column}:{self.unit}" if self.unit else self.column

    @property
    def name(self) -> str:
        """Give the name that readers know it by, which no column of the files has where it is not the column itself."""
        return f"{self.column}_{self.unit}" if self.unit else self.column

    def labels(self, dtype: DType) -> pl.Expr:
        """Spell the values of drawn rows as texts, NULL as NULL."""
        column = pl.col(self.column)
        if self.unit:
            return column.dt.strftime(UNITS[self.unit])
        if dtype.name == "date":
            return column.dt.strftime(UNITS["day"])
        return column.cast(pl.String)

    def folder(self, label: str | None) -> str:
        """Spell the folder of a value."""
        return f"{self.name}={_ESCAPED.sub(_escape, label) if label else NULL}"


def _escape(found: re.Match[str]) -> str:
    """Spell a sign of ASCII in the name of a folder."""
    return found[0] if _KEPT.match(found[0]) else f"%{ord(found[0]):02X}"


def partition_of(text: str) -> tuple[Partition, ...]:
    """Read `ordered_at:month, status`: the levels of a table, the outermost first. Raises ValueError."""
    found = []
    for word in text.split(","):
        known = _WORD.fullmatch(word)
        if known is None:
            raise ValueError(f"'{text}' is not like ordered_at:month, or status")
        column, unit = known.groups()
        if unit is not None and unit not in UNITS:
            raise ValueError(f"unknown unit '{unit}'; {did_you_mean(unit, tuple(UNITS))}")
        found.append(Partition(column, unit))
    if len({each.name for each in found}) < len(found):
        raise ValueError(f"'{text}' names the same folders twice")
    return tuple(found)


def spelt(levels: Iterable[Partition]) -> str:
    """Spell the levels of a table, as a manifest states them."""
    return ",".join(map(str, levels))


def partitions_of(plan: Plan, format: str, asked: Mapping[str, str | Sequence[str]] | None) -> dict[str, str]:
    """Look at what is asked for of each table; give it as a manifest states it. Raises OptionError."""
    found = {}
    for table, words in (asked or {}).items():
        if table not in plan.wanted:
            raise OptionError(f"--partition-by: no table '{table}' is made\n  hint: {did_you_mean(table, plan.wanted)}")
        try:
            levels = partition_of(words if isinstance(words, str) else ",".join(words))
        except ValueError as error:
            raise OptionError(f"--partition-by {table}: {error}") from None
        columns = {name: plan.tables[table].types[name] for name in plan.tables[table].written}
        for level in levels:
            _refuse(table, level, columns)
        found[table] = spelt(levels)
    if found and not format_of(format).can_be_read:
        known = one_of([name for name, form in FORMATS.items() if form.can_be_read])
        raise OptionError(f"--partition-by is for files that others read: --format {known}, not '{format}'")
    return found


def _refuse(table: str, level: Partition, columns: Mapping[str, DType]) -> None:
    """Look at one level. Raises OptionError."""
    where = f"--partition-by {table}={level}"
    if level.column not in columns:
        raise OptionError(
            f"{where}: '{table}' has no such column\n  hint: {did_you_mean(level.column, tuple(columns))}"
        )
    dtype = columns[level.column]
    if dtype.is_time:
        if level.unit is None:
            raise OptionError(f"{where}: a {dtype} needs a unit\n  hint: {level.column}:month, or {one_of([*UNITS])}")
        if level.unit == "hour" and dtype.name == "date":
            raise OptionError(f"{where}: a date has no hours\n  hint: {level.column}:month, or no unit for the day")
    elif level.unit is not None:
        raise OptionError(f"{where}: units are for dates and timestamps, not for a {dtype}")
    elif dtype.name not in PLAIN:
        times = [name for name, each in columns.items() if each.is_time or each.name in PLAIN]
        raise OptionError(f"{where}: a {dtype} has too many values for folders\n  hint: {did_you_mean('', times)}")
    if level.unit is not None and level.name in columns:
        raise OptionError(f"{where}: '{table}' has a column '{level.name}' of its own, for which readers would take it")


def pieces(
    table: str, frames: Sequence[pl.DataFrame], levels: Sequence[Partition], types: Types
) -> list[tuple[str, list[pl.DataFrame]]]:
    """Take drawn rows apart by folder: `ordered_at_month=2024-01/status=paid` and frames of its rows, in their order.

    Rows that are none have a folder, too, that of NULL: whoever reads all of a table then finds the same levels everywhere.
    Raises DataError where the values are too many.
    """
    found: dict[str, list[pl.DataFrame]] = {}
    names = [f"#{level.name}" for level in levels]
    labels = [level.labels(types[level.column]).alias(name) for level, name in zip(levels, names, strict=True)]

    def folder(key: Sequence[str | None]) -> str:
        return "/".join(level.folder(label) for level, label in zip(levels, key, strict=True))

    for frame in frames:
        parted = frame.with_columns(labels).partition_by(names, as_dict=True, include_key=False, maintain_order=True)
        for key, rows in parted.items():
            found.setdefault(folder(key), []).append(rows)
        if len(found) > MOST_FOLDERS:
            raise _many(table, levels, f"more than {MOST_FOLDERS:,} folders in one task")
    if long := next((each for each in found for name in each.split("/") if len(name.encode()) > LONGEST), None):
        raise _many(table, levels, f"'{long[:40]}…' is longer than the name of a folder may be")
    if len({each.casefold() for each in found}) < len(found):
        raise _many(table, levels, "values differ in capitals alone, and not every disk tells such folders apart")
    return sorted(found.items()) or [(folder([None] * len(levels)), list(frames))]


def _many(table: str, levels: Sequence[Partition], why: str) -> DataError:
    hint = "partition by a column of few values, or by a larger unit"
    return DataError.of(Problem(("tables", table), f"--partition-by {table}={spelt(levels)}: {why}", hint))


def is_partition(folder: str) -> bool:
    """Whether a folder's name is that of a partition, `ordered_at_month=2024-01`."""
    return _FOLDER.match(folder) is not None


def unpartitioned(path: str) -> str:
    """Where a task's file would be without: `orders/part-00000.parquet`. Files of the same are of the same task."""
    table, _, rest = path.partition("/")
    return f"{table}/{rest.rpartition('/')[2]}"
