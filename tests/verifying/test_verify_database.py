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
from synth.databases import DIALECTS, Address
from synth.ddl import Index, ddl
from synth.errors import DatabaseError
from synth.job.load import load_folder
from synth.spec.load import load, parse, shipped
from synth.spec.scope import Scope
from synth.translate.queries import counting_query, offence_queries
from synth.verifying.checks import checks, of_each_row
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.support.erp_breaches import BREACHES
from tests.support.servers import change, live, live_address
from tests.support.tsql import lint_tsql
from tests.verifying import test_verify

MADE = {"ecommerce": (0.02, None), "erp": (0.02, dt.datetime(2025, 12, 1)), "inventory": (1, None)}  # scale, until

# -- what is broken: (a query for values, a change with $names of them) of each dataset

SHOP = [
    *((key if isinstance(key, str) else f"SELECT {key}", sql) for _, key, sql in test_verify.BREACHES.values()),
    *(("SELECT 1", re.sub(r"\b(order_id|order_item_id) = 7\b", rf"\1 = {number}", sql))  # of a row of its own each
      for number, (_, sql, _) in enumerate(test_verify.CHANGES.values(), 100) if not sql.startswith("ALTER")),
]  # fmt: skip
BOOKS = [(breach.find, breach.change) for group in BREACHES.values() for breach in group.values()]
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
                here = " AND ".join(
                    f"{dialect.quote_identifier(c)} = {cell(dialect, cells[c])}" for c in declared.key or names
                )
                yield f"DELETE FROM {place} WHERE {here}"
            for row in come:
                yield f"INSERT INTO {place} VALUES ({', '.join(cell(dialect, c) for c in row)})"


def cell(dialect, value):
    """A value in a database's SQL."""
    if value is None or isinstance(value, bool):
        return "NULL" if value is None else str(int(value)) if dialect.name == "tsql" else str(value).upper()
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
    made = ddl(*arguments[:5], identity=False)
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
    plain = [index for index in made.indexes if "UNIQUE" not in index.statement]
    return replace(made, tables=tables, constraints=(), indexes=(*plain, *keys))


@pytest.fixture(scope="module", params=live())
def place(request, database, tmp_path_factory):
    """An address, for every database that is here; what is loaded there goes in the end."""
    address = live_address(request.param, database, tmp_path_factory.mktemp("target"))
    yield address
    for schema in () if address.is_file else (*MADE, "kinds"):
        database(request.param).drop(schema, ())


@pytest.fixture(scope="module", params=list(MADE))
def loaded(request, place, worlds, patched):
    """A dataset loaded without constraints: its world, its address, and what verification says of it, good and broken."""
    world = worlds(request.param)
    address = replace(place, name=f"{place.name}.{request.param}") if place.is_file else place
    patched.setattr("synth.loading.staging.ddl", bare)
    load_folder(world.good, address, if_exists="replace")
    (good,) = verify_database(address, request.param)
    change(address, world.breaking(DIALECTS[address.database]))
    (broken,) = verify_database(address, request.param, exact=True)
    return world, address, good, broken


def told(report):
    """What a report says of a dataset's content: (kind, table, name) -> finding."""
    return {(f.kind, f.table, f.name): f for f in report.findings if f.kind != "files"}


def test_breaches_break_every_rule(worlds):
    assert set(WAREHOUSE) == set(load("inventory").rules)
    for name in MADE:
        world = worlds(name)
        assert {f.name for f in world.found.failed if f.kind == "rule"} == set(world.dataset.rules)
        assert not [f for f in world.found.failed if f.offences is None]
    kinds = {f.kind for f in worlds("ecommerce").found.failed}
    assert kinds >= {"rows", "not null", "key", "unique", "length", "reference", "check", "time", "rule"}


@pytest.mark.some(4)
def test_what_was_loaded_is_clean(loaded):
    world, address, good, _ = loaded
    assert good.failed == [] and good.skipped == []
    assert (good.place, good.dataset) == (str(address), world.dataset.dataset)
    assert list(told(good)) == list(told(world.found))


