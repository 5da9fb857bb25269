"""The log that `synth lake` has made leads to the same rows as the files."""

# needs: deltalake pyarrow
import sys

import pyarrow.dataset as ds
from deltalake import DeltaTable

*_, lakes = sys.argv[1:]
table = DeltaTable(f"{lakes}/orders")
assert table.to_pyarrow_table().num_rows == 10_000
assert table.to_pyarrow_table(filters=[("order_id", "<=", 5)]).num_rows == 5
assert ds.dataset(f"{lakes}/orders", format="parquet", exclude_invalid_files=True).count_rows() == 10_000
