"""DuckDB: a file, or files that it reads itself."""
