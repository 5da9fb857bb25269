"""`--index-times`: each date and timestamp can be searched, in every database, and goes on to be when rows come and go."""

from __future__ import annotations

import datetime as dt
import re

import pytest

import synth
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.existing.bind import ContinueFrom
from synth.job.advance_database import advance_database
from synth.job.into import generate_into
from synth.job.script import write_script
from synth.spec.load import parse
from synth.verifying.database import verify_database
from tests.support.servers import SERVERS

LONG = "a_moment_whose_name_is_as_long_as_names_of_columns_may_be_here"
SPEC = f"""
dataset: shop
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  days: {{values: [[2024-01-01, x]], primary_key: [day], columns: {{day: {{type: date}}, name: {{type: varchar(3)}}}}}}
  visits:
    rows: 400
    columns:
      id: {{key: sequence}}
      came: {{arrival: {{}}}}
      day: {{reference: days}}
      left_on: {{delay: {{after: came, even: true, max: 3}}, type: date, null_share: 0.2}}
      {LONG}: {{delay: {{after: came, even: true, max: 60}}}}
      _hidden: {{lookup: came}}
  notes:
    per: visits
    fanout: {{min: 0, max: 2, uniform: true}}
    columns: {{note: {{key: sequence}}, id: {{reference: visits}}, at: {{state: visits.came}}}}
"""
TIMES = {"visits": {"came", "left_on", LONG}, "notes": {"at"}, "days": set()}
UNTILS = [dt.datetime(2024, month, 1) for month in (5, 6, 7)]


def plan(until, **more):
    return synth.make_plan(parse(SPEC), until=until, **more)


def searched(target, database) -> dict[str, set[str]]:
    """The columns with which an index of ours on a time begins, as the database's own client sees them."""
    if target.kind == "tsql":
        pytest.skip("its catalogue is read by no client here")
    server = SERVERS[target.kind](target.address.name) if target.address.is_file else database(target.kind)
    try:
        seen = server.catalogue("shop")
    finally:
        if target.address.is_file:
            server.stop()
    named = {(table, columns) for table in TIMES for name, columns in seen[table].indexes if name.startswith("ix_")}
    return {table: {columns for of, columns in named if of == table} - {"id", "day"} for table in TIMES}


@pytest.mark.some(2)
def test_they_stay(target, database):
    """Through a load that replaces, two steps of time, rows that are appended, and a refresh."""
    generate_into(plan(UNTILS[0]), target.address)
    assert searched(target, database) == dict.fromkeys(TIMES, set())
    generate_into(plan(UNTILS[0]), target.address, if_exists="replace", index_times=True)
    assert searched(target, database) == TIMES
    for until in UNTILS[1:]:
        advance_database(target.address, until)
        assert searched(target, database) == TIMES
    more = plan(dt.datetime(2024, 9, 1), continue_from=ContinueFrom(target.address, "shop"))
    generate_into(more, target.address, if_exists="append")
    assert searched(target, database) == TIMES
    (report,) = verify_database(target.address, "shop")
    assert report.passed, report.failed
    generate_into(plan(dt.datetime(2024, 10, 1)), target.address, if_exists="refresh")
    assert searched(target, database) == TIMES
    (report,) = verify_database(target.address, "shop")
    assert report.passed, report.failed
    told = generate_into(plan(UNTILS[0]), target.address, if_exists="replace")
    assert searched(target, database) == dict.fromkeys(TIMES, set())
    assert "index ix_visits_came" in told.dropped


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_names(dialect):
    """Other names are the same with and without them, none is too long, and no two are alike."""
    without, with_times = (str(ddl(parse(SPEC), DIALECTS[dialect], index_times=each)) for each in (False, True))
    names = re.findall(r"CREATE INDEX \W(\w+)\W ON", with_times)
    assert set(without.splitlines()) < set(with_times.splitlines())
    assert len(names) == len(set(names)) and max(map(len, names)) == 60
    assert len(with_times.splitlines()) - len(without.splitlines()) == sum(map(len, TIMES.values()))


def test_in_scripts_and_on_the_command_line(run, tmp_path):
    folder = synth.generate(plan(UNTILS[0]), tmp_path, format="csv").folder
    for dialect in ("postgres", "mysql", "tsql"):
        made = write_script(folder, dialect, tmp_path / dialect, index_times=True)
        assert sum(path.read_text().count("ix_visits_came") for path in made.glob("*.sql")) == 1
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    done = run("load", str(folder), url, "--index-times")
    assert done.returncode == 0, done.stderr
    for words in (["ddl", "ecommerce"], ["script", str(folder)]):
        assert run(*words, "--index-times").returncode == 0
    refused = run("generate", "ecommerce", "--index-times", "--out", str(tmp_path / "out"))
    assert refused.returncode == 2 and "are about a database\n  hint: name it with --to" in refused.stderr
