"""`check` rehearses a spec: what nothing makes hold is found, with its place, before any data is made."""

from __future__ import annotations

import pytest

from synth.cli import main
from synth.errors import DataError, SpecError
from synth.spec.load import load, parse, shipped
from synth.verifying.rehearse import rehearse
from synth.verifying.small_plan import MOST, ROWS, small_plans, whole_plan

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  customers: {rows: 500, columns: {customer_id: {key: sequence}, name: {first_name: {}}}}
  orders:
    rows: 2_000
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {season: consumer}}
      customer_id: {reference: customers}
      qty: {uniform: {min: 1, max: 9}, type: integer}
      price: {uniform: {min: 1, max: 99}, type: "decimal(12,2)"}
MORE
"""
OFFENCES = {
    "      x: {expr: \"MOD(order_id, 1000)\", unique: true}": (
        ("tables", "orders", "columns", "x"), "unique x, for instance x = "),
    "      x: {expr: \"'a' || CAST(qty AS VARCHAR) || '-' || CAST(order_id AS VARCHAR)\", type: varchar(5)}": (
        ("tables", "orders", "columns", "x"), "length x, for instance order_id = "),
    "      x: {normal: {mean: 5, sd: 1}, type: integer, check: x > 4}": (
        ("tables", "orders", "columns", "x", "check"), "check x, for instance order_id = "),
    "    checks: {cheap: price < 98}": (("tables", "orders", "checks", "cheap"), "check cheap"),
    "rules: {few: SELECT order_id FROM orders WHERE qty > 8}": (("rules", "few"), "rule few, for instance order_id = "),
    "rules: {bad: SELECT order_id FROM orders WHERE order_id + 9223372036854775807 < qty}": (("rules", "bad"), "it cannot be run: "),
    "  d:\n    select: SELECT order_id AS k, order_id - MOD(order_id, 2) AS v FROM orders WHERE qty < 9\n    primary_key: [v]\n"
    "    columns: {k: {type: bigint}, v: {type: bigint}}": (("tables", "d", "columns", "v"), "key v, for instance v = "),
}  # fmt: skip
VALUES = {
    "  d:\n    select: SELECT order_id AS k, qty / 0 AS v FROM orders\n    primary_key: [k]\n"
    "    columns: {k: {type: bigint}, v: {type: bigint}}": (("tables", "d", "select"), "the SELECT gives inf, which is no bigint"),
    "  d:\n    select: SELECT order_id AS k, CAST('x' || qty AS BIGINT) AS v FROM orders\n    primary_key: [k]\n"
    "    columns: {k: {type: bigint}, v: {type: bigint}}": (("tables", "d", "select"), "is no bigint"),
    "      _l: {expr: \"CASE WHEN qty > 3 THEN 'en_US' ELSE 'xx_XX' END\"}\n      x: {last_name: {locale: _l}}": (
        ("tables", "orders", "columns", "x", "last_name"), "no names are known for locale 'xx_XX'"),
    "      x: {expr: qty * qty * qty * 2000000000 * 2000000000, type: bigint}": (
        ("tables", "orders", "columns", "x", "expr"), "wider than 18 digits"),
}  # fmt: skip


@pytest.mark.parametrize("more", OFFENCES)
def test_what_nothing_makes_hold_is_found_with_its_place(more):
    path, what = OFFENCES[more]
    with pytest.raises(SpecError) as refused:
        rehearse(parse(SHOP.replace("MORE", more)))
    found = {problem.path: problem for problem in refused.value.problems}
    assert path in found and what in found[path].what, found
    assert found[path].what.startswith("rehearsed at scale 1 until 2025-08-08, ")


@pytest.mark.parametrize("more", VALUES)
def test_values_that_cannot_be_drawn_are_told_with_their_place(more, tmp_path, capsys):
    path, what = VALUES[more]
    text = SHOP.replace("MORE", more)
    with pytest.raises(DataError) as refused:
        rehearse(parse(text))
    assert refused.value.problem.path == path and what in str(refused.value)
    (tmp_path / "shop.yaml").write_text(text)
    for command in ("check", "generate"):
        more_words = ["--out", str(tmp_path)] if command == "generate" else []
        assert main([command, str(tmp_path / "shop.yaml"), *more_words]) == 2
        said = capsys.readouterr().err
        line = int(said.split("shop.yaml:")[1].split(":")[0])
        assert (
            f": {'.'.join(path)}: " in said and path[-2 if path[-1] != "select" else -1] in text.splitlines()[line - 1]
        )


@pytest.mark.parametrize(
    "rule", ["SELECT order_id FROM orders WHERE qty < 0;", "SELECT order_id FROM orders WHERE qty < 0 ; -- none"]
)
def test_what_may_end_a_statement_is_taken_off(rule):
    rehearse(parse(SHOP.replace("MORE", f'    checks: {{some: "qty > 0; -- always"}}\nrules: {{r: "{rule}"}}')))


@pytest.mark.parametrize("name", shipped())
def test_the_shipped_datasets_hold(name):
    dataset = load(name)
    assert rehearse(dataset) == ()
    assert (
        sum(table.rows for table in next(small_plans(dataset, whole_plan(dataset, None))).tables.values()) < 1.2 * ROWS
    )


@pytest.mark.parametrize("rows", ["99_999_999_999", "{base: 99_999_999_999, growth: 0}"])
@pytest.mark.parametrize("most", [3, 5_000])
def test_however_many_rows_are_asked_for_few_are_rehearsed(rows, most):
    dataset = parse(f"""
