"""Refreshing in place: the tables stay, with all that hangs on them, and get other rows; what differs is told by key."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import time

import pytest

import synth
from synth.databases import DATABASES
from synth.errors import DatabaseError
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.load import load_folder
from synth.spec.load import parse
from synth.verifying.database import verify_database
from tests.support.steps import prints
from tests.support.targets import LIVE, few

EVERYWHERE = pytest.mark.parametrize("target", [suite for suite in LIVE if suite != "copy"], indirect=True)
POSTGRES = pytest.mark.parametrize("target", ["postgres"], indirect=True)

SHOP = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people:
    rows: 60
    columns:
      id: {key: sequence}
      name: {choice: {ann: 1, bob: 1, cy: 1}, type: varchar(20)}
      boss: {reference: people, null_share: 0.3}
  tags:
    rows: 30
    columns: {id: {key: sequence}, code: {uniform: {min: 1, max: 70}, unique: true}, who: {reference: people}}
  visits:
    rows: 400
    columns: {id: {key: sequence}, at: {arrival: {}}, who: {reference: people}, note: {uniform: {min: 1, max: 5}, null_share: 0.5}}
  log: {rows: 50, columns: {n: {uniform: {min: 1, max: 3}}, what: {choice: {a: 1, b: 1}, type: varchar(3), null_share: 0.3}}}
"""


def plan(seed: int = 42, scale: float = 1, until: dt.date | None = None, spec: str = SHOP):
    return synth.make_plan(parse(spec), seed=seed, scale=scale, until=until)


def refreshed(target, made, tmp_path, **options):
    """The report of a refresh, after which the database holds what a folder of the same plan does."""
    report = generate_into(made, target.address, if_exists="refresh", **options)
    assert target.state("shop") == prints(generate(made, tmp_path).manifest)
    (proof,) = verify_database(target.address)
    assert proof.passed, proof.failed
    return report


@EVERYWHERE
@pytest.mark.some(2)
def test_rows_come_change_and_go(target, tmp_path):
    """Another scale, an earlier `until`, another seed, whose unique values stand in other rows, and the first again."""
    generate_into(plan(), target.address)
    more = refreshed(target, plan(scale=1.5), tmp_path / "more").changes
    assert more["people"].inserted == 30 and not more["people"].deleted and more["visits"].inserted == 200
    fewer = refreshed(target, plan(until=dt.date(2024, 7, 1)), tmp_path / "fewer").changes
    assert fewer["people"].deleted == 30 and fewer["visits"].deleted > 300 and not fewer["visits"].inserted
    refreshed(target, plan(seed=7), tmp_path / "other")
    refreshed(target, plan(), tmp_path / "first")
    same = refreshed(target, plan(), tmp_path / "same").changes
    assert not any(any(counts) for name, counts in same.items() if name != "log")  # it has no key


@EVERYWHERE
def test_from_a_folder(target, tmp_path):
    first, second = (generate(plan(seed=seed), tmp_path / str(seed)) for seed in (1, 2))
    load_folder(first.folder, target.address, if_exists="refresh")  # nothing is there: an ordinary load
    load_folder(second.folder, target.address, if_exists="refresh", connections=3)
    assert target.state("shop") == prints(second.manifest)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (suite, name)
        for name in ("ecommerce", "erp", "inventory")
        for suite in LIVE
        if suite != "copy" and (name != "erp" or suite in few(LIVE))
    ],
    indirect=["target"],
)
@pytest.mark.some(2)
def test_shipped_datasets(target, name, tmp_path):
    plans = [synth.make_plan(name, scale=0.02, seed=seed, until=dt.date(2024, 9, 1)) for seed in (1, 2)]
    for made in plans:
        generate_into(made, target.address, if_exists="refresh")
        assert target.state(name) == prints(generate(made, tmp_path / str(made.seed)).manifest)


@EVERYWHERE
def test_rows_of_others_that_would_dangle(target, tmp_path):
    generate_into(plan(), target.address)
    before = target.state("shop")
    place, people = target.place("theirs", "shop"), target.place("people", "shop")
    target.sql(
        f"CREATE TABLE {place} (person BIGINT NOT NULL, CONSTRAINT fk_theirs FOREIGN KEY (person) REFERENCES {people} (id))"
    )
    target.sql(f"INSERT INTO {place} VALUES (55), (56), (1)")
    with pytest.raises(
        DatabaseError, match=r"2 rows of '(shop\.)?theirs' refer by person to rows of 'people' that would go"
    ):
        generate_into(plan(scale=0.5), target.address, if_exists="refresh")
    assert target.state("shop") == before
    target.sql(f"DELETE FROM {place} WHERE person > 1")
    refreshed(target, plan(scale=0.5), tmp_path)
    assert target.sql(f"SELECT person FROM {place}") == [(1,)]
    target.refuses(f"INSERT INTO {place} VALUES (55)")


@EVERYWHERE
def test_what_is_refused(target, tmp_path):
    generate_into(plan(), target.address)
    before = target.state("shop")
    for other, said in (
        (SHOP.replace("note:", "remark:"), "'visits' has no column 'remark'"),
        (SHOP[: SHOP.index("  log:")], "'log' is a table of the earlier load, and the new one has none"),
    ):
        with pytest.raises(DatabaseError, match=f"cannot be refreshed: {said}; nothing was changed"):
            generate_into(plan(spec=other), target.address, if_exists="refresh")
    assert target.state("shop") == before


