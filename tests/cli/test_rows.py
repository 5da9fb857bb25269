"""`--rows TABLE=N`: a table has so many rows, whatever the scale, and the run that asked for it is known by it."""

from __future__ import annotations

import json

import pytest

import synth
from synth.cli import main
from synth.errors import OptionError
from synth.spec.kinds.asked_rows import as_declared, asked_rows, with_rows
from synth.store.manifest import Manifest
from tests.cli.test_cli import snapshot

FEW = ["--scale", "0.01", "--workers", "1", "-q"]
ASKED = ["--rows", "customers=50", "--rows", "orders=300"]


@pytest.fixture
def made(tmp_path):
    """Run `generate ecommerce` into a folder of its name; gives its manifest."""

    def run(name, *words, code=0):
        assert main(["generate", "ecommerce", *FEW, "-o", str(tmp_path / name), *words]) == code
        return Manifest.read(tmp_path / name / "ecommerce") if not code else None

    return run


def prints(manifest):
    return {name: table.fingerprint for name, table in manifest.tables.items()}


def test_a_table_has_so_many_rows_whatever_the_scale(made, capsys):
    at_all = [made(scale, *ASKED, "--scale", scale) for scale in ("0.01", "0.02", "1")]
    for manifest in at_all:
        assert (manifest.tables["customers"].rows, manifest.tables["orders"].rows) == (50, 300)
        assert manifest.tables["order_items"].rows == 3_000
    assert len({manifest.tables["customers"].fingerprint for manifest in at_all}) == 1
    assert at_all[0].tables["products"].rows == at_all[2].tables["products"].rows == 200


def test_as_many_as_at_the_scale_are_the_same_rows(made):
    usual = made("usual")
    assert prints(made("asked", "--rows", "customers=200", "--rows", "orders=1_000")) == prints(usual)
    assert made("asked", "--rows", "customers=200", "--rows", "orders=1000").identity != usual.identity


def test_the_run_is_known_by_it(made, tmp_path, capsys):
    manifest = made("out", *ASKED)
    assert asked_rows(manifest.load_dataset()) == {"customers": 50, "orders": 300}
    assert as_declared(manifest.load_dataset()) == synth.load("ecommerce")
    before = snapshot(tmp_path)
    made("out", *ASKED[2:], *ASKED[:2])
    assert snapshot(tmp_path) == before, "the same again does nothing"
    made("out", *ASKED[:2], code=2)
    assert "it differs in rows (asked: orders as declared)" in capsys.readouterr().err
    made("out", code=2)
    assert "it differs in rows (asked: customers as declared, orders as declared)" in capsys.readouterr().err
    assert main(["verify", str(tmp_path / "out" / "ecommerce"), "-q"]) == 0


def test_a_row_less_is_found(made, tmp_path, capsys):
    made("out", *ASKED, "--format", "csv")
    folder = tmp_path / "out" / "ecommerce"
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["spec"] = manifest["spec"].replace("asked: 50", "asked: 49")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert main(["verify", str(folder)]) == 1
    assert (
        "FAILED customers: it has as many rows as the spec declares\n  is = 50, should be = 49"
        in capsys.readouterr().out
    )


def test_parts_that_are_merged_are_the_whole(made, tmp_path):
    whole = made("whole", *ASKED)
    for part in ("1/2", "2/2"):
        assert main(["generate", "ecommerce", *FEW, "-o", str(tmp_path / "p"), *ASKED, "--part", part]) == 0
    parts = sorted(map(str, (tmp_path / "p").glob("ecommerce.part-*")))
    assert main(["merge", *parts, "-o", str(tmp_path / "merged"), "--workers", "1", "-q"]) == 0
    merged = Manifest.read(tmp_path / "merged" / "ecommerce")
    assert (prints(merged), merged.identity) == (prints(whole), whole.identity)
    assert (
        main(["generate", "ecommerce", *FEW, "-o", str(tmp_path / "p"), "--part", "1/2", "--if-exists", "replace"]) == 0
    )
    assert main(["merge", *parts, "-o", str(tmp_path / "other"), "--workers", "1", "-q"]) == 2, "of another run"


def test_it_grows_into_what_one_run_makes(made, tmp_path):
    made("grown", *ASKED, "--until", "2025-03-01")
    folder = str(tmp_path / "grown" / "ecommerce")
    assert main(["advance", folder, "--until", "2025-06-01", "--workers", "1", "-q"]) == 0
    assert prints(Manifest.read(tmp_path / "grown" / "ecommerce")) == prints(
        made("once", *ASKED, "--until", "2025-06-01")
    )
    assert main(["verify", folder, "-q"]) == 0