dataset: d
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  boxes: {{rows: {rows}, columns: {{id: {{key: sequence}}}}}}
  parts: {{per: boxes, fanout: {{min: 1, max: {most}, uniform: true}}, columns: {{id: {{key: sequence}}, box_id: {{reference: boxes}}}}}}
  labels: {{rows: {{base: 1_000_000, growth: 0}}, columns: {{id: {{key: sequence}}, x: {{choice: {{a: 1, b: 1}}, check: x = 'a'}}}}}}
""")
    assert (
        3 < sum(table.rows for table in next(small_plans(dataset, whole_plan(dataset, None))).tables.values()) <= MOST
    )
    with pytest.raises(SpecError, match="check x"):
        rehearse(dataset)


def test_a_scale_that_is_too_small_does_not_count():
    """Of two million rows a hundredth is rehearsed: more brands than that are distinct in a box, so all brands are taken."""
    assert () == rehearse(
        parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  brands: {rows: 500, columns: {id: {key: sequence}}}
  boxes: {rows: 2_000_000, columns: {id: {key: sequence}}}
  parts:
    per: boxes
    fanout: {min: 1, max: 40, mean: 2, poisson: true}
    columns: {id: {key: sequence}, box_id: {reference: boxes}, brand_id: {reference: {to: brands, distinct_per: boxes}}}
""")
    )


FEW_PARENTS = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people: {rows: 40, columns: {id: {key: sequence}}}
  orders: {rows: ROWS, columns: {id: {key: sequence}, at: {arrival: {}}, size: {uniform: {min: 1, max: 9}, check: size > 5}}}
  lines: {per: orders, fanout: {max: MAX, mean: 1, poisson: true}, columns: {id: {key: sequence}, order: {reference: orders}}}
  parts:
    per: lines
    fanout: {max: 4, uniform: true}
    columns: {id: {key: sequence}, line: {reference: lines}, who: {reference: {to: people, distinct_per: orders}}}
