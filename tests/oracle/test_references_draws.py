"""Whole draws of references: parents are there, alive, weighed and distinct, as often as exact draws would have them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

import numpy as np
import pytest

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.generators.ranks import zipf_mandelbrot
from synth.plan.make import make
from synth.spec.load import parse

HEAD = "dataset: t\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"


def drawn(tables: str, *names: str, seed: int = 42, **options):
    plan = make(parse(HEAD + tables), seed=seed, **options)
    return [frame(plan, name) for name in names]


LIVING = """
  parents:
    rows: 90
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
      came_at: {uniform: {min: 2023-12-01, max: 2023-12-31}, type: timestamp}
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
  parents: {rows: 20, columns: {id: {key: sequence}, ok: {expr: id % 2 = 0}}}
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
    rows: 120
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
    assert set(lines["parent_id"]) == good and 0 < len(good) < 120
    loose = Counter(lines["loose_id"])
    assert loose.pop(None) == pytest.approx(5000, abs=5 * (20_000 * 0.25 * 0.75) ** 0.5)
    assert set(loose) == {parent for parent, w in weight.items() if w}


def test_nothing_to_choose_is_refused():
    with pytest.raises(DataError, match="no row of parents can be chosen for some rows"):
        drawn("""
  parents: {rows: 5, columns: {id: {key: sequence}, ok: {expr: id < 0}}}
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
    with pytest.raises(SpecError, match="rows need as many parents of their own"):
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
