"""Databases shared with applications: rows beside ours, edits and deletions, as time goes on."""

from __future__ import annotations

import datetime as dt
from random import Random

import polars as pl
import pytest

from synth.columns import to_drawn
from synth.errors import DatabaseError
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest_table import manifest_of
from synth.verifying.database import verify_database
from tests.support.steps import small_blocks
from tests.support.targets import LIVE, LONG, few

At = dt.datetime

growing = pytest.mark.parametrize("target", [s for s in LIVE if s not in ("embedded", "copy")], indirect=True)

SPEC = """
dataset: shop
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  customers:
    rows: 60
    columns:
      customer_id: {key: sequence}
      joined_at: {arrival: {since: 2023-01-01, before_start: 0.3}}
      name: {choice: {Ada: 1, Bea: 1}}
  orders:
    rows: 600
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {}}
      customer_id: {reference: customers}
      note: {choice: {a: 1, b: 1}}
      shipped_at: {delay: {after: ordered_at, median: 2, sigma: 0.5, min: 1, max: 9}}
      status: {state: "CASE WHEN shipped_at IS NULL THEN 'open' ELSE 'shipped' END", type: varchar(10)}
  lines:
    per: orders
    fanout: {min: 1, max: 3, uniform: true}
    columns:
      line_id: {key: sequence}
      order_id: {reference: orders}
      line_number: {ordinal: orders}
      quantity: {uniform: {min: 1, max: 9}, type: integer}
    unique: [[order_id, line_number]]
  totals:
    rollup:
      table: orders
      group_by: [customer_id]
      aggregates: {orders: {count: order_id}, last_at: {max: ordered_at}}
      for_each: customers
    primary_key: [customer_id]
    columns:
      customer_id: {references: customers}
      orders: {type: bigint}
      last_at: {type: timestamp, nullable: true}
"""


@pytest.fixture
def shop(target, monkeypatch):
    small_blocks(monkeypatch, 50)
    generate_into(make(parse(SPEC), until=At(2024, 2, 1)), target.address)
    return target


def step(target, until, **words):
    return advance_database(target.address, until, **words)


def run(target, until, **words):
    return advance_database(target.address, until, **words)


def verified(target, **words):
    (report,) = verify_database(target.address, "shop", **words)
    return report


def one(target, sql):
    ((value,),) = target.sql(sql)
    return value


def add_order(target, at="2024-02-01 08:00:00") -> int:
    """An order of the application's, whose key the database gives."""
    orders = target.place("orders", "shop")
    target.sql(f"INSERT INTO {orders} (ordered_at, customer_id, note, status) VALUES ('{at}', 1, 'a', 'open')")
    return int(one(target, f"SELECT MAX(order_id) FROM {orders}"))


def open_order(target, n=0) -> int:
    """An order of ours that is not shipped yet."""
    orders = target.place("orders", "shop")
    return int(target.sql(f"SELECT order_id FROM {orders} WHERE status = 'open' ORDER BY order_id")[n][0])


@growing
@pytest.mark.some(4)
def test_new_keys_go_on_behind_those_of_others(shop):
    highest = int(one(shop, f"SELECT MAX(order_id) FROM {shop.place('orders', 'shop')}"))
    theirs = add_order(shop)
    assert theirs == highest + 1
    run(shop, At(2024, 2, 3))
    report = verified(shop)
    assert report.passed, report.failed
    assert report.others == {"orders": "1 row of others"}
    with shop.connect() as database:
        manifest = manifest_of(database, "shop")
    (segment,) = manifest.segments["orders.order_id"]
    assert segment.first_row == highest and segment.first_key == theirs + 1
    assert add_order(shop) == int(manifest.last_keys["orders.order_id"]) + 1
    exact = verified(shop, exact=True)
    assert {finding.table for finding in exact.failed} == {"orders"}


@growing
@pytest.mark.some(2)
def test_keys_in_steps_stay_in_them_behind_those_of_others(target, monkeypatch):
    small_blocks(monkeypatch, 50)
    spec = SPEC.replace("order_id: {key: sequence}", "order_id: {key: {start: 1005, step: 10}}")
    generate_into(make(parse(spec), until=At(2024, 2, 1)), target.address)
    orders, theirs = target.place("orders", "shop"), set()
    for day in (3, 5):
        theirs |= {add_order(target) for _ in range(13)}
        run(target, At(2024, 2, day))
    report = verified(target)
    assert report.passed, report.failed
    keys = {int(key) for (key,) in target.sql(f"SELECT order_id FROM {orders}")}
    assert len(theirs) == 26 and theirs < keys and all(key % 10 == 5 for key in keys - theirs)
    with target.connect() as database:
        segments = manifest_of(database, "shop").segments["orders.order_id"]
    assert [each.first_key % 10 for each in segments] == [5, 5] and max(keys) not in theirs


