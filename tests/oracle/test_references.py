"""References against slow twins: weighted search, choice within a prefix, sets of taken pairs, whole draws."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from itertools import accumulate
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.generators.sampling import (
    BELOW_ONE,
    DIRECT_PLACES,
    Search,
    TakenPairs,
    normal_between,
    prefix_values,
    redraw_until_accepted,
    sizes_before,
    zipf_mandelbrot,
)  # fmt: skip
from synth.plan.make import make
from synth.spec.load import parse

SETTINGS = settings(deadline=None, max_examples=150, derandomize=True)

weight = st.one_of(st.just(0.0), st.floats(1e-9, 1e9), st.integers(1, 5).map(float))
weights = st.lists(weight, min_size=1, max_size=300).filter(any)
uniforms = st.lists(st.floats(0, 1, exclude_max=True), max_size=100)


# -- parts


@SETTINGS
@given(weights, uniforms)
def test_search_is_searchsorted(given_weights, uniform):
    cumulated = np.cumsum(given_weights)
    steps = cumulated[cumulated < cumulated[-1]]  # the values at which the answer changes, and those beside them
    values = np.concatenate([
        np.array(uniform) * (cumulated[-1] * BELOW_ONE), steps, np.nextafter(steps, 0), np.nextafter(steps, np.inf),
        [0.0, cumulated[-1] * BELOW_ONE, np.nextafter(cumulated[-1], 0)],
    ])  # fmt: skip
    values = values[values < cumulated[-1]]
    assert Search(cumulated)(values).tolist() == np.searchsorted(cumulated, values, side="right").tolist()


@pytest.mark.parametrize("size", [1, 63, 64, 65, 8193, 300_000])
def test_search_is_searchsorted_at_any_size(size):
    made = np.random.default_rng(size)
    for given_weights in (made.standard_gamma(0.1, size) + 1e-300, np.ones(size), made.random(size) < 0.01):
        cumulated = np.cumsum(given_weights, dtype=np.float64)
        if cumulated[-1] == 0:
            continue
        values = np.concatenate((made.random(20_000) * (cumulated[-1] * BELOW_ONE), cumulated[:5000]))
        values = values[values < cumulated[-1]]
        assert (Search(cumulated)(values) == np.searchsorted(cumulated, values, side="right")).all()


@SETTINGS
@given(weights, st.data())
def test_prefix_choice_is_the_slow_walk(given_weights, data):
    """Walk the weights of the first `size` rows until they reach the uniform share of their sum."""
    first = next(at for at, w in enumerate(given_weights) if w > 0) + 1
    pairs = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(first, len(given_weights)))
    rows = data.draw(st.lists(pairs, max_size=60))
    uniform, sizes = np.array([u for u, _ in rows]), np.array([s for _, s in rows], dtype=np.int64)
    cumulated = np.cumsum(given_weights)
    fast = Search(cumulated)(prefix_values(uniform, cumulated, sizes)).tolist()
    for (u, size), found in zip(rows, fast, strict=True):
        target = u * (list(accumulate(given_weights))[size - 1] * BELOW_ONE)
        total, slow = 0.0, -1
        for at, w in enumerate(given_weights):
            total += w
            if total > target:
                slow = at
                break
        assert found == slow
        assert found < size
        assert given_weights[found] > 0


@SETTINGS
@given(st.lists(st.integers(0, 50), max_size=40), st.lists(st.integers(-2, 52), max_size=60), st.booleans())
def test_sizes_before_counts(came, moments, in_order):
    """Both ways: few that came and many moments in order, and the other."""
    came, moments = sorted(came), sorted(moments) if in_order else moments
    slow = [sum(c < moment for c in came) for moment in moments]
    assert sizes_before(np.array(came, dtype=np.int64), np.array(moments, dtype=np.int64)).tolist() == slow


@pytest.mark.parametrize("direct_places", [DIRECT_PLACES, 0], ids=["direct", "sorted"])
@SETTINGS
@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.integers(1, 9), st.data())
def test_taken_is_a_set(direct_places, sizes, choices, data):
    """First come, first served within each call, over a first call of all rows and some more of the rest."""
    groups = [group for group, size in enumerate(sizes) for _ in range(size)]
    n = len(groups)
    taken = TakenPairs(np.array(groups, dtype=np.int64), len(sizes), choices, direct_places)
    assert taken.direct == (direct_places > 0)
    held: set[tuple[int, int]] = set()

    def slow(rows, wanted, asks):
        got = []
        for row, choice, ask in zip(rows, wanted, asks, strict=True):
            got.append(ask and (groups[row], choice) not in held)
            if got[-1]:
                held.add((groups[row], choice))
        return got

    one = st.integers(0, choices - 1)
    wanted = data.draw(st.lists(one, min_size=n, max_size=n))
    asks = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    got = taken.first(np.array(wanted, dtype=np.int64), np.array(asks, dtype=np.bool_)).tolist()
    assert got == slow(range(n), wanted, asks)
    waiting = [row for row in range(n) if not got[row]]
    for _ in range(3):
        some = [row for row in waiting if data.draw(st.booleans())]
        if not some:
            continue
        wanted = data.draw(st.lists(one, min_size=len(some), max_size=len(some)))
        got = taken.take(np.array(some), np.array(wanted)).tolist()
        assert got == slow(some, wanted, [True] * len(some))
        waiting = [row for row in waiting if row not in {r for r, g in zip(some, got, strict=True) if g}]


def test_taken_remembers_nothing_of_other_blocks():
    """The table of places is never cleared, so what an earlier block left in it must not count."""
    made = np.random.default_rng(1)
    for _ in range(50):
        groups = np.sort(made.integers(0, 20, 200))
        wanted = made.integers(0, 7, 200)
        asks = made.random(200) < 0.8
        found = [TakenPairs(groups, 20, 7, places).first(wanted, asks).tolist() for places in (DIRECT_PLACES, 0)]
        assert found[0] == found[1]


def test_taken_with_groups_larger_than_a_byte():
    groups = np.repeat([0, 1], [300, 5])
    wanted = np.concatenate((np.arange(300) % 299, [0, 0, 1, 1, 2]))
    for places in (DIRECT_PLACES, 0):
        taken = TakenPairs(groups, 2, 400, places)
        got = taken.first(wanted, np.ones(305, dtype=np.bool_))
        assert np.flatnonzero(~got).tolist() == [299, 301, 303]
        assert taken.take(np.array([299, 301]), np.array([298, 3])).tolist() == [False, True]
        assert taken.take(np.array([299, 303]), np.array([399, 3])).tolist() == [True, False]


@SETTINGS
@given(st.integers(0, 30), st.integers(0, 6), st.integers(1, 5))
def test_settle_redraws_until_accepted(n, rounds, divisor):
    """Against a loop over places: each takes the first of its redraws that is accepted."""

    def drawn(number, place):
        return (place * 7 + number * 3) % 11

    rows = np.full(n, -1, dtype=np.int64)
    left = redraw_until_accepted(
        rows, np.arange(n), lambda places, choices: (choices % divisor == 0) & (places >= 0),
        lambda number, places: drawn(number, places), rounds,
    )  # fmt: skip
    slow = [next((drawn(k, p) for k in range(1, rounds + 1) if drawn(k, p) % divisor == 0), -1) for p in range(n)]
    assert rows.tolist() == slow
    assert left.tolist() == [place for place in range(n) if slow[place] < 0]


def test_zipf_mandelbrot_and_normal_between():
    assert zipf_mandelbrot(np.arange(1, 5), 4, 1.5, 0.25).tolist() == pytest.approx(
        [(k + 1) ** -1.5 for k in range(1, 5)]
    )
    normal, uniform = NormalDist(), np.linspace(0, 1, 2001)[1:-1]
    for low, high in ((-math.inf, math.inf), (-1.0, 2.0), (0.5, 0.6), (-math.inf, 0.0)):
        first, last = normal.cdf(low), normal.cdf(high)
        slow = [normal.inv_cdf(first + u * (last - first)) for u in uniform.tolist()]
        assert normal_between(uniform, low, high).tolist() == pytest.approx(slow, rel=1e-6, abs=1e-6)
        ends = normal_between(np.array([0.0, 1 - 2**-53]), low, high)
        assert max(low, -9.0) <= ends[0] < ends[1] <= min(high, 9.0)


# -- whole draws

HEAD = "dataset: t\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"


def drawn(tables: str, *names: str, seed: int = 42, **options):
    plan = make(parse(HEAD + tables), seed=seed, **options)
    return [frame(plan, name) for name in names]


LIVING = """
  parents:
    rows: 60
    alive_until: left_at
    columns:
      id: {key: sequence}
      activity: {choice: {0: 0.3, 1: 0.4, 5: 0.3}}
      came_at: {arrival: {since: 2023-01-01, before_start: 0.6}}
      left_at: {delay: {after: came_at, even: true, min: 200, max: 900, announced: true}, null_share: 0.5}
  groups:
    rows: 700
    columns:
      id: {key: sequence}
      at: {arrival: {dispersion: 2}}
