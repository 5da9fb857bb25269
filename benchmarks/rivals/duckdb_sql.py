"""DuckDB: one hand-written SELECT over a range, written by COPY."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.order_items import (
    LEAST_CENTS,
    LINES,
    PRODUCTS,
    PROMOTED,
    PROMOTIONS,
    RATES,
    SELLERS,
    SPREAD_CENTS,
    STRIDE,
)
from benchmarks.rivals.rival import OrderItems

LINE = f"""
WITH drawn AS (
    SELECT i, 1 + CAST(floor(random() * {PRODUCTS}) AS BIGINT) AS product_id,
        random() AS q, CAST(floor(random() * 1000) AS INTEGER) AS p,
        {list(RATES)}[1 + CAST(floor(random() * {len(RATES)}) AS INTEGER)] AS rate
    FROM range(ROWS) r(i)
), priced AS (
    SELECT *, {LEAST_CENTS} + product_id * {STRIDE} % {SPREAD_CENTS} AS cents,
        CASE WHEN q < 0.8 THEN 1 WHEN q < 0.92 THEN 2 WHEN q < 0.97 THEN 3 ELSE 4 END AS quantity
    FROM drawn
), reduced AS (
    SELECT *, CASE WHEN p < {PROMOTED} THEN quantity * cents // 10 ELSE 0 END AS off FROM priced
), taxed AS (
    SELECT *, (quantity * cents - off) * rate // 100 AS tax_cents FROM reduced
)
SELECT i + 1 AS order_item_id, i // {LINES} + 1 AS order_id, CAST(i % {LINES} + 1 AS SMALLINT) AS line_number, product_id,
    product_id % {SELLERS} + 1 AS seller_id,
    CASE WHEN p < {PROMOTED} THEN CAST(p % {PROMOTIONS} + 1 AS BIGINT) END AS promotion_id,
    CAST(quantity AS INTEGER) AS quantity,
    MONEY(cents) AS unit_price, MONEY(off) AS discount, MONEY(tax_cents) AS tax,
    MONEY(quantity * cents - off + tax_cents) AS line_total
FROM taxed
"""
MACRO = "CREATE MACRO money(x) AS CAST(CAST(x AS DECIMAL(14, 0)) / CAST(100 AS DECIMAL(3, 0)) AS DECIMAL(12, 2))"


class DuckDbSql(OrderItems):
    """The SELECT, from Python."""

    name = "DuckDB, hand-written SQL"
    rows = 10_000_000
    given = "a thread a processor, rows in any order, a file a thread, Snappy; prices by arithmetic, without a join"
    needs = ("module:duckdb",)


def make(rows: int, out: Path) -> None:
    """Write the table."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {DuckDbSql.processors}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(MACRO)
        select = LINE.replace("ROWS", str(rows))
        connection.execute(f"COPY ({select}) TO '{out / 'order_items'}' (FORMAT parquet, PER_THREAD_OUTPUT)")


if __name__ == "__main__":
    make(int(sys.argv[1]), Path(sys.argv[2]))