@pytest.mark.some(3)
def test_what_was_broken_is_found_as_in_files(loaded):
    world, _, _, broken = loaded
    found, wanted = told(broken), told(world.found)
    assert {at: (f.offences, f.note) for at, f in found.items()} == {
        at: (f.offences, f.note) for at, f in wanted.items()
    }
    for at, finding in wanted.items():
        assert found[at].examples == finding.examples, at


# -- tables that are not what was loaded

RETYPED = {
    "postgres": "ALTER TABLE {} ALTER COLUMN quantity TYPE BIGINT",
    "mysql": "ALTER TABLE {} MODIFY quantity BIGINT",
}


def test_tables_that_were_changed(place, worlds, patched):
    name, dialect = "inventory", DIALECTS[place.database]
    address = replace(place, name=f"{place.name}.changed") if place.is_file else place
    patched.setattr("synth.loading.staging.ddl", bare)
    load_folder(worlds(name).good, address, if_exists="replace")
    tables = {table: dialect.place(name, table) for table in load(name).written}
    statements = [f"ALTER TABLE {tables['products']} ADD COLUMN extra INTEGER", f"DROP TABLE {tables['stock']}"]
    if place.database in RETYPED:
        statements.append(RETYPED[place.database].format(tables["inventory_movements"]))
    change(address, statements)
    (report,) = verify_database(address, name)
    found = told(report)
    assert found["types", "customers", "columns"].passed and found["key", "customers", "customer_number"].passed
    products, stock = found["types", "products", "columns"], found["types", "stock", "columns"]
    assert products.examples == ({"column": "extra", "is": "integer", "should be": "absent"},)
    assert (stock.offences, stock.note) == (None, "there is no such table")
    assert found["rule", "stock", "stock_adds_up"].note == "stock cannot be read"
    if place.database in RETYPED:
        moved = found["types", "inventory_movements", "columns"]
        assert moved.examples == ({"column": "quantity", "is": "bigint", "should be": "integer"},)


TYPES = """
dataset: kinds
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  parents: {primary_key: [code], values: [[a ], [b]], columns: {code: {type: text}}}
  large: {primary_key: [id], values: [[1], [2]], columns: {id: {type: bigint}}}
  kinds:
    primary_key: [id]
    values:
      - [1, a , 2, true, 5, 1.25, 123456789012.345, 0.1, "00000000-0000-4000-8000-00000000000a", 2024-02-29, 2024-02-29 01:02:03.000004, it's]
      - [2, null, null, null, null, null, null, null, null, null, null, null]
      - [3, b, 1, false, -5, -0.01, -999999999999.999, -2.5, "ffffffff-0000-4000-8000-00000000000b", 1999-12-31, 2024-12-31 23:59:59.999999, "ü 漢"]
    columns:
      id: {type: smallint}
      parent: {type: text, references: parents, nullable: true}
      large: {type: smallint, references: large, nullable: true}
      flag: {type: boolean, nullable: true}
      n: {type: integer, nullable: true}
      price: {type: "decimal(12,2)", nullable: true, check: "price * 100 = ROUND(price * 100, 0)"}
      wide: {type: "decimal(18,3)", nullable: true, check: wide * 2 <> 0.001}
      x: {type: double, nullable: true}
      code: {type: uuid, nullable: true, unique: true}
      day: {type: date, nullable: true}
      seen: {type: timestamp, nullable: true}
      word: {type: varchar(9), nullable: true}
rules:
  wide_is_exact: SELECT id FROM kinds WHERE wide NOT IN (123456789012.345, -999999999999.999)
"""


