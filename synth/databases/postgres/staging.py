"""How a load takes its place in PostgreSQL: staged in a schema of its own, moved in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from synth.databases.postgres.connection import SETTINGS
from synth.databases.postgres.dialect import DIALECT
from synth.databases.postgres.rights import default_rights, rights_on
from synth.databases.postgres.sending import Sending
from synth.errors import DatabaseError

__all__ = ["Staging"]

WAIT_LOCK_S = 2


class Staging(Sending):
    """Stages a load in a schema of its own, and moves it in one transaction."""

    def lock(self, schema: str) -> bool:
        """An advisory lock, which the server lets go when it notices that this session ended: others wait a moment."""
        import psycopg

        key = DIALECT.literal(f"synth/{schema}")
        self.run(f"SET lock_timeout = '{WAIT_LOCK_S}s'")
        try:
            with self.driver_errors("asking"):
                self.connection.execute(f"SELECT pg_advisory_lock(hashtextextended({key}, 0))".encode())
        except DatabaseError as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                return False
            raise
        self.run(f"SET lock_timeout = '{SETTINGS['lock_timeout']}'")
        return True

    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """CREATE SCHEMA, an empty one."""
        stage = DIALECT.quote_identifier(self.staging_schema(schema))
        self.run(f"DROP SCHEMA IF EXISTS {stage} CASCADE")
        self.run(f"CREATE SCHEMA {stage}")

    def analyze(self, schema: str, table: str) -> None:
        """Run ANALYZE on a staged table."""
        self.run(f"ANALYZE {DIALECT.place(self.staging_schema(schema), table)}")

    def publish(self, schema: str, tables: Iterable[str], replaced: Sequence[str]) -> None:
        """One transaction: old tables are dropped, staged ones move with keys and references, and get rights on the old."""
        stage, tables = self.staging_schema(schema), tuple(tables)
        with self.driver_errors(f"putting the tables into schema '{schema}'"), self.connection.transaction():
            self._create_schema(schema)
            rights = list(rights_on(self, schema, [table for table in replaced if table in tables]))
            if replaced:
                old = ", ".join(DIALECT.place(schema, table) for table in replaced)
                self.connection.execute(f"DROP TABLE IF EXISTS {old}".encode())
            for table in tables:
                self.adopt_table(schema, table)
            for statement in (*default_rights(self, schema, tables), *rights):
                self.run(statement)
            self.give_rights(schema, tables)
            self.connection.execute(f"DROP SCHEMA {DIALECT.quote_identifier(stage)}".encode())

    def _create_schema(self, schema: str) -> None:
        """CREATE SCHEMA, for which nobody needs a right where it is there."""
        if not self.connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
            self.connection.execute(f"CREATE SCHEMA {DIALECT.quote_identifier(schema)}".encode())

    def adopt_table(self, schema: str, table: str) -> None:
        """ALTER TABLE … SET SCHEMA; keys and references go along."""
        stage = self.staging_schema(schema)
        self.run(f"ALTER TABLE {DIALECT.place(stage, table)} SET SCHEMA {DIALECT.quote_identifier(schema)}")

    def abandon(self, schema: str) -> None:
        """Drop the staging schema."""
        stage = DIALECT.quote_identifier(self.staging_schema(schema))
        with suppress(*self.raised):
            self.connection.execute(f"DROP SCHEMA IF EXISTS {stage} CASCADE".encode())
