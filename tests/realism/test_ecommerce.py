"""What comes out is what was declared: statistics of one run at SCALE=1 with a fixed seed, with tolerances of several
standard errors."""

import re

import numpy as np
import polars as pl
import pytest

import synth
from synth.generators.profiles import HOURS, SEASONS, WEEKDAYS
from synth.generators.ranks import zipf_mandelbrot


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """All tables of ecommerce at SCALE=1."""
    folder = tmp_path_factory.mktemp("realism")
    summary = synth.generate(synth.make_plan("ecommerce", seed=3), folder, workers=1)
    return {name: pl.read_parquet(folder / "ecommerce" / name / "*.parquet") for name in summary.manifest.tables}


@pytest.fixture(scope="module")
def spec():
    return synth.load("ecommerce").tables


def shares(counts):
    counts = np.asarray(counts, dtype=float)
    return counts / counts.sum()


def test_volumes_are_exact(world):
    wanted = {"brands": 20, "categories": 10, "sellers": 25, "products": 200, "promotions": 10, "promotion_products": 100,
              "customers": 20_000, "orders": 100_000, "order_items": 1_000_000}  # fmt: skip
    assert {name: world[name].height for name in wanted} == wanted


def test_hours_are_as_declared(world):
    hours = world["orders"]["ordered_at"].dt.hour().value_counts().sort("ordered_at")["count"]
    assert shares(hours) == pytest.approx(shares(HOURS["consumer"]), abs=0.003)


def test_weekdays_are_as_declared(world):
    days = world["orders"]["ordered_at"].dt.weekday().value_counts().sort("ordered_at")["count"]
    assert shares(days) == pytest.approx(shares(WEEKDAYS["consumer"]), abs=0.006)


def test_season_and_trend_are_as_declared(world):
    months = (
        world["orders"]
        .group_by(year=pl.col("ordered_at").dt.year(), month=pl.col("ordered_at").dt.month())
        .agg(n=pl.len(), days=pl.col("ordered_at").dt.date().n_unique())
        .sort("year", "month")
    )
    daily = months["n"].to_numpy() / months["days"].to_numpy()
    years = (np.arange(24) + 0.5) / 12
    expected = np.array(SEASONS["consumer"] * 2) * 1.086**years
    both = [shares(each[:12] + each[12:]) for each in (daily, expected)]
    assert both[0] == pytest.approx(both[1], rel=0.06)  # of 8,340 orders, dispersion 3.3: three standard errors
    assert daily[12:].sum() / daily[:12].sum() == pytest.approx(1.086, abs=0.03)


def test_days_are_overdispersed_as_declared(world):
    daily = world["orders"].group_by(day=pl.col("ordered_at").dt.date()).agg(n=pl.len()).sort("day")
    day = daily["day"]
    season = np.array(SEASONS["consumer"])[day.dt.month().to_numpy() - 1]
    weekday = np.array(WEEKDAYS["consumer"])[day.dt.weekday().to_numpy() - 1]
    weight = season * weekday * 1.086 ** (np.arange(len(day)) / 365.25)
    expected = weight / weight.sum() * daily["n"].sum()
    ratio = ((daily["n"].to_numpy() - expected) ** 2 / expected).mean()
    assert ratio == pytest.approx(3.3, rel=0.2)  # variance / mean; 731 days give a standard error of 5 %


def test_popularity_is_zipf_mandelbrot(world):
    """Single-line orders draw without competition: their products' shares are the weights of those alive."""
    lines = world["order_items"]
    single = lines.join(lines.group_by("order_id").agg(n=pl.len()).filter(pl.col("n") == 1), on="order_id", how="semi")
    counts = np.sort(single["product_id"].value_counts()["count"].to_numpy())[::-1]
    weights = np.sort(zipf_mandelbrot(np.arange(1, 201), 200, 1.5, 0.031))[::-1]
    top = [shares(counts)[:n].sum() for n in (5, 20, 50)]
    wanted = [shares(weights)[:n].sum() for n in (5, 20, 50)]
    assert top == pytest.approx(wanted, abs=0.09)  # products come and go, so the alive ones' shares are a little larger


def test_customers_are_unequal(world):
    """The most active 20 % bring 68 % of the orders (CDNOW)."""
    counts = world["orders"]["customer_id"].value_counts()["count"].sort(descending=True)
    assert counts.head(4_000).sum() / counts.sum() == pytest.approx(0.68, abs=0.02)


