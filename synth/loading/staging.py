"""The staging place of a load: a schema is locked, its tables are made beside it, and take their place in one step.

What stands in the schema is as it was until then, and stays so where the load is abandoned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.databases.steps import LoadStep
from synth.ddl import Constraint, Ddl, ddl
from synth.dtypes import Types
from synth.errors import DatabaseError, DataError, many
from synth.fingerprint import Fingerprint
from synth.loading.conflicts import refuse_mixing, refuse_unlike, replaced_tables
from synth.loading.kept import RECORD, Kept
from synth.spec.kept import as_kept, computed
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.store.manifest import Manifest
from synth.store.manifest_table import add_manifest

__all__ = ["Staging"]


class Staging:
    """The staging place of one schema, for the tables of one load; `tables` are in the order of references."""

    def __init__(
        self, database: Database, schema: str, dataset: Dataset, tables: Sequence[str], *, identity: bool,
        index_times: bool = False, keep: str | None = None,
    ):  # fmt: skip
        """With `keep`, a hash of all that will be sent, what is whole stays there for the same load if this one fails."""
        self.database, self.schema = database, schema
        self.dataset, self.tables, self.identity, self.index_times = dataset, tables, identity, index_times
        self.keep, self.published = keep, False
        self.whole: set[str] = set()  # tables that are kept, and have all their rows
        self.found_whole: frozenset[str] = frozenset()  # those of them that a load before has sent
        self.locked = False  # else the staging place is another load's
        self.replaced: tuple[str, ...] = ()  # tables whose place the load takes
        self.dropped: tuple[str, ...] = ()  # what goes with these tables, and is not made again, in words
        self.kept: tuple[str, ...] = ()  # tables that are there and stay: they get rows behind theirs, or instead
        self.before: dict[str, Fingerprint] = {}  # of those: what was in them, where the rows are staged in their place
        self.computed = computed(dataset, database.dialect.name)  # by table: columns that are not sent
        self.foreign_keys: list[Constraint] = []  # to be made once rows that are appended are in place

    @property
    def new_tables(self) -> list[str]:
        """The tables that the load makes."""
        return [name for name in self.tables if name not in self.kept]

    @property
    def staged_apart(self) -> list[str]:
        """The tables in whose staged place there is nothing but what was sent."""
        return self.new_tables if self.before else list(self.tables)

    @property
    def numbered(self) -> dict[str, str]:
        """New tables whose keys the database goes on with, as whole numbers, and these columns."""
        return {name: column for name, column in self.ddl.numbered.items() if name in self.new_tables}

    def begin(self, if_exists: str) -> None:
        """Lock the schema, refuse what is in the way, and make the tables in the staging place. Raises DatabaseError."""
        self.look(if_exists)
        self._make(if_exists)

    def look(self, if_exists: str) -> None:
        """Lock the schema, and see what there is to be done, or refused. Raises DatabaseError.

        `if_exists` is what becomes of tables of the same names: fail, replace those of loads, replace-any, append, refresh.
        """
        self._lock()
        there = self.database.catalogue(self.schema)
        appending, refreshing = if_exists == "append", if_exists == "refresh"
        if appending:
            refuse_mixing(self.database, self.schema, there, self.dataset, self.tables)
        else:
            self.replaced = replaced_tables(
                self.database,
                self.schema,
                there,
                self.dataset,
                self.tables,
                replace=if_exists in ("replace", "replace-any", "refresh"),
                anybodys=if_exists == "replace-any",
            )
        if refreshing:
            refuse_unlike(self.database, self.schema, there, self.dataset, self.tables, self.replaced)
            self.replaced = ()
        self.ddl = self._ddl(self.database.staging_schema(self.schema), there)
        self.database.in_place_ddl = self._ddl(self.schema, there)
        if appending or refreshing:
            self._keep_what_is_new(there)
            if self.kept and self.new_tables:
                self.database.require("transactional_ddl")
        self.dropped = tuple(self._dropped())

    def _make(self, if_exists: str) -> None:
        """Make the tables in the staging place."""
        appending, refreshing = if_exists == "append", if_exists == "refresh"
        self._begin_staging()
        if self.database.in_place and appending:
            self.before = self.contents_before()
        for name in self.new_tables if self.database.in_place else self.tables:
            if name not in self.whole:
                for own in self.ddl.types.get(name, ()):
                    self.database.run(own.statement)
                self.database.run(self.ddl.tables[name])
        if self.kept and not self.database.in_place:
            self.database.stage_alike(self.schema, self.kept)
        if self.kept and refreshing:
            if self.database.in_place:
                for name, column in self.numbered.items():
                    self.database.number_on(self.schema, name, column)
                self.kept = tuple(self.tables)  # the new ones are there now, empty
            self.database.stage_apart(self.schema, self.kept)
            if self.database.in_place:  # where rows wait nothing is computed
                self.computed = {}
        if not self.database.dialect.constraints_after_data:  # what belongs to a table comes before its rows
            self._comment()

    def _begin_staging(self) -> None:
        """An empty staging place, or the one that the same load has left, with what is whole in it."""
        if self.keep is None:
            self.database.begin_staging(self.schema, self.replaced)
            return
        self.database.require("keeps_staging")
        self.record = Kept(self.database, self.schema, self.keep, self.ddl)
        self.found_whole = self.record.whole(self.tables)
        self.whole = set(self.found_whole)
        if not self.whole:
            self.database.begin_staging(self.schema, self.replaced)
            self.record.begin()
            return
        stage = self.database.staging_schema(self.schema)
        there = self.database.catalogue(stage)
        self.database.drop_tables(stage, [name for name in there if name not in self.whole and name != RECORD])

    def is_whole(self, table: str, database: Database) -> None:
        """Note over a connection that all rows of a table are there, where it may be kept. Raises DatabaseError."""
        if table not in self.whole:
            self.record.add(database, table)
            self.whole.add(table)

    def _dropped(self) -> Iterator[str]:
        """What goes with tables that are replaced, and no statement of ours makes again, in words."""
        if self.replaced:
            ours = {*self.ddl.tables.values(), *map(str, self.ddl.constraints), *map(str, self.ddl.indexes)}
            for what, name in self.database.hanging_on(self.schema, self.replaced):
                quoted = self.database.dialect.quote_identifier(name)
                if not any(quoted in statement for statement in ours):
                    yield f"{what} {name}"

    def contents_before(self) -> dict[str, Fingerprint]:
        """What is in the tables that are appended to. Raises DatabaseError where it is not what was gone on from."""
        before = {name: self.content(name) for name in self.kept}
        for name, content in before.items():
            earlier = self.dataset.tables[name].earlier
            expected = earlier.rows if earlier else 0
            if content.rows != expected:
                raise DatabaseError(
                    f"{self.database.address}: '{name}' has {many(content.rows, 'row')}, and what was made goes on from "
                    f"{expected:,}; nothing was changed\n"
                    "  hint: run `synth generate --to … --if-exists append` again, it looks at what is there"
                )
        return before

    def content(self, table: str) -> Fingerprint:
        """What is in the place of a table now. Raises DatabaseError."""
        scope = Scope(self.dataset)
        types = {column: scope.type_of(table, column) for column in self.dataset.tables[table].written}
        return self.database.content(self.schema, table, self.as_kept(table, types))

    def as_kept(self, table: str, types: Types) -> Types:
        """The types of a table's columns, with those of the database's own in which it keeps them."""
        return as_kept(self.dataset, self.database.dialect.name, {table: types})[table]

    def _lock(self) -> None:
        self.locked = self.database.lock(self.schema)
        if not self.locked:
            raise DatabaseError(
                f"{self.database.address}: another load is writing schema '{self.schema}'; nothing was changed\n"
                "  hint: wait for it, or name another --schema"
            )

    def _ddl(self, schema: str, there: Collection[str]) -> Ddl:
        """The statements for a schema; existing tables that are there can be referred to."""
        place = self.database.dialect.place
        names = {name: self.dataset.tables[name].existing for name in self.dataset.existing}
        names_there = {name: (existing.table if existing else None) or name for name, existing in names.items()}
        parents = {name: place(self.schema, other) for name, other in names_there.items() if other in there}
        return ddl(
            self.dataset, self.database.dialect, schema, self.tables, parents, self.identity, self.index_times
        )  # fmt: skip

    def _keep_what_is_new(self, there: Collection[str]) -> None:
        """Leave out of the statements what tables that are appended to have already, and foreign keys, which come last."""
        self.kept = tuple(name for name in self.tables if name in there)
        if not self.kept:
            return
        in_place = self._ddl(self.schema, there).constraints
        self.foreign_keys = [c for c in in_place if c.parent and c.table not in self.kept]
        constraints = [c for c in self.ddl.constraints if not c.parent and c.table not in self.kept]
        indexes = [index for index in self.ddl.indexes if index.table not in self.kept]
        self.ddl = replace(self.ddl, constraints=tuple(constraints), indexes=tuple(indexes))

    def steps(self) -> Iterator[list[LoadStep]]:
        """Constraints and indexes after the rows: lists of steps, each list when the one before is done.

        What a load before has made already is left out.
        """
        there: set[str] = set()
        if self.found_whole:
            quoted = self.database.dialect.quote_identifier
            there = set(map(quoted, self.database.names_in(self.database.staging_schema(self.schema))))
        for steps in self.database.steps(self.ddl):
            yield [
                replace(step, statements=tuple(each for each in step.statements if not self._is_made(each, there)))
                for step in steps
            ]

    def _is_made(self, statement: str, there: Collection[str]) -> bool:
        """Whether all constraints and indexes that a statement makes are there."""
        if not there:
            return False
        made = [each.name for each in self.ddl.constraints if each.rule in statement]
        made += [each.name for each in self.ddl.indexes if each.statement == statement]
        return bool(made) and set(made) <= set(there)

    def comment_later(self) -> None:
        """Write the comments on tables, where the database takes them after the rows. Raises DatabaseError."""
        if self.database.dialect.constraints_after_data:
            self._comment()

    def _comment(self) -> None:
        for comment in self.ddl.comments:
            self.database.run(comment)

    def publish(self, manifest: Manifest, sums: Path) -> None:
        """Put all that is staged into the schema in one step, with the manifest. Raises DatabaseError."""
        add_manifest(self.database, self.database.staging_schema(self.schema), manifest, sums)
        self.database.publish(self.schema, (*self.tables, MANIFEST), self.replaced)
        self.published = True

    def clear(self) -> None:
        """Clear the staging place after its rows were taken from there."""
        if not self.database.in_place:
            self.database.abandon(self.schema)

    def keeps(self, error: BaseException | None) -> bool:
        """Whether what is whole stays for another load after this error; not where something is wrong with the rows."""
        return self.locked and bool(self.whole) and not self.published and not isinstance(error, DataError)

    def abandon(self) -> None:
        """Clear the staging place, if it is this load's; the schema is as it was. Raises nothing."""
        if self.locked:
            self.database.abandon(self.schema)
