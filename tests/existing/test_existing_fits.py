"""Which existing rows fit, what is told of the others, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from synth.api import frame, make_plan
from synth.cli import main
from synth.errors import DataError, OptionError, SpecError
from synth.spec.load import load, parse
from synth.store.manifest import Manifest
from synth.verifying.rehearse import rehearse
from tests.support.shops import CUSTOMERS, SHOP, shop, there

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
      tags: {type: "enum(new, sale)[]"}
  c: {rows: 100, columns: {id: {key: sequence}, k: {reference: p}, price: {lookup: k.price}, ok: {lookup: k.ok}, day: {lookup: k.day}, tags: {lookup: k.tags}}}
""")
    good = {"k": "1", "g": "1", "price": "2.50", "ok": "true", "day": "2024-02-29", "tags": '["sale", null]'}
    bad = [
        {"k": "2.5"}, {"k": "99999999999"}, {"k": None}, {"g": "7"}, {"price": "1.234"}, {"price": "99999.00"}, {"price": "-1"},
        {"price": "cheap"}, {"ok": "perhaps"}, {"day": "2023-02-29"}, {"tags": '["sale", "old"]'},
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
        "p: 1 row with a 'tags' that is no enum(new, sale)[]: k='20'",
    ):  # fmt: skip
        assert what in str(caught.value), (what, str(caught.value))
    plan = make_plan(spec, source=source, skip_unfit=True)
    assert set(frame(plan, "c")["k"]) == {1}


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
    "dtype",
    [
        "boolean",
        "smallint",
        "bigint",
        "decimal(8,2)",
        "double",
        "varchar(9)",
        "uuid",
        "date",
        "timestamp",
        "real",
        "char(9)",
        "timestamptz",
    ],
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
            {"orders__columns__customer": {"reference": {"to": "customers", "key_column": "country"}}},
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


def test_a_table_that_is_only_referred_to_is_not_rehearsed():
    """Nobody reads its rows, so there is nothing to look keys up in."""
    stage = load(Path(__file__).parents[2] / "docs" / "stages" / "billing.yaml")
    assert rehearse(stage) == ()
