"""`inventory`: rules hold at any scale, seed and `until`; time only adds; it has the shape that is declared; and none
of the defects of the system that it replaces."""

import datetime as dt
import json
import re
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
from synth.generators.ranks import zipf_mandelbrot
from synth.spec.load import shipped

UNTILS = [
    dt.datetime(2024, 1, 1, 1),
    dt.datetime(2024, 1, 7),
    dt.datetime(2024, 2, 29),
    dt.datetime(2025, 3, 31, 12),
    dt.datetime(2025, 6, 30),
    dt.datetime(2026, 1, 1),
    dt.datetime(2027, 5, 5),
]
KEYS = {"customers": "customer_number", "orders": "order_number", "inventory_movements": "movement_number"}
MOMENTS = {"customers": "date_created", "orders": "order_date", "inventory_movements": "moved_at"}


@cache
def spec():
    """The dataset, loaded once."""
    return synth.load("inventory")


@pytest.fixture(scope="module")
def made(runs):
    """Finished runs of it: (scale, seed, until, workers) -> summary."""
    return lambda scale=0.3, **options: runs("inventory", scale, **options)


@pytest.fixture(scope="module")
def world(made, tables_of):
    """All tables of a run, by name."""
    return lambda **options: tables_of(made(**options))


@pytest.fixture(scope="module")
def whole(world):
    """A world in which all that customers up to the middle of 2025 set off has happened: customers and their orders."""
    tables = world(scale=2, seed=3, until=dt.datetime(2028, 6, 1))
    customers = tables["customers"].filter(pl.col("date_created") < dt.datetime(2025, 7, 1))
    orders = tables["orders"].join(customers, on="customer_number", how="semi")
    return customers, orders


@pytest.fixture(scope="module")
def columns():
    """The declared columns of orders as they are meant."""
    return spec().tables["_orders"].columns


def fingerprints(summary):
    return {name: table.fingerprint for name, table in summary.manifest.tables.items()}


def shares(column):
    return dict(column.value_counts(normalize=True).iter_rows())


# -- what holds at any scale, seed and `until`


@pytest.mark.parametrize(
    ("scale", "seed", "until"),
    [(0.01, 42, UNTILS[5]), (0.3, 42, UNTILS[0]), (0.3, 2**63 - 1, UNTILS[3]), (2, 42, UNTILS[5])],
)
def test_every_check_holds(made, scale, seed, until):
    report = synth.verify_folder(made(scale=scale, seed=seed, until=until).folder)
    assert report.failed == []
    assert {finding.name for finding in report.findings if finding.kind == "rule"} == set(spec().rules)


@pytest.mark.parametrize(("scale", "until"), [(0.3, UNTILS[2]), (6, UNTILS[4])])  # one block, and two
def test_workers_change_nothing(made, scale, until):
    """Not a byte: derived rows are in order, too."""
    one, two = (made(scale=scale, until=until, workers=workers).manifest.tables for workers in (1, 2))
    assert one == two


def test_seeds_change_everything_that_is_drawn(made):
    one, other = fingerprints(made()), fingerprints(made(seed=7))
    assert not {name for name in one if one[name] == other[name]}


def test_nothing_is_there_before_the_first_customer(world):
    tables = world(until=UNTILS[0])
    assert {name: tables[name].height for name in MOMENTS} == dict.fromkeys(MOMENTS, 0)
    assert tables["stock"].height == tables["products"].height == 100
    assert tables["stock"]["on_hand"].sum() == 0


@pytest.mark.parametrize("table", MOMENTS)
@pytest.mark.parametrize(("early", "late"), list(zip(UNTILS[1:], UNTILS[2:])) + [(UNTILS[1], UNTILS[6])])
def test_what_exists_stays_and_nothing_comes_later_with_an_older_date(world, table, early, late):
    before, after = world(until=early)[table], world(until=late)[table]
    known = after.filter(pl.col(MOMENTS[table]) < early)
    if table == "orders":
        known = known.with_columns(ship_date=pl.when(pl.col("ship_date") < early).then("ship_date"))
    assert_frame_equal(before, known, check_row_order=False)
    assert before.height < after.height


