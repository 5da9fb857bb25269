"""`--keep-staging`: a load that is killed or fails leaves tables that were sent whole, and the same load goes on with the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import synth
from synth.databases import DATABASES
from synth.errors import DatabaseError, DataError
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.loading.kept import RECORD
from synth.store.manifest import Manifest
from synth.terminal import load_text
from synth.verifying.database import verify_database
from tests.support.targets import LIVE, LONG, SUITES, prints

ABLE = [s for s in LIVE if s != "embedded" and DATABASES[SUITES[s]].capabilities.keeps_staging]
KEEPS = [s for s in ABLE if s != "copy" or LONG]
OTHERS = [s for s in LIVE if s not in ABLE and s != "embedded"]
keeping = pytest.mark.parametrize("target", KEEPS, indirect=True)

CHILD = """
import os, signal, sys
from synth.databases import Address
from synth.job.load import load_folder
folder, url, via, last, at = sys.argv[1:]
seen = 0
def die(what, rows):
    global seen
    seen += what == last
    if seen == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
load_folder(folder, Address.parse(url), if_exists="replace", connections=1, via=via or None, keep_staging=True, progress=die)
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    plan = synth.make_plan("ecommerce", scale=0.02, seed=7)
    return generate(plan, tmp_path_factory.mktemp("other")).folder


class Sent:
    """The rows that each table gets, by the progress of a load."""

    def __init__(self, last=None, error=None):
        self.rows, self.last, self.error = {}, last, error

    def __call__(self, what, rows):
        self.rows[what] = self.rows.get(what, 0) + rows
        if what == self.last:
            raise self.error


def staged(target) -> set[str]:
    with target.connect() as database:
        return set(database.catalogue(database.staging_schema("ecommerce")))


def when_free(load):
    """A server notices that a client was killed when it next speaks to it."""
    end = time.monotonic() + 10
    while True:
        try:
            return load()
        except DatabaseError as error:
            assert "another load" in str(error) and time.monotonic() < end
            time.sleep(0.1)


def killed(target, folder, last: str, at: int, environment) -> None:
    words = [
        sys.executable,
        "-c",
        CHILD,
        str(folder),
        target.address.url(password=True),
        target.via or "",
        last,
        str(at),
    ]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


# where a load is killed: progress of a name is told for the n-th time
MOMENTS = [
    ("orders", 1),
    ("constraints", 1),
    ("constraints", 3),
    ("indexes", 4),
    ("analyze", 1),
    ("verify", 2),
    ("publish", 1),
][:: 1 if LONG else 3]


@keeping
@pytest.mark.parametrize("last, at", MOMENTS)
@pytest.mark.some(2)
def test_killed(target, last, at, shop, other, environment):
    """The target is as it was, and the same load again sends only what is missing, and makes only what is not there."""
    target.load(shop)
    killed(target, other, last, at, environment)
    left = staged(target)
    assert target_is(target, shop) and RECORD in left and "brands" in left
    report = when_free(lambda: target.load(other, if_exists="replace", keep_staging=True))
    assert target.state() == prints(other)
    whole = set(report.went_on_from)
    assert whole == set(prints(other)) if last != "orders" else "brands" in whole and "orders" not in whole
    sent = {name for name, entry in report.tables.items() if entry.bytes}
    assert not sent & whole and whole | sent == set(prints(other))
    assert report.rows == sum(entry.rows for entry in Manifest.read(other).tables.values())
    assert f"went on from {len(whole)} tables" in load_text(report, "synth")
    (checked,) = verify_database(target.address, "ecommerce")
    assert checked.passed, checked.failed
    with_one = target.tables()
    target.load(other, if_exists="replace")
    assert target.tables() == with_one


@keeping
def test_made_as_in_one_go(target, shop, environment, database):
    """All constraints and indexes, whatever was there when the load was killed."""
    server, found = database(target.kind), []
    for last, at in [(None, 0), ("constraints", 2), ("indexes", 3), ("analyze", 2)][:: 1 if LONG else 2]:
        if last is not None:
            killed(target, shop, last, at, environment)
        when_free(lambda: target.load(shop, if_exists="replace", keep_staging=True))
        found.append(server.catalogue("ecommerce"))
    assert all(each == found[0] for each in found[1:]) and found[0]["orders"].foreign


@keeping
def test_a_load_that_fails(target, other, shop):
    target.load(shop)
    with pytest.raises(
        DatabaseError, match="(?s)full.*\n  12 of 12 tables stay staged, whole: the same command goes on"
    ):
        target.load(
            other, if_exists="replace", keep_staging=True, progress=Sent("indexes", DatabaseError("it is full"))
        )
    assert target_is(target, shop) and staged(target) > set(prints(other))
    sent = Sent()
    report = target.load(other, if_exists="replace", keep_staging=True, progress=sent)
    assert set(report.went_on_from) == set(prints(other)) and not report.bytes
    assert sent.rows["orders"] == Manifest.read(other).tables["orders"].rows, "what was there counts as done"
    assert target.state() == prints(other)


def target_is(target, folder) -> bool:
    """Whether the schema holds a folder's rows, whatever is staged."""
    with target.connect() as database:
        tables = Manifest.read(folder).tables
        found = {name: str(database.content("ecommerce", name, entry.types)) for name, entry in tables.items()}
    return found == prints(folder)


