"""What can be drawn fits its type: known before drawing, by bounds that no seed changes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import synth
from synth.columns import moments
from synth.errors import DataError, SpecError
from synth.plan.make import make
from synth.spec.load import parse
from tests.support.drawn import column

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  a: {rows: 900, columns: {id: {key: KEY}, at: {arrival: {}}, COLUMN}}
  b: {per: a, fanout: {max: FAN, mean: 3, poisson: true}, columns: {a: {reference: a}, x: {uniform: {min: 0, max: 100}}, CHILD}}
  r: {rollup: {table: a, group_by: [n], aggregates: {s: {sum: v}, m: {max: v}}}, primary_key: [n], columns: {n: {}, s: {TYPE}, m: {}}}
"""
PLAIN = {"KEY": "sequence", "FAN": "400", "COLUMN": "", "CHILD": "_y: {gamma: {shape: 1}}", "TYPE": ""}
ALWAYS = "n: {choice: {1: 1}}, v: {uniform: {min: 0, max: 99}, type: smallint}"


def shop(**words):
    text = SHOP
    for word, default in PLAIN.items():
        given = words.get(word, default)
        text = text.replace(
            word, f"{ALWAYS}, {given}" if word == "COLUMN" and given else given or ALWAYS if word == "COLUMN" else given
        )
    return parse(text)


def high(value, dtype):
    return rf"values may be as high as {value}, and it is {dtype}"


