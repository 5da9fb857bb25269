"""Folders of files: types come of the files or of their values, keys of names that rows prove."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

import synth
from synth.errors import OptionError, OutputError
from synth.importing.folder import read_folder
from synth.spec import constraints
from synth.spec.load import load


def csv(folder, **tables: str):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    return read_folder(folder)


def table(found, name):
    return next(each for each in found.tables if each.name == name)


def types(found_table) -> dict[str, str]:
    return {c.name: f"{c.type}{'?' if c.nullable else ''}" for c in found_table.columns}


def references(found) -> set[tuple]:
    return {(t.name, r.columns, r.table, r.parent_columns) for t in found.tables for r in t.references}


# -- types


def test_types_of_csv_are_those_of_its_values(tmp_path):
    text = (
        "id,price,rate,big,day,at,zoned,clock,is_open,zip,ref,note,nothing\n"
        "1,1.50,0.12345678901,3000000000,2024-01-31,2024-01-31 10:00:00,2024-01-31T10:00:00Z,08:30:00,true,01234,"
        "550e8400-e29b-41d4-a716-446655440000,hello,\n"
        "2,-12.25,1e-9,4,2024-02-01,2024-01-31 10:00:00.5,2024-01-31T11:00:00Z,09:00:00,false,99999,"
        "550e8400-e29b-41d4-a716-446655440001,,\n"
    )
    assert types(table(csv(tmp_path, things=text), "things")) == {
        "id": "integer", "price": "decimal(12,2)", "rate": "double", "big": "bigint", "day": "date", "at": "timestamp",
        "zoned": "timestamptz", "clock": "time", "is_open": "boolean", "zip": "text", "ref": "uuid", "note": "text?",
        "nothing": "text?",
    }  # fmt: skip


def test_a_later_row_that_is_otherwise_counts(tmp_path, monkeypatch):
    monkeypatch.setattr("synth.importing.folder.SNIFFED_ROWS", 100)
    rows = "".join(f"{n},{n}\n" for n in range(50_000))
    found = csv(tmp_path, things=f"id,code\n{rows}50000,none\n")
    assert types(table(found, "things")) == {"id": "integer", "code": "text"}
    assert table(found, "things").rows == 50_001


def test_ndjson_has_nested_values_as_json(tmp_path):
    lines = '{"id": 1, "cost": 1.5, "to": {"city": "a"}, "tags": [1, 2], "at": "2024-01-31T10:00:00"}\n{"id": 2, "cost": 2.25}\n'
    (tmp_path / "things.ndjson").write_text(lines)
    found = table(read_folder(tmp_path), "things")
    assert types(found) == {
        "id": "integer",
        "cost": "decimal(12,2)",
        "to": "json?",
        "tags": "json?",
        "at": "timestamp?",
    }


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_files_that_say_types_keep_them(form, tmp_path):
    frame = pl.DataFrame({"id": pl.Series([1, 2], dtype=pl.Int16), "share": [0.5, None], "paid": [True, False]})
    frame = frame.with_columns(cost=pl.lit("1.50").cast(pl.Decimal(9, 3)), on=pl.date(2024, 1, 31))
    (tmp_path / "things").mkdir()
    for part in (1, 2):
        write = frame.write_parquet if form == "parquet" else frame.write_ipc
        write(tmp_path / "things" / f"{part}.{form}")
    found = table(read_folder(tmp_path), "things")
    assert types(found) == {
        "id": "smallint",
        "share": "double?",
        "paid": "boolean",
        "cost": "decimal(9,3)",
        "on": "date",
    }
    assert found.rows == 4 and found.primary_key == ()  # each row is there twice


def test_a_folder_of_ours_has_the_types_of_its_manifest(tmp_path):
    plan = synth.make_plan("inventory", scale=0.1)
    folder = synth.generate(plan, tmp_path, format="csv").folder
    found = read_folder(folder)
    for each in found.tables:
        planned = plan.tables[each.name]
        assert {c.name: c.type for c in each.columns} == {name: planned.types[name] for name in planned.written}
    assert {each.name for each in found.tables} == set(plan.dataset.written)


# -- keys


@pytest.mark.parametrize(
    ("spec", "lacking", "more"),
    [
        ("inventory", set(), set()),
        ("schema/examples/pagila.yaml", set(), set()),
        ("schema/examples/clinic.yaml", set(), set()),
        ("schema/examples/meters.yaml", set(), set()),
        ("tpch", set(), set()),
        ("schema/examples/chinook.yaml", {("customer", "support_rep_id")}, set()),  # a name that says no table's
        ("schema/examples/northwind.yaml", {("orders", "ship_via")}, set()),
        (
            "schema/examples/saas.yaml",
            {("projects", "lead_id"), ("tickets", "assigned_to"), ("tickets", "opened_by")},
            set(),
        ),
    ],
)
def test_references_of_our_datasets_are_found(spec, lacking, more, tmp_path):
    """By files of rows alone: neither manifest nor spec is there."""
    dataset = load(spec)
    made = synth.generate(synth.make_plan(dataset, scale=0.1 if spec != "tpch" else 0.002), tmp_path / "made")
    folder = tmp_path / "foreign"
    for name in made.manifest.tables:
        shutil.move(made.folder / name, folder / name)
    found = read_folder(folder)
    written = {(refers.table, refers.columns, refers.parent, refers.keys) for refers in constraints.references(dataset)}
    wanted = {(a, tuple(b), c, tuple(d)) for a, b, c, d in written}
    there = references(found)
    assert {(place, columns[0]) for place, columns, *_ in wanted - there} == lacking
    assert {(place, columns[0]) for place, columns, *_ in there - wanted} == more
    for each in found.tables:
        key = tuple(dataset.tables[each.name].primary_key or ())
        assert each.primary_key == key or not key
        assert bool(each.key_guessed) == bool(each.primary_key)


CUSTOMERS = "id,email,name\n" + "".join(f"{n},c{n}@a.example,C\n" for n in range(1, 9))


def test_names_with_other_words_before_and_after(tmp_path):
    found = csv(
        tmp_path,
        customers=CUSTOMERS,
        Addresses="AddressID,CustomerID,ParentAddressId\n1,1,\n2,8,1\n3,8,1\n",
        orders="order_no,billing_address_id,shipping_address_id,customerid\n10,1,2,1\n11,3,3,2\n",
        order_items="order_no,line,qty\n10,1,5\n10,2,5\n11,1,5\n",
        shipments="id,order_no,line\n1,10,1\n2,11,1\n",
    )
    assert references(found) == {
        ("Addresses", ("CustomerID",), "customers", ("id",)), ("Addresses", ("ParentAddressId",), "Addresses", ("AddressID",)),
        ("orders", ("billing_address_id",), "Addresses", ("AddressID",)), ("orders", ("customerid",), "customers", ("id",)),
        ("orders", ("shipping_address_id",), "Addresses", ("AddressID",)), ("order_items", ("order_no",), "orders", ("order_no",)),
        ("shipments", ("order_no", "line"), "order_items", ("order_no", "line")),
    }  # fmt: skip
    assert table(found, "order_items").primary_key == ("order_no", "line")
    assert [u.columns for u in table(found, "customers").uniques] == [("email",)]
    reference = table(found, "orders").references[0]
    assert reference.guessed == "its name, and all of 2 values are keys of 'Addresses'"


def test_what_rows_refuse_is_no_reference_and_is_told(tmp_path):
    found = csv(tmp_path, customers=CUSTOMERS, orders="id,customer_id,case_id\n1,1,5\n2,99,6\n")
    assert not references(found)
    assert {str(note) for note in found.notes} == {
        "orders.customer_id: its name says that it refers to 'customers', where some of its values are not",
        "orders.case_id: its name says that it refers to something, and no table's name to what",
    }


def test_a_key_has_no_repeats_and_no_gaps(tmp_path):
    found = csv(tmp_path, twice="id,word\n1,a\n1,b\n", gap="id,word\n1,a\n,b\n", none="id,word\n")
    assert table(found, "twice").primary_key == ("id", "word")
    assert table(found, "gap").primary_key == ("word",) or table(found, "gap").primary_key == ()
    assert table(found, "none").primary_key == ("id",)
    assert "alone" in (table(found, "none").key_guessed or "")


def test_a_table_of_one_row_for_each_of_another(tmp_path):
    found = csv(
        tmp_path,
        customers=CUSTOMERS.replace("id,", "customer_id,", 1),
        customer_settings="customer_id,dark\n1,true\n2,false\n",
    )
    assert references(found) == {("customer_settings", ("customer_id",), "customers", ("customer_id",))}


def test_names_with_quotes_and_signs(tmp_path):
    found = csv(tmp_path, **{'it\'s "odd"': 'id,"a ""b""",it\'s\n1,x,1.5\n2,y,2.5\n'})
    assert types(found.tables[0]) == {"id": "integer", 'a "b"': "text", "it's": "decimal(12,1)"}


