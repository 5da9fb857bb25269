"""What `import_spec` learns of rows comes back in what its spec generates, and no value that is personal or rare does."""

import json
import tempfile

import duckdb
import pytest

import synth
from synth.errors import SynthError
from synth.importing.learning.asking import _told
from synth.importing.run import import_spec
from synth.job.load import load_folder
from tests.importing import personal

# Measures of inventory that are apart, and why
APART = {
    "stock": "sums of movements, which a SELECT of the dataset works out",
    "inventory_movements": "a SELECT over orders: what refers to an order follows from its kind",
    "orders.order_date": "an order's day is its own, and not so long after its customer's first one",
    "orders.customer_number": "the first order comes with its customer, and the customer is no parent of its rows here",
    "products": "100 rows, so that a price or a category is drawn by chance",
}


def database(folder, dataset: str, scale: float) -> str:
    run = synth.generate(synth.make_plan(dataset, scale=scale), folder)
    path = folder / f"{dataset}.duckdb"
    load_folder(run.folder, f"duckdb:///{path}")
    return f"duckdb:///{path}"


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inventory")
    return import_spec(database(folder, "inventory", 0.5), folder / "again.yaml", schema="inventory", learn=True)


def test_what_was_learnt_is_obtained(inventory):
    assert inventory.checks > 50
    shares = ("NULL", "true")
    far = [
        each
        for each in inventory.measures
        if not any(each.where == place or each.where.startswith(f"{place}.") for place in APART)
        and each.apart > (0.02 if each.what in (*shares, "rows") else 0.1)
    ]
    assert not far
    assert len([each for each in inventory.measures if each.what == "rows"]) == 5


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """A database with personal values and a rare disease, and what all of these are."""
    path = tmp_path_factory.mktemp("personal") / "hospital.duckdb"
    rows = personal.rows()
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE patients (patient_id INTEGER PRIMARY KEY, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL,"
            " email VARCHAR NOT NULL UNIQUE, phone VARCHAR NOT NULL, iban VARCHAR NOT NULL, birth_date DATE NOT NULL,"
            " city VARCHAR NOT NULL, note VARCHAR, created_at TIMESTAMP NOT NULL)"
        )
        connection.execute(
            "CREATE TABLE visits (visit_id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patients (patient_id),"
            " disease VARCHAR NOT NULL, fee DECIMAL(10,2) NOT NULL, visited_at TIMESTAMP NOT NULL)"
        )
        for table, values in rows.items():
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})", values)
    places = [personal.COLUMNS["patients"].index(name) for name in personal.PERSONAL]
    secret = {str(row[place]) for row in rows["patients"] for place in places if row[place]} | {personal.RARE}
    return path, secret


def test_no_personal_and_no_rare_value_is_seen(hospital, tmp_path, monkeypatch):
    path, secret = hospital
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    said: list[str] = []
    imported = import_spec(f"duckdb:///{path}", tmp_path / "hospital.yaml", learn=True, tell=said.append)
    run = synth.generate(synth.make_plan(imported.path), tmp_path / "data", format="csv")
    seen = [imported.text, json.dumps(imported.as_dict(), default=str), *said]
    seen += [
        file.read_text(encoding="utf-8", errors="replace")
        for folder in (run.folder, tmp_path)
        for file in folder.rglob("*")
        if file.is_file()
    ]
    names = {*personal.FIRST, *personal.LAST}
    assert "cold" in imported.text  # a common disease is copied, so that the search finds what is there
    assert not {value for value in secret | names if any(value in text for text in seen)}


def test_an_error_in_the_middle_tells_no_value(hospital):
    path, secret = hospital

    def fails(*_: object, **__: object) -> None:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("SELECT CAST(first_name AS INTEGER) FROM patients").fetchall()

    with pytest.raises(SynthError) as error, _told():
        fails()
    assert not {value for value in secret if value in str(error.value)}


def test_names_that_a_spec_cannot_have_are_learnt_too(tmp_path):
    path = tmp_path / "odd.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            'CREATE TABLE "Order Details" (id INTEGER PRIMARY KEY, "unit price" DECIMAL(10,2), "is new" BOOLEAN)'
        )
        connection.execute('INSERT INTO "Order Details" SELECT i, 5 + i % 40, i % 10 < 3 FROM range(1, 2001) t(i)')
    found = import_spec(f"duckdb:///{path}", tmp_path / "odd.yaml", learn=True)
    table = found.dataset.tables["Order_Details"]
    assert table.rows.base == 2000
    assert table.columns["is_new"].draws.model_dump()["values"] == {True: 0.3, False: 0.7}
    assert {"Order_Details", "Order_Details.is_new"} <= {each.where for each in found.measures}
