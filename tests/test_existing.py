"""Rows that exist become parents: from folders of any kind, whatever their keys, and as if they had been drawn."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from synth.api import block, frame, lazy, make_plan
from synth.cli import main
from synth.errors import DataError, OptionError, OutputError, SpecError
from synth.job.generate import generate
from synth.job.manifest import Manifest
from synth.spec.load import parse
from synth.verify.files import verify_folder
from tests.steps import prints, small_blocks
from tests.worlds import BLOCK, worlds

SHOP = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers:
    existing: {arrival: since, table: Customer}
    primary_key: [code]
    columns:
      code: {type: varchar(6)}
      country: {type: varchar(20), nullable: true}
      since: {type: date}
  products:
    existing: true
    primary_key: [sku]
    columns:
      sku: {type: varchar(12)}
      price: {type: "decimal(10,2)", check: price > 0}
      weight: {type: double}
  orders:
    rows: 2_000
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {}}
      customer: {reference: {to: customers, alive_at: ordered_at}}
      country: {lookup: customer.country, nullable: true}
      total: {sum: order_lines.price}
  order_lines:
    per: orders
    fanout: {poisson: true, mean: 2, min: 1, max: 5}
    columns:
      line_id: {key: sequence}
      order_id: {reference: orders}
      sku: {reference: {to: products, weights: weight, distinct_per: orders}}
      price: {lookup: sku.price}
"""

CUSTOMERS = pl.DataFrame({
    "code": [f"C{7 * i:04d}" for i in range(300)],
    "country": [None if i % 9 == 0 else ("Spain", "Peru", "Oman")[i % 3] for i in range(300)],
    "since": [dt.date(2023, 6, 1) + dt.timedelta(days=37 * i % 400) for i in range(300)],
    "not_asked_for": [1] * 300,
})  # fmt: skip
PRODUCTS = pl.DataFrame({
    "sku": [f"SKU-{i * i}" for i in range(40)],
    "price": [f"{(i + 1) * 1.25:.2f}" for i in range(40)],
    "weight": [1 / (i + 1) for i in range(40)],
})  # fmt: skip


def there(folder, format="parquet", **tables):
    """A folder of anybody's."""
    folder.mkdir(exist_ok=True)
    for name, rows in {"Customer": CUSTOMERS, "products": PRODUCTS, **tables}.items():
        if format == "parquet":
            (folder / name).mkdir(exist_ok=True)
            rows.head(7).write_parquet(folder / name / "a.parquet")
            rows.tail(-7).write_parquet(folder / name / "b.parquet")
        else:
            rows.write_csv(folder / f"{name}.csv")
    return folder


def shop(**changes):
    raw = yaml.safe_load(SHOP)
    for path, value in changes.items():
        *inner, last = path.split("__")
        at = raw["tables"]
        for name in inner:
            at = at[name]
        at[last] = value
    return parse(yaml.safe_dump(raw, sort_keys=False))


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_rows_of_others_become_parents(format, tmp_path):
    source = there(tmp_path / "theirs", format)
    made = generate(make_plan(shop(), source=source), tmp_path, workers=2)
    report = verify_folder(made.folder)
    assert report.passed and not report.skipped
    orders = pl.read_parquet(made.folder / "orders")
    lines = pl.read_parquet(made.folder / "order_lines")
    since = {row["code"]: row for row in CUSTOMERS.iter_rows(named=True)}
    for row in orders.iter_rows(named=True):
        parent = since[row["customer"]]
        assert parent["since"] <= row["ordered_at"].date() and parent["country"] == row["country"]
    price = dict(zip(PRODUCTS["sku"], PRODUCTS["price"], strict=True))
    assert all(str(row["price"]) == price[row["sku"]] for row in lines.iter_rows(named=True))
    assert lines.group_by("order_id").agg(pl.col("sku").n_unique() == pl.len())["sku"].all()
    chosen = Counter(lines["sku"])
    assert chosen["SKU-0"] > 3 * chosen["SKU-25"] and chosen["SKU-1"] > 2 * chosen["SKU-36"]
    assert set(made.manifest.tables) == {"orders", "order_lines"}


