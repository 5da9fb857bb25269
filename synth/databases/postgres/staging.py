"""How a load takes its place in PostgreSQL: staged in a schema of its own, moved in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from synth.databases.postgres.catalogue import enum_columns
from synth.databases.postgres.dialect import DIALECT
from synth.databases.postgres.rights import default_rights, rights_on
from synth.databases.postgres.sending import Sending
from synth.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg

__all__ = ["Staging"]

WAIT_LOCK_S = 2


class Staging(Sending):
    """Stages a load in a schema of its own, and moves it in one transaction."""

    _holders: tuple[psycopg.Connection[tuple[Any, ...]], ...] = ()  # of locks, each by a transaction that goes on

    def lock(self, schema: str) -> bool:
        """An advisory lock of a connection of its own, which the server lets go when that ends: others wait a moment."""
        import psycopg

        key = DIALECT.literal(f"synth/{schema}")
        holder = self.new_connection().connection
        try:
            with self.driver_errors("asking"):
                holder.autocommit = False  # for an hour it may only wait
                holder.execute(
                    f"SET LOCAL lock_timeout = '{WAIT_LOCK_S}s'; SET LOCAL idle_in_transaction_session_timeout = 0"
                )
                holder.execute(f"SELECT pg_advisory_xact_lock(hashtextextended({key}, 0))".encode())
        except DatabaseError as error:
            holder.close()
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                return False
            raise
        self._holders = (*self._holders, holder)
        return True

    def close(self) -> None:
        """Close the connections, and let go what is locked."""
        for holder in self._holders:
            holder.close()
        self._holders = ()
        super().close()

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
        with self.driver_errors(f"putting the tables into schema '{schema}'"), self.transaction():
            self._create_schema(schema)
            rights = list(rights_on(self, schema, [table for table in replaced if table in tables]))
            self.drop_tables(schema, replaced)
            for table in tables:
                self.adopt_table(schema, table)
            for statement in (*default_rights(self, schema, tables), *rights):
                self.run(statement)
            self.give_rights(schema, tables)
            self.execute(f"DROP SCHEMA {DIALECT.quote_identifier(stage)} CASCADE")

    def drop_tables(self, schema: str, tables: Sequence[str]) -> None:
        """DROP TABLE, all at once as they may refer to each other; then the enums that nothing has any more."""
        if not tables:
            return
        types = [each.type for each in enum_columns(self, schema, tables) if each.schema == schema]
        self.run(f"DROP TABLE IF EXISTS {', '.join(DIALECT.place(schema, table) for table in tables)}")
        for name in dict.fromkeys(types):
            place = DIALECT.place(schema, name)
            asked = f"{DIALECT.literal(place)}::regtype"
            _, used = self.rows(
                "SELECT 1 FROM pg_depend d JOIN pg_type t ON t.oid = " + asked + " WHERE d.deptype <> 'i' "
                "AND d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray) LIMIT 1"
            )
            if not used:
                self.run(f"DROP TYPE {place}")

    def stage_alike(self, schema: str, tables: Sequence[str]) -> None:
        """Let staged columns have the very enums of the tables that are there: two enums have no values in common."""
        stage, enums = self.staging_schema(schema), enum_columns(self, schema, tables)
        staged = self.catalogue(stage) if enums else {}
        for there in enums:
            place, column = DIALECT.place(stage, there.table), DIALECT.quote_identifier(there.column)
            kind = DIALECT.place(there.schema, there.type)
            if there.column in staged.get(there.table, {}):
                self.run(f"ALTER TABLE {place} ALTER COLUMN {column} TYPE {kind} USING CAST(NULL AS {kind})")

    def _create_schema(self, schema: str) -> None:
        """CREATE SCHEMA, for which nobody needs a right where it is there."""
        if not self.execute(f"SELECT 1 FROM pg_namespace WHERE nspname = {DIALECT.literal(schema)}").fetchone():
            self.execute(f"CREATE SCHEMA {DIALECT.quote_identifier(schema)}")

    def adopt_table(self, schema: str, table: str) -> None:
        """ALTER TABLE … SET SCHEMA; keys and references go along, its types before."""
        stage, quoted = self.staging_schema(schema), DIALECT.quote_identifier(schema)
        types = [each.type for each in enum_columns(self, stage, [table]) if each.schema == stage]
        for name in dict.fromkeys(types):
            self.run(f"ALTER TYPE {DIALECT.place(stage, name)} SET SCHEMA {quoted}")
        self.run(f"ALTER TABLE {DIALECT.place(stage, table)} SET SCHEMA {quoted}")

    def abandon(self, schema: str) -> None:
        """Drop the staging schema."""
        stage = DIALECT.quote_identifier(self.staging_schema(schema))
        with suppress(*self.raised):
            self.execute(f"DROP SCHEMA IF EXISTS {stage} CASCADE")
