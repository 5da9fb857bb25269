"""`erp`: its books hold at any scale, seed and `until`, and time only adds."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

import synth
from tests.support.erp import DATES, ITEMS, fingerprints, spec

# -- what holds at any scale, seed and `until`


@pytest.mark.parametrize(
    ("scale", "seed", "until"),
    [
        (0.02, 42, None),
        (0.02, 2**63 - 1, dt.datetime(2024, 1, 5)),
        (0.01, 1, dt.datetime(2024, 2, 29)),
        (0.01, 2, dt.datetime(2024, 12, 31)),  # the year's last day is still to come
        (0.05, 3, dt.datetime(2025, 1, 1)),  # it has just been closed
        (0.05, 4, dt.datetime(2025, 3, 15, 12)),
        (0.02, 5, dt.datetime(2025, 6, 30)),
        (0.02, 6, dt.datetime(2026, 12, 31)),  # past the period
    ],
)
@pytest.mark.some(3)
def test_every_check_holds(made, scale, seed, until):
    report = synth.verify_folder(made(scale=scale, seed=seed, until=until).folder)
    assert report.failed == []
    assert report.skipped == []
    assert {finding.name for finding in report.findings if finding.kind == "rule"} == set(spec().rules)


def test_workers_change_nothing(made):
    options = {"scale": 0.4, "until": dt.datetime(2025, 3, 15, 12)}  # two blocks of orders, the second one begun
    one, two = made(**options), made(**options, workers=2)
    assert fingerprints(one) == fingerprints(two)


def test_small_worlds_have_every_kind_of_document(world):
    assert set(world()["general_ledger"]["entry_type_id"]) == set(world()["entry_type"]["entry_type_id"])
    assert all(table.height for table in world().values())


# -- an earlier and a later now


def moment(number: random.Random) -> dt.datetime:
    """Any second of 2024 to 2026, the years that have fiscal periods."""
    return dt.datetime(2024, 1, 1) + dt.timedelta(seconds=number.randrange(1, 1_095 * 86_400))


def pairs():
    number = random.Random(8)
    yield dt.datetime(2024, 12, 31), dt.datetime(2025, 1, 1)
    yield dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31)
    for _ in range(3):
        yield tuple(sorted([moment(number), moment(number)]))


@pytest.mark.parametrize(("early", "late"), list(pairs()))
@pytest.mark.some(2)
def test_until_only_adds(world, early, late):
    before, after = world(scale=0.05, until=early), world(scale=0.05, until=late)
    first_day_to_come = (early + dt.timedelta(days=1, microseconds=-1)).date()
    for name in spec().written:
        table = spec().tables[name]
        if table.rollup:
            continue
        key = list(table.key)
        assert key, name
        moving = {*table.hidden_moments} - {table.at}
        fixed = [c for c in table.written if table.columns[c].generator_name != "state" and c not in moving]
        here, there = before[name], after[name]
        vanished = here.select(fixed).join(there.select(fixed), on=fixed, how="anti", nulls_equal=True)
        assert vanished.height == 0, name
        both = here.join(there, on=key, suffix=" later")
        for column in set(table.written) - set(fixed):  # what had happened stays
            had = both.filter(pl.col(column)) if both[column].dtype == pl.Boolean else both.drop_nulls(column)
            assert had[column].equals(had[f"{column} later"].alias(column)), f"{name}.{column}"
        new = there.join(here, on=key, how="anti")
        if name in DATES:
            assert new.filter(pl.col(DATES[name]) < first_day_to_come).height == 0, name
        elif name in ITEMS:  # lines come with their document
            document = spec().tables[ITEMS[name]].key
            assert new.join(before[ITEMS[name]], on=list(document), how="semi").height == 0, name
        elif name != "journal_entry":
            assert new.height == 0, name
