"""Every mistake in a spec is told by one message that names its place and a way out."""

from __future__ import annotations

import pytest

from synth.cli import main
from tests.support.refusals import refused, says, write

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
    "type that cannot be": ('type: "decimal(3,2)"', '§type: "decimal(39,2)"', "a decimal has 1 to 38 digits"),
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
    "function nobody knows": (EXPR, '{§expr: "FROBNICATE(quantity)"}', "unknown function 'frobnicate'"),
    "bad SQL in select": (SELECT, "§select: SELECT FROM WHERE", "bad SQL"),
    "no select": (SELECT, "§select: DROP TABLE orders", "a SELECT is expected"),
    "column the select lacks": (SELECT, "§select: SELECT order_id AS payment_id FROM orders", "total"),
    "select of several families": (SELECT, "§select: SELECT order_id AS payment_id, total FROM orders, customers", "several families: customers, orders"),
    "bad SQL in a rule": (RULE, "§adds_up: SELECT order_id FROM orders WHERE (", "bad SQL"),
    "USING in a rule": (RULE, "§adds_up: SELECT order_id FROM orders JOIN lines USING (order_id)", "JOIN … USING is not known everywhere; write ON"),
    "GROUP BY 1 in a rule": (RULE, "§adds_up: SELECT order_id FROM orders GROUP BY 1", "GROUP BY a number or ALL is not known everywhere"),
    "FILTER in a rule": (RULE, "§adds_up: SELECT COUNT(*) FILTER (WHERE total < 0) AS n FROM orders", "FILTER is not known everywhere"),
    "interval in a rule": (RULE, "§adds_up: SELECT order_id FROM orders WHERE ordered_at - ordered_at > INTERVAL 1 DAY", "an INTERVAL is added to a date or timestamp"),
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
        "no row of customers is surely there when the first of orders comes", "raise `before_start`"),
    "too few parents": (
        "reference: {to: products, distinct_per", "mean: 2, min: 1, max: 3", "mean: 2, min: 1, max: 9",
        "a row of orders may have 9 lines, but only 3 products are there", "lower the fan-out's `max`"),
}  # fmt: skip


def test_the_shop_without_mistakes_is_good(tmp_path, capsys):
    file, _ = write(tmp_path, SHOP)
    assert main(["check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: 6 tables, 1 rule, all good\n"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(name, tmp_path, capsys):
    old, new, *phrases = MISTAKES[name]
    assert SHOP.count(old) == new.count("§") == 1
    file, place = write(tmp_path, SHOP.replace(old, new))
    says(refused(capsys, "check", str(file)), f"{file}:{place}", phrases)


@pytest.mark.parametrize("command", ["check", "plan", "generate"])
@pytest.mark.parametrize("name", UNPLANNABLE)
def test_what_cannot_be_planned_is_named_with_its_place(name, command, tmp_path, capsys):
    spot, old, new, *phrases = UNPLANNABLE[name]
    assert SHOP.count(old) == SHOP.count(spot) == 1
    file, place = write(tmp_path, SHOP.replace(spot, "§" + spot).replace(old, new))
    options = ["--out", str(tmp_path / "out"), "--workers", "1"] if command == "generate" else []
    says(refused(capsys, command, str(file), *options), f"{file}:{place}", phrases)


def test_every_problem_of_a_kind_is_listed(tmp_path, capsys):
    text = SHOP.replace("rows: 100\n", "row: 100\n").replace("exact: true", "exakt: true")
    file, _ = write(tmp_path, text)
    said = refused(capsys, "check", str(file))
    assert "'row'" in said
    assert "'exakt'" in said
