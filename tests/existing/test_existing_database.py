"""Rows that exist in databases become parents, and what is made for them goes beside or behind what is there."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from synth.api import make_plan
from synth.errors import DatabaseError, DataError, OutputError
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.load import load_folder
from synth.spec.load import load, parse
from synth.store.manifest_table import manifests_of
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.conftest import ROOT
from tests.support.shops import CUSTOMERS, PRODUCTS, SHOP, there
from tests.support.steps import prints
from tests.support.targets import LIVE, LONG, few, spec

STAGES = ROOT / "docs" / "stages"
SERVERS = pytest.mark.parametrize(  # whose own SQL stands in a test
    "target", [suite for suite in LIVE if suite in ("embedded", "postgres")], indirect=True
)
EVERYWHERE = pytest.mark.parametrize("target", [suite for suite in LIVE if suite != "copy"], indirect=True)
FEW = pytest.mark.parametrize("target", few([suite for suite in LIVE if suite != "copy"]), indirect=True)

FOREIGN = {
    "customers": {
        "columns": {"code": {"type": "varchar(6)"}, "country": {"type": "varchar(20)", "nullable": True}, "since": {"type": "date"}},
        "primary_key": ["code"],
    },
    "products": {
        "columns": {"sku": {"type": "varchar(12)"}, "price": {"type": "decimal(10,2)"}, "weight": {"type": "double"}},
        "primary_key": ["sku"],
    },
}  # fmt: skip
BESIDE = SHOP.replace(", table: Customer", "")


def theirs(target, schema="crm"):
    """Tables in a schema that nobody of ours has loaded."""
    frames = {
        "customers": CUSTOMERS.drop("not_asked_for"),
        "products": PRODUCTS.with_columns(pl.col("price").cast(pl.Decimal(10, 2))),
    }
    target.fill(spec(FOREIGN, schema), frames, schema)
    target.sql(f"DROP TABLE {target.place('synth_manifest', schema)}")
    return frames


def contents(target, schema):
    """Each dataset's fingerprints, as its manifest says and the database counts."""
    with target.connect() as database:
        for manifest in manifests_of(database, schema):
            for name, entry in manifest.tables.items():
                assert str(database.content(schema, name, entry.types)) == entry.fingerprint, name
        return {m.dataset: prints(m) for m in manifests_of(database, schema)}


def test_parents_are_read_from_any_database(target, tmp_path):
    frames = theirs(target)
    for name, rows in frames.items():
        (tmp_path / "files").mkdir(exist_ok=True)
        rows.write_parquet(tmp_path / "files" / f"{name}.parquet")
    shop = parse(BESIDE)
    plan = make_plan(shop, source=target.url, source_schema="crm")
    made = generate(plan, tmp_path)
    assert prints(made.manifest) == prints(
        generate(make_plan(shop, source=tmp_path / "files"), tmp_path / "b").manifest
    )
    assert verify_folder(made.folder).passed
    report = generate_into(plan, target.address)
    assert report.schema == ("crm" if target.dialect.has_schemas else "shop")
    (proof,) = verify_database(target.address)
    assert proof.passed and not proof.skipped, proof.failed
    assert {f.name for f in proof.findings if f.kind == "reference"} == {
        "customer → customers",
        "order_id → orders",
        "sku → products",
    }
    assert contents(target, report.schema) == {"shop": prints(made.manifest)}
    target.refuses(f"DELETE FROM {target.place('customers', 'crm')}")


@SERVERS
@pytest.mark.skipif(not LONG, reason="a million rows: `make test-long`")
def test_a_million_orders_for_others(target, tmp_path):
    """The pair that people know: text keys with gaps, in a schema of their own; 1 M orders and their lines."""
    theirs(target)
    plan = make_plan(parse(BESIDE), source=target.url, source_schema="crm", scale=500)
    made = generate(plan, tmp_path, workers=2)
    assert made.manifest.tables["orders"].rows == 1_000_000
    report = verify_folder(made.folder)
    assert report.passed and not report.skipped, report.failed
    load_folder(made.folder, target.address, schema="crm")
    (proof,) = verify_database(target.address, "crm")
    assert proof.passed and not proof.skipped, proof.failed
    assert contents(target, "crm")["shop"] == prints(made.manifest)
    target.refuses("DELETE FROM crm.products WHERE sku = 'SKU-0'")


# -- stage after stage


def stage(target, until, **options):
    """Bills for the orders that are there."""
    plan = make_plan(load(STAGES / "billing.yaml"), source=target.url, source_schema="ocean", until=until, **options)
    return generate_into(plan, target.address, if_exists="append", workers=2)


