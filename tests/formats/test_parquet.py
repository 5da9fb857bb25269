"""Parquet as other programs read it: types, row groups, and that what is read is what was written."""

from __future__ import annotations

import json

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from synth.formats import FORMATS
from synth.formats.parquet import GROUP_ROWS
from tests.support.cells import CASES, FIRST, TYPES, expected, frame_of


def written(frames, path, required=frozenset({"id"})):
    file = path / "part.parquet"
    FORMATS["parquet"].write(frames, TYPES, required, file)
    return file


@pytest.mark.parametrize("case", CASES)
def test_pyarrow_reads_the_same_parquet(case, tmp_path):
    table = pq.read_table(written(CASES[case], tmp_path))
    assert [tuple(row.values()) for row in table.to_pylist()] == expected(CASES[case])


def test_pandas_reads_the_same_parquet(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(written(CASES["extremes"], tmp_path), dtype_backend="pyarrow")
    cells = [
        tuple(c.to_pydatetime() if hasattr(c, "to_pydatetime") else c for c in row)
        for row in frame.itertuples(index=False)
    ]
    assert cells == expected(CASES["extremes"])


def test_parquet_types(tmp_path):
    """Decimals are INT64 (or INT32 where 9 digits do), timestamps microseconds without zone, `required` is not nullable."""
    file = pq.ParquetFile(written(CASES["several frames"], tmp_path, frozenset({"id"})))
    leaves = [file.schema.column(at) for at in range(len(TYPES))]
    found = {column.path.partition(".")[0]: column for column in leaves}
    for name, dtype in TYPES.items():
        column = found[name]
        if dtype.element is not None:
            assert column.path == f"{name}.list.element" and column.max_repetition_level == 1
            continue
        assert column.max_definition_level == (0 if name == "id" else 1), name
        if dtype.name == "decimal":
            assert column.physical_type in ("INT64", "INT32") and column.logical_type.type == "DECIMAL"
            assert (column.precision, column.scale) == (dtype.precision, dtype.scale)
    assert found["money"].physical_type == found["wide"].physical_type == found["tiny"].physical_type == "INT64"
    at = file.schema_arrow.field("at").type
    assert (at.unit, at.tz) == ("us", None)
    assert json.loads(found["small"].logical_type.to_json()) == {"Type": "Int", "bitWidth": 16, "isSigned": True}
    assert found["text"].logical_type.type == found["guid"].logical_type.type == "STRING"
    assert file.metadata.row_group(0).column(0).statistics.min == -(2**63) + 1


def test_parquet_row_groups_hold_several_frames(tmp_path):
    one = frame_of([{**FIRST, "id": at} for at in range(100)])
    frames = [pl.concat([one] * 400)] * 6
    file = written(frames, tmp_path)
    metadata = pq.ParquetFile(file).metadata
    groups = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    assert groups == [120_000, 120_000] and min(groups) >= GROUP_ROWS
    assert pq.read_table(file, columns=["id"])["id"].to_pylist() == [at % 100 for at in range(240_000)]


CODECS = {
    "snappy": {"SNAPPY", "UNCOMPRESSED"},
    "zstd": {"ZSTD"},
    "lz4": {"LZ4", "UNCOMPRESSED"},
    "none": {"UNCOMPRESSED"},
}


@pytest.mark.parametrize("compression", FORMATS["parquet"].compressions)
@pytest.mark.some(2)
def test_compressions(compression, tmp_path):
    """Columns of packed differences are compressed by zstd alone; every reader reads them all."""
    form = FORMATS["parquet"].compressed(compression)
    frame = frame_of([{**FIRST, "id": at, "text": f"{at % 100} texts"} for at in range(1000)])
    form.write([frame], TYPES, frozenset(), file := tmp_path / "x.parquet")
    group = pq.ParquetFile(file).metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == CODECS[compression]
    assert form.read(file, TYPES).rows() == expected([frame])
    found = duckdb.sql(f"SELECT count(*), sum(id), max(text), sum(money) FROM '{file}'").fetchall()
    assert found == [(1000, 499_500, "99 texts", 1000 * expected([frame])[0][list(TYPES).index("money")])]