@growing
@pytest.mark.some(4)
def test_what_others_changed_stays(shop):
    orders, order = shop.place("orders", "shop"), open_order(shop)
    shop.sql(f"UPDATE {orders} SET note = 'mine' WHERE order_id = {order}")
    assert [f.name for f in verified(shop).failed] == ["fingerprint"]
    done = run(shop, At(2024, 2, 20), edited="fail")
    assert done.others["orders"] == (1, 0, 0, 0, 0)
    ((note, status),) = shop.sql(f"SELECT note, status FROM {orders} WHERE order_id = {order}")
    assert (note, status) == ("mine", "shipped")
    report = verified(shop)
    assert report.passed, report.failed
    assert report.others == {"orders": "1 row that others changed or deleted, as the manifest says"}
    shop.sql(f"UPDATE {orders} SET note = 'theirs' WHERE order_id = {order}")
    ((finding,),) = [verified(shop).failed]
    assert (finding.name, finding.offences) == ("fingerprint", 1)
    assert finding.examples[0]["order_id"] == order and "theirs, was made as" in finding.examples[0]["note"]


@growing
@pytest.mark.some(4)
def test_where_both_changed_a_cell(shop):
    orders, order = shop.place("orders", "shop"), open_order(shop)
    shop.sql(f"UPDATE {orders} SET status = 'stopped' WHERE order_id = {order}")
    with shop.connect() as database:
        before = manifest_of(database, "shop")
    with pytest.raises(DatabaseError, match="(?s)others have changed 'orders': .*1 change is.*hint: --edited keep"):
        run(shop, At(2024, 2, 20), edited="fail")
    with shop.connect() as database:
        assert manifest_of(database, "shop") == before
    tried = run(shop, At(2024, 2, 20), dry_run=True)
    assert tried.others["orders"].conflicts == 1
    done = run(shop, At(2024, 2, 20))
    assert done.others == tried.others
    assert one(shop, f"SELECT status FROM {orders} WHERE order_id = {order}") == "stopped"
    assert verified(shop).passed


@growing
@pytest.mark.some(4)
def test_what_others_deleted_stays_deleted(shop):
    orders, lines, order = shop.place("orders", "shop"), shop.place("lines", "shop"), open_order(shop)
    gone = one(shop, f"SELECT COUNT(*) FROM {lines} WHERE order_id = {order}")
    shop.sql(f"DELETE FROM {lines} WHERE order_id = {order}")
    shop.sql(f"DELETE FROM {orders} WHERE order_id = {order}")
    done = run(shop, At(2024, 2, 20))
    assert done.others["orders"].deleted == done.others["orders"].conflicts == 1
    assert done.others["lines"].deleted == gone
    assert not one(shop, f"SELECT COUNT(*) FROM {orders} WHERE order_id = {order}")
    report = verified(shop)
    assert report.passed, report.failed
    assert report.others["orders"] == "1 row that others changed or deleted, as the manifest says"
    run(shop, At(2024, 2, 29))
    assert verified(shop).passed


@growing
def test_what_refers_to_what_others_deleted_does_not_come(shop):
    place = shop.place
    shop.sql(f"DELETE FROM {place('totals', 'shop')} WHERE customer_id = 3")
    shop.sql(
        f"DELETE FROM {place('lines', 'shop')} WHERE order_id IN (SELECT order_id FROM {place('orders', 'shop')} WHERE customer_id = 3)"
    )
    shop.sql(f"DELETE FROM {place('orders', 'shop')} WHERE customer_id = 3")
    shop.sql(f"DELETE FROM {place('customers', 'shop')} WHERE customer_id = 3")
    done = run(shop, At(2024, 2, 29))
    assert done.others["orders"].left_out and done.others["lines"].left_out >= done.others["orders"].left_out
    assert not one(shop, f"SELECT COUNT(*) FROM {place('orders', 'shop')} WHERE customer_id = 3")


