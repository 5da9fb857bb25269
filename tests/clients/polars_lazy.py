"""Polars over Parquet and NDJSON."""

# needs: polars
import sys

import polars as pl

parquet, csv, ndjson, *_ = sys.argv[1:]
lines, orders = pl.scan_parquet(f"{parquet}/order_items/*.parquet"), pl.scan_parquet(f"{parquet}/orders/*.parquet")
sums = lines.group_by("order_id").agg(gross=(pl.col("quantity") * pl.col("unit_price")).sum())
joined = orders.join(sums, on="order_id").filter(pl.col("gross") != pl.col("subtotal")).collect()
assert joined.height == 0
as_json = pl.scan_ndjson(f"{ndjson}/orders/*.ndjson").select(pl.col("total").sum()).collect().item()
assert abs(as_json - float(orders.select(pl.col("total").sum()).collect().item())) < 0.01
assert pl.scan_csv(f"{csv}/orders/*.csv").select(pl.len()).collect().item() == 10_000