"""
LINES = """
  lines:
    per: groups
    fanout: {mean: 4, min: 1, max: 12, negative_binomial: {r: 2}, exact: true}
    columns:
      group_id: {reference: groups}
      parent_id: {reference: {to: parents, MORE}}
"""


@pytest.mark.parametrize(
    "more",
    [
        "alive_at: groups.at", "alive_at: groups.at, distinct_per: groups", "alive_at: groups.at, weights: activity",
        "alive_at: groups.at, weights: activity, distinct_per: groups", "distinct_per: groups",
        "alive_at: groups.at, distinct_per: groups, popularity: {zipf_mandelbrot: {s: 3}}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parents_are_there_alive_weighed_and_distinct(more, seed):
    parents, groups, lines = drawn(LIVING + LINES.replace("MORE", more), "parents", "groups", "lines", seed=seed)
    assert lines.height == 2800
    parent = {row["id"]: row for row in parents.iter_rows(named=True)}
    at = dict(groups.select("id", "at").iter_rows())
    seen = defaultdict(list)
    for group, chosen in lines.iter_rows():
        seen[group].append(chosen)
        if "alive_at" in more:
            assert parent[chosen]["came_at"] < at[group]
            assert parent[chosen]["left_at"] is None or parent[chosen]["left_at"] > at[group]
        if "weights" in more:
            assert parent[chosen]["activity"] > 0
    assert set(seen) == set(at)
    if "distinct_per" in more:
        assert all(len(set(chosen)) == len(chosen) for chosen in seen.values())
    assert len({chosen for some in seen.values() for chosen in some}) > 15


@pytest.mark.parametrize("s", [0, 1, 6])
def test_groups_as_large_as_all_parents_take_each_once(s):
    """Twelve rounds of redraws cannot do it: the last few race."""
    (lines,) = drawn(f"""
  parents: {{rows: 20, columns: {{id: {{key: sequence}}}}}}
  groups: {{rows: 300, columns: {{id: {{key: sequence}}}}}}
  lines:
    per: groups
    fanout: {{min: 18, max: 20, uniform: true}}
    columns:
      group_id: {{reference: groups}}
      parent_id: {{reference: {{to: parents, distinct_per: groups, popularity: {{zipf_mandelbrot: {{s: {s}}}}}}}}}
