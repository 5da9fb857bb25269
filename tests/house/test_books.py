"""docs/books.md: each query prints what stands under it, and the queries that show agreement can fail.

If the figures changed and that is meant: run `python tests/house/renew_books.py` and read the difference.
"""

import contextlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from synth.spec.load import load

HERE = Path(__file__).parent
found = importlib.util.spec_from_file_location("renew_books", HERE / "renew_books.py")
renew = importlib.util.module_from_spec(found)
found.loader.exec_module(renew)

DOCUMENT = renew.DOCUMENT.read_text()
QUERIES = renew.QUERY.findall(DOCUMENT)
AGREEMENTS = dict(
    zip(["trial_balance", "ar_ageing"], (q for q, _ in QUERIES if q.startswith("-- agreement")), strict=True)
)
AGEING = "MAX(days) AS oldest"
ITEMS = ["ar_invoice", "ar_receipt", "ar_credit_note", "ar_write_off", "ap_invoice", "ap_payment", "journal_entry"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with output/erp."""
    folder = tmp_path_factory.mktemp("books")
    renew.make(folder)
    with contextlib.chdir(folder):
        yield folder


@pytest.fixture(scope="module")
def books(place):
    """The document read to its end: its names, and what each query printed."""
    names = renew.session(DOCUMENT)
    return names, [renew.printed(names, sql) for sql, _ in QUERIES]


@pytest.fixture
def con(books):
    """The reader's connection, as it was afterwards."""
    con = books[0]["con"]
    con.begin()
    yield con
    con.rollback()


def rows(con, mark):
    """The one query in which `mark` stands, as {first cell: {column: cell}}."""
    (sql,) = (sql for sql, _ in QUERIES if mark in sql)
    table = con.sql(sql)
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.fetchall()}


@pytest.mark.parametrize("at", range(len(QUERIES)))
def test_output_is_what_stands_there(at, books):
    assert books[1][at] == QUERIES[at][1], QUERIES[at][0]


def test_every_query_has_an_output():
    assert len(QUERIES) == DOCUMENT.count("```sql\n") >= 10


def test_agreement_queries_give_no_row(con):
    for sql in AGREEMENTS.values():
        assert con.sql(sql).fetchall() == []
        assert "no rows\n" == dict(QUERIES)[sql]


def tables(sql):
    return {table.name for part in sqlglot.parse(sql, read="duckdb") for table in part.find_all(exp.Table)}


def test_only_agreement_queries_read_what_is_already_summed():
    sums = {name for name, table in load("erp").tables.items() if table.rollup} | {"general_ledger"}
    assert sums >= set(AGREEMENTS)
    for sql, _ in QUERIES:
        assert not tables(sql) & sums or sql in AGREEMENTS.values(), sql
    for table, sql in AGREEMENTS.items():
        assert tables(sql) & sums == {table}
        assert tables(sql) & {"postings", "invoices"}


CENT, LOST, LATER, SIDE = (
    f"{change} WHERE rowid = (SELECT MIN(rowid) FROM changed WHERE {{where}})"
    for change in (
        "UPDATE changed SET amount = amount + 0.01",
        "DELETE FROM changed",
        "UPDATE changed SET date = date + 31",
        "UPDATE changed SET debit_credit = 'debit'",
    )
)
CHANGES = [
    *(("trial_balance", f"{item}_item", CENT, "TRUE", 1) for item in ITEMS),
    *(("trial_balance", f"{item}_item", LOST, "TRUE", 1) for item in ITEMS),
    *(("trial_balance", f"{item}_item", SIDE, "debit_credit = 'credit' AND amount > 0", 1) for item in ITEMS),
    *(("trial_balance", item, LATER, "TRUE", 4) for item in ITEMS[1:2] + ITEMS[5:6]),
    ("trial_balance", "trial_balance", LOST, "TRUE", 1),
    ("ar_ageing", "sales_invoices", CENT, "TRUE", 1),
    ("ar_ageing", "sales_invoices", LOST, "TRUE", 1),
    *(("ar_ageing", f"{item}_item", CENT, "general_ledger_number = 102001", 1) for item in ITEMS[1:4]),
    *(("ar_ageing", item, LOST, "TRUE", 1) for item in ITEMS[1:4]),
    ("ar_ageing", "ar_ageing", LOST, "TRUE", 1),
]


