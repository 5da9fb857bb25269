"""What references and choices are asked for is what comes: shares and ranks, against what follows from the words alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import polars as pl
import pytest

from synth.api import frame
from synth.generators.place import _places
from synth.plan.make import make
from synth.spec.load import parse
from tests.support.drawn import near, table
from tests.support.laws import chi_square, kolmogorov

CHI, KOLMOGOROV, ROWS = 3.1, 1.95, 20_000  # exceeded once in a thousand datasets

SPEC = """dataset: asked
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people:
    rows: 120
    columns:
      id: {key: sequence}
      joined: {arrival: {since: 2022-01-01, before_start: 0.8}}
      left_on: {uniform: {min: 2024-06-01, max: 2025-12-31}}
      good: {choice: {true: 2, false: 3}, type: boolean}
      worth: {gamma: {shape: 0.6}}
      kind: {choice: {a: 5, b: 3, c: 2}}
  bags: {rows: 2_000, columns: {id: {key: sequence}, at: {arrival: {}}}}
  t:
    per: bags
    fanout: {min: 10, max: 10, shares: {10: 1}, exact: true}
    columns:
      id: {key: sequence}
      bag_at: {lookup: bags.at}
      day: {expr: "CAST(bags.at AS DATE) - 100"}
      k: {choice: {a: 2, d: 1, e: 1}}
      first: {reference: {to: people, alive_at: day}}
      x: X
"""
ONLY = {
    "anyone": "alive_at: day", "where": "alive_at: day, where: good", "weights": "alive_at: day, weights: worth",
    "other_than": "alive_at: day, other_than: first", "both": "alive_at: day, where: good, weights: worth",
}  # fmt: skip


def rows_of(column: str, more: str = ""):
    plan = make(
        parse(
            SPEC.replace("X", column).replace(
                "    columns:\n      id: {key: sequence}\n      joined",
                f"{more}    columns:\n      id: {{key: sequence}}\n      joined",
            )
        )
    )
    return frame(plan, "t"), frame(plan, "people")


def asked(row, people, how):
    """The weight of each person for a row: who had come, and what the words say."""
    for person in people:
        there = person["joined"] < dt.datetime.combine(row["day"], dt.time())
        good = "where" not in how or person["good"]
        other = "other_than" not in how or person["id"] != row["first"]
        yield (float(person["worth"]) if "weights" in how else 1.0) if there and good and other else 0.0


@pytest.mark.parametrize("name", ONLY)
def test_each_parent_comes_as_often_as_its_weight_among_those_that_are_there(name):
    """Expected counts are summed over rows, as those that are there are others for each."""
    rows, people = rows_of(f"{{reference: {{to: people, {ONLY[name]}}}}}")
    listed = people.to_dicts()
    wanted: Counter[int] = Counter()
    for row in rows.unique("bag_at" if name != "other_than" else "id").to_dicts():
        weights = list(asked(row, listed, ONLY[name]))
        whole, times = sum(weights), 10 if name != "other_than" else 1
        for person, weight in zip(listed, weights, strict=True):
            wanted[person["id"]] += times * weight / whole
    weights = {person: weight for person, weight in wanted.items() if weight}
    assert chi_square(Counter(rows["x"]), weights) < CHI


@pytest.mark.parametrize(("s", "q"), [(0, 0), (0.7, 0), (1.2, 0.02), (1.5, 0.2), (3, 0.5)])
def test_popularity_has_the_shares_of_its_ranks(s, q):
    text = f"""dataset: p
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  people: {{rows: 40, columns: {{id: {{key: sequence}}}}}}
  t: {{rows: {ROWS}, columns: {{id: {{key: sequence}}, x: {{reference: {{to: people, popularity: {{zipf_mandelbrot: {{s: {s}, q: {q}}}}}}}}}}}}}
