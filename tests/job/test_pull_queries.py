"""The contract of pulling queries: their rows come into a file, in every database, and what fails leaves none."""

from __future__ import annotations

import polars as pl
import pytest

from synth.errors import DatabaseError, OutputError
from synth.formats import FORMATS
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.store.manifest import Manifest
from tests.support.pulls import LIVE, a_place


@pytest.fixture(params=LIVE)
def place(request, database, tmp_path):
    """Every database that can be spoken to."""
    (tmp_path / "place").mkdir()
    yield from a_place(
        request.param, database, tmp_path / "place", ("inventory", "erp", "ecommerce", "hostile", "second")
    )


@pytest.fixture
def made(parquet_folders):
    """Generated folders by name."""
    return parquet_folders


def test_a_query(postgres, made, tmp_path):
    address, _ = postgres
    load_folder(made("inventory"), address)
    query = """
        WITH sold AS (SELECT product_number, quantity FROM inventory.orders WHERE order_type = 'sale')
        SELECT category, COUNT(*) AS orders, SUM(quantity * unit_price) AS worth, AVG(unit_price) AS mean,
               '50%' AS percent, NULL AS nothing
        FROM sold JOIN inventory.products USING (product_number) GROUP BY category ORDER BY worth DESC; -- done
    """
    report = pull(address, tmp_path, query=query.replace("; -- done", " ;\n"))
    assert report.folder == tmp_path / "query" and report.schema is None and not report.has_manifest
    frame = pl.read_parquet(report.folder / "part-00000.parquet")
    assert report.rows_of == {"query": frame.height} and frame.height > 3
    assert frame["worth"].is_sorted(descending=True) and frame.schema["worth"] == pl.Decimal(18, 2)
    assert frame.schema["mean"] in (pl.Decimal(18, 16), pl.Decimal(38, 16)) and set(frame["percent"]) == {"50%"}
    manifest = Manifest.read(made("inventory"))
    orders, products = (
        FORMATS["parquet"].read(made("inventory") / t / "part-00000.parquet", manifest.tables[t].types)
        for t in ("orders", "products")
    )
    wanted = orders.filter(pl.col("order_type") == "sale").join(products, on="product_number").group_by("category").agg(
        pl.len(), (pl.col("quantity") * pl.col("unit_price")).sum().alias("worth")
    )  # fmt: skip
    assert dict(frame.select("category", "worth").iter_rows()) == dict(wanted.select("category", "worth").iter_rows())
    words = {"query": "SELECT 1 AS a WHERE FALSE", "format": "csv"}
    with pytest.raises(OutputError, match="holds files that were pulled before; nothing was changed"):
        pull(address, tmp_path, **words)
    assert pull(address, tmp_path, **words, if_exists="replace").rows == 0  # in the place of the first
    assert (tmp_path / "query" / "part-00000.csv").read_text() == "a\n"


@pytest.mark.parametrize(("query", "said"), [
    ("SELECT * FROM nowhere", 'relation "nowhere" does not exist'),
    ("SELEC 1", "syntax error"),
    ("SELECT 1; DROP TABLE x", "syntax error"),
    ("DELETE FROM inventory.orders", "syntax error"),
    ("SELECT 1 AS a, 2 AS a", "two columns are called 'a'\n  hint: tell them apart with AS"),
    ("SELECT 1 / (2 - n) AS x FROM generate_series(1, 9) n", "division by zero"),
])  # fmt: skip
def test_queries_that_fail(postgres, query, said, tmp_path):
    address, _ = postgres
    with pytest.raises(DatabaseError) as caught:
        pull(address, tmp_path, query=query)
    assert said in str(caught.value) and "hush" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "sql", ["SELECT 1 AS a, 'x' AS b", "SELECT CAST(1.50 AS DECIMAL(12, 2)) AS a, 2.5 AS b, 'y' AS c"]
)
def test_queries_everywhere(place, made, sql, tmp_path):
    if place.database == "sqlite":
        sql = sql.replace("CAST(1.50 AS DECIMAL(12, 2))", "1.50")  # it has no decimals
    load_folder(made("inventory"), place)
    report = pull(place, tmp_path, query=sql)
    (row,) = pl.read_parquet(report.folder / "part-00000.parquet").iter_rows(named=True)
    assert {name: str(cell) for name, cell in row.items()} in (
        {"a": "1", "b": "x"}, {"a": "1.50", "b": "2.5", "c": "y"}, {"a": "1.5", "b": "2.5", "c": "y"}
    )  # fmt: skip
