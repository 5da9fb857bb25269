"""`synth show`: a table or several in the terminal, or lines for a pipe; what cannot be asked is told with a way out."""

from __future__ import annotations

import subprocess
import sys

import pytest

from synth.cli import main
from synth.cli.completion import ASKS


def said(capsys, *words, code=0):
    assert main(["show", *words]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_a_table_and_several(capsys):
    lines = said(capsys, "ecommerce", "brands", "--scale", "0.01", "--rows", "2").splitlines()
    assert lines[0] == "brands: the first 2 of 20 rows" and len(lines) == 6
    text = said(capsys, "ecommerce", "brands", "tax_rates", "--scale", "0.01")
    assert text.count("brands: the first 10 of 20 rows") == text.count("tax_rates: 8 rows") == 1


def test_all_tables(capsys):
    text = said(capsys, "ecommerce", "--scale", "0.01")
    assert text.count("the first 3 of") > 8 and text.endswith("more of one: synth show ecommerce TABLE\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ecommerce", "ordres"], "unknown table 'ordres'\n  hint: did you mean 'orders'"),
        (["ecommerce", "--format", "csv"], "--format writes the rows of one table, and these are 12\n  hint: name one"),
        (
            ["ecommerce", "brands", "--format", "parquet"],
            "parquet files end in what is known when all rows are written",
        ),
        (["ecommerce", "brands", "--rows", "-1"], "--rows takes a number from 0 up, or all, not '-1'"),
        (
            ["ecommerce", "orders", "--rows", "all"],
            "more than 1,000 rows of 'orders' are too many to look at\n  hint: ",
        ),
        (["ecommerce", "--schema", "x"], "--schema is of databases"),
        ([".", "--scale", "2"], "--scale is of what is drawn, and the rows of '.' are read\n  hint: "),
        (["."], "'.' holds no tables"),
        (["nothing"], "'nothing' is no dataset, no folder and no database\n  hint: "),
    ],
)
def test_refused(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said(capsys, *words, code=2).startswith(f"synth: {message}") and not list(tmp_path.iterdir())


def test_nobody_reads_on(environment, tmp_path):
    """As behind `| head`: no message, no file in the temporary folder."""
    words = ["show", "ecommerce", "order_items", "--format", "csv", "--rows", "all"]
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**environment, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    with process:
        assert process.stdout.readline().startswith(b"order_item_id,order_id,")
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 141
    assert not list(tmp_path.iterdir())


def test_tables_are_completed(capsys, monkeypatch):
    monkeypatch.setenv(ASKS, "bash")
    assert main(["show", "ecommerce", "pro"]) == 0
    assert capsys.readouterr().out.split() == ["products", "promotions", "promotion_products"]
