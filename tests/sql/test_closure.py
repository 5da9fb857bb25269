"""SELECTs that are worked out block by block: what reaches beyond a root row is refused, what is taken equals the whole."""

from __future__ import annotations

import duckdb
import pytest

from synth.api import frame
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse
from synth.sql.closure import closed_keys
from synth.sql.parse import SqlError

SPEC = """
dataset: t
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  kinds: {{values: [[1, a], [2, b]], primary_key: [kind_id], columns: {{kind_id: {{type: bigint}}, name: {{type: text}}}}}}
  orders:
    rows: 25_000
    columns:
      order_id: {{key: sequence}}
      at: {{arrival: {{}}}}
      shop: {{choice: {{1: 1, 2: 1}}, type: bigint}}
  lines:
    per: orders
    fanout: {{min: 0, max: 3, uniform: true}}
    columns:
      line_id: {{key: sequence}}
      order_id: {{reference: orders}}
      again: {{lookup: orders.order_id}}
      shop: {{lookup: orders.shop}}
      kind_id: {{reference: kinds}}
      n: {{choice: {{1: 1, 2: 1, 3: 1}}, type: bigint}}
  d:
    select: |
      {select}
    primary_key: [k]
    columns: {{k: {{type: bigint}}, v: {{type: bigint, nullable: true}}}}
"""

REFUSED = {
    "SELECT shop AS k, COUNT(*) AS v FROM orders GROUP BY shop": "GROUP BY puts rows together",
    "SELECT 1 AS k, COUNT(*) AS v FROM orders": "an aggregate without GROUP BY takes all rows",
    "SELECT DISTINCT shop AS k, shop AS v FROM orders": "DISTINCT compares rows",
    "SELECT order_id AS k, ROW_NUMBER() OVER (ORDER BY at) AS v FROM orders": "a window reaches over rows",
    "SELECT order_id AS k, SUM(shop) OVER (PARTITION BY shop ORDER BY at) AS v FROM orders": "a window reaches over rows",
    "SELECT order_id AS k, shop AS v FROM orders ORDER BY order_id LIMIT 5": "LIMIT counts rows",
    "SELECT order_id AS k, shop AS v FROM (SELECT order_id, shop FROM orders LIMIT 5) o": "LIMIT counts rows",
    "SELECT order_id AS k, (SELECT COUNT(*) FROM lines) AS v FROM orders": "an aggregate without GROUP BY",
    "SELECT order_id AS k, shop AS v FROM orders WHERE shop IN (SELECT shop FROM lines)": "a subquery reads all rows",
    "SELECT o.order_id AS k, p.shop AS v FROM orders o JOIN orders p ON p.shop = o.shop": "o meets p",
    "SELECT o.order_id AS k, l.n AS v FROM orders o JOIN lines l ON l.shop = o.shop": "o meets l",
    "SELECT o.order_id AS k, l.n AS v FROM orders o CROSS JOIN lines l": "o meets l",
    "SELECT o.order_id AS k, l.n AS v FROM orders o, lines l WHERE l.n = o.shop": "o meets l",
    "SELECT order_id AS k, shop AS v FROM orders UNION SELECT n AS k, shop AS v FROM lines": "UNION without ALL",
    "SELECT k.kind_id AS k, l.n AS v FROM kinds k LEFT JOIN lines l ON l.kind_id = k.kind_id": "LEFT JOIN keeps rows of k",
    "WITH s AS (SELECT shop, COUNT(*) AS v FROM orders GROUP BY shop) SELECT shop AS k, v FROM s": "GROUP BY puts rows",
    "SELECT n AS k, MAX(order_id) AS v FROM lines GROUP BY n": "GROUP BY puts rows together",
    "SELECT order_id AS k, shop AS v FROM orders UNION ALL SELECT kind_id AS k, 1 AS v FROM kinds": "UNION adds rows of tables",
    "SELECT order_id + 0 AS k, COUNT(*) AS v FROM lines GROUP BY order_id + 0": "GROUP BY puts rows together",
}  # fmt: skip

