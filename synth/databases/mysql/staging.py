"""How a load takes its place in MySQL: staged in a database of its own, moved by one RENAME TABLE."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b

from synth.databases.hints import DEPENDENTS
from synth.databases.mysql.catalogue import is_same_database
from synth.databases.mysql.dialect import COLLATED, DIALECT
from synth.databases.mysql.errors import LOCAL_FILES
from synth.databases.mysql.sending import Sending
from synth.databases.steps import LoadStep, add_constraints
from synth.ddl import Constraint, Ddl, by_table
from synth.errors import DatabaseError

__all__ = ["Staging", "orphans"]

LONGEST_LOCK = 64
# CHECK is kept, texts compare by their bytes, and one RENAME of many tables is all or nothing
OLDEST_MYSQL, OLDEST_MARIADB = (8, 0, 17), (10, 6, 0)


class Staging(Sending):
    """Stages a load in a database of its own, and publishes it by one RENAME."""

    def lock(self, schema: str) -> bool:
        """A lock by name, which the server lets go when this connection ends, however it ends."""
        name = f"synth/{schema}"
        if len(name) > LONGEST_LOCK:
            name = f"synth/{blake2b(schema.encode(), digest_size=16).hexdigest()}"
        got = bool(self.rows(f"SELECT GET_LOCK({DIALECT.literal(name)}, 0)")[1][0][0])
        self.locked = self.locked or got
        return got

    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """A staging database, on a server that can do what a load asks of it."""
        self._require_server()
        self._require_movable(schema, replaced)
        for place in (self.staging_schema(schema), self._replaced_place(schema)):
            self.run(f"DROP DATABASE IF EXISTS {DIALECT.quote_identifier(place)}")
        self.run(f"CREATE DATABASE {DIALECT.quote_identifier(self.staging_schema(schema))} {COLLATED}")

    def _require_server(self) -> None:
        (version, local), *_ = self.rows("SELECT VERSION(), @@local_infile")[1]
        numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        oldest = OLDEST_MARIADB if "mariadb" in version.lower() else OLDEST_MYSQL
        if numbers and tuple(map(int, numbers.groups())) < oldest:
            raise DatabaseError(
                f"{self.address}: version {version} is too old for a load that is all or nothing\n"
                "  hint: MySQL 8.0.17 or MariaDB 10.6 and later can be loaded; `synth script` writes files for others"
            )
        if not local:
            raise DatabaseError(f"{self.address}: LOAD DATA LOCAL is switched off there\n  hint: {LOCAL_FILES}")

    def _require_movable(self, schema: str, replaced: Sequence[str]) -> None:
        """Refuse tables that cannot move, or that something else hangs on. Raises DatabaseError."""
        if not replaced:
            return
        here, names = DIALECT.literal(schema), ", ".join(map(DIALECT.literal, replaced))
        for query in (
            "SELECT table_schema, table_name, 'it is a view' FROM information_schema.tables "
            f"WHERE table_schema = {here} AND table_type = 'VIEW' AND table_name IN ({names})",
            "SELECT event_object_schema, event_object_table, CONCAT('it has the trigger ', trigger_name) "
            f"FROM information_schema.triggers WHERE event_object_schema = {here} AND event_object_table IN ({names})",
            "SELECT unique_constraint_schema, referenced_table_name, "
            "CONCAT('the foreign key ', constraint_name, ' of ', constraint_schema, '.', table_name, ' points to it') "
            f"FROM information_schema.referential_constraints WHERE unique_constraint_schema = {here} "
            f"AND referenced_table_name IN ({names}) AND NOT (constraint_schema = {here} AND table_name IN ({names}))",
        ):
            for place, table, what in self.rows(query)[1]:
                if is_same_database(self, place, schema):
                    raise DatabaseError(
                        f"{self.address}: '{table}' of '{schema}' cannot be replaced: {what}; nothing was changed\n"
                        f"  hint: {DEPENDENTS}"
                    )

    def _replaced_place(self, schema: str) -> str:
        """Where replaced tables go, to be dropped: not the staging place, as names of constraints would meet there."""
        return f"_synth_{blake2b(f'{schema}/left'.encode(), digest_size=16).hexdigest()}"

    def steps(self, ddl: Ddl) -> Iterator[list[LoadStep]]:
        """What CREATE TABLE does not have: unique keys and indexes, then foreign keys, then a proof of these.

        Checked foreign keys copy the table row by row (7 s for four of a million rows); made unchecked they take no time,
        and looking for rows without a parent takes 0.3 s.
        """
        unique = by_table(constraint for constraint in ddl.constraints if constraint.parent is None)
        foreign = by_table(constraint for constraint in ddl.constraints if constraint.parent is not None)
        yield [
            LoadStep("constraints", name, (add_constraints(some),), frozenset([name])) for name, some in unique.items()
        ]
        indexes = by_table(ddl.indexes)
        yield [LoadStep("indexes", name, tuple(map(str, some)), frozenset([name])) for name, some in indexes.items()]
        yield [
            LoadStep(
                "constraints", name, ("SET foreign_key_checks = 0", add_constraints(some), "SET foreign_key_checks = 1"),
                frozenset([name, *(str(constraint.parent) for constraint in some)]),
            )
            for name, some in foreign.items()
        ]  # fmt: skip
        yield [LoadStep("constraints", name, tuple(map(_orphans, some))) for name, some in foreign.items()]

    def analyze(self, schema: str, table: str) -> None:
        """ANALYZE TABLE, which reports errors as rows."""
        for *_, kind, text in self.rows(f"ANALYZE TABLE {DIALECT.place(self.staging_schema(schema), table)}")[1]:
            if kind.lower() == "error":
                raise DatabaseError(f"{self.address}: analyzing {table}: {text}")

    def publish(self, schema: str, tables: Iterable[str], replaced: Sequence[str]) -> None:
        """One RENAME TABLE, all or nothing: old tables out, staged ones in; keys and references go along."""
        stage, left, tables = self.staging_schema(schema), self._replaced_place(schema), tuple(tables)
        self._require_movable(schema, replaced)
        doing = f"putting the tables into database '{schema}'"
        here = f"SELECT 1 FROM information_schema.schemata WHERE schema_name = {DIALECT.literal(schema)}"
        fresh = not self.rows(here)[1]
        for place in (schema, left):
            self._ask(f"CREATE DATABASE IF NOT EXISTS {DIALECT.quote_identifier(place)} {COLLATED}", doing)
        moves = [(schema, left, table) for table in replaced] + [(stage, schema, table) for table in tables]
        spelt = ", ".join(f"{DIALECT.place(old, table)} TO {DIALECT.place(new, table)}" for old, new, table in moves)
        try:
            self._ask(f"RENAME TABLE {spelt}", doing)
        except DatabaseError:
            if fresh and not self.catalogue(schema):
                self._ask(f"DROP DATABASE {DIALECT.quote_identifier(schema)}", doing)
            raise
        for place in (left, stage):
            doing = f"'{schema}' has the new tables; dropping the old ones"
            self._ask(f"DROP DATABASE {DIALECT.quote_identifier(place)}", doing)

    def abandon(self, schema: str) -> None:
        """Drop the staging database, over a new connection, as this one may have been cut off."""
        with suppress(DatabaseError), self.new_connection() as fresh:
            for place in (self.staging_schema(schema), self._replaced_place(schema)):
                fresh.run(f"DROP DATABASE IF EXISTS {DIALECT.quote_identifier(place)}")


def _orphans(foreign: Constraint) -> str:
    """A query for a row whose parent is not there."""
    assert foreign.join
    columns, parent, keys = foreign.join
    return orphans(f"a row of {foreign.table} breaks {foreign.rule}", foreign.place, columns, parent, keys)


def orphans(what: str, place: str, columns: Sequence[str], parent: str, keys: Sequence[str]) -> str:
    """A query for a row of a table whose parent is not there, in words; columns and keys are between quotes."""
    said = DIALECT.literal(f"{what}: its {', '.join(columns)} is ")
    joined = " AND ".join(f"p.{key} = c.{column}" for column, key in zip(columns, keys, strict=True))
    there = " AND ".join(f"c.{column} IS NOT NULL" for column in columns)
    return (
        f"SELECT CONCAT({said}, CONCAT_WS(', ', c.{', c.'.join(columns)})) FROM {place} c "
        f"LEFT JOIN {parent} p ON {joined} WHERE {there} AND p.{keys[0]} IS NULL LIMIT 1"
    )
