r"""Newline-delimited JSON: one object a row, numbers as numbers, true and false, NULL as null, moments as ISO 8601 says.

Readers take a number for a double, which keeps 15 digits: decimals that may have more are texts, in full. So are bytes, as
`\x00ff`, times of day, intervals, JSON, and doubles that JSON has no number for: "NaN", "Infinity", "-Infinity".
Arrays are JSON's own, of such values. Files of older versions, whose decimals are all texts and whose moments have a
blank for the T, are read as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import polars as pl

from synth.arrays import ESCAPED, HEX
from synth.columns import to_written
from synth.documents import MOST_DIGITS, quoted
from synth.dtypes import TEXT, DType, Types
from synth.formats.format import column_types, file_list, file_option, read_by_duckdb, read_texts

__all__ = ["columns", "other_names", "read", "relation", "write"]

LINES = "format = 'newline_delimited', hive_partitioning = false"
MOMENT = "%Y-%m-%dT%H:%M:%S%.6f"


def write(frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path) -> None:
    """Write drawn frames as one file."""
    with path.open("wb") as file:
        for frame in frames:
            pieces: list[pl.Expr] = []
            for column in to_written(frame, types).get_columns():
                pieces += [pl.lit(f"{',' if pieces else '{'}{quoted(column.name)}:"), _spelt_column(column)]
            lines = pl.select(pl.concat_str(*pieces, pl.lit("}")))
            lines.write_csv(file, include_header=False, quote_style="never")


def _spelt_column(column: pl.Series) -> pl.Expr:
    """A written column's cells as JSON."""
    kind, cell = column.dtype, pl.lit(column)
    if isinstance(kind, pl.List):
        items = cell.list.eval(_spelt(pl.element(), kind.inner, escaped=True).fill_null("null")).list.join(",")
        spelt = pl.concat_str(pl.lit("["), items, pl.lit("]"))
    else:
        escaped = kind == pl.String and column.str.contains_any(list(ESCAPED)).any()
        spelt = _spelt(cell, kind, escaped=bool(escaped))
    return spelt.fill_null("null") if column.null_count() else spelt


def _spelt(cell: pl.Expr, kind: Any, *, escaped: bool) -> pl.Expr:
    """A written cell as JSON; NULL stays NULL. Texts need to be escaped where they hold a sign that JSON does not take."""
    if kind.is_float():
        double = cell.cast(pl.Float64)  # a real has the digits of a double, so whoever takes it for one has the same
        words = double.cast(pl.String).replace({"NaN": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'})
        return pl.when(double.is_finite()).then(double.cast(pl.String)).otherwise(words)
    if isinstance(kind, pl.Datetime):
        return cell.dt.to_string(f'"{MOMENT}{"Z" if kind.time_zone else ""}"')
    if kind == pl.Date:
        return cell.dt.to_string('"%Y-%m-%d"')
    if kind == pl.Time:
        return cell.dt.to_string('"%H:%M:%S%.6f"')
    if kind == pl.Binary:
        return pl.concat_str(pl.lit(quoted(HEX)[:-1]), cell.bin.encode("hex"), pl.lit('"'))
    text = cell.cast(pl.String)
    if kind == pl.String or (isinstance(kind, pl.Decimal) and kind.precision > MOST_DIGITS):
        return pl.concat_str(pl.lit('"'), text.str.replace_many(ESCAPED) if escaped else text, pl.lit('"'))
    return text


def read(path: Path, types: Types, names: Sequence[str] | None = None) -> pl.DataFrame:
    """One file's rows, without types as text. Raises duckdb.Error."""
    return read_by_duckdb(path, relation([path], types or columns(path)), names)


def columns(path: Path) -> dict[str, DType]:
    """The names of all its objects' keys, all of them texts. Raises duckdb.Error."""
    rows = f"read_json({file_list([path])}, {LINES}, sample_size = -1)"
    return dict.fromkeys(read_by_duckdb(path, f"{rows} LIMIT 0", None).columns, TEXT)


def other_names(path: Path, names: Sequence[str]) -> list[str] | None:
    """The keys of the first object that has others than these, or in another order. Raises duckdb.Error."""
    wanted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    rows = f"(SELECT json_keys(json) AS keys FROM read_ndjson_objects({file_list([path])}))"
    found = read_by_duckdb(path, f"{rows} WHERE keys <> [{wanted}] LIMIT 1", None)
    return list(found["keys"][0]) if found.height else None


def relation(paths: Sequence[Path], types: Types, file: str | None = None) -> str:
    """A table function of DuckDB; a column that an object lacks is NULL."""
    raw = {name: dtype for name, dtype in types.items() if dtype.name == "bytes"}
    fields = column_types({**types, **dict.fromkeys(raw, TEXT)})
    return read_texts(f"read_json({file_list(paths)}, columns = {fields}, {LINES}{file_option(file)})", raw)
