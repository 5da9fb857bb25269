"""An earlier and a later now: every row of the earlier run is in the later one."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from synth.api import frame, make_plan
from tests.support.visits import THREE_BLOCKS


def grows(early, late) -> None:
    """Every row of the earlier run is in the later one, equal but for what happened to it in between."""
    for name in early.wanted:
        table = early.dataset.tables[name]
        if table.rollup:
            continue
        here, there = frame(early, name), frame(late, name)
        key = list(table.key) or list(table.written)
        moving = {*table.hidden_moments, *(c for others in table.hidden_moments.values() for c in others)} - {table.at}
        fixed = [c for c in table.written if table.columns[c].generator_name != "state" and c not in moving]
        both = here.select(fixed).join(there.select(fixed), on=key, how="inner", suffix=" later")
        assert both.height == here.height, f"{name}: rows have vanished"
        for column in set(fixed) - set(key):
            assert both[column].equals(both[f"{column} later"].alias(column)), f"{name}.{column}"
        moments = [c for c in table.written if c in moving]
        joined = here.select(*key, *moments).join(there.select(*key, *moments), on=key, suffix=" later")
        for column in moments:  # what had happened stays
            had = joined.filter(pl.col(column).is_not_null())
            assert had[column].equals(had[f"{column} later"].alias(column)), f"{name}.{column}"


def moment(number: random.Random, year: int, days: int):
    return dt.datetime(year, 1, 1) + dt.timedelta(seconds=number.randrange(1, days * 86_400))


@pytest.mark.parametrize("seed", range(4))
def test_until_only_adds_to_three_blocks(seed):
    number = random.Random(seed)
    early, late = sorted(moment(number, 2024, 500) for _ in range(2))
    grows(make_plan(THREE_BLOCKS, seed=seed, until=early), make_plan(THREE_BLOCKS, seed=seed, until=late))


@pytest.mark.parametrize("seed", range(3))
def test_until_only_adds_to_the_shop(seed):
    number = random.Random(seed)
    early, late = sorted(moment(number, 2024, 900) for _ in range(2))
    grows(
        make_plan("ecommerce", scale=0.05, seed=seed, until=early),
        make_plan("ecommerce", scale=0.05, seed=seed, until=late),
    )


def test_nothing_is_at_or_after_until():
    number = random.Random(9)
    until = moment(number, 2024, 300)
    made = make_plan(THREE_BLOCKS, until=until)
    visits = frame(made, "visits")
    assert 0 < visits.height < 25_000
    assert visits["came_at"].max() < until
    assert visits["left_at"].max() < until
    assert visits["is_over"].equals(visits["left_at"].is_not_null().alias("is_over"))
    assert frame(made, "receipts").height < (visits["spent"] > 0).sum()
    assert frame(made, "spending")["visits"].sum() == visits.height