def test_the_manifest_says_what_was_read(tmp_path):
    source = there(tmp_path / "theirs")
    first = generate(make_plan(shop(), source=source), tmp_path / "a").manifest
    entry = first.existing["customers"]
    assert (entry.source, entry.table, entry.rows, entry.skipped) == (str(source), "Customer", 300, 0)
    kept = pl.read_parquet(tmp_path / "a" / "shop" / entry.file.path)
    assert kept.columns == ["code", "country", "since"] and kept["since"].is_sorted()
    again = generate(make_plan(shop(), source=source), tmp_path / "a")
    assert again.unchanged
    changed = CUSTOMERS.with_columns(country=pl.lit("Chad"))
    there(source, Customer=changed)
    other = generate(make_plan(shop(), source=source), tmp_path / "a")
    assert not other.unchanged and other.manifest.existing["customers"].fingerprint != entry.fingerprint
    assert prints(other.manifest)["order_lines"] == prints(first)["order_lines"]


def test_storage_order_and_workers_change_nothing(tmp_path):
    plain = generate(make_plan(shop(), source=there(tmp_path / "plain")), tmp_path / "a").manifest
    mixed = there(
        tmp_path / "mixed", "csv", Customer=CUSTOMERS.sample(fraction=1, shuffle=True, seed=3), products=PRODUCTS.reverse()
    )  # fmt: skip
    assert prints(generate(make_plan(shop(), source=mixed), tmp_path / "b", workers=3).manifest) == prints(plain)


def test_the_library_draws_them_too(tmp_path):
    plan = make_plan(shop(), source=there(tmp_path / "theirs"))
    whole = frame(plan, "orders")
    assert whole.equals(lazy(plan, "orders").collect()) and whole.equals(block(plan, "orders", 0)["orders"])


PARENTS = {
    "ecommerce": [
        ["customers"], ["products"], ["promotions", "promotion_products", "tax_rates"],
        ["brands", "categories", "sellers", "customers", "products"], ["customers", "products", "orders", "order_items"],
    ],
    "erp": [["customer_names"], ["fiscal_periods", "modules"], ["area_code", "vendors", "employee_names"], ["ar_invoice", "ap_invoice"]],
    "inventory": [["products"], ["inventory_movements"]],
}  # fmt: skip


@pytest.mark.parametrize(("name", "existing"), [(name, some) for name, each in PARENTS.items() for some in each])
def test_what_was_drawn_and_is_read_gives_what_it_gave(name, existing, tmp_path):
    """A table that exists is as good as the one that was drawn, for all that is made from it."""
    scale = 0.1 if name == "inventory" else 0.02
    whole = prints(generate(make_plan(name, scale=scale), tmp_path / "whole").manifest)
    generate(make_plan(name, scale=scale, tables=existing), tmp_path / "source")
    plan = make_plan(name, scale=scale, existing=existing, source=tmp_path / "source" / name)
    made = generate(plan, tmp_path / "rest")
    assert prints(made.manifest) == {table: known for table, known in whole.items() if table not in existing}
    assert set(made.manifest.existing) == set(existing)
    report = verify_folder(made.folder)
    assert report.passed, report.failed


# -- keys of all kinds