""", "lines")  # fmt: skip
    full = 0
    for _, group in lines.group_by("group_id"):
        chosen = group["parent_id"].to_list()
        assert len(set(chosen)) == len(chosen) and set(chosen) <= set(range(1, 21))
        full += len(chosen) == 20
    assert full > 50


def test_parents_alive_at_a_moment_of_the_line_itself():
    """Lines of one group at different moments, of which few parents see all: also those drawn by the race."""
    parents, lines = drawn("""
  parents:
    rows: 12
    alive_until: left_at
    columns:
      id: {key: sequence}
      came_at: {arrival: {since: 2023-12-01, before_start: 1.0}}
      left_at: {delay: {after: came_at, even: true, min: 60, max: 600, announced: true}, null_share: 0.5}
  groups: {rows: 400, columns: {id: {key: sequence}, at: {arrival: {}}}}
  lines:
    per: groups
    fanout: {min: 1, max: 4, uniform: true}
    columns:
      group_id: {reference: groups}
      at: {delay: {after: groups.at, even: true, max: 200, announced: true}}
      parent_id: {reference: {to: parents, alive_at: at, distinct_per: groups, popularity: {zipf_mandelbrot: {s: 4}}}}
""", "parents", "lines")  # fmt: skip
    left = dict(parents.select("id", "left_at").iter_rows())
    assert lines.select("group_id", "parent_id").is_duplicated().sum() == 0
    gone = [row for row in lines.iter_rows() if left[row[2]] is not None and left[row[2]] <= row[1]]
    assert gone == []


def test_too_few_parents_for_a_group_are_refused():
    tables = """
  parents: {rows: 20, columns: {id: {key: sequence}, ok: {choice: {true: 0.5, false: 0.5}}}}
  groups: {rows: 300, columns: {id: {key: sequence}}}
  lines:
    per: groups
    fanout: {min: 1, max: MAX, uniform: true}
    columns:
      group_id: {reference: groups}
      parent_id: {reference: {to: parents, distinct_per: groups, where: ok}}
