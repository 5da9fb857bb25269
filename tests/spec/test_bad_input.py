"""Every mistake of the user's gets exit code 2 and one message that names its place and a way out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synth.cli import main
from synth.spec.load import shipped

ROOT = Path(__file__).resolve().parents[2]

SHOP = """\
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers:
    rows: 100
    columns:
      customer_id: {key: sequence}
      name: {coined: {syllables: 2}, type: varchar(40)}
      sex: {choice: {F: 0.5, M: 0.5}}
      height: {normal: {mean: 170, sd: 10, min: 140, max: 210}, type: "decimal(4,1)"}
      weight: {gamma: {shape: 2}}
      signed_up: {arrival: {since: 2023-01-01, before_start: 0.5}}
  products:
    values:
      - [1, Pan, 9.90]
      - [2, Pot, 19.90]
      - [3, Cup, 4.90]
    primary_key: [product_id]
    columns:
      product_id: {type: bigint}
      title: {type: varchar(10)}
      price: {type: "decimal(12,2)"}
  orders:
    rows: 1_000
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {}}
      customer_id: {reference: {to: customers, alive_at: ordered_at}}
      total: {sum: lines.amount}
  lines:
    per: orders
    fanout: {mean: 2, min: 1, max: 3, poisson: true, exact: true}
    columns:
      line_id: {key: sequence}
      order_id: {reference: orders}
      product_id: {reference: {to: products, distinct_per: orders}}
      quantity: {choice: {1: 0.7, 2: 0.3}, check: quantity > 0}
      rate: {uniform: {min: 0.1, max: 0.9}, type: "decimal(3,2)"}
      amount: {expr: "ROUND(quantity * product_id.price * rate, 2)"}
  payments:
    select: SELECT order_id AS payment_id, total FROM orders
    primary_key: [payment_id]
    columns:
      payment_id: {type: bigint}
      total: {type: "decimal(12,2)"}
  sold:
    rollup: {table: lines, group_by: [product_id], aggregates: {units: {sum: quantity}}}
    primary_key: [product_id]
    columns:
      product_id: {references: products}
      units: {type: bigint}
rules:
  adds_up: SELECT o.order_id FROM orders o WHERE o.total < 0
