"""A real SQL Server, where SYNTH_TEST_MSSQL_URL names one: loads, values and locks."""

from __future__ import annotations

import os

import polars as pl
import pytest

from synth.columns import to_written
from synth.databases import Address, connect
from synth.databases.tsql.database import SQLServer
from synth.dtypes import decimal
from synth.errors import DatabaseError
from synth.fingerprint import fingerprint
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from tests.test_fingerprint import EDGES, KINDS


@pytest.fixture
def live():
    url = os.environ.get("SYNTH_TEST_MSSQL_URL")
    if not url:
        pytest.skip("needs SQL Server: SYNTH_TEST_MSSQL_URL names one whose schema 'ecommerce' may be replaced")
    address = Address.parse(url)

    def clear():
        with connect(address) as found:
            for schema in ("ecommerce", found.staging_schema("ecommerce"), found.staging_schema("trial")):
                found._clear(schema)

    clear()
    yield address
    clear()


def test_live_loads(live, shop):
    manifest = Manifest.read(shop)
    for if_exists in ("fail", "replace"):
        load_folder(shop, live, if_exists=if_exists, connections=3)
        with connect(live) as found:
            assert set(found.catalogue("ecommerce")) == {*manifest.tables, "synth_manifest"}
            for name, entry in manifest.tables.items():
                assert str(found.content("ecommerce", name, entry.types)) == entry.fingerprint
                frames = pl.concat(found.frames(found.query("ecommerce", name, entry.types), entry.types))
                assert frames.height == entry.rows
            untrusted = "SELECT name FROM sys.foreign_keys WHERE is_not_trusted = 1 UNION SELECT name FROM sys.check_constraints WHERE is_not_trusted = 1"
            assert not found.rows(untrusted)[1]
            with pytest.raises(DatabaseError, match="hint: the data"):
                found.run(f"DELETE FROM {found.dialect.place('ecommerce', 'customers')}")
            assert not found.catalogue(found.staging_schema("ecommerce"))


@pytest.mark.parametrize("kind", EDGES)
def test_live_values_arrive_and_come_back(live, kind):
    kinds = {"x": KINDS[kind][0], "n": decimal(18, 0)}
    cells = [*EDGES[kind], None]
    frame = pl.DataFrame({"x": pl.Series(cells, dtype=kinds["x"].drawn), "n": range(len(cells))})
    with connect(live) as found:
        found.begin_staging("trial", ())
        columns = ", ".join(
            f"{found.dialect.quote_identifier(n)} {found.dialect.type(t, keyed=False)} NULL" for n, t in kinds.items()
        )
        found.run(f"CREATE TABLE {found.dialect.place(found.staging_schema('trial'), 't')} ({columns})")
        found.send("trial", "t", to_written(frame, kinds))
        assert found.content(found.staging_schema("trial"), "t", kinds) == fingerprint(frame, kinds)
        back = pl.concat(found.frames(found.query(found.staging_schema("trial"), "t", kinds), kinds)).sort("n")
        assert back.equals(to_written(frame, kinds))


@pytest.mark.parametrize("via", SQLServer.ways)
def test_live_ways(live, shop, via):
    """Bulk copy works there, or is refused as any error is, whatever becomes of it within the driver."""
    try:
        assert load_folder(shop, live, via=via).via == via
    except DatabaseError as error:
        assert via == "bulk" and "--via insert" in str(error)
        with connect(live) as found:
            assert not found.catalogue("ecommerce")


def test_live_locks(live):
    with connect(live) as one, connect(live) as other:
        assert one.lock("trial") and not other.lock("trial")
    with connect(live) as found:
        assert found.lock("trial")
