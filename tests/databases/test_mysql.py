"""MySQL and MariaDB: what only they do. Rows arrive as they were sent or not at all, and replacing keeps foreign keys whole."""

from __future__ import annotations

import datetime as dt
import gc
import re
import shutil
import ssl
from contextlib import nullcontext
from decimal import Decimal

import polars as pl
import pymysql
import pytest
from hypothesis import HealthCheck, given, settings

from synth.columns import to_written
from synth.databases import DATABASES, Address, connect
from synth.databases.mysql.catalogue import column_type
from synth.databases.mysql.database import MySQL
from synth.databases.mysql.dialect import DIALECT
from synth.databases.mysql.errors import explain
from synth.databases.mysql.options import arguments
from synth.ddl import ddl
from synth.dtypes import BIGINT, DType, decimal
from synth.errors import DatabaseError, OptionError
from synth.fingerprint import fingerprint
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_of
from tests.ddl.test_ddl import COMMENTS, spec
from tests.support.servers import Refused
from tests.test_fingerprint import EDGES, KINDS, frames

S = "trial"


@pytest.fixture(scope="module")
def server(database):
    return database("mysql")


def url(server) -> str:
    return f"mysql://root@localhost/?unix_socket={server.socket}"


@pytest.fixture
def mysql(server):
    """A connection; the schema `trial` and all that belongs to it is dropped."""
    with connect(Address.parse(url(server))) as found:
        assert isinstance(found, MySQL)
        found.abandon(S)
        server.drop(S, ())
        found.begin_staging(S, ())
        yield found
        found.abandon(S)
        server.drop(S, ())


def make(mysql: MySQL, types: dict[str, DType], rest: str = "", table: str = "t", keyed=()) -> None:
    columns = [f"{DIALECT.quote_identifier(n)} {DIALECT.type(t, keyed=n in keyed)}" for n, t in types.items()]
    place = DIALECT.place(mysql.staging_schema(S), table)
    mysql.run(f"DROP TABLE IF EXISTS {place}")
    mysql.run(f"CREATE TABLE {place} ({', '.join(columns)}{rest}){DIALECT.table_options}")


def back(mysql: MySQL, types: dict[str, DType], table: str = "t") -> pl.DataFrame:
    return pl.concat(mysql.frames(mysql.query(mysql.staging_schema(S), table, types), types))


def same(mysql: MySQL, frame: pl.DataFrame, types: dict[str, DType]) -> None:
    """A frame of drawn columns arrives, counts, and comes back."""
    frame, types = frame.with_columns(pl.Series("at", range(frame.height), dtype=pl.Int64)), {**types, "at": BIGINT}
    make(mysql, types)
    written = to_written(frame, types)
    mysql.send(S, "t", written)
    assert mysql.content(mysql.staging_schema(S), "t", types) == fingerprint(frame, types)
    assert back(mysql, types).sort("at").equals(written)  # -0.0 comes back as 0.0


# -- rows arrive as they are


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(made=frames())
def test_rows_arrive_and_come_back(mysql, made):
    same(mysql, *made)


FAR = {
    **EDGES,
    "smallint": [-(2**15) + 1, 2**15 - 1], "integer": [-(2**31) + 1, 2**31 - 1], "boolean": [True, False],
    "double": [*EDGES["double"], 9e12, -9e12, 1e-300, 0.1, 1 / 3, 123456.789012, -0.0000005],
    "date": [dt.date(1, 1, 1), dt.date(999, 12, 31), dt.date(9999, 12, 31), *EDGES["date"]],
    "timestamp": [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), *EDGES["timestamp"]],
    "varchar": [*COMMENTS, "", "\\N", "N", "\\", "\\\\N", "\t", "\x01\x08\x1a\x7f", "\x1a\n", "a\\", "\\t", "\r", "\u2028", "x" * 100_000, "𝄞" * 999],
}  # fmt: skip


