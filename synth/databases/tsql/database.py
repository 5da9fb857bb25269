"""SQL Server as one database: what it can do, of which parts it is made."""

from __future__ import annotations

from synth.databases.capabilities import Capabilities
from synth.databases.contract import Explanation
from synth.databases.tsql.definitions import Definitions
from synth.databases.tsql.dialect import DIALECT
from synth.databases.tsql.errors import explain
from synth.databases.tsql.growing import Growing
from synth.databases.tsql.sending import WAYS

__all__ = ["DATABASE", "SQLServer"]


class SQLServer(Growing, Definitions):
    """Rows go in by bulk copy of Arrow columns, or as INSERT statements, over several connections."""

    dialect = DIALECT
    capabilities = Capabilities(parallel_connections=True)
    ways = tuple(WAYS)

    def explain(self, error: Exception) -> Explanation:
        """The server's own words."""
        return explain(error)

    @property
    def default_schema(self) -> str:
        """That of a database's owner."""
        return "dbo"


DATABASE = SQLServer