"""


@pytest.mark.parametrize(("rows", "most"), [("900_000", 9), ("60_000", 9), ("3_000", 9)])
def test_where_a_small_scale_has_too_few_parents_the_largest_tables_are_cut(rows, most):
    """However few people a fiftieth of the scale has: what else is wrong is found."""
    with pytest.raises(SpecError, match="break it: check size"):
        rehearse(parse(FEW_PARENTS.replace("ROWS", rows).replace("MAX", str(most))))


FEW = """
dataset: few
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  a: {rows: 10, columns: {id: {key: sequence}, n: {uniform: {min: 1, max: 1000}, type: integer, unique: true, check: n < TOP}}}
"""


def test_few_rows_are_rehearsed_as_more():
    """Of ten numbers up to 1,000 none is the largest, as a rule; there are no more than 1,000 of them."""
    rehearse(parse(FEW.replace("TOP", "1001")))
    with pytest.raises(SpecError, match="rehearsed at scale 100 until 2026-01-01, 1 row breaks it: check n"):
        rehearse(parse(FEW.replace("TOP", "1000")))


def test_what_cannot_be_rehearsed_is_told(tmp_path, capsys):
    spec = tmp_path / "shop.yaml"
    spec.write_text("""
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  codes: {existing: true, primary_key: [code], columns: {code: {type: text}, word: {type: text}}}
  orders:
    rows: 10
    columns: {id: {key: sequence}, code: {reference: codes}, x: {choice: {by: code.word, values: {a: {x: 1}}}}}
""")
    assert main(["check", str(spec)]) == 0
    said = capsys.readouterr()
    assert "not rehearsed: " in said.err and "no values are declared for" in said.err
    assert "1 table, 0 rules, good as far as it can be told without data" in said.out


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("SELECT order_id FROM orders WHERE rowid < 0", "unknown column rowid"),
        ("SELECT order_id FROM orders WHERE user = 'x'", 'unknown column "user"'),
        ("SELECT order_id FROM orders WHERE current_schema = 'x'", "unknown column current_schema"),
        ("SELECT orders FROM orders WHERE qty < 0", "not every database knows TABLECOLUMN"),
        ("SELECT o.order_id FROM orders o SEMI JOIN orders p ON o.order_id = p.order_id WHERE o.qty < 0", "SEMI JOIN"),
        ("SELECT order_id FROM orders WHERE CAST(ordered_at AS TIMESTAMPTZ) IS NULL", "no time zone is read"),
        ("SELECT order_id FROM orders WHERE (order_id, qty) = (1, -2)", "not every database knows TUPLE"),
        ("SELECT order_id FROM orders WHERE ordered_at > CAST('now' AS TIMESTAMP)", "'now' is no time"),
    ],
)
def test_a_rule_that_a_database_would_read_otherwise_is_refused(rule, what):
    """What `verify` of every database reads is what `check` has read."""
    with pytest.raises(SpecError) as refused:
        rehearse(parse(SHOP.replace("MORE", f'rules: {{r: "{rule}"}}')))
    assert refused.value.problems[0].path == ("rules", "r") and what in refused.value.problems[0].what
    with pytest.raises(SpecError) as refused:
        rehearse(parse(SHOP.replace("MORE", '    checks: {some: "qty IS NOT DISTINCT FROM CAST(qty AS HUGEINT)"}')))
    assert refused.value.problems[0].path == ("tables", "orders", "checks", "some")


CROSSED = "SELECT a.id FROM orders a CROSS JOIN orders b CROSS JOIN orders c"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (f"{CROSSED} GROUP BY a.id, b.id, c.id HAVING COUNT(*) > 1", "it takes more than 1 GiB of memory"),
        (f"{CROSSED} WHERE a.n * b.n + c.n = 0 AND a.id * b.id < c.id", "it was stopped after 2 s"),
    ],
)
def test_a_rule_that_takes_too_much_is_told_with_its_place(rule, told, monkeypatch):
    """Nothing is said of --memory, which `check` has not."""
    monkeypatch.setattr("synth.verifying.rehearse.LIMIT_S", 20 if "memory" in told else 2)
    dataset = parse(
        f"""
dataset: shop
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  orders: {{rows: 9000, columns: {{id: {{key: sequence}}, n: {{uniform: {{min: 1, max: 9}}, type: integer}}}}}}
rules: {{r: "{rule}"}}
""",
        "shop.yaml",
    )
    with pytest.raises(SpecError) as refused:
        rehearse(dataset)
    assert "rules.r" in str(refused.value) and told in str(refused.value) and "--memory" not in str(refused.value)
