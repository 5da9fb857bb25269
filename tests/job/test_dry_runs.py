"""Dry runs: what would happen, in counts that come true, and nothing is changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

import synth
from synth.errors import DatabaseError
from synth.existing.bind import ContinueFrom
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.spec.load import parse
from tests.support.targets import LIVE

EVERYWHERE = pytest.mark.parametrize(
    "target", [suite for suite in LIVE if suite not in ("copy", "embedded")], indirect=True
)


def plan(month: int = 3, scale: float = 0.02):
    return synth.make_plan("ecommerce", scale=scale, until=dt.date(2024, month, 1))


def rows(made) -> dict[str, int]:
    return {name: entry.rows for name, entry in made.tables.items()}


def content(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


@EVERYWHERE
@pytest.mark.some(2)
def test_of_a_load(target, tmp_path):
    made = generate(plan(), tmp_path)
    for options, said in (({}, "new"), ({"if_exists": "replace"}, "new"), ({"if_exists": "append"}, "new")):
        report = target.load(made.folder, dry_run=True, **options)
        assert {name: table.rows for name, table in report.tables.items()} == rows(made.manifest)
        assert set(report.outcomes.values()) == {said} and not report.changes
        assert target.state() == {} and not (target.address.is_file and Path(target.address.name).exists())
    target.load(made.folder)
    before = target.state()
    with pytest.raises(DatabaseError, match="has tables of these names already"):
        target.load(made.folder, dry_run=True)
    target.sql(f"CREATE INDEX mine ON {target.place('orders')} (status)")
    report = target.load(made.folder, dry_run=True, if_exists="replace")
    assert set(report.outcomes.values()) == {"replaced"} and report.dropped == ("index mine",)
    assert target.state() == before


@EVERYWHERE
@pytest.mark.some(2)
def test_of_a_refresh(target):
    generate_into(plan(), target.address)
    before = target.state()
    tried = generate_into(plan(5), target.address, if_exists="refresh", dry_run=True)
    assert target.state() == before and set(tried.outcomes.values()) == {"refreshed"}
    done = generate_into(plan(5), target.address, if_exists="refresh")
    assert done.changes == tried.changes and done.changes["orders"].inserted and not done.outcomes


@EVERYWHERE
def test_of_an_append(target):
    spec = parse(
        "dataset: log\nperiod: {start: 2024-01-01, until: 2025-01-01}\n"
        "tables: {visits: {rows: 300, columns: {id: {key: sequence}, at: {arrival: {}}}}}"
    )
    made = synth.make_plan(spec)
    generate_into(made, target.address, if_exists="append")
    again = synth.make_plan(spec, continue_from=ContinueFrom(target.address))
    report = generate_into(again, target.address, if_exists="append", dry_run=True)
    assert report.outcomes == {"visits": "behind the old"} and report.tables["visits"].rows == 300
    with pytest.raises(DatabaseError, match="'visits' has 300 rows, and what was made goes on from 0"):
        generate_into(made, target.address, if_exists="append", dry_run=True)
    assert target.sql(f"SELECT COUNT(*) FROM {target.place('visits', 'log')}") == [(300,)]


@EVERYWHERE
@pytest.mark.some(2)
def test_of_an_advance(target, tmp_path):
    generate_into(plan(), target.address)
    before = target.state()
    tried = advance_database(target.address, dt.date(2024, 4, 1), dry_run=True, changes=tmp_path / "feed")
    assert target.state() == before and tried.dry_run and not (tmp_path / "feed").exists()
    done = advance_database(target.address, dt.date(2024, 4, 1))
    assert (tried.changes, tried.blocks) == (done.changes, done.blocks) and not done.dry_run
    assert sum(each.inserted - each.deleted for each in tried.changes.values()) == done.rows


def test_of_an_advance_of_a_folder(tmp_path, run):
    folder = generate(plan(), tmp_path).folder
    before = content(tmp_path)
    tried = advance_folder(folder, dt.date(2024, 4, 1), dry_run=True)
    said = run("advance", str(folder), "--until", "2024-04-01", "--dry-run")
    assert said.returncode == 0 and "dry run: nothing was changed" in said.stdout and "orders" in said.stdout
    assert content(tmp_path) == before
    done = advance_folder(folder, dt.date(2024, 4, 1))
    assert tried.rows == done.rows == sum(each.inserted - each.deleted for each in tried.changes.values())
    assert advance_folder(folder, dt.date(2024, 4, 1), dry_run=True).unchanged


def test_on_the_command_line(tmp_path, run):
    folder = generate(plan(), tmp_path).folder
    url = str(tmp_path / "shop.duckdb")
    said = run("load", str(folder), url, "--dry-run")
    assert said.returncode == 0 and "dry run: nothing was changed in schema ecommerce" in said.stdout, said.stderr
    assert not Path(url).exists()
    said = run("generate", "ecommerce", "--scale", "0.02", "--to", url, "--dry-run", "--json")
    assert json.loads(said.stdout)["dry_run"] and not Path(url).exists()
    said = run("generate", "ecommerce", "--dry-run", "--out", str(tmp_path))
    assert said.returncode == 2 and "--dry-run are about a database" in said.stderr
