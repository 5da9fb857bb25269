"""`synth import`: the sources that a word may mean, what is refused before anything is read, and what is printed."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest

from synth.cli import main

DDL = """
CREATE TABLE brands (brand_id INT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE products (product_id INT PRIMARY KEY, brand_id INT NOT NULL REFERENCES brands (brand_id), price DECIMAL(8,2));
"""
SQLALCHEMY = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Brand(Base):
    __tablename__ = "brands"
    brand_id: Mapped[int] = mapped_column(primary_key=True)

class Product(Base):
    __tablename__ = "products"
    product_id: Mapped[int] = mapped_column(primary_key=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brands.brand_id"))
"""
PYDANTIC = """
from pydantic import BaseModel

class Brand(BaseModel):
    id: int
    name: str
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with DDL, from which commands run."""
    monkeypatch.chdir(tmp_path)
    Path("shop.sql").write_text(DDL)
    return tmp_path


def said(capsys, *words, code=0):
    assert main(["import", *words]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def spec(path="imported.yaml"):
    """The text of a spec that was written, which checks."""
    assert main(["check", path]) == 0
    return Path(path).read_text("utf-8")


def test_a_file(place, capsys):
    text = said(capsys, "shop.sql", "--out", "made/shop.yaml", "--name", "my_shop")
    assert text.startswith("made/shop.yaml: 2 tables; ") and "Next: synth show made/shop.yaml" in text
    written = spec("made/shop.yaml")
    assert "dataset: my_shop" in written and "brands" in written and "products" in written


def test_standard_input(place, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(DDL.encode())))
    assert said(capsys, "-").startswith("imported.yaml: 2 tables; ")


def test_a_folder(place, capsys):
    Path("data/brands").mkdir(parents=True)
    pl.DataFrame({"brand_id": range(50), "name": [f"b{number}" for number in range(50)]}).write_parquet(
        "data/brands/part.parquet"
    )
    assert said(capsys, "data").startswith("imported.yaml: 1 table; ")
    assert "brand_id" in spec()


@pytest.mark.parametrize(("file", "connect"), [("shop.duckdb", duckdb.connect), ("shop.db", sqlite3.connect)])
def test_a_file_of_a_database(place, capsys, file, connect):
    with connect(file) as connection:
        for statement in DDL.split(";")[:2]:
            connection.execute(statement)
    if file == "shop.db":
        connection.close()
    assert said(capsys, file, "--tables", "brands").startswith("imported.yaml: 1 table; ")
    assert "products" not in spec().split("tables:")[1]


@pytest.mark.parametrize(("code", "name", "tables"), [(SQLALCHEMY, "Base", 2), (PYDANTIC, "Brand", 1)])
def test_models_in_python(place, capsys, monkeypatch, code, name, tables):
    module = f"models_of_{name.lower()}"
    Path(f"{module}.py").write_text(code)
    monkeypatch.syspath_prepend(str(place))
    text = said(capsys, "--python", f"{module}:{name}")
    assert text.startswith(f"imported.yaml: {tables} table")
    spec()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say what to import: a SOURCE, or --python MODULE:NAME\n  hint: "),
        (["shop.sql", "--python", "a:B"], "say what to import: a SOURCE, or --python"),
        (["--python", "a:B", "--learn"], "models in Python have no rows, dialect or schema\n  hint: "),
        (["shop.sql", "--out", "shop.sql"], "'shop.sql' is no name of a spec\n  hint: "),
        (["shop.sql", "--out", "there.yaml"], "'there.yaml' is there already\n  hint: "),
        (["shop.sql", "--out", "folder.yaml"], "'folder.yaml' is a folder\n  hint: "),
        (["shop.sql", "--least", "0"], "--least takes a number from 1 up, not 0"),
        (["shop.sql", "--learn"], "'shop.sql' has no rows to learn from\n  hint: "),
        (["shop.sql", "--schema", "public"], "DDL in a file has no such thing"),
        (["shops.sql"], "there is no 'shops.sql'\n  hint: "),
    ],
)
def test_refused(words, message, place, capsys):
    Path("there.yaml").write_text("mine")
    Path("folder.yaml").mkdir()
    before = sorted(place.iterdir())
    assert message in said(capsys, *words, code=2)
    assert sorted(place.iterdir()) == before and Path("there.yaml").read_text() == "mine"


@pytest.mark.parametrize("words", [["--dialect", "postgre"], ["--tables", "brand"]])
def test_a_wrong_name_is_told_with_the_right_one(words, place, capsys):
    text = said(capsys, "shop.sql", *words, code=2)
    assert words[1] in text and "hint: " in text and not Path("imported.yaml").exists()


def test_replace(place, capsys):
    Path("imported.yaml").write_text("mine")
    said(capsys, "shop.sql", "--replace")
    assert "brands" in spec()


def test_json_and_quiet(place, capsys):
    told = json.loads(said(capsys, "shop.sql", "--json"))
    assert (
        told["spec"] == "imported.yaml" and told["tables"] == 2 and told["proof"]["checks"] > 0 and told["copied"] == {}
    )
    assert main(["import", "shop.sql", "--quiet", "--replace"]) == 0
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""
