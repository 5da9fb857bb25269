"""Every mistake in windows, gathered tables and rollups is told by one message that names its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.cli import main
from tests.support.refusals import refused, says, write

ROOT = Path(__file__).resolve().parents[2]

# the same for windows, gathered tables and rollups, in the books
BOOKS = (ROOT / "tests" / "support" / "books.yaml").read_text(encoding="utf-8")
CLOSING = "FROM _before_closing t JOIN _years y ON y.year = t.year JOIN accounts a ON a.account = t.account"
PURCHASES = "SUM(units * _cost) AS amount, MIN(sold_on) AS bought_on,\n        MAX(sold_on) AS gone_on\n      FROM sale_items GROUP BY"
JOURNALS = (
    "booked_on AS posted_on,\n          EXTRACT(YEAR FROM booked_on) AS year, 600 AS account, amount FROM journals"
)
LATE = "GREATEST(0, DATE_DIFF('day', due_on, COALESCE(paid_on, until)))"
MISTAKES_IN_BOOKS = {
    "window of no block": ("{window: 250}", "{§window: 300}", "windows of 300 rows do not fill a block of 10,000", "for instance 100, 250 or 500"),
    "window of nothing": ("{window: 250}", "{§window: 0}", "greater than or equal to 1"),
    "window of children": ("_window: {lookup: sales.window_number}", "§_window: {window: 250}", "only a table with `rows` has windows"),
    "window of rows written out": ("columns: {year: {type: integer}, ends_on", "columns: {§w: {window: 250}, year: {type: integer}, ends_on", "only a table with `rows` has windows"),
    "two windows": ("window_number: {window: 250}", "window_number: {window: 250}\n      §other: {window: 500}", "sales has two windows"),
    "no `at` in a window": ("  purchases:\n", "  §purchases:\n", "rows of a window are drawn before their time: the table needs `at`", "    at: bought_on\n", ""),
    "`at` that is no moment": ("at: bought_on", "§at: units", "'units' is no moment"),
    "window refers to who arrives": ("      units: {choice", "      §last: {reference: journals}\n      units: {choice", "journals arrives in time, but rows of a window are drawn before their time"),
    "window looks up what arrives": ("      units: {choice", "      §last: {in_force: {table: journals, match: {journal_id: units}, at: sold_on, begins: booked_on, column: amount}}\n      units: {choice", "journals arrives in time, but rows of a window are drawn before their time"),
    "unknown part": ("parts: [sales, purchases,", "§parts: [salse, purchases,", "ledger has no part 'salse'", "did you mean 'sales'?"),
    "parts of a table without": ("rollup: {table: purchases, group_by: [product_id]", "rollup: {table: purchases, §parts: [sales], group_by: [product_id]", "purchases has no part 'sales'", "named SELECTs of a gathered table"),
    "no part": ("parts: [sales, purchases, journals]", "§parts: []", "must not be empty"),
    "part that is no text": ("      journals: |\n        SELECT 'J'", "      §journals: 7\n      others: |\n        SELECT 'J'", "should be text, got 7"),
    "part without a name": ("      journals: |\n", "      §in journals: |\n", "'in journals' is no name"),
    "part that lacks a column": (JOURNALS, JOURNALS.replace("amount FROM", "amount AS sum FROM"), "the SELECT gives no column 'amount'", "      journals: |\n", "      §journals: |\n"),
    "part of several families": (CLOSING, CLOSING + " JOIN sales s ON s.sale_id = t.year", "the SELECT reads tables of several families: _before_closing, sales", "      closing: |\n", "      §closing: |\n"),
    "select of several moving families": (PURCHASES, PURCHASES.replace("sale_items", "sale_items CROSS JOIN journals"), "several families: journals, sales", "    select: |\n      SELECT _window", "    §select: |\n      SELECT _window"),
    "select of a gathered table": (PURCHASES, PURCHASES.replace("sale_items", "ledger"), "ledger is gathered from several families", "sum it by a rollup", "    select: |\n      SELECT _window", "    §select: |\n      SELECT _window"),
    "every row of a gathered table": ("aggregates: {units: {sum: units}}, for_each: products", "aggregates: {units: {sum: units}}, §for_each: ledger", "ledger is gathered from several families"),
    "reference to a gathered table": ("reference: {to: products, distinct_per: sales}", "reference: {§to: ledger, distinct_per: sales}", "ledger is gathered: only rows"),
    "cycle through a rollup": ("    rollup: {table: ledger, parts: [sales, purchases, journals]", "    §rollup: {table: ledger, parts: [sales, closing]", "a cycle: ledger.closing → _before_closing → ledger.closing", "`parts`"),
    "cycle through two rollups": ("    rollup: {table: purchases, group_by: [product_id], aggregates: {units: {sum: units}}, for_each: products}", "    §rollup: {table: dear, group_by: [product_id], aggregates: {units: {sum: units}}}", "a cycle: ", "dear → bought", "\nrules:", "\n  dear:\n    select: SELECT product_id, units FROM bought\n    primary_key: [product_id]\n    columns: {product_id: {type: bigint}, units: {type: bigint}}\nrules:"),
    "sentence with an empty blank": ("      memo: {sentence: {patterns: {\"{what} as agreed\"", "      memo: {§sentence: {patterns: {\"{which} as agreed\"", "no `words` are given for {which}"),
    "sentence too long": ("who: [May, June]}}}", "who: [May, June]}}, §type: varchar(11)}", "a sentence may be 14 long"),
    "days that are months": (LATE, LATE.replace("'day'", "'decade'"), "a difference is counted in one of", "      days_late: {state:", "      days_late: {§state:"),
    "days between texts": (LATE, "DATE_DIFF('day', 'due_on', until)", "DATE_DIFF of text; dates and timestamps are expected", "      days_late: {state:", "      days_late: {§state:"),
    "days between numbers": (LATE, "DATE_DIFF('day', items, until)", "DATE_DIFF of bigint; dates and timestamps are expected", "      days_late: {state:", "      days_late: {§state:"),
    "until out of a state": ("{expr: sold_on + 30}", "{§expr: until}", "unknown column 'until' in sales"),
    "until of two kinds": ("      due_on: {expr: sold_on + 30}", "      until: {expr: sold_on + 30}\n      due_on: {lookup: until}", "a column of the table too", "rename the column", "      days_late: {state:", "      days_late: {§state:"),
    "a state of a column that is drawn": ("      items: {count: sale_items}", "      §items: {expr: days_late + 1}", "'days_late' is a state"),
}  # fmt: skip


def test_the_books_without_mistakes_are_good(tmp_path, capsys):
    file, _ = write(tmp_path, BOOKS)
    assert main(["check", str(file)]) == 0


@pytest.mark.parametrize("name", MISTAKES_IN_BOOKS)
def test_a_mistake_in_the_books_is_named_with_its_place(name, tmp_path, capsys):
    """As above; the mark may stand in a second replacement, the last pair of those that are in the text."""
    old, new, *more = MISTAKES_IN_BOOKS[name]
    text = BOOKS.replace(old, new)
    assert BOOKS.count(old) == 1
    if len(more) > 2 and BOOKS.count(more[-2]) == 1:
        text = text.replace(*more[-2:])
        more = more[:-2]
    assert text.count("§") == 1
    file, place = write(tmp_path, text)
    says(refused(capsys, "check", str(file)), f"{file}:{place}", more)
