"""Bytes and arrays come through all jobs of every database: load, verify, pull, refresh, advance, replace, rows that exist."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.errors import DatabaseError
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.pull import pull
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verify.database import verify_database
from synth.verify.files import verify_folder
from tests.support.steps import prints
from tests.support.wide import wide_plan

UNTIL = dt.date(2024, 9, 1)


def proved(target) -> None:
    (report,) = verify_database(target.address, None if target.address.is_file else "wide")
    assert report.passed, report.failed


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "arrow"])
def test_loaded_and_pulled(target, form, tmp_path):
    made = generate(wide_plan(), tmp_path, format=form)
    assert verify_folder(made.folder).failed == []
    target.load(made.folder)
    assert target.state("wide") == prints(made.manifest)
    proved(target)
    pulled = pull(target.address, tmp_path / "pulled", format="parquet" if form == "csv" else "csv")
    assert not pulled.changed and prints(Manifest.read(pulled.folder)) == prints(made.manifest)
    assert verify_folder(pulled.folder).failed == []


def test_advanced(target, tmp_path):
    later = generate(wide_plan(UNTIL), tmp_path)
    generate_into(wide_plan(), target.address)
    advance_database(target.address, UNTIL)
    assert target.state("wide") == prints(later.manifest)
    proved(target)


def test_refreshed_and_replaced(target, tmp_path):
    generate_into(wide_plan(), target.address)
    for how, until in (("refresh", UNTIL), ("replace", dt.date(2024, 5, 1)), ("refresh", dt.date(2024, 6, 1))):
        plan = wide_plan(until)
        generate_into(plan, target.address, if_exists=how)
        assert target.state("wide") == prints(generate(plan, tmp_path / f"{how}{until}").manifest)
        proved(target)


def test_read_back_from_the_catalogue(target):
    generate_into(wide_plan(), target.address)
    with target.connect() as database:
        there = database.catalogue("wide")["things"]
    assert str(there["digest"]) == "bytes"
    found = {name: str(there[name]) for name in ("tags", "scores", "rates", "times")}
    if target.dialect.array:
        assert found == {"tags": "text[]", "scores": "integer[]", "rates": "decimal(9,3)[]", "times": "timestamp[]"}
    else:
        assert set(found.values()) == {"text"}


BESIDE = """
dataset: beside
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  things:
    existing: true
    primary_key: [thing_id]
    columns: {thing_id: {type: bigint}, digest: {type: bytes}, tags: {type: "text[]", nullable: true}, rates: {type: "decimal(9,3)[]"}}
  calls:
    rows: 50
    columns:
      call_id: {key: sequence}
      thing_id: {reference: things}
      digest: {lookup: thing_id.digest}
      tags: {lookup: thing_id.tags, nullable: true}
      rates: {lookup: thing_id.rates}
"""


def test_rows_that_exist(target):
    plan = wide_plan()
    generate_into(plan, target.address)
    things = synth.frame(plan, "things")
    found = synth.frame(synth.make_plan(parse(BESIDE), source=target.address.url(), source_schema="wide"), "calls")
    columns = ["thing_id", "digest", "tags", "rates"]
    there = set(map(str, things.select(columns).rows()))
    assert {str(row) for row in found.select(columns).rows()} <= there


@pytest.mark.parametrize("target", ["postgres"], indirect=True)
def test_an_array_of_arrays_is_refused(target, tmp_path):
    """Its type is that of an array."""
    target.sql(
        "CREATE SCHEMA foreign_; CREATE TABLE foreign_.t (x INTEGER[]); INSERT INTO foreign_.t VALUES ('{{1},{2}}')"
    )
    with pytest.raises(DatabaseError, match="an array of arrays"):
        pull(target.address, tmp_path, schema="foreign_")
