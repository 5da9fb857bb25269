"""What is learnt of our own datasets is what their specs declare."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

import synth
from synth.generators.profiles import HOURS, SEASONS, WEEKDAYS
from synth.importing.learning.learn import learn
from synth.importing.learning.popularity import TOPS, expected_tops
from tests.support.founds import found_in

PERIOD = dt.date(2024, 1, 1), dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def ecommerce(tmp_path_factory):
    out = tmp_path_factory.mktemp("learning")
    return learn(*found_in(synth.generate(synth.make_plan("ecommerce", scale=0.1), out).folder), workers=1)


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    out = tmp_path_factory.mktemp("learning")
    return learn(*found_in(synth.generate(synth.make_plan("inventory", scale=0.5), out).folder), workers=1)


def shares(learnt, table: str, column: str) -> dict:
    return dict(learnt.tables[table].columns[column].weights.values)


def scaled(profile) -> np.ndarray:
    return np.array(profile) / np.mean(profile)


def test_choices(ecommerce, inventory):
    methods = {
        "wallet": 0.5, "credit_card": 0.21, "debit_card": 0.12, "bank_transfer": 0.08, "pay_later": 0.05, "other": 0.04,
    }  # fmt: skip
    assert shares(ecommerce, "payments", "method") == pytest.approx(methods, abs=0.02)
    assert shares(ecommerce, "order_items", "quantity") == pytest.approx({1: 0.8, 2: 0.12, 3: 0.05, 4: 0.03}, abs=0.01)
    assert shares(ecommerce, "customers", "country")["US"] == pytest.approx(0.42, abs=0.03)
    discounts = {Decimal("0.00"): 0.7, Decimal("0.15"): 0.09, Decimal("0.20"): 0.075, Decimal("0.10"): 0.075}
    found = shares(inventory, "orders", "discount")
    assert {value: found[value] for value in discounts} == pytest.approx(discounts, abs=0.02)
    status = ecommerce.tables["orders"].columns["status"].weights
    assert status.others == 1 and status.other < 0.001  # orders that are just placed are too few to be told


def test_nulls(ecommerce):
    columns = ecommerce.tables["products"].columns
    assert columns["discontinued_at"].nulls == pytest.approx(0.75, abs=0.1) and columns["price"].nulls == 0
    assert ecommerce.tables["orders"].columns["returned_at"].nulls == pytest.approx(0.85, abs=0.02)
    assert columns["is_active"].true == columns["discontinued_at"].nulls  # a row has one moment of end, or is active


def test_arrivals(ecommerce, inventory):
    assert (ecommerce.start, ecommerce.until) == PERIOD == (inventory.start, inventory.until)
    orders = ecommerce.tables["orders"].columns["ordered_at"].moments.arrival
    assert orders.trend == pytest.approx(0.086, abs=0.04)
    assert np.abs(np.array(orders.season) - scaled(SEASONS["consumer"])).max() < 0.12
    assert np.abs(np.array(orders.weekdays) - scaled(WEEKDAYS["consumer"])).max() < 0.1
    assert np.abs(np.array(orders.hours) / 24 - scaled(HOURS["consumer"]) / 24).max() < 0.01  # a point of the rows
    assert orders.dispersion == pytest.approx(1 + 0.1 * 2.3, abs=0.2)  # noise is that of SCALE=1
    assert (orders.before_start, orders.since, orders.after_until) == (0, None, 0)
    customers = ecommerce.tables["customers"].columns["signed_up_at"].moments.arrival
    assert customers.before_start == pytest.approx(0.6, abs=0.001) and customers.since == dt.date(2021, 1, 1)
    wholesale = inventory.tables["customers"].columns["date_created"].moments.arrival
    assert wholesale.weekdays[5:] == (0, 0) and wholesale.hours[:8] == (0,) * 8
    assert wholesale.dispersion == pytest.approx(1 + 0.5 * 2.3, abs=0.4)


def test_fanouts(ecommerce, inventory):
    (lines,) = [each for each in ecommerce.tables["order_items"].references if each.table == "orders"]
    assert lines.makes_child and lines.fanout.mean == pytest.approx(10)
    assert lines.fanout.law.name == "negative_binomial" and lines.fanout.law.parameters["min"] == 1
    assert lines.fanout.law.parameters["r"] == pytest.approx(2, rel=0.1)
    (paid,) = ecommerce.tables["payments"].references
    assert paid.fanout.law.name == "count" and paid.fanout.law.parameters == {"count": 1}
    assert paid.concentration.is_even
    (orders,) = [each for each in inventory.tables["orders"].references if each.table == "customers"]
    assert set(orders.fanout.shares) == {1, 2, 3, 4, 5} and orders.fanout.tail == 0


def test_popularity(ecommerce):
    (products,) = [each for each in ecommerce.tables["order_items"].references if each.table == "products"]
    seen, law = products.concentration.top, products.concentration
    fitted = dict(zip(TOPS, expected_tops(200, 100_000, law.s, law.q), strict=True))
    assert seen == pytest.approx({share: fitted[share] for share in seen}, abs=0.03)
    declared = dict(
        zip(TOPS, expected_tops(200, 100_000, 1.5, 0.031), strict=True)
    )  # of products that are there always
    assert seen[0.2] == pytest.approx(declared[0.2], abs=0.1)


def test_what_hangs_together(ecommerce):
    orders, lines, payments = (ecommerce.tables[name] for name in ("orders", "order_items", "payments"))
    assert [str(each) for each in lines.formulas] == ["line_total = quantity * unit_price - discount + tax"]
    assert [str(each) for each in orders.formulas] == ["total = subtotal + tax - discount + shipping_fee"]
    sums = {each.column: (each.child, each.adds) for each in orders.sums}
    assert sums["subtotal"] == ("order_items", ("quantity", "unit_price"))
    assert sums["discount"] == ("order_items", ("discount",)) and sums["tax"] == ("order_items", ("tax",))
    assert ("unit_price", "products", "price") in [(each.column, each.table, each.of) for each in lines.carried]
    assert ("amount", "orders", "total") in [(each.column, each.table, each.of) for each in payments.carried]


def test_delays(ecommerce):
    delays = {each.column: each for each in ecommerce.tables["orders"].delays if not each.via}
    delays.pop("cancelled_at", None)  # of which there are few
    assert {column: each.after for column, each in delays.items()} == {
        "paid_at": "ordered_at", "shipped_at": "paid_at", "delivered_at": "shipped_at", "returned_at": "delivered_at",
    }  # fmt: skip
    for column, median, sigma in (("shipped_at", 1.75, 1.07), ("delivered_at", 6.62, 0.88)):
        assert delays[column].unit == "days" and not delays[column].even and delays[column].ordered == 1
        assert delays[column].median == pytest.approx(median, rel=0.05)
        assert delays[column].sigma == pytest.approx(sigma, rel=0.05)
    assert delays["returned_at"].missing == pytest.approx(0.84, abs=0.02)


def test_what_is_personal_and_what_follows(ecommerce, inventory):
    columns = ecommerce.tables["customers"].columns
    assert {name for name, each in columns.items() if each.personal} == {
        "first_name", "last_name", "email", "phone", "postal_code",
    }  # fmt: skip
    assert inventory.tables["customers"].columns["customer_name"].personal == "a person's name"
    cities = {each.column: each for each in ecommerce.tables["customers"].lookups}
    assert cities["country"].by == "city" and ("Berlin", "DE") in cities["country"].pairs
    assert inventory.tables["products"].columns["product_number"].texts.shapes == (("AAA999999", 1.0),)
    assert inventory.tables["products"].columns["product_number"].texts.prefix == "PRD"


def test_lists_of_few_rows_are_only_counted(ecommerce):
    rates = ecommerce.tables["tax_rates"]
    assert rates.rows == 8 and all(not each.weights and not each.numbers for each in rates.columns.values())
    assert any(note.where == "tax_rates" and "8 rows" in note.what for note in ecommerce.notes)


def test_what_was_copied_is_listed(ecommerce):
    assert ecommerce.copied["payments.method"] == 6
    told = [name for name, each in ecommerce.tables["orders"].columns.items() if each.weights]
    assert {f"orders.{name}" for name in told} == {name for name in ecommerce.copied if name.startswith("orders.")}