"""

RULE = "adds_up: SELECT o.order_id FROM orders o WHERE o.total < 0"
EXPR = '{expr: "ROUND(quantity * product_id.price * rate, 2)"}'
SELECT = "select: SELECT order_id AS payment_id, total FROM orders"

# what is wrong: (what is replaced, by what with § where the message must point, what the message must say)
MISTAKES = {
    # misspelt words, at each level
    "word of a dataset": ("rules:", "§rulez:", "unknown word 'rulez'", "did you mean 'rules'?"),
    "word of a period": ("{start: 2024-01-01", "{§begin: 2024-01-01", "unknown word 'begin'"),
    "word of a table": ("    rows: 100\n", "    §row: 100\n", "unknown word 'row'", "did you mean 'rows'?"),
    "word of rows": ("rows: 100\n", "rows: {base: 100, §grwth: 0.5}\n", "unknown word 'grwth'", "did you mean 'growth'?"),
    "word of a fan-out": ("poisson: true, exact", "poisson: true, §exakt", "unknown word 'exakt'", "did you mean 'exact'?"),
    "word of a rollup": ("{table: lines, group_by:", "{table: lines, §grop_by:", "unknown word 'grop_by'", "did you mean 'group_by'?"),
    "option of a column": (", check: quantity", ", §chek: quantity", "'chek'", "did you mean 'check'?"),
    "unknown generator": ("{gamma: {shape: 2}}", "{§gama: {shape: 2}}", "'gama'", "did you mean 'gamma'?"),
    "parameter of a generator": ("{shape: 2}", "{§shap: 2}", "unknown word 'shap'", "did you mean 'shape'?"),
    "parameter of a reference": ("alive_at: ordered_at", "§alive: ordered_at", "unknown word 'alive'", "alive_at"),
    "unknown type": ("type: varchar(40)", "§type: varcher(40)", "unknown type 'varcher(40)'", "varchar"),
    "type that cannot be": ('type: "decimal(3,2)"', '§type: "decimal(30,2)"', "a decimal has 1 to 18 digits"),
    "unknown season": ("{arrival: {}}", "{§arrival: {season: consumr}}", "unknown season 'consumr'", "did you mean 'consumer'?"),
    # what is missing
    "no dataset": ("dataset: shop\n", "§about: none\n", "'dataset' is missing"),
    "no period": ("dataset: shop\nperiod: {start: 2024-01-01, until: 2025-01-01}\n", "§dataset: shop\n", "'period' is missing"),
    "half a period": ("period: {start: 2024-01-01, until: 2025-01-01", "§period: {start: 2024-01-01", "'until' is missing"),
    "no generator": ("weight: {gamma: {shape: 2}}", "§weight: {type: double}", "the column has no generator", "choice"),
    "no parameter": ("gamma: {shape: 2}", "§gamma: {}", "'shape' is missing"),
    "no columns": ("    columns:\n      customer_id: {key", "    §cols:\n      customer_id: {key", "unknown word 'cols'", "did you mean 'columns'?", "'columns' is missing"),
    "fan-out without per": ("  lines:\n    per: orders\n", "  §lines:\n    rows: 5\n", "`per` and `fanout` go together"),
    "no key of a derived table": ("  payments:\n    select: SELECT order_id AS payment_id, total FROM orders\n    primary_key: [payment_id]\n", "  §payments:\n    select: SELECT order_id AS payment_id, total FROM orders\n", "a derived table needs a `primary_key`"),
    "no kind of table": ("  customers:\n    rows: 100\n", "  §customers:\n", "a table has one of rows, values, per, select, rollup or existing"),
    # wrong types
    "text for a number": ("rows: 1_000", "§rows: many", "got 'many'", "number"),
    "number for text": (SELECT, "§select: 5", "should be a SELECT, or several by name, got 5"),
    "list for a mapping": ("{gamma: {shape: 2}}", "{§gamma: [2]}", "gamma takes a mapping of parameters", "shape"),
    "number for a column": ("weight: {gamma: {shape: 2}}", "§weight: 5", "a column is a mapping"),
    "word for rules": ("rules:\n  " + RULE, "§rules: none", "should be a mapping"),
    "yes for true": ("exact: true", "§exact: yes", "true or false is expected, got 'yes'"),
    "no for false": ("type: bigint}\n      title", "type: bigint, §nullable: no}\n      title", "true or false is expected, got 'no'"),
    "date that is none": ("until: 2025-01-01", "until: §2025-02-30", "'2025-02-30'", "day is out of range"),
    "period with hours": ("until: 2025-01-01", "§until: 2025-01-01 12:00:00", "period.until", "date"),
    # bad YAML
    "tab": ("    rows: 100\n", "§\trows: 100\n", "indent with spaces, never with tabs"),
    "key twice": ("    rows: 100\n", "    rows: 100\n    §rows: 200\n", "'rows' is there twice", "keep one"),
    "column twice": ("      weight:", "      §sex: {gamma: {shape: 2}}\n      weight:", "'sex' is there twice"),
    "bracket left open": ("{F: 0.5, M: 0.5}}\n      height", "{F: 0.5, M: 0.5}\n      §height", "did not find expected"),
    "tag": ("{shape: 2}", "{shape: §!!python/name:os.system 2}", "not for schemas"),
    "list as a key": ("{shape: 2}", "{§[a, b]: 2}", "a key must be a word or a number"),
    # impossible parameters
    "mean above max": ("fanout: {mean: 2, min: 1, max: 3", "§fanout: {mean: 4, min: 1, max: 3", "the mean (4) must lie between `min` (1) and `max` (3)"),
    "min above max": ("fanout: {mean: 2, min: 1, max: 3", "§fanout: {mean: 2, min: 5, max: 3", "`min` (5) is above `max` (3)"),
    "weights all 0": ("{choice: {F: 0.5, M: 0.5}", "{§choice: {F: 0, M: 0}", "the weights are all 0"),
    "negative weight": ("{choice: {F: 0.5, M: 0.5}", "{§choice: {F: 1.5, M: -0.5}", "the weight of 'M' must be a number from 0 up, got -0.5"),
    "weight that is text": ("{choice: {F: 0.5, M: 0.5}", "{§choice: {F: 0.5, M: half}", "the weight of 'M' must be a number from 0 up, got 'half'"),
    "kinds in a choice": ("{choice: {F: 0.5, M: 0.5}", "{§choice: {F: 0.5, 2: 0.5}", "values of different kinds"),
    "normal upside down": ("{normal: {mean: 170, sd: 10, min: 140, max: 210}", "{§normal: {mean: 170, sd: 10, min: 210, max: 140}", "`min` must be below `max`"),
    "uniform upside down": ("uniform: {min: 0.1, max: 0.9}", "§uniform: {min: 0.9, max: 0.1}", "`min` is above `max`"),
    "negative sd": ("sd: 10", "§sd: -10", "greater than 0", "-10"),
    "share above 1": ("before_start: 0.5", "§before_start: 1.5", "less than or equal to 1", "1.5"),
    "no rows": ("rows: 100\n", "§rows: 0\n", "greater than or equal to 1"),
    "not a number": ("{shape: 2}", "{§shape: .nan}", ".nan"),
    "period backwards": ("period: {start: 2024-01-01", "§period: {start: 2026-01-01", "the period ends (2025-01-01) before it starts (2026-01-01)"),
    "since after the start": ("since: 2023-01-01", "§since: 2024-06-01", "not before the period's start"),
    "value too long": ("M: 0.5}}", "M: 0.5}, §type: varchar(0)}", "varchar"),
    "value longer than its type": ("{F: 0.5, M: 0.5}}", "{Female: 0.5, M: 0.5}, §type: varchar(2)}", "longer than varchar(2)"),
    "type that cannot be drawn": ("{gamma: {shape: 2}}", "{gamma: {shape: 2}, §type: date}", "numbers cannot be date"),
    "null share of a key": ("customer_id: {key: sequence}", "customer_id: {key: sequence, §null_share: 0.5}", "a key is never NULL"),
    # names that mean nothing
    "unknown table in reference": ("{reference: orders}", "{§reference: order}", "unknown table 'order'", "did you mean 'orders'?"),
    "unknown table in to": ("{to: customers,", "{§to: customer,", "unknown table 'customer'", "did you mean 'customers'?"),
    "unknown table in per": ("per: orders\n    fanout", "§per: odrers\n    fanout", "unknown table 'odrers'", "did you mean 'orders'?"),
    "unknown table in rollup": ("{table: lines,", "{§table: lines_,", "unknown table 'lines_'", "did you mean 'lines'?"),
    "unknown table in references": ("{references: products}", "{§references: product}", "unknown table 'product'"),
    "unknown table in select": (SELECT, "§select: SELECT total FROM order_s", "unknown table 'order_s'", "did you mean 'orders'?"),
    "unknown column in expr": (EXPR, '{§expr: "ROUND(quantty * 2, 2)"}', "unknown column 'quantty' in lines", "did you mean 'quantity'?"),
    "unknown column through": (EXPR, '{§expr: product_id.prize}', "unknown column 'prize' in products", "did you mean 'price'?"),
    "unknown column in sum": ("{sum: lines.amount}", "{§sum: lines.amout}", "unknown column 'amout' in lines", "did you mean 'amount'?"),
    "unknown column in key": ("primary_key: [product_id]\n    columns:\n      product_id: {type", "§primary_key: [id]\n    columns:\n      product_id: {type", "unknown column 'id' in products"),
    "unknown column in check": ("check: quantity > 0", "§check: quantty > 0", "unknown column 'quantty' in lines"),
    "unknown column in group_by": ("group_by: [product_id], agg", "§group_by: [product], agg", "unknown column 'product'"),
    "unknown column in aggregates": ("{units: {sum: quantity}}", "{§units: {sum: quantty}}", "unknown column 'quantty'", "quantity"),
    "unknown moment": ("reference: {to: customers, alive_at: ordered_at", "§reference: {to: customers, alive_at: orderd_at", "unknown column 'orderd_at' in orders", "did you mean 'ordered_at'?"),
    "sum of no child": ("{sum: lines.amount}", "{§sum: products.price}", "'products' is no child of orders", "lines"),
    "distinct per no ancestor": ("distinct_per: orders", "§distinct_per: customers", "'customers' is no ancestor of lines"),
    # cycles
    "column made from itself": ("{gamma: {shape: 2}}", "{§expr: weight + 1}", "a cycle: customers.weight → customers.weight"),
    "cycle between columns": ("weight: {gamma: {shape: 2}}", "weight: {§expr: mass + 1}\n      mass: {expr: weight + 1}", "a cycle: customers.weight → customers.mass → customers.weight"),
    "cycle between typed columns": ("weight: {gamma: {shape: 2}}", "§weight: {expr: mass + 1, type: bigint}\n      mass: {expr: weight + 1, type: bigint}", "a cycle: customers.weight → customers.mass → customers.weight"),
    "cycle between tables": ("  orders:\n    rows: 1_000\n", "  §orders:\n    per: lines\n    fanout: {min: 1, max: 2, uniform: true}\n", "a cycle: orders → lines → orders"),
    # bad SQL
    "SQL that cannot be read": (EXPR, '{§expr: "ROUND(quantity * * 2"}', "bad SQL"),
    "two expressions": (EXPR, '{§expr: "quantity, rate"}', "is not one expression"),
    "aggregate in expr": (EXPR, '{§expr: "ROUND(SUM(quantity) * 2, 2)"}', "an expression works within one row"),
    "function nobody knows": (EXPR, '{§expr: "FROBNICATE(quantity)"}', "unsupported function 'frobnicate'"),
    "bad SQL in select": (SELECT, "§select: SELECT FROM WHERE", "bad SQL"),
    "no select": (SELECT, "§select: DROP TABLE orders", "a SELECT is expected"),
    "column the select lacks": (SELECT, "§select: SELECT order_id AS payment_id FROM orders", "total"),
    "select of several families": (SELECT, "§select: SELECT order_id AS payment_id, total FROM orders, customers", "several families: customers, orders"),
    "bad SQL in a rule": (RULE, "§adds_up: SELECT order_id FROM orders WHERE (", "bad SQL"),
    "USING in a rule": (RULE, "§adds_up: SELECT order_id FROM orders JOIN lines USING (order_id)", "JOIN … USING is not known everywhere; write ON"),
    "GROUP BY 1 in a rule": (RULE, "§adds_up: SELECT order_id FROM orders GROUP BY 1", "GROUP BY a number or ALL is not known everywhere"),
    "FILTER in a rule": (RULE, "§adds_up: SELECT COUNT(*) FILTER (WHERE total < 0) AS n FROM orders", "FILTER is not known everywhere"),
    "interval in a rule": (RULE, "§adds_up: SELECT order_id FROM orders WHERE ordered_at > ordered_at + INTERVAL 1 DAY", "interval arithmetic"),
    "unknown table in a rule": (RULE, "§adds_up: SELECT order_id FROM oders", "unknown table 'oders'"),
    "unknown column in a rule": (RULE, "§adds_up: SELECT o.order_id FROM orders o WHERE o.totl < 0", "totl"),
    "rule that is no SELECT": (RULE, "§adds_up: DELETE FROM orders", "a SELECT is expected"),
    # money
    "narrowing without ROUND": (EXPR, '{§expr: quantity * product_id.price * rate, type: "decimal(12,2)"}', "4 digits after the point", "write ROUND(…, 2)"),
    "quotient without ROUND": (EXPR, '{§expr: "product_id.price / quantity"}', "write ROUND(a / b, digits)"),
    "double meets decimal": ("weight: {gamma: {shape: 2}}", "weight: {gamma: {shape: 2}}\n      bulk: {§expr: weight * height}", "double", "decimal"),
    # rows and keys
    "row too short": ("[2, Pot, 19.90]", "§[2, Pot]", "a row has 3 cells: product_id, title, price"),
    "cell of another type": ("[2, Pot, 19.90]", "[2, §7, 19.90]", "title: 7 is no varchar(10)"),
    "cell with too many digits": ("[2, Pot, 19.90]", "[2, Pot, §19.999]", "price: 19.999 does not fit decimal(12,2)"),
    "cell too long": ("[2, Pot, 19.90]", "[2, §Pot with a lid, 19.90]", "longer than varchar(10)"),
    "empty cell": ("[2, Pot, 19.90]", "[2, §null, 19.90]", "NULL in a column that is not nullable"),
    "two keys": ("weight: {gamma: {shape: 2}}", "§weight: {key: uuid}", "customers has two keys"),
    "two arrivals": ("weight: {gamma: {shape: 2}}\n      signed_up", "weight: {arrival: {}}\n      §signed_up", "customers has two arrival columns"),
    "two generators": ("{gamma: {shape: 2}}", "{gamma: {shape: 2}, §choice: {1: 1}}", "a column has one generator"),
    "two kinds of table": ("  customers:\n    rows: 100\n", "  §customers:\n    rows: 100\n    select: SELECT 1\n", "here are rows and select"),
    # names
    "hostile column name": ("      weight:", '      §"a b; DROP TABLE x":', "'a b; DROP TABLE x' is no name"),
    "quote in a column name": ("      weight:", "      §'a\"b':", "is no name"),
    "hostile table name": ("  sold:", "  §../sold:", "'../sold' is no name"),
    "hostile dataset name": ("dataset: shop", "§dataset: ../shop", "../shop"),
}  # fmt: skip


# what only shows once the rows are planned
UNPLANNABLE = {
    "no parent at the first child": (
        "reference: {to: customers, alive_at: ordered_at}}\n      total", "{since: 2023-01-01, before_start: 0.5}", "{}",
        "no row of customers is there yet when the first of orders comes", "raise `before_start`"),
    "too few parents": (
        "reference: {to: products, distinct_per", "mean: 2, min: 1, max: 3", "mean: 2, min: 1, max: 9",
        "a row of orders may have 9 lines, but only 3 products are there", "lower the fan-out's `max`"),
}  # fmt: skip

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
    "days that are months": (LATE, LATE.replace("day", "month"), "DATE_DIFF counts days", "      days_late: {state:", "      days_late: {§state:"),
    "days between texts": (LATE, "DATE_DIFF('day', 'due_on', until)", "DATE_DIFF of text; dates and timestamps are expected", "      days_late: {state:", "      days_late: {§state:"),
    "days between numbers": (LATE, "DATE_DIFF('day', items, until)", "DATE_DIFF of bigint; dates and timestamps are expected", "      days_late: {state:", "      days_late: {§state:"),
    "until out of a state": ("{expr: sold_on + 30}", "{§expr: until}", "unknown column 'until' in sales"),
    "until of two kinds": ("      due_on: {expr: sold_on + 30}", "      until: {expr: sold_on + 30}\n      due_on: {lookup: until}", "a column of the table too", "rename the column", "      days_late: {state:", "      days_late: {§state:"),
    "a state of a column that is drawn": ("      items: {count: sale_items}", "      §items: {expr: days_late + 1}", "'days_late' is a state"),
}  # fmt: skip

INTERNALS = (
    "Traceback", "pydantic", "sqlglot", "validation error", "\x1b[", "Binder Error", "TokenType", "<class", "instance of",
    "valid dictionary", "valid string", "match pattern", "datetime.datetime", "synth.",
)  # fmt: skip


def write(folder: Path, text: str) -> tuple[Path, str]:
    """The YAML without its mark, and the place of the mark as line:column."""
    file = folder / "shop.yaml"
    before, mark, after = text.partition("§")
    file.write_text(before + after, encoding="utf-8")
    return file, f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}" if mark else ""


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run the program, which must refuse; what it says on standard error."""
    code = main(list(words))
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.startswith("synth: ")
    assert [inner for inner in INTERNALS if inner in said.err] == []
    return said.err


