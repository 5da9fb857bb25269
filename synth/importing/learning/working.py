"""Working copies of tables: the columns that are measured, in plain types, and behind each row the hash of its root.

A table of more rows than are looked at gives those of some roots, and all its family with it those of the same roots: so
a root's rows stay together. NULLs, counts of rows and lengths of texts are of all rows, taken in one pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synth.dtypes import TYPES, DType
from synth.errors import DataError
from synth.importing.found import Found, FoundReference, FoundTable, Note
from synth.importing.learning.asking import Asking, name_of, relation_of
from synth.importing.learning.personal import NAMES_TABLE
from synth.importing.learning.roots import Parents, parents_first, parents_of, root_of

__all__ = ["ROOT", "Source", "Work", "forget", "kind_of", "prepared"]

ROOT = '"synth root"'  # the column of a working table; no spec has a blank in a name
LONGEST = 200  # signs of a text that are looked at
LENGTHS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MILLION = 1_000_000
YEARS = 1700, 2300  # moments beyond stand for never, or always
MANY_TIMES = 5  # as many roots as stand behind a value: fewer are not enough to tell values by
_PLAIN = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class Source:
    """A table as it is read: its relation as SQL, the types of its columns in DuckDB, and what all rows say."""

    table: FoundTable
    relation: str
    types: Mapping[str, str]
    rows: int
    held: frozenset[str] = frozenset()  # columns that hold keys, or are what others refer to
    nulls: Mapping[str, int] = field(default_factory=dict)
    distinct: Mapping[str, int] = field(default_factory=dict)
    lengths: Mapping[str, Mapping[float, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the table is called in the source."""
        return self.table.name

    @property
    def columns(self) -> list[str]:
        """The columns that are found and there."""
        return [column.name for column in self.table.columns if column.name in self.types]


@dataclass(frozen=True)
class Work:
    """A working table: its source, its name as SQL, how many rows and roots it has, and whether it has all."""

    source: Source
    sql: str
    rows: int
    roots: int
    root: str
    whole: bool

    @property
    def counted_roots(self) -> str:
        """The number of roots of a group, as SQL: that of its rows where each is its own root."""
        own = self.root == self.source.name and self.roots == self.rows
        return "count(*)" if own else f"count(DISTINCT {ROOT})"

    def some(self, rows: int) -> str:
        """So many rows of it, about, as SQL, whatever their roots are."""
        every = max(1, round(self.rows / rows))
        return self.sql if every == 1 else f"(SELECT * FROM {self.sql} WHERE hash(rowid) % {every} = 0)"

    def of_some_roots(self, rows: int) -> str:
        """So many rows of it, about, as SQL: all rows of some roots."""
        every = max(1, round(self.rows / rows))
        return self.sql if every == 1 else f"(SELECT * FROM {self.sql} WHERE {ROOT} // 65536 % {every} = 0)"

    def kind(self, column: str) -> str:
        """What sort of values a column has."""
        return kind_of(self.source.table.column(column).type)


def kind_of(dtype: DType) -> str:
    """What sort of values a type has: boolean, number, text, moment, time or other."""
    if dtype.name in ("smallint", "integer", "bigint", "decimal", "wide", "double", "real"):
        return "number"
    kinds = {"boolean": "boolean", "varchar": "text", "char": "text", "enum": "text", "time": "time"}
    moments = {"date": "moment", "timestamp": "moment", "timestamptz": "moment"}
    return {**kinds, **moments}.get(dtype.name, "other")


def prepared(
    asking: Asking, found: Found, relations: Mapping[str, str | Path], sample: int, least: int, notes: list[Note]
) -> tuple[dict[str, Work], Parents]:
    """Working tables of all tables that can be read, parents first, and which reference makes a table's rows children."""
    sources = {}
    for table in found.tables:
        if table.name in relations:
            try:
                sources[table.name] = _source(asking, table, relation_of(relations[table.name]), _held(table, found))
            except DataError as error:
                notes.append(Note(table.name, str(error), table.line))
    parents = parents_of(_readable(found, sources), {name: source.rows for name, source in sources.items()})
    most: dict[str, int] = {}
    for name, source in sources.items():
        root = root_of(name, parents)
        most[root] = max(most.get(root, 0), source.rows)
    works: dict[str, Work] = {}
    for table in parents_first(_readable(found, sources), parents):
        root, source = root_of(table.name, parents), sources[table.name]
        share = _share(sample, most[root], sources[root].rows, least)
        try:
            works[table.name] = _work(asking, source, works, parents, root, share)
        except DataError as error:
            notes.append(Note(table.name, str(error), table.line))
    return works, parents


def forget(asking: Asking, works: Mapping[str, Work]) -> None:
    """Drop all that was made in a connection for a while."""
    for sql in (NAMES_TABLE, *(work.sql for work in works.values())):
        asking.do(f"DROP TABLE IF EXISTS {sql}")


def _share(sample: int, rows: int, roots: int, least: int) -> float:
    """The share of roots that are looked at: more rows than asked for, up to four times as many, where roots are few."""
    share = sample / max(1, rows)
    return min(1.0, max(share, min(4 * share, MANY_TIMES * least / max(1, roots))))


def _held(table: FoundTable, found: Found) -> frozenset[str]:
    """The columns of a table that hold keys, or that others refer to."""
    refers = {column for reference in table.references for column in reference.columns}
    asked = {
        column
        for other in found.tables
        for reference in other.references
        if reference.table == table.name
        for column in reference.parent_columns
    }
    return frozenset({*table.primary_key, *refers, *asked})