@FEW
@pytest.mark.some(1)
def test_month_by_month_is_all_at_once(target):
    days = [dt.date(2025, 1, 20), dt.date(2025, 2, 1), dt.date(2025, 3, 1), dt.date(2025, 4, 15)]
    sales = load(STAGES / "sales.yaml")
    generate_into(make_plan(sales, until=days[0]), target.address)
    with pytest.raises(DatabaseError, match="append"):
        generate_into(
            make_plan(load(STAGES / "billing.yaml"), source=target.url, source_schema="ocean"), target.address
        )
    stage(target, days[0])
    for day in days[1:]:
        advance_database(target.address, day, schema="ocean")
        stage(target, day)
        assert all(report.passed and not report.skipped for report in verify_database(target.address))
    found = contents(target, "ocean")
    assert stage(target, days[-1]).rows == 0
    assert contents(target, "ocean") == found
    target.clear()
    generate_into(make_plan(sales, until=days[-1]), target.address)
    stage(target, days[-1])
    assert contents(target, "ocean") == found


@EVERYWHERE
def test_new_orders_go_behind(target):
    theirs(target)
    for times in (1, 2):
        plan = make_plan(parse(BESIDE), source=target.url, source_schema="crm")
        assert plan.content.first_keys.get("orders.order_id") == ("2001" if times == 2 else None)
        generate_into(plan, target.address, if_exists="append")
    orders = target.place("orders", "crm")
    assert target.sql(f"SELECT COUNT(*), MAX(order_id), MIN(order_id) FROM {orders}") == [(4000, 4000, 1)]
    assert target.sql(f"SELECT COUNT(DISTINCT ordered_at) FROM {orders}")[0][0] > 3990  # others than the first
    (proof,) = verify_database(target.address)
    assert proof.passed
    with pytest.raises(OutputError, match="rows that exist elsewhere"):
        advance_database(target.address, dt.date(2025, 2, 1))


@EVERYWHERE
def test_what_came_in_meanwhile_stops_an_append(target):
    theirs(target)
    first, second = (make_plan(parse(BESIDE), source=target.url, source_schema="crm") for _ in range(2))
    generate_into(first, target.address, if_exists="append")
    before = contents(target, "crm")
    with pytest.raises(DatabaseError, match="'orders' has 2,000 rows, and what was made goes on from 0"):
        generate_into(second, target.address, if_exists="append")
    assert contents(target, "crm") == before


@FEW
@pytest.mark.some(1)
def test_rows_go_on_from_the_target_on_the_command_line(target, tmp_path, run):
    """Parents are read from a folder; keys go on behind those in the schema that gets the rows, whatever it is called."""
    there(tmp_path / "theirs")
    (tmp_path / "shop.yaml").write_text(SHOP)
    words = [
        "generate",
        str(tmp_path / "shop.yaml"),
        "--from",
        str(tmp_path / "theirs"),
        "--to",
        target.url,
        "--schema",
        "sold",
    ]
    for _ in range(2):
        done = run(*words, "--if-exists", "append")
        assert done.returncode == 0, done.stderr
    sold = target.place("orders", "sold")
    assert target.sql(f"SELECT COUNT(*), COUNT(DISTINCT order_id), MAX(order_id) FROM {sold}") == [(4000, 4000, 4000)]
    done = run(*words, "--if-exists", "replace")
    assert done.returncode == 0, done.stderr
    assert target.sql(f"SELECT COUNT(*), MIN(order_id), MAX(order_id) FROM {sold}") == [(2000, 1, 2000)]
    done = run(*words, "--if-exists", "append", "--until", "2024-06-01")
    assert done.returncode == 2 and "time does not go back" in done.stderr
    assert target.sql(f"SELECT COUNT(*) FROM {sold}") == [(2000,)]


@SERVERS
def test_tables_of_their_own_take_more(target):
    """Identity and serial keys, more columns with defaults, rows of theirs: their own inserts go on afterwards."""
    theirs(target)
    target.sql("CREATE TABLE crm.orders (note text DEFAULT 'n', order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
               "customer varchar(6) REFERENCES crm.customers, ordered_at timestamp, country varchar(20), total decimal(12,2))")  # fmt: skip
    target.sql("INSERT INTO crm.orders (customer, ordered_at, country, total) VALUES ('C0000', '2024-01-01', NULL, 1)")
    generate_into(make_plan(parse(BESIDE), source=target.url, source_schema="crm"), target.address, if_exists="append")
    target.sql("INSERT INTO crm.orders (customer, total) VALUES ('C0000', 1)")
    assert target.sql("SELECT COUNT(*), MAX(order_id), MIN(note) FROM crm.orders") == [(2002, 2002, "n")]
    (proof,) = verify_database(target.address, "crm")
    failed = {(f.table, f.name) for f in proof.failed}
    assert failed == {("orders", "manifest"), ("orders", "fingerprint"), ("orders", "ordered_at")}  # the row by hand


