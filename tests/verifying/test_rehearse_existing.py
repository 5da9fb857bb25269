"""`check` of specs that build on existing rows: others stand in for them, and what nobody can know is left open."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.errors import DataError, SpecError
from synth.existing.stand_in import ROWS, planned_on_stand_ins
from synth.spec.lineage import columns_that_tell_of
from synth.spec.load import parse
from synth.spec.scope import Scope
from synth.verifying.rehearse import rehearse

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  customers:
    existing: {arrival: created_at}
    primary_key: [code]
    columns:
      code: {type: varchar(5)}
      created_at: {type: timestamp}
      rebate: {type: "decimal(2,2)"}
      active: {type: boolean}
      group: {type: text}
      above: {type: varchar(5), references: customers, nullable: true}
  visits:
    existing: true
    per: customers
    primary_key: [code, n]
    columns:
      code: {type: varchar(5), references: customers}
      n: {type: smallint}
      on: {type: date}
  orders:
    rows: 3_000
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {season: consumer}}
      customer: {reference: {to: customers, alive_at: ordered_at, where: active}}
      qty: {uniform: {min: 1, max: 9}, type: integer}
      rebate: {lookup: customer.rebate}
MORE
"""
FOUND = {
    "    checks: {few: qty < 9}": (("tables", "orders", "checks", "few"), "check few, for instance order_id = "),
    "rules: {few: SELECT order_id FROM orders WHERE qty > 8}": (("rules", "few"), "rule few"),
    "      x: {lookup: customer.group, unique: true}": (("tables", "orders", "columns", "x", "unique"), "nothing makes x unique"),
    "  calls:\n    per: visits\n    fanout: {min: 1, max: 3, uniform: true}\n    primary_key: [code, about]\n"
    "    columns: {code: {lookup: visits.code}, about: {choice: {a: 1, b: 1}}}": (("tables", "calls", "primary_key"), "nothing makes (code, about) unique"),
}  # fmt: skip
LEFT_OPEN = (
    "    checks: {few: rebate < 0.2}",
    "rules: {few: SELECT order_id FROM orders WHERE rebate > 0.2}",
    "rules: {none: SELECT code FROM customers WHERE rebate > 0.2}",
    "      x: {choice: {by: customer.group, values: {a: {x: 1}}}}",
    "      x: {expr: \"ROUND(1 / (customer.rebate - customer.rebate), 2)\"}",
    "      x: {expr: customer.group, type: varchar(3)}",
    "  calls: {per: visits, fanout: {min: 1, max: 3, uniform: true}, columns: {id: {key: sequence}, on: {lookup: visits.on}}}",
    "  seats: {existing: true, primary_key: [id], columns: {id: {type: bigint}}}\n"
    "  cards: {rows: 100_000, columns: {id: {key: sequence}, of: {reference: {to: seats, unique: true}}}}",
    "  d:\n    select: SELECT code AS k, COUNT(*) AS n FROM visits GROUP BY code\n    primary_key: [k]\n"
    "    columns: {k: {type: varchar(5)}, n: {type: bigint}}",
    "  d:\n    select: SELECT n AS k, code FROM visits\n    primary_key: [k]\n"
    "    columns: {k: {type: smallint}, code: {type: varchar(4)}}",
)  # fmt: skip


@pytest.mark.parametrize("more", FOUND)
def test_what_the_spec_alone_breaks_is_found(more):
    path, what = FOUND[more]
    with pytest.raises(SpecError) as refused:
        rehearse(parse(SHOP.replace("MORE", more)))
    found = {problem.path: problem for problem in refused.value.problems}
    assert path in found and what in found[path].what, found


@pytest.mark.parametrize("more", LEFT_OPEN)
def test_what_only_the_true_rows_can_tell_is_left_open(more):
    rehearse(parse(SHOP.replace("MORE", more)))


def test_values_that_cannot_be_drawn_from_made_columns_are_found():
    unknown = (
        "      _l: {expr: \"CASE WHEN qty > 3 THEN 'en_US' ELSE 'xx_XX' END\"}\n      x: {last_name: {locale: _l}}"
    )
    with pytest.raises(DataError, match="no names are known for locale 'xx_XX'"):
        rehearse(parse(SHOP.replace("MORE", unknown)))


def test_stand_ins_fit_what_the_spec_says_of_them():
    plan = planned_on_stand_ins(parse(SHOP.replace("MORE", "      x: {lookup: customer.above, nullable: true}\n      y: {lookup: customer.group}\n"
    "  calls: {per: visits, fanout: {min: 1, max: 3, uniform: true}, columns: {id: {key: sequence}, on: {lookup: visits.on}}}")))  # fmt: skip
    customers, visits = plan.content.frames["customers"], plan.content.frames["visits"]
    early = planned_on_stand_ins(
        plan.dataset.model_copy(update={"period": plan.dataset.period}), until=dt.date(2025, 2, 1)
    )
    assert 0.5 * ROWS < early.content.frames["customers"].height < customers.height == ROWS  # who has come by then
    assert customers["code"].n_unique() == ROWS and customers["above"].is_in(customers["code"].implode()).all()
    assert visits.height == ROWS and visits["code"].value_counts()["count"].to_list() == [2] * (ROWS // 2)


def test_columns_that_tell_of_existing_rows():
    more = (
        "      _half: {expr: rebate * 2, type: \"decimal(12,2)\"}\n      own: {expr: qty + 1}\n"
        "  sums:\n    rollup: {table: orders, group_by: [customer], aggregates: {q: {sum: qty}}}\n    primary_key: [customer]\n"
        "    columns: {customer: {}, q: {}}"
    )  # fmt: skip
    told = columns_that_tell_of(Scope(parse(SHOP.replace("MORE", more))), ["customers"])
    assert {("orders", "customer"), ("orders", "rebate"), ("orders", "_half"), ("sums", "customer")} <= told
    assert not {("orders", "qty"), ("orders", "own"), ("orders", "order_id"), ("orders", "ordered_at")} & told
    assert columns_that_tell_of(Scope(parse(SHOP.replace("MORE", more))), []) == set()
