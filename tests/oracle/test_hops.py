"""Paths over several references: each value beside one that is looked up step by step, in plain Python."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from synth.api import block, frame
from synth.errors import SpecError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import dump, parse
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder

SPEC = """
dataset: hops
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  continents:
    values: [[1, Europe, EU], [2, Asia, AS], [3, Africa, AF]]
    primary_key: [id]
    columns: {id: {type: integer}, name: {type: text}, code: {type: varchar(2)}}
  countries:
    rows: 12
    columns:
      id: {key: {kind: code, prefix: C}}
      code: {pattern: "[A-Z]{3}", unique: true}
      area: {uniform: {min: 1, max: 999}, type: "decimal(9,2)"}
      continent_id: {reference: continents}
  rates:
    values: [[1, EU, 2020-01-01, 3], [2, EU, 2024-05-01, 1], [3, AS, 2020-01-01, 2], [4, AF, 2020-01-01, 1]]
    primary_key: [id]
    columns: {id: {type: integer}, continent: {type: varchar(2)}, begins: {type: date}, of: {reference: continents}, rank: {type: integer}}
  customers:
    rows: 90
    columns:
      id: {key: sequence}
      joined: {arrival: {since: 2023-01-01, before_start: 0.5}}
      country_id: {reference: countries}
      boss_id: {reference: {to: customers, roots: 0.2}, nullable: true}
      left_on: {delay: {after: joined, median: 90, sigma: 1, max: 900}}
      above: {lookup: boss_id.boss_id.country_id.code, nullable: true}
  orders:
    rows: 900
    columns:
      id: {key: sequence}
      ordered_at: {arrival: {since: 2023-06-01, before_start: 0.2}}
      customer_id: {reference: customers}
      continent: {lookup: customer_id.country_id.continent_id.name}
      continent_code: {lookup: customer_id.country_id.continent_id.code}
      rate: {in_force: {table: rates, match: {continent: continent_code}, at: ordered_at, begins: begins, column: id}}
      rated: {lookup: rate.of.name}
  lines:
    per: orders
    fanout: {mean: 3, min: 1, max: 6, poisson: true}
    columns:
      id: {key: sequence}
      order_id: {reference: orders}
      n: {ordinal: orders}
      code: {lookup: orders.customer_id.country_id.code}
      same: {lookup: order_id.customer_id.country_id.continent_id.name}
      before: {expr: "COALESCE(previous.order_id.customer_id.country_id.code, '-')"}
      text: {expr: "UPPER(orders.customer_id.country_id.continent_id.name) || ' ' || orders.customer_id.country_id.id"}
      shown: {state: "orders.customer_id.country_id.area * 2"}
  returns:
    rows: 300
    columns:
      id: {key: sequence}
      returned_at: {arrival: {}}
      line_id: {reference: lines}
      country: {lookup: line_id.order_id.customer_id.country_id.code}
      deep: {lookup: line_id.order_id.customer_id.country_id.continent_id.name}
      number: {expr: "line_id.order_id.customer_id.country_id.continent_id.id * 10 + line_id.n"}
      helper: {reference: {to: customers, match: {country_id: line_id.order_id.customer_id.country_id}}}
      boss: {lookup: line_id.order_id.customer_id.boss_id.boss_id.id, nullable: true}
      price: {gamma: {shape: 2, mean: line_id.order_id.customer_id.country_id.area}}
