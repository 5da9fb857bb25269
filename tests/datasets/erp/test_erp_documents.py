"""`erp` has none of the defects of the system that it replaces (Ocean Stream)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import polars as pl

import synth
from synth.spec import constraints
from synth.spec.scope import Scope
from tests.support.erp import CHECKING, ITEMS, RECEIVABLES, spec


def test_every_line_has_a_key(world):
    for name in [*ITEMS, "journal_entry_item", "general_ledger"]:
        key = list(spec().tables[name].key)
        assert key, name
        assert not world()[name].select(key).is_duplicated().any(), name
    lines = world()["sales_orders_items"]
    assert not lines.select("sales_order_id", "product_id").is_duplicated().any()


def test_every_document_balances(world):
    sides = pl.col("amount") * pl.when(pl.col("debit_credit") == "debit").then(1).otherwise(-1)
    for items, document in [*ITEMS.items(), ("journal_entry_item", "journal_entry")]:
        if "order" not in document:
            key = spec().tables[document].key
            sums = world()[items].group_by(key).agg(open=sides.sum())
            assert (sums["open"] == 0).all(), document
            assert sums.height == world()[document].height, f"a {document} without lines"
    ledger = world()["general_ledger"].group_by("entry_type_id", "document_number").agg(pl.col("debit", "credit").sum())
    assert (ledger["debit"] == ledger["credit"]).all()
    assert (ledger["debit"] > 0).all()


def test_invoices_come_after_orders(world):
    both = world()["sales_invoices"].join(world()["sales_orders"], on="sales_order_id")
    days = (both["invoice_date"] - both["s_order_date"]).dt.total_days()
    assert days.min() == 1
    assert days.n_unique() == 5


def test_payment_delays_are_not_one_for_a_batch(world):
    both = world()["ar_receipt"].join(world()["ar_invoice"], on="rie_id", suffix="_invoiced")
    both = both.with_columns(days=(pl.col("date") - pl.col("date_invoiced")).dt.total_days())
    batches = both.group_by(pl.col("date_invoiced").dt.truncate("1mo")).agg(pl.len(), pl.col("days").n_unique())
    batches = batches.filter(pl.col("len") >= 10)
    assert batches.height >= 20
    assert batches["days"].min() >= 6
    same_day = both.group_by("date_invoiced").agg(pl.len(), pl.col("days").n_unique()).filter(pl.col("len") >= 4)
    assert (same_day["days"] > 1).mean() > 0.95  # four drawn from some thirty days are hardly ever one
    assert same_day.height > 50


def test_trial_balance_keeps_equal_rows_of_two_documents(world):
    ledger, balance = world()["general_ledger"], world()["trial_balance"].sort("period_id", "general_ledger_number")
    by = ["period_id", "general_ledger_number"]

    def sums(rows):
        return rows.group_by(by).agg(pl.col("debit", "credit").sum(), postings=pl.len()).sort(by)

    whole, collapsed = sums(ledger), sums(ledger.unique([*by, "debit", "credit"]))
    for column in ("debit", "credit", "postings"):
        assert balance[column].to_list() == whole[column].to_list()
    assert (balance["balance"] == balance["debit"] - balance["credit"]).all()
    assert (collapsed["debit"] < whole["debit"]).any()  # equal rows exist, so UNION would have lost money


def test_trial_balance_is_zero_and_joins_payments_to_their_own_invoices(world):
    totals = world()["trial_balance"].group_by("period_id").agg(pl.col("balance").sum())
    assert (totals["balance"] == 0).all()
    paid = world()["ap_payment"].join(world()["ap_invoice"], on="pie_id", suffix="_invoiced")
    assert paid.height == world()["ap_payment"].height
    assert (paid["vendor_id"] == paid["vendor_id_invoiced"]).all()
    assert (paid["date"] > paid["date_invoiced"]).all()


def test_receipts_debit_checking_and_credit_receivables(world):
    items = world()["ar_receipt_item"].group_by("debit_credit").agg(pl.col("general_ledger_number").unique(), pl.len())
    found = {side: (accounts, n) for side, accounts, n in items.iter_rows()}
    receipts = world()["ar_receipt"].height
    assert found == {"debit": ([CHECKING], receipts), "credit": ([RECEIVABLES], receipts)}


def test_salaries_rise_with_the_grade():
    plan = synth.make_plan(spec(), scale=100, tables=["employee_names", "employee_salaries"])
    both = synth.frame(plan, "employee_names").join(synth.frame(plan, "employee_salaries"), on="employee_id")
    grades = both.group_by("grade_code").agg(
        low=pl.col("annual_salary").min(), middle=pl.col("annual_salary").median(), high=pl.col("annual_salary").max()
    )
    grades = grades.sort("grade_code")
    assert grades["grade_code"].to_list() == [1, 2, 3]
    for column in ("low", "middle", "high"):
        assert grades[column].is_sorted() and grades[column].n_unique() == 3
    assert grades["high"][0] < grades["low"][2]
    twelve = both["monthly_salary"] * 12 - both["annual_salary"]
    assert twelve.abs().max() <= Decimal("0.06")


def test_keys_have_one_type_in_all_tables(made):
    scope, tables = Scope(spec()), made().manifest.tables
    references = list(constraints.references(spec()))
    assert len(references) > 70
    for refers in references:
        here, there = scope.type_of(refers.table, refers.columns[0]), scope.type_of(refers.parent, refers.keys[0])
        assert here == there, refers
        assert tables[refers.table].columns[refers.columns[0]] == tables[refers.parent].columns[refers.keys[0]], refers


def test_nobody_can_be_written_to_or_called(world):
    people = world()["customer_addresses"]
    assert people["email_address"].str.contains(r"^[a-z0-9.]+@example\.(com|net|org)$").all()
    assert people["phone_number"].str.contains(r"^\+1-[2-9]\d\d-555-01\d\d$").all()
    assert people["postcode"].str.contains(r"^00[1-4]\d\d$").all()  # no town has one below 00501
    assert people["address_line1"].str.ends_with(" Example Street").all()
    assert people["city"].str.ends_with(" Example").all()


def test_invoices_are_sums_of_rounded_lines_though_prices_are_not_whole(world):
    cent = Decimal("0.01")
    lines = world()["sales_orders_items"].filter("shipped").join(world()["tax"], on="tax_code")
    assert (lines["unit_selling_price"] % 1 != 0).mean() > 0.5
    exact, rounded = {}, {}
    for order, units, price, rate in lines.select(
        "sales_order_id", "units", "unit_selling_price", "tax_rate"
    ).iter_rows():
        tax = units * price * rate
        exact[order] = exact.get(order, 0) + units * price + tax
        rounded[order] = rounded.get(order, 0) + units * price + tax.quantize(cent, ROUND_HALF_UP)
    amounts = dict(world()["sales_invoices"].select("sales_order_id", "amount").iter_rows())
    assert amounts == rounded
    assert any(amount.quantize(cent, ROUND_HALF_UP) != rounded[order] for order, amount in exact.items())
    posted = world()["ar_invoice_item"].filter(pl.col("general_ledger_number") == RECEIVABLES)
    assert dict(posted.select("rie_id", "amount").iter_rows()) == rounded
