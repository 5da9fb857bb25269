"""What was kept of existing tables is the proof of references to them: whatever is changed there is found."""

from __future__ import annotations

import json
import shutil

import polars as pl
import pytest

import synth
from synth.job.generate import generate
from synth.store.files import described
from synth.store.manifest import NAME
from synth.verifying.files import verify_folder
from tests.support.shops import shop, there


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("shop")
    return generate(synth.make_plan(shop(), source=there(out / "theirs")), out).folder


def rewrite(facts, folder):
    """A price of another day, and an entry that says so."""
    path = folder / ".existing" / "products.parquet"
    pl.read_parquet(path).with_columns(pl.col("price") + 1).cast({"price": pl.Decimal(10, 2)}).write_parquet(path)
    rows = facts["existing"]["products"]["file"]["rows"]
    facts["existing"]["products"]["file"] = described(path, folder, rows).model_dump()


def unlist(facts, folder):
    del facts["existing"]["products"]["file"]
    (folder / ".existing" / "products.parquet").unlink()


def forget(facts, folder):
    del facts["existing"]["products"]
    (folder / ".existing" / "products.parquet").unlink()


def flip(facts, folder):
    path = folder / ".existing" / "products.parquet"
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)


CHANGES = {
    "a byte": flip,
    "gone": lambda facts, folder: (folder / ".existing" / "products.parquet").unlink(),
    "gone with its file's entry": unlist,
    "gone with its entry": forget,
    "other rows, and an entry of theirs": rewrite,
    "another table's": lambda facts, folder: shutil.copy(folder / ".existing/customers.parquet", folder / ".existing/products.parquet"),
    "rows": lambda facts, folder: facts["existing"]["products"].update(rows=7),
    "a fingerprint": lambda facts, folder: facts["existing"]["products"].update(fingerprint="1-2-3"),
}  # fmt: skip


def test_what_was_made_is_clean(made):
    assert verify_folder(made).passed


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_was_kept(name, made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "shop")
    facts = json.loads((folder / NAME).read_text("utf-8"))
    CHANGES[name](facts, folder)
    (folder / NAME).write_text(json.dumps(facts), "utf-8")
    assert "products" in {finding.table for finding in verify_folder(folder).failed}
