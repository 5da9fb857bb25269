"""Verify in databases: what was loaded is clean there, and what was broken is found as DuckDB finds it in files."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from string import Template

import duckdb
import pytest

import synth
from synth.cli import main
from synth.databases import DATABASES, DIALECTS, Address, connect
from synth.databases.ddl import Index, ddl
from synth.databases.queries import question
from synth.errors import DatabaseError
from synth.job.load import load_folder
from synth.spec.load import load, shipped
from synth.spec.scope import Scope
from synth.verify.checks import checks
from synth.verify.database import verify_database
from synth.verify.files import verify_folder
from tests import test_erp, test_verify
from tests.servers import change, live_address
from tests.tsql import lint_tsql

LIVE = [name for name in DATABASES if name != "tsql"]
MADE = {"ecommerce": (0.02, None), "erp": (0.02, dt.datetime(2025, 12, 1)), "inventory": (1, None)}  # scale, until

# -- what is broken: (a query for values, a change with $names of them) of each dataset

SHOP = [
    *((key if isinstance(key, str) else f"SELECT {key}", sql) for _, key, sql in test_verify.BREACHES.values()),
    *(("SELECT 1", re.sub(r"\b(order_id|order_item_id) = 7\b", rf"\1 = {number}", sql))  # of a row of its own each
      for number, (_, sql, _) in enumerate(test_verify.CHANGES.values(), 100) if not sql.startswith("ALTER")),
]  # fmt: skip
BOOKS = [(breach.find, breach.change) for group in test_erp.BREACHES.values() for breach in group.values()]
MOVED = "SELECT {0}(movement_number) FROM inventory_movements WHERE movement_type = '{1}'"
ORDERED = "SELECT {0}(order_number) FROM orders WHERE order_type = '{1}' AND ship_date IS NOT NULL"
STOCKED = "SELECT {0}(product_number) FROM stock"
WAREHOUSE = {  # by rule
    "one_to_five_orders_each": ("SELECT 1", "INSERT INTO customers SELECT * REPLACE (uuid() AS customer_number, '' AS email) FROM customers LIMIT 1"),
    "ordered_after_customer_created": ("SELECT MIN(customer_number) FROM customers", "UPDATE customers SET date_created = date_created + INTERVAL 1 MINUTE WHERE customer_number = '$key'"),
    "first_order_comes_with_its_customer": ("SELECT MAX(customer_number) FROM customers", "UPDATE customers SET date_created = date_created - INTERVAL 1 MINUTE WHERE customer_number = '$key'"),
    "shipped_after_ordered": (ORDERED.format("MIN", "sale"), "UPDATE orders SET ship_date = order_date WHERE order_number = '$key'"),
    "quotes_move_nothing": ("SELECT MIN(order_number) FROM orders WHERE order_type = 'quote'", "UPDATE orders SET ship_date = order_date + INTERVAL 1 DAY WHERE order_number = '$key'"),
    "movements_follow_orders": (MOVED.format("MIN", "sale"), "DELETE FROM inventory_movements WHERE movement_number = '$key'"),
    "orders_move_what_they_are": (MOVED.format("MAX", "sale"), "UPDATE inventory_movements SET movement_type = 'return' WHERE movement_number = '$key'"),
    "goods_come_back_after_they_were_sent": (MOVED.format("MIN", "return"), "UPDATE inventory_movements SET quantity = quantity + 1000 WHERE movement_number = '$key'"),
    "only_sold_goods_come_back": ("SELECT MAX(order_number) FROM orders WHERE order_type = 'return'", "UPDATE orders SET quantity = 999 WHERE order_number = '$key'"),
    "no_more_comes_back_than_was_sold": (MOVED.format("MAX", "return"), "UPDATE inventory_movements SET quantity = 5000 WHERE movement_number = '$key'"),
    "discounts_are_as_offered": (ORDERED.format("MAX", "sale"), "UPDATE orders SET discount = 0.11 WHERE order_number = '$key'"),
    "received_in_whole_packs": (MOVED.format("MIN", "receipt"), "UPDATE inventory_movements SET quantity = quantity + 1 WHERE movement_number = '$key'"),
    "movements_balance_to_stock": (STOCKED.format("MIN"), "UPDATE stock SET received = received + 1, on_hand = on_hand + 1 WHERE product_number = '$key'"),
    "stock_adds_up": ("SELECT ANY_VALUE(product_number) FROM stock WHERE on_hand = (SELECT MAX(on_hand) FROM stock)", "UPDATE stock SET on_hand = -1 WHERE product_number = '$key'"),
    "every_product_is_in_stock_list": (STOCKED.format("MAX"), "DELETE FROM stock WHERE product_number = '$key'"),
    "stock_never_negative_at_any_moment": ("SELECT product_number FROM stock ORDER BY sold DESC, 1", "UPDATE inventory_movements SET moved_at = TIMESTAMP '2025-12-31 23:59:59' WHERE product_number = '$key' AND movement_type = 'receipt'"),
}  # fmt: skip
BREACHES = {"ecommerce": SHOP, "erp": BOOKS, "inventory": list(WAREHOUSE.values())}


class World:
    """A folder of a dataset, one of the same broken, and the rows in which they differ."""

    def __init__(self, name, place):
        scale, until = MADE[name]
        self.dataset = load(name)
        self.good = synth.generate(synth.make_plan(name, scale=scale, until=until), place / "good").folder
        self.broken = shutil.copytree(self.good, place / "broken")
        self.wanted = verify_folder(self.good)
        with duckdb.connect() as connection:
            for table in self.dataset.written:
                files = f"read_parquet('{self.good}/{table}/*.parquet')"
                connection.execute(f"CREATE TABLE {table} AS FROM {files}; CREATE VIEW good_{table} AS FROM {files}")
            for find, change in BREACHES[name]:
                found = connection.execute(find)
                row = found.fetchone()
                values = dict(zip([column[0] for column in found.description], row, strict=True))
                connection.execute(Template(change).substitute(values, key=row[0]))
            self.changes = {}
            for table in self.dataset.written:
                gone, come = (
                    connection.execute(f"FROM {a} EXCEPT ALL FROM {b}").fetchall()
                    for a, b in ((f"good_{table}", table), (table, f"good_{table}"))
                )
                if gone or come:
                    self.changes[table] = (gone, come)
                    first, *others = sorted((self.broken / table).iterdir())
                    connection.execute(f"COPY {table} TO '{first}'")
                    for file in others:
                        connection.execute(f"COPY (FROM {table} LIMIT 0) TO '{file}'")
        self.found = verify_folder(self.broken)

    def breaking(self, dialect):
        """Statements that make the same of what was loaded into a database."""
        schema = self.dataset.dataset
        for table, (gone, come) in self.changes.items():
            declared = self.dataset.tables[table]
            place, names = dialect.place(schema, table), list(declared.written)
            for row in gone:
                cells = dict(zip(names, row, strict=True))
                here = " AND ".join(f"{dialect.quoted(c)} = {cell(dialect, cells[c])}" for c in declared.key or names)
                yield f"DELETE FROM {place} WHERE {here}"
            for row in come:
                yield f"INSERT INTO {place} VALUES ({', '.join(cell(dialect, c) for c in row)})"


def cell(dialect, value):
    """A value in a database's SQL."""
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, dt.datetime):
        return dialect.literal(value.isoformat(" ", "microseconds"))
    return dialect.literal(str(value)) if isinstance(value, (str, dt.date)) else str(value)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """By dataset, each made when it is first asked for."""
    made = {}

    def world(name):
        if name not in made:
            made[name] = World(name, tmp_path_factory.mktemp(name))
        return made[name]

    return world


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def bare(*arguments):
    """The DDL without constraints, so that anything can be broken; keys are plain indexes."""
    made = ddl(*arguments)
    tables, keys = {}, []
    for name, statement in made.tables.items():
        inside = [line.strip() for line in statement.split("\n") if line.strip().startswith("CONSTRAINT")]
        lines = [line for line in statement.split("\n") if line.strip() not in inside]
        loose = "\n".join(lines).replace(",\n)", "\n)").replace(" NOT NULL", "")
        tables[name] = re.sub(r"VARCHAR\(\d+\)", "VARCHAR(300)", loose)
        place = statement.removeprefix("CREATE TABLE ").split(" (\n")[0]
        for rule in (*inside, *(c.rule for c in made.constraints if c.table == name)):
            if key := re.match(r"CONSTRAINT (\S+) (?:PRIMARY KEY|UNIQUE) (\(.*\))", rule):
                keys.append(Index(name, f"CREATE INDEX {key[1]} ON {place} {key[2]}"))
    return replace(made, tables=tables, constraints=(), indexes=(*made.indexes, *keys))