KINDS = {
    "gaps": ("bigint", [i * i - 50 for i in range(60)]),
    "texts": ("varchar(30)", [f"ключ {i} '\"\\" for i in range(60)]),
    "uuids": ("uuid", [f"{i:08x}-0000-8000-8000-{i * 7919:012x}" for i in range(60)]),
    "decimals": ("decimal(8,2)", [f"{i}.{i % 100:02d}" for i in range(60)]),
    "dates": ("date", [dt.date(2020, 1, 1) + dt.timedelta(days=i * i) for i in range(60)]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_keys_of_any_kind(kind, tmp_path):
    dtype, keys = KINDS[kind]
    spec = parse(f"""
dataset: d
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  p: {{existing: true, primary_key: [k], columns: {{k: {{type: "{dtype}"}}, v: {{type: integer}}}}}}
  c: {{rows: 500, columns: {{id: {{key: uuid}}, k: {{reference: {{to: p, popularity: {{zipf_mandelbrot: {{s: 1}}}}}}}}, v: {{lookup: k.v}}}}}}
""")
    rows = pl.DataFrame({"k": keys, "v": list(range(60))}).sample(fraction=1, shuffle=True, seed=1)
    (tmp_path / "s").mkdir()
    rows.write_parquet(tmp_path / "s" / "p.parquet")
    made = generate(make_plan(spec, source=tmp_path / "s"), tmp_path)
    assert verify_folder(made.folder).passed
    found = dict(zip(map(str, keys), range(60), strict=True))
    for row in pl.read_parquet(made.folder / "c").iter_rows(named=True):
        assert found[str(row["k"])] == row["v"]


COMPOSITE = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  stock:
    existing: true
    primary_key: [product, warehouse]
    columns:
      product: {type: varchar(10)}
      warehouse: {type: integer}
      held: {type: integer}
  picks:
    rows: 3_000
    columns:
      pick_id: {key: sequence}
      product: {reference: {to: stock, take: product, weights: held}}
      place: {lookup: product.warehouse}
      held: {lookup: product.held}
"""


def test_keys_of_several_columns(tmp_path):
    stock = pl.DataFrame({
        "product": [f"p{i % 7}" for i in range(30)], "warehouse": [i // 7 for i in range(30)],
        "held": [i + 1 for i in range(30)],
    })  # fmt: skip
    (tmp_path / "s").mkdir()
    stock.sample(fraction=1, shuffle=True, seed=5).write_csv(tmp_path / "s" / "stock.csv")
    made = generate(make_plan(parse(COMPOSITE), source=tmp_path / "s"), tmp_path)
    known = {(row["product"], row["warehouse"]): row["held"] for row in stock.iter_rows(named=True)}
    picks = pl.read_parquet(made.folder / "picks")
    assert all(known[row["product"], row["place"]] == row["held"] for row in picks.iter_rows(named=True))
    report = verify_folder(made.folder)
    assert report.passed and any(f.name == "product, place → stock" for f in report.findings)
    (made.folder / "picks" / "part-00000.parquet").unlink()
    broken = picks.with_columns(place=pl.lit(99, pl.Int32)).head(5)
    broken.write_parquet(made.folder / "picks" / "part-00000.parquet")
    assert next(f for f in verify_folder(made.folder).findings if f.name == "product, place → stock").offences == 5


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_choice_is_among_those_that_were_there(tmp_path_factory, data):
    """Random parents with ties, and random moments: a row-at-a-time look at each choice."""
    folder = tmp_path_factory.mktemp("random")
    size = data.draw(st.integers(1, 40))
    days = data.draw(st.lists(st.integers(0, 200), min_size=size, max_size=size))
    keys = data.draw(st.lists(st.integers(-(10**12), 10**12), min_size=size, max_size=size, unique=True))
    parents = pl.DataFrame(
        {
            "k": keys,
            "came": [
                dt.date(2023, 12, 31) + dt.timedelta(days=d) if i else dt.date(2020, 1, 1) for i, d in enumerate(days)
            ],
        }
    )
    parents.write_parquet(folder / "p.parquet")
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2024-07-01}
tables:
  p: {existing: {arrival: came}, primary_key: [k], columns: {k: {type: bigint}, came: {type: date}}}
  c: {rows: 300, columns: {id: {key: sequence}, at: {arrival: {}}, k: {reference: {to: p, alive_at: at}}}}
""")
    seed = data.draw(st.integers(0, 2**40))
    rows = frame(make_plan(spec, source=folder, seed=seed), "c")
    came = dict(zip(keys, parents["came"], strict=True))
    assert all(came[row["k"]] <= row["at"].date() for row in rows.iter_rows(named=True))
    parents.sample(fraction=1, shuffle=True, seed=1).write_parquet(folder / "p.parquet")
    assert frame(make_plan(spec, source=folder, seed=seed), "c").equals(rows)


# -- going on

GROWING = """
dataset: d
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  p: {existing: {arrival: came}, primary_key: [k], columns: {k: {type: bigint}, came: {type: date}, _sent: {expr: came + 3}}}
  kids: {per: p, fanout: {uniform: true, min: 1, max: 3}, columns: {id: {key: code}, k: {reference: p}, n: {ordinal: p}}}
  bills: {select: "SELECT k, _sent AS day FROM p", at: day, primary_key: [k], columns: {k: {type: bigint, references: p}, day: {type: date}}}
  paid: {select: "SELECT bills.k, p._sent + 9 AS day FROM bills JOIN p ON p.k = bills.k", at: day, primary_key: [k], columns: {k: {type: bigint, references: bills}, day: {type: date}}}
  notes: {rows: 50, columns: {id: {key: uuid}, number: {choice: {1: 1}}}}
  kinds: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: integer}, name: {type: varchar(5)}}}
"""


def grown(folder, rows, until=None):
    """What a run makes in a source with these rows of `p`, and the source afterwards."""
    pl.DataFrame(rows, schema={"k": pl.Int64, "came": pl.Date}, orient="row").write_parquet(folder / "p.parquet")
    plan = make_plan(parse(GROWING), source=folder, until=until)
    made = {name: frame(plan, name) for name in plan.wanted}
    for name, new in made.items():
        (folder / name).mkdir(exist_ok=True)
        new.write_parquet(folder / name / f"{len(list((folder / name).iterdir()))}.parquet")
    return made, plan


def test_a_run_goes_on_where_the_last_one_ended(tmp_path):
    day = dt.date(2024, 1, 1)
    first = [(k, day + dt.timedelta(days=k)) for k in range(1, 20)]
    one, plan = grown(tmp_path, first, dt.date(2024, 1, 15))
    assert not plan.content.first_keys and one["bills"].height == 10 and one["kinds"].height == 2
    both = [*first, *((k, day + dt.timedelta(days=k)) for k in range(20, 30))]
    two, plan = grown(tmp_path, both, dt.date(2024, 2, 1))
    kids = one["kids"].height
    highest = int(max(one["kids"]["id"]))
    assert plan.content.first_keys["kids.id"] == f"{highest + 1:06d}" and "notes.id" in plan.content.first_keys
    assert (
        set(one["kids"]["k"]) == set(range(1, 14))
        and set(two["kids"]["k"]) == set(range(14, 30))
        and not set(two["kids"]["id"]) & set(one["kids"]["id"])
    )
    assert kids == one["kids"]["id"].n_unique() and two["kinds"].height == 0
    assert not set(two["notes"]["id"]) & set(one["notes"]["id"])
    at_once = [(k, day + dt.timedelta(days=k)) for k in range(1, 30)]
    (tmp_path / "once").mkdir()
    whole, _ = grown(tmp_path / "once", at_once, dt.date(2024, 2, 1))
    for name in ("bills", "paid"):
        assert pl.concat([one[name], two[name]]).sort("k").equals(whole[name].sort("k"))
    assert two["paid"]["k"].min() < two["bills"]["k"].min()  # what was billed before is paid now
    three, _ = grown(tmp_path, both, dt.date(2024, 2, 1))
    assert [three[name].height for name in ("kids", "bills", "kinds")] == [0, 0, 0]


@pytest.mark.parametrize("name", ["customers", "brands"])
def test_more_of_the_same_is_other_and_unique(name, tmp_path):
    """Another run's rows are no copies of the first one's, and what must be unique is, e-mail and names among it."""
    first = make_plan("ecommerce", scale=0.1, tables=[name])
    generate(first, tmp_path)
    second = make_plan("ecommerce", scale=0.1, tables=[name], source=tmp_path / "ecommerce")
    rows = pl.concat([frame(first, name), frame(second, name)])
    assert rows.height == 2 * frame(first, name).height
    key, unique = {"customers": ("customer_id", "email"), "brands": ("brand_id", "brand_name")}[name]
    assert rows[key].n_unique() == rows[unique].n_unique() == rows.height
    if name == "customers":
        assert rows["signed_up_at"].n_unique() > rows.height - 5


def test_a_folder_is_not_built_upon_itself(tmp_path):
    plan = make_plan(shop(), source=there(tmp_path / "shop"))
    with pytest.raises(OptionError, match="is what this is built on"):
        generate(plan, tmp_path)


@pytest.mark.parametrize("kind", ["uuid", "text"])
def test_a_sequence_goes_on_behind_numbers_only(kind, tmp_path):
    (tmp_path / "notes").mkdir()
    there(tmp_path)
    keys = ["a", "b"] if kind == "text" else ["00000000-0000-8000-8000-000000000000"]
    pl.DataFrame({"order_id": keys}).write_csv(tmp_path / "orders.csv")
    with pytest.raises(OutputError, match="'orders.order_id'"):
        make_plan(shop(), source=tmp_path)


def test_it_does_not_advance(tmp_path):
    generate(make_plan(shop(), source=there(tmp_path / "theirs")), tmp_path)
    assert main(["advance", str(tmp_path / "shop"), "--until", "2025-02-01"]) == 2


# -- what does not fit

UNFIT = {
    "with a 'code' that is no varchar(6)": ("code", "too long"),
    "without 'code'": ("code", None),
    "without 'since'": ("since", None),
    "of the same code": ("code", "C0007"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_unfit_rows_are_told_and_left_out(what, tmp_path, capsys):
    column, value = UNFIT[what]
    wrong = CUSTOMERS.with_columns(
        pl.when(pl.int_range(pl.len()) == 5).then(pl.lit(value)).otherwise(column).alias(column)
    )
    source = there(tmp_path / "theirs", Customer=wrong.with_columns(pl.col("since").cast(pl.Date)))
    (tmp_path / "shop.yaml").write_text(SHOP)
    words = ["generate", str(tmp_path / "shop.yaml"), "--from", str(source), "--out", str(tmp_path), "--workers", "1"]
    assert main(words) == 2
    said = capsys.readouterr().err
    count = 2 if "same" in what else 1
    assert f"customers: {count} row" in said and what in said and "--skip-unfit" in said and "code=" in said
    assert main([*words, "--skip-unfit"]) == 0
    assert what in capsys.readouterr().err
    entry = Manifest.read(tmp_path / "shop").existing["customers"]
    assert (entry.rows, entry.skipped) == (300 - count, count)
    lost = {wrong["code"][5], "C0035"} if "same" not in what else {"C0007"}
    assert not lost & set(pl.read_parquet(tmp_path / "shop" / "orders")["customer"])


def test_checks_types_and_orphans(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  g: {existing: true, primary_key: [g], columns: {g: {type: integer}}}
  p:
    existing: true
    per: g
    primary_key: [k]
    columns:
      k: {type: integer}
      g: {type: integer, references: g}
      price: {type: "decimal(6,2)", check: price > 0}
      ok: {type: boolean}
      day: {type: date}
  c: {rows: 100, columns: {id: {key: sequence}, k: {reference: p}, price: {lookup: k.price}, ok: {lookup: k.ok}, day: {lookup: k.day}}}
""")
    good = {"k": "1", "g": "1", "price": "2.50", "ok": "true", "day": "2024-02-29"}
    bad = [
        {"k": "2.5"}, {"k": "99999999999"}, {"k": None}, {"g": "7"}, {"price": "1.234"}, {"price": "99999.00"}, {"price": "-1"},
        {"price": "cheap"}, {"ok": "perhaps"}, {"day": "2023-02-29"},
    ]  # fmt: skip
    rows = [good, *({**good, "k": str(10 + at), **each} for at, each in enumerate(bad))]
    source = tmp_path / "s"
    source.mkdir()
    pl.DataFrame(rows).write_csv(source / "p.csv")
    pl.DataFrame({"g": [1, 2]}).write_csv(source / "g.csv")
    with pytest.raises(DataError) as caught:
        make_plan(spec, source=source)
    for what in (
        "p: 2 rows with a 'k' that is no integer", "p: 1 row without 'k'", "p: 1 row whose 'g' is no row of g: k='13' g='7'",
        "p: 3 rows with a 'price' that is no decimal(6,2)", "p: 1 row breaking the check 'price'",
        "p: 1 row with a 'ok' that is no boolean: k='18' ok='perhaps'", "p: 1 row with a 'day' that is no date",
    ):  # fmt: skip
        assert what in str(caught.value), (what, str(caught.value))
    plan = make_plan(spec, source=source, skip_unfit=True)
    assert set(frame(plan, "c")["k"]) == {1}


def test_what_had_been_made_may_be_referred_to(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  v: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: integer}, name: {type: varchar(5)}}}
  g: {rows: 10, columns: {id: {key: sequence}, v: {reference: v}}}
""")
    (tmp_path / "s").mkdir()
    pl.DataFrame({"id": [1, 2], "name": ["a", "b"]}).write_parquet(tmp_path / "s" / "v.parquet")
    made = generate(make_plan(spec, source=tmp_path / "s"), tmp_path)
    assert made.manifest.tables["v"].rows == 0 and made.manifest.tables["g"].rows == 10
    assert verify_folder(made.folder).passed
    (tmp_path / "s" / "v.parquet").unlink()
    pl.DataFrame({"id": [1], "name": ["a"]}).write_parquet(tmp_path / "s" / "v.parquet")
    assert generate(make_plan(spec, source=tmp_path / "s"), tmp_path).manifest.tables["v"].rows == 1


def test_files_of_a_table_may_differ_in_order_and_type(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {existing: true, primary_key: [k], columns: {k: {type: bigint}, v: {type: "decimal(8,2)"}}}
  c: {rows: 200, columns: {id: {key: sequence}, k: {reference: p}, v: {lookup: k.v}}}
""")
    folder = tmp_path / "s" / "p"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("k,v,d\n1,100,x\n")
    (folder / "b.CSV").write_text("v,k\n300.5,3\n")
    pl.DataFrame({"v": [2.25], "k": [9_007_199_254_740_993]}).write_parquet(folder / "c.parquet")
    pl.DataFrame({"k": [5.0], "v": [7]}).write_parquet(folder / "d.parquet")
    (folder / "._e.parquet").write_text("no table")
    rows = frame(make_plan(spec, source=tmp_path / "s"), "c")
    found = {row["k"]: str(row["v"]) for row in rows.iter_rows(named=True)}
    assert found == {1: "100.00", 3: "300.50", 5: "7.00", 9_007_199_254_740_993: "2.25"}


KINDS_OF_COLUMNS = [
    pl.Series([True]), pl.Series([3]), pl.Series([2**63], dtype=pl.UInt64), pl.Series([2.5]), pl.Series([float("nan")]),
    pl.Series(["x"]), pl.Series([""]), pl.Series(["2024-01-01"]), pl.Series(["01/02/2024"]), pl.Series([dt.date(2024, 1, 1)]),
    pl.Series([dt.datetime(2024, 1, 1, 5)]), pl.Series([dt.time(5)]), pl.Series([b"ab"]), pl.Series([[1]]),
    pl.Series(["a"], dtype=pl.Categorical), pl.Series(["1.50"]).cast(pl.Decimal(10, 2)),
    pl.Series([None], dtype=pl.Int64),
]  # fmt: skip


@pytest.mark.parametrize(
    "dtype", ["boolean", "smallint", "bigint", "decimal(8,2)", "double", "varchar(9)", "uuid", "date", "timestamp"]
)
def test_columns_of_any_type_fit_or_are_told(dtype, tmp_path):
    """Whatever a column holds, it fits the declared type, or the rows are told of: nothing else is raised."""
    spec = parse(f"""
dataset: d
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  p: {{existing: true, primary_key: [k], columns: {{k: {{type: bigint}}, v: {{type: "{dtype}", nullable: true}}}}}}
  c: {{rows: 3, columns: {{id: {{key: sequence}}, k: {{reference: p}}, v: {{lookup: k.v, nullable: true}}}}}}
""")
    for values in KINDS_OF_COLUMNS:
        pl.DataFrame({"k": [1], "v": values}).write_parquet(tmp_path / "p.parquet")
        try:
            rows = frame(make_plan(spec, source=tmp_path), "c")
        except DataError as error:
            assert f"p: 1 row with a 'v' that is no {dtype}" in str(error)
        else:
            if (
                isinstance(values[0], int)
                and not isinstance(values[0], bool)
                and dtype not in ("boolean", "varchar(9)")
            ):
                assert float(rows["v"][0]) == float(values[0])


def test_dates_are_iso_whatever_their_order(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {existing: true, primary_key: [k], columns: {k: {type: bigint}, v: {type: timestamp}}}
  c: {rows: 30, columns: {id: {key: sequence}, k: {reference: p}, v: {lookup: k.v}}}
""")
    texts = ["2024-01-01T05:06:07.5Z", "2024-01-01 05:06", "2024-01-01", "01/02/2024", "20240101"]
    for order in (1, -1):
        pl.DataFrame({"k": range(5), "v": texts})[::order].write_csv(tmp_path / "p.csv")
        with pytest.raises(DataError, match="p: 2 rows with a 'v' that is no timestamp"):
            make_plan(spec, source=tmp_path)
        assert set(frame(make_plan(spec, source=tmp_path, skip_unfit=True), "c")["k"]) == {0, 1, 2}


def test_who_comes_later_is_not_there_yet(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {existing: {arrival: came}, primary_key: [k], columns: {k: {type: bigint}, came: {type: date}}}
  l: {existing: true, per: p, primary_key: [i], columns: {i: {type: bigint}, k: {type: bigint, references: p}}}
  c: {per: p, fanout: {uniform: true, min: 1, max: 1}, columns: {id: {key: sequence}, k: {reference: p}}}
  s: {select: SELECT i FROM l, primary_key: [i], columns: {i: {type: bigint}}}
""")
    pl.DataFrame({"k": [1, 2], "came": [dt.date(2024, 1, 31), dt.date(2024, 2, 1)]}).write_csv(tmp_path / "p.csv")
    pl.DataFrame({"i": [10, 20], "k": [1, 2]}).write_csv(tmp_path / "l.csv")
    for until, some in ((dt.date(2024, 2, 1), [1]), (dt.date(2024, 2, 2), [1, 2])):
        plan = make_plan(spec, source=tmp_path, until=until)
        assert list(frame(plan, "c")["k"]) == some and list(frame(plan, "s")["i"]) == [10 * k for k in some]


def test_references_of_several_columns_are_looked_through(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  s: {existing: true, primary_key: [a, b], columns: {a: {type: integer}, b: {type: integer}, v: {type: integer}}}
  o: {existing: true, primary_key: [i], columns: {i: {type: integer}, a: {reference: {to: s, take: a}}, b: {lookup: a.b}, _v: {lookup: a.v}}}
  c: {rows: 60, columns: {id: {key: sequence}, i: {reference: o}, v: {lookup: i._v}}}
""")
    pl.DataFrame({"a": [1, 1, 2], "b": [1, 2, 1], "v": [5, 6, 7]}).write_csv(tmp_path / "s.csv")
    pl.DataFrame({"i": [1, 2, 3], "a": [1, 2, 1], "b": [2, 1, 1]}).write_csv(tmp_path / "o.csv")
    rows = frame(make_plan(spec, source=tmp_path), "c")
    assert dict(zip(rows["i"], rows["v"], strict=True)) == {1: 6, 2: 7, 3: 5}


# -- what is refused


REFUSED = {
    "which p._n is made from, and would see only new ones": ("p", "_n: {count: kids}"),
    "has a table 'n', which others need": ("kids", "n: {reference: n}"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_go_wrong_unseen_is_refused(what, tmp_path):
    table, column = REFUSED[what]
    columns = {"p": "k: {type: bigint}", "kids": "id: {key: sequence}, k: {reference: p}"}
    columns[table] += f", {column}"
    spec = parse(f"""
dataset: d
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  p: {{existing: true, primary_key: [k], columns: {{{columns["p"]}}}}}
  kids: {{per: p, fanout: {{uniform: true, min: 1, max: 1}}, columns: {{{columns["kids"]}}}}}
  n: {{rows: 3, columns: {{id: {{key: sequence}}}}}}
  e: {{select: "SELECT k, {"_n" if table == "p" else "k"} AS x FROM p", primary_key: [k], columns: {{k: {{type: bigint}}, x: {{type: bigint}}}}}}
""")
    pl.DataFrame({"k": [1, 2]}).write_parquet(tmp_path / "p.parquet")
    pl.DataFrame({"id": [1, 2, 3], "k": [1, 1, 1]}).write_parquet(
        tmp_path / ("kids.parquet" if table == "p" else "n.parquet")
    )
    with pytest.raises(OptionError, match=what):
        make_plan(spec, source=tmp_path, tables=["kids", "e"])
    if table == "kids":
        assert frame(make_plan(spec, source=tmp_path, tables=["kids", "n"]), "n")["id"].to_list() == [4, 5, 6]


def test_a_last_key_has_none_behind_it(tmp_path):
    there(tmp_path)
    for key in (2**63 - 1, 2**62 + 5):
        pl.DataFrame({"order_id": [key]}).write_parquet(tmp_path / "orders.parquet")
        with pytest.raises(OptionError, match="no room behind it"):
            make_plan(shop(), source=tmp_path)


def test_only_what_is_drawn_needs_parents(tmp_path):
    """Of a derived table alone, keys that nobody looks at are not read."""
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {existing: true, primary_key: [k], columns: {k: {type: bigint}}}
  c: {rows: 50, columns: {id: {key: sequence}, k: {reference: p}, q: {uniform: {min: 1, max: 9}}}}
  e: {select: "SELECT id, q FROM c", primary_key: [id], columns: {id: {type: bigint}, q: {type: integer}}}
""")
    pl.DataFrame({"k": [1]}).write_parquet(tmp_path / "p.parquet")
    assert frame(make_plan(spec, source=tmp_path, tables=["e"]), "e").height == 50
    pl.DataFrame({"k": []}, schema={"k": pl.Int64}).write_parquet(tmp_path / "p.parquet")
    with pytest.raises(SpecError, match="p exists, and is empty"):
        make_plan(spec, source=tmp_path)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--existing", "products"], "--existing needs --from"),
        (["--from", "nowhere"], "there is no folder 'nowhere'"),
        (["--from", "{theirs}", "--existing", "custmers"], "did you mean 'customers'?"),
        (["--from", "{theirs}", "--from-schema", "s"], "has no schemas"),
        (["--from", "{empty}"], "holds no tables"),
        ([], "rows of 'customers' exist elsewhere"),
    ],
)
def test_what_cannot_be_is_said(words, what, tmp_path, capsys):
    there(tmp_path / "theirs")
    (tmp_path / "empty").mkdir()
    (tmp_path / "shop.yaml").write_text(SHOP)
    places = {"theirs": str(tmp_path / "theirs"), "empty": str(tmp_path / "empty")}
    code = main(["generate", str(tmp_path / "shop.yaml"), "--out", str(tmp_path), *(w.format(**places) for w in words)])
    assert code == 2 and what in capsys.readouterr().err


def test_a_table_or_column_that_is_not_there(tmp_path):
    source = there(tmp_path / "theirs", Customer=CUSTOMERS.drop("country"))
    with pytest.raises(OptionError, match="has no column 'country', which the spec needs"):
        make_plan(shop(), source=source)
    there(source)
    (source / "products" / "a.parquet").unlink()
    (source / "products" / "b.parquet").unlink()
    with pytest.raises(OptionError, match="has no table 'products'"):
        make_plan(shop(), source=source)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"products__rows": 5}, "leave `rows` out"),
        ({"customers__existing": {"arrival": "came"}}, "unknown column 'came'"),
        ({"customers__existing": {"arrival": "country"}}, "'country' is no moment"),
        ({"customers__per": "orders"}, "so orders must"),
        ({"order_lines__columns__sku": {"reference": "products", "type": "bigint"}}, "the key of products is varchar"),
        ({"products__columns__by": {"type": "integer", "references": "customers"}}, "the key of customers is varchar"),
        ({"products__per": "customers"}, "no column of products says"),
        (
            {"orders__columns__customer": {"reference": {"to": "customers", "take": "country"}}},
            "is no column of the key",
        ),
    ],
)
def test_specs_that_mean_nothing(changes, what):
    with pytest.raises(SpecError, match=what):
        shop(**changes)


def test_check_needs_no_source(tmp_path, capsys):
    (tmp_path / "shop.yaml").write_text(SHOP)
    assert main(["check", str(tmp_path / "shop.yaml")]) == 0
    assert "2 tables" in capsys.readouterr().out
    with pytest.raises(Exception, match="rows of 'customers' exist elsewhere"):
        make_plan(shop())


# -- random datasets


@settings(deadline=None, max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
@given(spec=worlds(), seed=st.integers(0, 9), data=st.data())
def test_random_tables_that_exist(spec, seed, data, tmp_path_factory):
    """Any tables of a random dataset, read back: what is made from them is what was made from drawn ones.

    Keys are numbers or codes, so that their order is that of rows, and all that was planned has come.
    """
    existing = data.draw(st.lists(st.sampled_from(["people", "things", "offers"]), min_size=1, unique=True))
    if data.draw(st.booleans()):  # what is chosen exists with those who choose, and children with their parents
        existing = ["people", "things", "offers", "visits", "items", *({"parts"} & set(spec.tables))]
    people = spec.tables["people"]  # when they will go shows only once it has come
    assume(
        not spec.tables["visits"].window and people.columns["person_id"].draws.kind != "uuid" and not people.alive_until
    )
    folder, until = tmp_path_factory.mktemp("world"), dt.date(2025, 9, 1)
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, BLOCK)
        try:
            whole = generate(make_plan(spec, seed=seed, until=until), folder / "whole").manifest
            generate(make_plan(spec, seed=seed, until=until, tables=existing), folder / "source")
            plan = make_plan(spec, seed=seed, until=until, existing=existing, source=folder / "source" / "world")
        except (SpecError, OptionError, DataError):
            assume(False)  # a first row without parents; a hidden column that others need
        made = prints(generate(plan, folder / "rest").manifest)
    assert made == {name: known for name, known in prints(whole).items() if name not in existing}
    shutil.rmtree(folder)
