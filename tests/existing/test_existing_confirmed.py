"""A place that a spec names is read only where the user names it too: by --from, or in synth.toml."""

from __future__ import annotations

import socket

import polars as pl
import pytest

import synth
from synth.cli import main
from synth.errors import OptionError
from tests.support.shops import CUSTOMERS, PRODUCTS, SHOP, there


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """A folder, and the same in a file of DuckDB, in the current folder."""
    monkeypatch.chdir(tmp_path)
    there(tmp_path / "theirs")
    for name, frame in {"Customer": CUSTOMERS, "products": PRODUCTS}.items():
        frame.write_parquet(tmp_path / f"{name}.parquet")
    import duckdb

    with duckdb.connect(str(tmp_path / "theirs.duckdb")) as connection:
        for name in ("Customer", "products"):
            connection.execute(f"CREATE TABLE {name} AS FROM '{name}.parquet'")
    return tmp_path


def spec(folder, source) -> str:
    text = SHOP.replace("table: Customer}", f"table: Customer, source: {source!r}}}").replace(
        "existing: true", f"existing: {{source: {source!r}}}"
    )
    (folder / "shop.yaml").write_text(text)
    return str(folder / "shop.yaml")


@pytest.mark.parametrize(
    "source", ["theirs", "/etc", "theirs.duckdb", "duckdb:///theirs.duckdb", "postgresql://me:secret@127.0.0.1:9/x"]
)
@pytest.mark.parametrize("place", [None, "elsewhere"])
@pytest.mark.parametrize("command", ["plan", "generate"])
def test_a_place_that_only_the_spec_names(command, place, source, theirs, capsys, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it went there"))
    there(theirs / "elsewhere")
    assert main([command, spec(theirs, source), *(["--from", place] if place else [])]) == 2
    said = capsys.readouterr().err
    assert "the spec says that rows of 'customers' are in '" in said and "which is read only where you say so" in said
    assert "hint: name the same place by --from" in said and "secret" not in said
    assert not (theirs / "output").exists()


@pytest.mark.parametrize(
    ("source", "place"),
    [("theirs", "theirs"), ("theirs", "./theirs/"), ("theirs.duckdb", "theirs.duckdb"), ("demo", None)],
)
def test_a_place_that_the_user_names_too(source, place, theirs):
    (theirs / "synth.toml").write_text('[databases.demo]\nurl = "duckdb:///theirs.duckdb"\n')
    plan = synth.make_plan(spec(theirs, source), source=place)
    assert synth.generate(plan, theirs / "out").rows > 2000
    assert pl.read_parquet(theirs / "out/shop/orders")["customer"].is_in(CUSTOMERS["code"].to_list()).all()


def test_a_name_in_the_file_is_no_path(theirs):
    """`theirs.duckdb` is a file, whatever a section is called."""
    (theirs / "synth.toml").write_text('[databases."theirs.duckdb"]\nurl = "duckdb:///other.duckdb"\n')
    with pytest.raises(OptionError, match="is read only where you say so"):
        synth.make_plan(spec(theirs, "theirs.duckdb"))


def test_several_places_that_a_spec_names(theirs, capsys):
    """Each is named by a --from of its own; the first is the main one, and a further one that no table is in does nothing."""
    there(theirs / "more")
    text = SHOP.replace("table: Customer}", "table: Customer, source: theirs}").replace(
        "existing: true", "existing: {source: more}"
    )
    (theirs / "shop.yaml").write_text(text)
    words = ["generate", "shop.yaml", "--out", "out"]
    for given in (["theirs"], ["more"], ["theirs", "theirs"]):
        assert main([*words, *(word for place in given for word in ("--from", place))]) == 2
        assert (
            "read only where you say so\n  hint: name the same place by --from, which may be given more than once"
            in (capsys.readouterr().err)
        )
    for given in (["theirs", "more"], ["./more/", "theirs", "more"]):
        assert main([*words, *(word for place in given for word in ("--from", place)), "--if-exists", "replace"]) == 0
    with pytest.raises(OptionError, match="rows of 'products' are in 'more'"):
        synth.make_plan("shop.yaml", source="theirs")
    assert synth.make_plan("shop.yaml", source="theirs", more_sources=[theirs / "more"]).tables["orders"].rows