@pytest.mark.parametrize("kind", FAR)
def test_far_values_arrive_and_come_back(mysql, kind):
    types = {"x": KINDS[kind][0], "y": KINDS[kind][0]}
    cells = [*FAR[kind], None]
    frame = pl.DataFrame([pl.Series(n, c, dtype=types[n].drawn) for n, c in (("x", cells), ("y", cells[::-1]))])
    same(mysql, frame, types)


def test_one_column_of_nothing_and_no_rows(mysql):
    types = {"x": DType("varchar")}
    for cells in ([""], ["", None, ""], [None], []):
        frame = pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)})
        make(mysql, types)
        mysql.send(S, "t", frame)
        assert mysql.content(mysql.staging_schema(S), "t", types) == fingerprint(frame, types)
        assert sorted(back(mysql, types)["x"], key=repr) == sorted(cells, key=repr)


def test_many_packets(mysql):
    types = {"n": DType("bigint"), "word": DType("varchar")}
    n = pl.Series("n", range(120_000))
    frame = pl.DataFrame([n, ("wörd\t" + n.cast(pl.String)).alias("word")])
    same(mysql, frame, types)
    sizes = [f.height for f in mysql.frames(mysql.query(mysql.staging_schema(S), "t", types), types)]
    assert sizes == [50_000, 50_000, 20_000]


# -- or not at all

