"""Whom rows belong to, what a sample has, what is there to read, and what is said where it cannot be read."""

import datetime as dt

import duckdb
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from synth.importing.found import Found, FoundReference, FoundTable
from synth.importing.learning.learn import learn
from synth.importing.learning.roots import parents_of, root_of
from tests.support.learning import learnt_of, table

ROWS = {"customers": 5_000, "orders": 20_000, "countries": 40, "products": 900}


def linked(name: str, columns: dict[str, str], **references: str) -> FoundTable:
    return table(name, {"id": "bigint", **columns}, **references)


CUSTOMERS = linked("customers", {"country_id": "bigint"}, country_id="countries")
ORDERS = linked("orders", {"customer_id": "bigint"}, customer_id="customers")
LINES = linked("order_items", {"order_id": "bigint", "product_id": "bigint"}, order_id="orders", product_id="products")
EMPLOYEES = linked("employees", {"boss_id": "bigint?"}, boss_id="employees")
REVIEWS = linked(
    "reviews", {"product_id": "bigint", "customer_id": "bigint"}, product_id="products", customer_id="customers"
)
SHIPMENTS = linked("shipments", {"order_id": "bigint?"}, order_id="orders")
PRODUCTS = linked("products", {"country_id": "bigint"}, country_id="countries")
ALL = Found((linked("countries", {}), CUSTOMERS, ORDERS, LINES, EMPLOYEES, REVIEWS, SHIPMENTS, PRODUCTS))


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("order_items", "customers"), ("orders", "customers"), ("customers", "customers"), ("employees", "employees"),
        ("reviews", "customers"), ("shipments", "shipments"), ("products", "products"),
    ],
)  # fmt: skip
def test_rows_belong_to_the_topmost_row(name, root):
    assert root_of(name, parents_of(ALL, ROWS)) == root


def test_circles_end():
    one = linked("a", {"b_id": "bigint"}, b_id="b")
    other = linked("b", {"a_id": "bigint"}, a_id="a")
    parents = parents_of(Found((one, other)), {"a": 1_000, "b": 1_000})
    assert {root_of("a", parents), root_of("b", parents)} == {"b"} or {*parents} == {"a"}