def test_fanout_is_as_declared(world):
    counts = world["order_items"].group_by("order_id").agg(n=pl.len())["n"]
    assert counts.len() == 100_000
    assert counts.mean() == 10.0
    assert (counts.min(), counts.max()) == (1, 60)
    assert counts.var() == pytest.approx(9 + 9**2 / 2, rel=0.06)  # 1 + NegBin(9, r=2), a little cut at 60
    one, two = (counts == 1).mean(), (counts == 2).mean()
    assert one == pytest.approx((2 / 11) ** 2, abs=0.004)
    assert two == pytest.approx(2 * (9 / 11) * (2 / 11) ** 2, abs=0.004)


def test_choices_are_as_declared(world, spec):
    quantity = world["order_items"]["quantity"].value_counts(normalize=True).sort("quantity")["proportion"]
    assert list(quantity) == pytest.approx([0.8, 0.12, 0.05, 0.03], abs=0.002)
    method = dict(world["payments"]["method"].value_counts(normalize=True).iter_rows())
    assert method == pytest.approx(spec["orders"].columns["_method"].draws.values, abs=0.006)


def test_fates_are_as_declared(world):
    old = world["orders"].filter(pl.col("ordered_at") < pl.datetime(2025, 7, 1))  # everything has happened to these
    fate = dict(old["status"].value_counts(normalize=True).iter_rows())
    assert fate["CANCELLED"] == pytest.approx(0.015, abs=0.002)
    assert fate["RETURNED"] == pytest.approx(0.16, abs=0.005)
    assert fate["DELIVERED"] == pytest.approx(0.825, abs=0.006)
    assert set(fate) == {"CANCELLED", "RETURNED", "DELIVERED"}


def test_delays_are_as_declared(world):
    orders = world["orders"].filter(pl.col("ordered_at") < pl.datetime(2025, 6, 1))
    ship = (orders["shipped_at"] - orders["paid_at"]).drop_nulls().dt.total_seconds() / 86_400
    deliver = (orders["delivered_at"] - orders["shipped_at"]).drop_nulls().dt.total_seconds() / 86_400
    assert ship.median() == pytest.approx(1.75, rel=0.05)
    assert ship.max() <= 20
    assert deliver.median() == pytest.approx(6.62, rel=0.05)
    assert np.log(deliver.to_numpy()).std() == pytest.approx(0.88, rel=0.06)


def test_prices_end_as_declared(world, spec):
    cents = (world["products"]["price"] * 100).cast(pl.Int64) % 100
    assert set(cents.unique()) <= {0, 50, 90, 99}
    assert (cents == 90).mean() == pytest.approx(0.35, abs=0.1)


def test_contacts_are_nobodys(world):
    customers = world["customers"]
    assert customers["email"].str.contains(r"^[a-z0-9.]+@example\.(com|net|org)$").all()
    ranges = {
        "US": r"^\+1-[2-9]\d\d-555-01\d\d$",
        "GB": r"^\+44 (20 7946 0\d{3}|1(13|14|15|16|17|18|21|31|41|51|61) 496 0\d{3}|191 498 0\d{3}|29 2018 0\d{3}|28 9649 6\d{3})$",
        "DE": r"^\+49 (30 23125 \d{3}|69 90009 \d{3}|40 66969 \d{3}|221 4710 \d{3}|89 99998 \d{3}|171 39200\d\d)$",
        "FR": r"^\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49) \d\d \d\d$",
    }
    for country, shape in ranges.items():
        phones = customers.filter(pl.col("country") == country)["phone"]
        assert len(phones) and phones.str.contains(shape).all(), country
    assert customers.filter(pl.col("country") == "FI")["phone"].is_null().all()
    inward = customers.filter(pl.col("country") == "GB")["postal_code"].str.tail(2)
    assert all(re.fullmatch("[CIKMOV]{2}", code) for code in inward.unique())


def test_locales_agree(world):
    pairs = world["customers"].select("country", pl.col("locale").str.tail(2)).unique()
    assert (pairs["country"] == pairs["locale"]).all()
    assert set(world["customers"]["locale"].unique()) >= {"en_US", "en_GB", "de_DE", "fr_FR"}
