"""tpchgen-cli: TPC-H in Rust, the fastest generator of a fixed schema. Defaults: all cores, Snappy, one file."""

NAME = "tpchgen-cli lineitem"
COMMAND = ["tpchgen-cli", "parquet", "--scale-factor", "1", "--tables", "lineitem", "--output-dir", "{out}"]
ROWS = 6_001_215
