"""DataFusion reads a table's folder."""

# needs: datafusion pyarrow
import sys

from datafusion import SessionContext

parquet, *_ = sys.argv[1:]
context = SessionContext()
context.register_parquet("orders", f"{parquet}/orders/")
context.register_parquet("lines", f"{parquet}/order_items/")
sql = "SELECT COUNT(*) AS n FROM orders o JOIN lines l ON l.order_id = o.order_id"
assert context.sql(sql).to_pydict() == {"n": [100_000]}
