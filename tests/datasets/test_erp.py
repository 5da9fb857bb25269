"""`erp`: its books hold at any scale, seed and `until`; time only adds; verify finds every breach and names the
document; and none of the defects of the system that it replaces."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from string import Template

import duckdb
import polars as pl
import pytest

import synth
from synth.spec import constraints
from synth.spec.scope import Scope

ITEMS = {
    "sales_orders_items": "sales_orders",
    "ar_invoice_item": "ar_invoice",
    "ar_receipt_item": "ar_receipt",
    "ar_credit_note_item": "ar_credit_note",
    "ar_write_off_item": "ar_write_off",
    "purchase_orders_items": "purchase_orders",
    "ap_invoice_item": "ap_invoice",
    "ap_payment_item": "ap_payment",
}
DATES = {
    "sales_orders": "s_order_date",
    "sales_invoices": "invoice_date",
    "ar_invoice": "date",
    "ar_receipt": "date",
    "ar_credit_note": "date",
    "ar_write_off": "date",
    "purchase_orders": "p_order_date",
    "ap_invoice": "date",
    "ap_payment": "date",
    "journal_entry_item": "transaction_date",
    "general_ledger": "transaction_date",
}
CHECKING, RECEIVABLES, REVENUE = 100001, 102001, 501001


@cache
def spec():
    """The dataset, loaded once."""
    return synth.load("erp")


@pytest.fixture(scope="module")
def made(runs):
    """Finished runs of it: (scale, seed, until, workers) -> summary."""
    return lambda scale=0.02, **options: runs("erp", scale, **options)


@pytest.fixture(scope="module")
def world(made, tables_of):
    """All tables of a run, by name."""
    return lambda **options: tables_of(made(**options))


def fingerprints(summary):
    return {name: table.fingerprint for name, table in summary.manifest.tables.items()}


# -- what holds at any scale, seed and `until`


@pytest.mark.parametrize(
    ("scale", "seed", "until"),
    [
        (0.02, 42, None),
        (0.02, 2**63 - 1, dt.datetime(2024, 1, 5)),
        (0.01, 1, dt.datetime(2024, 2, 29)),
        (0.01, 2, dt.datetime(2024, 12, 31)),  # the year's last day is still to come
        (0.05, 3, dt.datetime(2025, 1, 1)),  # it has just been closed
        (0.05, 4, dt.datetime(2025, 3, 15, 12)),
        (0.02, 5, dt.datetime(2025, 6, 30)),
        (0.02, 6, dt.datetime(2026, 12, 31)),  # past the period
    ],
)
def test_every_check_holds(made, scale, seed, until):
    report = synth.verify_folder(made(scale=scale, seed=seed, until=until).folder)
    assert report.failed == []
    assert report.skipped == []
    assert {finding.name for finding in report.findings if finding.kind == "rule"} == set(spec().rules)


def test_workers_change_nothing(made):
    options = {"scale": 0.4, "until": dt.datetime(2025, 3, 15, 12)}  # two blocks of orders, the second one begun
    one, two = made(**options), made(**options, workers=2)
    assert fingerprints(one) == fingerprints(two)


def test_small_worlds_have_every_kind_of_document(world):
    assert set(world()["general_ledger"]["entry_type_id"]) == set(world()["entry_type"]["entry_type_id"])
    assert all(table.height for table in world().values())


# -- an earlier and a later now


def moment(number: random.Random) -> dt.datetime:
    """Any second of 2024 to 2026, the years that have fiscal periods."""
    return dt.datetime(2024, 1, 1) + dt.timedelta(seconds=number.randrange(1, 1_095 * 86_400))


def pairs():
    number = random.Random(8)
    yield dt.datetime(2024, 12, 31), dt.datetime(2025, 1, 1)
    yield dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31)
    for _ in range(3):
        yield tuple(sorted([moment(number), moment(number)]))


@pytest.mark.parametrize(("early", "late"), list(pairs()))
def test_until_only_adds(world, early, late):
    before, after = world(scale=0.05, until=early), world(scale=0.05, until=late)
    first_day_to_come = (early + dt.timedelta(days=1, microseconds=-1)).date()
    for name in spec().written:
        table = spec().tables[name]
        if table.rollup:
            continue
        key = list(table.key)
        assert key, name
        moving = {*table.hidden_moments} - {table.at}
        fixed = [c for c in table.written if table.columns[c].generator_name != "state" and c not in moving]
        here, there = before[name], after[name]
        vanished = here.select(fixed).join(there.select(fixed), on=fixed, how="anti", nulls_equal=True)
        assert vanished.height == 0, name
        both = here.join(there, on=key, suffix=" later")
        for column in set(table.written) - set(fixed):  # what had happened stays
            had = both.filter(pl.col(column)) if both[column].dtype == pl.Boolean else both.drop_nulls(column)
            assert had[column].equals(had[f"{column} later"].alias(column)), f"{name}.{column}"
        new = there.join(here, on=key, how="anti")
        if name in DATES:
            assert new.filter(pl.col(DATES[name]) < first_day_to_come).height == 0, name
        elif name in ITEMS:  # lines come with their document
            document = spec().tables[ITEMS[name]].key
            assert new.join(before[ITEMS[name]], on=list(document), how="semi").height == 0, name
        elif name != "journal_entry":
            assert new.height == 0, name


# -- verify bites


@dataclass(frozen=True)
class Breach:
    """One wrong thing: where, a query for the row that is changed and what must be named, the change, and the rules
    that find it with the columns by which their examples name it."""

    table: str
    find: str
    change: str
    rules: dict[str, str]


POSTED = "entry_type_id document_number"
UNPAID = "NOT EXISTS (SELECT 1 FROM ap_payment p WHERE p.pie_id = o.p_order_id)"

# Breaches of one group are apart from one another: each is named for itself.
BREACHES = {
    "postings": {
        "a cent more": Breach(
            "general_ledger",
            "SELECT g.entry_type_id, g.document_number, g.period_id, g.general_ledger_number, 102001 AS account, "
            "s.customer_id FROM general_ledger g JOIN sales_invoices s ON s.invoice_id = g.document_number "
            "WHERE g.entry_type_id = 'RIE' AND g.general_ledger_number = 102001 ORDER BY g.document_number LIMIT 1",
            "UPDATE general_ledger SET debit = debit + 0.01 "
            "WHERE entry_type_id = 'RIE' AND document_number = $document_number AND general_ledger_number = 102001",
            {
                "documents_balance": POSTED,
                "every_document_line_is_posted": POSTED,
                "trial_balance_is_the_ledgers": "period_id general_ledger_number",
                "receivables_equal_their_subledger": "account",
                "receivables_equal_their_subledger_for_each_customer": "customer_id",
            },
        ),
        "dropped": Breach(
            "general_ledger",
            "SELECT entry_type_id, document_number, period_id, general_ledger_number FROM general_ledger "
            "WHERE general_ledger_number = 604001 ORDER BY document_number LIMIT 1",
            "DELETE FROM general_ledger WHERE entry_type_id = 'JE' AND document_number = $document_number "
            "AND general_ledger_number = 604001",
            {
                "documents_balance": POSTED,
                "every_document_line_is_posted": POSTED,
                "trial_balance_is_the_ledgers": "period_id general_ledger_number",
            },
        ),
        "in another month": Breach(
            "general_ledger",
            "SELECT 'RRE' AS entry_type_id, MIN(document_number) AS document_number FROM general_ledger "
            "WHERE entry_type_id = 'RRE'",
            "UPDATE general_ledger SET transaction_date = LAST_DAY(transaction_date) + 1 "
            "WHERE entry_type_id = 'RRE' AND document_number = $document_number AND line_number = 1",
            {"posting_lies_in_its_period": POSTED, "posting_bears_its_documents_date": POSTED},
        ),
        "into a closed period": Breach(
            "general_ledger",
            "SELECT g.entry_type_id, g.document_number, s.closed_at FROM general_ledger g "
            "JOIN fiscal_period_module_status s ON s.period_id = g.period_id AND s.module_name = 'gl' "
            "WHERE g.general_ledger_number = 502001 ORDER BY g.document_number LIMIT 1",
            "UPDATE general_ledger SET transaction_date = DATE '$closed_at' WHERE entry_type_id = 'JE' "
            "AND document_number = $document_number AND line_number = "
            "(SELECT MIN(line_number) FROM general_ledger WHERE entry_type_id = 'JE' AND document_number = $document_number)",
            {"nothing_posted_into_a_closed_period": POSTED, "posting_lies_in_its_period": POSTED},
        ),
        "without a cost centre": Breach(
            "general_ledger",
            "SELECT entry_type_id, MAX(document_number) AS document_number FROM general_ledger "
            "WHERE entry_type_id = 'RIE' GROUP BY entry_type_id",
            "UPDATE general_ledger SET cc_id = NULL "
            "WHERE entry_type_id = 'RIE' AND document_number = $document_number AND general_ledger_number = 501001",
            {"posting_has_a_cost_centre_where_needed": POSTED},
        ),
    },
    "documents": {
        "an invoice a cent less than what was paid": Breach(
            "ar_invoice_item",
            "SELECT 'RIE' AS entry_type_id, a.rie_id AS document_number, a.rie_id, a.rie_id AS invoice_id "
            "FROM ar_invoice_item a JOIN ar_receipt r ON r.rie_id = a.rie_id JOIN ar_receipt_item i ON i.rre_id = r.rre_id "
            "WHERE a.general_ledger_number = 102001 AND i.general_ledger_number = 102001 AND i.amount = a.amount "
            "ORDER BY a.rie_id LIMIT 1",
            "UPDATE ar_invoice_item SET amount = amount - 0.01 WHERE rie_id = $rie_id AND general_ledger_number = 102001",
            {
                "every_document_line_is_posted": POSTED,
                "invoice_is_posted_whole": "invoice_id",
                "settlements_never_exceed_the_invoice": "rie_id",
            },
        ),
        "an invoice's line dropped that is credited later": Breach(
            "ar_invoice_item",
            "SELECT 'RIE' AS entry_type_id, rcn_id AS document_number, rcn_id, line_number FROM ar_credit_note_item "
            "WHERE general_ledger_number = 501001 ORDER BY rcn_id LIMIT 1",
            "DELETE FROM ar_invoice_item WHERE rie_id = $rcn_id AND line_number = $line_number",
            {
                "every_document_line_is_posted": POSTED,
                "credit_note_reverses_lines_of_its_invoice": "rcn_id line_number",
            },
        ),
        "a payment changed": Breach(
            "ap_payment_item",
            "SELECT 'PPE' AS entry_type_id, MIN(ppe_id) AS document_number, MIN(ppe_id) AS ppe_id FROM ap_payment",
            "UPDATE ap_payment_item SET amount = amount + 1 WHERE ppe_id = $ppe_id AND general_ledger_number = 200001",
            {"every_document_line_is_posted": POSTED, "payment_pays_its_invoice": "ppe_id"},
        ),
        "a credit note before its invoice": Breach(
            "ar_credit_note",
            "SELECT 'ar_credit_note' AS document, MIN(rcn_id) AS number, 'RCN' AS entry_type_id, "
            "MIN(rcn_id) AS document_number FROM ar_credit_note",
            "UPDATE ar_credit_note SET date = (SELECT a.date - 1 FROM ar_invoice a WHERE a.rie_id = ar_credit_note.rie_id) "
            "WHERE rcn_id = $number",
            {"no_document_before_its_predecessor": "document number", "posting_bears_its_documents_date": POSTED},
        ),
    },
    "selling dates": {
        "an invoice before its order": Breach(  # of services: goods would be sold before they are bought, besides
            "sales_invoices",
            "SELECT 'sales_invoices' AS document, s.invoice_id AS number, s.invoice_id FROM sales_invoices s "
            "WHERE NOT EXISTS (SELECT 1 FROM sales_orders_items i JOIN products p ON p.product_id = i.product_id "
            "WHERE i.sales_order_id = s.sales_order_id AND p.is_goods) ORDER BY s.invoice_id LIMIT 1",
            "UPDATE sales_invoices SET invoice_date = (SELECT s_order_date - 1 FROM sales_orders "
            "WHERE sales_order_id = $number) WHERE invoice_id = $number",
            {"no_document_before_its_predecessor": "document number", "invoice_is_posted_whole": "invoice_id"},
        ),
        "a receipt before its invoice": Breach(
            "ar_receipt",
            "SELECT 'ar_receipt' AS document, MIN(rre_id) AS number, 'RRE' AS entry_type_id, "
            "MIN(rre_id) AS document_number FROM ar_receipt",
            "UPDATE ar_receipt SET date = (SELECT a.date - 1 FROM ar_invoice a WHERE a.rie_id = ar_receipt.rie_id) "
            "WHERE rre_id = $number",
            {"no_document_before_its_predecessor": "document number", "posting_bears_its_documents_date": POSTED},
        ),
        "a write-off before its invoice": Breach(
            "ar_write_off",
            "SELECT 'ar_write_off' AS document, MIN(rwo_id) AS number, 'RWO' AS entry_type_id, "
            "MIN(rwo_id) AS document_number FROM ar_write_off",
            "UPDATE ar_write_off SET date = (SELECT a.date - 1 FROM ar_invoice a WHERE a.rie_id = ar_write_off.rie_id) "
            "WHERE rwo_id = $number",
            {"no_document_before_its_predecessor": "document number", "posting_bears_its_documents_date": POSTED},
        ),
    },
    "buying dates": {
        "goods before their purchase": Breach(
            "ap_invoice",
            "SELECT 'ap_invoice' AS document, MIN(pie_id) AS number, 'PIE' AS entry_type_id, "
            "MIN(pie_id) AS document_number FROM ap_invoice",
            "UPDATE ap_invoice SET date = (SELECT o.p_order_date - 1 FROM purchase_orders o "
            "WHERE o.p_order_id = ap_invoice.p_order_id) WHERE pie_id = $number",
            {"no_document_before_its_predecessor": "document number", "posting_bears_its_documents_date": POSTED},
        ),
        "a payment before its invoice": Breach(
            "ap_payment",
            "SELECT 'ap_payment' AS document, MAX(ppe_id) AS number FROM ap_payment",
            "UPDATE ap_payment SET date = (SELECT a.date - 1 FROM ap_invoice a WHERE a.pie_id = ap_payment.pie_id) "
            "WHERE ppe_id = $number",
            {"no_document_before_its_predecessor": "document number"},
        ),
    },
    "reports": {
        "the trial balance": Breach(
            "trial_balance",
            "SELECT t.period_id, t.general_ledger_number, p.fiscal_year FROM trial_balance t "
            "JOIN fiscal_periods p ON p.period_id = t.period_id WHERE t.general_ledger_number = 604001 AND t.period_id = 5",
            "UPDATE trial_balance SET debit = debit + 1, balance = balance + 1 "
            "WHERE period_id = $period_id AND general_ledger_number = $general_ledger_number",
            {
                "trial_balance_is_zero_in_every_period": "period_id",
                "trial_balance_is_the_ledgers": "period_id general_ledger_number",
                "assets_equal_liabilities_and_equity": "period_id",
                "ended_years_are_closed": "fiscal_year general_ledger_number",
            },
        ),
        "the ageing": Breach(
            "ar_ageing",
            "SELECT customer_id, age, 102001 AS account FROM ar_ageing ORDER BY ALL LIMIT 1",
            "UPDATE ar_ageing SET invoiced = invoiced + 1, open_amount = open_amount + 1 "
            "WHERE customer_id = '$customer_id' AND age = '$age'",
            {
                "ageing_is_of_open_invoices": "customer_id",
                "receivables_equal_their_subledger": "account",
                "receivables_equal_their_subledger_for_each_customer": "customer_id",
            },
        ),
        "the stock": Breach(
            "stock",
            "SELECT MIN(product_id) AS product_id, 101001 AS account FROM stock",
            "UPDATE stock SET received = received + 1, on_hand = on_hand + 1 WHERE product_id = $product_id",
            {
                "stock_is_what_was_bought_and_not_sold": "product_id",
                "inventory_account_is_stock_at_standard_cost": "account",
            },
        ),
        "a period that is not closed": Breach(
            "fiscal_period_module_status",
            "SELECT 3 AS period_id, 'ap' AS module_name",
            "UPDATE fiscal_period_module_status SET is_closed = false WHERE period_id = 3 AND module_name = 'ap'",
            {"period_is_closed_once_its_day_has_come": "period_id module_name"},
        ),
        "a salary": Breach(
            "employee_salaries",
            "SELECT employee_id, cc_id FROM employee_cost_centres ORDER BY ALL LIMIT 1",
            "UPDATE employee_salaries SET monthly_salary = monthly_salary + 0.01 WHERE employee_id = '$employee_id'",
            {"payroll_is_the_salaries": "cc_id"},
        ),
    },
    "orders": {
        "a purchase dropped": Breach(
            "purchase_orders_items",
            "SELECT i.item_id, i.product_id, o.vendor_id, 200001 AS account FROM purchase_orders_items i "
            f"JOIN purchase_orders o ON o.p_order_id = i.p_order_id WHERE {UNPAID} AND "
            "(SELECT COUNT(*) FROM purchase_orders_items j WHERE j.p_order_id = i.p_order_id) > 1 "
            "ORDER BY i.item_id LIMIT 1",
            "DELETE FROM purchase_orders_items WHERE item_id = $item_id",
            {
                "goods_are_bought_before_they_are_sold": "product_id",
                "stock_is_what_was_bought_and_not_sold": "product_id",
                "payables_equal_their_subledger": "account",
                "payables_equal_their_subledger_for_each_vendor": "vendor_id",
            },
        ),
        "a shipped line that is not": Breach(
            "sales_orders_items",
            "SELECT i.sales_order_item_id, i.sales_order_id, i.product_id FROM sales_orders_items i "
            "JOIN products p ON p.product_id = i.product_id WHERE i.shipped AND p.is_goods "
            "ORDER BY i.sales_order_item_id LIMIT 1",
            "UPDATE sales_orders_items SET shipped = false WHERE sales_order_item_id = $sales_order_item_id",
            {
                "invoice_is_shipped_lines_and_tax": "sales_order_id",
                "stock_is_what_was_bought_and_not_sold": "product_id",
            },
        ),
        "another tax code": Breach(
            "sales_orders_items",
            "SELECT i.sales_order_item_id, i.sales_order_id FROM sales_orders_items i "
            "JOIN sales_orders o ON o.sales_order_id = i.sales_order_id WHERE i.shipped AND i.tax_code = 1 "
            "AND o.s_order_date > DATE '2024-06-01' ORDER BY i.sales_order_item_id LIMIT 1",
            "UPDATE sales_orders_items SET tax_code = 2 WHERE sales_order_item_id = $sales_order_item_id",
            {
                "invoice_is_shipped_lines_and_tax": "sales_order_id",
                "tax_code_is_the_one_in_force": "sales_order_item_id",
            },
        ),
        "another price": Breach(
            "sales_orders_items",
            "SELECT sales_order_item_id, sales_order_id FROM sales_orders_items WHERE shipped "
            "ORDER BY sales_order_item_id DESC LIMIT 1",
            "UPDATE sales_orders_items SET unit_selling_price = unit_selling_price + 0.01 "
            "WHERE sales_order_item_id = $sales_order_item_id",
            {"invoice_is_shipped_lines_and_tax": "sales_order_id", "price_is_the_products": "sales_order_item_id"},
        ),
        "a customer of no known type": Breach(
            "customer_names",
            "SELECT MIN(customer_id) AS customer_id, 3 AS business_type_id FROM customer_names",
            "UPDATE customer_names SET business_type_id = 3 WHERE customer_id = '$customer_id'",
            {"customer_is_of_a_known_type": "customer_id", "business_type_id → business_type": "business_type_id"},
        ),
    },
    "settlements": {
        "more received than invoiced": Breach(
            "ar_receipt_item",
            "SELECT 'RRE' AS entry_type_id, r.rre_id AS document_number, r.rie_id, r.customer_id FROM ar_receipt r "
            "JOIN ar_receipt_item i ON i.rre_id = r.rre_id JOIN sales_invoices s ON s.invoice_id = r.rie_id "
            "WHERE i.general_ledger_number = 102001 AND i.amount = s.amount ORDER BY r.rre_id LIMIT 1",
            "UPDATE ar_receipt_item SET amount = amount + 0.01 "
            "WHERE rre_id = $document_number AND general_ledger_number = 102001",
            {
                "settlements_never_exceed_the_invoice": "rie_id",
                "every_document_line_is_posted": POSTED,
                "ageing_is_of_open_invoices": "customer_id",
            },
        ),
        "an invoice of more than its lines": Breach(
            "sales_invoices",
            "SELECT invoice_id, sales_order_id, customer_id FROM sales_invoices ORDER BY invoice_id DESC LIMIT 1",
            "UPDATE sales_invoices SET amount = amount + 0.01 WHERE invoice_id = $invoice_id",
            {
                "invoice_is_shipped_lines_and_tax": "sales_order_id",
                "invoice_is_posted_whole": "invoice_id",
                "ageing_is_of_open_invoices": "customer_id",
            },
        ),
        "a purchase from another vendor": Breach(
            "purchase_orders",
            "SELECT o.p_order_id, o.vendor_id, MIN(i.item_id) AS item_id, "
            "(SELECT MIN(v.vendor_id) FROM vendors v WHERE v.vendor_id <> o.vendor_id) AS other FROM purchase_orders o "
            f"JOIN purchase_orders_items i ON i.p_order_id = o.p_order_id WHERE {UNPAID} "
            "GROUP BY o.p_order_id, o.vendor_id ORDER BY o.p_order_id DESC LIMIT 1",
            "UPDATE purchase_orders SET vendor_id = '$other' WHERE p_order_id = $p_order_id",
            {"vendor_is_the_products": "item_id", "payables_equal_their_subledger_for_each_vendor": "vendor_id"},
        ),
        "a cost centre removed": Breach(
            "cost_centres",
            "SELECT MIN(cc_id) AS cc_id FROM general_ledger WHERE cc_id LIKE 'H%'",
            "DELETE FROM cost_centres WHERE cc_id = '$cc_id'",
            {"cc_id → cost_centres": "cc_id"},
        ),
    },
    "masters": {
        "another cost centre": Breach(
            "ar_invoice_item",
            "SELECT 'RIE' AS entry_type_id, i.rie_id AS document_number, i.rie_id, i.line_number FROM ar_invoice_item i "
            "WHERE i.general_ledger_number = 501001 AND i.cc_id <> 'HSE01' "
            "AND i.rie_id NOT IN (SELECT rie_id FROM ar_credit_note) ORDER BY i.line_number LIMIT 1",
            "UPDATE ar_invoice_item SET cc_id = 'HSE01' WHERE rie_id = $rie_id AND line_number = $line_number",
            {
                "every_document_line_is_posted": POSTED,
                "revenue_goes_to_the_cost_centre_of_category_and_area": "rie_id line_number",
            },
        ),
        "periods that overlap": Breach(
            "fiscal_periods",
            "SELECT 5 AS period_id",
            "UPDATE fiscal_periods SET end_date = end_date + 1 WHERE period_id = 5",
            {"fiscal_calendar_has_no_overlap": "period_id"},
        ),
        "a period that a module lacks": Breach(
            "fiscal_period_module_status",
            "SELECT 4 AS period_id, 'ap' AS module_name",
            "DELETE FROM fiscal_period_module_status WHERE period_id = 4 AND module_name = 'ap'",
            {"every_period_has_its_modules": "period_id module_name"},
        ),
        "a purchase of nothing": Breach(
            "purchase_orders",
            "SELECT 99000001 AS p_order_id",
            "INSERT INTO purchase_orders SELECT 99000001, company_code, p_order_date, vendor_id FROM purchase_orders LIMIT 1",
            {"every_purchase_has_lines": "p_order_id"},
        ),
    },
}


def test_every_rule_has_its_breach():
    broken = {name for group in BREACHES.values() for breach in group.values() for name in breach.rules}
    assert {name for name in broken if "→" not in name} == set(spec().rules)


def break_it(folder, breaches):
    """Make every breach of a group, write the changed tables anew, and say what must be named: {breach: {rule: row}}."""
    named = {}
    with duckdb.connect() as connection:
        for table in spec().written:
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/*.parquet')")
        for table in sorted({breach.table for breach in breaches.values()}):
            connection.execute(f"CREATE TABLE changed AS FROM {table}; DROP VIEW {table}")
            connection.execute(f"ALTER TABLE changed RENAME TO {table}")
        for name, breach in breaches.items():
            found = connection.execute(breach.find)
            (row,) = found.fetchall()
            row = dict(zip([column[0] for column in found.description], row, strict=True))
            named[name] = {rule: {c: row[c] for c in columns.split()} for rule, columns in breach.rules.items()}
            (changed,) = connection.execute(Template(breach.change).substitute(row)).fetchone()
            assert changed, name
        for table in {breach.table for breach in breaches.values()}:
            first, *others = sorted((folder / table).iterdir())  # a gathered table has a file for each of its parts
            connection.execute(f"COPY {table} TO '{first}'")
            for file in others:
                connection.execute(f"COPY (FROM {table} LIMIT 0) TO '{file}'")
    return named


@pytest.mark.parametrize("group", BREACHES)
def test_breaches_are_found_and_named(group, made, tmp_path):
    breaches = BREACHES[group]
    folder = shutil.copytree(made(until=dt.datetime(2025, 12, 1)).folder, tmp_path / "erp")  # a purchase is to be paid
    named = break_it(folder, breaches)
    failed = synth.verify_folder(folder).failed
    for breach in breaches.values():
        assert {"checksums", "fingerprint"} <= {finding.name for finding in failed if finding.table == breach.table}
    assert not [finding for finding in failed if finding.kind == "types"]
    wanted = [(rule, tuple(row.items())) for rows in named.values() for rule, row in rows.items()]
    assert len(set(wanted)) == len(wanted), "two breaches with one name"
    for breach, rows in named.items():
        for rule, row in rows.items():
            examples = [example for finding in failed if finding.name == rule for example in finding.examples]
            assert any(row.items() <= example.items() for example in examples), (breach, rule, row, examples)
    # and nothing else cries wolf
    assert {f.name for f in failed if f.kind == "rule"} == {rule for rule, _ in wanted if "→" not in rule}


# -- none of the defects of the system that it replaces (Ocean Stream)


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
