"""The rivals: one file each, whose class is named here; `rivals()` makes them."""

from importlib import import_module

from benchmarks.rivals.rival import Rival

RIVALS = {  # file -> class, in the order of tables
    "tpchgen": "TpchGen",
    "duckdb_sql": "DuckDbSql",
    "dbldatagen": "DbldataGen",
    "mimesis": "Mimesis",
    "faker": "Faker",
    "sdv": "Sdv",
    "psql_copy": "PsqlCopy",
    "pgbench": "PgBench",
    "load_data": "LoadData",
}


def rivals() -> list[Rival]:
    """One of each."""
    return [getattr(import_module(f"benchmarks.rivals.{file}"), name)() for file, name in RIVALS.items()]
