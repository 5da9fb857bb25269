"""The contract of all sinks: what is written is what DuckDB and pyarrow read back, cell by cell."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from synth.dtypes import DType
from synth.formats import SINKS
from synth.formats.parquet import GROUP_ROWS

TYPES = {
    name: DType.parse(kind)
    for name, kind in {
        "id": "bigint", "small": "smallint", "whole": "integer", "flag": "boolean", "money": "decimal(12,2)",
        "wide": "decimal(18,0)", "tiny": "decimal(18,18)", "rate": "decimal(5,4)", "ratio": "double", "text": "varchar(40)",
        "guid": "uuid", "day": "date", "at": "timestamp",
    }.items()
}  # fmt: skip
FIRST = {
    "id": 1, "small": 2**15 - 1, "whole": 2**31 - 1, "flag": True, "money": 10**12 - 1, "wide": 10**18 - 1,
    "tiny": 10**18 - 1, "rate": 99_999, "ratio": 0.1, "text": "plain", "guid": "0190163d-8694-8000-8000-00005aa8ac10",
    "day": dt.date(2024, 2, 29), "at": dt.datetime(2024, 2, 29, 23, 59, 59, 999_999),
}  # fmt: skip
SECOND = {
    "id": -(2**63) + 1, "small": -(2**15) + 1, "whole": -(2**31) + 1, "flag": False, "money": -(10**12) + 1,
    "wide": -(10**18) + 1, "tiny": -(10**18) + 1, "rate": -1, "ratio": -1e300, "text": "", "guid": "f" * 36,
    "day": dt.date(1900, 1, 1), "at": dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
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
    return Decimal(cell).scaleb(-dtype.digits) if dtype.name == "decimal" and cell is not None else cell


def expected(frames) -> list[tuple]:
    return [tuple(major(n, row[n]) for n in TYPES) for frame in frames for row in frame.iter_rows(named=True)]


def by_duckdb(name: str, path) -> list[tuple]:
    """Cells in the types they were declared with, in file order."""
    kinds = {n: dtype.duckdb for n, dtype in TYPES.items()}
    columns = "{" + ", ".join(f"'{n}': '{kind}'" for n, kind in kinds.items()) + "}"
    source = {
        "parquet": f"read_parquet('{path}')",
        "csv": f"""read_csv('{path}', header = true, columns = {columns}, delim = ',', quote = '"', escape = '"',
                   strict_mode = true, nullstr = '', allow_quoted_nulls = false, auto_detect = false, parallel = false)""",
        "ndjson": f"read_json('{path}', format = 'newline_delimited', columns = {columns})",
    }[name]
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true; SET threads = 1")
        return connection.execute("SELECT " + ", ".join(f'"{n}"' for n in TYPES) + f" FROM {source}").fetchall()


def written(name: str, frames, path, required=frozenset({"id"})):
    file = path / f"part{SINKS[name].suffix}"
    SINKS[name].write(frames, TYPES, required, file)
    return file


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", SINKS)
def test_what_is_written_is_read_back(name, case, tmp_path):
    file = written(name, CASES[case], tmp_path)
    assert by_duckdb(name, file) == expected(CASES[case])


@pytest.mark.parametrize("case", CASES)
def test_pyarrow_reads_the_same_parquet(case, tmp_path):
    table = pq.read_table(written("parquet", CASES[case], tmp_path))
    assert [tuple(row.values()) for row in table.to_pylist()] == expected(CASES[case])


def test_pandas_reads_the_same_parquet(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(written("parquet", CASES["extremes"], tmp_path), dtype_backend="pyarrow")
    cells = [
        tuple(c.to_pydatetime() if hasattr(c, "to_pydatetime") else c for c in row)
        for row in frame.itertuples(index=False)
    ]
    assert cells == expected(CASES["extremes"])


@pytest.mark.parametrize("name", SINKS)
def test_the_same_rows_are_the_same_bytes(name, tmp_path):
    (tmp_path / "again").mkdir()
    frames = CASES["several frames"]
    assert written(name, frames, tmp_path).read_bytes() == written(name, frames, tmp_path / "again").read_bytes()


@pytest.mark.parametrize("name", SINKS)
@pytest.mark.parametrize(
    ("column", "cell"),
    [("small", 2**15), ("whole", 2**31), ("money", 10**12), ("wide", 10**18), ("tiny", 10**18), ("rate", 10**5)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_too_wide_for_its_type_is_refused(name, column, cell, sign, tmp_path):
    frame = frame_of([FIRST, {**FIRST, column: sign * cell}])
    with pytest.raises(OverflowError, match=f"column '{column}': {cell} does not fit"):
        written(name, [frame], tmp_path)
    with pytest.raises(OverflowError):
        written(name, [frame_of([FIRST]), frame], tmp_path)  # in a later frame as well


def test_parquet_types(tmp_path):
    """Decimals are INT64 (or INT32 where 9 digits do), timestamps microseconds without zone, `required` is not nullable."""
    file = pq.ParquetFile(written("parquet", CASES["several frames"], tmp_path, frozenset({"id"})))
    found = {file.schema.column(at).name: file.schema.column(at) for at in range(len(TYPES))}
    for name, dtype in TYPES.items():
        column = found[name]
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
    file = written("parquet", frames, tmp_path)
    metadata = pq.ParquetFile(file).metadata
    groups = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    assert groups == [120_000, 120_000] and min(groups) >= GROUP_ROWS
    assert pq.read_table(file, columns=["id"])["id"].to_pylist() == [at % 100 for at in range(240_000)]


def test_csv_spells_null_and_empty_apart(tmp_path):
    """NULL is nothing between two commas, an empty text is two quotes; one header line, whatever the frames."""
    types = {n: TYPES[n] for n in ("id", "money", "flag", "text", "day", "at")}
    frames = [frame_of([{**FIRST, "money": -1, "text": ""}]).select(*types), nulls().head(1).select(*types)]
    SINKS["csv"].write(frames, types, frozenset(), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text("utf-8") == (
        "id,money,flag,text,day,at\n"
        '1,-0.01,true,"",2024-02-29,2024-02-29 23:59:59.999999\n'
        "100,,,,,\n"
    )  # fmt: skip


def test_ndjson_is_one_object_a_row(tmp_path):
    types = {n: TYPES[n] for n in ("id", "money", "flag", "text", "day", "at")}
    frames = [frame_of([{**FIRST, "money": -1, "text": 'a"\n'}]).select(*types), nulls().head(1).select(*types)]
    SINKS["ndjson"].write(frames, types, frozenset(), tmp_path / "x.ndjson")
    assert (tmp_path / "x.ndjson").read_text("utf-8").splitlines() == [
        '{"id":1,"money":"-0.01","flag":true,"text":"a\\"\\n","day":"2024-02-29","at":"2024-02-29 23:59:59.999999"}',
        '{"id":100,"money":null,"flag":null,"text":null,"day":null,"at":null}',
    ]