def family(customers: int = 4_000) -> dict[str, pl.DataFrame]:
    orders = 5 * customers
    return {
        "countries": pl.DataFrame({"id": range(40)}),
        "customers": pl.DataFrame({"id": range(customers), "country_id": [i % 40 for i in range(customers)]}),
        "orders": pl.DataFrame({"id": range(orders), "customer_id": [i * 7919 % customers for i in range(orders)]}),
        "order_items": pl.DataFrame(
            {
                "id": range(2 * orders),
                "order_id": [i // 2 for i in range(2 * orders)],
                "product_id": [i % 900 for i in range(2 * orders)],
            }
        ),
        "products": pl.DataFrame({"id": range(900), "country_id": [i % 40 for i in range(900)]}),
    }


TABLES = (linked("countries", {}), CUSTOMERS, ORDERS, LINES, PRODUCTS)


def test_a_sample_has_whole_families():
    found = learnt_of(family(), *TABLES, sample=8_000)
    customers, orders, lines = (found.tables[name] for name in ("customers", "orders", "order_items"))
    assert (customers.rows, orders.rows, lines.rows) == (4_000, 20_000, 40_000)
    assert customers.looked_at == pytest.approx(800, rel=0.1)
    assert orders.looked_at == 5 * customers.looked_at and lines.looked_at == 2 * orders.looked_at
    assert customers.roots == orders.roots == lines.roots == customers.looked_at
    assert found.tables["products"].looked_at == 900  # of another family
    assert orders.references[0].fanout.parents == 4_000  # of all rows


def test_without_a_sample_all_rows_count():
    found = learnt_of(family(500), *TABLES)
    assert all(each.rows == each.looked_at for each in found.tables.values())
    assert found.tables["order_items"].root == "customers" and found.tables["order_items"].roots == 500


def test_files_are_read_and_no_others(tmp_path):
    rows = family(500)
    for name, frame in rows.items():
        (tmp_path / name).mkdir()
        frame.write_parquet(tmp_path / name / "part-0.parquet")
    found = learn(Found(TABLES), {name: tmp_path / name for name in rows}, workers=1)
    assert {name: each.rows for name, each in found.tables.items()} == {
        name: len(frame) for name, frame in rows.items()
    }
    assert not [note for note in found.notes if "measured" in note.what]


def test_what_cannot_be_read_is_noted_without_a_value(tmp_path):
    (tmp_path / "broken.parquet").write_text("Aldous Quorthon, +1-202-555-0111")
    (tmp_path / "text.csv").write_text(
        "id,amount\n" + "\n".join(f"{i},{i % 7}" for i in range(200)) + "\n200,Quorthon\n"
    )
    broken, text = table("broken", {"id": "bigint"}), table("text", {"id": "bigint", "amount": "integer"})
    with duckdb.connect(":memory:") as connection:
        at = f"read_csv('{tmp_path / 'text.csv'}', all_varchar = false, auto_detect = false, columns = {{'id': 'BIGINT', 'amount': 'INTEGER'}}, header = true)"
        found = learn(Found((broken, text)), {"broken": tmp_path / "broken.parquet", "text": at}, connection=connection)
    assert not found.tables
    assert [note.where for note in found.notes] == ["broken", "text"]
    assert "Quorthon" not in repr(found) and "0111" not in repr(found)


def test_texts_in_place_of_numbers_become_null():
    frame = pl.DataFrame({"id": range(201), "amount": [*(str(i % 7) for i in range(200)), "Quorthon"]})
    found = learnt_of({"t": frame}, table("t", {"id": "bigint", "amount": "integer"}))
    assert dict(found.tables["t"].columns["amount"].weights.values).keys() == {*range(7)}


def test_questions_have_a_time_limit():
    endless = "(SELECT sum(range) AS id FROM range(1000000000000))"
    with duckdb.connect(":memory:") as connection:
        found = learn(Found((table("t", {"id": "bigint"}),)), {"t": endless}, connection=connection, seconds=0.1)
    assert not found.tables and "stopped" in found.notes[0].what


def test_tables_without_rows_or_keys():
    empty = pl.DataFrame({"id": [], "at": []}, schema={"id": pl.Int64, "at": pl.Datetime("us")})
    keyless = pl.DataFrame({"kind": ["a"] * 30 + ["b"] * 70})
    found = learnt_of(
        {"empty": empty, "keyless": keyless},
        table("empty", {"id": "bigint", "at": "timestamp"}),
        table("keyless", {"kind": "text"}, key=""),
    )
    assert (found.tables["empty"].rows, found.start) == (0, None)
    assert dict(found.tables["keyless"].columns["kind"].weights.values) == {"b": 0.7, "a": 0.3}


def test_every_type_is_taken():
    kinds = {
        "id": "bigint", "b": "boolean", "t": "time", "j": "json", "u": "uuid", "d": "date", "z": "timestamptz", "r": "real",
        "y": "bytes", "l": "integer[]", "c": "char(2)", "e": "enum(x, y)", "w": "decimal(30,2)",
    }  # fmt: skip
    n = 200
    frame = pl.DataFrame(
        {
            "id": range(n), "b": [i % 4 == 0 for i in range(n)], "t": [dt.time(i % 3 + 8) for i in range(n)], "j": ['{"a": 1}'] * n,
            "u": [f"00000000-0000-0000-0000-{i:012d}" for i in range(n)], "d": [dt.date(2024, 1, 1 + i % 28) for i in range(n)],
            "z": [dt.datetime(2024, 1, 1, i % 24, tzinfo=dt.UTC) for i in range(n)], "r": [i / 3 for i in range(n)],
            "y": [b"a"] * n, "l": [[i] for i in range(n)], "c": ["DE"] * n, "e": ["x" if i % 2 else "y" for i in range(n)],
            "w": [float(i) for i in range(n)],
        }
    )  # fmt: skip
    columns = learnt_of({"t": frame}, table("t", kinds)).tables["t"].columns
    assert columns["b"].true == 0.25 and columns["t"].hours[8:11] == pytest.approx([1 / 3] * 3, abs=0.01)
    assert columns["d"].moments.whole_days and columns["z"].moments.start == dt.date(2024, 1, 1)
    assert dict(columns["e"].weights.values) == {"x": 0.5, "y": 0.5} and columns["w"].numbers and columns["r"].numbers
    assert all(each.nulls == 0 for each in columns.values()) and not columns["u"].weights


def test_a_key_of_several_columns_is_followed():
    parent = FoundTable(
        "accounts", table("a", {"tenant": "bigint", "id": "bigint", "plan": "text"}).columns, ("tenant", "id")
    )
    child = FoundTable(
        "account_events", table("e", {"tenant": "bigint", "account": "bigint", "kind": "text"}).columns,
        references=(FoundReference(("tenant", "account"), "accounts", ("tenant", "id")),),
    )  # fmt: skip
    rows = {
        "accounts": pl.DataFrame({"tenant": [i % 4 for i in range(400)], "id": range(400), "plan": ["free"] * 400}),
        "account_events": pl.DataFrame(
            {"tenant": [i % 4 for i in range(1200)], "account": [i % 400 for i in range(1200)], "kind": ["x"] * 1200}
        ),
    }
    found = learnt_of(rows, parent, child).tables["account_events"]
    assert (found.root, found.roots) == ("accounts", 400)
    assert found.references[0].fanout.law.parameters == {"count": 3} and found.references[0].orphans == 0


def test_a_list_that_many_rows_choose_from_is_no_root():
    tenants = linked("tenants", {})
    jobs = FoundTable(
        "jobs", table("j", {"tenant_id": "bigint", "id": "bigint", "state": "text"}).columns, ("tenant_id", "id"),
        references=(FoundReference(("tenant_id",), "tenants", ("id",)),),
    )  # fmt: skip
    rows = {
        "tenants": pl.DataFrame({"id": range(5)}),
        "jobs": pl.DataFrame(
            {"tenant_id": [i % 5 for i in range(900)], "id": range(900), "state": ["on", "off"] * 450}
        ),
    }
    assert learnt_of(rows, tenants, jobs).tables["jobs"].root == "jobs"
    people = [linked("doctors", {}), FoundTable("jobs", jobs.columns, jobs.primary_key, references=(
        FoundReference(("tenant_id",), "doctors", ("id",)),
    ))]  # fmt: skip
    found = learnt_of({"doctors": rows["tenants"], "jobs": rows["jobs"]}, *people)
    assert found.tables["jobs"].root == "doctors" and not found.copied  # what five persons do is nobody's business


def test_nothing_is_left_in_a_connection():
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS id, 'ab' AS kind FROM range(100)")
        learn(Found((table("t", {"id": "bigint", "kind": "text"}),)), {"t": "t"}, connection=connection)
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("t",)]