def _readable(found: Found, sources: Mapping[str, Source]) -> Found:
    return Found(tuple(table for table in found.tables if table.name in sources))


def _source(asking: Asking, table: FoundTable, relation: str, held: frozenset[str]) -> Source:
    """Read what all rows say in one pass: how many there are, of NULLs, of values that differ, and lengths of texts."""
    described = asking.rows(f"DESCRIBE SELECT * FROM {relation}")
    types = {str(row[0]): str(row[1]) for row in described}
    columns = [column for column in table.columns if column.name in types]
    texts = [column.name for column in columns if kind_of(column.type) == "text"]
    plain = [column.name for column in columns if kind_of(column.type) not in ("other", "boolean")]
    counted = [f"count({name_of(column.name)})" for column in columns]
    differ = [f"approx_count_distinct({name_of(name)})" for name in plain]
    long = [f"approx_quantile(length({name_of(name)}::VARCHAR), {[*LENGTHS]})" for name in texts]
    rows, *cells = asking.row(f"SELECT {', '.join(['count(*)', *counted, *differ, *long])} FROM {relation}")
    with_value, others = cells[: len(counted)], cells[len(counted) :]
    lengths = others[len(differ) :]
    return Source(
        table,
        relation,
        types,
        rows,
        held,
        {column.name: rows - here for column, here in zip(columns, with_value, strict=True)},
        dict(zip(plain, others[: len(differ)], strict=True)),
        {
            name: {share: int(length) for share, length in zip(LENGTHS, found, strict=True)}
            for name, found in zip(texts, lengths, strict=True)
            if found is not None and found[0] is not None
        },
    )


def _work(
    asking: Asking, source: Source, works: Mapping[str, Work], parents: Parents, root: str, share: float
) -> Work:  # fmt: skip
    """Copy what is measured of a table, with the hash of each row's root."""
    sql = name_of(f"synth work {len(works)}")
    taken = ", ".join(f"{_plain(source, name)} AS {name_of(name)}" for name in source.columns)
    reference = parents.get(source.name)
    parent = works.get(reference.table) if reference else None
    if reference is None or parent is None or any(column not in source.types for column in reference.columns):
        keys = [name for name in source.table.primary_key if name in source.types]
        hashed, joined = f"hash({_listed('t', keys)})" if keys else "hash(row_number() OVER ())", ""
    else:
        hashed, joined = _by_parent(source, reference, parent)
    some = "" if share >= 1 else f" WHERE {ROOT} % {MILLION} < {round(share * MILLION)}"
    asking.do(
        f"CREATE OR REPLACE TEMP TABLE {sql} AS SELECT * FROM"
        f" (SELECT {hashed} AS {ROOT}, {taken} FROM {source.relation} AS t{joined}){some}"
    )
    rows, roots = asking.row(f"SELECT count(*), count(DISTINCT {ROOT}) FROM {sql}")
    return Work(source, sql, rows, roots, root, share >= 1)


def _by_parent(source: Source, reference: FoundReference, parent: Work) -> tuple[str, str]:
    """The hash of the root of a child's row, and the join by which it is found: none where the parent is the root."""
    kept = [name for name in reference.parent_columns if name in parent.source.types]
    own = [_as(source, name, parent.source.types[of]) for name, of in zip(reference.columns, kept, strict=False)]
    if parent.source.name == parent.root and reference.parent_columns == parent.source.table.primary_key:
        return f"hash({', '.join(own)})", ""
    same = " AND ".join(f"{mine} = p.{name_of(of)}" for mine, of in zip(own, kept, strict=False))
    joined = f" {'LEFT' if parent.whole else 'INNER'} JOIN {parent.sql} AS p ON {same or 'FALSE'}"
    return f"coalesce(p.{ROOT}, hash({', '.join(own)}))", joined


def _as(source: Source, column: str, wanted: str) -> str:
    """A child's column in the type that the parent's has in its working table."""
    mine = f"t.{name_of(column)}"
    return mine if source.types[column] == wanted else f"TRY_CAST({mine} AS {wanted})"


def _listed(table: str, columns: list[str]) -> str:
    return ", ".join(f"{table}.{name_of(column)}" for column in columns)


def _plain(source: Source, column: str) -> str:
    """A column in the type that is measured, as SQL; a value that is none of its type becomes NULL."""
    dtype, there, name = source.table.column(column).type, source.types[column], f"t.{name_of(column)}"
    if column in source.held:  # as it is, so that it can be joined
        return name
    match kind_of(dtype):
        case "number":
            wanted = "DOUBLE" if dtype.name in ("wide", "double", "real") else str(dtype)
            return name if there.partition("(")[0] in _PLAIN else f"TRY_CAST({name} AS {wanted})"
        case "text":
            return f"left({name}::VARCHAR, {LONGEST})"
        case "moment":
            inner = f"{name} AT TIME ZONE 'UTC'" if "TIME ZONE" in there else name
            moment = f"TRY_CAST({inner} AS TIMESTAMP)"
            return f"CASE WHEN year({moment}) BETWEEN {YEARS[0]} AND {YEARS[1]} THEN {moment} END"
        case "boolean" | "time" as kind:
            wanted = TYPES[kind][2]
            return name if there == wanted else f"TRY_CAST({name} AS {wanted})"
        case _:
            return f"({name} IS NOT NULL)"
