"""Every wrong option of the command line gets one message, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synth.spec.load import shipped
from tests.support.refusals import refused

ROOT = Path(__file__).resolve().parents[2]


OPTIONS = [
    (["nonsense"], "nonsense"),
    (["--nonsense"], "--nonsense"),
    (["datasets", "more"], "more"),
    (["datasets", "--scale", "2"], "--scale"),
    (["check"], "DATASET"),
    (["check", "nope"], "unknown dataset 'nope'"),
    (["check", "ecomerce"], "did you mean 'ecommerce'?"),
    (["check", "nope.yaml"], "there is no file 'nope.yaml'"),
    (["check", "folder/nope"], "there is no file 'folder/nope'"),
    (["check", "."], "."),
    (["plan"], "DATASET"),
    (["plan", "nope"], "unknown dataset 'nope'"),
    (["plan", "ecommerce", "--scale", "big"], "'--scale'"),
    (["plan", "ecommerce", "--scale", "0"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "-1"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "nan"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "inf"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "1e300"], "too large"),
    (["plan", "ecommerce", "--seed", "-1"], "seed must be a whole number from 0"),
    (["plan", "ecommerce", "--seed", "1.5"], "'--seed'"),
    (["plan", "ecommerce", "--seed", str(2**63)], "seed must be a whole number from 0"),
    (["plan", "ecommerce", "--until", "tomorrow"], "--until takes a date or timestamp"),
    (["plan", "ecommerce", "--until", "2025-02-30"], "--until takes a date or timestamp"),
    (["plan", "ecommerce", "--until", "2023-12-31"], "must be after the period's start"),
    (["plan", "ecommerce", "--until", "2024-01-01"], "must be after the period's start"),
    (["plan", "ecommerce", "--until", "9999-01-01"], "too far ahead"),
    (["plan", "ecommerce", "--tables", "order"], "unknown table 'order'"),
    (["plan", "ecommerce", "--tables", "orders,ordrs"], "did you mean 'orders'?"),
    (["plan", "ecommerce", "--tables", "_offers"], "unknown table '_offers'"),
    (["plan", "ecommerce", "--tables", ""], "table"),
    (["plan", "ecommerce", "--workers", "many"], "--workers takes a number from 1 up, or all"),
    (["plan", "ecommerce", "--format", "csv"], "--format"),
    (["generate"], "DATASET"),
    (["generate", "nope"], "unknown dataset 'nope'"),
    (["generate", "ecommerce", "more"], "more"),
    (["generate", "ecommerce", "--workers", "0"], "--workers takes a number from 1 up, or all"),
    (["generate", "ecommerce", "--workers", "-2"], "--workers takes a number from 1 up, or all"),
    (["generate", "ecommerce", "--workers", "²"], "--workers takes a number from 1 up, or all"),
    (["generate", "ecommerce", "--workers", "1", "--format", "parket"], "did you mean 'parquet'?"),
    (["generate", "ecommerce", "--workers", "1", "--scale", "0"], "scale must be a number above 0"),
    (["generate", "ecommerce", "--workers", "1", "--seed", "x"], "'--seed'"),
    (["generate", "ecommerce", "--workers", "1", "--until", "x"], "--until takes a date or timestamp"),
    (["generate", "ecommerce", "--workers", "1", "--tables", "x"], "unknown table 'x'"),
    (["generate", "ecommerce", "--scale"], "--scale"),
    (["verify"], "DIR"),
    (["verify", "nowhere"], "'nowhere' holds no manifest.json"),
    (["verify", "--strict", "."], "--strict"),
]


@pytest.mark.parametrize(
    ("words", "phrase"), OPTIONS, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_wrong_option_gets_one_message(words, phrase, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = refused(capsys, *words)
    assert phrase in said
    assert said.count("synth: ") == 1
    assert list(tmp_path.iterdir()) == []


def test_no_traceback_in_a_process_of_its_own(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "synth", "generate", "nope"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"synth: unknown dataset 'nope'\n  hint: known are {', '.join(shipped())}, or give the path of a YAML file\n"
    )
