"""NULL that reaches a column which may hold none is known from the spec, as is a value for which nothing is declared."""

from __future__ import annotations

import re

import pytest

import synth
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.check import check
from synth.spec.load import parse, shipped

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  kinds: {values: [[a, 1, null], [b, 2, x]], primary_key: [kind], columns: {kind: {type: text}, rank: {type: bigint}, note: {type: text, nullable: true}}}
  p: {rows: 30, columns: {id: {key: sequence}, k: {choice: {a: 1}, null_share: 0.0002}, full: {choice: {a: 1, b: 1}}}}
  o:
    rows: 300
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      p: {reference: p}
      maybe: {reference: p, null_share: 0.1}
      kind: {reference: kinds}
      n: {choice: {1: 1}, null_share: 0.00002}
      m: {uniform: {min: 1, max: 1000000}}
      z: {uniform: {min: 0, max: 9}}
      paid: {delay: {after: at, even: true, max: 9}}
      COLUMN
  MORE
"""
UNDECLARED = {
    "arithmetic": "x: {expr: n + 1}",
    "comparison": "x: {expr: n > 1}",
    "no else": "x: {expr: CASE WHEN m > 3 THEN 1 END}",
    "an arm": "x: {expr: CASE WHEN m > 3 THEN 1 ELSE NULL END, type: integer}",
    "nullif": "x: {expr: 'NULLIF(m, 5)'}",
    "division": "x: {expr: 'ROUND(10 / z, 2)'}",
    "division by nullif": "x: {expr: 'ROUND(10 / NULLIF(z, 0), 2)'}",
    "remainder": "x: {expr: m % z}",
    "coalesce": "x: {expr: 'COALESCE(n, NULLIF(m, 5))'}",
    "concat": "x: {expr: p.k || 'x'}",
    "lookup": "x: {lookup: p.k}",
    "lookup of a cell": "x: {lookup: kind.note}",
    "lookup by NULL": "x: {lookup: maybe.full}",
    "of an expression": "_x: {expr: n + 1}\n      x: {expr: _x * 2}",
    "delay": "_x: {delay: {after: at, even: true, max: 9}, null_share: 0.1}\n      x: {delay: {after: _x, even: true, max: 3, announced: true}}",
    "median": "x: {lognormal: {median: n, sigma: 1}, type: 'decimal(12,2)'}",
    "state": "x: {state: CASE WHEN at < until THEN 'X' END}",
    "state of what is hidden": "x: {state: paid}",
}  # fmt: skip
FINE = {
    "coalesce": "x: {expr: 'COALESCE(n, 0)'}",
    "tested": "x: {expr: CASE WHEN n IS NULL THEN 0 ELSE n END}",
    "in an arm": "x: {expr: CASE WHEN z > 3 THEN n ELSE 0 END, nullable: true}",
    "is": "x: {expr: n IS NULL}",
    "concat": "x: {expr: \"CONCAT(p.k, 'x')\"}",
    "nullif of others": "x: {expr: 'NULLIF(m, 0)'}",
    "division": "x: {expr: 'ROUND(10 / m, 2)'}",
    "division by a literal": "x: {expr: 'ROUND(z / 12, 2)'}",
    "planned": "x: {expr: \"DATE_DIFF('day', at, paid)\"}",
    "greatest": "x: {expr: 'GREATEST(n, 1)'}",
    "lookup": "x: {lookup: kind.rank}",
    "declared": "x: {expr: n + 1, nullable: true}",
    "working": "_x: {expr: n + 1}",
    "state": "x: {state: CASE WHEN paid IS NULL THEN 'open' ELSE 'paid' END}",
    "median": "x: {lognormal: {median: n, sigma: 1}, type: 'decimal(12,2)', nullable: true}",
}


def shop(column, more=""):
    return parse(SHOP.replace("COLUMN", column).replace("MORE", more))


@pytest.mark.parametrize("name", UNDECLARED)
def test_null_in_a_column_that_is_not_nullable_is_refused(name):
    with pytest.raises(
        SpecError, match=r"tables\.o\.columns\.x: NULL can come out of it, and it is not nullable"
    ) as refused:
        shop(UNDECLARED[name])
    assert [problem.hint for problem in refused.value.problems] == ["write `nullable: true` beside it"]
    shop(re.sub(r"\}$", ", nullable: true}", UNDECLARED[name]))


@pytest.mark.parametrize("name", FINE)
def test_where_nobody_can_tell_or_nothing_is_null_it_is_drawn(name):
    synth.frame(make(shop(FINE[name])), "o")


DERIVED = 'd: {{select: "{select}", {at}primary_key: [id], columns: {{id: {{type: bigint}}, x: {{type: {type}}}}}}}'
SELECTS = {
    "SELECT id, n AS x FROM o": True,
    "SELECT id, n + 1 AS x FROM o": True,
    "SELECT id, ROUND(10 / z) AS x FROM o": True,
    "SELECT id, m AS x FROM o UNION ALL SELECT -1 * id AS id, n AS x FROM o": True,
    "SELECT a.id, b.m AS x FROM o a LEFT JOIN o b ON b.id = a.id AND b.m > 3": True,
    "SELECT a.id, CASE WHEN b.id IS NULL THEN 0 ELSE b.m END AS x FROM o a LEFT JOIN o b ON b.id = a.id AND b.m > 3": False,
    "SELECT id, n AS x FROM o WHERE n > 0": False,
    "SELECT id, SUM(n) AS x FROM o GROUP BY id": False,
    "SELECT id, MAX(n) AS x FROM o GROUP BY id": True,
    "SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY m) AS x FROM o": False,
}


@pytest.mark.parametrize("select", SELECTS)
def test_selects_are_followed(select):
    more = DERIVED.format(select=select, at="", type="bigint")
    if not SELECTS[select]:
        shop("y: {choice: {1: 1}}", more)
        return
    with pytest.raises(SpecError, match=r"tables\.d\.columns\.x: NULL can come out of it"):
        shop("y: {choice: {1: 1}}", more)


def test_rows_whose_moment_is_null_never_show():
    column = "_x: {delay: {after: at, even: true, max: 9}, null_share: 0.1}"
    shop(column, DERIVED.format(select="SELECT id, _x AS x FROM o", at="at: x, ", type="timestamp"))
    with pytest.raises(SpecError, match="NULL can come out of it"):
        shop(column, DERIVED.format(select="SELECT id, _x AS x FROM o", at="", type="timestamp"))


def test_groups_of_a_rollup_may_be_null():
    rollup = "r: {rollup: {table: o, group_by: [KEY], aggregates: {x: {max: n}}}, primary_key: [KEY], columns: {KEY: {}, x: {}}}"
    with pytest.raises(SpecError) as refused:
        shop("k: {lookup: p.k, nullable: true}", rollup.replace("KEY", "k"))
    assert [problem.path for problem in refused.value.problems] == [("tables", "r", "rollup", "group_by")]
    with pytest.raises(SpecError) as refused:
        shop("k: {lookup: p.k, nullable: true}", rollup.replace("primary_key: [KEY], ", "").replace("KEY", "k"))
    assert [problem.path for problem in refused.value.problems] == [
        ("tables", "r", "columns", "k"),
        ("tables", "r", "columns", "x"),
    ]
    shop("y: {choice: {1: 1}}", rollup.replace("KEY", "kind").replace("max: n", "sum: n"))


def test_a_missing_median_gives_a_missing_value():
    for endings in ("", ", endings: {'.99': 1}"):
        column = f"w: {{choice: {{5: 1}}, null_share: 0.3}}\n      x: {{lognormal: {{median: w, sigma: 1{endings}}}, type: 'decimal(12,2)', nullable: true}}"
        frame = synth.frame(make(shop(column)), "o")
        assert 40 < frame["x"].null_count() < 140 and frame["x"].is_null().equals(frame["w"].is_null())


UNKNOWN = {
    "_k: {choice: {a: 1, b: 0.00001}}\n      x: {choice: {by: _k, values: {a: {u: 1}}}}": "x.choice.by: no values are declared for _k = 'b'",
    "x: {choice: {by: p.full, values: {a: {u: 1}}}}": "x.choice.by: no values are declared for p.full = 'b'",
    "_r: {lookup: kind.rank}\n      x: {choice: {by: _r, values: {1: {u: 1}}}}": "x.choice.by: no values are declared for _r = 2",
    "_l: {choice: {de_DE: 1, xx_XX: 0.00001}}\n      x: {last_name: {locale: _l}}": "x.last_name.locale: no names are known for locale 'xx_XX'",
    "_l: {choice: {de_DE: 1, sv_SE: 0.00001}}\n      _x: {place: {locale: _l}}": "_x.place.locale: no places are known for locale 'sv_SE'",
    "_l: {choice: {de_DE: 1}, null_share: 0.001}\n      x: {first_name: {locale: _l}}": "x.first_name.locale: '_l' may be NULL, which is no locale",
    "_l: {choice: {de_DE: 1}, null_share: 0.001}\n      _x: {place: {locale: _l}}": "_x.place.locale: '_l' may be NULL, which is no locale",
    "_l: {expr: CASE WHEN m > 3 THEN 'de_DE' END}\n      x: {last_name: {locale: _l}}": "'_l' may be NULL, which is no locale",
}  # fmt: skip


@pytest.mark.parametrize("column", UNKNOWN)
def test_values_for_which_nothing_is_declared_are_refused(column):
    with pytest.raises(SpecError, match=re.escape(UNKNOWN[column])):
        shop(column)


@pytest.mark.parametrize("name", shipped())
def test_shipped_datasets_declare_their_nulls(name):
    check(parse(shipped()[name].read_text()))
