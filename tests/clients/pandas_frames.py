"""pandas and PyArrow read a table's folder as one."""

# needs: pandas pyarrow
import sys

import pandas as pd
import pyarrow.dataset as ds

parquet, *_ = sys.argv[1:]
orders = pd.read_parquet(f"{parquet}/orders")
customers = pd.read_parquet(f"{parquet}/customers")
joined = orders.merge(customers, on="customer_id", validate="many_to_one")
assert len(joined) == len(orders) == 10_000 and (joined.ordered_at >= joined.signed_up_at).all()
assert ds.dataset(f"{parquet}/order_items").count_rows() == 100_000
