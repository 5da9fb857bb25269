"""A row keeps the parents it chose: moments that may be still to come are refused where more may come until then."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.api import frame
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse
from synth.sql.days_before import days_before

SHOP = """
dataset: d
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  c: {rows: 500, COLUMNS}
  o:
    rows: 3000
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      day: {expr: CAST(at AS DATE), type: date}
      same: {lookup: at}
      before: {expr: day - 40}
      earlier: {expr: at - INTERVAL 36 HOUR}
      month: {expr: "DATE_TRUNC('month', at) - INTERVAL 1 MONTH", type: date}
      soon: {expr: at + INTERVAL 1 HOUR}
      forwards: {expr: at - INTERVAL '-1' HOUR}
      shipped: {delay: {after: at, even: true, min: 1, max: 60}}
      due: {delay: {after: at, even: true, min: 1, max: 60, announced: true}, type: date}
      birthday: {uniform: {min: 2024-03-01, max: LAST}}
      ahead: {expr: day + 14}
      kind: {choice: {a: 1, b: 1}}
      x: {CHOICE, nullable: true}
"""
C = "columns: {cid: {key: sequence}, t: {arrival: {since: 2023-01-01, before_start: 0.4}}, kind: {choice: {a: 1, b: 1}}, later: {delay: {after: t, even: true, max: 9}}, old: {uniform: {min: 2024-01-01, max: 2025-12-31}}}"
FIRST, LATER = dt.date(2025, 5, 1), dt.date(2026, 3, 1)


def shop(choice: str, columns: str = C, last: str = "2025-01-01"):
    return parse(SHOP.replace("CHOICE", choice).replace("COLUMNS", columns).replace("LAST", last))


def at(moment: str) -> str:
    return f"reference: {{to: c, alive_at: {moment}}}"


def in_force(moment: str, begins: str) -> str:
    return f"in_force: {{table: c, match: {{kind: kind}}, at: {moment}, begins: {begins}, column: cid, optional: true}}"


@pytest.mark.parametrize(
    ("choice", "message"),
    [(at(m), f"x.reference.alive_at: '{m}' may lie after `until`, and more of c come until then\n  hint: take the arrival")
     for m in ("shipped", "due", "ahead", "soon", "forwards")]
    + [(in_force("shipped", "t"), "x.in_force.at: 'shipped' may lie after `until`"),
       (in_force("at", "old"), "x.in_force.begins: 'old' may lie before its row of c came")],
)  # fmt: skip
def test_moments_to_come_are_refused(choice, message):
    with pytest.raises(SpecError, match=message):
        shop(choice)


@pytest.mark.parametrize(("sql", "days"), {
    "at": 0, "CAST(at AS DATE) - 40": 40, "at - INTERVAL 36 HOUR": 2, "at - INTERVAL 2 MONTH - INTERVAL 1 DAY": 63, "DATE_TRUNC('week', at)": 7,
    "DATE_TRUNC('hour', at)": 0, "CAST(DATE_TRUNC('year', at) AS DATE)": 366, "at + INTERVAL 1 DAY": None, "at - INTERVAL (n) DAY": None,
    "at - INTERVAL '1.5' DAY": None, "LAST_DAY(at)": None, "at - INTERVAL '-1' DAY": None, "at - n": None,
}.items())  # fmt: skip
def test_how_far_back_an_expression_lies(sql, days):
    assert days_before(sql) == (None if days is None else ("at", days))


OFFERS = """
  offers: {select: "SELECT cid, kind, BEGINS AS begins FROM c", primary_key: [cid], columns: {cid: {type: bigint}, kind: {type: text}, begins: {type: timestamp}}}
  o:"""


@pytest.mark.parametrize("begins", ["t", "CASE WHEN cid > 9 THEN t ELSE t END"])
def test_rows_in_force_of_a_select(begins):
    """What a SELECT gives just as it is begins when it came; of anything else nobody knows."""
    text = SHOP.replace("CHOICE", in_force("at", "begins").replace("table: c", "table: offers")).replace("COLUMNS", C)
    text = text.replace("LAST", "2025-01-01").replace("\n  o:", OFFERS.replace("BEGINS", begins))
    if begins == "t":
        early, late = (frame(make(parse(text), until=until), "o").select("id", "x") for until in (FIRST, LATER))
        assert early.equals(late.head(early.height))
    else:
        with pytest.raises(SpecError, match="x.in_force.begins: 'begins' may lie before its row of offers came"):
            parse(text)


def test_days_of_their_own_end_before_the_period():
    with pytest.raises(SpecError, match="'birthday' may lie after `until`"):
        shop(at("birthday"), last="2025-01-02")


@pytest.mark.parametrize(
    "choice",
    [
        *(at(m) for m in ("at", "day", "same", "before", "earlier", "month", "birthday")),
        in_force("same", "t"),
        in_force("day", "later"),
    ],
)
def test_rows_keep_what_they_chose(choice):
    early, late = (frame(make(shop(choice), until=until), "o").select("id", "x") for until in (FIRST, LATER))
    assert early.height < late.height and early["x"].null_count() < early.height
    assert early.equals(late.head(early.height))


def test_any_moment_does_where_nothing_arrives():
    shop(
        at("shipped"),
        "alive_until: old, columns: {cid: {key: sequence}, old: {uniform: {min: 2027-01-01, max: 2028-01-01}}}",
    )
