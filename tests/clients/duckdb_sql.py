"""DuckDB's own SQL over every format, and over a database that was loaded."""

# needs: duckdb pyarrow
import sys

import duckdb

parquet, csv, ndjson, database, *_ = sys.argv[1:]
totals = {
    duckdb.sql(f"SELECT COUNT(*), SUM(total)::DECIMAL(18,2) FROM {source}").fetchall()[0]
    for source in (
        f"'{parquet}/orders/*.parquet'",
        f"read_csv('{csv}/orders/*.csv', types={{'total': 'DECIMAL(12,2)'}})",
        f"(SELECT total::DECIMAL(12,2) AS total FROM read_json('{ndjson}/orders/*.ndjson'))",
    )
}
with duckdb.connect(database, read_only=True) as connection:
    totals.add(connection.execute("SELECT COUNT(*), SUM(total)::DECIMAL(18,2) FROM ecommerce.orders").fetchall()[0])
assert len(totals) == 1 and next(iter(totals))[0] == 10_000, totals
