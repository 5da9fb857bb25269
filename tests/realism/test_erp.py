"""What `erp` declares is what comes out: statistics of one run at SCALE=1 with seed 42.

Tolerances are four standard errors, computed where they are used, or the bounds of the source where one is declared.
"""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

import synth
from synth.generators.profiles import SEASONS, WEEKDAYS
from synth.generators.ranks import zipf_mandelbrot

UNTIL = dt.date(2026, 1, 1)
PAID_BY_NOW = dt.date(2025, 6, 1)  # at most 150 days to the first payment and 45 to the second
DISPERSION = 3.3
ORGANIZATION, INDIVIDUAL = 1, 2


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """All tables of erp at SCALE=1."""
    summary = synth.generate(synth.make_plan("erp", seed=42), tmp_path_factory.mktemp("erp"), workers=1)
    return {name: pl.read_parquet(summary.folder / name / "*.parquet") for name in summary.manifest.tables}


@pytest.fixture(scope="session")
def invoices(world):
    """Every invoice with its customer's terms, first and last receipt, and how many days late the first one came."""
    receipts = (
        world["ar_receipt"]
        .group_by("rie_id")
        .agg(first=pl.col("date").min(), last=pl.col("date").max(), receipts=pl.len())
    )
    return (
        world["ar_invoice"]
        .join(world["sales_invoices"].select("invoice_id", "customer_id"), on="invoice_id")
        .join(world["customer_names"].select("customer_id", "terms_days"), on="customer_id")
        .join(receipts, on="rie_id", how="left")
        .with_columns(late=(pl.col("first") - pl.col("date")).dt.total_days() - pl.col("terms_days"))
    )


@pytest.fixture(scope="session")
def steady(invoices):
    """Paid invoices of customers with more than 20, at terms of 30 days or more: earlier than today nobody can pay, which
    at shorter terms cuts the early end."""
    paid = invoices.filter(pl.col("date") < PAID_BY_NOW, pl.col("terms_days") >= 30).drop_nulls("late")
    return paid.filter(pl.len().over("customer_id") > 20)


@pytest.fixture(scope="session")
def orders(world):
    """Every order with its value (the net of all its lines), number of lines, and its customer's type."""
    lines = (
        world["sales_orders_items"]
        .group_by("sales_order_id")
        .agg(value=(pl.col("units") * pl.col("unit_selling_price")).sum(), lines=pl.len())
    )
    return (
        world["sales_orders"]
        .join(lines, on="sales_order_id")
        .join(world["customer_names"].select("customer_id", "business_type_id"), on="customer_id")
        .with_columns(log=pl.col("value").cast(pl.Float64).log())
    )


@pytest.fixture(scope="session")
def days(world):
    """Every day of the period: orders that came, and orders expected of month and weekday."""
    day = pl.date_range(dt.date(2024, 1, 1), UNTIL, closed="left", eager=True)
    month = np.array(SEASONS["giftware"])[day.dt.month().to_numpy() - 1]
    weight = month * np.array(WEEKDAYS["business"])[day.dt.weekday().to_numpy() - 1]
    came = world["sales_orders"].group_by(day="s_order_date").agg(n=pl.len())
    expected = weight / weight.sum() * world["sales_orders"].height
    return pl.DataFrame({"day": day, "expected": expected}).join(came, on="day", how="left").fill_null(0)


def near(share, n, errors=4):
    """A share of n independent draws, within so many standard errors."""
    return pytest.approx(share, abs=errors * math.sqrt(share * (1 - share) / n))


# -- volumes, and orders in time


def test_volumes(world):
    wanted = {"sales_orders": 60_000, "customer_names": 2_500, "products": 120, "vendors": 20, "employee_names": 60}
    assert {name: world[name].height for name in wanted} == wanted


def test_months_are_as_declared(days):
    months = days.group_by(pl.col("day").dt.month()).agg(pl.col("n", "expected").sum()).sort("day")
    error = (DISPERSION / months["expected"]).sqrt()  # a sum of days with variance/mean 3.3
    assert ((months["n"] / months["expected"] - 1).abs() < 4 * error).all()


def test_weekdays_are_as_declared(days):
    weekend = days.filter(pl.col("day").dt.weekday() > 5)
    assert weekend["n"].sum() == 0
    weekdays = (
        days.filter(pl.col("expected") > 0).group_by(pl.col("day").dt.weekday()).agg(pl.col("n", "expected").sum())
    )
    assert weekdays.height == 5
    error = (DISPERSION / weekdays["expected"]).sqrt()
    assert ((weekdays["n"] / weekdays["expected"] - 1).abs() < 4 * error).all()


def test_days_are_overdispersed_as_declared(days):
    work = days.filter(pl.col("expected") > 0)
    ratio = ((work["n"] - work["expected"]) ** 2 / work["expected"]).mean()
    error = DISPERSION * math.sqrt(2.2 / work.height)  # kurtosis about 3.2: gamma noise of shape 20 to 70; 6.5 %
    assert ratio == pytest.approx(DISPERSION, abs=4 * error)


