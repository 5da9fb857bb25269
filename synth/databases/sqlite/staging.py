"""How a load takes its place in a file of SQLite: in one transaction, which nobody looks into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synth.databases.hints import BREAKS_PROMISES, DEPENDENTS
from synth.databases.sqlite.connection import WAIT_MS, ask
from synth.databases.sqlite.dialect import DIALECT
from synth.databases.sqlite.sending import Sending
from synth.databases.steps import LoadStep
from synth.ddl import Ddl
from synth.errors import DatabaseError

__all__ = ["Staging"]

WAIT_LOCK_MS = 2_000  # for whoever else writes
FILLING_KIB = 65_536  # of cache: keys in random order want much
SORTING_KIB = 2_048  # indexes are sorted faster with little


class Staging(Sending):
    """Stages; to publish is to commit."""

    def is_empty(self) -> bool:
        """Whether the database holds nothing at all."""
        return not self.rows("SELECT 1 FROM sqlite_master LIMIT 1")[1]

    def begin_writing(self) -> bool:
        """Begin the transaction of a load; False where another one writes."""
        with self.driver_errors("opening"):
            try:
                self.writer = self._adbc("rwc", busy_timeout=WAIT_LOCK_MS, foreign_keys=0, cache_size=-FILLING_KIB)
                ask(self.writer, "BEGIN IMMEDIATE")
                ask(self.writer, f"PRAGMA busy_timeout = {WAIT_MS}")
            except self.raised as error:
                self.close()
                if "locked" in str(error):
                    return False
                raise
        return True

    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """Drop the tables that are replaced, unless others refer to them: what they refer to would be another table."""
        others = self.referring(schema, replaced) if replaced else []
        if others:
            raise DatabaseError(
                f"{self.address}: table '{others[0].table}' refers to '{others[0].parent}', which is to be replaced\n"
                f"  hint: {DEPENDENTS}"
            )
        for table in replaced:
            self.run(f"DROP TABLE {DIALECT.quote_identifier(table)}")

    def steps(self, ddl: Ddl) -> Iterator[list[LoadStep]]:
        """Indexes, then references, which nothing has looked at yet."""
        self.run(f"PRAGMA cache_size = -{SORTING_KIB}")
        yield from super().steps(ddl)
        yield [LoadStep("constraints", table, ()) for table in ddl.tables]

    def run_step(self, step: LoadStep) -> None:
        """Run a step; the one for constraints looks for rows whose parents are not there."""
        super().run_step(step)
        if step.phase == "constraints":
            self.require_parents(step.table)

    def require_parents(self, table_name: str) -> None:
        """Raise DatabaseError where rows of a table have a parent that is not there."""
        table = DIALECT.literal(table_name)
        _, broken = self.rows(f"SELECT fkid FROM pragma_foreign_key_check({table}) LIMIT 1")
        if not broken:
            return
        _, words = self.rows(
            f'SELECT "from", "table", "to" FROM pragma_foreign_key_list({table}) WHERE id = {broken[0][0]}'
        )
        column, parent, key = words[0]
        child, parents = DIALECT.quote_identifier(table_name), DIALECT.quote_identifier(parent)
        name, known = DIALECT.quote_identifier(column), DIALECT.quote_identifier(key)
        _, rows = self.rows(
            f"SELECT COUNT(*), MIN({name}) FROM {child} WHERE {name} NOT IN (SELECT {known} FROM {parents})"
        )
        raise DatabaseError(
            f"{self.address}: table '{table_name}': {column} = {rows[0][1]!r} is not in {parent}.{key}"
            f" ({rows[0][0]} such rows)\n  hint: {BREAKS_PROMISES}"
        )

    def analyze(self, schema: str, table: str) -> None:
        """Run ANALYZE on a table."""
        self.run(f"ANALYZE {DIALECT.quote_identifier(table)}")