# -- what cannot be read


def test_what_is_no_folder_of_tables(tmp_path):
    with pytest.raises(OptionError, match="holds no tables"):
        read_folder(tmp_path)
    csv(tmp_path, customers=CUSTOMERS)
    with pytest.raises(OptionError, match="has no table 'customer'\n  hint: did you mean 'customers'"):
        read_folder(tmp_path, tables=["customer"])
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(OutputError, match="broken"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.csv", b"id,a\n1,2,3\n4,5\n6\n", "its lines have not all the fields"),
        ("x.csv", b"", "is empty\n  hint: a header"),
        ("x.csv", b"id,place\n1,K\xf6ln\n", "hint: save it as UTF-8"),
        ("x.ndjson", b"", "is empty"),
        ("x.ndjson", b"[1, 2]\n", "no objects"),
        ("x.ndjson", b'{"id": 1}\nno JSON\n', "cannot be read"),
    ],
)
def test_files_that_are_not_what_their_ending_says(name, data, said, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(OutputError) as error:
        read_folder(tmp_path)
    assert said in str(error.value) and name.partition(".")[0] in str(error.value)


@pytest.mark.parametrize(
    "text", ["id;place\r\n1;K\u00f6ln\r\n2;\r\n", "\ufeffid,place\n1,K\u00f6ln\n2,\n", "id\tplace\n1\tx\n2\t\n"]
)
def test_csv_as_others_write_it(text, tmp_path):
    (tmp_path / "things.csv").write_bytes(text.encode())
    assert types(read_folder(tmp_path).tables[0]) == {"id": "integer", "place": "text?"}


def test_only_some_tables(tmp_path):
    csv(tmp_path, customers=CUSTOMERS, orders="id,customer_id\n1,1\n")
    found = read_folder(tmp_path, tables=["orders"])
    assert [each.name for each in found.tables] == ["orders"] and not references(found)
