"""PostgreSQL as one database: what it can do, of which parts it is made."""

from __future__ import annotations

from synth.databases.capabilities import Capabilities
from synth.databases.contract import Explanation
from synth.databases.postgres.definitions import Definitions
from synth.databases.postgres.dialect import DIALECT
from synth.databases.postgres.errors import explain
from synth.databases.postgres.growing import Growing
from synth.databases.postgres.sending import WAYS

__all__ = ["DATABASE", "PostgreSQL"]


class PostgreSQL(Growing, Definitions):
    """Rows go in as Arrow by ADBC, or as text by COPY, over several connections, and come out as Arrow by ADBC."""

    dialect = DIALECT
    capabilities = Capabilities(parallel_connections=True, keeps_staging=True)
    ways = tuple(WAYS)

    def explain(self, error: Exception) -> Explanation:
        """The server's own words with their details."""
        return explain(error)

    @property
    def default_schema(self) -> str:
        """The first one of the server's search path."""
        return "public"


DATABASE = PostgreSQL