@EVERYWHERE
def test_datasets_are_not_mixed(target):
    theirs(target)
    plan = make_plan(parse(BESIDE), source=target.url, source_schema="crm")
    generate_into(plan, target.address, if_exists="append")
    other = parse(BESIDE.replace("dataset: shop", "dataset: other"))
    with pytest.raises(DatabaseError, match="'orders' is a table of the dataset 'shop'"):
        generate_into(make_plan(other, source=target.url, source_schema="crm"), target.address, if_exists="append")
    fewer = parse(BESIDE.replace("order_lines", "lines"))
    with pytest.raises(DatabaseError, match="with a table 'order_lines', which the spec does not make"):
        generate_into(make_plan(fewer, source=target.url, source_schema="crm"), target.address, if_exists="append")


@pytest.mark.parametrize("target", [s for s in LIVE if s not in ("copy", "sqlite")], indirect=True)  # two schemas
def test_nothing_that_was_built_on_is_replaced(target):
    theirs(target)
    plan = make_plan(parse(BESIDE), source=target.url, source_schema="crm")
    generate_into(plan, target.address, if_exists="replace")
    generate_into(make_plan(load(STAGES / "sales.yaml"), until=dt.date(2025, 1, 20)), target.address)
    with pytest.raises(DatabaseError, match="holds ocean;"):
        generate_into(
            make_plan(load(STAGES / "billing.yaml"), source=target.url, source_schema="ocean"),
            target.address,
            if_exists="replace",
        )
    stage(target, dt.date(2025, 1, 20))
    with pytest.raises(DatabaseError, match="holds ocean and billing"):
        generate_into(make_plan(load(STAGES / "sales.yaml")), target.address, if_exists="replace")
    assert set(contents(target, "ocean")) == {"ocean", "billing"}


@SERVERS
def test_what_cannot_be_appended_changes_nothing(target):
    theirs(target)
    generate_into(make_plan(parse(BESIDE), source=target.url, source_schema="crm"), target.address, if_exists="append")
    before = contents(target, "crm")
    target.sql("ALTER TABLE crm.order_lines ADD CONSTRAINT few CHECK (line_id < 5000)")
    plan = make_plan(parse(BESIDE), source=target.url, source_schema="crm")
    with pytest.raises(DatabaseError, match="few"):
        generate_into(plan, target.address, if_exists="append")
    assert contents(target, "crm") == before
    target.sql("CREATE FUNCTION crm.other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.price = 0; RETURN NEW; END'")
    target.sql("ALTER TABLE crm.order_lines DROP CONSTRAINT few")
    target.sql("CREATE TRIGGER other BEFORE INSERT ON crm.order_lines FOR EACH ROW EXECUTE FUNCTION crm.other()")
    with pytest.raises(DataError, match="'order_lines' did not come out"):
        generate_into(plan, target.address, if_exists="append")
    assert contents(target, "crm") == before
    target.sql("DROP FUNCTION crm.other CASCADE")
    assert generate_into(plan, target.address, if_exists="append").rows > 0


CHILD = """
import os, signal, sys, threading
from synth.api import make_plan
from synth.databases import Address
from synth.job.into import generate_into
from synth.spec.load import load
path, url, last, seconds = sys.argv[1:]
plan = make_plan(load(path), source=url, source_schema="ocean", until=__import__("datetime").date(2025, 3, 1))
def die(phase, rows):
    if phase == last:
        threading.Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL)).start() if float(seconds) else os.kill(os.getpid(), signal.SIGKILL)
generate_into(plan, Address.parse(url), if_exists="append", progress=die)
"""


MOMENTS = [("sales_orders", 0), ("publish", 0), ("publish", 0.02)]
KILLED = [  # a file is filled in one transaction
    (suite, *at) for suite in few([s for s in LIVE if s != "copy"])
    for at in (MOMENTS[1:2] if suite == "sqlite" and not LONG else MOMENTS)
]  # fmt: skip


@pytest.mark.parametrize(("target", "last", "seconds"), KILLED, indirect=["target"])
@pytest.mark.some(2)
def test_killed_while_appending(target, last, seconds, environment):
    generate_into(make_plan(load(STAGES / "sales.yaml"), until=dt.date(2025, 3, 1)), target.address)
    stage(target, dt.date(2025, 2, 1))
    before = contents(target, "ocean")
    words = [sys.executable, "-c", CHILD, str(STAGES / "billing.yaml"), target.url, last, str(seconds)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL or (last == "publish" and seconds), done.stderr
    time.sleep(0.2)
    found = contents(target, "ocean")
    assert found == before or last == "publish"
    stage(target, dt.date(2025, 3, 1))
    after = contents(target, "ocean")
    assert after["ocean"] == before["ocean"] and after != before and (found == before or found == after)
    assert all(report.passed for report in verify_database(target.address))
