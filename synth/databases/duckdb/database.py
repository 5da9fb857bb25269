"""DuckDB as one database: what it can do, of which parts it is made."""

from __future__ import annotations

from synth.databases.capabilities import Capabilities
from synth.databases.contract import Explanation
from synth.databases.duckdb.connection import ALIAS
from synth.databases.duckdb.definitions import Definitions
from synth.databases.duckdb.dialect import DIALECT
from synth.databases.duckdb.errors import explain
from synth.databases.duckdb.growing import Growing

__all__ = ["DATABASE", "DuckDB"]


class DuckDB(Growing, Definitions):
    """Rows go in from files, or from Arrow columns, by INSERT … SELECT, in one transaction with the DDL."""

    dialect = DIALECT
    capabilities = Capabilities(parallel_connections=False, reads_files=True)

    def explain(self, error: Exception) -> Explanation:
        """DuckDB's own words, with the file's name in place of ours for it."""
        what, hint = explain(error)
        return Explanation(what.replace(ALIAS, f'"{self.path.name}"'), hint)


DATABASE = DuckDB
