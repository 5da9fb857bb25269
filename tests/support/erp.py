"""What tests of `erp` share: the dataset, its documents with their lines, when each came, and three of its accounts."""

from __future__ import annotations

from functools import cache

import synth

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
CHECKING, RECEIVABLES = 100001, 102001


@cache
def spec():
    """The dataset, loaded once."""
    return synth.load("erp")


def fingerprints(summary):
    return {name: table.fingerprint for name, table in summary.manifest.tables.items()}
