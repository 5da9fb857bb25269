"""`synth diff` on the command line: its exit codes, what it refuses, and what it prints."""

from __future__ import annotations

import json
import shutil

import pytest

from synth.cli import main
from synth.spec.load import shipped


@pytest.fixture
def diff(capsys):
    """Run the command; gives the exit code and what it has printed."""

    def run(*words):
        code = main(["diff", *map(str, words)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def other(tmp_path):
    """A spec of which one word is another."""
    path = tmp_path / "other.yaml"
    path.write_text(shipped()["inventory"].read_text("utf-8").replace("rows: {base: 100,", "rows: {base: 120,", 1))
    return path


def test_exit_codes_of_specs(diff, other):
    assert diff("inventory", "inventory")[:2] == (0, "inventory and inventory mean the same\n")
    code, said, _ = diff("inventory", other)
    assert code == 1 and said.startswith("products.rows.base: 100 → 120\n")
    assert "inventory.yaml:16:12 → " in said and said.endswith(": 1 difference\n")
    assert "rows may differ, at the same scale and seed, in products, customers" in said
    assert diff("inventory", other, "--tables", "customers")[0] == 0
    assert diff("inventory", other, "-q")[:2] == (1, "")


def test_exit_codes_of_data(diff, shop, runs, tmp_path):
    copy = shutil.copytree(shop, tmp_path / "copy")
    code, said, _ = diff(shop, copy)
    assert code == 0 and "12 tables in both, the same, " in said
    code, said, _ = diff(shop, runs("ecommerce", 0.02, seed=7).folder, "--tables", "orders,categories", "--least", "0")
    assert code == 1 and "the same: categories\n" in said and "2 tables in both, 1 of them not the same" in said
    assert "less than" not in said and "orders" in said.split("-----")[1] + said.split("-----")[-1]


def test_bad_input(diff, shop, other):
    code, said, wrong = diff("inventory", shop)
    assert code == 2 and not said
    assert (
        f"'inventory' is a spec and '{shop}' is data: only two of a kind can be compared\n  hint: `synth generate"
        in wrong
    )
    assert diff(shop, other)[0] == 2
    code, _, wrong = diff("inventori", "inventory")
    assert code == 2 and "did you mean 'inventory'?" in wrong and "or a folder" in wrong
    assert "takes a number from 0 to 1, not 2" in diff(shop, shop, "--least", "2")[2]
    assert "are of data" in diff("inventory", "erp", "--memory", "2GB")[2]
    assert diff("inventory", "erp", "--tables", "custom")[0] == 2
    assert "there is no such file" in diff(shop, "nothing.duckdb")[2]
    assert diff("inventory")[0] == 2


def test_json(diff, other, shop):
    code, said, _ = diff("inventory", other, "--json")
    told = json.loads(said)
    assert code == 1 and told["kind"] == "specs" and not told["same"]
    (one,) = told["changes"]
    assert one["path"] == ["tables", "products", "rows", "base"] and (one["before"], one["after"]) == (100, 120)
    assert told["content"]["products"]
    code, said, _ = diff(shop, shop, "--json")
    assert code == 0 and json.loads(said)["same"] and json.loads(said)["kind"] == "data"
