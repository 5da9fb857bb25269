"""References to any row: of children, within a known row, matching columns, others than a named one, in every combination.

Each row is looked at by itself: which parents it might have had is worked out in plain Python from the tables.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import block, frame
from synth.errors import DataError, SpecError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder

EXAMPLES = int(os.environ.get("SYNTH_TEST_EXAMPLES", "40")) // 2  # `make test-long` asks for a thousand

SPEC = """
dataset: any_row
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  shops:
    rows: 12
    columns:
      shop_id: {{key: uuid}}
      kind: {{choice: {{a: 0.5, b: 0.5}}}}
      opened: {{{opened}}}
  shelves: {{per: shops, fanout: {{{shelves}}}, columns: {{shelf_id: {{key: sequence}}, shop_id: {{reference: shops}}}}}}
  goods:
    per: shelves
    fanout: {{{goods}}}
    columns:
      good_id: {{key: {{kind: code, prefix: G}}}}
      shelf_id: {{reference: shelves}}
      shop_id: {{lookup: shelves.shop_id}}
      colour: {{choice: {{red: 0.5, blue: 0.3, green: 0.2}}, nullable: true, null_share: 0.1}}
      worth: {{uniform: {{min: 0, max: 3}}, type: integer}}
      sold: {{choice: {{true: 0.8, false: 0.2}}, type: boolean}}
  orders:
    rows: 40
    columns:
      order_id: {{key: sequence}}
      ordered_at: {{arrival: {{}}}}
      shop_id: {{reference: shops}}
  lines:
    per: orders
    fanout: {{min: 1, max: 3, uniform: true}}
    columns:
      line_id: {{key: sequence}}
      order_id: {{reference: orders}}
      shop_id: {{lookup: orders.shop_id}}
      wants: {{choice: {{red: 0.4, blue: 0.4, green: 0.2}}}}
      shop: {{reference: shops}}
      first: {{reference: {{to: goods, optional: true}}, nullable: true}}
      good_id: {{reference: {{to: goods, optional: true{words}}}, nullable: true}}
      shelf: {{lookup: good_id.shelf_id, nullable: true}}