@keeping
@pytest.mark.parametrize("how", ["other rows", "other tables", "without the option"])
def test_another_load_begins_anew(how, target, other, shop):
    with pytest.raises(DatabaseError, match="stay staged"):
        target.load(shop, keep_staging=True, progress=Sent("analyze", DatabaseError("no")))
    options = {
        "other rows": {"keep_staging": True},
        "other tables": {"keep_staging": True, "identity": False},
        "without the option": {},
    }
    folder = other if how == "other rows" else shop
    assert target.load(folder, **options[how]).went_on_from == ()
    assert target.state() == prints(folder)


@keeping
def test_without_the_option_nothing_stays(target, shop):
    with pytest.raises(DatabaseError) as caught:
        target.load(shop, progress=Sent("analyze", DatabaseError("no")))
    assert str(caught.value) == "no" and not staged(target)


@keeping
def test_rows_that_are_not_what_was_sent_do_not_stay(target, shop):
    with pytest.raises(DatabaseError, match="stay staged"):
        target.load(shop, keep_staging=True, progress=Sent("analyze", DatabaseError("no")))
    with target.connect() as database:
        place = database.dialect.place(database.staging_schema("ecommerce"), "promotions")
        database.run(f"UPDATE {place} SET {database.dialect.quote_identifier('promotion_name')} = 'x'")
    with pytest.raises(DataError, match="'promotions' came out with another content"):
        target.load(shop, keep_staging=True)
    assert not staged(target)
    assert target.load(shop, keep_staging=True).went_on_from == ()
    assert target.state() == prints(shop)


@keeping
@pytest.mark.parametrize("if_exists", ["append", "refresh"])
def test_rows_for_tables_that_are_there(if_exists, target, tmp_path):
    plans = [synth.make_plan("inventory", scale=0.05, seed=seed) for seed in (1, 2)]
    folder = generate(plans[1], tmp_path).folder
    if if_exists == "refresh":
        generate_into(plans[0], target.address, via=target.via)
    with pytest.raises(DatabaseError, match="stay staged"):
        target.load(folder, if_exists=if_exists, keep_staging=True, progress=Sent("verify", DatabaseError("no")))
    report = target.load(folder, if_exists=if_exists, keep_staging=True)
    assert set(report.went_on_from) == set(prints(folder)) and target.state("inventory") == prints(folder)


@keeping
@pytest.mark.parametrize("name, workers", [("ecommerce", 2), *([("erp", 1)] if LONG else [])])
@pytest.mark.some(1)
def test_drawn_straight_into_it(name, workers, target, tmp_path):
    """Tables whose families are drawn are not sent again, also such as several families give to."""
    plan = synth.make_plan(name, scale=0.02)
    last = "orders" if name == "ecommerce" else plan.families[-1].root
    how = {"via": target.via, "workers": workers, "keep_staging": True}
    with pytest.raises(DatabaseError, match=r"stay staged"):
        generate_into(plan, target.address, progress=Sent(last, DatabaseError("no")), **how)
    report = generate_into(plan, target.address, **how)
    assert 0 < len(report.went_on_from) < len(plan.wanted)
    assert not any(report.tables[table].bytes for table in report.went_on_from)
    assert target.state(name) == prints(generate(plan, tmp_path).folder)
    with pytest.raises(DatabaseError, match=rf"{len(plan.wanted)} of {len(plan.wanted)} tables stay staged"):
        generate_into(plan, target.address, if_exists="replace", progress=Sent("verify", DatabaseError("no")), **how)
    report = generate_into(plan, target.address, if_exists="replace", **how)
    assert (
        set(report.went_on_from) == set(plan.wanted) and report.rows == sum(t.rows for t in report.tables.values()) > 0
    )
    assert target.state(name) == prints(tmp_path / name)


@pytest.mark.parametrize("target", OTHERS, indirect=True)
def test_files_are_filled_in_one_transaction(target, shop):
    with pytest.raises(
        DatabaseError, match="(?s)keeps nothing of a load that ends early\n  hint: leave --keep-staging out"
    ):
        target.load(shop, keep_staging=True)
    assert target.state() == {}


def test_on_the_command_line(run, shop, database, tmp_path):
    server = database("postgres")
    server.drop("ecommerce", ())
    url = f"postgresql://postgres@/postgres?host={server.folder}"
    try:
        done = run("load", str(shop), url, "--keep-staging", "--json")
        assert done.returncode == 0 and '"went_on_from": []' in done.stdout, done.stderr
        done = run("generate", "ecommerce", "--scale", "0.02", "--to", url, "--keep-staging", "--if-exists", "replace")
        assert done.returncode == 0, done.stderr
    finally:
        server.drop("ecommerce", ())
    done = run("generate", "ecommerce", "--keep-staging", "--out", str(tmp_path))
    assert done.returncode == 2 and "--keep-staging and --dry-run are about a database" in done.stderr
    done = run("load", str(shop), str(tmp_path / "x.db"), "--keep-staging")
    assert done.returncode == 2 and "leave --keep-staging out" in done.stderr and os.listdir(tmp_path) == []
