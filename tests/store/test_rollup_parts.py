"""What tasks gave to rollups: written as it comes, read by task, as a file and as a database's text."""

from __future__ import annotations

import polars as pl
import pytest

from synth.store.rollup_parts import (
    FILE,
    GROUP_PARTS,
    RollupPartsWriter,
    read_rollup_parts,
    rollup_parts_files,
    rollup_parts_text,
)


def part(number: int, rows: int = 2) -> pl.DataFrame:
    return pl.DataFrame({
        "key": [f"k{number}-{at}" for at in range(rows)],
        "sum": pl.Series([number * 10 + at for at in range(rows)], dtype=pl.Int64),
    }, schema={"key": pl.String, "sum": pl.Int64})  # fmt: skip


def written(path, parts):
    with RollupPartsWriter(path) as writer:
        for rollup, family, number, frame in parts:
            writer.add(rollup, family, number, frame)
    return read_rollup_parts(rollup_parts_text(path))


def test_parts_come_back_by_task(tmp_path):
    parts = [(r, f, n, part(n)) for r in ("sales", "stock") for f in ("orders", "returns") for n in (0, 1, 7)]
    found = written(tmp_path / FILE, parts)
    assert {rollup: set(by_task) for rollup, by_task in found.items()} == {
        rollup: {(f, n) for f in ("orders", "returns") for n in (0, 1, 7)} for rollup in ("sales", "stock")
    }
    for rollup, family, number, frame in parts:
        assert found[rollup][family, number].equals(frame)


def test_more_parts_than_are_written_together(tmp_path):
    found = written(tmp_path / FILE, [("sales", "orders", n, part(n)) for n in range(2 * GROUP_PARTS + 3)])
    assert list(found["sales"]) == [("orders", n) for n in range(2 * GROUP_PARTS + 3)]


def test_several_parts_of_one_task_are_one(tmp_path):
    found = written(tmp_path / FILE, [("sales", "orders", 3, part(3)), ("sales", "orders", 3, part(4))])
    assert found["sales"]["orders", 3].equals(pl.concat([part(3), part(4)]))


def test_a_part_without_rows_is_none(tmp_path):
    found = written(tmp_path / FILE, [("sales", "orders", 0, part(0, rows=0)), ("sales", "orders", 1, part(1))])
    assert set(found["sales"]) == {("orders", 1)}


def test_nothing_at_all(tmp_path):
    assert written(tmp_path / FILE, []) == {}
    assert read_rollup_parts(rollup_parts_text(tmp_path / "of an older version")) == {}


def test_the_same_parts_are_the_same_text(tmp_path):
    parts = [("sales", "orders", n, part(n)) for n in range(5)]
    written(tmp_path / "one", parts)
    written(tmp_path / "two", parts)
    text = rollup_parts_text(tmp_path / "one")
    assert text == rollup_parts_text(tmp_path / "two") and text.isascii() and "'" not in text


def test_a_run_that_fails_writes_nothing(tmp_path):
    with pytest.raises(RuntimeError), RollupPartsWriter(tmp_path / FILE) as writer:
        writer.add("sales", "orders", 0, part(0))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_described(tmp_path):
    written(tmp_path / FILE, [])
    (entry,) = rollup_parts_files(tmp_path)
    assert (entry.path, entry.rows, entry.bytes) == (FILE, 0, 2)
