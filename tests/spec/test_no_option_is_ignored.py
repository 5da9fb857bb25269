"""What a reference says is honoured or refused with its place: of the own table, of the row born with, of rows that end."""

from __future__ import annotations

import pytest

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.plan.make import make
from synth.spec.load import parse

HEAD = "dataset: d\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
OWN = "  e: {rows: 500, MORE columns: {id: {key: sequence}, t: {arrival: {}}, gone: {delay: {after: t, even: true, max: 9}}, boss: {reference: {to: e, WORD}, nullable: true}}}\n"
LINK = "  a: {rows: 300, columns: {id: {key: sequence}, t: {arrival: {}}, ok: {choice: {true: 1, false: 1}}, w: {gamma: {shape: 1}}}}\n  b: {per: a, fanout: {max: 4, uniform: true}, columns: {bid: {key: sequence}, id: {reference: {to: a, WORD}}}}\n"
GAPS = "  a: {rows: 30_000, columns: {id: {key: sequence}, t: {arrival: {}}}}\n  b: {per: a, fanout: {max: 9, mean: 2, poisson: true EXACT}, columns: {bid: {key: sequence}, id: {reference: a}, before: {reference: {to: b, HOW}, nullable: true}}}\n"
P = "  p: {rows: 300, P, columns: {id: {key: sequence}, w: {WEIGHT}, x: {X}}}\n  o: {rows: 900, columns: {id: {key: sequence}, t: {arrival: {}}, k: {K}, p: {CHOICE}}}\n"


def p(
    choice: str,
    *,
    weight="gamma: {shape: 1}",
    x="choice: {true: 1, false: 1}",
    k="choice: {a: 1, b: 1}",
    more="checks: {}",
):
    return HEAD + P.replace("P,", f"{more},").replace("WEIGHT", weight).replace("X}", f"{x}}}").replace(
        "K}", f"{k}}}"
    ).replace("CHOICE", choice)


def own(word: str, more: str = "") -> str:
    return HEAD + OWN.replace("WORD", word).replace("MORE", more)


