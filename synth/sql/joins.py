"""How many rows a query puts together at once, worked out from the rows of its tables before it runs.

Tables that meet by an equality have as many rows together as the largest of them; those that meet without one are all
combinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from sqlglot import exp

from synth.sql.nodes import Node
from synth.sql.parse import SqlError

__all__ = ["MOST_COMBINATIONS", "Rows", "require_few_combinations"]

MOST_COMBINATIONS = 50_000_000  # a column of a number each: 400 MB


@dataclass(frozen=True)
class Rows:
    """The rows of a table, and its columns."""

    rows: int
    columns: frozenset[str]


def require_few_combinations(tree: Node, tables: Mapping[str, Rows]) -> None:
    """Raise SqlError where a query, or one within it, puts too many rows together."""
    _rows(tree, tables)


def _rows(tree: Node, known: Mapping[str, Rows]) -> Rows:
    """The rows that a query gives at most."""
    first = tree.args.get("with_")
    known = dict(known)
    for cte in first.expressions if first else ():
        known[cte.alias] = _renamed(cte, _rows(cte.this, known))
    if isinstance(tree, exp.SetOperation):
        left, right = _rows(tree.this, known), _rows(tree.expression, known)
        found = Rows(left.rows + right.rows, left.columns)
    elif isinstance(tree, exp.Subquery):
        found = _renamed(tree, _rows(tree.this, known))
    elif isinstance(tree, exp.Select):
        found = _of_select(tree, known)
    else:
        found = Rows(1, frozenset())
    limit = tree.args.get("limit")
    if limit is not None and isinstance(limit.expression, exp.Literal) and limit.expression.name.isdigit():
        return Rows(min(found.rows, int(limit.expression.name)), found.columns)
    return found


def _renamed(holder: Node, found: Rows) -> Rows:
    alias = holder.args.get("alias")
    names = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return Rows(found.rows, frozenset(name.name for name in names)) if names else found


def _of_select(tree: exp.Select, known: Mapping[str, Rows]) -> Rows:
    sources: dict[str, Rows] = {}
    conditions = [tree.args["where"].this] if tree.args.get("where") else []
    together: list[set[str]] = []
    for place, join in _places(tree):
        name = place.alias_or_name or f"#{len(sources)}"
        found = known.get(place.name, Rows(1, frozenset())) if isinstance(place, exp.Table) else _rows(place, known)
        if join is not None:
            shared = {column.name for column in join.args.get("using") or ()}
            shared |= found.columns if str(join.args.get("method") or "").upper() == "NATURAL" else set()
            together += [{name, other} for other, held in sources.items() if held.columns & found.columns & shared]
            conditions += [join.args["on"]] if join.args.get("on") is not None else []
        sources[name] = found
    together += [pair for condition in conditions for pair in _equal(condition, sources)]
    groups = _groups(sources, together)
    rows = prod(max(sources[name].rows for name in group) for group in groups)
    if rows > MOST_COMBINATIONS and len(groups) > 1:
        names = " and ".join(sorted(groups[0] | groups[1]) if len(groups) == 2 else [min(group) for group in groups])
        raise SqlError(
            f"{names} meet without an equality: {rows:,} rows at once, and {MOST_COMBINATIONS:,} are the most",
            "join them ON columns that are equal, or select fewer rows of each before they meet",
        )
    for inner in _inner(tree):
        _rows(inner, known)
    alone = not tree.args.get("group") and any(
        isinstance(item.unalias(), (exp.AggFunc, exp.Count)) for item in tree.expressions
    )
    names_given = {item.alias_or_name for item in tree.expressions if not item.is_star}
    if any(item.is_star for item in tree.expressions):
        names_given |= {column for held in sources.values() for column in held.columns}
    return Rows(1 if alone else rows, frozenset(names_given))


def _places(tree: exp.Select) -> Iterator[tuple[Node, Node | None]]:
    """What a SELECT reads, each with the JOIN that brings it."""
    source = tree.args.get("from_")
    waiting = [(source.this, None)] if source else []
    waiting += [(join.this, join) for join in tree.args.get("joins") or ()]
    while waiting:
        place, join = waiting.pop(0)
        yield place, join
        waiting += [(inner.this, inner) for inner in place.args.get("joins") or ()]


def _equal(condition: Node, sources: Mapping[str, Rows]) -> Iterator[set[str]]:
    """Pairs of sources of which something must be equal."""
    if isinstance(condition, exp.Paren):
        yield from _equal(condition.this, sources)
    elif isinstance(condition, exp.And):
        yield from _equal(condition.this, sources)
        yield from _equal(condition.expression, sources)
    elif isinstance(condition, exp.EQ):
        sides = [_read(side, sources) for side in (condition.this, condition.expression)]
        if all(len(side) == 1 for side in sides) and sides[0] != sides[1]:
            yield sides[0] | sides[1]


def _read(side: Node, sources: Mapping[str, Rows]) -> set[str]:
    """The sources whose columns one side of an equality names."""
    found = set()
    for column in side.find_all(exp.Column):
        holders = [column.table] if column.table else [n for n, held in sources.items() if column.name in held.columns]
        found |= set(holders[:1]) & set(sources)
    return found


def _groups(sources: Mapping[str, Rows], together: list[set[str]]) -> list[set[str]]:
    """Sources that meet by equalities, each in one group."""
    groups = [{name} for name in sources]
    for pair in together:
        joined = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [set().union(*joined)]
    return groups


def _inner(tree: exp.Select) -> Iterator[Node]:
    """Queries inside a SELECT's expressions and conditions."""
    held = [*tree.expressions, *(tree.args[key] for key in ("where", "having", "qualify") if tree.args.get(key))]
    held += [join.args["on"] for join in tree.args.get("joins") or () if join.args.get("on") is not None]
    for each in held:
        for node in each.walk(prune=lambda n: isinstance(n, exp.Query) and not isinstance(n, exp.Subquery)):
            if isinstance(node, exp.Query) and not (
                isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query)
            ):
                yield node
