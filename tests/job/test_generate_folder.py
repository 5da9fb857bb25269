"""What is in the folder that a run leaves: its files, and the manifest that tells of them."""

from __future__ import annotations

import datetime as dt
import json
from hashlib import sha256

import polars as pl

from synth.api import make_plan
from synth.describe.documents import DOCUMENTS
from synth.job.generate import generate
from synth.spec.load import parse


def test_output_layout(tmp_path):
    made = make_plan("ecommerce", scale=0.02)
    summary = generate(made, tmp_path)
    folder = tmp_path / "ecommerce"
    assert summary.folder == folder
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]
    shown = {path.name for path in folder.iterdir() if path.name[0] != "."}
    assert shown == {*made.dataset.written, "manifest.json", *DOCUMENTS}
    for table in made.dataset.written:
        files = list((folder / table).iterdir())
        assert files
        assert all(file.suffix == ".parquet" and not file.name.startswith(".") for file in files)


def test_manifest(tmp_path):
    made = make_plan("ecommerce", scale=0.02, seed=5)
    generate(made, tmp_path)
    folder = tmp_path / "ecommerce"
    raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    facts = {key: raw[key] for key in ("dataset", "scale", "seed", "until", "format", "stream_version")}
    assert facts == {"dataset": "ecommerce", "scale": 0.02, "seed": 5, "until": "2026-01-01T00:00:00", "format": "parquet", "stream_version": facts["stream_version"]}  # fmt: skip
    assert isinstance(facts["stream_version"], int)
    assert parse(raw["spec"]) == made.dataset
    assert list(raw["tables"]) == list(made.dataset.written)
    for name, table in raw["tables"].items():
        assert list(table["columns"]) == list(made.dataset.tables[name].written)
        assert table["rows"] == sum(file["rows"] for file in table["files"])
        for file in table["files"]:
            content = (folder / file["path"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(content), sha256(content).hexdigest())
            assert pl.read_parquet(folder / file["path"]).height == file["rows"]
    assert raw["tables"]["orders"]["columns"]["total"] == "decimal(12,2)"


def test_tables_without_rows_have_a_file(tmp_path):
    summary = generate(make_plan("ecommerce", scale=0.01, until=dt.datetime(2024, 1, 1, 0, 0, 1)), tmp_path)
    assert summary.manifest.tables["orders"].rows == 0
    assert [pl.read_parquet(p).height for p in sorted((summary.folder / "orders").iterdir())] == [0]
    assert pl.read_parquet(summary.folder / "orders").columns == list(
        make_plan("ecommerce").dataset.tables["orders"].written
    )
