"""The manifest: written whole, read strictly, and the same plan always gives the same identity."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import synth
from synth.errors import OutputError
from synth.store.entries import ExistingEntry, TableEntry, TaskEntry
from synth.store.files import FileEntry
from synth.store.manifest import NAME, Manifest, begin

COLUMNS = {"brand_id": "bigint", "brand_name": "varchar(100)", "country": "varchar(50)", "created_at": "timestamp"}


def plan(**words):
    return synth.make_plan("ecommerce", **{"scale": 0.01, "tables": ["brands"], **words})


def full() -> Manifest:
    """With something in every field."""
    file = FileEntry(path="brands/part-00000.parquet", rows=1, bytes=10, sha256="ab" * 32)
    return begin(plan(), "parquet").model_copy(
        update={
            "dialect": "mysql",
            "tables": {"brands": TableEntry(columns=COLUMNS, rows=1, fingerprint="1-2-3", files=(file,))},
            "families": {"brands": (TaskEntry(number=0, first=0, blocks=1, changes=dt.datetime(2025, 1, 1), prints={"brands": "1-2-3"}),)},
            "sums": (file.model_copy(update={"path": ".sums"}),),
            "existing": {"x": ExistingEntry(source="a", table="b", rows=1, skipped=0, fingerprint="1-2-3", file=file.model_copy(update={"path": ".existing/x.parquet"}))},
            "first_keys": {"brands.brand_id": "7"},
            "steps": (dt.datetime(2024, 1, 1),),
        }
    )  # fmt: skip


def test_it_comes_back_as_it_was(tmp_path):
    full().write(tmp_path)
    assert Manifest.read(tmp_path) == full() and [path.name for path in tmp_path.iterdir()] == [NAME]
    assert Manifest.read(tmp_path).load_dataset() == plan().dataset
    assert [file.path for file in full().hidden] == [".sums", ".existing/x.parquet"] and full().built_on


def test_its_fields(tmp_path):
    """What other tools, and later versions, read."""
    full().write(tmp_path)
    read = json.loads((tmp_path / NAME).read_text("utf-8"))
    assert list(read) == [
        "program", "stream_version", "dataset", "scale", "seed", "until", "format", "dialect", "spec", "spec_version",
        "identity", "tables",
        "families", "sums", "existing", "first_keys", "steps",
    ]  # fmt: skip
    assert read["tables"] == {
        "brands": {
            "columns": COLUMNS, "rows": 1, "fingerprint": "1-2-3",
            "files": [{"path": "brands/part-00000.parquet", "rows": 1, "bytes": 10, "sha256": "ab" * 32}],
        }
    }  # fmt: skip
    assert read["families"]["brands"] == [
        {"number": 0, "first": 0, "blocks": 1, "changes": "2025-01-01T00:00:00", "prints": {"brands": "1-2-3"}}
    ]
    assert read["until"] == "2026-01-01T00:00:00" and read["steps"] == ["2024-01-01T00:00:00"]


def test_identity_is_of_all_that_the_content_depends_on():
    one = begin(plan(), "parquet")
    assert one.identity == begin(plan(scale=0.010), "parquet").identity and one.tables == {}
    others = [
        begin(plan(seed=43), "parquet"), begin(plan(scale=0.02), "parquet"), begin(plan(), "csv"), begin(plan(), "sql", "mysql"),
        begin(plan(), "sql", "postgres"), begin(plan(until=dt.datetime(2025, 1, 1)), "parquet"),
        begin(plan(tables=["brands", "sellers"]), "parquet"),
    ]  # fmt: skip
    assert len({one.identity, *(other.identity for other in others)}) == 1 + len(others)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda facts: "[]", "is no manifest of this program"),
        (lambda facts: "{", "is no manifest of this program"),
        (lambda facts: json.dumps({**facts, "more": 1}), "is no manifest of this program"),
        (lambda facts: json.dumps({**facts, "seed": "x"}), "is no manifest of this program"),
        (
            lambda facts: json.dumps({**facts, "advancing": "2025-01-01T00:00:00"}),
            "(?s)left in the midst.*completes it",
        ),
    ],
)
def test_what_is_no_manifest(change, said, tmp_path):
    facts = full().model_dump(mode="json", exclude_none=True)
    (tmp_path / NAME).write_text(change(facts), "utf-8")
    with pytest.raises(OutputError, match=said):
        Manifest.read(tmp_path)


def test_no_manifest(tmp_path):
    with pytest.raises(OutputError, match=f"holds no {NAME}\n  hint: name the folder OUT/DATASET"):
        Manifest.read(tmp_path)


def test_one_that_is_advanced_is_read_when_it_is_asked_for(tmp_path):
    now = dt.datetime(2025, 1, 1)
    full().model_copy(update={"advancing": now}).write(tmp_path)
    assert Manifest.read(tmp_path, advancing=True).advancing == now


def test_the_spec_may_be_kept_elsewhere():
    text = full().model_dump_json(exclude={"spec"}, exclude_none=True)
    assert Manifest.parse(text, "a table", spec=full().spec) == full()
    with pytest.raises(OutputError, match="^a table is no manifest"):
        Manifest.parse(text, "a table")


@pytest.mark.parametrize("second", [(5, 99), (9, 50), (-1, 99), (9, 2**63)])
def test_segments_go_on(second, tmp_path):
    """Keys in pieces: rows and keys grow from one to the next, and fit what keys are made of."""
    full().write(tmp_path)
    path = tmp_path / NAME
    facts = json.loads(path.read_text("utf-8"))
    pieces = [(5, 50), (9, 99)]
    facts["segments"] = {"brands.brand_id": [{"first_row": r, "first_key": k} for r, k in pieces]}
    path.write_text(json.dumps(facts), "utf-8")
    assert len(Manifest.read(tmp_path).segments["brands.brand_id"]) == 2
    facts["segments"]["brands.brand_id"][1] = dict(zip(("first_row", "first_key"), second, strict=True))
    path.write_text(json.dumps(facts), "utf-8")
    with pytest.raises(OutputError, match="segments"):
        Manifest.read(tmp_path)
