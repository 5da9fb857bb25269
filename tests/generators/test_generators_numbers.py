"""Choices, numbers, moments and keys follow the laws that are declared for them."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest

from synth.errors import SpecError
from synth.generators import GENERATORS
from synth.generators.declarations import Segment
from tests.support.drawn import column, median, near, table


def test_choice_follows_its_weights():
    seen = Counter(column("{choice: {a: 6, b: 3, c: 1, d: 0}}"))
    assert set(seen) == {"a", "b", "c"}
    assert all(near(seen[value], 20_000, weight / 10) for value, weight in (("a", 6), ("b", 3), ("c", 1)))


def test_choice_by_another_column_follows_that_columns_table():
    text = "_k: {choice: {1: 0.5, 2: 0.5}}\nk: {expr: _k}"
    law = "{choice: {by: _k, values: {1: {1.5: 0.9, 2.25: 0.1}, 2: {3: 1}}}, type: 'decimal(5,2)'}"
    seen = Counter(column(law, above=text))
    assert set(seen) == {Decimal("1.50"), Decimal("2.25"), Decimal("3.00")}
    assert near(seen[Decimal("3.00")], 20_000, 0.5) and near(seen[Decimal("2.25")], 20_000, 0.05)
    with pytest.raises(SpecError, match="no values are declared for _k = 2"):
        column("{choice: {by: _k, values: {1: {a: 1}}}}", above=text)


def test_null_share():
    assert near(column("{choice: {a: 1}, null_share: 0.3}").count(None), 20_000, 0.3)


@pytest.mark.parametrize(
    ("law", "grid"),
    [
        ("{uniform: {min: -2, max: 3}}", [-2, -1, 0, 1, 2, 3]),
        ("{uniform: {min: 0.05, max: 0.09}, type: 'decimal(3,2)'}", [Decimal(n) / 100 for n in range(5, 10)]),
        ("{uniform: {min: 0.29, max: 0.57}, type: 'decimal(3,1)'}", [Decimal(n) / 10 for n in range(3, 6)]),
        ("{uniform: {min: -0.05, max: 0.05}, type: 'decimal(3,2)'}", [Decimal(n) / 100 for n in range(-5, 6)]),
        ("{uniform: {min: 2024-02-27, max: 2024-03-02}}", [dt.date(2024, 2, 27) + dt.timedelta(days=n) for n in range(5)]),
        ("{uniform: {min: 7, max: 7}}", [7]),
        ("{uniform: {min: 0.07, max: 0.3, step: 0.05}, type: 'decimal(3,2)'}", [Decimal(n) / 100 for n in (10, 15, 20, 25, 30)]),
        ("{uniform: {min: -0.3, max: 0.3, step: 0.15}}", [-0.3, -0.15, 0, 0.15, 0.3]),
        ("{uniform: {min: -20, max: 17, step: 10}, type: smallint}", [-20, -10, 0, 10]),
        ("{uniform: {min: 1, max: 9, step: 2.5}}", [2.5, 5, 7.5]),
    ],
)  # fmt: skip
def test_uniform_on_the_types_grid(law, grid):
    seen = Counter(column(law))
    assert sorted(seen) == grid
    assert all(near(n, 20_000, 1 / len(grid)) for n in seen.values())


def test_uniform_between_ends():
    numbers = column("{uniform: {min: -1.5, max: 2.5}}")
    assert -1.5 <= min(numbers) < -1.49 and 2.49 < max(numbers) <= 2.5
    moments = column("{uniform: {min: 2024-01-01, max: 2024-01-02}, type: timestamp}")
    assert dt.datetime(2024, 1, 1) <= min(moments) and max(moments) <= dt.datetime(2024, 1, 2)
    assert len({m.microsecond for m in moments}) > 10_000
    far = column("{uniform: {min: 0001-01-01, max: 9999-12-31}, type: timestamp}")  # more places than floats tell apart
    assert min(far).year < 5 and max(far).year > 9995 and len(set(far)) == len(far)


def test_lognormal_median_spread_and_limits():
    values = column("{lognormal: {median: 35, sigma: 0.9}, type: 'decimal(12,2)'}")
    assert float(median(values)) == pytest.approx(35, rel=0.04)
    logs = [math.log(v) for v in values]
    mean = sum(logs) / len(logs)
    assert math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs)) == pytest.approx(0.9, rel=0.03)
    cut = column("{lognormal: {median: 35, sigma: 0.9, min: 10, max: 80}, type: 'decimal(12,2)'}")
    assert 10 <= min(cut) and max(cut) <= 80
    assert cut.count(10) + cut.count(80) < 20  # cut off, not moved to the ends


@pytest.mark.parametrize("limits", ["", ", min: 10", ", max: 60", ", min: 10, max: 60", ", min: 10.50, max: 60.95"])
def test_lognormal_endings(limits):
    """Every price ends as declared, as often as declared, and within the limits."""
    endings = "endings: {'.99': 0.5, '.5': 0.3, '.00': 0.2, '.01': 0}"
    values = column(f"{{lognormal: {{median: 30, sigma: 1.0{limits}, {endings}}}, type: 'decimal(12,2)'}}")
    low, high = (re.search(rf"{word}: ([\d.]+)", limits) for word in ("min", "max"))
    seen = Counter(str(value)[-3:] for value in values)
    assert set(seen) == {".99", ".50", ".00"} and min(values) > 0
    if not limits:
        assert near(seen[".99"], 20_000, 0.5) and near(seen[".50"], 20_000, 0.3)
    assert low is None or min(values) >= Decimal(low[1])
    assert high is None or max(values) <= Decimal(high[1])


def test_normal_and_gamma():
    values = column("{normal: {mean: 4.1, sd: 0.5, min: 2.5, max: 5}, type: 'decimal(2,1)'}")
    assert min(values) >= Decimal("2.5") and max(values) <= 5 and near(values.count(Decimal("4.1")), 20_000, 0.0828)
    free = column("{normal: {mean: -10, sd: 2}}")
    assert sum(free) / 20_000 == pytest.approx(-10, abs=0.08)
    unequal = column("{gamma: {shape: 0.6, mean: 3}}")
    assert min(unequal) > 0 and sum(unequal) / 20_000 == pytest.approx(3, rel=0.05)


AT = "at: {arrival: {}}\n"


@pytest.mark.parametrize(("unit", "seconds"), [("minutes", 60), ("hours", 3600), ("days", 86_400)])
@pytest.mark.parametrize(
    "law", ["median: 3, sigma: 1.2, min: 0.5, max: 10", "even: true, min: 0.5, max: 10", "even: true, max: 10"]
)
def test_delays_lie_between_min_and_max(unit, seconds, law):
    columns = f"      at: {{arrival: {{}}}}\n      x: {{delay: {{after: at, {law}, unit: {unit}}}}}"
    rows = table(columns, 5000, until=dt.date(2026, 1, 1)).head(5000)
    delays = [(x - at).total_seconds() / seconds for at, x in rows.iter_rows()]
    assert (0.5 if "min" in law else 0) - 1e-6 <= min(delays) and max(delays) <= 10 + 1e-6
    assert all(x > at for at, x in rows.iter_rows())
    if "median" in law:  # cut at both ends, the median moves a little
        assert 2.5 < median(delays) < 3.5
    else:
        assert max(delays) > 9.9 and min(delays) < 0.6


def test_delays_hide_what_has_not_come_yet():
    law = "{delay: {after: at, even: true, min: 10, max: 100MORE}}"
    hidden = column(law.replace("MORE", ""), above=AT)
    shown = column(law.replace("MORE", ", announced: true"), above=AT)
    until = dt.datetime(2025, 1, 1)
    assert hidden == [x if x < until else None for x in shown]
    assert hidden.count(None) > 1000


def test_keys():
    def keys(kind, **options):
        return table(f"      id: {{key: {kind}}}", 25_000, **options)["id"].to_list()

    assert keys("sequence") == list(range(1, 25_001))
    assert keys("{kind: code, prefix: CUS, digits: 5, start: 99990}")[8:12] == [
        "CUS99998",
        "CUS99999",
        "CUS100000",
        "CUS100001",
    ]
    assert keys("{kind: code, prefix: K-}")[:2] == ["K-000001", "K-000002"]
    ids = keys("uuid")
    assert len(set(ids)) == 25_000
    for text in ids:
        one = uuid.UUID(text)
        assert str(one) == text and one.version == 8 and one.variant == uuid.RFC_4122
    assert not set(ids) & set(keys("uuid", seed=43))
    bits = [f"{uuid.UUID(i).int:0128b}" for i in ids]
    for place in set(range(128)) - {48, 49, 50, 51, 64, 65}:
        assert 0.4 < sum(b[place] == "1" for b in bits) / 25_000 < 0.6, place


def test_keys_in_steps():
    def keys(kind, **options):
        return table(f"      id: {{key: {kind}}}", 25_000, **options)["id"].to_list()

    assert keys("{start: 100, step: 10}") == list(range(100, 250_100, 10))
    assert keys("{start: -7, step: 3}")[:4] == [-7, -4, -1, 2]
    assert keys("{kind: code, prefix: C, digits: 3, start: 5, step: 500}")[::10_000] == [
        "C005",
        "C5000005",
        "C10000005",
    ]
    with pytest.raises(SpecError, match="id.type: values may be as high as 2,499,980, and it is smallint"):
        table("      id: {key: {start: 80, step: 100}, type: smallint}", 25_000)
    with pytest.raises(SpecError, match="id.type: a value may be 8 long, and it is varchar"):
        table("      id: {key: {kind: code, prefix: C, step: 100}, type: varchar(7)}", 25_000)
    with pytest.raises(SpecError, match="id.key: a uuid is no number, and has no `step`"):
        table("      id: {key: {kind: uuid, step: 2}}", 5)
    with pytest.raises(SpecError, match="id.key.step: should be greater than or equal to 1"):
        table("      id: {key: {step: 0}}", 5)


@pytest.mark.parametrize("step", [1, 2, 10])
def test_rows_of_keys_in_segments(step):
    """A slow twin: keys one by one, which go on where they are told to."""
    key = GENERATORS["key"].model_validate({"start": 100, "step": step})
    first = key.behind(100 + 7 * step + 3)
    assert first > 100 + 7 * step + 3 >= first - step and (first - 100) % step == 0
    assert key.behind(5) == key.behind(99) == 100 and key.behind(100) == 100 + step
    gone_on = key.in_segments([Segment(5, first), Segment(9, 10_000)])
    slow, here = [], 100
    for row in range(15):
        here = {5: first, 9: 10_000}.get(row, here)
        slow.append(here)
        here += step
    assert gone_on.key_at(np.arange(15), 1, "t").to_list() == slow
    assert [gone_on.rows_to(number) for number in slow] == list(range(1, 16))
    assert key.rows_to(99) == 0 and key.in_segments([]).key_at(np.arange(2), 1, "t").to_list() == [100, 100 + step]


def test_windows_are_numbered_through_all_blocks():
    found = table("      id: {key: sequence}\n      x: {window: 2500}", 25_001)
    assert [(x - 1) // 2500 for x in found["id"].to_list()] == found["x"].to_list()