def test_a_window_opens_with_its_first_customer(world):
    """Nothing of a window is dated before the moment from which it is drawn, to the microsecond."""
    window = spec().tables["customers"].window
    full = world()
    opened = full["customers"]["date_created"].sort()[window]
    for until in (opened, opened + dt.timedelta(microseconds=1)):
        known = full["inventory_movements"].filter(pl.col("moved_at") < until)
        assert_frame_equal(world(until=until)["inventory_movements"], known, check_row_order=False)
    numbers = full["inventory_movements"].filter(pl.col("movement_number").str.starts_with("RCP-1-"))
    assert numbers["moved_at"].min() == opened


def test_blocks_stand_alone(world):
    """A block drawn by itself has the rows of the whole run, also where its last window reaches beyond `until`."""
    plan = synth.make_plan(spec(), scale=0.3, until=UNTILS[3])
    drawn = synth.block(plan, "orders", 0)
    for table in MOMENTS:
        assert_frame_equal(drawn[table], world(until=UNTILS[3])[table], check_row_order=False, check_dtypes=False)


@pytest.mark.parametrize("until", UNTILS[1:])
def test_stock_is_never_negative_at_any_moment(world, until):
    level = (
        world(until=until)["inventory_movements"]
        .sort("product_number", "moved_at", pl.col("quantity") < 0)
        .select("product_number", level=pl.col("quantity").cum_sum().over("product_number"))
    )
    assert level["level"].min() >= 0
    last = level.group_by("product_number").agg(pl.col("level").last())
    stock = world(until=until)["stock"].filter(pl.col("last_moved_at").is_not_null())
    assert dict(stock.select("product_number", "on_hand").iter_rows()) == dict(last.iter_rows())


def test_goods_are_received_before_the_first_sale_they_cover(world):
    """No sale is covered by what comes back: without it, stock is never negative either."""
    movements = world(scale=2)["inventory_movements"].filter(~pl.col("movement_type").is_in(["return", "exchange_in"]))
    level = movements.sort("moved_at", pl.col("quantity") < 0).select(
        pl.col("quantity").cum_sum().over("product_number")
    )
    assert level["quantity"].min() >= 0


def test_stock_is_turned_over_and_not_hoarded(world):
    stock = world(scale=2)["stock"]
    assert 0.05 < stock["on_hand"].sum() / stock["received"].sum() < 0.4


# -- the shape


def test_volumes_grow_as_declared():
    rows = {scale: synth.make_plan(spec(), scale=scale).tables for scale in (0.01, 1, 10, 33)}
    assert [tables["customers"].rows for tables in rows.values()] == [20, 2_000, 20_000, 66_000]
    assert [tables["products"].rows for tables in rows.values()] == [100, 100, 316, 574]


def test_customers_have_one_to_five_orders_evenly(whole):
    customers, orders = whole
    counts = orders.group_by("customer_number").len()["len"]
    assert counts.len() == customers.height
    assert shares(counts) == pytest.approx(dict.fromkeys(range(1, 6), 0.2), abs=0.03)


def test_order_types_are_as_declared(whole, columns):
    """Place n of a customer's orders exists for (6 - n) / 5 of them; goods come back only from a sale just before."""
    later, first = (columns["wish"].draws.values[number] for number in (0, 1))
    after_sale = (0.8 * first["sale"] + 1.2 * later["sale"]) / 2
    wanted = {
        "return": 2 / 3 * after_sale * later["return"],
        "exchange": 2 / 3 * after_sale * later["exchange"],
        "quote": first["quote"] / 3 + later["quote"] * 2 / 3,
    }
    wanted["sale"] = 1 - sum(wanted.values())
    assert shares(whole[1]["order_type"]) == pytest.approx(wanted, abs=0.012)
    assert wanted["return"] == pytest.approx(0.148, abs=0.01)  # of invoices, UCI


def test_discounts_are_as_declared(whole, columns):
    found = {float(discount): share for discount, share in shares(whole[1]["discount"]).items()}
    assert found == pytest.approx(columns["discount"].draws.values, abs=0.012)
    given = whole[1].filter(pl.col("discount") > 0)["discount"].cast(pl.Float64)
    assert given.len() / whole[1].height == pytest.approx(0.3, abs=0.015)
    assert given.mean() == pytest.approx(0.17, abs=0.004)


def test_quantities_are_as_declared(whole, columns):
    sold = whole[1].filter(pl.col("order_type") == "sale")["quantity"]
    assert shares(sold) == pytest.approx(columns["quantity"].draws.values, abs=0.015)


