"""Rows with every type and the cells that are hard to write: extremes, NULL, texts with signs of every kind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import polars as pl

from synth.columns import column_to_written
from synth.dtypes import DType, Types
from synth.translate.seen import seen_by_sql

TYPES = {
    name: DType.parse(kind)
    for name, kind in {
        "id": "bigint", "small": "smallint", "whole": "integer", "flag": "boolean", "money": "decimal(12,2)",
        "wide": "decimal(18,0)", "tiny": "decimal(18,18)", "rate": "decimal(5,4)", "ratio": "double", "text": "varchar(40)",
        "guid": "uuid", "state": 'enum(new, "a,b", NULL, "it\'s", 漢字)', "day": "date", "clock": "time", "doc": "json", "at": "timestamp",
        "share": "real", "land": "char(3)", "met": "timestamptz",
        "huge": "decimal(38,10)", "near": "decimal(38,38)", "term": "interval",
        "raw": "bytes", "tags": "text[]", "modes": 'enum(new, "a,b", NULL)[]', "sums": "decimal(12,2)[]", "days": "timestamp[]",
    }.items()
}  # fmt: skip
REAL = 0.10000000149011612  # the nearest to 0.1
FIRST = {
    "id": 1, "small": 2**15 - 1, "whole": 2**31 - 1, "flag": True, "money": 10**12 - 1, "wide": 10**18 - 1,
    "tiny": 10**18 - 1, "rate": 99_999, "ratio": 0.1, "text": "plain", "guid": "0190163d-8694-8000-8000-00005aa8ac10",
    "state": "NULL",
    "clock": 86_399_999_999, "doc": '{"a": [1, null, "it\'s"], "bc": {"": "\\\\ \\n"}}',
    "huge": f"{'9' * 28}.{'9' * 10}", "near": f"0.{'9' * 38}", "term": "1200000 months 36600000 days 878400:00:00.000000",
    "raw": "00ff5c", "tags": '["a, b", null, "\\"{x}\\\\ \\n"]', "modes": '["a,b", null, "NULL"]', "sums": "[1.50, null, -9999999999.99]", "days": '["2024-02-29 23:59:59.000001"]',
    "day": dt.date(2024, 2, 29), "at": dt.datetime(2024, 2, 29, 23, 59, 59, 999_999),
    "share": REAL, "land": "D E", "met": dt.datetime(2024, 2, 29, 23, 59, 59, 999_999),
}  # fmt: skip
SECOND = {
    "id": -(2**63) + 1, "small": -(2**15) + 1, "whole": -(2**31) + 1, "flag": False, "money": -(10**12) + 1,
    "wide": -(10**18) + 1, "tiny": -(10**18) + 1, "rate": -1, "ratio": -1e300, "text": "", "guid": "f" * 36, "state": "a,b", "clock": 0, "doc": "null",
    "huge": f"-{'9' * 28}.{'9' * 10}", "near": f"-0.{'0' * 37}1", "term": "-3 months -2 days -00:00:00.000001",
    "raw": "", "tags": "[]", "modes": "[]", "sums": "[]", "days": "[null]",
    "day": dt.date(1900, 1, 1), "at": dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
    "share": -3.4028234663852886e38, "land": "", "met": dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
}  # fmt: skip
TEXTS = [
    "", " ", "a,b", 'he said "no"', '"', '""', "'", "two\nlines", "two\r\nlines", "tab\there", "back\\slash", "\\N", "NULL",
    "null", "None", "true", "0012", "1e5", "2024-01-01", "ä", "a\u0308", "Σ", "漢字", "𝄞 plane 1", "👩‍👩‍👧", "\u2028", "#", ";", "\ufeff",
    " leading", "trailing ", "{}", "[1]", "\x01", "\x7f",
]  # fmt: skip


def frame_of(rows: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: dtype.drawn for name, dtype in TYPES.items()})


def texts() -> pl.DataFrame:
    return frame_of([{**FIRST, "id": at, "text": text} for at, text in enumerate(TEXTS, 10)])


def nulls() -> pl.DataFrame:
    return frame_of([{**dict.fromkeys(TYPES), "id": 100}, {**SECOND, "id": 101}, {**dict.fromkeys(TYPES), "id": 102}])


CASES = {
    "extremes": [frame_of([FIRST, SECOND])],
    "one row": [frame_of([FIRST])],
    "no row": [frame_of([])],
    "texts": [texts()],
    "nulls": [nulls()],
    "all null": [frame_of([{**dict.fromkeys(TYPES), "id": 1}])],
    "several frames": [frame_of([FIRST, SECOND]), frame_of([]), nulls(), texts()],
    "an empty frame first": [frame_of([]), nulls(), frame_of([FIRST])],
    "parts of frames": [texts().slice(3, 7), pl.concat([nulls(), texts()], rechunk=False)[1:9]],
}


def major(name: str, cell):
    """A drawn cell as it should be read back."""
    dtype = TYPES[name]
    if dtype.name in ("bytes", "array") and cell is not None:
        return column_to_written(pl.Series([cell]), dtype).to_list()[0]
    if dtype.name == "time" and cell is not None:
        return (dt.datetime.min + dt.timedelta(microseconds=cell)).time()
    if dtype.name == "timestamptz" and cell is not None:
        return cell.replace(tzinfo=dt.UTC)
    if dtype.name == "wide" and cell is not None:
        return Decimal(cell)
    return Decimal(cell).scaleb(-dtype.digits) if dtype.name == "decimal" and cell is not None else cell


def expected(frames) -> list[tuple]:
    return [tuple(major(n, row[n]) for n in TYPES) for frame in frames for row in frame.iter_rows(named=True)]


def cells_of(connection: duckdb.DuckDBPyConnection, place: str, types: Types) -> list[tuple]:
    """Cells of a table of DuckDB; its moments with a zone Python gets by way of UTC, as it lacks a library for zones."""
    asked = ", ".join(f'"{name}"' for name in types)
    rows = connection.execute(f"SELECT {asked} FROM ({seen_by_sql(place, types) or f'FROM {place}'})").fetchall()
    zoned = [dtype.name == "timestamptz" for dtype in types.values()]
    return [
        tuple(cell.replace(tzinfo=dt.UTC) if cell and zone else cell for cell, zone in zip(row, zoned, strict=True))
        for row in rows
    ]