"""
WORDS = {
    "within": "within: shop", "match": "match: {colour: wants}", "other_than": "other_than: first",
    "where": "where: sold", "weights": "weights: worth", "distinct_per": "distinct_per: orders",
    "popularity": "popularity: {zipf_mandelbrot: {s: 1, q: 0.1}}",
}  # fmt: skip
ARRIVING, STANDING = (
    "arrival: {since: 2023-06-01, before_start: 0.5}",
    "uniform: {min: 2020-01-01, max: 2021-01-01}, type: date",
)
SOME, EXACT = "min: 0, max: 4, mean: 1.5, poisson: true", "min: 1, max: 3, mean: 2, poisson: true, exact: true"


@dataclass(frozen=True)
class Case:
    words: frozenset[str]
    arriving: bool = True
    exact: bool = False

    @property
    def text(self):
        words = "".join(f", {WORDS[word]}" for word in sorted(self.words))
        fanout, opened = EXACT if self.exact else SOME, ARRIVING if self.arriving else STANDING
        return SPEC.format(opened=opened, shelves=fanout, goods=fanout, words=words)

    def plan(self, **options):
        return make(parse(self.text), **options)


cases = st.builds(
    Case,
    st.sets(st.sampled_from(sorted(WORDS)))
    .map(frozenset)
    .filter(lambda words: not {"weights", "popularity"} <= words and not {"popularity", "where"} <= words - {"where"}),
    st.booleans(),
    st.booleans(),
)


def possible(case, line, order, goods, shops):
    """The goods that a line might have, by a look at each of them."""
    for good in goods:
        came = shops[good["shop_id"]]["opened"]
        if case.arriving and came >= order["ordered_at"] and "within" not in case.words:
            continue
        if "within" in case.words and good["shop_id"] != line["shop"]:
            continue
        if "match" in case.words and good["colour"] != line["wants"]:
            continue
        if "other_than" in case.words and good["good_id"] == line["first"]:
            continue
        if "where" in case.words and not good["sold"]:
            continue
        if "weights" in case.words and not good["worth"]:
            continue
        yield good["good_id"]


@settings(max_examples=EXAMPLES, deadline=None)
@given(case=cases, seed=st.integers(0, 2**32))
def test_each_row_has_one_of_those_that_it_might_have(case, seed):
    plan = case.plan(seed=seed)
    goods, lines = frame(plan, "goods").to_dicts(), frame(plan, "lines").to_dicts()
    shops = {row["shop_id"]: row for row in frame(plan, "shops").to_dicts()}
    orders = {row["order_id"]: row for row in frame(plan, "orders").to_dicts()}
    shelf_of = {row["good_id"]: row["shelf_id"] for row in goods}
    taken = Counter()
    for line in lines:
        some = set(possible(case, line, orders[line["order_id"]], goods, shops))
        distinct = "distinct_per" in case.words
        if line["good_id"] is None:
            left = {good for good in some if not (distinct and taken[line["order_id"], good])}
            assert not left or distinct  # with `distinct_per` a later line may have taken what an earlier one lacks
        else:
            assert line["good_id"] in some
            assert line["shelf"] == shelf_of[line["good_id"]]
            taken[line["order_id"], line["good_id"]] += 1
    assert "distinct_per" not in case.words or max(taken.values(), default=0) <= 1


@settings(max_examples=max(2, EXAMPLES // 3), deadline=None)
@given(case=cases, days=st.integers(1, 365))
def test_what_was_chosen_stays_at_a_later_until(case, days):
    whole = frame(case.plan(), "lines")
    until = dt.date(2024, 1, 1) + dt.timedelta(days=days)
    earlier = frame(case.plan(until=until), "lines")
    assert earlier.equals(whole.join(earlier.select("line_id"), on="line_id", how="semi", maintain_order="left"))


def test_blocks_stand_alone(monkeypatch):
    plan = Case(frozenset({"within", "match", "weights"})).plan(scale=900)  # several blocks of orders
    assert plan.family("orders").blocks > 2
    whole = frame(plan, "lines")
    second = block(plan, "orders", 1)["lines"]
    assert second.equals(whole.join(second.select("line_id"), on="line_id", how="semi", maintain_order="left"))


# -- how often each is chosen


def chi_square(counts, weights):
    total, weight = sum(counts.values()), sum(weights.values())
    return sum((counts[k] - total * w / weight) ** 2 / (total * w / weight) for k, w in weights.items() if w)


LARGE = """
dataset: large
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  boxes: {rows: 5, columns: {box_id: {key: sequence}}}
  balls:
    per: boxes
    fanout: {min: 4, max: 4, shares: {4: 1}}
    columns:
      ball_id: {key: sequence}
      box_id: {reference: boxes}
      colour: {choice: {red: 0.5, blue: 0.5}}
      weight: {uniform: {min: 1, max: 5}, type: integer}
  draws:
    rows: 30000
    columns:
      draw_id: {key: sequence}
      box_id: {reference: boxes}
      any: {reference: balls}
      of_box: {reference: {to: balls, within: box_id}}
      heavy: {reference: {to: balls, within: box_id, weights: weight}}
      other: {reference: {to: balls, within: box_id, other_than: of_box}}
      wants: {lookup: any.colour}
      same: {reference: {to: balls, match: {colour: wants}, weights: weight}}
"""


def test_all_are_chosen_as_often_as_they_weigh():
    plan = make(parse(LARGE))
    balls, draws = frame(plan, "balls").to_dicts(), frame(plan, "draws").to_dicts()
    weight = {ball["ball_id"]: ball["weight"] for ball in balls}
    one = dict.fromkeys(weight, 1)
    assert chi_square(Counter(row["any"] for row in draws), one) < 43.8  # 19 degrees: one in a thousand is above
    box = {ball["ball_id"]: ball["box_id"] for ball in balls}
    for number in range(1, 6):
        rows = [row for row in draws if row["box_id"] == number]
        here = [ball for ball in box if box[ball] == number]
        assert chi_square(Counter(row["of_box"] for row in rows), {ball: 1 for ball in here}) < 16.3  # 3 degrees
        assert chi_square(Counter(row["other"] for row in rows), {ball: 1 for ball in here}) < 16.3
        assert chi_square(Counter(row["heavy"] for row in rows), {ball: weight[ball] for ball in here}) < 16.3
    colour = {ball["ball_id"]: ball["colour"] for ball in balls}
    for wanted in ("red", "blue"):
        rows = Counter(row["same"] for row in draws if row["wants"] == wanted)
        alike = {ball: weight[ball] for ball in weight if colour[ball] == wanted}
        assert set(rows) <= set(alike) and chi_square(rows, alike) < 40


# -- the own family, and families that need each other


FRIENDS = """
dataset: friends
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  users:
    rows: 300
    columns:
      user_id: {key: sequence}
      joined: {arrival: {before_start: 0.4, since: 2023-01-01}}
      fame: {choice: {0: 0.2, 1: 0.5, 9: 0.3}}
      name: {coined: {}}
      guide: {reference: {to: users, where: guides, match: {team: team}}, nullable: true}
      guide_name: {lookup: guide.name, nullable: true}
      team: {choice: {x: 0.5, y: 0.5}}
      guides: {choice: {true: 0.5, false: 0.5}, type: boolean}
  follows:
    per: users
    fanout: {min: 0, max: 9, mean: 3, poisson: true}
    primary_key: [follower, followee]
    columns:
      follower: {reference: users}
      followee: {reference: {to: users, weights: fame, other_than: follower, distinct_per: users}}
      name: {lookup: followee.name}