@EVERYWHERE
def test_tables_that_are_new(target, tmp_path):
    more = SHOP + "  tickets: {rows: 20, columns: {id: {key: sequence}, visit: {reference: people}}}\n"
    generate_into(plan(), target.address)
    made = plan(spec=more, scale=2)
    if not DATABASES[target.kind].capabilities.transactional_ddl:
        with pytest.raises(DatabaseError, match="cannot add rows and new tables in one step"):
            generate_into(made, target.address, if_exists="refresh")
        return
    refreshed(target, made, tmp_path)
    place = target.place("tickets", "shop")
    target.refuses(f"INSERT INTO {place} VALUES (1000, 999999)")
    target.sql(f"INSERT INTO {place} ({target.dialect.quote_identifier('visit')}) VALUES (5)")
    assert target.sql(f"SELECT MAX(id) FROM {place}") == [(41,)]


@EVERYWHERE
def test_an_application_goes_on_afterwards(target, tmp_path):
    generate_into(plan(), target.address)
    refreshed(target, plan(scale=2), tmp_path)
    place = target.place("visits", "shop")
    names = ", ".join(map(target.dialect.quote_identifier, ("at", "who")))
    target.sql(f"INSERT INTO {place} ({names}) VALUES ('2024-05-05 00:00:00', 1)")
    assert target.sql(f"SELECT MAX(id) FROM {place}") == [(801,)]


CHILD = """
import os, signal, sys, threading
import synth
from synth.databases import DATABASES, Address
from synth.job.into import generate_into
from synth.spec.load import parse
spec, url, last = sys.argv[1:]
database = DATABASES[Address.parse(url).database]
real, calls = database.changed, []
def changed(self, sql):
    calls.append(sql)
    if str(len(calls)) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, sql)
database.changed = changed
def die(phase, rows):
    if phase == last:
        os.kill(os.getpid(), signal.SIGKILL)
generate_into(synth.make_plan(parse(spec), seed=7), Address.parse(url), if_exists="refresh", progress=die)
"""


@pytest.mark.parametrize("target", few([suite for suite in LIVE if suite not in ("copy", "embedded")]), indirect=True)
@pytest.mark.some(1)
def test_killed(target, tmp_path, environment):
    generate_into(plan(), target.address)
    before = target.state("shop")
    for last in ("visits", "verify", "publish", "1", "5", "9"):
        words = [sys.executable, "-c", CHILD, SHOP, target.address.url(password=True), last]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, (last, done.stderr)
        end = time.monotonic() + 10
        while True:  # a server notices that a client is gone when it next speaks to it
            with target.connect() as database:
                if database.lock("shop"):
                    database.abandon("shop") if not database.in_place else None
                    break
            assert time.monotonic() < end
            time.sleep(0.05)
        assert target.state("shop") == before, last
    refreshed(target, plan(seed=7), tmp_path)


@POSTGRES
def test_all_that_hangs_on_the_tables_stays(target, tmp_path):
    """A view, a foreign key of another schema, grants, an index, a trigger that sees what differs, a publication."""
    generate_into(plan(), target.address)
    target.sql("CREATE VIEW shop.visited AS SELECT who, COUNT(*) AS n FROM shop.visits GROUP BY who")
    target.sql("CREATE SCHEMA theirs")
    target.sql("CREATE TABLE theirs.cards (person bigint REFERENCES shop.people)")
    target.sql("INSERT INTO theirs.cards VALUES (1)")
    target.sql("DO $$ BEGIN CREATE ROLE synth_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    target.sql("GRANT SELECT ON shop.visits TO synth_reader")
    target.sql("CREATE INDEX visits_note ON shop.visits (note)")
    target.sql("CREATE TABLE shop.seen (what text, id bigint)")
    target.sql(
        "CREATE FUNCTION shop.see() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO shop.seen VALUES (TG_OP, COALESCE(NEW.id, OLD.id)); RETURN NULL; END'"
    )
    target.sql(
        "CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON shop.visits FOR EACH ROW EXECUTE FUNCTION shop.see()"
    )
    target.sql("CREATE PUBLICATION synth_pub FOR TABLE shop.visits")
    try:
        report = refreshed(target, plan(scale=1.1, until=dt.date(2024, 11, 1)), tmp_path)
        counts = report.changes["visits"]
        seen = dict(target.sql("SELECT what, COUNT(*) FROM shop.seen GROUP BY what"))
        assert (seen.get("INSERT", 0), seen.get("UPDATE", 0), seen.get("DELETE", 0)) == tuple(counts) and any(counts)
        assert (
            target.sql("SELECT SUM(n) FROM shop.visited")[0][0] == target.sql("SELECT COUNT(*) FROM shop.visits")[0][0]
        )
        assert target.sql(
            "SELECT COUNT(*) FROM pg_indexes WHERE schemaname = 'shop' AND indexname = 'visits_note'"
        ) == [(1,)]
        assert target.sql("SELECT has_table_privilege('synth_reader', 'shop.visits', 'SELECT')") == [(True,)]
        assert target.sql("SELECT tablename FROM pg_publication_tables WHERE pubname = 'synth_pub'") == [("visits",)]
        target.refuses("DELETE FROM shop.people WHERE id = 1")
    finally:
        target.sql("DROP PUBLICATION synth_pub")
        target.sql("DROP SCHEMA theirs CASCADE")


@POSTGRES
def test_a_trigger_that_changes_rows_is_told(target):
    generate_into(plan(), target.address)
    before = target.state("shop")
    target.sql("CREATE FUNCTION shop.other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note = 9; RETURN NEW; END'")
    target.sql("CREATE TRIGGER other BEFORE INSERT OR UPDATE ON shop.visits FOR EACH ROW EXECUTE FUNCTION shop.other()")
    with pytest.raises(synth.errors.DataError, match="(?s)'visits' did not come out as it was sent.*a trigger may"):
        generate_into(plan(scale=2), target.address, if_exists="refresh")
    assert target.state("shop") == before