# -- what is ordered


def test_types_of_customers(world):
    share = (world["customer_names"]["business_type_id"] == ORGANIZATION).mean()
    assert share == near(0.3, 2_500)


def test_lines_of_an_order(orders):
    """1 + negative binomial of mean 1.5 and r 1.2: variance 1.5 + 1.5² / 1.2 (the cut at 20 takes less than 0.1 %)."""
    variance = 1.5 + 1.5**2 / 1.2
    assert orders["lines"].mean() == pytest.approx(2.5, abs=4 * math.sqrt(variance / orders.height))
    assert orders["lines"].var() == pytest.approx(variance, rel=0.06)  # kurtosis about 9: error 1.2 %; the cut
    assert orders["lines"].min() == 1
    assert orders["lines"].max() <= 20
    assert (orders["lines"] == 1).mean() == near((1.2 / 2.7) ** 1.2, orders.height)


@pytest.mark.parametrize("top", [5, 24, 60])
def test_popularity_is_zipf_mandelbrot(world, orders, top):
    """Orders of one line draw without competition: their products' shares are the weights. 24 of 120 are the top 20 %."""
    single = world["sales_orders_items"].join(orders.filter(pl.col("lines") == 1), on="sales_order_id", how="semi")
    counts = single["product_id"].value_counts()["count"].sort(descending=True)
    weights = np.sort(zipf_mandelbrot(np.arange(1, 121), 120, 1.5, 0.031))[::-1]
    assert counts.head(top).sum() / counts.sum() == near(weights[:top].sum() / weights.sum(), single.height)


def test_longer_orders_draw_without_replacement(world, orders):
    """Products are distinct within an order, which flattens popularity: as much as successive draws do."""
    counts = world["sales_orders_items"]["product_id"].value_counts()["count"].sort(descending=True)
    weights = np.sort(zipf_mandelbrot(np.arange(1, 121), 120, 1.5, 0.031))[::-1]
    race = np.random.default_rng(0).exponential(size=(orders.height, 120)) / weights  # the first n to arrive are drawn
    drawn = np.argsort(np.argsort(race)) < orders["lines"].to_numpy()[:, None]
    expected = drawn[:, :24].sum() / drawn.sum()
    assert expected < weights[:24].sum() / weights.sum()
    assert counts.head(24).sum() / counts.sum() == near(expected, counts.sum() / 2)  # the twin has an error, too


