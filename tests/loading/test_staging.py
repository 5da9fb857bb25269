"""The staging place of a load, with a database that only writes down what it is told."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

import synth
from synth.databases import DIALECTS
from synth.databases.capabilities import Capabilities
from synth.databases.contract import Database, Explanation
from synth.ddl import in_reference_order
from synth.errors import DatabaseError, DataError
from synth.fingerprint import Fingerprint
from synth.loading.append import append_staged
from synth.loading.load import Loading
from synth.loading.staging import Staging
from synth.store.entries import TableEntry
from synth.store.manifest import begin

PLAN = synth.make_plan("ecommerce", scale=0.01, tables=["brands", "products"])
TABLES = in_reference_order(PLAN.dataset, ["brands", "products"])


class Recorder(Database):
    """Tables that are there, and all that is asked of them."""

    dialect = DIALECTS["postgres"]
    capabilities = Capabilities(parallel_connections=False)
    default_schema = "public"

    def __init__(self, *there, locked=False):
        self.there, self.locked, self.calls, self.contents = {name: {} for name in there}, locked, [], {}
        super().__init__("postgresql://me@host/x")

    def _note(self, *words):
        self.calls.append(" ".join(map(str, words)))

    def connect(self): ...
    @classmethod
    def create(cls, address): ...
    def close(self):
        self._note("close")

    def explain(self, error):
        return Explanation(str(error), "")

    def run(self, sql):
        self._note(sql.split("(")[0].split(" VALUES")[0].strip())

    def rows(self, sql):
        raise NotImplementedError

    frames = only_read = rows

    def catalogue(self, schema):
        return self.there

    def filled_schemas(self):
        return []

    def defined_tables(self, schema):
        return []

    def definitions(self, schema, tables):
        return ""

    def besides_tables(self, schema, tables):
        return []

    def dataset_schemas(self):
        return []

    def lock(self, schema):
        return not self.locked

    def begin_staging(self, schema, replaced):
        self._note("begin", schema, *replaced)

    def send(self, schema, table, frame):
        raise NotImplementedError

    def analyze(self, schema, table):
        self._note("analyze", table)

    def publish(self, schema, tables, replaced):
        self._note("publish", schema, *tables, "for", *replaced)

    def abandon(self, schema):
        self._note("abandon", schema)

    @contextmanager
    def changing(self, schema, filled, emptied):
        self._note("appending", *filled)
        yield
        self._note("committed")

    def referring(self, schema, tables):
        return []

    def hanging_on(self, schema, tables):
        return [("index", "pk_brands"), ("index", "mine")]

    def refresh_rows(self, schema, tables):
        raise NotImplementedError

    def append_rows(self, schema, table, columns):
        self._note("append", table)

    def adopt_table(self, schema, table):
        self._note("adopt", table)

    def holding(self, schema, keys, room):
        raise NotImplementedError

    def look(self, schema):
        raise NotImplementedError

    def apply_changes(self, schema, changes, also, met, edited="keep"):
        raise NotImplementedError

    def content(self, schema, table, types):
        return self.contents[table].pop(0)


def staged(database, if_exists="fail"):
    staging = Staging(database, "s", PLAN.dataset, TABLES, identity=True)
    staging.begin(if_exists)
    return staging


def manifest(**prints):
    tables = {
        name: TableEntry(columns={"a": "bigint"}, rows=1, fingerprint=str(Fingerprint(1, 2, 3)), files=())
        for name in TABLES
    }
    return begin(PLAN, "postgres").model_copy(update={"tables": tables})


def test_tables_are_made_beside_the_schema(tmp_path):
    database = Recorder()
    staging = staged(database)
    assert database.calls == [
        "begin s", 'CREATE TABLE "_synth_s"."brands"', 'CREATE TABLE "_synth_s"."products"',
    ]  # fmt: skip
    assert staging.new_tables == list(TABLES) and staging.locked
    database.calls.clear()
    staging.comment_later()
    assert database.calls and all(call.startswith("COMMENT ON") for call in database.calls)
    database.calls.clear()
    staging.publish(manifest(), tmp_path / "sums")
    assert database.calls == [
        'CREATE TABLE "_synth_s"."synth_manifest"', 'INSERT INTO "_synth_s"."synth_manifest"',
        "publish s brands products synth_manifest for",
    ]  # fmt: skip


def test_what_is_replaced_is_named(tmp_path):
    database = Recorder("products", "mine")
    with pytest.raises(DatabaseError, match="has tables of these names already"):
        staged(database)
    with pytest.raises(DatabaseError, match="no load has made 'products' of schema 's'"):
        staged(database, "replace")
    assert database.calls == []
    staging = staged(database, "replace-any")
    staging.publish(manifest(), tmp_path / "sums")
    assert database.calls[0] == "begin s products"
    assert database.calls[-1] == "publish s brands products synth_manifest for products"


def test_another_load_keeps_its_staging_place():
    database = Recorder(locked=True)
    staging = Staging(database, "s", PLAN.dataset, TABLES, identity=True)
    with pytest.raises(DatabaseError, match="another load is writing schema 's'; nothing was changed"):
        staging.begin("fail")
    staging.abandon()
    assert database.calls == []


def appending(*there, brands):
    database = Recorder(*there)
    staging = staged(database, "append")
    database.calls.clear()
    database.contents = {"brands": list(brands)}
    return database, staging


def test_rows_are_appended_and_new_tables_adopted(tmp_path):
    database, staging = appending("brands", brands=[Fingerprint(), Fingerprint(1, 2, 3)])
    assert staging.kept == ("brands",) and staging.new_tables == ["products"]
    assert all(constraint.table == "products" for constraint in staging.ddl.constraints)
    assert {foreign.parent for foreign in staging.foreign_keys} == {"brands"}
    append_staged(staging, manifest(), tmp_path / "sums")
    assert database.calls == [
        "appending brands", "append brands", "adopt products", 'ALTER TABLE "s"."products" ADD CONSTRAINT "fk_products_brand_id" FOREIGN KEY',
        'CREATE TABLE "s"."synth_manifest"', 'INSERT INTO "s"."synth_manifest"', "committed", "abandon s",
    ]  # fmt: skip


def test_rows_that_are_not_those_they_go_on_from(tmp_path):
    database, staging = appending("brands", brands=[Fingerprint(5, 6, 7)])
    with pytest.raises(
        DatabaseError, match="'brands' has 5 rows, and what was made goes on from 0; nothing was changed"
    ):
        append_staged(staging, manifest(), tmp_path / "sums")
    assert database.calls == ["appending brands"]


def test_what_does_not_come_out_as_it_was_sent(tmp_path):
    database, staging = appending("brands", brands=[Fingerprint(), Fingerprint(1, 2, 4)])
    with pytest.raises(DataError, match="'brands' did not come out as it was and what was sent; nothing was changed"):
        append_staged(staging, manifest(), tmp_path / "sums")
    assert "committed" not in database.calls


@pytest.mark.parametrize("fails", ["begin", "rows", "nothing"])
def test_a_load_that_fails_is_abandoned(fails, monkeypatch):
    database = Recorder()
    monkeypatch.setattr("synth.loading.load.connect", lambda address, via: database)
    if fails == "begin":
        monkeypatch.setattr(database, "run", lambda sql: 1 / 0)
    loading = Loading("postgresql://me@host/x", PLAN.dataset, TABLES, schema="s")
    if fails == "nothing":
        with loading:
            pass
        assert database.calls[-1] == "close" and not any(call.startswith("abandon") for call in database.calls)
        return
    with pytest.raises(ZeroDivisionError), loading:
        raise ZeroDivisionError
    assert database.calls[-2:] == ["abandon s", "close"]
