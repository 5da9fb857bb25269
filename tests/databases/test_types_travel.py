"""Columns of every type come through all jobs of every database: load, verify, pull, refresh, advance, replace."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.errors import DatabaseError, DataError
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.pull import pull
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.support.steps import prints
from tests.support.targets import each_format_somewhere
from tests.support.typed import TYPED, typed_plan

UNTIL = dt.date(2024, 9, 1)


def proved(target) -> None:
    (report,) = verify_database(target.address, None if target.address.is_file else "typed")
    assert report.passed, report.failed


@pytest.mark.parametrize(("target", "form"), each_format_somewhere("parquet", "csv"), indirect=["target"])
@pytest.mark.some(3)
def test_loaded_and_pulled(target, form, tmp_path):
    made = generate(typed_plan(), tmp_path, format=form)
    assert verify_folder(made.folder).failed == []
    target.load(made.folder)
    assert target.state("typed") == prints(made.manifest)
    proved(target)
    pulled = pull(target.address, tmp_path / "pulled", format="parquet")
    assert not pulled.changed and prints(Manifest.read(pulled.folder)) == prints(made.manifest)
    assert verify_folder(pulled.folder).failed == []


def test_advanced(target, tmp_path):
    later = generate(typed_plan(UNTIL), tmp_path)
    generate_into(typed_plan(), target.address)
    advance_database(target.address, UNTIL)
    assert target.state("typed") == prints(later.manifest)
    proved(target)


@pytest.mark.some(2)
def test_refreshed_and_replaced(target, tmp_path):
    """Twice: of a type that is made again nothing may be in the way."""
    generate_into(typed_plan(), target.address)
    for how, until in (
        ("refresh", UNTIL),
        ("replace", dt.date(2024, 5, 1)),
        ("replace", UNTIL),
        ("refresh", dt.date(2024, 5, 1)),
    ):
        plan = typed_plan(until)
        generate_into(plan, target.address, if_exists=how)
        assert target.state("typed") == prints(generate(plan, tmp_path / f"{how}{until}").manifest)
        proved(target)


def test_read_back_from_the_catalogue(target):
    generate_into(typed_plan(), target.address)
    native = target.dialect.has_enums
    with target.connect() as database:
        there = database.catalogue("typed")
    assert str(there["jobs"]["channel"]) == (
        "enum(web, Web, phone, fax)" if native else "varchar(5)" if target.kind == "sqlite" else "text"
    )
    assert there["grades"]["grade"].name == "varchar"  # that others refer to


def test_no_other_value_gets_in(target):
    generate_into(typed_plan(), target.address)
    for table, column in (("jobs", "channel"), ("jobs", "grade"), ("grades", "grade"), ("by_state", "again")):
        target.refuses(f"UPDATE {target.place(table, 'typed')} SET {column} = 'WEB'")


@pytest.mark.parametrize("target", ["postgres"], indirect=True)
def test_types_go_with_their_tables(target):
    def types() -> list[str]:
        return [name for (name,) in target.sql(
            "SELECT n.nspname || '.' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
            "WHERE t.typtype = 'e' AND n.nspname LIKE '%typed' ORDER BY 1"
        )]  # fmt: skip

    generate_into(typed_plan(), target.address)
    made = [
        "by_state_again",
        "by_state_grade",
        "jobs_again",
        "jobs_channel",
        "jobs_copied",
        "jobs_sort",
        "jobs_state",
        "notes_grade",
    ]
    assert types() == [f"typed.{name}" for name in made]
    fewer = TYPED.replace(
        "channel: {choice: {web: 3, Web: 1, fax: 1}, type: {enum: [web, Web, phone, fax]}",
        "channel: {choice: {web: 3, Web: 1, fax: 1}, type: text",
    )
    generate_into(typed_plan(spec=fewer), target.address, if_exists="replace")
    assert types() == [f"typed.{name}" for name in made if name != "jobs_channel"]
    target.sql("CREATE FUNCTION typed.mine(typed.jobs_state) RETURNS text LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(DatabaseError, match="jobs_state"):
        generate_into(typed_plan(spec=fewer), target.address, if_exists="replace")
    proved(target)


ORDERS = """
dataset: beside
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  jobs:
    existing: true
    primary_key: [job_id]
    columns: {job_id: {type: bigint}, state: {type: LIST}, grade: {type: text}, _open: {expr: "state = 'open'"}}
  calls:
    rows: 50
    columns: {call_id: {key: sequence}, job_id: {reference: {to: jobs, where: _open}}, state: {lookup: job_id.state}}
"""


def test_rows_that_exist(target):
    """An enum of theirs is read as one of ours that lists as much, or as a text; what is not listed is told."""
    generate_into(typed_plan(), target.address)
    for kind in ('enum(lost, open, "done, paid")', "text"):
        dataset = parse(ORDERS.replace("LIST", f"'{kind}'"))
        plan = synth.make_plan(dataset, source=target.address.url(), source_schema="typed")
        assert set(synth.frame(plan, "calls")["state"]) == {"open"}
    with pytest.raises(DataError, match=r"jobs: \d+ rows with a 'state' that is no enum\(open\)"):
        synth.make_plan(parse(ORDERS.replace("LIST", "enum(open)")), source=target.address.url(), source_schema="typed")


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow"])
def test_a_folder_advances_with_its_feed_and_history(form, tmp_path):
    whole = generate(typed_plan(UNTIL), tmp_path / "whole", format=form)
    folder = generate(typed_plan(), tmp_path / "grown", format=form, workers=2).folder
    moment = dt.datetime.combine(UNTIL, dt.time())
    step = advance_folder(folder, moment, changes=tmp_path / "feed", changes_format="ndjson", scd2=tmp_path / "history")
    assert prints(Manifest.read(folder)) == prints(whole.manifest) and verify_folder(folder).failed == []
    assert "18:30:00.000000" in step.feed.read_text() and list((tmp_path / "history").glob("jobs/*"))
