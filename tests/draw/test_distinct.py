"""Unique columns and groups are made to hold by construction, in blocks that stand alone, or are refused with the capacity."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth
from synth.api import block, frame
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse

HEAD = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  a: {rows: 30, columns: {id: {key: sequence}}}
  b: {rows: 40, columns: {id: {key: uuid}}}
"""
SETTINGS = settings(
    deadline=None, max_examples=30, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# a column's law, its type, and how many different values it has
COLUMNS = {
    "choice": ("{choice: {a: 5, b: 1, c: 1, d: 1}}", "text", 4),
    "numbers": ("{choice: {1: 1, 2.5: 1, 3: 0}}", "decimal(12,2)", 2),
    "integers": ("{uniform: {min: 1, max: 7}}", "integer", 7),
    "money": ("{uniform: {min: 0.5, max: 0.6}}", "decimal(12,2)", 11),
    "days": ("{uniform: {min: 2024-01-01, max: 2024-01-05}}", "date", 5),
    "doubles": ("{uniform: {min: 0, max: 1}}", "double", None),
    "a": ("{reference: a}", None, 30),
    "b": ("{reference: b}", None, 40),
}


def table(columns: list[str], rows: str, more: str = "") -> str:
    lines = [
        f"      {name}: {{{COLUMNS[name][0][1:-1]}{', type: ' + COLUMNS[name][1] if COLUMNS[name][1] else ''}}}".replace(
            "type: decimal(12,2)", 'type: "decimal(12,2)"'
        )
        for name in columns
    ]
    return (
        f"  t:\n    {rows}\n    unique: [[{', '.join(columns)}]]\n    columns:\n      id: {{key: sequence}}\n{more}"
        + "\n".join(lines)
    )


@SETTINGS
@given(
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3, unique=True),
    st.floats(0.01, 1),
    st.integers(0, 99),
)
def test_any_group_is_distinct_up_to_its_capacity(columns, share, seed):
    sizes = [COLUMNS[name][2] or 10**6 for name in columns]
    capacity = 1
    for size in sizes:
        capacity *= size
    rows = max(1, min(25_000, int(capacity * share)))
    plan = make(parse(HEAD + table(columns, f"rows: {rows}")), seed=seed)
    drawn = frame(plan, "t")
    assert drawn.select(columns).unique().height == rows
    if rows > 10_000:
        last = block(plan, "t", plan.family("t").blocks - 1)["t"]
        assert last.equals(drawn.tail(last.height)), "a block by itself"
    if rows == capacity and len(columns) == 1 and COLUMNS[columns[0]][2]:
        assert drawn[columns[0]].n_unique() == capacity, "all there is"


@pytest.mark.parametrize(
    "columns", [["choice"], ["integers"], ["days"], ["choice", "integers"], ["a", "b"]], ids="-".join
)
def test_one_row_more_than_there_is_is_refused_with_the_capacity(columns):
    capacity = 1
    for name in columns:
        capacity *= COLUMNS[name][2]
    parse(HEAD + table(columns, f"rows: {capacity}"))
    with pytest.raises(SpecError) as refused:
        make(parse(HEAD + table(columns, f"rows: {capacity + 1}")))
    (problem,) = refused.value.problems
    what = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
    assert problem.what == f"{capacity + 1:,} rows need as many different {what}, and there are only {capacity:,}"
    if columns != ["a", "b"]:  # they grow with the scale
        with pytest.raises(SpecError, match="there are only"):
            make(parse(HEAD + table(columns, f"rows: {capacity // 2 + 1}")), scale=2.2)


@SETTINGS
@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 20))
def test_within_each_parent(largest, blocks, seed):
    """With the parent's key in the group, every parent has its own shuffle."""
    text = (
        HEAD
        + f"""
  p: {{rows: {blocks * 6_000}, columns: {{id: {{key: sequence}}}}}}
  t:
    per: p
    fanout: {{min: 0, max: {largest}, uniform: true}}
    primary_key: [p_id, n]
    columns: {{p_id: {{reference: p}}, n: {{uniform: {{min: 1, max: 7}}, type: integer}}}}
"""
    )
    drawn = frame(make(parse(text), seed=seed), "t")
    assert drawn.unique().height == drawn.height > 0
    shares = drawn["n"].value_counts(normalize=True)["proportion"]
    error = (6 / 49 / drawn.height) ** 0.5
    assert len(shares) == 7 and (shares - 1 / 7).abs().max() < 6 * error, "each value as often"


def test_within_each_parent_there_must_be_enough():
    text = (
        HEAD
        + """
  t:
    per: a
    fanout: {min: 0, max: 8, uniform: true}
    unique: [[a_id, n]]
    columns: {id: {key: sequence}, a_id: {reference: a}, n: {uniform: {min: 1, max: 7}, type: integer}}
"""
    )
    with pytest.raises(SpecError, match=r"a row of a may have 8 t, but there are only 7 different \(a_id, n\)"):
        make(parse(text))


