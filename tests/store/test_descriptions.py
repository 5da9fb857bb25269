"""What files say of themselves, as other programs read it."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import synth
from synth.formats import FORMATS
from synth.job.generate import generate
from synth.store.descriptions import descriptions
from synth.store.manifest import Manifest
from synth.version import __version__

SHOP = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people:
    about: "who buys: “anybody”"
    rows: 3
    columns:
      person_id: {key: sequence, about: a number}
      kind: {choice: {it's: 1, 漢字: 2}}
  orders:
    rows: 10
    columns:
      order_id: {key: sequence}
      person_id: {reference: people}
      total: {uniform: {min: 1, max: 9}, type: "decimal(12,2)", about: in euros}
      _hidden: {uniform: {min: 1, max: 9}}
  lines:
    per: orders
    fanout: 2
    columns:
      order_id: {reference: orders}
      line: {ordinal: orders}
    primary_key: [order_id, line]
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    file = tmp_path_factory.mktemp("spec") / "shop.yaml"
    file.write_text(SHOP)
    return synth.make_plan(file, scale=2, seed=7)


def test_what_is_declared_is_told(plan):
    told = {name: json.loads(text) for name, text in descriptions(plan).items()}
    run = {"program": f"synth {__version__}", "dataset": "shop", "seed": 7, "scale": 2.0}
    refers = {"columns": ["person_id"], "table": "people", "keys": ["person_id"]}
    born_with = {"columns": ["order_id"], "table": "orders", "keys": ["order_id"]}
    assert told == {
        "people": {
            **run, "table": "people", "about": "who buys: “anybody”", "primary_key": ["person_id"],
            "columns": {"person_id": {"type": "bigint", "about": "a number"}, "kind": {"type": "text"}},
        },
        "orders": {
            **run, "table": "orders", "primary_key": ["order_id"], "references": [refers],
            "columns": {
                "order_id": {"type": "bigint"}, "person_id": {"type": "bigint"},
                "total": {"type": "decimal(12,2)", "about": "in euros"},
            },
        },
        "lines": {
            **run, "table": "lines", "primary_key": ["order_id", "line"], "references": [born_with],
            "columns": {"order_id": {"type": "bigint"}, "line": {"type": "integer"}},
        },
    }  # fmt: skip


def test_every_program_reads_it(plan, tmp_path):
    folder = generate(plan, tmp_path).folder
    for table, text in descriptions(plan).items():
        (file,) = (folder / table).glob("*.parquet")
        assert pl.read_parquet_metadata(file)["synth"] == text
        assert pq.read_schema(file).metadata == {b"synth": text.encode()}
        found = duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{file}')").fetchall()
        assert found == [("synth", text)]
    folder = generate(plan, tmp_path / "arrow", format="arrow").folder
    with pa.OSFile(str(folder / "orders" / "part-00000.arrow")) as file:
        assert pa.ipc.open_file(file).schema.metadata == {b"synth": descriptions(plan)["orders"].encode()}


def test_every_file_of_every_table_has_its_own(tmp_path):
    """Those of parts of a gathered table have that of the table; polymorphic references say where."""
    plan = synth.make_plan("erp", scale=0.02)
    folder, told = generate(plan, tmp_path).folder, descriptions(plan)
    files = list(folder.glob("*/*.parquet"))
    assert len(files) > len(told) and told.keys() == Manifest.read(folder).tables.keys()
    for file in files:
        assert pl.read_parquet_metadata(file)["synth"] == told[file.parent.name], file
    assert max(map(len, told.values())) < 5_000


def test_a_later_now_tells_the_same():
    """So files that a step of time leaves as they are stay as one run makes them."""
    one, other = (synth.make_plan("ecommerce", scale=0.01, until=dt.datetime(2025, at, 1)) for at in (3, 9))
    assert descriptions(one) == descriptions(other)


def test_only_what_can_hold_it_is_given_it():
    form = FORMATS["csv"].describing("{}")
    assert form is FORMATS["csv"] and FORMATS["parquet"].describing(None) is FORMATS["parquet"]
