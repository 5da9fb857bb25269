"""A file that cannot be read, loaded into any database: one message, exit code 2, nothing loaded, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.spec.load import parse
from synth.store.manifest import Manifest

SPEC = """
dataset: damaged
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  shops:
    values: [[1, 2024-02-29], [2, 2024-03-01]]
    columns: {shop_id: {type: integer}, opened_on: {type: date}}
    primary_key: [shop_id]
  sales:
    values: [[1, 1, 2.50, fine, true], [2, 1, 3.50, fine, false], [3, 2, 4.00, null, true]]
    columns:
      sale_id: {type: integer}
      shop_id: {type: integer, references: shops}
      amount: {type: "decimal(12,2)"}
      note: {type: text, nullable: true}
      paid: {type: boolean}
    primary_key: [sale_id]
"""

FIRST, SECOND = 1, 2  # lines behind the header of a CSV file


def line(number: int, change):
    """A damage of one line, of which `change` makes another."""

    def damage(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[number] = change(lines[number])
        return b"\n".join(lines)

    return damage


def cell(column: int, text: bytes):
    """A damage of one cell of the second row of a CSV file."""

    def change(row: bytes) -> bytes:
        cells = row.split(b",")
        cells[column] = text
        return b",".join(cells)

    return line(SECOND, change)


DAMAGES = {
    "a key that is no number": ("csv", cell(0, b"one")),
    "a key too large": ("csv", cell(0, b"99999999999999999999")),
    "an amount that is no number": ("csv", cell(2, b'"1,2"')),
    "an amount of more digits": ("csv", cell(2, b"123456789012345678901.00")),
    "a flag that is none": ("csv", cell(4, b"perhaps")),
    "a cell too many": ("csv", line(SECOND, lambda row: row + b",more")),
    "a cell too few": ("csv", line(SECOND, lambda row: row.rpartition(b",")[0])),
    "bytes that are no text": ("csv", cell(3, b"\xff\xfe")),
    "a quote that does not end": ("csv", cell(3, b'"fine')),
    "a line that is no object": ("ndjson", line(FIRST, lambda row: row[:-5])),
    "a value of another type": ("ndjson", line(FIRST, lambda row: row.replace(b'"sale_id":', b'"sale_id":"x","was":'))),
    "a file cut short": ("parquet", lambda data: data[: len(data) // 2]),
    "a file of something else": ("parquet", lambda data: b"PAR1 it is not"),
    "nothing in the file": ("parquet", lambda data: b""),
}  # fmt: skip


def damaged(out: Path, format: str, damage) -> Path:
    """A folder whose manifest says that the damaged file of `sales` is as it was made."""
    folder = synth.generate(synth.make_plan(parse(SPEC)), out, format=format).folder
    (path,) = (folder / "sales").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    manifest = Manifest.read(folder)
    entry = manifest.tables["sales"]
    file = entry.files[0].model_copy(update={"bytes": path.stat().st_size})
    tables = {**manifest.tables, "sales": entry.model_copy(update={"files": (file,)})}
    manifest.model_copy(update={"tables": tables}).write(folder)
    return folder


@pytest.mark.parametrize("name", ["a key that is no number", "a value of another type", "a file cut short"])
def test_a_file_that_cannot_be_read(target, name, tmp_path, capsys):
    """In every database, one of each format."""
    refused(target, damaged(tmp_path, *DAMAGES[name]), capsys)


@pytest.mark.parametrize("target", ["sqlite", "duckdb"], indirect=True)
@pytest.mark.parametrize("name", DAMAGES)
def test_a_file_damaged_in_any_way(target, name, tmp_path, capsys):
    """Read by this process, and by the database itself."""
    refused(target, damaged(tmp_path, *DAMAGES[name]), capsys)


def refused(target, folder: Path, capsys) -> None:
    assert main(["load", str(folder), target.url]) == 2
    said = capsys.readouterr().err
    assert said.startswith("synth: ") and len(said.strip().split("\n")) <= 2 and "Traceback" not in said
    assert "sales/part-00000" in said
    assert ".csv" not in said or "Line: 3: " in said  # and what is wrong there
    assert target.state("damaged") == {}
    assert main(["load", str(folder), target.url]) == 2  # nobody holds the lock
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("dialect", ["mysql", "tsql"])
def test_a_script_for_a_file_that_cannot_be_read(dialect, tmp_path, capsys):
    """Of clients that take an empty text for NULL the files are looked into."""
    folder = damaged(tmp_path, "csv", cell(3, b"\xff\xfe"))
    assert main(["script", str(folder), "--dialect", dialect]) == 2
    said = capsys.readouterr().err
    assert said.startswith("synth: table 'sales' cannot be read: ") and "Traceback" not in said
