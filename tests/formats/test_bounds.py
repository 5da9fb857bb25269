"""A file from a stranger that says that it holds more than any of ours is refused before memory is reserved for it."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth.errors import OutputError
from synth.existing.source import FolderSource
from synth.formats import FORMATS, READABLE, parquet


@pytest.mark.parametrize("name", [name for name in READABLE if name != "ndjson"])  # DuckDB makes one map of so many
def test_columns_without_end(name, tmp_path):
    path = tmp_path / f"t{FORMATS[name].suffix}"
    frame = pl.DataFrame({f"c{number}": [1] for number in range(10_001)})
    write = {
        "parquet": frame.write_parquet,
        "csv": frame.write_csv,
        "arrow": frame.write_ipc,
    }
    write[name](path)
    with pytest.raises(
        OutputError, match=r"t\.\w+' (has 10,001 columns, 10,000 are the most|.*1 row of 10,001 columns)"
    ):
        FolderSource(tmp_path).tables()


@pytest.mark.parametrize(
    "read", [lambda path: FORMATS["parquet"].columns(path), lambda path: FORMATS["parquet"].read(path, {})]
)
def test_rows_without_end(read, tmp_path, monkeypatch):
    pq.write_table(pa.table({"a": [1, 2, 3]}), tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet") is not None
    monkeypatch.setattr(parquet, "MOST_ROWS", 2)
    with pytest.raises(OutputError, match="cannot be read: it says that it has 3 rows of 1 column"):
        read(tmp_path / "t.parquet")


@pytest.mark.parametrize("text", [b"", b"PAR1", b"PAR1" + b"\xff" * 3 + b"\x7fPAR1", b"x" * 100])
def test_a_footer_without_end(text, tmp_path):
    (tmp_path / "t.parquet").write_bytes(text)
    with pytest.raises(OutputError, match="t.parquet' cannot be read: "):
        FORMATS["parquet"].columns(tmp_path / "t.parquet")
