"""The contract of all databases that can be loaded: what is there afterwards, and that it is all or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import polars as pl
import pytest

import synth
from synth.databases import DATABASES
from synth.errors import DatabaseError, DataError
from synth.fingerprint import Fingerprint
from synth.store.manifest import Manifest
from tests.support.targets import LIVE, MSSQL, SUITES, changed, each_format_somewhere, every_way, prints, spec


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The folder of `ecommerce`, another seed."""
    return synth.generate(synth.make_plan("ecommerce", scale=0.02, seed=7), tmp_path_factory.mktemp("other")).folder


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The folder of some tables of `ecommerce`, with a reference among them and others to tables that are not there."""
    plan = synth.make_plan("ecommerce", scale=0.02, seed=7, tables=["products", "brands", "promotion_products"])
    return synth.generate(plan, tmp_path_factory.mktemp("few")).folder


def test_every_database_has_a_suite():
    lacking = sorted(set(DATABASES) - set(SUITES.values()))
    assert not lacking, f"tests/support/targets.py: add '{lacking[0]}' to SUITES, and to `live_address` where it is"
    missing = set(SUITES) - set(LIVE)
    if missing:
        pytest.skip(f"no {', '.join(sorted(missing))} here: SQL Server is where {MSSQL} says")


# -- what is there


@every_way
def test_rows_and_what_says_so(target, shop):
    manifest = Manifest.read(shop)
    report = target.load(shop)
    assert {name: table.rows for name, table in report.tables.items()} == {
        n: e.rows for n, e in manifest.tables.items()
    }
    assert report.bytes > 0 and report.seconds > 0
    assert target.state() == prints(shop)
    for name, entry in manifest.tables.items():
        assert target.sql(f"SELECT COUNT(*) FROM {target.place(name)}") in ([(entry.rows,)], [(str(entry.rows),)])
    assert target.dataset_schemas() == ["ecommerce"]
    with target.connect() as database:
        kept = synth.store.manifest_table.manifest_of(database, "ecommerce")
    assert kept.format == target.dialect.name and kept.spec == manifest.spec and kept.identity == manifest.identity
    assert {n: e.columns for n, e in kept.tables.items()} == {n: e.columns for n, e in manifest.tables.items()}
    assert not any(entry.files for entry in kept.tables.values())


def test_catalogue(target, shop):
    """Columns in their order, of their types; texts may have lost their length, and what no database has become text."""
    target.load(shop)
    found = target.tables()
    assert set(found) == {*Manifest.read(shop).tables, "synth_manifest"}
    for name, entry in Manifest.read(shop).tables.items():
        assert list(found[name]) == list(entry.types)
        for column, dtype in entry.types.items():
            assert found[name][column].written == dtype.written, (name, column)
    assert target.tables("nowhere") == ({} if target.dialect.has_schemas else found)


def test_constraints_are_there(target, shop):
    target.load(shop)
    before = target.state()
    order, brand, customer, line = (
        target.sql(f"SELECT MAX({key}) FROM {target.place(table)}")[0][0]
        for table, key in (("orders", "order_id"), ("brands", "brand_id"), ("customers", "customer_id"), ("order_items", "order_item_id"))
    )  # fmt: skip
    for table, change in {
        "brands": f"brand_id = brand_id - 1 WHERE brand_id = {brand}",
        "customers": f"email = NULL WHERE customer_id = {customer}",
        "orders": f"customer_id = 999999 WHERE order_id = {order}",
        "order_items": f"quantity = 0 WHERE order_item_id = {line}",
        "categories": "parent_category_id = 999 WHERE category_id = 10",
    }.items():
        assert target.refuses(f"UPDATE {target.place(table)} SET {change}")
    names = ", ".join(map(target.dialect.quote_identifier, target.tables()["customers"]))
    others = names.replace(target.dialect.quote_identifier("customer_id"), "customer_id + 100000")  # e-mails are unique
    assert target.refuses(f"INSERT INTO {target.place('customers')} SELECT {others} FROM {target.place('customers')}")
    used = f"SELECT brand_id FROM {target.place('products')}"
    assert target.refuses(f"DELETE FROM {target.place('brands')} WHERE brand_id IN ({used})")
    assert target.state() == before


def test_references_lead_to_the_rows(target, shop):
    """The indexes give what the tables hold, also after they were made on rows of the same transaction."""
    target.load(shop)
    orders, items = target.place("orders"), target.place("order_items")
    lines = Manifest.read(shop).tables["order_items"].rows
    joined = target.sql(f"SELECT COUNT(*) FROM {orders} o JOIN {items} i ON i.order_id = o.order_id")
    assert int(joined[0][0]) == lines
    frame = pl.read_parquet(shop / "order_items" / "*.parquet")
    product = frame["product_id"].mode()[0]
    found = target.sql(f"SELECT COUNT(*) FROM {items} WHERE product_id = {product}")
    assert int(found[0][0]) == frame.filter(product_id=product).height


@pytest.mark.parametrize(("target", "format"), each_format_somewhere("csv", "ndjson"), indirect=["target"])
@pytest.mark.some(3)
def test_other_formats(target, format, shop, tmp_path):
    folder = synth.generate(synth.make_plan("ecommerce", scale=0.02), tmp_path / "a [b]* ?=1", format=format).folder
    target.load(folder)
    assert target.state() == prints(folder) == prints(shop)


def test_some_tables_only(target, few):
    target.load(few)
    assert target.state() == prints(few) and len(prints(few)) == 3
    assert target.refuses(f"UPDATE {target.place('products')} SET brand_id = 999")
    products = pl.read_parquet(few / "products" / "*.parquet")
    other = {"product_id": "100000 + product_id", "category_id": "999"}
    far = ", ".join(other.get(name, target.dialect.quote_identifier(name)) for name in products.columns)
    names = ", ".join(map(target.dialect.quote_identifier, products.columns))
    target.insert_keyed(target.place("products"), names, f"SELECT {far} FROM {target.place('products')}")


# -- what was there


def test_what_is_there_is_not_touched(target, shop, other):
    target.load(shop)
    said = r"has tables of these names already \(\w+, \w+, \w+, …\); nothing was changed\n  hint: --if-exists"
    with pytest.raises(DatabaseError, match=said):
        target.load(other)
    assert target.state() == prints(shop)


@every_way
def test_what_is_there_is_replaced(target, shop, other, few):
    target.load(shop, if_exists="replace")
    target.load(other, if_exists="replace")
    assert target.state() == prints(other) != prints(shop)
    target.load(few, if_exists="replace")
    assert set(target.tables()) == {*prints(few), "synth_manifest"} and target.state() == prints(few)
    target.load(shop, if_exists="replace")
    assert target.state() == prints(shop)


@pytest.mark.parametrize("schema", ["ecommerce", "another"])
@pytest.mark.some(4)
def test_other_tables_survive(target, schema, shop, other):
    """In the same schema and in others: ours by name alone, and those of strange names."""
    dialect = target.dialect
    names = ["ledger", 'qu"ote', "semi;colon", "drop table orders", "Ünï 漢字", "--", "brands_of_mine"]
    names = [name for name in names if target.kind != "mysql" or not name.endswith(" ")]
    target.load(shop, schema="another")
    mine = [dialect.place("another", name) for name in names]
    for place in mine:
        target.sql(f"CREATE TABLE {place} ({dialect.quote_identifier('a `b] c')} INTEGER)")
        target.sql(f"INSERT INTO {place} VALUES (7)")
    target.load(other, schema=schema, if_exists="replace")
    assert target.state(schema) == prints(other)
    if schema != "another" and dialect.has_schemas:
        assert target.state("another") == prints(shop)
    for place, name in zip(mine, names, strict=True):
        assert [int(cell) for row in target.sql(f"SELECT * FROM {place}") for cell in row] == [7]
        assert list(target.tables("another")[name]) == ["a `b] c"]


def test_what_depends_on_old_tables_is_not_broken(target, shop, other):
    target.load(shop)
    reviews, orders = target.place("reviews"), target.place("orders")
    target.sql(
        f"CREATE TABLE {reviews} (id BIGINT, order_id BIGINT, FOREIGN KEY (order_id) REFERENCES {orders} (order_id))"
    )
    with pytest.raises(DatabaseError, match=r"(?s)orders.*hint: "):
        target.load(other, if_exists="replace")
    assert target.state() == prints(shop)
    target.sql(f"DROP TABLE {reviews}")
    target.load(other, if_exists="replace")
    assert target.state() == prints(other)


# -- all or nothing

BREAKS = {  # what breaks -> table, the change, what the message must hold
    "key": ("brands", "UPDATE brands SET brand_id = 1", ["brand"]),
    "unique": ("customers", "UPDATE customers SET email = 'a@example.com'", ["customers"]),
    "not null": ("brands", "UPDATE brands SET brand_name = NULL WHERE brand_id = 3", ["brands", "brand_name"]),
    "reference": ("orders", "UPDATE orders SET customer_id = 999999 WHERE order_id % 7 = 0", ["orders", "customer_id", "999999"]),
    "reference to itself": ("categories", "UPDATE categories SET parent_category_id = 999 WHERE category_id = 9", ["categories", "999"]),
    "check": ("order_items", "UPDATE order_items SET quantity = 0 WHERE order_item_id = 5", ["order_items", "quantity"]),
}  # fmt: skip


@pytest.mark.parametrize(
    "what, there", [*((what, "old") for what in BREAKS), ("unique", "nothing"), ("check", "nothing")]
)
@every_way
@pytest.mark.some(8)
def test_broken_data_leaves_all_as_it_was(target, what, there, shop, other, tmp_path):
    table, change, words = BREAKS[what]
    folder = changed(other, tmp_path / "broken", table, change)
    if there == "old":
        target.load(shop)
    with pytest.raises(DatabaseError) as caught:
        target.load(folder, if_exists="replace")
    said = str(caught.value)
    words = [word for word in words if target.kind != "tsql" or not word.isdigit()]  # it names no values
    assert all(word in said for word in words) and "\n  hint: " in said and len(said) < 600, said
    assert target.state() == (prints(shop) if there == "old" else {})
    if there == "nothing" and not target.address.is_file:
        assert not target.tables()
    target.load(other, if_exists="replace")
    assert target.state() == prints(other)


@pytest.mark.parametrize("change", ["UPDATE orders SET total = total + 0.01 WHERE order_id = 7", "DELETE FROM payments WHERE payment_id = (SELECT MAX(payment_id) FROM payments)"])  # fmt: skip
@every_way
@pytest.mark.some(4)
def test_other_content_than_the_manifest_says(target, change, shop, other, tmp_path):
    table = change.split()[1 if change.startswith("UPDATE") else 2]
    target.load(shop)
    with pytest.raises(DataError, match=f"'{table}' came out with another content"):
        target.load(changed(other, tmp_path / "changed", table, change), if_exists="replace")
    assert target.state() == prints(shop)


LOAD = """
import sys
from synth.databases import Address
from synth.job.load import load_folder
def wait(phase, rows):
    if phase == "verify":
        print("ready", flush=True)
        sys.stdin.readline()
