"""Specs compared: the same in other words is the same, and one changed word is found, and is all that is told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import frames
from synth.comparing.specs import compare_specs
from synth.differences import specs_text
from synth.errors import OptionError, SpecError
from synth.plan.make import make
from synth.spec.load import load, shipped

SHOP = """\
dataset: shop
about: A shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  customers:
    about: Who buys
    rows: 40
    columns:
      customer_id: {key: sequence}
      name: {last_name: {}, about: What they are called}
      tier: {choice: {basic: 0.7, gold: 0.3}}
      points: {uniform: {min: 0, max: 90}, type: integer}
  stores:
    rows: 7
    columns:
      store_id: {key: sequence}
      city: {choice: {Bonn: 1, Lyon: 2}}
  orders:
    per: customers
    fanout: {poisson: true, mean: 3, max: 9}
    columns:
      order_id: {key: sequence}
      customer_id: customers
      store_id: {reference: {to: stores}}
      amount: {lognormal: {median: 40, sigma: 0.5}, type: 'decimal(12,2)'}
      doubled: {expr: amount * 2}
    checks: {positive: amount > 0}
    unique: [[order_id, store_id]]
rules:
  free: SELECT order_id FROM orders WHERE amount = 0
"""
SHOP = SHOP.replace("customer_id: customers\n", "customer_id: {reference: {to: customers}}\n")

# what is changed in the text, and what is told of it: its path, before, after
WORDS = [
    ("dataset: shop", "dataset: store", "dataset", "shop", "store"),
    ("about: A shop", "about: Another", "about", "A shop", "Another"),
    ("until: 2026-01-01", "until: 2026-02-01", "period.until", "2026-01-01", "2026-02-01"),
    ("about: Who buys", "about: Who", "tables.customers.about", "Who buys", "Who"),
    ("rows: 40", "rows: 41", "tables.customers.rows.base", 40, 41),
    ("rows: 7", "rows: {base: 7, growth: 0.5}", "tables.stores.rows.growth", 1.0, 0.5),
    ("What they are called", "Names", "tables.customers.columns.name.about", "What they are called", "Names"),
    ("basic: 0.7", "basic: 0.6", "tables.customers.columns.tier.parameters.values.basic", 0.7, 0.6),
    ("max: 90", "max: 80", "tables.customers.columns.points.parameters.max", 90, 80),
    ("type: integer}", "type: bigint}", "tables.customers.columns.points.type", "integer", "bigint"),
    ("type: integer}", "type: integer, native: {mysql: int unsigned}}", "tables.customers.columns.points.native.mysql", None, "int unsigned"),
    ("last_name", "first_name", "tables.customers.columns.name.generator", {"last_name": {}}, {"first_name": {}}),
    ("mean: 3", "mean: 4", "tables.orders.fanout.mean", 3, 4),
    ("sigma: 0.5", "sigma: 0.6", "tables.orders.columns.amount.parameters.sigma", 0.5, 0.6),
    ("amount * 2", "amount * 3", "tables.orders.columns.doubled.parameters.sql", "amount * 2", "amount * 3"),
    ("amount > 0", "amount >= 0", "tables.orders.checks.positive", "amount > 0", "amount >= 0"),
    ("[[order_id, store_id]]", "[]", "tables.orders.unique", [["order_id", "store_id"]], []),
    ("to: stores}", "to: stores}, null_share: 0.1", "tables.orders.columns.store_id.null_share", 0.0, 0.1),
    ("amount = 0", "amount = 1", "rules.free", None, None),
]  # fmt: skip


@pytest.fixture
def differ(tmp_path):
    """Compare two texts."""

    def compare(first, second, **options):
        for name, text in (("a.yaml", first), ("b.yaml", second)):
            (tmp_path / name).write_text(text)
        return compare_specs(tmp_path / "a.yaml", tmp_path / "b.yaml", **options)

    return compare


def told(found):
    """What is said differently, without what follows from it."""
    return [each.as_dict() for each in found.changes if not each.follows]


@pytest.mark.parametrize("name", shipped())
def test_a_spec_is_the_same_as_itself(name):
    found = compare_specs(name, name)
    assert found.same and not any(found.content.values())
    assert specs_text(found).endswith("mean the same")


@pytest.mark.parametrize("old, new, path, before, after", WORDS, ids=[word[2] for word in WORDS])
def test_one_changed_word_is_told_alone(differ, old, new, path, before, after):
    assert old in SHOP
    changed = SHOP.replace(old, new, 1)
    (one,) = told(differ(SHOP, changed))
    assert ".".join(one["path"]) == path and one["what"] == "changed"
    if before is not None:
        both = [one["before"], one["after"]]
        if path.endswith("generator"):  # whose parameters are told with it
            both = [{name: {} for name in each} for each in both]
        assert both == [before, after]
    line = SHOP[: SHOP.index(old)].count("\n") + 1
    assert one["before_at"].split("a.yaml:")[1].startswith(f"{line}:")
    assert differ(changed, changed).same


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(WORDS), unique_by=lambda word: word[0], min_size=1, max_size=4))
def test_several_changed_words_are_told_each(tmp_path_factory, words):
    folder = tmp_path_factory.mktemp("specs")
    text = SHOP
    for old, new, *_ in words:
        text = text.replace(old, new, 1)
    (folder / "a.yaml").write_text(SHOP)
    (folder / "b.yaml").write_text(text)
    found = compare_specs(folder / "a.yaml", folder / "b.yaml")
    assert sorted(".".join(each["path"]) for each in told(found)) == sorted(word[2] for word in words)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 9))
def test_one_changed_number_of_a_shipped_spec_is_told_alone(tmp_path_factory, which, digit):
    text = shipped()["inventory"].read_text("utf-8")
    numbers = list(re.finditer(r"(?<=: )0?\.?\d+(?=[,}\n])", text))
    at = numbers[which % len(numbers)]
    path = tmp_path_factory.mktemp("numbers") / "inventory.yaml"
    path.write_text(f"{text[: at.end() - 1]}{digit}{text[at.end() :]}")
    try:
        load(path)
    except SpecError:
        return
    found = compare_specs("inventory", path)
    changed = text[at.end() - 1] != str(digit)
    assert len(told(found)) == changed, (at[0], told(found))
    if changed:
        assert f":{text[: at.start()].count(chr(10)) + 1}:" in told(found)[0]["before_at"]


@pytest.mark.parametrize(
    "old, new",
    [
        ("rows: 40", "rows: {base: 40, growth: 1.0}"),
        ("{reference: {to: stores}}", "{reference: {to: stores}, nullable: false}"),
        ("{choice: {basic: 0.7, gold: 0.3}}", "{choice: {basic: 7.0e-1, gold: 0.30}}"),
        ("{expr: amount * 2}", "{expr: {sql: 'amount  *  2'}}"),
        ("amount > 0", "(amount>0)"),
        ("SELECT order_id FROM orders WHERE amount = 0", "\"select order_id\\nfrom orders where amount = 0 -- none\""),
        ("{key: sequence}", "{key: {kind: sequence}}"),
        ("fanout: {poisson: true, mean: 3, max: 9}", "fanout: {max: 9, mean: 3.0, poisson: true, min: 0}"),
        ("  stores:", "  # a comment\n  stores:"),
    ],
)  # fmt: skip
def test_other_words_of_the_same_meaning(differ, old, new):
    assert old in SHOP
    found = differ(SHOP, SHOP.replace(old, new, 1))
    assert found.same or old == "amount > 0", [each.as_dict() for each in found.changes]


def test_a_type_that_is_inferred_is_that_type_written(differ):
    inferred = str(load_type(differ, SHOP))
    found = differ(SHOP, SHOP.replace("{expr: amount * 2}", f"{{expr: amount * 2, type: '{inferred}'}}"))
    assert found.same


def load_type(differ, text):
    from synth.spec.load import parse
    from synth.spec.scope import Scope

    return Scope(parse(text)).type_of("orders", "doubled")


def test_what_follows_is_told_as_such(differ):
    """The type of a formula follows from that of a column in it; nobody has written it."""
    shop = SHOP.replace("  stores:\n", "      again: {expr: points}\n  stores:\n")
    found = differ(shop, shop.replace("type: integer", "type: bigint"))
    said = {".".join(each.change.path): each.follows for each in found.changes}
    assert said == {"tables.customers.columns.points.type": False, "tables.customers.columns.again.type": True}
    assert "customers.again.type: integer → bigint (follows)" in specs_text(found)


def test_tables_and_columns_that_come_and_go(differ):
    less = SHOP.replace("      points: {uniform: {min: 0, max: 90}, type: integer}\n", "")
    (gone,) = told(differ(SHOP, less))
    assert gone["what"] == "gone" and gone["path"][-1] == "points" and gone["after_at"] is None
    (added,) = told(differ(less, SHOP))
    assert added["what"] == "added" and added["before_at"] is None and ":12:" in added["after_at"]
    renamed = differ(SHOP, SHOP.replace("stores", "shops"))
    assert {("added", "shops"), ("gone", "stores")} <= {(e["what"], e["path"][-1]) for e in told(renamed)}


def test_the_order_of_columns_and_values_is_told(differ):
    swapped = re.sub(r"(      name:.*\n)(      tier:.*\n)", r"\2\1", SHOP)
    (one,) = told(differ(SHOP, swapped))
    assert one["what"] == "order" and one["path"] == ["tables", "customers", "columns"]
    (one,) = told(differ(SHOP, SHOP.replace("{basic: 0.7, gold: 0.3}", "{gold: 0.3, basic: 0.7}")))
    assert one["what"] == "order" and one["after"] == ["gold", "basic"]


def test_only_some_tables(differ):
    other = SHOP.replace("rows: 40", "rows: 41").replace("rows: 7", "rows: 8")
    (one,) = told(differ(SHOP, other, tables=["stores"]))
    assert one["path"][1] == "stores"
    with pytest.raises(OptionError, match="neither spec has a table 'store'\n  hint: did you mean 'stores'"):
        differ(SHOP, other, tables=["store"])


WITH = {"stores": ["stores", "orders"], "customers": ["customers", "orders"]}


@pytest.mark.parametrize("old, new, path", [word[:3] for word in WORDS], ids=[word[2] for word in WORDS])
def test_tables_that_are_said_to_stay_do(differ, old, new, path, tmp_path):
    """What is told of content is proved by drawing both."""
    found = differ(SHOP, SHOP.replace(old, new, 1))
    first, second = (frames(make(load(tmp_path / name))) for name in ("a.yaml", "b.yaml"))
    assert first.keys() == second.keys() == found.content.keys()
    for name, may in found.content.items():
        assert may or first[name].equals(second[name]), name
    if path.startswith(("tables.stores", "tables.customers.columns.points")):
        assert [name for name, may in found.content.items() if may] == WITH[path.split(".")[1]]
