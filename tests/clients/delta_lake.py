"""A table's folder becomes a Delta table as it is."""

# needs: deltalake pyarrow
import sys
from tempfile import TemporaryDirectory

import pyarrow.dataset as ds
from deltalake import DeltaTable, write_deltalake

parquet, *_ = sys.argv[1:]
with TemporaryDirectory() as folder:
    write_deltalake(folder, ds.dataset(f"{parquet}/orders").to_table())
    assert DeltaTable(folder).to_pyarrow_table().num_rows == 10_000
