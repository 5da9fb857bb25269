"""Folders in an object store, against a server of its own: the same content, last writers told, kills gone on with, swept."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import synth
from synth.databases.address import find
from synth.describe.documents import DOCUMENTS
from synth.errors import OptionError, OutputError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.job.merge import merge
from synth.job.pull import pull
from synth.job.sweep import sweep
from synth.plan.make import make
from synth.runners import Serial
from synth.spec.load import parse
from synth.store.manifest import NAME
from synth.store.object_run import run_of
from synth.store.opened import manifest_at, opened
from synth.store.remote import NOTES, folder_at
from synth.verifying.files import verify_folder
from tests.support.engines import ENGINES_HERE, begun
from tests.support.object_store import here, out, s3, server, tables  # noqa: F401
from tests.support.steps import prints
from tests.support.targets import LONG
from tests.support.visits import THREE_BLOCKS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("server")
UNTIL = (dt.date(2024, 7, 15), dt.date(2025, 2, 1))


class EndedError(Exception):
    """It was given up."""


def ends_after(tasks):
    """A runner that ends after so many tasks, as if it had been killed: nothing is cleared away in a store."""

    class Ending(Serial):
        def run(self, context, todo):
            nonlocal tasks
            for result in super().run(context, todo):
                yield result
                tasks -= 1
                if not tasks:
                    raise EndedError

    return Ending(owns_process=False)


# -- content


@pytest.mark.parametrize("format", ["parquet", "csv", "ndjson", "sql"])
@pytest.mark.some(4)
def test_it_is_as_in_a_folder(format, out, tmp_path):
    plan = make(THREE_BLOCKS)
    made, there = generate(plan, out, format=format), generate(plan, tmp_path, format=format)
    assert made.folder == f"{out}/visits"
    assert made.manifest.placed(lambda file: None) == there.manifest, "where files are is no part of what is stated"
    stored = manifest_at(made.folder)
    assert stored == made.manifest
    beside = {NAME, *DOCUMENTS}
    assert {file.name for file in stored.files} | beside == set(here(made.folder)), "and nothing else is there"
    assert all(run_of(file.name) for file in stored.files)
    if format != "sql":
        report = verify_folder(made.folder)
        assert report.passed and report.place == made.folder
    with opened(made.folder) as (copy, _):
        for path in there.folder.glob("*/*"):
            assert (copy / path.relative_to(there.folder)).read_bytes() == path.read_bytes()
    assert not copy.exists()


@pytest.mark.parametrize("name", ENGINES_HERE)
def test_engines_write_there(name, s3, tmp_path):
    plan = make(THREE_BLOCKS, scale=3)
    with begun(name) as running:
        made = generate(plan, s3, workers=running)
    assert tables(made.manifest) == tables(generate(plan, tmp_path).manifest)
    assert verify_folder(made.folder).passed


def test_parts_are_merged_there(out, tmp_path):
    plan = make(THREE_BLOCKS)
    for number in range(1, 4):
        generate(plan, tmp_path if number < 3 else out, part=synth.Part(number, 3))
    made = merge([*tmp_path.glob("*.part-*"), f"{out}/visits.part-3-of-3"], out)
    assert made.folder == f"{out}/visits"
    beside = merge([f"{out}/visits.part-3-of-3", *tmp_path.glob("*.part-*")])
    assert beside.unchanged and beside.folder == made.folder
    assert prints(made.manifest) == prints(generate(plan, tmp_path / "whole").manifest)
    assert verify_folder(made.folder).passed


def test_the_same_again_is_done_and_another_run_is_refused(out):
    generate(make(THREE_BLOCKS), out)
    before = here(f"{out}/visits")
    assert generate(make(THREE_BLOCKS), out).unchanged
    with pytest.raises(OutputError, match="holds another run: visits"):
        generate(make(THREE_BLOCKS, seed=7), out)
    assert here(f"{out}/visits") == before
    made = generate(make(THREE_BLOCKS, seed=7), out, if_exists="replace")
    assert verify_folder(made.folder).passed
    assert not {*before} & {*here(made.folder)} - {NAME, *DOCUMENTS}, "the old files are gone"


def test_strangers_objects_stay(out):
    objects = folder_at(f"{out}/visits")
    objects.put("notes.txt", b"mine")
    with pytest.raises(OutputError, match=r"holds an object that is not ours \('notes.txt'\)"):
        generate(make(THREE_BLOCKS), out, if_exists="replace")
    assert [*here(objects)] == ["notes.txt"]


def test_a_changed_object_is_an_offence_and_so_is_a_strange_one(out):
    made = generate(make(THREE_BLOCKS), out)
    objects = folder_at(str(made.folder))
    file = manifest_at(made.folder).tables["sales"].files[0]
    objects.put("sales/other.parquet", b"x")
    report = verify_folder(made.folder)
    assert [finding.name for finding in report.failed] == ["nothing else"]
    objects.delete(["sales/other.parquet"])
    objects.put(file.name, b"x" * file.bytes)
    assert "checksums" in [finding.name for finding in verify_folder(made.folder).failed]
    objects.delete([file.name])
    with pytest.raises(OutputError, match=f"'{made.folder}/{file.name}' is missing"):
        verify_folder(made.folder)


# -- jobs


def test_it_advances_as_if_it_had_been_made_then(out, tmp_path):
    made = generate(make(THREE_BLOCKS, until=UNTIL[0]), out)
    before = manifest_at(made.folder)
    step = advance_folder(made.folder, UNTIL[1], changes=tmp_path / "feed")
    assert step.place == made.folder and step.feed
    now = manifest_at(made.folder)
    assert prints(now) == prints(generate(make(THREE_BLOCKS, until=UNTIL[1]), tmp_path).manifest)
    assert verify_folder(made.folder).passed
    assert set(here(made.folder)) == {NAME, *DOCUMENTS, *(file.name for file in now.files)}
    kept = {file.name for file in before.files} & {file.name for file in now.files}
    assert kept, "what came out as it was stays where it was"
    assert advance_folder(made.folder, UNTIL[1]).unchanged
    dry = advance_folder(made.folder, dt.date(2025, 3, 1), dry_run=True)
    assert dry.dry_run and dry.changes and manifest_at(made.folder) == now


def test_rows_are_loaded_pulled_and_built_on_from_there(out, tmp_path):
    made = generate(make(THREE_BLOCKS), out)
    address = find(f"sqlite:///{tmp_path}/x.db")
    load_folder(made.folder, address)
    pulled = pull(address, f"{out}/pulled")
    assert pulled.folder == f"{out}/pulled/visits"
    assert verify_folder(pulled.folder).passed
    assert {t: e.fingerprint for t, e in manifest_at(pulled.folder).tables.items()} == prints(made.manifest)
    assert manifest_at(pull(address, f"{out}/pulled").folder) == manifest_at(pulled.folder), "it is the same again"
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("DELETE FROM sales WHERE sale_id = 1")
    connection.close()
    with pytest.raises(OutputError, match="holds another run"):
        pull(address, f"{out}/pulled")
    child = parse("""