@pytest.mark.parametrize(("agreement", "table", "change", "where", "differ"), CHANGES)
def test_agreement_notices(agreement, table, change, where, differ, con):
    con.sql(f"CREATE TABLE changed AS FROM {table}")
    con.sql(change.format(where=where))
    con.sql(f"CREATE OR REPLACE VIEW {table} AS FROM changed")
    assert len(con.sql(AGREEMENTS[agreement]).fetchall()) == differ


def test_balance_sheet_balances(con):
    sheet = rows(con, "= Total assets")
    ends = ["2024 before", "2024 closed", "2025 before", "2025 closed"]
    assert [sheet["= Total assets"][end] for end in ends] == [
        sheet["= Total liabilities and equity"][end] for end in ends
    ]
    income = rows(con, "= Gross profit")["= Result"]
    for year in ("2024", "2025"):
        assert sheet["Result of the year"][f"{year} before"] == income[year] != 0
        assert sheet["Result of the year"][f"{year} closed"] == 0
        assert sheet["= Total assets"][f"{year} before"] == sheet["= Total assets"][f"{year} closed"]
    assert rows(con, AGEING)["Total"]["open"] == sheet["Account receivables"]["2025 closed"]


def test_ageing_of_an_earlier_day(con):
    (sql,) = (sql for sql, _ in QUERIES if AGEING in sql)
    ((owed,),) = con.sql(
        "SELECT SUM(amount) FROM postings WHERE general_ledger_number = 102001 AND date < DATE '2025-03-15'"
    ).fetchall()
    assert con.sql(sql.replace("2026-01-01", "2025-03-15")).fetchall()[-1][3] == owed > 0


def test_what_the_text_says_is_so(con):
    documents = "SELECT 1 FROM postings GROUP BY entry_type_id, document_number HAVING SUM(amount) <> 0"
    assert con.sql(documents).fetchall() == []
    for year in rows(con, "AS remitted").values():
        assert year["remitted"] == 0 < year["payable"]
    postings = "FROM postings JOIN chart_of_accounts USING (general_ledger_number)"
    (first,) = con.sql("SELECT MIN(date) FROM ar_write_off").fetchall()[0]
    assert (first.year, first.month) == (2024, 7)
    paid = con.sql(
        f"SELECT SUM(amount) {postings} WHERE general_ledger_name IN ('Salaries', 'Rent') AND amount > 0 GROUP BY period_id"
    )
    assert len(set(paid.fetchall())) == 1
    turns = [year["turns"] for year in rows(con, "mean_stock").values()]
    assert turns == sorted(turns, reverse=True)
    cost = con.sql(
        "SELECT DISTINCT pc_name FROM postings JOIN cost_centres USING (cc_id) JOIN profit_centres USING (pc_id) "
        "WHERE general_ledger_number = 502001"
    )
    assert set(cost.fetchall()) == {("Hardware",), ("Accessories",)}


def test_a_reader_can_paste_it(place):
    begin, first = renew.BEGINNING.search(DOCUMENT).groups()
    words = begin + "".join(f'show("""\n{sql}""")\n' for sql, _ in QUERIES[:3])
    done = subprocess.run([sys.executable, "-i", "-q"], input=words, capture_output=True, text=True, check=True)
    assert done.stdout == first + "".join(output for _, output in QUERIES[:3]), done.stderr


def test_the_text_names_the_day_of_the_data():
    assert str(load("erp").period.until)[:10] in DOCUMENT
    assert set(re.findall(r"DATE '(.*?)'", DOCUMENT)) == {str(load("erp").period.until)[:10]}
