"""Binds a dataset to what is there: existing tables are read and become parents, keys go on behind the highest."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synth.databases import Address
from synth.errors import DataError, OptionError
from synth.existing.declare import with_existing
from synth.existing.earlier import EarlierTables
from synth.existing.parents import Parents
from synth.existing.source import DatabaseSource, RowSource, is_one_of, open_source, require_confirmed
from synth.plan.content import Content
from synth.plan.make import existing_source_needed, make
from synth.plan.model import Plan
from synth.spec.models import Dataset

__all__ = ["ContinueFrom", "bound"]


def bound(
    dataset: Dataset, place: str | None, *, schema: str | None = None, more_places: Iterable[str] = (),
    existing: Iterable[str] = (), skip_unfit: bool = False, tables: Iterable[str] | None = None,
    continue_from: ContinueFrom | Literal["source"] | None = "source",
    **options: Any,
) -> Plan:  # fmt: skip
    """The plan of a dataset whose existing tables are read from a folder or database.

    Tables that the spec says are elsewhere are read there where that is the place, or one of `more_places`.
    Rows go on behind those in the source, or in a schema of a database, or (None) behind none.
    Raises OptionError, OutputError, DatabaseError, SpecError; DataError where rows are unfit and none may be skipped.
    """
    wanted = None if tables is None else tuple(tables)
    made = with_existing(dataset, existing)
    places = (*(() if place is None else (place,)), *more_places)
    with ExitStack() as opened:
        sources: dict[str, RowSource] = {}

        def source(where: str | None) -> RowSource:
            where = place if where is None else where
            if where is None:
                raise OptionError(existing_source_needed(made))
            if where not in sources:
                here = [made.tables[name].existing for name in made.existing]
                needed = [
                    each.table or name
                    for name, each in zip(made.existing, here, strict=True)
                    if each and (each.source or place) == where
                ]
                here_asked = schema if where == place else None
                found = open_source(where, here_asked, made.dataset, needed, named=is_one_of(where, places))
                sources[where] = opened.enter_context(found)
            return sources[where]

        parents = Parents(made, wanted, options)
        for name in made.existing:
            spec = made.tables[name].existing
            assert spec
            if spec.source is not None:
                require_confirmed(spec.source, places, name)
            parents.locate(name, source(spec.source), spec.table or name)
        parents.read_parents()
        if parents.unfit and not skip_unfit:
            said = "\n  ".join(map(str, parents.unfit))
            raise DataError(
                f"existing rows that the spec cannot build on:\n  {said}\n"
                "  hint: mend them, or leave them out as parents with --skip-unfit"
            )
        main = source(None) if place is not None else next(iter(sources.values()), None)
        earlier = EarlierTables(parents, options.get("seed", 42))
        if place is not None:
            earlier.refuse_redrawn(source(None))
        if continue_from == "source":
            going_on = main if place is not None else None
        else:
            behind = continue_from if continue_from and continue_from.is_there else None
            going_on = opened.enter_context(behind.source(main, made.dataset)) if behind else None
        if going_on is not None:
            earlier.go_on(going_on)
        content = Content(
            frames=parents.frames, parent_rows=parents.parent_rows, has_children=earlier.has_children, found=parents.found,
            first_keys=earlier.first_keys, unfit=tuple(map(str, parents.unfit)), at=main.at if main else None,
        )  # fmt: skip
        bound_dataset = made.model_copy(update={"tables": {**made.tables, **parents.changed}})
        return make(bound_dataset, tables=wanted, content=content, **options)


@dataclass(frozen=True)
class ContinueFrom:
    """A schema of a database, that of the parents or the dataset's if it is not named: what is there is gone on from."""

    address: Address
    schema: str | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is a database at all: a file may be made only when it gets rows."""
        return not self.address.is_file or Path(self.address.name).exists()

    def source(self, main: RowSource | None, dataset: str) -> RowSource:
        """It, which may hold nothing yet."""
        beside = main.at[1] if main and main.at and main.at[0] == str(self.address) else dataset
        return DatabaseSource(self.address, beside if self.schema is None else self.schema, dataset, (), new=True)