WRONG = {  # what LOAD DATA LOCAL only warns of -> (types, what is in the table, rows, words of the message)
    "too long": ({"x": DType("varchar", length=3)}, "", {"x": ["abc", "abcd"]}, "Data truncated for column 'x' at row 2 (1265)"),
    "out of range": ({"x": DType("smallint")}, "", {"x": [1, 40000]}, "Out of range value"),
    "too many digits": ({"x": decimal(4, 2)}, "", {"x": ["1.234"]}, "Data truncated for column 'x'"),
    "no number": ({"x": DType("integer")}, "", {"x": ["five"]}, "Incorrect integer value: 'five'"),
    "no date": ({"x": DType("date")}, "", {"x": ["2023-02-29"]}, "for column 'x'"),
    "null": ({"x": DType("integer")}, ", CHECK (x IS NOT NULL)", {"x": [1, None]}, "CONSTRAINT"),
    "twice": ({"x": DType("bigint")}, ", PRIMARY KEY (x)", {"x": [1, 2, 1]}, "Duplicate entry '1' for key 'PRIMARY'"),
    "check": ({"x": DType("bigint")}, ", CONSTRAINT ck_t_x CHECK (x > 0)", {"x": [1, 0]}, "ck_t_x"),
    "a tab in a number": ({"x": DType("bigint")}, "", {"x": ["1\t2\n3"]}, "Data truncated for column 'x' at row 1"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_warnings_are_errors(mysql, what):
    types, rest, cells, words = WRONG[what]
    make(mysql, types, rest)
    with pytest.raises(DatabaseError) as caught:
        mysql.send(S, "t", pl.DataFrame(cells))
    said = str(caught.value)
    assert words in said and "sending rows of t" in said and "hint: the data does not keep" in said
    mysql.run("SELECT 1 FROM DUAL WHERE 1 = 0")  # the connection goes on


def test_local_infile_off(mysql, server):
    server.run("SET GLOBAL local_infile = 0")
    try:
        with connect(Address.parse(url(server))) as other:
            with pytest.raises(DatabaseError, match="switched off") as caught:
                other.begin_staging(S, ())
            assert "SET GLOBAL local_infile = 1" in str(caught.value)
            make(other, {"x": DType("bigint")})
            with pytest.raises(DatabaseError) as caught:
                other.send(S, "t", pl.DataFrame({"x": [1]}))
            assert "(4166)" in str(caught.value) and "SET GLOBAL local_infile = 1" in str(caught.value)
    finally:
        server.run("SET GLOBAL local_infile = 1")


def test_a_server_that_asks_for_files_gets_none(mysql, tmp_path):
    """As a hostile one may do at any time: here it is told to."""
    (tmp_path / "secret").write_text("1\n")
    make(mysql, {"x": DType("bigint")})
    place = DIALECT.place(mysql.staging_schema(S), "t")
    for path in (tmp_path / "secret", "rows"):
        with pytest.raises(DatabaseError, match="asked for a file"):
            mysql.run(f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE {place}")
    assert mysql.rows(f"SELECT COUNT(*) FROM {place}")[1] == [(0,)]
    mysql.send(S, "t", pl.DataFrame({"x": [5]}))
    assert mysql.rows(f"SELECT x FROM {place}")[1] == [(5,)]


# -- foreign keys

FAMILY = {
    "parents": {"primary_key": ["id"], "columns": {"id": {"type": "varchar(9)"}, "first": {"type": "bigint", "references": "rows", "nullable": True}}},
    "rows": {
        "primary_key": ["id"],
        "unique": [["parent", "id"], ["word"]],
        "checks": {"positive": "id > 0"},
        "columns": {
            "id": {"type": "bigint"},
            "parent": {"type": "varchar(9)", "references": "parents", "nullable": True},
            "up": {"type": "bigint", "references": "rows", "nullable": True},
            "word": {"type": "varchar(30)", "nullable": True},
        },
    },
}  # fmt: skip
GOOD = {
    "parents": {"id": ["a", "A", "a "], "first": [1, None, 2]},
    "rows": {"id": [1, 2, 3], "parent": ["a ", None, "A"], "up": [None, 1, 3], "word": ["it's", None, "\\"]},
}


def built(mysql: MySQL, rows: dict, tables: dict = FAMILY) -> None:
    """A staged family of tables, with all that comes after the rows."""
    made = ddl(spec(tables), DIALECT, mysql.staging_schema(S))
    for statement in made.tables.values():
        mysql.run(statement)
    for table, columns in rows.items():
        mysql.send(S, table, pl.DataFrame(columns))
    for steps in mysql.steps(made):
        for step in steps:
            for statement in step.statements:
                mysql.run(statement)


def test_keys_and_checks_stand_in_create_table():
    made = ddl(spec(FAMILY), DIALECT, S)
    assert "PRIMARY KEY (`id`)" in made.tables["rows"] and "CHECK (`id` > 0)" in made.tables["rows"]
    assert {constraint.kind for constraint in made.constraints} == {"UNIQUE", "FOREIGN KEY"}


def test_good_rows_are_published(mysql, server):
    built(mysql, GOOD)
    mysql.publish(S, FAMILY, ())
    found = server.catalogue(S)
    assert {name for name, *_ in found["rows"].foreign} == {"fk_rows_parent", "fk_rows_up"}
    assert found["parents"].foreign == {("fk_parents_first", "first", "rows", "id")}
    assert found["rows"].checks == {"ck_rows_positive"}
    assert {name for _, name, _ in found["rows"].keys} == {"PRIMARY", "uq_rows_parent_id", "uq_rows_word"}
    assert not server.catalogue(mysql.staging_schema(S)) and not server.catalogue(mysql._replaced_place(S))


@pytest.mark.parametrize(
    "table, column, cells, words",
    [
        ("rows", "parent", ["a", None, "b"], ["fk_rows_parent", "is b"]),
        ("rows", "parent", ["a", None, "a  "], ["fk_rows_parent", "is a  "]),
        ("rows", "up", [1, 1, 7], ["fk_rows_up", "is 7"]),
        ("parents", "first", [1, 2, 4], ["fk_parents_first", "is 4"]),
    ],
)
def test_rows_without_a_parent_are_found(mysql, table, column, cells, words):
    with pytest.raises(DatabaseError) as caught:
        built(mysql, {**GOOD, table: {**GOOD[table], column: cells}})
    assert all(word in str(caught.value) for word in words) and "hint: the data" in str(caught.value)


def test_values_that_come_twice_are_found(mysql):
    with pytest.raises(DatabaseError, match="Duplicate entry 'x' for key 'uq_rows_word'"):
        built(mysql, {**GOOD, "rows": {**GOOD["rows"], "word": ["x", None, "x"]}})


def refused(server, sql: str) -> str:
    with pytest.raises(Refused) as caught:
        server.run(sql)
    return str(caught.value)


def published(mysql: MySQL, gone=(), rows=GOOD, tables=FAMILY) -> None:
    mysql.begin_staging(S, gone)
    built(mysql, rows, tables)
    mysql.publish(S, tables, gone)


def test_replacing_keeps_foreign_keys_among_the_new_tables(mysql, server):
    for _ in range(2):
        published(mysql, tuple(mysql.catalogue(S)))
        assert "fk_rows_parent" in refused(server, f"INSERT INTO {S}.rows VALUES (9, 'z', NULL, NULL)")
        assert "fk_rows_parent" in refused(server, f"DELETE FROM {S}.parents WHERE id = 'A'")
        assert "ck_rows_positive" in refused(server, f"INSERT INTO {S}.rows VALUES (-1, 'a', NULL, NULL)")
        server.run(f"INSERT INTO {S}.rows VALUES (9, 'a', 1, NULL)")
    points = (
        "SELECT unique_constraint_schema FROM information_schema.referential_constraints WHERE constraint_schema = "
    )
    assert server.run(f"{points}'{S}'") == [(S,)] * 3
    fewer = {"parents": {"primary_key": ["id"], "columns": {"id": {"type": "bigint"}}}}
    published(mysql, ("parents", "rows"), {"parents": {"id": [5]}}, fewer)
    assert list(mysql.catalogue(S)) == ["parents"]


@pytest.mark.parametrize(
    "sql, words",
    [
        (f"CREATE TABLE {S}.mine (p VARCHAR(9), CONSTRAINT mine_p FOREIGN KEY (p) REFERENCES {S}.parents (id)) {DIALECT.table_options}", "mine_p of trial.mine points to it"),
        (f"CREATE TRIGGER {S}.watch BEFORE INSERT ON {S}.rows FOR EACH ROW SET NEW.up = NULL", "it has the trigger watch"),
        (f"CREATE TABLE {S}.x LIKE {S}.rows; SET foreign_key_checks = 0; DROP TABLE {S}.rows; CREATE VIEW {S}.rows AS SELECT * FROM {S}.x", "it is a view"),
    ],
)  # fmt: skip
def test_what_hangs_on_old_tables_stops_the_load(mysql, server, sql, words):
    published(mysql)
    server.run(sql)
    before = server.catalogue(S)
    with pytest.raises(DatabaseError) as caught:
        mysql.begin_staging(S, ("parents", "rows"))
    assert (
        words in str(caught.value) and "nothing was changed" in str(caught.value) and "hint: drop" in str(caught.value)
    )
    assert server.catalogue(S) == before


def test_what_comes_to_hang_on_old_tables_stops_the_load_too(mysql, server):
    published(mysql)
    mysql.begin_staging(S, ("parents", "rows"))
    built(mysql, GOOD)
    server.run(f"CREATE TRIGGER {S}.watch BEFORE INSERT ON {S}.rows FOR EACH ROW SET NEW.up = NULL")
    with pytest.raises(DatabaseError, match="trigger watch"):
        mysql.publish(S, FAMILY, ("parents", "rows"))
    assert server.run(f"SELECT COUNT(*) FROM {S}.rows") == [("3",)]


def test_a_database_of_another_spelling_is_another(mysql, server):
    server.run("CREATE DATABASE TRIAL; CREATE TABLE TRIAL.t (x INT)")
    try:
        assert mysql.catalogue("TRIAL") == {"t": {"x": DType("integer")}} and not mysql.catalogue(S)
        assert not mysql.catalogue("triál")
    finally:
        server.drop("TRIAL", ())


def test_a_failed_swap_leaves_no_database_behind(mysql):
    with pytest.raises(DatabaseError, match="putting the tables into database 'trial'"):
        mysql.publish(S, ["missing"], ())
    assert (S,) not in mysql.rows("SHOW DATABASES")[1]


# -- whole loads


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


# -- reading


def test_queries_without_types(mysql):
    sql = (
        "SELECT 1 AS n, CAST(1.50 AS DECIMAL(12, 2)) AS d, SUM(CAST(99999999.99 AS DECIMAL(12, 2))) AS s, 1e0 AS f, "
        "DATE '2024-02-29' AS day, TIMESTAMP '2024-02-29 12:00:00.5' AS moment, 'ü' AS word, NULL AS nothing"
    )
    (found,) = mysql.frames(sql, {})
    row = found.row(0, named=True)
    assert row == {
        "n": 1, "d": Decimal("1.50"), "s": Decimal("99999999.99"), "f": 1.0, "day": dt.date(2024, 2, 29),
        "moment": dt.datetime(2024, 2, 29, 12, 0, 0, 500_000), "word": "ü", "nothing": None,
    }  # fmt: skip
    (empty,) = mysql.frames(f"SELECT * FROM ({sql}) t WHERE n = 2", {})
    assert empty.schema == found.schema and not empty.height
    make(mysql, {"x": DType("boolean")})
    mysql.send(S, "t", pl.DataFrame({"x": [True, None, False]}))
    (found,) = mysql.frames(f"SELECT x FROM {DIALECT.place(mysql.staging_schema(S), 't')}", {})
    assert found["x"].to_list() == [True, None, False]


def test_a_reader_may_stop_early(mysql, server):
    make(mysql, {"x": DType("bigint")})
    mysql.send(S, "t", pl.DataFrame({"x": range(200_000)}))
    before = len(server.run("SHOW PROCESSLIST"))
    chunks = mysql.frames(mysql.query(mysql.staging_schema(S), "t", {"x": DType("bigint")}), {"x": DType("bigint")})
    assert next(chunks).height == 50_000
    chunks.close()
    gc.collect()
    while len(server.run("SHOW PROCESSLIST")) > before:
        pass
    assert mysql.rows("SELECT 1")[1] == [(1,)]


@pytest.mark.parametrize(
    "sql, words",
    [
        ("SELECT CAST('0000-00-00' AS DATE) AS x UNION ALL SELECT '2024-01-01'", None),
        ("SELECT x'ff' AS x", "column 'x' cannot be read as text"),
        ("SELECT 1 AS x, 2 AS x", "two columns have one name"),
        ("SELECT nothing FROM nowhere.at_all", "doesn't exist"),
        ("SELECT (SELECT 1 UNION ALL SELECT 2) AS x", "more than 1 row"),
    ],
)
def test_what_cannot_be_read_says_so(mysql, sql, words):
    if words is None:  # how the zero date comes depends on the session; a table may hold one in any case
        make(mysql, {"x": DType("date")})
        mysql.run("SET sql_mode = ''")
        mysql.run(f"INSERT INTO {DIALECT.place(mysql.staging_schema(S), 't')} VALUES ('0000-00-00')")
        sql, words = f"SELECT x FROM {DIALECT.place(mysql.staging_schema(S), 't')}", "column 'x' cannot be read as date"
    with pytest.raises(DatabaseError, match=words):
        list(mysql.frames(sql, {}))


def test_the_catalogue_knows_what_others_declare(mysql):
    place = DIALECT.place(mysql.staging_schema(S), "t")
    spelt = {
        "a": ("TINYINT(1)", "boolean"), "b": ("TINYINT", "smallint"), "c": ("SMALLINT UNSIGNED", "integer"),
        "d": ("MEDIUMINT UNSIGNED", "integer"), "e": ("INT UNSIGNED", "bigint"), "f": ("BIGINT UNSIGNED", "text"),
        "g": ("DECIMAL(18, 3)", "decimal(18,3)"), "h": ("DECIMAL(19, 3)", "text"), "i": ("FLOAT", "double"),
        "j": ("VARCHAR(36)", "varchar(36)"), "k": ("CHAR(3)", "varchar(3)"), "l": ("TINYTEXT", "text"), "m": ("LONGTEXT", "text"),
        "n": ("DATE", "date"), "o": ("DATETIME", "timestamp"), "p": ("TIMESTAMP(6) NULL", "timestamp"), "q": ("TIME", "text"),
        "r": ("ENUM('a', 'b')", "text"), "s": ("JSON", "text"), "u": ("YEAR", "smallint"), "v": ("DOUBLE", "double"),
    }  # fmt: skip
    mysql.run(f"CREATE TABLE {place} ({', '.join(f'{name} {kind}' for name, (kind, _) in spelt.items())})")
    mysql.run(f"CREATE VIEW {DIALECT.place(mysql.staging_schema(S), 'v')} AS SELECT a FROM {place}")
    found = mysql.catalogue(mysql.staging_schema(S))
    assert {name: str(kind) for name, kind in found["t"].items()} == {name: kind for name, (_, kind) in spelt.items()}
    assert found["v"] == {"a": DType("boolean")}
    mysql.run(
        f"INSERT INTO {place} VALUES (1, -5, 65535, 16777215, 4294967295, 18446744073709551615, 1.5, 9999999999999999.5, 0.5, "
        "'x', 'abc', 't', 'l', '2024-02-29', '2024-02-29 01:02:03', '2024-02-29 01:02:03.5', '25:00:00', 'b', '{}', 1999, 0.1)"
    )
    row = back(mysql, found["t"]).row(0)
    assert (
        row[:6] == (True, -5, 65535, 16777215, 4294967295, "18446744073709551615") and row[7] == "9999999999999999.500"
    )
    assert column_type("tinyint", "tinyint", None, 3, 0) == DType("smallint")  # MySQL 8 leaves widths out
    assert column_type("int", "int unsigned", None, 10, 0) == DType("bigint")


# -- addresses, errors


def options(text: str) -> dict:
    return arguments(Address.parse(f"mysql://me:p%C3%A4ss@host:3307/name?{text}"))


def test_addresses():
    found = options("connect_timeout=5&unix_socket=/run/s&charset=utf8mb4")
    assert found["password"] == "päss".encode() and found["connect_timeout"] == 5 and found["port"] == 3307
    assert found["unix_socket"] == "/run/s" and found["database"] == "name" and "ssl" not in found
    assert arguments(Address.parse("mysql://host"))["database"] is None


@pytest.mark.parametrize(
    "text, checked, named",
    [
        ("ssl_mode=REQUIRED", False, False), ("ssl-mode=required", False, False), ("ssl_mode=VERIFY_CA", True, False),
        ("ssl_mode=VERIFY_IDENTITY", True, True), ("ssl_verify_identity=true", True, True), ("ssl_verify_cert=1", True, False),
        ("ssl_ca={ca}", True, False), ("ssl_ca={ca}&ssl_verify_cert=false", False, False), ("ssl_ca={ca}&ssl_verify_identity=on", True, True),
    ],
)  # fmt: skip
def test_tls(text, checked, named):
    ca = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    context = options(text.format(ca=ca))["ssl"]
    assert (context.verify_mode == ssl.CERT_REQUIRED, context.check_hostname) == (checked, named)


def test_tls_off_and_as_it_comes():
    assert options("ssl_mode=DISABLED") == options("ssl_disabled=yes") == {**options(""), "ssl_disabled": True}
    assert options("ssl_mode=PREFERRED") == options("ssl_disabled=no") == options("")


@pytest.mark.parametrize(
    "text, words",
    [
        ("ssl_cart=x", "no option 'ssl_cart'\n  hint: did you mean 'ssl_cert'?"), ("charset=latin1", "always utf8mb4"),
        ("local_infile=1", "no option 'local_infile'"), ("connect_timeout=soon", "invalid literal"),
        ("ssl_mode=MAYBE", "ssl_mode is one of DISABLED, PREFERRED"), ("ssl_verify_cert=perhaps", "is true or false"),
        ("ssl_ca=/nowhere", "No such file"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_used(text, words):
    with pytest.raises(OptionError) as caught:
        options(text)
    assert words in str(caught.value) and "päss" not in str(caught.value)
    with pytest.raises(OptionError):
        connect(Address.parse(f"mysql://host/?{text}"))


def test_refusals(server, mysql):
    server.run(f"CREATE USER poor IDENTIFIED BY 'right'; GRANT SELECT ON {S}_other.* TO poor")
    try:
        socket = f"?unix_socket={server.socket}"
        for place, words in {
            f"mysql://poor:hush@localhost/{socket}": ("(1045)", "SYNTH_PASSWORD"),
            f"mysql://poor:right@localhost/mysql{socket}": ("(1044)", "ask for ALL"),
            f"mysql://root@localhost/nowhere{socket}": ("(1049)", "--create"),
            "mysql://root@localhost/?unix_socket=/nowhere": ("socket '/nowhere'", "(2002)", "is the server running"),
            "mysql://root@127.0.0.1:1/": ("refused", "(2003)", "is the server running"),
        }.items():
            with pytest.raises(DatabaseError) as caught:
                connect(Address.parse(place))
            assert all(word in str(caught.value) for word in words) and "hush" not in str(caught.value)
        with connect(Address.parse(f"mysql://poor:right@localhost/{socket}")) as poor:
            with pytest.raises(DatabaseError, match="ask for ALL on the schema's database"):
                poor.begin_staging(S, ())
    finally:
        server.run("DROP USER poor")


def test_create_makes_the_database(server):
    address = Address.parse(url(server).replace("localhost/", "localhost/m%C3%A4de"))
    try:
        for _ in range(2):
            DATABASES["mysql"].create(address)
        with connect(address) as found:
            assert found.rows("SELECT DATABASE()")[1] == [("mäde",)]
        DATABASES["mysql"].create(Address.parse(url(server)))
    finally:
        server.drop("mäde", ())


@pytest.mark.parametrize(
    "code, words",
    [(1040, "--connections"), (1114, "free space"), (1021, "free space"), (2006, "gone"), (2013, "gone"), (0, "gone"),
     (1205, "something else uses"), (1062, "the data"), (1452, "the data"), (3819, "the data"), (4025, "the data"),
     (3948, "local_infile"), (4166, "local_infile"), (2026, "ssl_ca")],
)  # fmt: skip
def test_errors_say_what_to_do(code, words):
    what, hint = explain(pymysql.err.OperationalError(code, "one\n two "))
    assert words in hint and what == ("one two" if not code else f"one two ({code})")


def test_a_full_disk_by_its_words():
    assert (
        "free space"
        in explain(pymysql.err.InternalError(1030, 'Got error 28 "No space left on device" from InnoDB'))[1]
    )
    assert "cryptography" in explain(RuntimeError("'cryptography' package is required for sha256_password"))[1]


@pytest.mark.parametrize(
    "version, able",
    [("5.7.44", False), ("8.0.16", False), ("8.0.17", True), ("9.1.0-commercial", True), ("10.5.29-MariaDB-log", False),
     ("10.6.0-MariaDB", True), ("11.4.2-MariaDB-ubu2404", True)],
)  # fmt: skip
def test_servers_too_old_are_refused(version, able):
    found = object.__new__(MySQL)
    found.address = Address.parse("mysql://host")
    found.rows = lambda sql: ([], [(version, 1)])
    said = "" if able else rf"{re.escape(version)} is too old.*\n  hint: MySQL 8.0.17 or MariaDB 10.6"
    with nullcontext() if able else pytest.raises(DatabaseError, match=said):
        found._require_server()


def test_pymysql_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    with pytest.raises(DatabaseError, match=r"pip install 'synth-relational\[mysql\]'"):
        connect(Address.parse("mysql://host"))
