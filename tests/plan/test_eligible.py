"""Parents that are surely there, and can be chosen: refused before drawing, at every seed or at none."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.api import frame
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse

HEAD = "dataset: d\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
P = "  p: {rows: ROWS, MORE columns: {id: {key: sequence}, x: {X}}}\n"
ORDERS = "  o: {rows: 600, columns: {oid: {key: sequence}, at: {arrival: {}}, seen: {expr: CAST(at AS DATE) - 40}, p: {reference: {to: p, HOW}}}}\n"
AB = "  a: {rows: 300, columns: {aid: {key: sequence}}}\n  b: {per: a, fanout: {max: 8, mean: 2, poisson: true}, columns: {bid: {key: sequence}, aid: {reference: a}}}\n"
C = "  c: {per: b, fanout: {max: 8, mean: 2, poisson: true}, columns: {cid: {key: sequence}, bid: {reference: b}, p: {reference: {to: p, distinct_per: a}}}}\n"
J = "  q: {rows: 40, columns: {qid: {key: uuid}}}\n  j: {rows: 570, columns: {p: {reference: {to: p, where: x}}, q: {reference: q}}, primary_key: [p, q]}\n"
WRITTEN = (
    "  p: {values: [[1, CELL], [2, false]], primary_key: [id], columns: {id: {type: bigint}, x: {type: boolean}}}\n"
)
ONE = "  n: {rows: ROOTS, columns: {nid: {key: sequence}}}\n  d: {per: n, fanout: {max: 4, uniform: true, exact: EXACT}, columns: {nid: {reference: n}, p: {reference: {to: p, unique: true}}}, primary_key: [p]}\n"
ARRIVES = "arrival: {since: 2024-12-01, before_start: 0.5}"
OK = "choice: {true: 0.4, false: 0.6}"


def p(rows: int, x: str = "gamma: {shape: 1}", more: str = "") -> str:
    return HEAD + P.replace("ROWS", str(rows)).replace("X}", f"{x}}}").replace("MORE", more)


def one(parents: int, roots: int, exact: str) -> str:
    return p(parents) + ONE.replace("ROOTS", str(roots)).replace("EXACT", exact)


def o(how: str) -> str:
    return ORDERS.replace("HOW", how)


REFUSED = {
    "before the first come": (p(100, ARRIVES) + o("alive_at: seen"), "no row of p is surely there when the first of o comes"),
    "a rare condition": (p(4, OK) + o("where: x"), "of 4 p that are there at first, perhaps none can be chosen: 'x' may leave none"),
    "weights of 0": (p(3, "choice: {0: 0.6, 1: 0.4}") + o("weights: x"), "perhaps none can be chosen: 'x'"),
    "all ended": (p(4, "choice: {2025-06-01: 0.5, 2027-01-01: 0.5}", "alive_until: x,") + o("alive_at: at"), "`alive_until: x` may leave none"),
    "written out": (HEAD + WRITTEN.replace("CELL", "false") + o("where: x"), "of 2 p that are there at first, perhaps none"),
    "grandchildren": (p(20) + AB + C, "a row of a may have 64 c, but only 20 p are there at first"),
    "pairs of few": (p(30, OK) + J, "570 rows need as many different (p, q), and there are surely only"),
    "one to one of children": (one(25_000, 9_000, "false"), "36,000 rows need as many p of their own, and there are 25,000\n  hint: ask for fewer d, or more p; with fan-outs that are all `exact`"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_too_few_are_refused_whatever_the_seed(name):
    text, message = REFUSED[name]
    for seed in (1, 2, 3):
        with pytest.raises(SpecError) as refused:
            make(parse(text), seed=seed)
        assert message in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [p(100, OK) + o("where: x"), HEAD + WRITTEN.replace("CELL", "true") + o("where: x"), p(64) + AB + C, p(250, OK) + J,
     p(400, ARRIVES.replace("12-01", "10-01")) + o("alive_at: seen"),
     p(60, "uniform: {min: 2025-06-01, max: 2027-06-01}", "alive_until: x,") + o("alive_at: at")],
)  # fmt: skip
def test_enough_are_drawn(text):
    for seed in range(5):
        plan = make(parse(text), seed=seed)
        for name in plan.wanted:
            frame(plan, name)


@pytest.mark.parametrize(("parents", "roots", "exact"), [(45_000, 20_000, "true"), (48_000, 12_000, "false")])
def test_one_to_one_references_of_children(parents, roots, exact):
    """Row numbers of children leave some out, and a block has more than 10,000 of them."""
    drawn = frame(make(parse(one(parents, roots, exact))), "d")
    assert drawn.height > 20_000 and drawn["p"].n_unique() == drawn.height


@pytest.mark.parametrize("until", [dt.date(2026, 3, 1), dt.date(2026, 7, 1), dt.date(2027, 2, 1)])
def test_exact_totals_are_met_where_a_block_ends(until):
    """Before it a block may have more children than the mean says: as many numbers count as used."""
    text = one(2_000_000, 1_000, "true").replace("nid: {key: sequence}", "nid: {key: sequence}, at: {arrival: {}}")
    text = text.replace("primary_key: [p]", "primary_key: [p], unique: [[k]]").replace(
        "{nid: {reference: n}", "{nid: {reference: n}, k: {uniform: {min: 1, max: 20_000}}"
    )
    for seed in range(3):
        drawn = frame(make(parse(text), seed=seed, until=until), "d")
        assert drawn["k"].n_unique() == drawn.height == drawn["p"].n_unique()
    with pytest.raises(SpecError, match="20,000 rows need as many different k, and there are only 4,000"):
        make(parse(text.replace("max: 20_000", "max: 4_000")), until=until)


def test_the_same_parents_one_to_one_at_a_later_until():
    text = one(45_000, 20_000, "true").replace("nid: {key: sequence}", "nid: {key: sequence}, at: {arrival: {}}")
    early, late = (frame(make(parse(text), until=until), "d") for until in (dt.date(2025, 6, 1), dt.date(2026, 1, 1)))
    assert early.equals(late.head(early.height))