"""
    with pytest.raises(SpecError, match="a row of groups may have 21 lines, but only 20 parents are there"):
        drawn(tables.replace("MAX", "21"), "lines")
    with pytest.raises(DataError, match="needs more distinct parents than are there"):
        drawn(tables.replace("MAX", "19"), "lines")


def test_where_and_weights_of_zero():
    parents, lines = drawn("""
  parents:
    rows: 50
    columns:
      id: {key: sequence}
      ok: {choice: {true: 0.4, false: 0.6}}
      weight: {choice: {0: 0.5, 3: 0.5}}
  lines:
    rows: 20000
    columns:
      id: {key: sequence}
      parent_id: {reference: {to: parents, where: ok, weights: weight}}
      loose_id: {reference: {to: parents, weights: weight}, null_share: 0.25}
""", "parents", "lines")  # fmt: skip
    weight = {row["id"]: row["weight"] for row in parents.iter_rows(named=True)}
    good = {row["id"] for row in parents.iter_rows(named=True) if row["ok"] and row["weight"]}
    assert set(lines["parent_id"]) == good and 0 < len(good) < 50
    loose = Counter(lines["loose_id"])
    assert loose.pop(None) == pytest.approx(5000, abs=5 * (20_000 * 0.25 * 0.75) ** 0.5)
    assert set(loose) == {parent for parent, w in weight.items() if w}


def test_nothing_to_choose_is_refused():
    with pytest.raises(DataError, match="no row of parents can be chosen for some rows"):
        drawn("""
  parents: {rows: 5, columns: {id: {key: sequence}, ok: {choice: {true: 0, false: 1}}}}
  lines: {rows: 5, columns: {parent_id: {reference: {to: parents, where: ok}}}}
""", "lines")  # fmt: skip


def test_unique_is_one_to_one():
    (lines,) = drawn("""
  parents: {rows: 23000, columns: {id: {key: code, prefix: P}}}
  lines: {rows: 21000, columns: {id: {key: sequence}, parent_id: {reference: {to: parents, unique: true}}}}
""".replace("key: code, prefix: P", "key: {kind: code, prefix: P}"), "lines")  # fmt: skip
    assert lines["parent_id"].n_unique() == 21_000
    assert set(lines["parent_id"]) <= {f"P{n:06}" for n in range(1, 23_001)}
    assert lines["parent_id"].to_list() != sorted(lines["parent_id"])
    with pytest.raises(DataError, match="rows need as many parents of their own"):
        drawn("""
  parents: {rows: 10, columns: {id: {key: sequence}}}
  lines: {rows: 11, columns: {parent_id: {reference: {to: parents, unique: true}}}}
""", "lines")  # fmt: skip


def test_a_hierarchy_has_roots_and_no_cycles():
    (staff,) = drawn("""
  staff:
    rows: 12000
    columns:
      id: {key: {start: 100}}
      boss_id: {reference: {to: staff, roots: 0.05}}
""", "staff")  # fmt: skip
    boss = dict(staff.iter_rows())
    assert boss[100] is None
    roots = sum(b is None for b in boss.values())
    assert roots == pytest.approx(600, abs=5 * 600**0.5)
    for one, above in boss.items():
        assert above is None or (above in boss and above < one)  # every step leads to an earlier row: no cycle


def test_children_point_at_the_row_they_are_born_with():
    groups, lines = drawn(LIVING + """
  lines:
    per: groups
    fanout: {min: 0, max: 3, uniform: true}
    columns:
      id: {key: sequence}
      place: {ordinal: groups}
      group_id: {reference: groups}
