"""Breaches of the rules of `erp`: each one wrong thing in its books, and the rules that find it."""

from __future__ import annotations

from dataclasses import dataclass


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
