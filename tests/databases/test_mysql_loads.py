"""MySQL and MariaDB: whole loads replace what was there, or leave it as it was."""

from __future__ import annotations

import re
import shutil

import polars as pl
import pytest

from synth.databases import Address, connect
from synth.databases.mysql.database import MySQL
from synth.databases.mysql.dialect import DIALECT
from synth.ddl import ddl
from synth.errors import DatabaseError
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_of
from tests.support.ddl import spec
from tests.support.mysql import FAMILY, GOOD, refused, url


@pytest.fixture(scope="module")
def server(database):
    return database("mysql")


@pytest.fixture
def clean(server):
    server.drop("ecommerce", ())
    yield Address.parse(url(server))
    server.drop("ecommerce", ())


def all_there(address: Address, folder, schema: str = "ecommerce") -> None:
    manifest = Manifest.read(folder)
    with connect(address) as found:
        assert set(found.catalogue(schema)) == {*manifest.tables, "synth_manifest"}
        assert schema in found.dataset_schemas()
        assert manifest_of(found, schema).tables.keys() == manifest.tables.keys()
        for name, entry in manifest.tables.items():
            assert str(found.content(schema, name, entry.types)) == entry.fingerprint
        hidden = [name for (name,) in found.rows("SHOW DATABASES")[1] if name.startswith("_synth_")]
        assert not hidden


def test_a_folder_is_loaded_and_replaced(clean, shop, server):
    for if_exists in ("fail", "replace"):
        load_folder(shop, clean, if_exists=if_exists, connections=3)
        all_there(clean, shop)
    assert "fk_orders_customer_id" in refused(server, "DELETE FROM ecommerce.customers")
    with pytest.raises(DatabaseError, match="nothing was changed"):
        load_folder(shop, clean)


@pytest.mark.parametrize("schema", ["it's", 'a"b', "a`b", "a.b", "ünï", "Select", "\\", "%", "a\\'b", "x" * 63, "-- #"])
def test_hostile_schemas(server, schema):
    address, dataset = Address.parse(url(server)), spec(FAMILY)
    server.drop(schema, ())
    try:
        for gone in ((), ("parents", "rows")):
            with connect(address) as mysql:
                assert mysql.lock(schema)
                mysql.begin_staging(schema, gone)
                made = ddl(dataset, DIALECT, mysql.staging_schema(schema))
                for statement in made.tables.values():
                    mysql.run(statement)
                for table, columns in GOOD.items():
                    mysql.send(schema, table, pl.DataFrame(columns))
                for step in (step for steps in mysql.steps(made) for step in steps):
                    for statement in step.statements:
                        mysql.run(statement)
                mysql.analyze(schema, "rows")
                mysql.publish(schema, FAMILY, gone)
                assert mysql.catalogue(schema).keys() == FAMILY.keys()
                assert len(mysql.rows(f"SELECT * FROM {DIALECT.place(schema, 'rows')}")[1]) == 3
    finally:
        server.drop(schema, ())


def test_a_broken_load_leaves_things_as_they_were(clean, shop, tmp_path):
    load_folder(shop, clean)
    broken = tmp_path / "broken"
    shutil.copytree(shop, broken)
    manifest = Manifest.read(broken)
    for file in manifest.tables["orders"].files:
        orders = pl.read_parquet(broken / file.path).with_columns(
            pl.lit(9_999_999, dtype=pl.Int64).alias("customer_id")
        )
        orders.write_parquet(broken / file.path)
        text = (broken / "manifest.json").read_text()
        assert text.count(f'"bytes": {file.bytes}') == 1 or f'"bytes":{file.bytes}' in text
        text = re.sub(rf'("bytes": ?){file.bytes}\b', rf"\g<1>{(broken / file.path).stat().st_size}", text)
        (broken / "manifest.json").write_text(text)
    with pytest.raises(DatabaseError) as caught:
        load_folder(broken, clean, if_exists="replace", connections=2)
    assert "fk_orders_customer_id" in str(caught.value) and "is 9999999" in str(caught.value)
    all_there(clean, shop)


def test_what_a_killed_load_leaves_is_cleared(clean, shop, monkeypatch):
    """Killed between the swap and its tidying: the tables are the new ones, and the next load clears what is left."""
    load_folder(shop, clean)
    ask = MySQL._ask

    class Killed(BaseException):
        pass

    def dying(self, sql, doing):
        if "dropping the old ones" in doing:
            raise Killed
        return ask(self, sql, doing)

    with monkeypatch.context() as patch:
        patch.setattr(MySQL, "_ask", dying)
        patch.setattr(MySQL, "abandon", lambda self, schema: None)
        with pytest.raises(Killed):
            load_folder(shop, clean, if_exists="replace")
    with connect(clean) as found:
        assert found.catalogue(found._replaced_place("ecommerce"))
        assert found.content("ecommerce", "orders", Manifest.read(shop).tables["orders"].types).rows == 2000
    load_folder(shop, clean, if_exists="replace")
    all_there(clean, shop)


def test_locks(mysql, server):
    for schema in ("one", "x" * 63, "ü" * 31, "it's \\"):
        with connect(Address.parse(url(server))) as other:
            assert other.lock(schema) and not mysql.lock(schema)
        assert mysql.lock(schema)