class Application:
    """What an application does in a day, and its own list of that."""

    def __init__(self, target):
        self.target, self.random = target, Random(7)
        self.added: dict[str, set[int]] = {"customers": set(), "orders": set(), "lines": set()}
        self.notes: dict[int, str] = {}
        self.deleted: set[int] = set()

    def place(self, table):
        return self.target.place(table, "shop")

    def add(self, table, columns, values) -> int:
        key = f"{table[:-1]}_id"
        self.target.sql(f"INSERT INTO {self.place(table)} ({columns}) VALUES ({values})")
        found = int(one(self.target, f"SELECT MAX({key}) FROM {self.place(table)}"))
        self.added[table].add(found)
        return found

    def day(self, now):
        customer = self.add("customers", "joined_at, name", f"'{now} 09:00:00', 'Eve'")
        for buyer in (1, customer):
            order = self.add(
                "orders", "ordered_at, customer_id, note, status", f"'{now} 10:00:00', {buyer}, 'a', 'open'"
            )
            self.add("lines", "order_id, line_number, quantity", f"{order}, 1, 5")
        theirs = sorted(self.added["orders"])
        mine = [
            int(key)
            for (key,) in self.target.sql(
                f"SELECT order_id FROM {self.place('orders')} WHERE status = 'open' ORDER BY 1"
            )
            if int(key) not in theirs and int(key) not in self.notes
        ]
        edited, gone = self.random.sample(mine, 2)
        self.add("lines", "order_id, line_number, quantity", f"{edited}, 99, 1")
        self.notes[edited] = f"{now}"
        self.target.sql(f"UPDATE {self.place('orders')} SET note = '{now}' WHERE order_id = {edited}")
        self.deleted.add(gone)
        for table in ("lines", "orders"):
            self.target.sql(f"DELETE FROM {self.place(table)} WHERE order_id = {gone}")
        self.target.sql(
            f"UPDATE {self.place('orders')} SET status = 'paid' WHERE order_id = {self.random.choice(theirs)}"
        )


def gone_on(keys: pl.Series, segments) -> pl.Series:
    """Keys of a run of its own as they are where others have some, one by one."""
    found = []
    for key in keys.to_list():
        for first_row, first_key in segments:
            if key - 1 >= first_row:
                moved = key - 1 - first_row + first_key
        found.append(moved)
    return pl.Series(found, dtype=keys.dtype)


@pytest.mark.parametrize("target", few([s for s in LIVE if s not in ("embedded", "copy")]), indirect=True)
@pytest.mark.some(2)
def test_day_by_day_beside_an_application(shop, tmp_path):
    """Ours (after two weeks, or some days) are the rows of a run of its own, but for the keys, what it edited, and what it deleted."""
    application, days = Application(shop), 14 if LONG else 4
    for day in range(days):
        application.day(dt.date(2024, 2, 1) + dt.timedelta(days=day))
        run(shop, At(2024, 2, 2) + dt.timedelta(days=day))
    run(shop, At(2024, 4, 1))
    report = verified(shop)
    assert report.passed, report.failed
    assert set(report.others) == {"customers", "orders", "lines"}

    with shop.connect() as database:
        manifest = manifest_of(database, "shop")
    assert len(manifest.segments["orders.order_id"]) == days
    kept = {
        name.partition(".")[2]: [(0, 1), *((s.first_row, s.first_key) for s in each)]
        for name, each in manifest.segments.items()
    }
    made = generate(make(parse(SPEC), until=At(2024, 4, 1)), tmp_path).folder
    for table, entry in manifest.tables.items():
        expected = pl.read_parquet(made / table / "*.parquet")
        expected = expected.with_columns(
            gone_on(expected[name], kept[name]).alias(name) for name in kept if name in expected
        )
        found = shop.read(table, entry.types, "shop")
        key = next(iter(entry.columns))
        found = found.filter(~pl.col(key).is_in(list(application.added.get(table, ()))))
        if "order_id" in expected.columns:
            expected = expected.filter(~pl.col("order_id").is_in(list(application.deleted)))
        if table == "orders":
            notes = pl.col("order_id").replace_strict(application.notes, default=None, return_dtype=pl.String)
            expected = expected.with_columns(pl.coalesce(notes, "note").alias("note"))
        types = entry.types
        assert to_drawn(found, types).sort(key).equals(to_drawn(expected.select(found.columns), types).sort(key)), table