def test_goods_come_back(world):
    goods = (
        world["sales_orders_items"]
        .join(world["products"].filter("is_goods"), on="product_id", how="semi")
        .join(world["sales_orders"].filter(pl.col("s_order_date") < PAID_BY_NOW), on="sales_order_id", how="semi")
        .filter("shipped")
    )
    reversed_lines = world["ar_credit_note_item"].filter(pl.col("description") == "Revenue")
    returned = goods.join(
        reversed_lines.select(sales_order_item_id=pl.col("line_number") // 2), on="sales_order_item_id", how="semi"
    )
    assert goods.height > 30_000
    assert returned.height / goods.height == near(0.03, goods.height)


def test_nearly_all_lines_are_shipped(world):
    old = world["sales_orders"].filter(pl.col("s_order_date") < UNTIL - dt.timedelta(days=10))
    lines = world["sales_orders_items"].join(old, on="sales_order_id", how="semi")
    assert lines["shipped"].mean() == near(0.99, lines.height)
    assert 0.985 < lines["shipped"].mean() < 0.995


# -- what it is worth


@pytest.mark.parametrize(("kind", "low", "high"), [(ORGANIZATION, 1.05, 1.25), (INDIVIDUAL, 0.75, 0.85)])
def test_spread_of_order_values(orders, kind, low, high):
    assert low < orders.filter(pl.col("business_type_id") == kind)["log"].std() < high


def between_customers(orders):
    """Share of the variance of ln(value) that lies between customers, by analysis of variance, and its standard error.

    The variance between is known as from k = (Σn)² / Σn² equal customers: its relative error is √(2 / k).
    """
    customers = orders.group_by("customer_id").agg(n=pl.len(), mean=pl.col("log").mean(), var=pl.col("log").var())
    customers = customers.filter(pl.col("n") > 1)
    n, total = customers["n"], customers["n"].sum()
    within = (customers["var"] * (n - 1)).sum() / (total - len(n))
    grand = (customers["mean"] * n).sum() / total
    squares = (n * (customers["mean"] - grand) ** 2).sum() / (len(n) - 1)
    between = (squares - within) / ((total - (n**2).sum() / total) / (len(n) - 1))
    share = between / (between + within)
    return share, share * (1 - share) * math.sqrt(2 * (n**2).sum() / total**2)


@pytest.mark.parametrize("kind", [ORGANIZATION, INDIVIDUAL])
def test_customers_have_levels_of_their_own(orders, kind):
    """25 to 40 % of the variance of ln(order value), of customers of one type; the source has 30 %."""
    share, error = between_customers(orders.filter(pl.col("business_type_id") == kind))
    assert error < 0.03
    assert 0.25 - 2 * error < share < 0.40 + 2 * error


def test_yearly_totals_follow_benford(orders):
    totals = orders.group_by("customer_id", pl.col("s_order_date").dt.year()).agg(pl.col("value").sum())["value"]
    digits = totals.cast(pl.String).str.strip_chars_start("0.").str.head(1).cast(pl.Int64)
    found = np.bincount(digits, minlength=10)[1:] / len(digits)
    assert len(digits) > 3_500  # chance alone makes a mean deviation of about 0.004
    assert np.abs(found - np.log10(1 + 1 / np.arange(1, 10))).mean() < 0.012  # "acceptable" (Nigrini) ends there


# -- when it is paid


def test_between_customers_lateness_differs(steady):
    """Habits are normal with sd 10; each customer's mean also has its own error, which is taken off."""
    customers = steady.group_by("customer_id").agg(n=pl.len(), mean=pl.col("late").mean(), var=pl.col("late").var())
    spread = math.sqrt(customers["mean"].var() - (customers["var"] / customers["n"]).mean())
    assert customers.height > 300
    assert spread == pytest.approx(10, abs=4 * 10 / math.sqrt(2 * customers.height))  # 1.4
    mean = customers["mean"].mean()
    assert mean == pytest.approx(-10.5 + 10.3, abs=4 * 10 / math.sqrt(customers.height))  # 2.0


def test_within_customers_lateness_differs(steady):
    """Gamma of shape 2 and mean 10.3: sd 10.3 / √2 = 7.28, kurtosis 6, skewness √2."""
    own = pl.col("late") - pl.col("late").mean().over("customer_id")
    scaled = own * (pl.len().over("customer_id") / (pl.len().over("customer_id") - 1)).sqrt()
    residual = steady.select(scaled.alias("days"))["days"]
    assert len(residual) > 15_000
    assert residual.std() == pytest.approx(7.28, abs=4 * 7.28 * math.sqrt(5 / (4 * len(residual))) + 0.05)  # whole days
    error = 5.5 / math.sqrt(len(residual))  # of a gamma's skewness, by simulation
    assert residual.skew() == pytest.approx(math.sqrt(2), abs=4 * error + 0.05)  # customers' means cost up to 1.5 / 21


def test_late_share(invoices):
    """42 to 53 % of invoices are paid late (Atradius). A few hundred customers pay most of them: error 1.7 %."""
    paid = invoices.filter(pl.col("date") < PAID_BY_NOW).drop_nulls("late")
    assert 0.43 < (paid["late"] > 0).mean() < 0.50


def test_nobody_pays_before_the_invoice_or_waits_for_ever(invoices):
    delay = (invoices["first"] - invoices["date"]).dt.total_days().drop_nulls()
    assert delay.min() == 0
    assert delay.max() <= 150
    again = invoices.filter(pl.col("receipts") == 2)
    gap = (again["last"] - again["first"]).dt.total_days()
    assert gap.min() >= 10
    assert gap.max() <= 45


def test_some_pay_in_parts(invoices):
    old = invoices.filter(pl.col("date") < PAID_BY_NOW)
    share = (old["receipts"] == 2).mean()
    assert 0.02 < share < 0.05
    assert share == near(0.04, old.height)
    assert invoices["receipts"].max() == 2


def test_some_never_pay(world, invoices):
    """1.5 % are written off half a year after they were due, none before."""
    due = pl.col("date") + pl.duration(days=pl.col("terms_days"))
    old = invoices.filter(due + pl.duration(days=180) < UNTIL)
    off = invoices.join(world["ar_write_off"].select("rie_id", written_off="date"), on="rie_id")
    share = old.join(off, on="rie_id", how="semi").height / old.height
    assert 0.01 < share < 0.02
    assert share == near(0.015, old.height)
    assert off.join(old, on="rie_id", how="anti").height == 0
    assert (off.select(days=pl.col("written_off") - due)["days"].dt.total_days() == 180).all()
    assert off["receipts"].is_null().all()


def test_nothing_old_stays_open(world, invoices):
    """An old invoice is paid, credited or written off, to the cent."""
    settled = pl.concat(
        world[f"{kind}_item"]
        .filter(pl.col("general_ledger_number") == 102001)
        .join(world[kind].select(key, "rie_id"), on=key)
        .select("rie_id", "amount")
        for kind, key in [("ar_receipt", "rre_id"), ("ar_credit_note", "rcn_id"), ("ar_write_off", "rwo_id")]
    )
    both = (
        world["sales_invoices"]
        .select("amount", rie_id="invoice_id")
        .join(settled.group_by("rie_id").agg(settled=pl.col("amount").sum()), on="rie_id", how="left")
        .join(invoices.select("rie_id", "date"), on="rie_id")
    )
    old = both.filter(pl.col("date") < UNTIL - dt.timedelta(days=180 + 60))
    assert (old["settled"] == old["amount"]).all()
