"""MySQL and MariaDB as one database: what they can do, of which parts it is made."""

from __future__ import annotations

from synth.databases.capabilities import Capabilities
from synth.databases.contract import Explanation
from synth.databases.mysql.definitions import Definitions
from synth.databases.mysql.dialect import DIALECT
from synth.databases.mysql.errors import explain
from synth.databases.mysql.growing import Growing

__all__ = ["DATABASE", "MySQL"]


class MySQL(Growing, Definitions):
    """Rows go in by LOAD DATA LOCAL over several connections. A schema is a database, and so is the staging place."""

    dialect = DIALECT
    capabilities = Capabilities(parallel_connections=True, keeps_staging=True, transactional_ddl=False)

    def explain(self, error: Exception) -> Explanation:
        """The server's own words, and its number."""
        return explain(error)

    @property
    def default_schema(self) -> str:
        """The database that the URL names, which may be none."""
        return self.address.name


DATABASE = MySQL