def test_rows_stay_as_time_goes_on_and_on_any_workers(tmp_path):
    text = (
        HEAD
        + """
  t:
    rows: 30_000
    unique: [[code, day]]
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      code: {uniform: {min: 1, max: 400}, type: integer}
      day: {uniform: {min: 2024-01-01, max: 2024-12-30}, type: date}
"""
    )
    early, late = (frame(make(parse(text), until=until), "t") for until in (dt.date(2024, 8, 1), dt.date(2025, 1, 1)))
    assert early.equals(late.head(early.height)) and early.height < late.height == 30_000
    whole = [synth.generate(make(parse(text)), tmp_path / str(n), workers=n) for n in (1, 2)]
    assert len({str(each.manifest.tables["t"].fingerprint) for each in whole}) == 1


def test_groups_that_hold_anyway_are_drawn_as_ever():
    """A key, an ordinal or a distinct choice keeps its group apart: weights are honoured then."""
    text = (
        HEAD
        + """
  t:
    rows: 4_000
    unique: [[id, x]]
    columns: {id: {key: sequence}, x: {choice: {a: 9, b: 1}}}
"""
    )
    plan = make(parse(text))
    assert not plan.distinct
    assert 0.88 < (frame(plan, "t")["x"] == "a").mean() < 0.92


def test_a_group_is_left_to_its_smaller_ones():
    text = (
        HEAD
        + """
  t:
    rows: 7
    unique: [[x, y]]
    columns: {id: {key: sequence}, x: {uniform: {min: 1, max: 7}, unique: true}, y: {choice: {a: 1}}}
"""
    )
    plan = make(parse(text))
    assert {column: draw.columns for (_, column), draw in plan.distinct.items()} == {"x": ("x",)}
    assert sorted(frame(plan, "t")["x"]) == list(range(1, 8))


def test_names_are_distinct():
    drawn = frame(
        make(
            parse(
                HEAD
                + "  t: {rows: 200, columns: {id: {key: sequence}, x: {first_name: {locale: fr_FR}, unique: true}}}"
            )
        ),
        "t",
    )
    assert drawn["x"].n_unique() == 200 and drawn.schema["x"] == pl.String


WEIGHTED = (
    HEAD
    + """
  c: {rows: 50, columns: {id: {key: sequence}, w: {lognormal: {median: 5, sigma: 1, min: 0.1}, type: "decimal(12,4)"}}}
  t:
    rows: ROWS
    unique: [[c_id, b_id]]
    columns: {id: {key: sequence}, c_id: {reference: {to: c, HOW}}, b_id: {reference: b}}
"""
)


@pytest.mark.parametrize("how", ["weights: w", "popularity: {zipf_mandelbrot: {s: 1.2, q: 0}}"])
@pytest.mark.parametrize("rows", [1, 30, 500, 1_500, 2_000])
def test_pairs_of_a_weighted_reference(how, rows):
    """From sparse to complete: each parent has its share, and none more than there are pairs."""
    plan = make(parse(WEIGHTED.replace("HOW", how).replace("ROWS", str(rows))))
    drawn = frame(plan, "t")
    assert drawn.select("c_id", "b_id").unique().height == rows
    counts = dict(drawn["c_id"].value_counts().iter_rows())
    assert max(counts.values()) <= 40 and (rows < 2_000 or set(counts.values()) == {40})
    if how == "weights: w" and rows == 500:
        weights = {k: float(w) for k, w in frame(plan, "c").iter_rows()}
        alone = sorted((k for k in weights if counts.get(k, 0) < 40), key=weights.get)
        share = (500 - 40 * (50 - len(alone))) / sum(weights[k] for k in alone)
        assert all(abs(counts.get(k, 0) - weights[k] * share) <= 1 for k in alone), "to one row"
    assert rows < 500 or drawn["c_id"].to_list() != sorted(drawn["c_id"])


def test_pairs_of_a_weighted_reference_in_blocks_and_alone():
    text = WEIGHTED.replace("rows: 50", "rows: 2_000").replace("HOW", "weights: w").replace("ROWS", "25_000")
    plan = make(parse(text))
    drawn = frame(plan, "t")
    assert drawn.select("c_id", "b_id").unique().height == 25_000
    assert block(plan, "t", 2)["t"].equals(drawn.tail(5_000))


def test_pairs_that_are_too_many_are_refused():
    with pytest.raises(SpecError, match=r"2,001 rows need as many different \(c_id, b_id\), and there are only 2,000"):
        make(parse(WEIGHTED.replace("HOW", "weights: w").replace("ROWS", "2_001")))
    text = WEIGHTED.replace(
        '{lognormal: {median: 5, sigma: 1, min: 0.1}, type: "decimal(12,4)"}', "{choice: {0: 1, 1: 1}}"
    )
    with pytest.raises(SpecError, match=r"1,900 rows need as many different \(c_id, b_id\), and there are surely only"):
        make(parse(text.replace("HOW", "weights: w").replace("ROWS", "1_900")))