def test_popularity_is_zipf_mandelbrot(world):
    """Sales and quotes choose their product freely."""
    orders = world(scale=5)["orders"].filter(pl.col("order_type").is_in(["sale", "quote"]))
    counts = orders["product_number"].value_counts(sort=True)["count"].to_numpy()
    size = world(scale=5)["products"].height
    weights = zipf_mandelbrot(pl.arange(1, size + 1, eager=True).to_numpy(), size, 1.5, 0.031)
    for top in (1, 5, 20, 50, 100):
        assert counts[:top].sum() / counts.sum() == pytest.approx(weights[:top].sum() / weights.sum(), abs=0.012)


def test_later_orders_follow_after_the_declared_gap(whole):
    """The second order of customers with no return comes after a median of 21.9 days, of those between 1 and 180."""
    sold = whole[1].filter((pl.col("order_type").is_in(["sale", "quote"])).all().over("customer_number"))
    gaps = sold.sort("order_date").select(
        "customer_number", gap=pl.col("order_date").diff().over("customer_number").dt.total_hours() / 24
    )
    assert gaps["gap"].drop_nulls().median() == pytest.approx(19.5, rel=0.12)  # cut, and put off to working days
    assert gaps["gap"].max() < 180 + 8


def test_business_is_done_on_working_days(world):
    tables = world(scale=2)
    for table, column in (("orders", "order_date"), ("orders", "ship_date"), ("inventory_movements", "moved_at")):
        moments = tables[table][column].drop_nulls()
        assert set(moments.dt.weekday().unique()) == {1, 2, 3, 4, 5}, column
        assert moments.dt.hour().min() >= 7 and moments.dt.hour().max() <= 19, column


def test_what_comes_back_was_sold_and_takes_its_discount(whole):
    orders = whole[1]
    back = orders.filter(pl.col("order_type") == "return")
    sales = orders.filter(pl.col("order_type") == "sale")
    pairs = back.join(sales, on=["customer_number", "product_number", "discount"], suffix="_sold").filter(
        (pl.col("ship_date_sold") < pl.col("order_date")) & (pl.col("quantity_sold") >= pl.col("quantity"))
    )
    assert set(pairs["order_number"]) == set(back["order_number"])
    assert len(back) > 500


# -- the defects of the system that it replaces, each absent


def test_defect_every_customer_repeats_the_orders_of_all_before(world):
    """Its list of orders was one for all customers: quadratically many rows, the same order number again and again."""
    orders = {scale: world(scale=scale)["orders"] for scale in (0.3, 2, 5)}
    for frame in orders.values():
        assert frame["order_number"].is_unique().all()
    per_customer = [frame.height / (2_000 * scale) for scale, frame in orders.items()]
    assert per_customer == pytest.approx([per_customer[-1]] * 3, rel=0.06)


def test_defect_json_cannot_be_made(tmp_path):
    """Its JSON did not run, and a sibling's was no JSON: here every line is one object with every column."""
    summary = synth.generate(synth.make_plan(spec(), scale=0.05), tmp_path, format="ndjson", workers=1)
    for table, declared in spec().tables.items():
        if table.startswith("_"):
            continue
        lines = "".join(path.read_text() for path in sorted((summary.folder / table).glob("*.ndjson"))).splitlines()
        assert len(lines) == summary.manifest.tables[table].rows > 0
        assert all(tuple(json.loads(line)) == declared.written for line in lines)


def test_defect_a_second_order_of_a_customer_is_forbidden(world):
    """Its key of orders was the customer's number."""
    declared = spec().tables["orders"]
    assert declared.key == ("order_number",)
    assert world()["orders"]["customer_number"].is_duplicated().any()


