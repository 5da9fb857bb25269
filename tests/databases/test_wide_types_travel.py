"""Bytes and arrays come through all jobs of every database: load, verify, pull, refresh, advance, replace, rows that exist."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys

import pyarrow as pa
import pytest

import synth
from synth.arrays import to_json
from synth.databases import Address
from synth.databases.tsql.sending import STYLE
from synth.dtypes import BYTES, DType
from synth.errors import DatabaseError
from synth.fingerprint import Fingerprint
from synth.formats.sql import spelt_rows
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.support.mssql import URL, Server
from tests.support.steps import prints
from tests.support.targets import each_format_somewhere, every_way
from tests.support.wide import wide_plan

WIDE_TYPES = {"digest": BYTES, "blob": BYTES, "rates": DType.parse("decimal(9,3)[]")}
UNTIL = dt.date(2024, 9, 1)


def proved(target) -> None:
    (report,) = verify_database(target.address, None if target.address.is_file else "wide")
    assert report.passed, report.failed


@pytest.mark.parametrize(
    ("target", "form"), each_format_somewhere("parquet", "csv", "ndjson", "arrow"), indirect=["target"]
)
@pytest.mark.some(4)
def test_loaded_and_pulled(target, form, tmp_path):
    made = generate(wide_plan(), tmp_path, format=form)
    assert verify_folder(made.folder).failed == []
    target.load(made.folder)
    assert target.state("wide") == prints(made.manifest)
    proved(target)
    pulled = pull(target.address, tmp_path / "pulled", format="parquet" if form == "csv" else "csv")
    assert not pulled.changed and prints(Manifest.read(pulled.folder)) == prints(made.manifest)
    assert verify_folder(pulled.folder).failed == []


@pytest.mark.some(2)
def test_advanced(target, tmp_path):
    later = generate(wide_plan(UNTIL), tmp_path)
    generate_into(wide_plan(), target.address)
    advance_database(target.address, UNTIL)
    assert target.state("wide") == prints(later.manifest)
    proved(target)


@every_way
@pytest.mark.some(3)
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


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow"])
def test_a_folder_advances_with_its_feed_and_history(form, tmp_path):
    whole = generate(wide_plan(UNTIL), tmp_path / "whole", format=form)
    folder = generate(wide_plan(), tmp_path / "grown", format=form, workers=2).folder
    moment = dt.datetime.combine(UNTIL, dt.time())
    step = advance_folder(folder, moment, changes=tmp_path / "feed", changes_format="ndjson", scd2=tmp_path / "history")
    assert prints(Manifest.read(folder)) == prints(whole.manifest) and verify_folder(folder).failed == []
    fed = [json.loads(line) for line in step.feed.read_text().splitlines()]
    row = next(each["after"] for each in fed if each["table"] == "things" and each["after"] and each["after"]["rates"])
    assert row["digest"].startswith("\\x") and all(isinstance(rate, str) for rate in row["rates"])
    assert list((tmp_path / "history").glob("things/*"))


def test_a_server_of_t_sql_is_sent_json_and_bytes(monkeypatch, tmp_path):
    """By a stand-in: bulk copy gets binary and texts, INSERT statements literals."""
    folder = generate(wide_plan(), tmp_path).folder
    made = Server()
    monkeypatch.setitem(sys.modules, "mssql_python", made.module())
    for name, entry in Manifest.read(folder).tables.items():
        made.prints[name] = Fingerprint.parse(entry.fingerprint)
    load_folder(folder, Address.parse(URL), connections=2)
    sent = pa.concat_tables(made.schemas["wide"]["things"])
    things = synth.frame(wide_plan(), "things")
    assert sorted(sent["digest"].to_pylist()) == sorted(things["digest"].to_list())
    assert sorted(sent["rates"].to_pylist()) == sorted(to_json(things["rates"]).to_list())
    (table,) = (sql for sql in made.said if sql.startswith("CREATE TABLE") and "[digest]" in sql and "[scores]" in sql)
    assert "[digest] VARBINARY(MAX)" in table and "[scores] NVARCHAR(MAX)" in table
    rows = spelt_rows(things.select("digest", "blob", "rates").head(3), WIDE_TYPES, STYLE)
    assert re.match(r"\(0x[0-9a-f]{32}, (0x[0-9a-f]*|CAST\(NULL AS VARBINARY\(MAX\)\)), N'\[[-0-9., ]*\]'\)", rows[0])