@pytest.fixture(scope="module", params=LIVE)
def place(request, database, tmp_path_factory):
    """An address, for every database that is here."""
    return live_address(request.param, database, tmp_path_factory.mktemp("target"))


@pytest.fixture(scope="module", params=shipped())
def loaded(request, place, worlds, patched):
    """A dataset loaded without constraints: its world, its address, and what verification says of it, good and broken."""
    world = worlds(request.param)
    address = replace(place, name=f"{place.name}.{request.param}") if place.is_file else place
    patched.setattr("synth.job.loading.ddl", bare)
    load_folder(world.good, address, replace=True)
    (good,) = verify_database(address, request.param)
    change(address, world.breaking(DIALECTS[address.database]))
    (broken,) = verify_database(address, request.param)
    return world, address, good, broken


def told(report):
    """What a report says of a dataset's content: (kind, table, name) -> finding."""
    return {(f.kind, f.table, f.name): f for f in report.findings if f.kind != "files"}


def test_breaches_break_every_rule(worlds):
    assert set(WAREHOUSE) == set(load("inventory").rules)
    for name in shipped():
        world = worlds(name)
        assert world.wanted.passed
        assert {f.name for f in world.found.failed if f.kind == "rule"} == set(world.dataset.rules)
        assert not [f for f in world.found.failed if f.offences is None]
    kinds = {f.kind for f in worlds("ecommerce").found.failed}
    assert kinds >= {"rows", "not null", "key", "unique", "length", "reference", "check", "time", "rule"}


def test_what_was_loaded_is_clean(loaded):
    world, address, good, _ = loaded
    assert good.failed == [] and good.skipped == []
    assert (good.place, good.dataset) == (str(address), world.dataset.dataset)
    assert list(told(good)) == list(told(world.wanted))


def test_what_was_broken_is_found_as_in_files(loaded):
    world, _, _, broken = loaded
    found, wanted = told(broken), told(world.found)
    assert {at: (f.offences, f.note) for at, f in found.items()} == {at: (f.offences, f.note) for at, f in wanted.items()}
    for at, finding in wanted.items():
        assert found[at].examples == finding.examples, at
