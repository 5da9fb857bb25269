"""The metadata that `synth lake` has made leads to the same rows, through conditions too."""

# needs: pyiceberg[pyarrow]
import sys

from pyiceberg.table import StaticTable

*_, lakes = sys.argv[1:]
table = StaticTable.from_metadata(f"{lakes}/orders")
assert table.scan().to_arrow().num_rows == 10_000
assert table.scan(row_filter="order_id <= 5").to_arrow().num_rows == 5
assert table.schema().find_field("order_id").doc