dataset: notes
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people: {existing: true, columns: {person_id: {type: varchar(12)}}, primary_key: [person_id]}
  notes: {rows: 900, columns: {id: {key: sequence}, person: {reference: people}}}
""")
    plan = synth.make_plan(child, source=made.folder)
    built = generate(plan, out)
    assert verify_folder(built.folder).passed
    with pytest.raises(OptionError, match="would be replaced"):
        generate(synth.make_plan(child.model_copy(update={"dataset": "visits"}), source=made.folder), out)


def test_a_query_is_not_pulled_there(out, tmp_path):
    address = find(f"sqlite:///{tmp_path}/x.db")
    load_folder(generate(make(THREE_BLOCKS), tmp_path).folder, address)
    with pytest.raises(OutputError, match="a whole dataset of ours alone"):
        pull(address, out, query="SELECT 1 AS one")
    assert not here(out)


# -- several writers, and kills


def test_of_two_writers_one_wins_and_the_other_is_told(out):
    """Both found nothing there, and wrote; the manifest of one is put first."""
    one, other = make(THREE_BLOCKS), make(THREE_BLOCKS, seed=9)

    def second(family, rows):
        if not done:
            done.append(generate(other, out))

    done: list = []
    with pytest.raises(OutputError, match="another run has written '.*' meanwhile, and its data stands"):
        generate(one, out, progress=second)
    report = verify_folder(f"{out}/visits")
    assert report.passed and len(report.left) == 1, "what the other wrote is told"
    assert prints(manifest_at(f"{out}/visits")) == prints(done[0].manifest)
    swept = sweep(f"{out}/visits")
    assert swept.busy and not swept.objects, "it might still be going on"
    swept = sweep(f"{out}/visits", idle=dt.timedelta(), dry_run=True)
    assert swept.objects and swept.bytes > 1000 and verify_folder(f"{out}/visits").left
    assert sweep(f"{out}/visits", idle=dt.timedelta()).objects == swept.objects
    assert verify_folder(f"{out}/visits").left == {}


def test_two_writers_of_the_same_run_agree(out):
    """What they write is the same, and so the first to end has made it."""
    plan = make(THREE_BLOCKS)

    def second(family, rows):
        if not done:
            done.append(generate(plan, out))

    done: list = []
    made = generate(plan, out, progress=second)
    assert made.manifest.tables == done[0].manifest.tables
    assert verify_folder(made.folder).passed


def test_a_run_that_was_given_up_is_gone_on_with(out):
    plan = make(THREE_BLOCKS, scale=2)
    with pytest.raises(EndedError):
        generate(plan, out, workers=ends_after(4))
    left = here(f"{out}/visits")
    assert NAME not in left and any(name.startswith(f"{NOTES}/") for name in left), "nothing half-done looks done"
    with pytest.raises(OutputError, match=f"holds no {NAME}"):
        verify_folder(f"{out}/visits")
    made = generate(plan, out)
    assert made.resumed == 4
    assert verify_folder(made.folder).passed
    assert set(here(made.folder)) == {NAME, *DOCUMENTS, *(file.name for file in manifest_at(made.folder).files)}


def test_fresh_begins_anew(out):
    plan = make(THREE_BLOCKS, scale=2)
    with pytest.raises(EndedError):
        generate(plan, out, workers=ends_after(4))
    assert generate(plan, out, fresh=True).resumed == 0


def test_what_another_run_left_is_no_hindrance(out):
    with pytest.raises(EndedError):
        generate(make(THREE_BLOCKS, seed=3), out, workers=ends_after(4))
    made = generate(make(THREE_BLOCKS), out)
    assert made.resumed == 0
    report = verify_folder(made.folder)
    assert report.passed and len(report.left) == 1


@pytest.mark.parametrize("share", [0.1 * k for k in range(10)] if LONG else [0.4])
def test_a_command_that_is_killed_is_gone_on_with(share, s3, tmp_path):
    plan = synth.make_plan("ecommerce", scale=2)
    whole = generate(plan, tmp_path).manifest
    tasks = sum(len(each) for each in whole.families.values())
    command = [sys.executable, "-m", "synth", "generate", "ecommerce", "--scale", "2", "--out", s3]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    while run.poll() is None and sum(name.startswith(NOTES) for name in here(f"{s3}/ecommerce")) < share * tasks:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    with pytest.raises(OutputError, match=f"holds no {NAME}"):
        manifest_at(f"{s3}/ecommerce")
    made = generate(plan, s3)
    assert made.resumed >= share * tasks
    assert tables(made.manifest) == tables(whole)
    assert verify_folder(made.folder).passed


@pytest.mark.parametrize("after", range(10) if LONG else [3])
def test_a_store_that_is_silent_for_some_seconds_does_no_harm(after, server, s3):  # noqa: F811
    seconds = 10 if LONG else 3
    plan = make(THREE_BLOCKS, scale=3)
    held, done = threading.Event(), []

    def hold(family, rows):
        done.append(rows)
        if not held.is_set() and len(done) > after:
            held.set()
            server.hold()
            threading.Timer(seconds, server.go_on).start()

    started = time.monotonic()
    made = generate(plan, s3, progress=hold)
    assert time.monotonic() - started > seconds - 1
    assert verify_folder(made.folder).passed