""", "groups", "lines")  # fmt: skip
    counts = Counter(lines["group_id"])
    assert lines["group_id"].to_list() == [g for g in groups["id"] for _ in range(counts[g])]
    assert lines["place"].to_list() == [k + 1 for g in groups["id"] for k in range(counts[g])]
    assert set(counts.values()) == {1, 2, 3} and len(counts) < 700


def test_weights_are_followed():
    """Chosen as often as weights say: chi-square over all parents."""
    parents, lines = drawn("""
  parents: {rows: 200, columns: {id: {key: sequence}, weight: {gamma: {shape: 0.6}}}}
  lines: {rows: 50000, columns: {parent_id: {reference: {to: parents, weights: weight}}}}
""", "parents", "lines")  # fmt: skip
    share = parents["weight"] / parents["weight"].sum()
    seen = Counter(lines["parent_id"])
    chi = sum((seen[p] - 50_000 * w) ** 2 / (50_000 * w) for p, w in zip(parents["id"], share, strict=True) if w > 1e-4)
    assert chi < 199 + 5 * 398**0.5


def slow_inclusion(given_weights: np.ndarray, take: int) -> np.ndarray:
    """Probability of each parent to be among `take` successive draws: all orders, walked one draw at a time."""
    found = np.zeros(len(given_weights))

    def walk(chosen: tuple[int, ...], chance: float) -> None:
        if len(chosen) == take:
            found[list(chosen)] += chance
            return
        rest = sum(w for at, w in enumerate(given_weights) if at not in chosen)
        for at, w in enumerate(given_weights):
            if at not in chosen:
                walk((*chosen, at), chance * w / rest)

    walk((), 1.0)
    return found


@pytest.mark.parametrize("take", [2, 4, 5])
@pytest.mark.parametrize("s", [0.0, 1.5, 4.0])
def test_draws_without_replacement_are_successive_draws(take, s):
    """Redraws and the race together include each of six parents as often as exact successive draws do."""
    groups = 30_000
    (lines,) = drawn(f"""
  parents: {{rows: 6, columns: {{id: {{key: sequence}}}}}}
  groups: {{rows: {groups}, columns: {{id: {{key: sequence}}}}}}
  lines:
    per: groups
    fanout: {{min: {take}, max: {take}, shares: {{{take}: 1}}}}
    columns:
      parent_id: {{reference: {{to: parents, distinct_per: groups, popularity: {{zipf_mandelbrot: {{s: {s}, q: 0.05}}}}}}}}
""", "lines")  # fmt: skip
    seen = np.array([Counter(lines["parent_id"])[p] for p in range(1, 7)]) / groups
    expected = np.sort(slow_inclusion(zipf_mandelbrot(np.arange(1, 7), 6, s, 0.05), take))  # ranks are shuffled
    error = 5 * np.sqrt(expected * (1 - expected) / groups) + 1e-9
    assert (np.abs(np.sort(seen) - expected) < error).all(), (np.sort(seen), expected, error)


def test_pairs_without_replacement_are_successive_draws():
    """Not only who is included: also in which company."""
    (lines,) = drawn("""
  parents: {rows: 4, columns: {id: {key: sequence}, weight: {choice: {1: 1}}}}
  groups: {rows: 30000, columns: {id: {key: sequence}}}
  lines:
    per: groups
    fanout: {min: 2, max: 2, shares: {2: 1}}
    columns:
      group_id: {reference: groups}
      parent_id: {reference: {to: parents, weights: weight, distinct_per: groups}}
""", "lines")  # fmt: skip
    pairs = Counter(tuple(sorted(pair)) for pair in lines["parent_id"].to_numpy().reshape(-1, 2).tolist())
    assert len(pairs) == 6
    assert sum((n - 5000) ** 2 / 5000 for n in pairs.values()) < 30


def test_the_same_rows_whatever_the_block_is_cut_at():
    """Parents chosen at an earlier `until` are those chosen at a later one, redraws and races included."""
    more = "alive_at: groups.at, distinct_per: groups, popularity: {zipf_mandelbrot: {s: 3}}"
    tables = LIVING + LINES.replace("MORE", more)
    (whole,) = drawn(tables, "lines")
    for until in (dt.date(2024, 1, 9), dt.datetime(2024, 3, 5, 17, 33), dt.date(2024, 10, 30)):
        (part,) = drawn(tables, "lines", until=until)
        assert 0 < part.height < whole.height
        assert part.equals(whole.head(part.height))
