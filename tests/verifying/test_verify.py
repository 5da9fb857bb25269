"""Verify bites: every kind of check, and every rule of the shop, finds the one thing that was made wrong."""

from __future__ import annotations

import json
import shutil

import duckdb
import pytest

from synth.api import load, make_plan
from synth.cli import main
from synth.errors import OutputError, SpecError
from synth.job.generate import generate
from synth.verifying.files import verify_folder

RULES = load("ecommerce").rules


def opened(folder):
    """A connection with a view of every table."""
    connection = duckdb.connect()
    for table in sorted(path.name for path in folder.glob("[!.]*") if path.is_dir()):
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder}/{table}/*.parquet')")
    return connection


def rewrite(folder, table, *statements, order="ALL"):
    """Run SQL that changes one table (it may read the others), and write that table's file anew."""
    with opened(folder) as connection:
        connection.execute(
            f"CREATE TABLE changed AS FROM {table}; DROP VIEW {table}; ALTER TABLE changed RENAME TO {table}"
        )
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"COPY (SELECT * FROM {table} ORDER BY {order}) TO '{folder}/{table}/part-00000.parquet'")


def ask(folder, sql):
    """The first value of a query over the folder's tables."""
    with opened(folder) as connection:
        return connection.execute(sql).fetchall()[0][0]


def failed(folder):
    """What does not hold: (kind, table, name) -> finding."""
    report = verify_folder(folder)
    assert report.passed is (report.failed == [])
    return {(f.kind, f.table, f.name): f for f in report.failed}


@pytest.fixture
def copy(shop, tmp_path):
    return shutil.copytree(shop, tmp_path / "ecommerce")


def test_what_was_made_is_clean(shop):
    report = verify_folder(shop)
    assert report.failed == []
    assert report.skipped == []
    assert {f.kind for f in report.findings} == {
        "manifest", "files", "types", "rows", "not null", "key", "unique", "length", "reference", "check", "time", "rule"
    }  # fmt: skip
    assert {f.name for f in report.findings if f.kind == "rule"} == set(RULES)


# -- files


def test_a_changed_byte(copy):
    file = copy / "orders/part-00000.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert failed(copy)["files", "orders", "checksums"].examples == (
        {"file": "orders/part-00000.parquet", "is": "changed since it was made"},
    )


def test_a_missing_file(copy):
    (copy / "orders/part-00000.parquet").unlink()
    found = failed(copy)
    assert found["files", "orders", "checksums"].examples == ({"file": "orders/part-00000.parquet", "is": "missing"},)
    assert found["types", "orders", "columns"].offences is None
    assert found["rule", "orders", "header_adds_up"].note == "orders cannot be read"


def test_a_missing_folder(copy):
    shutil.rmtree(copy / "tax_rates")
    assert failed(copy)["files", "tax_rates", "checksums"].examples[0]["is"] == "missing"


def test_an_extra_file(copy):
    shutil.copy(copy / "brands/part-00000.parquet", copy / "brands/part-00001.parquet")
    found = failed(copy)
    assert found["files", "brands", "checksums"].examples == (
        {"file": "brands/part-00001.parquet", "is": "not in the manifest"},
    )
    assert found["rows", "brands", "manifest"].examples == ({"is": 40, "should be": 20},)
    assert found["key", "brands", "brand_id"].offences == 20


@pytest.mark.parametrize("stranger", ["extra.parquet", "_offers/part-00000.parquet"])
def test_a_file_outside_the_tables(stranger, copy):
    (copy / stranger).parent.mkdir(exist_ok=True)
    shutil.copy(copy / "brands/part-00000.parquet", copy / stranger)
    assert "files" in {kind for kind, _, _ in failed(copy)}


def test_a_file_that_is_no_parquet(copy):
    (copy / "orders/part-00000.parquet").write_text("order_id\n1\n")
    found = failed(copy)
    assert ("files", "orders", "checksums") in found
    assert found["types", "orders", "columns"].offences is None


def test_another_row_order_is_the_same_content(copy):
    rewrite(copy, "order_items", order="order_item_id DESC")
    assert list(failed(copy)) == [("files", "order_items", "checksums")]


# -- one change, and the checks that must see it

CHANGES = {
    "wrong type": ("order_items", "ALTER TABLE order_items ALTER quantity TYPE BIGINT", [("types", "columns")]),
    "wrong digits": ("orders", "ALTER TABLE orders ALTER total TYPE DECIMAL(13,3)", [("types", "columns")]),
    "missing column": ("orders", "ALTER TABLE orders DROP COLUMN status", [("types", "columns")]),
    "extra column": ("orders", "ALTER TABLE orders ADD COLUMN note VARCHAR", [("types", "columns")]),
    "dropped row": ("order_items", "DELETE FROM order_items WHERE order_item_id = 7",
                    [("rows", "manifest"), ("rows", "fingerprint"), ("rows", "declared"), ("rule", "header_equals_lines")]),
    "row twice": ("payments", "INSERT INTO payments SELECT * FROM payments LIMIT 1",
                  [("rows", "manifest"), ("rows", "fingerprint"), ("key", "payment_id"), ("unique", "order_id")]),
    "swapped values": ("customers", "UPDATE customers SET city = CASE city WHEN 'a' THEN 'b' ELSE upper(city) END "
                       "WHERE customer_id = 7", [("rows", "fingerprint")]),
    "NULL": ("orders", "UPDATE orders SET customer_id = NULL WHERE order_id = 7", [("not null", "customer_id")]),
    "NULL in a key": ("brands", "UPDATE brands SET brand_id = NULL WHERE brand_id = 7", [("not null", "brand_id")]),
    "key twice": ("orders", "UPDATE orders SET order_id = 8 WHERE order_id = 7", [("key", "order_id")]),
    "pair twice": ("promotion_products", "INSERT INTO promotion_products SELECT * FROM promotion_products LIMIT 1",
                   [("key", "promotion_id, product_id")]),
    "unique twice": ("customers", "UPDATE customers SET email = (SELECT email FROM customers WHERE customer_id = 8) "
                     "WHERE customer_id = 7", [("unique", "email")]),
    "unique pair twice": ("order_items", "UPDATE order_items SET line_number = 1 WHERE line_number = 2 AND order_id = "
                          "(SELECT MIN(order_id) FROM order_items WHERE line_number = 2)",
                          [("unique", "order_id, line_number")]),
    "dangling": ("order_items", "UPDATE order_items SET product_id = 99999 WHERE order_item_id = 7",
                 [("reference", "product_id → products")]),
    "dangling in the same table": ("categories", "UPDATE categories SET parent_category_id = 77 WHERE category_id = 7",
                                   [("reference", "parent_category_id → categories")]),
    "dangling by lookup": ("order_items", "UPDATE order_items SET seller_id = 0 WHERE order_item_id = 7",
                           [("reference", "seller_id → sellers")]),
    "check of a column": ("order_items", "UPDATE order_items SET quantity = 0 WHERE order_item_id = 7", [("check", "quantity")]),
    "check of a table": ("promotions", "UPDATE promotions SET ends_on = starts_on WHERE promotion_id = 7",
                         [("check", "ends_after_start")]),
    "unknown word": ("orders", "UPDATE orders SET status = 'LOST' WHERE order_id = 7", [("check", "known_status")]),
    "too long": ("customers", "UPDATE customers SET locale = 'en_USA' WHERE customer_id = 7", [("length", "locale")]),
    "arrival at until": ("orders", "UPDATE orders SET ordered_at = TIMESTAMP '2026-01-01' WHERE order_id = 7",
                         [("time", "ordered_at")]),
    "date after until": ("sellers", "UPDATE sellers SET join_date = DATE '2026-01-02' WHERE seller_id = 7",
                         [("time", "join_date")]),
    "event at until": ("orders", "UPDATE orders SET delivered_at = TIMESTAMP '2026-01-01' WHERE order_id = 7",
                       [("time", "delivered_at")]),
    "row of a derived table at until": ("payments", "UPDATE payments SET paid_at = TIMESTAMP '2026-01-01' WHERE order_id = 7",
                                        [("time", "paid_at")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.some(12)
def test_one_change_is_seen(name, copy):
    table, statement, expected = CHANGES[name]
    rewrite(copy, table, statement)
    found = failed(copy)
    for kind, check in [*expected, ("files", "checksums")]:
        where = "orders" if kind == "rule" else table
        assert (kind, where, check) in found
        assert found[kind, where, check].offences == 1


def test_an_offence_shows_its_row(copy):
    rewrite(copy, "order_items", "UPDATE order_items SET quantity = 0 WHERE order_item_id IN (7, 8, 9, 10)")
    found = failed(copy)["check", "order_items", "quantity"]
    assert found.offences == 4
    assert found.examples == ({"order_item_id": 7}, {"order_item_id": 8}, {"order_item_id": 9})


# -- every rule: the table that is changed, the key that must be reported, the change

LINE = "UPDATE order_items SET {} WHERE order_item_id = $key"
ORDER = "UPDATE orders SET {} WHERE order_id = $key"
PRODUCT = "UPDATE products SET {} WHERE product_id = $key"
STOCK = "UPDATE inventory_levels SET {} WHERE product_id = $key"
PROMOTED = "SELECT MIN(order_item_id) FROM order_items WHERE promotion_id IS NOT NULL"
PLAIN = "SELECT MIN(order_item_id) FROM order_items WHERE promotion_id IS NULL"

BREACHES = {
    "header_equals_lines": ("orders", 7, ORDER.format("subtotal = subtotal + 1, total = total + 1")),
    "header_adds_up": ("orders", 7, ORDER.format("total = total + 1")),
    "every_order_has_lines": ("order_items", 7, "DELETE FROM order_items WHERE order_id = $key"),
    "line_adds_up": ("order_items", 7, LINE.format("line_total = line_total + 0.01")),
    "line_tax_is_the_rate_then": ("order_items", 7, LINE.format("tax = tax + 0.01")),
    "unit_price_is_the_products": ("order_items", 7, LINE.format("unit_price = unit_price + 0.01")),
    "seller_is_the_products": ("order_items", 7, LINE.format("seller_id = seller_id % 25 + 1")),
    "discount_needs_promotion": ("order_items", PLAIN, LINE.format("discount = 0.01")),
    "promotion_covers_line": ("order_items", PROMOTED, LINE.format(
        "promotion_id = (SELECT MIN(p.promotion_id) FROM promotions p WHERE NOT EXISTS (SELECT 1 FROM promotion_products c "
        "WHERE c.promotion_id = p.promotion_id AND c.product_id = order_items.product_id))")),
    "covered_line_has_best_promotion": ("order_items", PROMOTED, LINE.format("promotion_id = NULL, discount = 0")),
    "discount_is_as_promised": ("order_items", PROMOTED, LINE.format("discount = discount + 0.01")),
    "customer_signed_up_before_order": ("customers", 1, "UPDATE customers SET signed_up_at = o.ordered_at FROM orders o "
                                        "WHERE o.order_id = $key AND o.customer_id = customers.customer_id"),
    "product_is_on_sale_when_ordered": ("products", 1, "UPDATE products SET launched_at = o.ordered_at FROM order_items i "
                                        "JOIN orders o ON o.order_id = i.order_id "
                                        "WHERE i.order_item_id = $key AND i.product_id = products.product_id"),
    "seller_joined_before_product": ("products", 7, PRODUCT.format(
        "launched_at = (SELECT join_date FROM sellers s WHERE s.seller_id = products.seller_id)")),
    "brand_is_older_than_product": ("products", 11, PRODUCT.format(
        "launched_at = (SELECT created_at FROM brands b WHERE b.brand_id = products.brand_id)")),
    "promotion_covers_launched_products": ("products", "SELECT promotion_id FROM promotions ORDER BY starts_on, promotion_id",
                                           "UPDATE products SET launched_at = p.starts_on FROM promotions p "
                                           "WHERE p.promotion_id = $key AND products.product_id = (SELECT MIN(c.product_id) "
                                           "FROM promotion_products c WHERE c.promotion_id = $key)"),
    "times_run_forward": ("orders", "SELECT MIN(order_id) FROM orders WHERE shipped_at IS NOT NULL",
                          ORDER.format("shipped_at = paid_at")),
    "status_follows_times": ("orders", "SELECT MIN(order_id) FROM orders WHERE status = 'DELIVERED'",
                             ORDER.format("status = 'SHIPPED'")),
    "paid_order_has_its_payment": ("payments", 7, "UPDATE payments SET amount = amount + 1 WHERE order_id = $key"),
    "refund_follows_cancellation_or_return": (
        "payments", "SELECT MIN(order_id) FROM payments WHERE refunded_at IS NOT NULL",
        "UPDATE payments SET refunded_amount = NULL WHERE order_id = $key"),
    "stock_balances": ("inventory_levels", 7, STOCK.format("on_hand = on_hand + 1")),
    "stock_equals_lines": ("inventory_levels", 7, STOCK.format("sold = sold + 1, on_hand = on_hand - 1")),
    "received_in_whole_lots": ("inventory_levels", 7, STOCK.format("received = received + 1, on_hand = on_hand + 1")),
    "leaf_categories_hold_products": ("products", 7, PRODUCT.format("category_id = 1")),
    "category_is_below_its_parent": ("categories", 4, "UPDATE categories SET level = 1 WHERE category_id = $key"),
}  # fmt: skip


def test_every_rule_has_its_breach():
    assert set(BREACHES) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.some(12)
def test_a_rule_reports_its_breach(rule, copy):
    table, key, statement = BREACHES[rule]
    if isinstance(key, str):
        key = ask(copy, key)
    rewrite(copy, table, statement.replace("$key", str(key)))
    found = next(finding for (kind, _, name), finding in failed(copy).items() if (kind, name) == ("rule", rule))
    assert found.offences == 1
    assert next(iter(found.examples[0].values())) == key


# -- other formats, parts of a dataset, reports


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_other_formats_are_clean(format, tmp_path, shop):
    summary = generate(make_plan("ecommerce", scale=0.02), tmp_path, format=format)
    report = verify_folder(summary.folder)
    assert report.failed == []
    assert len(report.findings) == len(verify_folder(shop).findings)


@pytest.mark.parametrize(
    ("format", "right", "wrong"),
    [("csv", "\n7,", "\nseven,"), ("ndjson", '"order_id":7,', '"order_id":"seven",')],
)
def test_a_cell_that_cannot_be_read(format, right, wrong, tmp_path):
    folder = generate(make_plan("ecommerce", scale=0.02, tables=["orders"]), tmp_path, format=format).folder
    file = folder / f"orders/part-00000.{format}"
    text = file.read_text(encoding="utf-8")
    assert text.count(right) == 1
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    found = failed(folder)
    assert found["types", "orders", "columns"].offences is None
    assert found["types", "orders", "columns"].note
    assert ("files", "orders", "checksums") in found


def test_a_csv_without_a_column(tmp_path):
    folder = generate(make_plan("ecommerce", scale=0.02, tables=["tax_rates"]), tmp_path, format="csv").folder
    file = folder / "tax_rates/part-00000.csv"
    file.write_text("".join(line.rpartition(",")[0] + "\n" for line in file.read_text().splitlines()))
    assert ("types", "tax_rates", "columns") in failed(folder)


def test_csv_columns_in_another_order(tmp_path):
    folder = generate(make_plan("ecommerce", scale=0.02, tables=["brands"]), tmp_path, format="csv").folder
    file = folder / "brands/part-00000.csv"
    swapped = [",".join([a, c, b, d]) for a, b, c, d in (line.split(",") for line in file.read_text().splitlines())]
    file.write_text("\n".join(swapped) + "\n")
    assert {("files", "brands", "checksums"), ("rows", "brands", "fingerprint")} <= set(failed(folder))


def test_a_part_of_the_tables(tmp_path, capsys):
    folder = generate(make_plan("ecommerce", scale=0.02, tables=["orders", "payments"]), tmp_path).folder
    report = verify_folder(folder)
    assert report.failed == []
    assert {f.table for f in report.findings} == {"orders", "payments", "(folder)", "(manifest)", "(rollups)"}
    assert "reference orders.customer_id → customers: customers was not made" in report.skipped
    assert "rule orders.header_equals_lines: order_items was not made" in report.skipped
    assert {f.name for f in report.findings if f.kind == "rule"} == {
        "header_adds_up", "times_run_forward", "status_follows_times", "paid_order_has_its_payment",
        "refund_follows_cancellation_or_return",
    }  # fmt: skip
    assert main(["verify", str(folder)]) == 0
    assert f"\n{len(report.skipped)} checks left out; -v says why\n" in capsys.readouterr().out


def test_report_as_json(copy, capsys):
    rewrite(copy, "orders", "UPDATE orders SET status = 'LOST', delivered_at = NULL WHERE order_id = 7")
    assert main(["verify", str(copy), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    (report,) = told["datasets"]
    assert told["passed"] is False
    assert list(report) == ["place", "dataset", "passed", "checks", "skipped", "others", "left", "findings"]
    assert (report["place"], report["dataset"], report["passed"]) == (str(copy), "ecommerce", False)
    assert report["checks"] == len(report["findings"]) > 200
    assert all(
        list(f) == ["kind", "table", "name", "offences", "note", "seconds", "examples"] for f in report["findings"]
    )
    found = next(f for f in report["findings"] if f["name"] == "known_status")
    assert (found["kind"], found["table"], found["offences"], found["examples"]) == (
        "check",
        "orders",
        1,
        [{"order_id": "7"}],
    )


# -- what is no folder of ours


@pytest.mark.parametrize("text", ["{}", "", "nonsense", "[]", '{"tables": 5}', '{"name": "my-site", "icons": []}'])
def test_a_manifest_that_is_not_ours(text, tmp_path, capsys):
    (tmp_path / "manifest.json").write_text(text)
    assert main(["verify", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"synth: '{tmp_path / 'manifest.json'}' is no manifest of this program")
    assert "pydantic" not in said.err
    with pytest.raises(OutputError):
        verify_folder(tmp_path)


@pytest.mark.parametrize("place", ["nowhere", ".", "file"])
def test_no_manifest(place, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["verify", str(tmp_path / place)]) == 2
    assert "holds no manifest.json\n  hint: name the folder OUT/DATASET" in capsys.readouterr().err


def test_a_manifest_with_a_broken_spec(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["spec"] = manifest["spec"].replace("tables:", "tabels:", 1)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SpecError, match=r"manifest\.json:\d+:\d+: tabels: unknown word"):
        verify_folder(copy)
