"""Which kind each table is: whose rows its rows are born with, which come in time, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth.importing.drafting.meaning import is_created_at, may_be_creation
from synth.importing.drafting.names import words_of
from synth.importing.found import Found, FoundColumn, FoundReference, FoundTable

if TYPE_CHECKING:
    from synth.importing.learning.learnt import Delay, Learnt, TableLearnt

__all__ = ["Kind", "kinds_of", "usable_references"]

SHORT, MANY = 50, 100  # rows of a list; how many times as many rows choose from it
MOSTLY_BEFORE = 0.75  # share of rows before the period, of which there are so many that they are a list
OFTEN, AT_ONCE = 0.15, 0.01  # share of rows that come with their parent, and how soon, as a part of the middle delay
STEADY = 0.7  # variance of children, to their mean, below which they are born with their parents
# last words of tables whose rows are parts of a row of another one, in English, German and French
_PARTS = frozenset(
    {
        "line", "lines", "item", "items", "detail", "details", "entry", "entries", "row", "rows", "track", "tracks",
        "position", "positionen", "posten", "zeile", "zeilen", "ligne", "lignes", "article", "articles",
    }
)  # fmt: skip
# last words of tables that are short lists
_LISTS = frozenset(
    {
        "type", "types", "status", "statuses", "category", "categories", "kind", "kinds", "country", "countries", "currency",
        "currencies", "language", "languages", "genre", "genres", "role", "roles", "region", "regions", "state", "states",
        "department", "departments", "unit", "units", "method", "methods", "culture", "reason", "typ", "typen", "kategorie",
        "kategorien", "land", "laender", "abteilung", "abteilungen", "categorie", "pays", "devise", "langue", "statut",
        "nation", "store", "website", "shift",
    }
)  # fmt: skip


@dataclass
class Kind:
    """What kind a table is. `owner` is the reference by which its rows are born with a parent's row.

    `manner` of a child is `one` (at most one), `pairs` (a junction), or `parts`. `arrival` is the column of a table
    whose rows come in time.
    """

    owner: FoundReference | None = None
    manner: str = ""
    arrival: str | None = None
    rows: int = 1000
    fixed: bool = False  # rows grow slower than the scale
    looked_into: int = (
        0  # how many tables stand in the longest row of which each looks into the next one, this being the last
    )
    why: str = ""
    references: tuple[FoundReference, ...] = field(default=())


def usable_references(found: Found, table: FoundTable) -> tuple[FoundReference, ...]:
    """The references that a spec can keep: to the primary key of a table that was found, parts in any order."""
    tables = {each.name: each for each in found.tables}
    return tuple(
        each
        for each in table.references
        if each.table in tables
        and len(each.columns) == len(each.parent_columns)
        and tables[each.table].primary_key
        and set(each.parent_columns) == set(tables[each.table].primary_key)
    )


def kinds_of(found: Found, learnt: Learnt | None = None) -> dict[str, Kind]:
    """The kind of every table, by what was learnt of its rows as well."""
    kinds = {table.name: Kind(references=_in_order(table, usable_references(found, table))) for table in found.tables}
    tables = {table.name: table for table in found.tables}
    for name, table in tables.items():
        _find_owner(table, kinds[name], kinds, learnt.tables if learnt else {})
    _find_arrivals(tables, kinds, learnt.tables if learnt else {})
    for name, table in tables.items():
        _count(table, kinds[name], learnt.tables.get(name) if learnt else None)
    return kinds


def _in_order(table: FoundTable, references: tuple[FoundReference, ...]) -> tuple[FoundReference, ...]:
    """References as their columns stand in the table: databases tell them in other orders."""
    places = {column.name: place for place, column in enumerate(table.columns)}
    return tuple(sorted(references, key=lambda each: [places[name] for name in each.columns]))


def _find_owner(
    table: FoundTable, kind: Kind, kinds: Mapping[str, Kind], learnt: Mapping[str, TableLearnt]
) -> None:  # fmt: skip
    key = set(table.primary_key)
    sure = [
        each
        for each in kind.references
        if each.table != table.name and all(not table.column(name).nullable or name in key for name in each.columns)
    ]
    candidates: list[tuple[FoundReference, str, str]] = [
        (each, "one", f"its key is that of {each.table}") for each in sure if key == set(each.columns)
    ]
    inside = [each for each in sure if set(each.columns) < key]
    if inside:
        disjoint = [each for each in inside if not set(each.columns) & set(inside[0].columns)]
        manner = "pairs" if len(disjoint) > 0 and len(inside) > 1 else "parts"
        candidates += [(each, manner, f"its key holds that of {each.table}") for each in inside]
    for unique in table.uniques:
        if unique.where is not None:
            continue
        columns = set(unique.columns)
        for each in sure:
            if set(each.columns) == columns and any(back.table == table.name for back in kinds[each.table].references):
                continue  # each needs the other: a choice of its own
            if set(each.columns) == columns:
                candidates.append((each, "one", f"{' and '.join(each.columns)} is unique"))
            elif set(each.columns) < columns and any(set(o.columns) < columns for o in sure if o is not each):
                candidates.append((each, "pairs", f"({', '.join(unique.columns)}) is unique"))
            elif set(each.columns) < columns:
                candidates.append((each, "parts", f"({', '.join(unique.columns)}) is unique"))
    last = words_of(table.name)[-1:]
    if last and last[0] in _PARTS:
        named = [each for each in sure if _begins_alike(table.name, each.table)] or sure[:1]
        candidates += [(each, "parts", f"its name says that it is a part of {each.table}") for each in named]
    candidates = [each for each in candidates if not _is_chosen_from(each[0].table, table.name, learnt)]
    steady = [each for each in sure if _is_steady(learnt.get(table.name), each)]
    candidates += [(each, "parts", f"learnt: rows of {each.table} have about as many each") for each in steady]
    for reference, manner, why in candidates:
        if not _turns(table.name, reference.table, kinds):
            kind.owner, kind.manner, kind.why = reference, manner, why
            return


def _is_chosen_from(parent: str, child: str, learnt: Mapping[str, TableLearnt]) -> bool:
    """Whether a table is a short list that very many rows choose from, as rows say: none of them is born with it."""
    above, below = learnt.get(parent), learnt.get(child)
    return bool(above and below and above.rows <= SHORT and below.rows > MANY * above.rows)


def _is_steady(known: TableLearnt | None, reference: FoundReference) -> bool:
    """Whether the rows of a parent have more equal numbers of rows than chance would give them."""
    if known is None or any(each.via == reference.columns and _is_torn(each) for each in known.delays):
        return False
    for each in known.references:
        if each.columns == reference.columns and each.fanout and each.fanout.mean > 0:
            return each.fanout.variance < STEADY * each.fanout.mean
    return False


def _is_torn(delay: Delay) -> bool:
    """Whether some rows come with their parent, and others long after: these come in a time of their own."""
    early = [length for share, length in delay.quantiles.items() if 0 < share <= OFTEN]
    return delay.unit == "days" and bool(early) and max(early) < AT_ONCE * delay.median


def _begins_alike(name: str, parent: str) -> bool:
    mine, other = words_of(name), words_of(parent)
    return bool(mine and other) and other[-1].rstrip("s")[:4] in "".join(mine)


def _turns(name: str, parent: str, kinds: Mapping[str, Kind]) -> bool:
    """Whether a table would be born with its own rows, over others."""
    while True:
        if parent == name:
            return True
        owner = kinds[parent].owner
        if owner is None:
            return False
        parent = owner.table


def root_of(name: str, kinds: Mapping[str, Kind]) -> str:
    """The table with whose rows those of a table are born, at the top."""
    while (owner := kinds[name].owner) is not None:
        name = owner.table
    return name


def _find_arrivals(
    tables: Mapping[str, FoundTable], kinds: Mapping[str, Kind], learnt: Mapping[str, TableLearnt]
) -> None:  # fmt: skip
    """Tables with a moment of their making come in time, if all that looks into them does so, too."""
    coming = {
        name: column.name
        for name, table in tables.items()
        if kinds[name].owner is None and not _is_list(table)
        for column in [_creation(table)]
        if column is not None and column.name not in _held(kinds[name]) and column.name not in table.primary_key
        if _may_come(learnt.get(name), column.name)
    }
    looking = [
        (name, each)
        for name, kind in kinds.items()
        for each in kind.references
        if each is not kind.owner and each.table != name
    ]
    while True:
        out = set[str]()
        for name, each in looking:
            above = root_of(each.table, kinds)
            if above not in coming:
                continue
            root = root_of(name, kinds)
            unique = any(set(one.columns) <= set(each.columns) for one in tables[name].uniques)
            if root not in coming or kinds[name].manner == "pairs" or unique:
                out.add(above)
        if not out:
            break
        for name in out:
            coming.pop(name, None)
    for name, column in coming.items():
        kinds[name].arrival = column
        kinds[name].why = f"{column} says when each row came"
    lookers: dict[str, set[str]] = {}
    for name, each in looking:
        lookers.setdefault(root_of(each.table, kinds), set()).add(root_of(name, kinds))
    for name, kind in kinds.items():
        kind.looked_into = _depth(name, lookers, {})


def _may_come(known: TableLearnt | None, column: str) -> bool:
    """Whether rows may come in time by a column: as far as it was learnt, most of them in the period."""
    moments = known.columns[column].moments if known and column in known.columns else None
    return known is None or bool(moments and moments.arrival and moments.arrival.before_start < MOSTLY_BEFORE)


def _depth(name: str, lookers: Mapping[str, set[str]], known: dict[str, int]) -> int:
    """How many tables look into one, over others; each is counted once, so that circles end."""
    if name not in known:
        known[name] = 0
        known[name] = max(
            (1 + _depth(one, lookers, known) for one in sorted(lookers.get(name, set()) - {name})), default=0
        )
    return known[name]


def _creation(table: FoundTable) -> FoundColumn | None:
    """The column that says when rows came: one that is never NULL, if there is one."""
    moments = [each for each in table.columns if is_created_at(each)]
    if not moments and table.references:  # something that happens, and a moment that always stands there
        moments = [each for each in table.columns if may_be_creation(each) and not each.nullable]
    return next((each for each in moments if not each.nullable), moments[0] if moments else None)


def _held(kind: Kind) -> set[str]:
    return {name for each in kind.references for name in each.columns}


def _is_list(table: FoundTable) -> bool:
    last = words_of(table.name)[-1:]
    return bool(last) and last[0] in _LISTS and len(table.columns) <= 8


def _count(table: FoundTable, kind: Kind, known: TableLearnt | None) -> None:
    """How many rows at SCALE=1: as many as were found, or learnt, else what tables of the kind usually have."""
    if rows := table.rows or (known.rows if known else 0):
        kind.rows, kind.fixed = rows, kind.arrival is None
        return
    if kind.arrival:
        kind.rows = 2_000
    elif _is_list(table):
        kind.rows, kind.fixed = 20, True
    elif len(kind.references) == 0:
        kind.rows, kind.fixed = 500, True
    else:
        kind.rows, kind.fixed = 1_000, True