"""
    found = frame(make(parse(text)), "t")["x"].value_counts(sort=True)["count"].to_list()
    weights = [(rank + q * 40) ** -s for rank in range(1, 41)]
    for head in (1, 3, 10, 20):  # sums of the first ranks: those that are nearly alike may change places
        share = sum(weights[:head]) / sum(weights)
        slack = 0.02 if s < 0.5 else 0.004
        assert near(sum(found[:head]), ROWS, share) or abs(sum(found[:head]) / ROWS - share) < slack


@pytest.mark.parametrize("ends", [False, True])
def test_parents_that_have_ended_are_chosen_no_more(ends):
    rows, people = rows_of("{reference: {to: people, alive_at: bag_at}}", "    alive_until: left_on\n" if ends else "")
    both = rows.join(people.rename({"id": "person"}), left_on="x", right_on="person")
    assert (both["joined"] < both["bag_at"]).all()
    assert (both["left_on"] > both["bag_at"].dt.date()).all() == ends


def test_match_gives_equals_alike_and_optional_null_for_the_rest():
    rows, people = rows_of("{reference: {to: people, alive_at: day, match: {kind: k}, optional: true}, nullable: true}")
    kinds = dict(people.select("id", "kind").iter_rows())
    assert near(rows["x"].null_count(), len(rows), 0.5) and (rows["x"].is_null() == (rows["k"] != "a")).all()
    assert {kinds[each] for each in rows["x"].drop_nulls()} == {"a"}
    always = set(people.filter((pl.col("joined") < dt.datetime(2023, 9, 23)) & (pl.col("kind") == "a"))["id"])
    alike = Counter(each for each in rows["x"].drop_nulls() if each in always)
    assert chi_square(alike, dict.fromkeys(always, 1.0)) < CHI


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_roots_are_a_share(share):
    rows = table(
        f"      id: {{key: sequence}}\n      x: {{reference: {{to: t, roots: {share}}}, nullable: true}}", ROWS
    )
    assert near(rows["x"].null_count(), ROWS, share)
    kept = rows.drop_nulls()
    assert (kept["x"] < kept["id"]).all()
    places = ((kept["x"] - 0.5) / (kept["id"] - 1)).to_list()
    assert kolmogorov(places[1_000:], lambda place: min(1.0, max(0.0, place))) < KOLMOGOROV


def test_one_to_one_is_any_matching():
    text = SPEC[: SPEC.index("  bags")].replace(
        "joined: {arrival: {since: 2022-01-01, before_start: 0.8}}", "one: {constant: 1}"
    )
    text += "  t: {rows: 9, columns: {id: {key: sequence}, x: {reference: {to: people, unique: true}}}}\n"
    dataset, seen = parse(text), Counter()
    for seed in range(300):
        drawn = frame(make(dataset, seed=seed), "t")["x"]
        assert drawn.is_unique().all()
        seen.update(drawn)
    assert chi_square(seen, dict.fromkeys(range(1, 121), 1.0)) < CHI


def test_choices_and_words_have_their_shares():
    rows = table("""
      id: {key: sequence}
      letter: {choice: {a: 5, b: 3, c: 2}}
      by: {choice: {by: letter, values: {a: {x: 1, y: 3}, b: {x: 1}, c: {x: 7, y: 1}}}}
      _place: {place: fi_FI}
      city: {place_part: {place: _place, part: city}}
      said: {sentence: {patterns: {"to {who}": 3, "for {who} and {who}": 1}, words: {who: [me, you, us]}}}
      code: {pattern: "#"}
      ip: {ip: 4}""", ROWS)  # fmt: skip

    def fits(values, weights):
        names = {value: number for number, value in enumerate(weights)}
        return chi_square(Counter(names[value] for value in values), dict(enumerate(weights.values()))) < CHI

    assert fits(rows["letter"], {"a": 5, "b": 3, "c": 2})
    assert fits(rows.filter(letter="a")["by"], {"x": 1, "y": 3}) and fits(
        rows.filter(letter="c")["by"], {"x": 7, "y": 1}
    )
    assert set(rows.filter(letter="b")["by"]) == {"x"}
    cities = _places().filter(locale="fi_FI")
    assert fits(rows["city"], dict(zip(cities["city"], cities["weight"], strict=True)))
    words = ("me", "you", "us")
    assert fits(
        rows["said"], {**{f"to {a}": 9 for a in words}, **{f"for {a} and {b}": 1 for a in words for b in words}}
    )
    assert fits(rows["code"], {str(digit): 1 for digit in range(10)})
    assert fits(
        rows["ip"], {f"{net}.{host}": 1 for net in ("192.0.2", "198.51.100", "203.0.113") for host in range(256)}
    )


def test_times_of_day_and_documents():
    rows = table("""
      id: {key: sequence}
      clock: {time_of_day: {min: "06:00", max: "17:59:59"}}
      n: {uniform: {min: 1, max: 4}}
      doc: {json: {n: n, more: {list: [n, n]}}}""", ROWS)  # fmt: skip
    seconds = (rows["clock"].to_physical() / 1e9 - 6 * 3600).to_list()
    assert kolmogorov([second + 0.5 for second in seconds], lambda second: second / 43_200) < KOLMOGOROV
    held = rows["doc"].str.json_path_match("$.more.list[1]").cast(int)
    assert (held == rows["n"]).all() and chi_square(Counter(held), dict.fromkeys(range(1, 5), 1.0)) < CHI
