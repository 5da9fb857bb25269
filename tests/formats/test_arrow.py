"""Arrow IPC as other programs read it."""

from __future__ import annotations

import random

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pytest

from synth.formats import FORMATS, unreadable_errors
from tests.formats.test_contract import by_duckdb
from tests.support.cells import CASES, FIRST, TYPES, expected, frame_of


def written(frames, path, required=frozenset({"id"})):
    file = path / "part.arrow"
    FORMATS["arrow"].write(frames, TYPES, required, file)
    return file


@pytest.mark.parametrize("case", CASES)
def test_pyarrow_and_polars_read_the_same(case, tmp_path):
    file = written(CASES[case], tmp_path)
    assert [tuple(row.values()) for row in pa.feather.read_table(file).to_pylist()] == expected(CASES[case])
    assert pl.read_ipc(file).rows() == expected(CASES[case])


def test_types_are_those_that_every_reader_knows(tmp_path):
    schema = pa.ipc.open_file(written(CASES["several frames"], tmp_path)).schema
    assert {field.name: str(field.type) for field in schema} == {
        "id": "int64", "small": "int16", "whole": "int32", "flag": "bool", "money": "decimal128(12, 2)",
        "wide": "decimal128(18, 0)", "tiny": "decimal128(18, 18)", "rate": "decimal128(5, 4)", "ratio": "double",
        "text": "string", "guid": "string", "day": "date32[day]", "at": "timestamp[us]",
        "raw": "binary", "tags": "list<item: string>", "modes": "list<item: string>", "sums": "list<item: decimal128(12, 2)>", "days": "list<item: timestamp[us]>",
        "clock": "time64[us]", "share": "float", "land": "string", "met": "timestamp[us, tz=UTC]", "doc": "string", "state": "string",
        "huge": "decimal128(38, 10)", "near": "decimal128(38, 38)", "term": "string",
    }  # fmt: skip
    assert [field.name for field in schema if not field.nullable] == ["id"]


def test_large_frames_are_cut_into_batches(tmp_path):
    file = written([pl.concat([frame_of([FIRST])] * 150_000)], tmp_path)
    reader = pa.ipc.open_file(file)
    assert [reader.get_batch(at).num_rows for at in range(reader.num_record_batches)] == [65_536, 65_536, 18_928]


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_are_told_or_read(seed, tmp_path):
    """Nothing but an error comes of a file with a few wrong bytes, to the reader and to DuckDB."""
    file = written([pl.concat([*CASES["texts"], *CASES["nulls"]] * 30)], tmp_path)
    data, chance = bytearray(file.read_bytes()), random.Random(seed)
    for _ in range(3):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    for read in (lambda: FORMATS["arrow"]._file.read(file, TYPES), lambda: by_duckdb("arrow", [file])):
        try:
            read()
        except (*unreadable_errors(), UnicodeDecodeError):
            pass
