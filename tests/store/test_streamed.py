"""Rows that stream in become files of about equal size, in every format."""

from __future__ import annotations

import polars as pl
import pytest

from synth.columns import to_drawn
from synth.dtypes import BIGINT, DType
from synth.fingerprint import fingerprint
from synth.formats import FORMATS, READABLE
from synth.store import streamed
from synth.store.files import described
from synth.store.streamed import file_name, write_streamed

TYPES = {"id": BIGINT, "small": DType("smallint"), "money": DType.parse("decimal(12,2)")}
FRAMES = [
    pl.DataFrame({
        "id": list(range(first, first + 100)), "small": [first] * 100, "money": [f"{first}.05"] * 100,
    }).select(pl.col(name).cast(dtype.written) for name, dtype in TYPES.items())
    for first in (0, 100, 200)
]  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("part_bytes", [1, 2**26])
def test_rows_become_files(name, part_bytes, tmp_path, monkeypatch):
    monkeypatch.setattr(streamed, "PART_BYTES", part_bytes)
    told = []
    table = write_streamed(iter(FRAMES), tmp_path, "orders", FORMATS[name], told.append, TYPES)
    assert len(table.files) == len(told) == (3 if part_bytes == 1 else 1) and table.rows == sum(told) == 300
    assert table.bytes == sum(path.stat().st_size for path in (tmp_path / "orders").iterdir())
    for file in table.files:
        assert file == described(tmp_path / file.path, tmp_path, file.rows)
    read = pl.concat([FORMATS[name].read(tmp_path / file.path, TYPES) for file in table.files])
    assert read.equals(pl.concat(FRAMES)) and table.content == fingerprint(to_drawn(read, TYPES), TYPES)


def test_no_rows_are_one_file(tmp_path):
    table = write_streamed(iter([FRAMES[0].clear()]), tmp_path, "", FORMATS["csv"], lambda rows: None)
    assert [file.path for file in table.files] == ["part-00000.csv"] and table.content.rows == table.rows == 0
    assert (tmp_path / "part-00000.csv").read_text() == "id,small,money\n"


@pytest.mark.parametrize(
    ("name", "folder"), [("orders", "orders"), ("a/b", "a%2Fb"), (".hidden", "%2Ehidden"), ("50%", "50%25"), ("Größe", "Gr%C3%B6%C3%9Fe"), ("a b", "a b")],
)  # fmt: skip
def test_any_name_is_that_of_a_folder(name, folder):
    assert file_name(name) == folder