TAKEN = [
    "SELECT order_id AS k, SUM(n) AS v FROM lines GROUP BY order_id",
    "SELECT again AS k, COUNT(*) AS v FROM lines GROUP BY again, shop",
    "SELECT line_id AS k, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY line_id) AS v FROM lines",
    "SELECT line_id AS k, SUM(n) OVER (PARTITION BY again ORDER BY line_id) AS v FROM lines",
    "SELECT l.line_id AS k, l.n * o.shop AS v FROM lines l JOIN orders o ON o.order_id = l.order_id",
    "SELECT o.order_id AS k, SUM(l.n) AS v FROM orders o LEFT JOIN lines l ON l.order_id = o.order_id GROUP BY o.order_id",
    "SELECT a.line_id AS k, COUNT(*) AS v FROM lines a JOIN lines b ON a.order_id = b.again AND a.n = b.n GROUP BY a.line_id",
    "SELECT l.line_id AS k, l.n AS v FROM lines l JOIN kinds k ON k.kind_id = l.kind_id WHERE k.name = 'a'",
    "SELECT l.line_id AS k, LENGTH(k.name) AS v FROM lines l LEFT JOIN kinds k ON k.kind_id = l.n",
    "WITH s AS (SELECT order_id, SUM(n) AS v FROM lines GROUP BY order_id) SELECT o.order_id AS k, s.v FROM orders o "
    "JOIN s ON s.order_id = o.order_id",
    "SELECT order_id AS k, v FROM (SELECT order_id, MAX(n) AS v FROM lines GROUP BY order_id) s WHERE v > 1",
    "SELECT DISTINCT order_id AS k, shop AS v FROM lines",
]


def test_a_subquery_that_follows_the_row_outside_takes_its_rows_alone():
    orders, lines = {"order_id": frozenset({"orders"})}, {"order_id": frozenset({"orders"}), "n": frozenset()}
    text = "SELECT o.order_id, (SELECT SUM(l.n) FROM lines l WHERE l.order_id = o.order_id) AS v FROM orders o"
    assert closed_keys(text, {"orders": orders, "lines": lines}) == {
        "order_id": frozenset({"orders"}),
        "v": frozenset(),
    }
    with pytest.raises(SqlError, match="an aggregate without GROUP BY"):
        closed_keys(text.replace("l.order_id = o.order_id", "l.n = o.order_id"), {"orders": orders, "lines": lines})


def spec(select: str):
    return parse(SPEC.format(select=select))


@pytest.mark.parametrize("select", REFUSED)
def test_what_reaches_beyond_a_root_row_is_refused_with_a_way_out(select):
    with pytest.raises(SpecError) as refused:
        spec(select)
    (problem,) = refused.value.problems
    assert problem.path == ("tables", "d", "select") and problem.what.startswith(REFUSED[select]), problem.what
    assert "each block of" in problem.what


@pytest.mark.parametrize("select", TAKEN)
def test_what_is_taken_equals_the_select_over_whole_tables(select):
    plan = make(spec(select))
    drawn = frame(plan, "d")
    with duckdb.connect(":memory:") as connection:
        for name in ("orders", "lines", "kinds"):
            here = frame(plan, name)  # noqa: F841
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM here")
        whole = connection.execute(f"SELECT * FROM ({select}) ORDER BY k").fetchall()
    assert sorted(drawn.select("k", "v").rows()) == whole
    assert plan.family("orders").blocks == 3


def test_rows_that_are_written_out_are_one_block():
    parse(SPEC.format(select="SELECT kind_id AS k, ROW_NUMBER() OVER (ORDER BY kind_id) AS v FROM kinds"))


def test_a_window_holds_together_what_its_rows_need():
    text = SPEC.replace("shop: {{choice", "w: {{window: 100}}\n      shop: {{choice").replace(
        "[k]\n", "[k]\n    at: at\n"
    )
    text = text.replace("nullable: true}}}}", "nullable: true}}, at: {{type: timestamp}}}}")
    parse(text.format(select="SELECT w AS k, COUNT(*) AS v, MIN(at) AS at FROM orders GROUP BY w"))
    with pytest.raises(SpecError, match="GROUP BY puts rows together"):
        parse(text.format(select="SELECT shop AS k, COUNT(*) AS v, MIN(at) AS at FROM orders GROUP BY shop"))