def test_straight_into_a_database(tmp_path):
    url = f"sqlite:///{tmp_path}/shop.db"
    assert main(["generate", "ecommerce", *FEW, *ASKED, "--to", url]) == 0
    assert main(["verify", url, "-q"]) == 0


def test_none_at_all(made, tmp_path):
    manifest = made("none", "--rows", "orders=0", "--rows", "promotions=0")
    assert {manifest.tables[name].rows for name in ("orders", "order_items", "payments", "promotions")} == {0}
    assert main(["verify", str(tmp_path / "none" / "ecommerce"), "-q"]) == 0


def test_the_plan_says_it(capsys):
    assert main(["plan", "ecommerce", "--scale", "10", *ASKED]) == 0
    text = capsys.readouterr().out
    assert text.startswith("ecommerce: scale 10, seed 42, until 2026-01-01 00:00:00, customers=50, orders=300\n")
    assert main(["plan", "ecommerce", "--scale", "10", *ASKED, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["asked_rows"] == {"customers": 50, "orders": 300} and plan["tables"]["orders"]["rows"] == 300


def test_noise_is_that_of_the_declared_rows():
    """Few orders are no reason to refuse the dispersion that the spec declares for many."""
    assert synth.make_plan("ecommerce", rows={"orders": 3}).tables["orders"].rows == 3


CAN = "it can be set of brands, sellers, customers, products, promotions, orders"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("custmers=7", "unknown table 'custmers'\n  hint: did you mean 'customers'?"),
        ("order_items=7", f"how many rows 'order_items' has follows from its `per`, and cannot be set\n  hint: {CAN}"),
        ("payments=7", f"how many rows 'payments' has follows from its `select`, and cannot be set\n  hint: {CAN}"),
        ("categories=7", f"how many rows 'categories' has follows from its `values`, and cannot be set\n  hint: {CAN}"),
        ("inventory_levels=7", f"how many rows 'inventory_levels' has follows from its `rollup`, and cannot be set\n  hint: {CAN}"),
        ("customers=-1", "takes a whole number from 0 up, not '-1'"),
        ("customers=1.5", "takes a whole number from 0 up, not '1.5'"),
        ("customers=²", "takes a whole number from 0 up, not '²'"),
        ("customers=many", "takes a whole number from 0 up, not 'many'"),
        ("customers=", "takes a whole number from 0 up, not ''"),
        ("customers", "--rows takes TABLE=N, like customers=500, not 'customers'"),
        ("=5", "--rows takes TABLE=N, like customers=500, not '=5'"),
        ("customers=9999999999999999", "takes a whole number from 0 to 1,000,000,000,000,000, not 9999999999999999"),
        ("customers=" + "9" * 5000, "takes a whole number from 0 up"),
        ("customers=0", "no row of customers is surely there when the first of orders comes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["plan", "generate"])
def test_refused_with_one_message(command, rows, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([command, "ecommerce", "--rows", rows]) == 2
    found = capsys.readouterr()
    assert found.out == "" and said in found.err and found.err.startswith("synth: ")
    assert not list(tmp_path.iterdir())


def test_two_numbers_for_a_table_are_refused(capsys):
    assert main(["plan", "ecommerce", "--rows", "customers=5", "--rows", "customers=6"]) == 2
    assert capsys.readouterr().err == "synth: --rows says two numbers for 'customers': 5 and 6\n"
    assert main(["plan", "ecommerce", "--rows", "customers=5", "--rows", "customers=5", "--json"]) == 0


def test_tables_that_exist_are_refused(made, tmp_path, capsys):
    made("there")
    parents = "customers,products,tax_rates,promotions,promotion_products"
    source = ["--existing", parents, "--from", str(tmp_path / "there" / "ecommerce"), "--tables", "orders"]
    assert main(["plan", "ecommerce", *source, "--rows", "customers=5"]) == 2
    assert (
        "--rows: the rows of 'customers' exist already, and are read\n  hint: leave it out" in capsys.readouterr().err
    )
    assert main(["plan", "ecommerce", *source, "--rows", "orders=5", "--scale", "0.01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["orders"]["rows"] == 5


@pytest.mark.parametrize("count", [1.5, True, "7", -1])
def test_in_python_too(count):
    with pytest.raises(OptionError, match="takes a whole number"):
        with_rows(synth.load("ecommerce"), {"customers": count})