def test_defect_short_numbers_collide(world):
    """Its sibling's numbers had three digits."""
    tables = world(scale=5)
    for table, column in KEYS.items():
        assert tables[table][column].is_unique().all()
    for table, column in (("customers", "customer_number"), ("orders", "order_number")):
        assert (
            tables[table][column]
            .str.contains(r"^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            .all()
        )


def test_defect_all_dates_are_today(world):
    """It has a time series instead: two years of it, no day of them the clock's, orders shipped after they came."""
    tables = world(scale=2)
    for table, column in MOMENTS.items():
        months = tables[table][column].dt.truncate("1mo").n_unique()
        assert months == 24, table
    assert tables["customers"]["date_created"].is_unique().all()
    waits = (
        tables["orders"].select(pl.col("ship_date") - pl.col("order_date")).to_series().drop_nulls().dt.total_hours()
        / 24
    )
    assert waits.min() > 0 and waits.max() < 30
    assert waits.median() == pytest.approx(3.3, abs=0.8)
    assert waits.n_unique() > 100


def test_defect_discount_is_a_constant_or_any_number(world):
    """It is a share of the price, of five that are offered; the schema says so."""
    assert "Share of the price" in spec().tables["orders"].columns["discount"].about
    discounts = world(scale=2)["orders"]["discount"]
    assert discounts.dtype == pl.Decimal(3, 2)
    assert sorted(map(str, discounts.unique())) == ["0.00", "0.10", "0.15", "0.20", "0.25"]


def test_defect_email_domains_belong_to_somebody(world):
    customers = world(scale=2)["customers"]
    assert customers["email"].str.contains(r"^[a-z0-9.]+@example\.(com|net|org)$").all()
    assert customers["email"].is_unique().all()


def test_defect_locale_postal_code_and_phone_have_no_link(world):
    customers = world(scale=2)["customers"]
    shapes = {
        "en_US": (r"^\d{5}$", r"^\+1-[2-9]\d\d-555-01\d\d$"),
        "en_GB": (r"^[A-Z]{1,2}\d+ \d[CIKMOV]{2}$", r"^\+44 (20 7946 0\d{3}|1(13|14|15|16|17|18|21|31|41|51|61) 496 0\d{3}|191 498 0\d{3}|29 2018 0\d{3}|28 9649 6\d{3})$"),
        "de_DE": (r"^\d{5}$", r"^\+49 (30 23125 \d{3}|69 90009 \d{3}|40 66969 \d{3}|221 4710 \d{3}|89 99998 \d{3}|171 39200\d\d)$"),
        "fr_FR": (r"^\d{5}$", r"^\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49) \d\d \d\d$"),
    }  # fmt: skip
    assert set(customers["locale"]) == set(shapes)
    for locale, (postal_code, phone) in shapes.items():
        here = customers.filter(pl.col("locale") == locale)
        assert here["postal_code"].str.contains(postal_code).all(), locale
        assert here["phone_number"].str.contains(phone).all(), locale


def test_defect_names_are_random_letters(world):
    """A name is a person's, and its e-mail address is made from it."""
    customers = world(scale=2)["customers"]
    assert customers["customer_name"].str.contains(r"^\p{Lu}\S+ \S").all()
    plain = customers.filter(pl.col("customer_name").str.contains("^[A-Za-z]+ [A-Za-z]+$"))
    assert plain.height > customers.height / 2
    spelt = plain["customer_name"].str.to_lowercase().str.replace(" ", ".", literal=True)
    assert (plain["email"].str.extract(r"^(.*)\.\d+@") == spelt).all()


def test_defect_comments_are_random_letters(world):
    """They are sentences that fit the type of the order; some orders have none."""
    orders = world(scale=5)["orders"]
    comments = orders["comments"].drop_nulls()
    assert orders["comments"].is_null().mean() == pytest.approx(0.4, abs=0.03)
    assert comments.str.contains(r"^\p{Lu}.* .*[.?]$").all() and not comments.str.contains("[{}]").any()
    assert comments.n_unique() > 200
    assert comments.str.len_chars().max() <= 200
    said = {kind: set(group["comments"].drop_nulls()) for (kind,), group in orders.group_by("order_type")}
    assert not said["sale"] & (said["return"] | said["quote"]) and not said["return"] & said["exchange"]


def test_defect_every_order_is_a_sale(world):
    assert set(world()["orders"]["order_type"]) == {"sale", "return", "exchange", "quote"}


def test_defect_no_product_ever_repeats(world):
    """Its product numbers were new for each order; here they are of a catalogue, and some are in demand."""
    tables = world(scale=2)
    counts = tables["orders"]["product_number"].value_counts()["count"]
    assert counts.max() > 5 * counts.median() > 0
    assert tables["orders"].join(tables["products"], on="product_number", how="anti").is_empty()


def test_defect_movements_and_products_are_never_written(world):
    """Its classes for them were commented out."""
    tables = world()
    assert tables["products"].height and tables["inventory_movements"].height and tables["stock"].height
    assert set(tables["inventory_movements"]["movement_type"]) == {
        "receipt", "sale", "return", "exchange_out", "exchange_in",
    }  # fmt: skip


def test_defect_credentials_stand_in_the_source():
    text = shipped()["inventory"].read_text().lower()
    assert not re.search(r"password|passwd|secret|\bhost\b|\w+://|user\s*=", text)