"""


@pytest.mark.parametrize("until", [dt.date(2024, 5, 1), dt.date(2025, 1, 1)])
def test_rows_of_the_own_family_are_a_choice_of_their_own(until):
    plan = make(parse(FRIENDS), until=until)
    users = {row["user_id"]: row for row in frame(plan, "users").to_dicts()}
    follows = frame(plan, "follows").to_dicts()
    assert follows
    for row in follows:
        other = users[row["followee"]]
        assert row["followee"] != row["follower"] and other["fame"] > 0 and row["name"] == other["name"]
        assert other["joined"] < dt.datetime(2024, 1, 1)  # nothing says when: those that are there at the start
    assert len({(row["follower"], row["followee"]) for row in follows}) == len(follows)
    for row in users.values():
        earlier = [
            u for u in users.values() if u["user_id"] < row["user_id"] and u["guides"] and u["team"] == row["team"]
        ]
        assert (row["guide"] is None) == (not earlier)
        if row["guide"] is not None:
            assert row["guide"] in [u["user_id"] for u in earlier] and row["guide_name"] == users[row["guide"]]["name"]


RING = """
dataset: ring
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  stores:
    rows: 4
    columns:
      store_id: {key: sequence}
      town: {coined: {}}
      size: {uniform: {min: 1, max: 9}, type: integer}
      manager: {reference: {to: staff, unique: true}}
      manager_name: {lookup: manager.name}
      manager_town: {lookup: manager.home}
  staff:
    rows: 30
    columns:
      staff_id: {key: sequence}
      name: {coined: {}}
      store: {reference: {to: stores, weights: size}}
      home: {lookup: store.town}