IN_FORCE = "in_force: {table: p, match: {x: k}, at: t, begins: w, column: id, optional: true}"
DAY = "uniform: {min: 2024-01-01, max: 2024-12-31}"
REFUSED = {
    "own alive_at": (own("alive_at: t"), "boss.reference.alive_at: `alive_at` is not for a reference to the own table"),
    "own unique": (own("unique: true"), "boss.reference.unique: `unique` is not for a reference to the own table"),
    "own that ends": (own("roots: 0.1", "alive_until: gone,"), "boss.reference.to: rows of e end at 'gone'"),
    "own with gaps": (HEAD + GAPS.replace("HOW", "roots: 0.1").replace(" EXACT", ""), "before.reference.to: the fan-outs above b are not all exact"),
    "own written out": (HEAD + "  e: {values: [[1], [2]], primary_key: [id], columns: {id: {type: bigint}, a: {reference: e, nullable: true}}}", "a.reference.to: the key of e does not follow from the row's number"),
    **{
        f"born with {word}": (HEAD + LINK.replace("WORD", said), f"id.reference.{word}: `{word}` is not for the reference to the row of a")
        for word, said in {"where": "where: ok", "weights": "weights: w", "unique": "unique: true", "alive_at": "alive_at: a.t",
                           "popularity": "popularity: {zipf_mandelbrot: {s: 1}}"}.items()
    },
    "one to one that ends": (p("reference: {to: p, unique: true}", x=DAY, more="alive_until: x"), "p.reference.unique: rows of p end at 'x'"),
    "a number as a condition": (p("reference: {to: p, where: x}", x="uniform: {min: 0, max: 3}"), "p.reference.where: p.x is integer, and a condition is a boolean"),
    "a date as weights": (p("reference: {to: p, weights: x}", x=DAY), "p.reference.weights: p.x is date, and weights are numbers"),
    "weights below 0": (p("reference: {to: p, weights: w}", weight="normal: {mean: 40, sd: 10}"), "p.reference.weights: p.w may be below 0"),
    "words as weights": (p("reference: {to: p, weights: x}", x="choice: {a: 1}"), "p.reference.weights: p.x is text"),
    "no moment": (p("reference: {to: p, alive_at: k}", x=DAY, more="alive_until: x"), "p.reference.alive_at: 'k' is no moment"),
    "NULL as a moment": (p("reference: {to: p, alive_at: k}", x=DAY, k=f"{DAY}, null_share: 0.00001", more="alive_until: x"), "'k' may be NULL"),
    "other types": (p(IN_FORCE, weight=DAY, x="uniform: {min: 1, max: 3}"), "in_force.match.x: p.x is integer, and 'k' is text: they are never equal"),
    "other digits": (p(IN_FORCE, weight=DAY, x='uniform: {min: 1, max: 3}, type: "decimal(5,2)"', k="uniform: {min: 100, max: 300}"), "they are never equal"),
    "begins no moment": (p(IN_FORCE, x="choice: {a: 1}"), "in_force.begins: 'w' is no moment"),
    "NULL in force": (p(IN_FORCE.replace(", optional: true", ""), weight=DAY, x="choice: {a: 1}", k="choice: {a: 1}, null_share: 0.1"), "'k' may be NULL, for which no row is in force"),
    **{
        f"a state {how}": (p(choice, weight=weight, x=f"state: {sql}"), "'p.x' is a state: it depends on what shows")
        for how, choice, weight, sql in (("as a condition", "reference: {to: p, where: x}", DAY, "until IS NULL"), ("in force", IN_FORCE, DAY, "\"'a'\""))
    },
    "a state summed": (HEAD + LINK.replace(", WORD", "").replace("id: {reference", "s: {state: '1'}, id: {reference").replace("w: {gamma: {shape: 1}}", "w: {sum: b.s}"), "'b.s' is a state"),
    "a key hidden": (HEAD + "  o: {rows: 30, events: {due: [id]}, columns: {id: {key: sequence}, due: {uniform: {min: 2025-01-01, max: 2026-12-31}}}}", "o.events.due: a key is never NULL, and id shows only once due has come"),
    "a key nullable": (HEAD + "  o: {rows: 30, columns: {id: {key: sequence}, n: {uniform: {min: 1, max: 9}}, z: {expr: 'NULLIF(n, 7)', nullable: true}}, primary_key: [id, z]}", "z.nullable: a key is never NULL"),
    "a key of groups": (HEAD + "  o: {rows: 30, columns: {id: {key: sequence}, k: {choice: {a: 1}, null_share: 0.00001}}}\n  r: {rollup: {table: o, group_by: [k], aggregates: {n: {count: id}}}, primary_key: [k], columns: {k: {}, n: {}}}", "r.rollup.group_by: a key is never NULL, and k of o may be"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_honoured_is_refused(name):
    text, message = REFUSED[name]
    with pytest.raises(SpecError) as refused:
        parse(text)
    assert message in str(refused.value)


def test_hierarchies_of_children_with_exact_totals():
    plan = make(parse(HEAD + GAPS.replace("HOW", "roots: 0.1").replace(" EXACT", ", exact: true")))
    drawn = frame(plan, "b")
    assert set(drawn["before"].drop_nulls()) <= set(drawn["bid"])
    assert (drawn["before"].drop_nulls() < drawn.drop_nulls("before")["bid"]).all()


@pytest.mark.parametrize("moved", [False, True])
def test_parents_that_have_ended_are_not_chosen(moved):
    """Without arrivals of their own, too, and without those of the rows that choose."""
    ends = "uniform: {min: 2024-06-01, max: 2026-06-01}"
    text = p("reference: p", x=ends, more="alive_until: x")
    plan = make(
        parse(
            text
            if moved
            else text.replace("t: {arrival: {}}", "t: {uniform: {min: 2025-01-01, max: 2025-01-01}, type: timestamp}")
        )
    )
    orders, parents = frame(plan, "o"), frame(plan, "p")
    both = orders.join(parents, left_on="p", right_on="id")
    assert both.height == orders.height and (both["x"] > both["t"].dt.date()).all()


def test_weights_that_overflow_are_told():
    text = p("reference: {to: p, weights: w}", weight="uniform: {min: 1.0e+307, max: 1.7e+308}")
    with pytest.raises(DataError, match="the weights of p.w are too large to be added"):
        frame(make(parse(text)), "o")


def test_numbers_without_a_weight():
    plan = make(parse(p("reference: {to: p, weights: w}", weight="uniform: {min: 1, max: 3}, null_share: 0.5")))
    weights = dict(frame(plan, "p").select("id", "w").iter_rows())
    assert all(weights[parent] for parent in frame(plan, "o")["p"])
