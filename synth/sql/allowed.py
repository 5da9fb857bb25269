"""What the SQL of a spec may be made of: a stranger's SQL reaches nothing but the tables of its spec.

Nodes and functions come from a list; whatever is not on it is refused, also what sqlglot or an engine learns one day.
Tables are named bare, so that a name is a table of the spec or of a WITH around it (`parse.tables`), never a file.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from sqlglot import exp

from synth.sql.functions import FUNCTIONS
from synth.sql.nodes import Node, sql_excerpt
from synth.sql.parse import SqlError, expression, query, tables
from synth.sql.plain import PARTS
from synth.sql.pure import CLOCKS, PURE, PURE_NAMES
from synth.sql.typed import RULES

__all__ = ["ALLOWED", "allowed_expression", "allowed_query", "core_functions", "sources", "spelt"]

QUERIES: frozenset[type[Any]] = frozenset({
    exp.Alias, exp.All, exp.Any, exp.CTE, exp.Distinct, exp.Except, exp.Filter, exp.From, exp.Group, exp.Having,
    exp.Identifier, exp.If, exp.Intersect, exp.Interval, exp.Join, exp.Limit, exp.Offset, exp.Order,
    exp.Ordered, exp.Qualify, exp.Select, exp.Star, exp.Table, exp.TableAlias, exp.Tuple, exp.Union, exp.Var, exp.Where,
    exp.WindowSpec, exp.With, exp.WithinGroup,
})  # fmt: skip
"""What queries are made of, around their values."""

TYPES: frozenset[type[Any]] = frozenset({exp.DataType, exp.DataTypeParam, exp.TryCast})
ALLOWED = frozenset({*RULES, *FUNCTIONS, *PARTS, *PURE, *QUERIES, *TYPES})

_OF_OPERATIONS = ("with_", "this", "expression", "distinct", "order", "limit", "offset")
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ONLY: dict[type[Any], tuple[str, ...]] = {  # arguments beyond which a node is something else
    exp.Table: ("this", "alias", "joins"),
    exp.With: ("expressions",),
    exp.Select: (
        "kind", "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "windows",
        "order", "limit", "offset",
    ),
    exp.Distinct: ("expressions",),
    exp.Join: ("this", "on", "using", "side", "kind"),
    exp.Star: ("except_",),
    **dict.fromkeys((exp.Union, exp.Except, exp.Intersect), _OF_OPERATIONS),
}  # fmt: skip


_INSTEAD: dict[type[Any], str] = {
    exp.Join: "write JOIN … ON",
    exp.Distinct: "number the rows: ROW_NUMBER() OVER (PARTITION BY … ORDER BY …)",
    exp.Star: "name the columns",
    exp.Union: "give both SELECTs the same columns in the same order",
}
_OF_ZONES = {exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ, exp.DType.TIMETZ}


@lru_cache(maxsize=2048)
def allowed_query(text: str) -> exp.Select | exp.SetOperation:
    """The tree of a query that reaches only tables by their names. Raises SqlError."""
    tree = query(text)
    _require_allowed(tree)
    return tree


@lru_cache(maxsize=2048)
def sources(text: str) -> tuple[str, ...]:
    """The tables that an allowed query reads, each once, in order. Raises SqlError."""
    return tables(allowed_query(text))


@lru_cache(maxsize=2048)
def allowed_expression(text: str) -> exp.Expression:
    """The tree of an expression that reaches only its row. Raises SqlError."""
    tree = expression(text)
    _require_allowed(tree)
    return tree


@lru_cache(maxsize=2048)
def core_functions() -> tuple[str, ...]:
    """Name the functions that every SQL has, and that are typed by rules of their own: `ABS`, `CASE`, `SUM`."""
    known = {*RULES} - {*FUNCTIONS, exp.And, exp.Or}
    return tuple(sorted(f"`{node.sql_name()}`" for node in known if issubclass(node, exp.Func)))


@lru_cache(maxsize=2048)
def spelt(text: str) -> str:
    """A query as DuckDB is to read it: what was looked at and nothing else, whatever parsers make of comments and quotes."""
    return allowed_query(text).sql(dialect="duckdb", comments=False)


def _require_allowed(tree: Node) -> None:
    for node in tree.walk():
        if isinstance(node, exp.Anonymous) and node.name.lower() in PURE_NAMES:
            continue
        if isinstance(node, exp.Table):
            _require_bare(node)
        if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(node.name):
            raise SqlError(f"'{node.name}' is no number", "write it with digits, as 0.5 or 5e-1")
        if type(node) not in ALLOWED:
            raise _refusal(node)
        if isinstance(node, exp.DataType) and node.this in _OF_ZONES:
            raise SqlError("no time zone is read: it is the machine's", "write TIMESTAMP")
        only = _ONLY.get(type(node))
        if only and any(value for key, value in node.args.items() if key not in only):
            way_out = _INSTEAD.get(type(node), "write a plain SELECT")
            raise SqlError(f"this is no part of a spec's SQL: {sql_excerpt(node)}", way_out)


def _require_bare(table: Node) -> None:
    if isinstance(table.this, exp.Identifier) and not table.db and not table.catalog:
        return
    raise SqlError(
        f"SQL of a spec reads the spec's tables alone, not {sql_excerpt(table)}",
        "name a table as it is called under `tables`, with nothing before or behind it",
    )


def _refusal(node: Node) -> SqlError:
    if isinstance(node, CLOCKS) or node.name.lower() == "now":
        return SqlError("no clock is read: what is drawn follows from the spec, the seed and `until` alone")
    if not isinstance(node, exp.Func):
        return SqlError(f"this is no part of a spec's SQL: {sql_excerpt(node)}", "write it in plain SQL")
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
    near = get_close_matches(name, _names(), n=1, cutoff=0.6)
    hint = (
        f"did you mean '{near[0]}'?" if near else "known are functions of their arguments alone; see schema/README.md"
    )
    written = sql_excerpt(node)  # some are spelt out, and then unlike what stands in the spec
    return SqlError(f"unknown function '{name}'" + (f": {written}" if name in written.lower() else ""), hint)


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Functions that a spec may call."""
    named = (name for node in ALLOWED if issubclass(node, exp.Func) for name in node.sql_names())
    return tuple(sorted({*(name.lower() for name in named), *PURE_NAMES}))
