"""Rows on standard output are those of the files, in their order, on any number of workers; nothing is left behind."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys

import pytest

import synth
from synth.cli import main
from synth.errors import OptionError
from synth.formats import FORMATS, LINES
from synth.job.generate import generate
from synth.job.stream import stream
from synth.runners import runner
from tests.support.steps import small_blocks

SHIPPED = [
    ("ecommerce", "orders", 0.02), ("ecommerce", "order_items", 0.02), ("ecommerce", "brands", 0.02), ("erp", "general_ledger", 0.05),
    ("inventory", "stock", 0.2),
]  # fmt: skip


def of_files(folder, table, name) -> bytes:
    """The table's files one behind another, with one header."""
    files = [path.read_bytes() for path in sorted((folder / table).iterdir())]
    if not FORMATS[name].has_header:
        return b"".join(files)
    return b"".join([files[0], *(data.partition(b"\n")[2] for data in files[1:])])


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("format", LINES)
@pytest.mark.parametrize(("name", "table", "scale"), SHIPPED)
@pytest.mark.some(7)
def test_rows_are_those_of_the_files(name, table, scale, format, workers, tmp_path, monkeypatch):
    """Of a table of many tasks, of one, of one that several families fill, and of a rollup; parts have an order of their own."""
    small_blocks(monkeypatch, 500)
    plan, out, told = synth.make_plan(name, scale=scale, tables=[table]), io.BytesIO(), []
    with runner(workers) as running:
        rows = stream(plan, table, out, format=format, workers=running, progress=lambda what, n: told.append((what, n)))
    made = generate(plan, tmp_path, format=format)
    wanted, found = of_files(made.folder, table, format), out.getvalue()
    if len(plan.dataset.parts(table)) == 1:
        assert found == wanted
    assert sorted(found.splitlines()) == sorted(wanted.splitlines())
    assert rows == made.rows == sum(n for _, n in told) and {what for what, _ in told} == {table}
    assert len(told) > (3 if table == "order_items" else 0)


def test_a_table_without_rows_has_its_header():
    out = io.BytesIO()
    plan = synth.make_plan("ecommerce", scale=0.01, tables=["orders"], until=dt.datetime(2024, 1, 1, 0, 0, 1))
    assert stream(plan, "orders", out) == 0
    assert out.getvalue().startswith(b"order_id,customer_id,") and out.getvalue().count(b"\n") == 1
    assert stream(plan, "orders", out := io.BytesIO(), format="ndjson") == 0 and out.getvalue() == b""


def test_what_cannot_be_streamed():
    plan = synth.make_plan("ecommerce", scale=0.01, tables=["brands"])
    for name in set(FORMATS) - set(LINES):
        with pytest.raises(OptionError, match=f"{name} files end in what is known .*: --stdout takes csv or ndjson"):
            stream(plan, "brands", io.BytesIO(), format=name)
    with pytest.raises(OptionError, match="'brands' is to be the only table of the plan"):
        stream(synth.make_plan("ecommerce", scale=0.01), "brands", io.BytesIO())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x"], "--out is not for --stdout, which writes a table's rows and no folder"),
        (["--out", "output"], "--out is not for --stdout"),
        (["--to", "sqlite:///x.db"], "--to is not for --stdout"),
        (["--part", "1/2", "--fresh"], "--part, --fresh are not for --stdout"),
        (["--runner", "ray"], "--runner is not for --stdout"),
        (["--tables", "orders"], "--tables is not for --stdout"),
        (["--json"], "--json is not for --stdout"),
        (["--compression", "zstd"], "--compression is not for --stdout"),
        (["--if-exists", "replace"], "--if-exists is not for --stdout"),
        (["--format", "parquet"], "parquet files end in"),
        (["--format", "cvs"], "unknown format 'cvs'"),
        (["--workers", "0"], "--workers takes a number from 1 up"),
        (["--until", "soon"], "--until takes a date"),
    ],
)
def test_words_that_do_not_go_with_it(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "ecommerce", "--stdout", "brands", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith(f"synth: {said}") and not list(tmp_path.iterdir())


def test_the_command_writes_rows_and_nothing_else(capfdbinary, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["generate", "ecommerce", "--scale", "0.01", "--seed", "7", "--until", "2025-06-30", "--workers", "1"]
    assert main([*words, "--stdout", "orders"]) == 0
    printed = capfdbinary.readouterr()
    assert printed.err == b"" and not list(tmp_path.iterdir())
    assert main([*words, "--tables", "orders", "--format", "csv"]) == 0
    assert printed.out == of_files(tmp_path / "output" / "ecommerce", "orders", "csv")
    capfdbinary.readouterr()
    assert main([*words, "--stdout", "ordres"]) == 2
    assert b"unknown table 'ordres'\n  hint: did you mean 'orders'" in capfdbinary.readouterr().err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_nobody_reads_on(workers, environment, tmp_path):
    """As behind `| head`: no message, no process, no file in the temporary folder."""
    words = ["generate", "ecommerce", "--scale", "5", "--stdout", "order_items", "--workers", workers]
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**environment, "TMPDIR": str(tmp_path)}, start_new_session=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline().startswith(b"order_item_id,order_id,")
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 141
    assert not os.listdir(tmp_path)
