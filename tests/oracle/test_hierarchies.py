"""Columns that go on from the row above in a table that refers to itself: each row is looked at by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.api import block, frame
from synth.errors import SpecError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder

SPEC = """
dataset: tree
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  staff:
    rows: 700
    columns:
      id: {key: {kind: code, prefix: S}}
      boss: {reference: {to: staff, roots: 0.02, weights: rank}, nullable: true}
      rank: {uniform: {min: 0, max: 5}, type: integer}
      came: {arrival: {since: 2020-01-01, before_start: 0.5}}
      gap: {uniform: {min: 1, max: 30}, type: integer}
      level: {expr: "COALESCE(boss.level, 0) + 1", type: integer}
      path: {expr: "COALESCE(boss.path, '') || '/' || id", type: text}
      sworn: {expr: "COALESCE(boss.sworn, CAST(came AS DATE)) + gap", type: date}
      deep: {expr: "level > 3", type: boolean}
      boss_level: {expr: boss.level, type: integer, nullable: true}
      boss_name: {lookup: boss.name, nullable: true}
      name: {coined: {}}
  tasks:
    rows: 300
    columns:
      id: {key: sequence}
      who: {reference: {to: staff, where: deep}}
      where: {lookup: who.path}
"""


@pytest.mark.parametrize("until", [dt.date(2025, 3, 1), dt.date(2026, 1, 1)])
def test_each_row_goes_on_from_the_row_above(until):
    plan = make(parse(SPEC), until=until)
    staff = {row["id"]: row for row in frame(plan, "staff").to_dicts()}
    assert {row["level"] for row in staff.values()} >= {1, 2, 3, 4, 5}
    for row in staff.values():
        boss = staff.get(row["boss"])
        assert (boss is None) == (row["boss"] is None)
        assert row["level"] == (boss["level"] if boss else 0) + 1
        assert row["path"] == (boss["path"] if boss else "") + "/" + row["id"]
        start = boss["sworn"] if boss else row["came"].date()
        assert row["sworn"] == start + dt.timedelta(days=row["gap"])
        assert row["boss_level"] == (boss["level"] if boss else None)
        assert row["boss_name"] == (boss["name"] if boss else None)
    for task in frame(plan, "tasks").to_dicts():
        assert task["where"] == staff[task["who"]]["path"] and staff[task["who"]]["level"] > 3


def test_what_was_there_stays_and_blocks_stand_alone():
    early, whole = (frame(make(parse(SPEC), until=until), "staff") for until in (dt.date(2025, 3, 1), None))
    assert early.equals(whole.head(early.height))
    plan = make(parse(SPEC), scale=40)
    assert plan.family("staff").blocks == 3
    assert block(plan, "staff", 1)["staff"].equals(frame(plan, "staff").slice(10_000, 10_000))


def test_runs_are_the_same_on_any_number_of_workers_and_in_steps(tmp_path):
    dataset = parse(SPEC)
    whole = generate(make(dataset), tmp_path / "one", workers=1)
    assert verify_folder(whole.folder).passed
    prints = {name: entry.fingerprint for name, entry in whole.manifest.tables.items()}
    two = generate(make(dataset), tmp_path / "two", workers=2).manifest
    assert {name: entry.fingerprint for name, entry in two.tables.items()} == prints


def test_a_hierarchy_that_grows_is_as_one_that_has_grown(tmp_path):
    dataset = parse(SPEC[: SPEC.index("  tasks:")])
    whole = generate(make(dataset), tmp_path / "one", workers=1).manifest
    early = generate(make(dataset, until=dt.date(2025, 7, 1)), tmp_path / "steps")
    for until in (dt.date(2025, 7, 2), dt.date(2026, 1, 1)):
        advance_folder(early.folder, until)
    found = {name: entry.fingerprint for name, entry in Manifest.read(early.folder).tables.items()}
    assert found == {name: entry.fingerprint for name, entry in whole.tables.items()}


def test_values_that_are_left_out_are_left_out_where_they_are_looked_up():
    """And the values behind them go on from them all the same."""
    text = SPEC.replace('|| id", type: text', '|| id", type: text, null_share: 0.3, nullable: true').replace(
        "who.path", "who.path, nullable: true"
    )
    plan = make(parse(text))
    staff = {row["id"]: row for row in frame(plan, "staff").to_dicts()}
    assert 100 < sum(row["path"] is None for row in staff.values()) < 300
    assert all(row["path"] is None or row["path"].count("/") == row["level"] for row in staff.values())
    for task in frame(plan, "tasks").to_dicts():
        assert task["where"] == staff[task["who"]]["path"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("COALESCE(boss.level, 0) + 1", "boss.level + 1"), "NULL can come out of it"),
        (("COALESCE(boss.level, 0) + 1", "COALESCE(boss.level, boss.rank) + 1"), "'boss.rank' goes with no value of the row above"),
        ((", type: integer}\n      path", "}\n      path"), "a cycle: staff.level → staff.level"),
        (("weights: rank", "weights: level"), "a cycle"),
    ],
)  # fmt: skip
def test_what_cannot_go_on_is_refused(change, message):
    assert change[0] in SPEC
    with pytest.raises(SpecError, match=message):
        make(parse(SPEC.replace(*change)))


def test_depth_and_leaves_are_declared_by_columns():
    """Levels by `match`, those that may have some below by `where`."""
    tables = """\
tables:
  categories:
    rows: 1_500
    columns:
      id: {key: sequence}
      level: {choice: {0: 0.05, 1: 0.25, 2: 0.7}, type: smallint}
      _above: {expr: level - 1, type: smallint}
      is_inner: {choice: {true: 0.5, false: 0.5}}
      parent_id: {reference: {to: categories, match: {level: _above}, where: is_inner, optional: true}, nullable: true}
"""
    spec = parse(f"dataset: d\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\n{tables}")
    rows = {row["id"]: row for row in frame(make(spec), "categories").to_dicts()}
    below = [row for row in rows.values() if row["parent_id"] is not None]
    assert all(rows[row["parent_id"]]["level"] == row["level"] - 1 for row in below)
    assert all(rows[row["parent_id"]]["is_inner"] for row in below) and len(below) > 1_300