load_folder(sys.argv[1], Address.parse(sys.argv[2]), progress=wait)
"""


@pytest.mark.some(2)
def test_two_loads_at_once(target, shop, other, environment):
    words = [sys.executable, "-c", LOAD, str(shop), target.url]
    first = subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "ready\n"
        with pytest.raises(DatabaseError, match="another load"):
            target.load(other, if_exists="replace")
        first.communicate("\n", timeout=60)
        assert first.returncode == 0
    finally:
        first.kill()
        first.communicate()
    assert target.state() == prints(shop)


def test_two_loads_at_once_in_one_process(target, shop, other):
    inside, done, errors = threading.Event(), threading.Event(), []

    def wait(phase, rows):
        if phase == "verify":
            inside.set()
            assert done.wait(60)

    def first():
        try:
            target.load(shop, progress=wait)
        except BaseException as error:
            errors.append(error)
            inside.set()

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert inside.wait(60)
        with pytest.raises(DatabaseError, match="another load"):
            target.load(other, if_exists="replace")
        if target.address.is_file:
            with pytest.raises(DatabaseError, match="another load of this process"):
                target.state()
    finally:
        done.set()
        thread.join()
    assert not errors and target.state() == prints(shop)


@every_way
def test_a_load_that_ends_before_its_rows(target, shop):
    def stop(phase, rows):
        if phase == "orders":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.load(shop, progress=stop)
    assert target.state() == {}
    target.load(shop)
    assert target.state() == prints(shop)


@every_way
def test_an_empty_table(target):
    dataset = spec({"t": {"columns": {"a": {"type": "integer"}, "b": {"type": "text"}}}})
    target.fill(dataset, {"t": pl.DataFrame(schema={"a": pl.Int32, "b": pl.String})})
    assert target.state("hand_made") == {"t": str(Fingerprint())}


def test_rows_of_a_query(target, shop):
    target.load(shop)
    with target.connect() as database:
        query = f"SELECT brand_id AS n, brand_name FROM {target.place('brands')}"
        names, rows = database.rows(f"{query} WHERE brand_id < 3 ORDER BY 1")
        frames = list(database.frames(query, {}))
        with pytest.raises(DatabaseError, match="nowhere"):
            database.rows(f"SELECT * FROM {target.place('nowhere')}")
    brands = pl.read_parquet(shop / "brands" / "*.parquet")
    assert [name.lower() for name in names] == ["n", "brand_name"] and [row[0] for row in rows] == [1, 2]
    read = pl.concat(frames).sort("n")
    assert read["n"].to_list() == brands["brand_id"].to_list() and read["brand_name"].equals(brands["brand_name"])


def test_the_report_is_json(target, shop):
    report = json.loads(json.dumps(target.load(shop).as_dict()))
    assert report["rows"] == sum(table["rows"] for table in report["tables"].values())
    assert {"send", "constraints", "indexes", "analyze", "verify", "publish"} <= report["phases"].keys()
