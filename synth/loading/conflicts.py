"""What is in a schema before a load: tables that it may replace, and those that it must not mix with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError
from synth.spec.models import Dataset
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifests_of

__all__ = ["refuse_mixing", "refuse_unlike", "replaced_tables"]


def replaced_tables(
    database: Database, schema: str, there: Collection[str], dataset: Dataset, tables: Sequence[str], *, replace: bool,
    anybodys: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Those of the tables that are `there` whose place a load of `tables` takes.

    Raises DatabaseError where there are such and replacing was not asked for, or another dataset's would go with them; also
    where a table is in the way that no load of ours has made, unless `anybodys` may go.
    """
    known = manifests_of(database, schema, or_none=True) if MANIFEST in there else []
    ours: set[str] = set()
    if known:
        others = [old.dataset for old in known if old.dataset != dataset.dataset]
        if others and replace:
            raise DatabaseError(
                f"{database.address}: schema '{schema}' holds {' and '.join(m.dataset for m in known)}; "
                "nothing was changed\n  hint: drop it yourself, or name another --schema"
            )
        ours = {MANIFEST, *(table for old in known for table in old.tables)}
    lower = {name.lower() for name in (*tables, MANIFEST, *ours)}
    in_the_way = [name for name in there if name.lower() in lower]
    if in_the_way and not replace:
        shown = ", ".join(in_the_way[:3]) + (", …" if len(in_the_way) > 3 else "")
        raise DatabaseError(
            f"{database.address}: schema '{schema}' has tables of these names already "
            f"({shown}); nothing was changed\n"
            "  hint: --if-exists replace, refresh or append, or another --schema"
        )
    made = {name.lower() for name in ours}
    theirs = [name for name in in_the_way if name.lower() not in made]
    if theirs and not anybodys:
        raise DatabaseError(
            f"{database.address}: no load has made {_some(theirs)} of schema '{schema}', which would be dropped; "
            "nothing was changed\n"
            "  hint: rename them, name another --schema, or say --if-exists replace-any, which drops them"
        )
    return tuple(in_the_way)


def _some(names: Sequence[str]) -> str:
    """The first of some names."""
    return ", ".join(f"'{name}'" for name in names[:3]) + (", …" if len(names) > 3 else "")


def refuse_mixing(
    database: Database, schema: str, there: Collection[str], dataset: Dataset, tables: Iterable[str]
) -> None:
    """Raise DatabaseError where appending `tables` would leave a dataset that no longer says what it is."""
    ours, why = dataset.dataset, ""
    known: list[Manifest] = manifests_of(database, schema, or_none=True) if MANIFEST in there else []
    for old in known:
        shared = [name for name in tables if name in old.tables]
        lost = [name for name in old.tables if name not in dataset.written]
        if old.dataset != ours and shared:
            why = f"'{shared[0]}' is a table of the dataset '{old.dataset}'"
        elif old.dataset == ours and lost:
            why = f"the dataset '{ours}' is there with a table '{lost[0]}', which the spec does not make"
        elif old.dataset == ours and not old.built_on and dataset.existing:
            why = f"the dataset '{ours}' is there, and was not made for rows that exist"
    if why:
        raise DatabaseError(
            f"{database.address}: {why}; nothing was changed\n"
            "  hint: give the new dataset another name, or name another --schema"
        )


def refuse_unlike(
    database: Database, schema: str, there: Mapping[str, Collection[str]], dataset: Dataset, tables: Collection[str],
    old: Iterable[str],
) -> None:  # fmt: skip
    """Raise DatabaseError where the `old` tables cannot get the rows of a load: they are others, or have other columns."""
    why = ""
    for name in old:
        lacking = [c for c in dataset.tables[name].written if c not in there[name]] if name in tables else []
        if name != MANIFEST and name not in tables:
            why = f"'{name}' is a table of the earlier load, and the new one has none"
        elif lacking:
            why = f"'{name}' has no column '{lacking[0]}'"
    if why:
        raise DatabaseError(
            f"{database.address}: schema '{schema}' cannot be refreshed: {why}; nothing was changed\n"
            "  hint: --if-exists replace makes the tables anew"
        )