def test_every_type(place, tmp_path, patched):
    patched.setattr("synth.loading.staging.ddl", ddl)
    folder = synth.generate(synth.make_plan(parse(TYPES)), tmp_path).folder
    address = replace(place, name=f"{place.name}.kinds") if place.is_file else place
    load_folder(folder, address, if_exists="replace")
    (report,) = verify_database(address, "kinds")
    assert report.failed == []
    assert len(told(report)) == len(told(verify_folder(folder)))


def test_a_rule_that_does_not_travel(tmp_path):
    text = (
        "dataset: words\nperiod: {start: 2024-01-01, until: 2025-01-01}\n"
        "tables:\n  words: {primary_key: [id], values: [[1, a], [2, b]], columns: {id: {type: integer}, word: {type: text}}}\n"
        "rules:\n  small: SELECT id FROM words WHERE regexp_matches(word, '[A-Z]')\n"
    )
    folder = synth.generate(synth.make_plan(parse(text)), tmp_path).folder
    assert verify_folder(folder).passed
    for name in ("sqlite", "duckdb"):
        address = Address(name, str(tmp_path / name))
        load_folder(folder, address)
        (report,) = verify_database(address)
        found = told(report)["rule", "words", "small"]
        if name == "duckdb":  # whose SQL it is
            assert report.passed
        else:
            assert found.offences is None and not report.passed
            assert found.note == "not every database knows REGEXPLIKE as in REGEXP_MATCHES(word, '[A-Z]')"


def test_every_dataset_of_a_database(tmp_path, worlds, patched, capsys):
    patched.setattr("synth.loading.staging.ddl", bare)
    address = Address("duckdb", str(tmp_path / "all.duckdb"))
    for schema in ("one", "two"):
        load_folder(worlds("inventory").good, address, schema=schema)
    told_of = []
    reports = verify_database(address, found=told_of.append)
    assert [(r.dataset, r.passed) for r in reports] == [("inventory", True)] * 2
    assert [r.place for r in reports] == [f"{address} (schema one)", f"{address} (schema two)"]
    assert told_of == [finding for report in reports for finding in report.findings]
    change(address, ['UPDATE "two"."orders" SET quantity = 0 WHERE order_type = \'quote\''])
    assert [report.passed for report in verify_database(address)] == [True, False]
    assert main(["verify", address.url(), "--schema", "one"]) == 0
    assert main(["verify", address.url(), "--schema", "two", "--json"]) == 1
    said = capsys.readouterr().out
    (report,) = json.loads(said[said.index("{") :])["datasets"]
    assert [f["name"] for f in report["findings"] if f["kind"] == "check" and f["offences"]] == ["quantity"]
    with pytest.raises(DatabaseError, match=r"no dataset is loaded in schema 'three'\n  hint: "):
        verify_database(address, "three")


@pytest.mark.parametrize("name", ["sqlite", "duckdb"])
def test_nothing_loaded(name, tmp_path):
    address = Address(name, str(tmp_path / "empty"))
    with pytest.raises(DatabaseError, match="there is no such file"):
        verify_database(address)
    change(address, ["CREATE TABLE mine (id INTEGER)"])
    with pytest.raises(DatabaseError, match=r"no dataset is loaded there\n  hint: `synth load DIR URL` loads one"):
        verify_database(address)


# -- SQL Server, of which there is none here


@pytest.mark.parametrize("name", shipped())
def test_checks_in_tsql(name):
    dataset = load(name)
    scope = Scope(dataset)
    tables = {table: {c: scope.type_of(table, c) for c in dataset.tables[table].written} for table in dataset.written}
    for check in checks(dataset, dt.datetime(2026, 1, 1)):
        asked = offence_queries(check.sql, DIALECTS["tsql"], name, tables, 3)
        assert lint_tsql(asked.count) == [], check.name
        assert lint_tsql(asked.examples) == [], check.name
    for table, some in of_each_row(checks(dataset, dt.datetime(2026, 1, 1))):
        conditions = [str(check.condition) for check in some]
        assert lint_tsql(counting_query(table, conditions, DIALECTS["tsql"], name, tables)) == [], table