def test_the_shop_without_mistakes_is_good(tmp_path, capsys):
    file, _ = write(tmp_path, SHOP)
    assert main(["check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: 6 tables, 1 rules, all good\n"


def says(said: str, place: str, phrases: list[str]) -> None:
    """The first line with the first phrase begins with the place, and the others are there too."""
    assert [phrase for phrase in phrases if phrase not in said] == []
    line = next(line for line in said.splitlines() if phrases[0] in line)
    assert line.removeprefix("synth: ").startswith(f"{place}: ")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(name, tmp_path, capsys):
    old, new, *phrases = MISTAKES[name]
    assert SHOP.count(old) == new.count("§") == 1
    file, place = write(tmp_path, SHOP.replace(old, new))
    says(refused(capsys, "check", str(file)), f"{file}:{place}", phrases)


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


@pytest.mark.parametrize("command", ["check", "plan", "generate"])
@pytest.mark.parametrize("name", UNPLANNABLE)
def test_what_cannot_be_planned_is_named_with_its_place(name, command, tmp_path, capsys):
    spot, old, new, *phrases = UNPLANNABLE[name]
    assert SHOP.count(old) == SHOP.count(spot) == 1
    file, place = write(tmp_path, SHOP.replace(spot, "§" + spot).replace(old, new))
    options = ["--out", str(tmp_path / "out"), "--workers", "1"] if command == "generate" else []
    says(refused(capsys, command, str(file), *options), f"{file}:{place}", phrases)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", "the file is empty"),
        ("# only a remark\n", "the file is empty"),
        ("- a\n- b\n", "a dataset is a mapping"),
        ("shop\n", "a dataset is a mapping"),
        ("dataset: shop\n---\ndataset: shop\n", "document"),
        ("dataset: &a [*a]\n", "anchor"),
    ],
)
def test_a_file_that_is_no_dataset(text, phrase, tmp_path, capsys):
    file, _ = write(tmp_path, text)
    said = refused(capsys, "check", str(file))
    assert said.startswith(f"synth: {file}:")
    assert phrase in said


