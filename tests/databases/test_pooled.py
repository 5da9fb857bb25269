"""PostgreSQL behind PgBouncer in transaction mode, where no session is a client's own."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.databases import Address, connect
from synth.errors import DatabaseError
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.verifying.database import verify_database
from tests.support.pooler import PgBouncer

OURS = "'lock_timeout', 'maintenance_work_mem', 'client_min_messages', 'statement_timeout', 'default_transaction_read_only'"
WHAT_IS_LEFT = f"SELECT name FROM pg_settings WHERE source = 'session' AND name IN ({OURS})"


@pytest.fixture(scope="module")
def pooler(database):
    made = PgBouncer(database("postgres"))
    yield made
    made.stop()


@pytest.fixture
def address(pooler, database):
    server = database("postgres")
    server.drop("inventory", ())
    yield Address.parse(f"postgresql://postgres@/postgres?host={pooler.folder}")
    server.drop("inventory", ())


@pytest.mark.parametrize("via", ["adbc", "copy"])
def test_everything_works(address, via, pooler, tmp_path):
    plans = [synth.make_plan("inventory", scale=0.05, until=dt.date(2024, month, 1)) for month in (3, 5)]
    folder = generate(plans[0], tmp_path).folder
    load_folder(folder, address, via=via, connections=2)
    load_folder(folder, address, via=via, connections=2, if_exists="replace")
    generate_into(plans[0], address, via=via, if_exists="refresh")
    advance_database(address, dt.date(2024, 5, 1))
    (report,) = verify_database(address)
    assert report.passed, report.failed
    pulled = pull(address, tmp_path / "pulled")
    assert pulled.rows == sum(entry.rows for entry in generate(plans[1], tmp_path / "once").manifest.tables.values())
    for _ in range(8):  # nothing is left in sessions that others get
        assert pooler.run(WHAT_IS_LEFT) == ""
        assert pooler.run("SHOW transaction_read_only").strip() == "off"
        assert pooler.run("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'").strip() == "0"


def test_two_loads_of_one_schema_exclude_each_other(address):
    with connect(address) as one, connect(address) as other:
        assert one.lock("inventory")
        assert not other.lock("inventory") and other.lock("another")
        with pytest.raises(DatabaseError, match="another load is writing schema 'inventory'"):
            generate_into(synth.make_plan("inventory", scale=0.02), address)
    with connect(address) as one:
        assert one.lock("inventory")


def test_a_reader_writes_nothing(address):
    generate_into(synth.make_plan("inventory", scale=0.02), address)
    with connect(address) as reader:
        reader.only_read(1)
        for _ in range(3):
            with pytest.raises(DatabaseError, match="read-only transaction"):
                reader.run("DELETE FROM inventory.synth_manifest")
        with pytest.raises(DatabaseError, match="statement timeout"):
            reader.rows("SELECT pg_sleep(3)")
    with connect(address) as writer:
        writer.run("CREATE TABLE inventory.mine (x int)")