"""


def test_families_may_need_each_other():
    plan = make(parse(RING))
    stores = {row["store_id"]: row for row in frame(plan, "stores").to_dicts()}
    staff = {row["staff_id"]: row for row in frame(plan, "staff").to_dicts()}
    assert len({row["manager"] for row in stores.values()}) == 4
    for row in stores.values():
        assert row["manager_name"] == staff[row["manager"]]["name"]
        assert row["manager_town"] == staff[row["manager"]]["home"]
    for row in staff.values():
        assert row["home"] == stores[row["store"]]["town"]


def test_a_cycle_of_columns_is_refused():
    spec = RING.replace("town: {coined: {}}", "town: {lookup: manager.home}")
    with pytest.raises(SpecError, match=r"a cycle: stores\.town → staff\.home → stores\.town"):
        make(parse(spec))


# -- what cannot be found


def test_a_row_that_finds_none_is_told():
    spec = LARGE.replace("wants: {lookup: any.colour}", "wants: {choice: {green: 1}}")
    with pytest.raises((DataError, SpecError), match="no row of balls can be chosen for some rows"):
        frame(make(parse(spec)), "draws")
    none = spec.replace("match: {colour: wants}", "match: {colour: wants}, optional: true").replace(
        "weights: weight}}\n", "weights: weight}, nullable: true}\n"
    )
    assert frame(make(parse(none)), "draws")["same"].null_count() == 30000


# -- runs, and steps of time


@pytest.mark.parametrize("spec", [FRIENDS, RING, LARGE, Case(frozenset({"match", "within", "weights"})).text], ids=len)
def test_runs_are_the_same_on_any_number_of_workers_and_in_steps(spec, tmp_path):
    dataset = parse(spec)
    whole = generate(make(dataset), tmp_path / "one", workers=1)
    assert all(finding.passed for finding in verify_folder(whole.folder).findings)
    prints = {name: entry.fingerprint for name, entry in whole.manifest.tables.items()}
    two = generate(make(dataset), tmp_path / "two", workers=2).manifest
    assert {name: entry.fingerprint for name, entry in two.tables.items()} == prints
    early = generate(make(dataset, until=dt.date(2024, 7, 1)), tmp_path / "steps")
    for until in (dt.date(2024, 7, 2), dt.date(2025, 1, 1)):
        advance_folder(early.folder, until)
    assert {name: entry.fingerprint for name, entry in Manifest.read(early.folder).tables.items()} == prints


# -- what is refused


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{to: balls, within: draw_id}", "within: 'draw_id' points at no row that rows of balls are born with"),
        ("{to: balls, other_than: box_id}", "other_than: 'box_id' does not point at rows of balls"),
        ("{to: balls, other_than: same}", "a reference cannot be known before it is chosen"),
        ("{to: balls, match: {weight: wants}}", r"match\.weight: balls\.weight is integer, and 'wants' is text"),
        ("{to: balls, match: {colour: maybe}}", "'maybe' may be NULL, and no row of balls matches it then"),
        ("{to: balls, within: lost}", "'lost' may be NULL, and no row of balls is born with none"),
        ("{to: balls, unique: true}", "`unique` matches the numbers of rows, and those of balls are not known"),
        ("{to: balls, alive_at: draw_id}", "alive_at: balls has no arrival column"),
        ("{to: balls, within: none}", "within: 'none' points at no row that rows of balls are born with"),
        ("{to: balls, match: {none: wants}}", "unknown column 'none' in balls"),
    ],
)
def test_what_no_row_can_have_is_refused(said, message):
    others = (
        "maybe: {choice: {red: 1}, nullable: true, null_share: 0.5}\n      lost: {reference: boxes, null_share: 0.5}"
    )
    spec = LARGE.replace("{to: balls, match: {colour: wants}, weights: weight}", said) + f"      {others}\n"
    with pytest.raises(SpecError, match=message):
        make(parse(spec))


def test_a_row_finds_those_born_with_it_by_its_key():
    spec = """
dataset: chain
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  stores: {rows: 40, columns: {store_id: {key: sequence}, head: {reference: {to: staff, WORDS}}}}
  staff: {per: stores, fanout: {min: 1, max: 5, uniform: true}, columns: {staff_id: {key: sequence}, store_id: {reference: stores}}}
"""
    with pytest.raises(SpecError, match="to one of these: stores; or `match` a column of staff with such a key"):
        parse(spec.replace("WORDS", "within: stores"))
    plan = make(parse(spec.replace("WORDS", "match: {store_id: store_id}")))
    stores, works_at = frame(plan, "stores"), dict(frame(plan, "staff").rows())
    assert [works_at[head] for head in stores["head"]] == list(range(1, 41))


def test_a_moment_to_come_is_refused_in_the_own_family():
    late = "joined: {arrival: {before_start: 0.4, since: 2023-01-01}}\n      left: {delay: {after: joined, median: 9, sigma: 1, max: 99}}"
    spec = FRIENDS.replace("joined: {arrival: {before_start: 0.4, since: 2023-01-01}}", late)
    with pytest.raises(SpecError, match="'users.left' may lie after `until`, and more of users come until then"):
        make(parse(spec.replace("other_than: follower", "other_than: follower, alive_at: users.left")))


def test_a_known_row_may_have_none():
    spec = LARGE.replace("{min: 4, max: 4, shares: {4: 1}}", "{min: 0, max: 4, uniform: true}")
    with pytest.raises(
        SpecError, match=r"of_box.reference.within: a row that 'box_id' points at may have no row of balls"
    ):
        make(parse(spec))
    with pytest.raises(
        SpecError, match=r"other.reference.within: a row that 'box_id' points at may have no other row of balls"
    ):
        make(parse(LARGE.replace("{min: 4, max: 4, shares: {4: 1}}", "{min: 1, max: 4, uniform: true}")))