def test_a_file_that_is_no_text(tmp_path, capsys):
    file = tmp_path / "shop.yaml"
    file.write_bytes(b"dataset: \xff\xfe\n")
    assert "cannot read" in refused(capsys, "check", str(file))
    file.write_bytes(b"dataset: \x00\n")
    assert f"{file}:" in refused(capsys, "check", str(file))


def test_every_problem_of_a_kind_is_listed(tmp_path, capsys):
    text = SHOP.replace("rows: 100\n", "row: 100\n").replace("exact: true", "exakt: true")
    file, _ = write(tmp_path, text)
    said = refused(capsys, "check", str(file))
    assert "'row'" in said
    assert "'exakt'" in said


OPTIONS = [
    (["nonsense"], "nonsense"),
    (["--nonsense"], "--nonsense"),
    (["datasets", "more"], "more"),
    (["datasets", "--scale", "2"], "--scale"),
    (["check"], "file"),
    (["check", "nope"], "unknown dataset 'nope'"),
    (["check", "ecomerce"], "did you mean 'ecommerce'?"),
    (["check", "nope.yaml"], "there is no file 'nope.yaml'"),
    (["check", "folder/nope"], "there is no file 'folder/nope'"),
    (["check", "."], "."),
    (["plan"], "dataset"),
    (["plan", "nope"], "unknown dataset 'nope'"),
    (["plan", "ecommerce", "--scale", "big"], "'--scale'"),
    (["plan", "ecommerce", "--scale", "0"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "-1"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "nan"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "inf"], "scale must be a number above 0"),
    (["plan", "ecommerce", "--scale", "1e300"], "too large"),
    (["plan", "ecommerce", "--seed", "-1"], "seed must be a whole number from 0"),
    (["plan", "ecommerce", "--seed", "1.5"], "'--seed'"),
    (["plan", "ecommerce", "--seed", str(2**63)], "seed must be a whole number from 0"),
    (["plan", "ecommerce", "--until", "tomorrow"], "--until takes a date or timestamp"),
    (["plan", "ecommerce", "--until", "2025-02-30"], "--until takes a date or timestamp"),
    (["plan", "ecommerce", "--until", "2023-12-31"], "must be after the period's start"),
    (["plan", "ecommerce", "--until", "2024-01-01"], "must be after the period's start"),
    (["plan", "ecommerce", "--until", "9999-01-01"], "too far ahead"),
    (["plan", "ecommerce", "--tables", "order"], "unknown table 'order'"),
    (["plan", "ecommerce", "--tables", "orders,ordrs"], "did you mean 'orders'?"),
    (["plan", "ecommerce", "--tables", "_offers"], "unknown table '_offers'"),
    (["plan", "ecommerce", "--tables", ""], "table"),
    (["plan", "ecommerce", "--workers", "many"], "--workers takes a number from 1 up, or all"),
    (["plan", "ecommerce", "--format", "csv"], "--format"),
    (["generate"], "dataset"),
    (["generate", "nope"], "unknown dataset 'nope'"),
    (["generate", "ecommerce", "more"], "more"),
    (["generate", "ecommerce", "--workers", "0"], "--workers takes a number from 1 up, or all"),
    (["generate", "ecommerce", "--workers", "-2"], "--workers takes a number from 1 up, or all"),
    (["generate", "ecommerce", "--workers", "²"], "--workers takes a number from 1 up, or all"),
    (["generate", "ecommerce", "--workers", "1", "--format", "parket"], "did you mean 'parquet'?"),
    (["generate", "ecommerce", "--workers", "1", "--scale", "0"], "scale must be a number above 0"),
    (["generate", "ecommerce", "--workers", "1", "--seed", "x"], "'--seed'"),
    (["generate", "ecommerce", "--workers", "1", "--until", "x"], "--until takes a date or timestamp"),
    (["generate", "ecommerce", "--workers", "1", "--tables", "x"], "unknown table 'x'"),
    (["generate", "ecommerce", "--scale"], "--scale"),
    (["verify"], "DIR"),
    (["verify", "nowhere"], "'nowhere' holds no manifest.json"),
    (["verify", "--strict", "."], "--strict"),
]


@pytest.mark.parametrize(
    ("words", "phrase"), OPTIONS, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_wrong_option_gets_one_message(words, phrase, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = refused(capsys, *words)
    assert phrase in said
    assert said.count("synth: ") == 1
    assert list(tmp_path.iterdir()) == []


def test_no_traceback_in_a_process_of_its_own(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "synth", "generate", "nope"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"synth: unknown dataset 'nope'\n  hint: known are {', '.join(shipped())}, or give the path of a YAML file\n"
    )