def test_a_sample_has_enough_roots():
    """More rows than asked for are read, up to four times as many, where few roots have them."""
    rows = {
        "customers": pl.DataFrame({"id": range(250), "country_id": [0] * 250}),
        "orders": pl.DataFrame({"id": range(20_000), "customer_id": [i % 250 for i in range(20_000)]}),
    }
    customers = linked("customers", {"country_id": "bigint"})
    found = learnt_of(rows, customers, ORDERS, sample=2_000).tables["orders"]
    assert 60 <= found.roots <= 140 and found.looked_at == 80 * found.roots


def test_columns_of_text_files_are_taken_as_what_they_are_found_to_be():
    frame = pl.DataFrame(
        {"id": [str(i) for i in range(300)], "n": [str(i % 3) for i in range(300)], "day": ["2024-03-05"] * 300}
    )
    found = learnt_of({"t": frame}, table("t", {"id": "bigint", "n": "smallint", "day": "date"})).tables["t"].columns
    assert dict(found["n"].weights.values) == pytest.approx({0: 1 / 3, 1: 1 / 3, 2: 1 / 3}, abs=1e-3)
    assert found["day"].moments.start == dt.date(2024, 3, 1)


ODD = {
    "double": st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324]),
    "bigint": st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
    "text": st.text(max_size=8) | st.sampled_from(["", " ", "'", '"', "\\", "%", "\0x", "ß", "😀"]),
    "timestamp": st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)),
    "date": st.dates(),
    "boolean": st.booleans(),
}


@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # a table is never made smaller in time
@given(st.data())
def test_odd_rows_are_measured(data):
    """Numbers without an end, first and last days, empty texts, columns of NULLs: nothing fails, and no warning is given."""
    size = data.draw(st.integers(0, 70))
    columns = {
        f'{kind} "x" {i}': (kind, data.draw(st.lists(st.none() | values, min_size=size, max_size=size)))
        for i, (kind, values) in enumerate(ODD.items())
    }
    drawn = {"double": pl.Float64, "bigint": pl.Int64, "text": pl.String, "boolean": pl.Boolean}
    times = {"timestamp": pl.Datetime("us"), "date": pl.Date}
    frame = pl.DataFrame(
        {
            "id": range(size),
            **{name: pl.Series(values, dtype={**drawn, **times}[kind]) for name, (kind, values) in columns.items()},
        }
    )
    found = learnt_of(
        {"t": frame}, table("t", {"id": "bigint", **{name: f"{kind}?" for name, (kind, _) in columns.items()}}), least=2
    )
    assert not [note for note in found.notes if "measured" in note.what]
    for name, (_, values) in columns.items():
        wanted = sum(value is None for value in values) / size if size else 0
        assert found.tables["t"].columns[name].nulls == pytest.approx(wanted, abs=1e-4)
