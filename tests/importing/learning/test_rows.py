"""What hangs together in a row: delays, formulas, ranks, choices that depend on each other."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from synth.importing.learning.correlations import ranks_of, spearman
from tests.support.learning import learnt_of, table

ROWS = 3_000
CHANCE = np.random.default_rng(7)
DAY = 86_400_000_000


def learnt(columns: dict[str, tuple[str, object]]):
    """What is learnt of a table of these columns."""
    frame = pl.DataFrame({"id": range(ROWS), **{name: values for name, (_, values) in columns.items()}})
    kinds = {"id": "bigint", **{name: kind for name, (kind, _) in columns.items()}}
    return learnt_of({"t": frame}, table("t", kinds)).tables["t"]


def moments(us) -> pl.Series:
    return pl.Series(np.asarray(us, dtype=np.int64)).cast(pl.Datetime("us"))


def test_delays_are_after_the_nearest_moment():
    made = 19_700 * DAY + CHANCE.integers(0, 700 * DAY, ROWS)
    paid = made + (3.5 * np.exp(0.8 * CHANCE.standard_normal(ROWS)) * DAY).astype(np.int64)
    sent = paid + CHANCE.integers(2 * DAY // 24, 9 * DAY // 24, ROWS)
    known = CHANCE.random(ROWS) < 0.6
    found = learnt(
        {
            "made_at": ("timestamp", moments(made)),
            "sent_at": (
                "timestamp?",
                moments(sent).zip_with(pl.Series(known), pl.Series([None] * ROWS, dtype=pl.Datetime("us"))),
            ),
            "paid_at": ("timestamp", moments(paid)),
            "other_at": ("timestamp", moments(CHANCE.permutation(made))),
        }
    )
    delays = {each.column: each for each in found.delays}
    assert {column: each.after for column, each in delays.items()} == {"paid_at": "made_at", "sent_at": "paid_at"}
    assert (delays["paid_at"].unit, delays["paid_at"].even) == ("days", False)
    assert delays["paid_at"].median == pytest.approx(3.5, rel=0.05) and delays["paid_at"].sigma == pytest.approx(
        0.8, rel=0.05
    )
    assert (delays["sent_at"].unit, delays["sent_at"].even) == ("hours", True)
    assert (delays["sent_at"].low, delays["sent_at"].high) == (2.1, 8.9)
    assert delays["sent_at"].missing == pytest.approx(0.4, abs=0.03)


def test_delays_of_whole_days_have_a_half_more():
    begun = 19_700 + CHANCE.integers(0, 700, ROWS)
    lasted = CHANCE.integers(5, 15, ROWS)  # as a delay of 5 to 15 days that is cut to its day
    dates = [pl.Series(days).cast(pl.Int32).cast(pl.Date) for days in (begun, begun + lasted)]
    (found,) = learnt({"begins": ("date", dates[0]), "ends": ("date", dates[1])}).delays
    assert (found.column, found.after, found.unit) == ("ends", "begins", "days")
    assert found.median == pytest.approx(10, abs=0.5) and found.even and (found.low, found.high) == (5, 15)


def test_formulas():
    price, quantity, off = (
        CHANCE.integers(100, 9_000, ROWS) / 100,
        CHANCE.integers(1, 9, ROWS),
        CHANCE.integers(0, 50, ROWS) / 100,
    )
    net = np.round(price * quantity, 2)
    money = {
        "price": price,
        "quantity": quantity,
        "discount": off,
        "net": net,
        "total": np.round(net - off, 2),
        "other": CHANCE.permutation(net),
    }
    found = learnt({name: ("double", values.astype(float)) for name, values in money.items()})
    assert [str(each) for each in found.formulas] == ["total = net - discount", "net = price * quantity"]


def test_a_column_that_repeats_another_is_a_formula():
    value = CHANCE.integers(1, 10_000, ROWS)
    (found,) = learnt({"a": ("bigint", value), "b": ("bigint", value)}).formulas
    assert str(found) in ("b = a", "a = b")


def test_numbers_by_chance_have_no_formula():
    found = learnt({name: ("bigint", CHANCE.integers(0, 900, ROWS)) for name in "abcdef"})
    assert not found.formulas and not found.correlations


def test_correlations():
    a = CHANCE.standard_normal(ROWS)
    b = np.exp(0.8 * a + 0.6 * CHANCE.standard_normal(ROWS))
    found = learnt({"a": ("double", a), "b": ("double", b), "c": ("double", CHANCE.standard_normal(ROWS))}).correlations
    assert [each.columns for each in found] == [("a", "b")]
    assert found[0].spearman == pytest.approx(6 / np.pi * np.arcsin(0.8 / 2), abs=0.03)


def test_ranks_of_equal_values_are_their_mean():
    assert [*ranks_of(np.array([5.0, 1.0, 5.0, 9.0]))] == [2.5, 1.0, 2.5, 4.0]
    assert spearman(np.array([1.0, 2.0, 3.0]), np.array([9.0, 4.0, 1.0])) == pytest.approx(-1)
    assert spearman(np.ones(3), np.arange(3.0)) == 0


def test_a_choice_that_depends_on_another():
    country = CHANCE.choice(["DE", "FR"], ROWS)
    pays = np.where(CHANCE.random(ROWS) < np.where(country == "DE", 0.8, 0.1), "invoice", "card")
    found = learnt(
        {"country": ("text", country), "pays": ("text", pays), "size": ("text", CHANCE.choice(["S", "M"], ROWS))}
    )
    (told,) = found.dependences
    assert (
        {told.column, told.by} == {"country", "pays"}
        and told.strength == pytest.approx(0.7, abs=0.05)
        and not found.lookups
    )
    if told.by == "country":
        assert told.shares["DE"] == pytest.approx({"invoice": 0.8, "card": 0.2}, abs=0.04)


def test_cells_of_few_rows_are_left_out_of_a_dependence():
    kind = np.array(["a"] * 1500 + ["b"] * 1500)
    size = np.array(["S"] * 1490 + ["L"] * 10 + ["L"] * 1500)
    (told,) = learnt({"kind": ("text", kind), "size": ("text", size)}).dependences
    cells = {(by, value) for by, shares in told.shares.items() for value in shares}
    assert len(cells) == 2 and ("a", "L") not in cells and ("L", "a") not in cells


def test_what_follows_is_a_lookup_and_no_dependence():
    city = CHANCE.choice(["Lyon", "Paris", "Bonn", "Kiel"], ROWS)
    country = np.where(np.isin(city, ["Lyon", "Paris"]), "FR", "DE")
    found = learnt({"city": ("text", city), "country": ("text", country)})
    (told,) = found.lookups
    assert (told.column, told.by) == ("country", "city") and not found.dependences
    assert {*told.pairs} == {("Lyon", "FR"), ("Paris", "FR"), ("Bonn", "DE"), ("Kiel", "DE")}


def test_a_lookup_with_one_strange_row_is_none():
    city = CHANCE.choice(["Lyon", "Paris", "Bonn", "Kiel"], ROWS)
    country = np.where(np.isin(city, ["Lyon", "Paris"]), "FR", "DE")
    country[0] = "DE" if country[0] == "FR" else "FR"
    assert not learnt({"city": ("text", city), "country": ("text", country)}).lookups


def test_days_are_no_delays_of_each_other_by_chance():
    begun = [dt.datetime(2024, 1, 1) + dt.timedelta(hours=i) for i in range(ROWS)]
    assert not learnt({"a_at": ("timestamp", begun), "b_at": ("timestamp", begun)}).delays