"""


@pytest.fixture(scope="module")
def plan():
    return make(parse(SPEC))


def by_id(plan, table: str) -> dict:
    return {row["id"]: row for row in frame(plan, table).to_dicts()}


def test_values_are_those_at_the_end_of_the_path(plan):
    found = {table: by_id(plan, table) for table in plan.dataset.tables if table != "rates"}
    customers, lines = found["customers"], found["lines"]
    rates = {row["id"]: row for row in frame(plan, "rates").to_dicts()}

    def country(customer):
        return found["countries"][customers[customer]["country_id"]]

    def continent(customer):
        return found["continents"][country(customer)["continent_id"]]["name"]

    def twice_up(customer):
        boss = customers[customer]["boss_id"]
        return boss and customers[boss]["boss_id"]

    for row in customers.values():
        assert row["above"] == (country(top)["code"] if (top := twice_up(row["id"])) else None)
    for row in found["orders"].values():
        assert row["continent"] == continent(row["customer_id"])
        assert row["rated"] == found["continents"][rates[row["rate"]]["of"]]["name"]
    for row in lines.values():
        customer = found["orders"][row["order_id"]]["customer_id"]
        here = country(customer)
        assert (row["code"], row["same"]) == (here["code"], continent(customer))
        assert row["before"] == ("-" if row["n"] == 1 else here["code"])
        assert row["text"] == f"{continent(customer).upper()} {here['id']}" and row["shown"] == 2 * here["area"]
    helped = 0
    for row in found["returns"].values():
        line = lines[row["line_id"]]
        customer = found["orders"][line["order_id"]]["customer_id"]
        here = country(customer)
        assert (row["country"], row["deep"]) == (here["code"], continent(customer))
        assert row["number"] == here["continent_id"] * 10 + line["n"]
        assert customers[row["helper"]]["country_id"] == customers[customer]["country_id"]
        assert row["boss"] == twice_up(customer)
        helped += row["helper"] != customer
    assert helped and any(row["boss"] for row in found["returns"].values())


def test_scales_follow_a_column_over_several_references(plan):
    returns, areas = by_id(plan, "returns"), {row["code"]: row["area"] for row in frame(plan, "countries").to_dicts()}
    ratios = [row["price"] / float(areas[row["country"]]) for row in returns.values()]
    assert sum(ratios) / len(ratios) == pytest.approx(1, abs=5 * 0.71 / len(ratios) ** 0.5)


def test_the_columns_between_are_not_written_and_read_back_alike(plan):
    assert not [name for name in plan.tables["orders"].written if name.startswith("_")]
    assert parse(dump(plan.dataset)) == plan.dataset
    assert {"_customer_id_country_id_code", "_customer_id_country_id_continent_id_name"} <= {
        *plan.spec("orders").columns
    }


def test_a_lookup_that_is_there_is_taken_and_another_name_is_not():
    text = SPEC.replace("      ordered_at:", "      _mine: {lookup: customer_id.country_id.code}\n      ordered_at:", 1)
    plan = make(parse(text.replace("      country_id: {reference: countries}", """      country_id: {reference: countries}
      _country_id_code: {choice: {x: 1}}""", 1)))  # fmt: skip
    orders, customers = plan.spec("orders").columns, plan.spec("customers").columns
    assert "_customer_id_country_id_code" not in orders and "_country_id_code_2" in customers
    assert frame(plan, "lines")["code"].equals(frame(make(parse(SPEC)), "lines")["code"])


def test_blocks_and_earlier_moments_are_the_same(plan):
    second = make(parse(SPEC), scale=30)
    whole = frame(second, "lines")
    alone = block(second, "orders", 1)["lines"]
    assert alone.equals(whole.join(alone.select("id"), on="id", how="semi", maintain_order="left"))
    late = frame(plan, "returns")
    early = frame(make(parse(SPEC), until=dt.date(2024, 6, 1)), "returns")
    assert 0 < len(early) and early.equals(late.join(early.select("id"), on="id", how="semi", maintain_order="left"))


def test_runs_are_the_same_on_any_number_of_workers_and_in_steps(tmp_path):
    dataset = parse(SPEC)
    whole = generate(make(dataset), tmp_path / "one", workers=1)
    assert all(finding.passed for finding in verify_folder(whole.folder).findings)
    prints = {name: entry.fingerprint for name, entry in whole.manifest.tables.items()}
    two = generate(make(dataset), tmp_path / "two", workers=2).manifest
    assert {name: entry.fingerprint for name, entry in two.tables.items()} == prints
    early = generate(make(dataset, until=dt.date(2024, 7, 1)), tmp_path / "steps")
    for until in (dt.date(2024, 7, 2), dt.date(2025, 1, 1)):
        advance_folder(early.folder, until)
    assert {name: entry.fingerprint for name, entry in Manifest.read(early.folder).tables.items()} == prints


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("line_id.order_id.customer.country_id.code", "unknown name 'customer.country_id.code'"),
        ("line_id.order_id.customer_id.country_id.cod", "unknown column 'cod' in countries"),
        ("line_id.order_id.n.code", "unknown name 'n.code'"),
        ("line_id.order_id.ordered_at.code", "'ordered_at.code': 'ordered_at' is no reference"),
        ("line_id.order_id.customer_id.", "unknown column 'customer_id.' in orders"),
    ],
)
def test_a_step_that_leads_nowhere_is_told_at_the_path(path, message):
    with pytest.raises(SpecError, match=re.escape(message)) as caught:
        parse(SPEC.replace("{lookup: line_id.order_id.customer_id.country_id.code}", f"{{lookup: {path}}}"))
    assert caught.value.problems[0].path == ("tables", "returns", "columns", "country", "lookup")


def test_a_state_does_not_see_through_references_what_shows_later():
    with pytest.raises(SpecError, match="'customer_id.left_on' is hidden until `left_on` has come"):
        parse(
            SPEC.replace(
                "      price:", '      gone: {state: "line_id.order_id.customer_id.left_on < until"}\n      price:'
            )
        )


def test_null_at_the_end_or_on_the_way_is_declared():
    with pytest.raises(SpecError, match="NULL can come out of it, and it is not nullable"):
        parse(SPEC.replace("boss_id.boss_id.id, nullable: true", "boss_id.boss_id.id"))


def test_a_column_that_needs_itself_over_several_references_is_refused():
    with pytest.raises(SpecError, match="a cycle"):
        parse(
            SPEC.replace(
                "{lookup: boss_id.boss_id.country_id.code, nullable: true}",
                "{lookup: boss_id.boss_id.above, nullable: true}",
            )
        )