WIDE = {
    "lognormal": ({"COLUMN": "p: {lognormal: {median: 35, sigma: 0.9}, type: 'decimal(5,2)'}"}, r"p\.type: " + high("115,306.38", r"decimal\(5,2\)")),
    "normal": ({"COLUMN": "p: {normal: {mean: 30000, sd: 600}, type: smallint}"}, high("35,400", "smallint")),
    "below": ({"COLUMN": "p: {normal: {mean: -30000, sd: 600}, type: smallint}"}, "values may be as low as -35,400, and it is smallint"),
    "gamma": ({"COLUMN": "p: {gamma: {shape: 0.5, mean: 9}, type: 'decimal(4,2)'}"}, r"it is decimal\(4,2\)"),
    "of medians": ({"COLUMN": "m: {choice: {1: 1, 9: 1}}, p: {lognormal: {median: m, sigma: 2}, type: smallint}"}, r"p\.type: values may be as high as 590,939,722"),
    "double": ({"COLUMN": "p: {lognormal: {median: 5, sigma: 500}}"}, "a value may be drawn that no double can hold"),
    "uniform": ({"COLUMN": "p: {uniform: {min: 4, max: 40000}, type: smallint}"}, high("40,000", "smallint")),
    "key": ({"KEY": "{kind: sequence, start: 9223372036854775800}"}, r"id\.key: " + high("9,223,372,036,854,776,699", "bigint")),
    "code": ({"KEY": "{kind: code, prefix: C, digits: 3}, type: varchar(3)"}, "a value may be 4 long, and it is varchar"),
    "count": ({"FAN": "40000", "COLUMN": "c: {count: b, type: smallint}"}, r"c\.type: " + high("40,000", "smallint")),
    "sum": ({"COLUMN": "s: {sum: b.x, type: smallint}"}, r"s\.type: " + high("40,000", "smallint")),
    "sum of sums": ({"TYPE": ""}, r"r\.columns\.s: " + high("89,100", "smallint")),
    "ordinal": ({"FAN": "40000", "CHILD": "o: {ordinal: a, type: smallint}"}, r"o\.type: " + high("40,000", "smallint")),
    "reference": ({"KEY": "{kind: sequence, start: 40000}", "CHILD": "a2: {lookup: a.id, type: smallint}"}, r"a2\.type: " + high("40,899", "smallint")),
    "moments": ({"COLUMN": "d: {delay: {after: at, even: true, min: 1, max: 1000000000, announced: true}}"}, "lie beyond the years 1 to 9999"),
    "moments after moments": (
        {"COLUMN": "d: {delay: {after: at, even: true, max: 2000000}}, e: {delay: {after: d, even: true, max: 2000000}}"},
        r"e\.delay: moments lie beyond the years 1 to 9999",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDE)
def test_what_may_not_fit_is_refused_by_the_plan(name):
    words, message = WIDE[name]
    words = {"TYPE": "type: bigint", **words}
    with pytest.raises(SpecError, match=message):
        make(shop(**words))


def test_scales_decide():
    text = "dataset: d\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
    text += "  p: {rows: 20_000, columns: {id: {key: sequence, type: smallint}}}\n"
    text += "  o: {rows: 900, columns: {id: {key: {kind: code, prefix: C, digits: 3}, type: varchar(4)}, p: {reference: p, type: smallint}}}"
    make(parse(text))
    with pytest.raises(SpecError, match="40,000, and it is smallint") as refused:
        make(parse(text), scale=2)
    assert [problem.path[1:4:2] for problem in refused.value.problems] == [("p", "id"), ("o", "id"), ("o", "p")]


def test_ranges_that_are_bounded_fit():
    make(shop(TYPE="type: bigint", COLUMN="p: {lognormal: {median: 35, sigma: 0.9, max: 999}, type: 'decimal(5,2)'}"))
    make(shop(TYPE="type: bigint", COLUMN="p: {normal: {mean: 30000, sd: 600, max: 32000}, type: smallint}"))


UNIFORM = {
    "{uniform: {min: 9007199254740993, max: 9007199254740995}, type: bigint}": {9007199254740993 + n for n in range(3)},
    "{uniform: {min: 9223372036854775806, max: 9223372036854775807}}": {2**63 - 2, 2**63 - 1},
    "{uniform: {min: 0, max: 5000000000}}": None,
    "{uniform: {min: -9223372036854775807, max: 9223372036854775807}, type: bigint}": None,
    "{uniform: {min: -1.7e+308, max: 1.7e+308}}": None,
}


@pytest.mark.parametrize("law", UNIFORM)
@pytest.mark.filterwarnings("error")
def test_ranges_are_drawn_to_the_last_digit(law):
    """They were drawn by floats: …992 and …996 came out, nothing above 0, or infinity."""
    drawn = column(law, 3000)
    if UNIFORM[law]:
        assert set(drawn) == UNIFORM[law]
        return
    ends = [
        float(end)
        for end in law.replace("}", ",").replace("max: ", "min: ").split("min: ")[1:]
        for end in [end.split(",")[0]]
    ]
    assert len(set(drawn)) == 3000 and ends[0] <= min(drawn) and max(drawn) <= ends[1]
    shares = (np.array(drawn, dtype=np.float64) / 2 - ends[0] / 2) / (ends[1] / 2 - ends[0] / 2)
    assert abs(shares.mean() - 0.5) < 0.03 and abs((shares < 0.25).mean() - 0.25) < 0.04


@pytest.mark.parametrize(
    "law",
    ["{uniform: {min: 1.2, max: 1.8}, type: integer}", "{uniform: {min: 0.001, max: 0.004}, type: 'decimal(5,2)'}"],
)
def test_ranges_without_a_value_are_refused(law):
    with pytest.raises(SpecError, match=r"type: no .* lies between"):
        column(law, 5)


def test_delays_in_a_tail_without_numbers_are_refused():
    """Every delay was the same."""
    with pytest.raises(SpecError, match="the range lies more than 9 standard deviations off, where no numbers are"):
        shop(COLUMN="d: {delay: {after: at, median: 2, sigma: 0.1, min: 100, max: 200}}")


SUMS = """
dataset: d
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  a: {rows: 300, columns: {id: {key: sequence}, s: {sum: b.y}}}
  b: {per: a, fanout: {max: 4, uniform: true}, columns: {a: {reference: a}, x: {choice: {VALUES}}, y: {expr: x}, k: {expr: x % 1}}}
  r: {rollup: {table: b, group_by: [k], aggregates: {t: {sum: y}}}, primary_key: [k], columns: {k: {}, t: {}}}
"""


@pytest.mark.parametrize(("values", "tables"), [("1: 1, 4000000000000000000: 0.3", "a"), ("40000000000000000: 1", "r")])
def test_sums_never_wrap(values, tables):
    plan = make(parse(SUMS.replace("VALUES", values)), tables=[tables])
    path = {"a": r"a\.columns\.s\.sum", "r": r"r\.columns\.t"}[tables]
    with pytest.raises(DataError, match=path + ": a sum is wider than 18 digits"):
        synth.frame(plan, tables)


def test_sums_of_large_numbers_that_fit_are_right():
    plan = make(
        parse(SUMS.replace("VALUES", "2300000000000000000: 1, -2300000000000000000: 1, -2299999999999999999: 1")),
        tables=["a"],
    )
    lines = synth.frame(make(plan.dataset, tables=["b"]), "b")
    theirs = dict.fromkeys(range(1, 301), 0)
    for a, y in lines.select("a", "y").iter_rows():
        theirs[a] += y
    assert synth.frame(plan, "a")["s"].to_list() == list(theirs.values())


def test_a_lookup_is_as_it_is_there():
    for more in ("l: {lookup: a.n, type: 'decimal(12,2)'}", "l: {lookup: a.n, type: text}"):
        with pytest.raises(SpecError, match=r"l\.type: 'a\.n' is bigint, and is not"):
            make(shop(TYPE="type: bigint", CHILD=more))


def test_what_does_not_fit_is_told_as_people_write_it():
    """It named the table's line, and minor units."""
    text = "dataset: d\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
    text += "  a: {rows: 20, columns: {id: {key: sequence}, n: {uniform: {min: 900, max: 999}}, p: {expr: -1.5 * n, type: 'decimal(5,2)'}}}"
    with pytest.raises(DataError, match=r"a\.columns\.p\.type: -14\d\d\.[05]0 does not fit decimal\(5,2\)"):
        synth.frame(make(parse(text)), "a")


def test_dates_stay_readable():
    plan = make(shop(TYPE="type: bigint", COLUMN="d: {delay: {after: at, even: true, max: 2000000, announced: true}}"))
    assert (
        moments(synth.frame(plan, "a")["d"].cast(pl.Datetime("us"))).max()
        < moments(pl.Series([dt.date(9999, 1, 1)])).max()
    )
