"""Every command through `main`, and what only a process of its own shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import duckdb
import pytest

from synth import __version__, load
from synth.cli import main
from synth.describe.documents import DOCUMENTS

COMMANDS = ["datasets", "check", "plan", "generate", "verify"]
TABLES = list(load("ecommerce").written)
VOLUMES = {
    "brands": 20, "categories": 10, "sellers": 25, "products": 200, "promotions": 10, "promotion_products": 100,
    "customers": 20_000, "orders": 100_000, "order_items": 1_000_000,
}  # fmt: skip


@pytest.fixture
def said(capsys):
    """Run a command that must end with a code; what it prints on standard output."""

    def program(*words, code=0):
        assert main(list(words)) == code
        found = capsys.readouterr()
        assert found.err == ""
        return found.out

    return program


@pytest.fixture
def made(said, tmp_path):
    """Generate a small `ecommerce` into the test's folder."""

    def program(*words, json_=False, scale="0.01"):
        options = ["--scale", scale, "--workers", "1", "--out", str(tmp_path), *words, *(["--json"] if json_ else [])]
        text = said("generate", "ecommerce", *options)
        return json.loads(text) if json_ else text

    return program


def snapshot(folder):
    """Every file with its content and time."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.is_file()}


def test_version(said):
    assert said("--version") == f"synth {__version__}\n"


def test_no_word_shows_help(said):
    text = said()
    assert text == said("--help")
    assert all(re.search(rf"^  {command} ", text, re.M) for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command, said):
    assert re.search(rf"^  Example: synth {command}", said(command, "--help"), re.M)
    assert said(command, "-h") == said(command, "--help")


def test_help_is_light(environment):
    code = (
        "import sys; from synth.cli import main; assert main(['--help']) == 0\n"
        "assert main(['generate', '--help']) == 0\n"
        "print([m for m in ('polars', 'duckdb', 'numpy', 'sqlglot', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_python_m_synth(run, tmp_path):
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"synth {__version__}\n", "")


def test_datasets(said):
    lines = said("datasets").splitlines()
    assert [line for line in lines if line.startswith("ecommerce  ") and line.endswith(" (12 tables)")]
    found = json.loads(said("datasets", "--json"))
    assert len(found) == len(lines)
    assert found["ecommerce"]["tables"] == TABLES
    assert found["ecommerce"]["about"]


def test_check(said, capsys):
    assert re.fullmatch(r"inventory: 5 tables, \d+ rules, all good\n", said("check", "inventory"))
    assert main(["check", "ecommerce"]) == 0
    found = capsys.readouterr()
    assert re.fullmatch(r"ecommerce: 12 tables, \d+ rules, all good\n", found.out)
    assert re.fullmatch(
        r"note: .*phone.*: no telephone range is kept for fiction in fi_FI: numbers there are NULL\n", found.err
    )


def test_plan_as_text(said):
    text = said("plan", "ecommerce", "--workers", "2")
    assert text.startswith("ecommerce: scale 1, seed 42, until 2026-01-01 00:00:00\n")
    rows = dict(re.findall(r"^(\w+) +\w+ +\w+ +~?([\d,]+) +\d+$", text, re.M))
    assert list(rows) == TABLES
    assert {name: int(rows[name].replace(",", "")) for name in VOLUMES} == VOLUMES
    assert re.search(r"memory: about \d+\.\d [MG]B with 2 workers\n$", text)


def test_plan_as_json(said):
    plan = json.loads(said("plan", "ecommerce", "--json"))
    assert list(plan["tables"]) == TABLES
    assert {name: plan["tables"][name]["rows"] for name in VOLUMES} == VOLUMES
    assert all(plan["tables"][name]["exact"] for name in VOLUMES)
    orders = next(family for family in plan["families"] if family["root"] == "orders")
    assert orders["blocks"] == 10
    assert {"products", "customers"} <= set(orders["after"])
    assert plan["memory_bytes"] > 0


def test_plan_options(said):
    plan = json.loads(said("plan", "ecommerce", "--json", "--scale", "0.5", "--seed", "7", "--until", "2025-01-01T06:30:00", "--tables", "orders, payments"))  # fmt: skip
    assert (plan["scale"], plan["seed"], plan["until"]) == (0.5, 7, "2025-01-01T06:30:00")
    assert list(plan["tables"]) == ["orders", "payments"]
    assert 15_000 < plan["tables"]["orders"]["rows"] < 35_000


@pytest.mark.parametrize("format", ["parquet", "csv", "ndjson"])
def test_generate(format, made, said, tmp_path):
    text = made("--format", format)
    folder = tmp_path / "ecommerce"
    assert [line.split()[0] for line in text.splitlines()[2:14]] == TABLES
    assert f"in {folder}\nnext: synth verify {folder}\n" in text
    assert {path.suffix for path in folder.rglob("part-*")} == {f".{format}"}
    read = {"parquet": "read_parquet", "csv": "read_csv", "ndjson": "read_json"}[format]
    count = duckdb.sql(f"SELECT COUNT(*) FROM {read}('{folder}/order_items/*')").fetchall()
    assert count == [(10_000,)]
    assert "all hold" in said("verify", str(folder))


def test_generate_as_json(made, tmp_path):
    found = made(json_=True)
    assert found["folder"] == str(tmp_path / "ecommerce")
    assert found["unchanged"] is False
    assert found["workers"] == 1
    assert list(found["tables"]) == TABLES
    assert found["rows"] == sum(found["tables"].values())
    files = [path for path in (tmp_path / "ecommerce").rglob("part-*")]
    assert found["bytes"] == sum(path.stat().st_size for path in files)
    assert made(json_=True)["unchanged"] is True


def test_generate_some_tables(made, tmp_path):
    assert list(made("--tables", "payments,brands", json_=True)["tables"]) == ["brands", "payments"]
    there = {path.name for path in (tmp_path / "ecommerce").iterdir() if path.name[0] != "."}
    assert there == {"brands", "payments", "manifest.json", *DOCUMENTS}


def test_generate_until(made, tmp_path):
    made("--until", "2025-03-01", "--tables", "orders")
    orders = f"read_parquet('{tmp_path}/ecommerce/orders/*')"
    [(latest, hidden)] = duckdb.sql(
        f"SELECT MAX(ordered_at), MAX(GREATEST(paid_at, shipped_at, delivered_at, returned_at, cancelled_at)) FROM {orders}"
    ).fetchall()
    assert str(latest) < "2025-03-01"
    assert str(latest) > "2025-02-01"
    assert str(hidden) < "2025-03-01"


def test_the_same_again_does_nothing(made, tmp_path):
    made()
    before = snapshot(tmp_path)
    assert made().startswith(f"{tmp_path / 'ecommerce'} holds exactly this already; nothing to do (")
    assert snapshot(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]


def test_another_seed_replaces_the_run_where_that_is_asked(made, said, tmp_path):
    made()
    folder = tmp_path / "ecommerce"
    inode, before = folder.stat().st_ino, snapshot(folder)
    made("--seed", "43", "--if-exists", "replace")
    assert folder.stat().st_ino != inode  # by swap, not file by file
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 43
    assert snapshot(folder)[folder / "orders/part-00000.parquet"] != before[folder / "orders/part-00000.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]
    assert "all hold" in said("verify", str(folder))


@pytest.mark.parametrize("stranger", ["notes.txt", "orders/part-99999.parquet", ".hidden", "brands/deep/file"])
def test_a_foreign_file_is_refused_and_untouched(stranger, made, tmp_path, capsys):
    made()
    path = tmp_path / "ecommerce" / stranger
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    before = snapshot(tmp_path)
    for words in (["--seed", "42"], ["--seed", "43", "--if-exists", "replace"]):
        assert main(["generate", "ecommerce", "--scale", "0.01", "--workers", "1", "--out", str(tmp_path), *words]) == 2
        message = capsys.readouterr().err
        assert f"holds a file that is not ours ('{stranger}')" in message
        assert snapshot(tmp_path) == before


def test_a_folder_of_another_kind_is_refused_and_untouched(tmp_path, capsys):
    target = tmp_path / "ecommerce"
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    before = snapshot(tmp_path)
    assert main(["generate", "ecommerce", "--scale", "0.01", "--workers", "1", "--out", str(tmp_path)]) == 2
    assert "holds files that are not ours" in capsys.readouterr().err
    assert snapshot(tmp_path) == before


def test_an_empty_folder_is_used(made, tmp_path):
    (tmp_path / "ecommerce").mkdir()
    made("--tables", "brands")
    assert (tmp_path / "ecommerce/manifest.json").is_file()


def test_verify(said, shop, tmp_path):
    text = said("verify", str(shop))
    assert re.search(rf"^{re.escape(str(shop))}: 12 tables, [\d,]+ rows, \d+ checks in [\d.]+ s, all hold$", text, re.M)
    assert "brands" not in text and len(text.splitlines()) < 15, "what holds is counted"
    assert re.search(r"^brands +key +1  ok$", said("verify", str(shop), "-v"), re.M)
    assert said("verify", str(shop), "-q") == ""
    told = json.loads(said("verify", str(shop), "--json"))
    (report,) = told["datasets"]
    assert told["passed"] is report["passed"] is True
    assert list(json.loads(said("verify", str(shop), "--json", "-v"))["datasets"][0]) == list(report)
    copy = shutil.copytree(shop, tmp_path / "ecommerce")
    (copy / "brands/part-00000.parquet").unlink()
    text = said("verify", str(copy), code=1)
    assert (
        "FAILED brands: each file is as it was made: 1 file against it\n  file = brands/part-00000.parquet, is = missing\n"
        in text
    )
    assert re.search(r"\d+ checks in [\d.]+ s, \d+ do not hold\n$", text)
    assert said("verify", str(copy), "-q", code=1) in text
    told = json.loads(said("verify", str(copy), "--json", code=1))
    (report,) = told["datasets"]
    assert told["passed"] is report["passed"] is False
