"""Whether a SELECT that is worked out block by block gives what it would give over whole tables.

It does where every row that comes out is made from rows of one root row (or of one declared window): then no group, no
partition, no join and no subquery reaches from one block into another. What shows that is a column that holds the key of a
root row, or of a row that is born with one; such a column is called by the tables whose key it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlglot import exp

from synth.sql.nodes import Node
from synth.sql.parse import SqlError, query

__all__ = ["Keys", "closed_keys"]

Keys = Mapping[str, frozenset[str]]  # of a table's columns: what they hold a key of

_NONE: frozenset[str] = frozenset()


class _Held(NamedTuple):
    """A column of a source, and what it holds a key of."""

    source: str
    keys: frozenset[str]


_Equal = tuple[_Held, _Held]


def closed_keys(text: str, own: Mapping[str, Keys]) -> dict[str, frozenset[str]]:
    """Give what the columns of a SELECT hold a key of. Raises SqlError where it reaches beyond one root row.

    `own` are the tables that are drawn in blocks together; all others are read whole.
    """
    return _Query(query(text), dict(own), {}).keys


class _Query:
    """One query, a SELECT or a UNION, within the names that are known around it."""

    def __init__(self, tree: Node, own: Mapping[str, Keys], outer: Mapping[str, Keys]):
        """`own` are the names that rows of a block are read by, `outer` the sources of the queries around this one."""
        self.own, self.outer = dict(own), outer
        self.keys: dict[str, frozenset[str]] = {}
        self.reads_own = self.follows_outer = False
        with_ = tree.args.get("with_") or tree.args.get("with")
        for cte in with_.expressions if with_ else ():
            inner = _Query(cte.this, self.own, {})
            self.own.pop(cte.alias, None)
            if inner.reads_own:
                self.own[cte.alias] = inner.keys
        if isinstance(tree, exp.SetOperation):
            self._set_operation(tree)
        elif isinstance(tree, exp.Subquery):
            inner = _Query(tree.this, self.own, outer)
            self.keys, self.reads_own = inner.keys, inner.reads_own
        else:
            assert isinstance(tree, exp.Select), tree
            self._select(tree)
        if self.reads_own and (tree.args.get("limit") or tree.args.get("offset")):
            raise SqlError(_beyond("LIMIT counts rows", "ROW_NUMBER() OVER (PARTITION BY …) numbers them within one"))

    def _set_operation(self, tree: exp.SetOperation) -> None:
        left, right = _Query(tree.this, self.own, self.outer), _Query(tree.expression, self.own, self.outer)
        self.reads_own = left.reads_own or right.reads_own
        if left.reads_own != right.reads_own:
            raise SqlError(
                f"{tree.key.upper()} adds rows of tables that are read whole, but each block of rows is drawn by itself and "
                "would add them; gather the two in a table of several SELECTs"
            )
        self.keys = {
            name: held & other for (name, held), other in zip(left.keys.items(), right.keys.values(), strict=False)
        }
        plain = isinstance(tree, exp.Union) and not tree.args.get("distinct")
        if self.reads_own and not plain and not any(self.keys.values()):
            raise SqlError(_beyond(f"{tree.key.upper()} without ALL compares rows", _SELECT_KEY))

    def _select(self, tree: exp.Select) -> None:
        self.sources: dict[str, Keys | None] = {}  # None: read whole
        from_ = tree.args.get("from_") or tree.args.get("from")
        joins = list(tree.args.get("joins") or ())
        places = [*([from_.this] if from_ else []), *(join.this for join in joins)]
        for place in list(places):
            joins += place.args.get("joins") or ()
            places += [join.this for join in place.args.get("joins") or ()]
        for place in places:
            self._add(place)
        drawn = [name for name, keys in self.sources.items() if keys is not None]
        self.reads_own = bool(drawn)
        conditions = [join.args["on"] for join in joins if join.args.get("on")]
        conditions += [tree.args["where"].this] if tree.args.get("where") else []
        equal = [pair for condition in conditions for pair in self._equalities(condition)]
        equal += [pair for join in joins for pair in self._using(join)]
        self.follows_outer = not drawn or any(
            a.source in self.sources and b.source in self.outer and a.keys & b.keys for a, b in _both_ways(equal)
        )
        if drawn:
            self._check_joined(drawn, equal)
            self._check_outer_joins(joins, places)
            self._check_groups(tree)
        for inner in self._inner(tree):
            visible = {**self.outer, **{name: keys for name, keys in self.sources.items() if keys is not None}}
            found = _Query(inner, self.own, visible)
            if found.reads_own and not found.follows_outer:
                raise SqlError(_beyond("a subquery reads all rows", "compare a key of the row outside in its WHERE"))
        for name, held in self._given(tree):  # of two columns of one name, either may be meant
            self.keys[name] = self.keys[name] & held if name in self.keys else held

    def _given(self, tree: exp.Select) -> Iterator[tuple[str, frozenset[str]]]:
        """The columns of a SELECT, and what they hold a key of."""
        for item in tree.expressions:
            if not item.is_star:
                yield item.alias_or_name, self._held(item.unalias())
                continue
            for name, keys in self.sources.items():
                if not isinstance(item, exp.Column) or item.table == name:
                    yield from (keys or {}).items()

    def _add(self, place: Node) -> None:
        """Note a source: a table, or a query in brackets."""
        if isinstance(place, exp.Table):
            self.sources[place.alias_or_name] = self.own.get(place.name)
            return
        inner = _Query(place.this if isinstance(place, exp.Subquery) else place, self.own, {})
        self.sources[place.alias_or_name] = inner.keys if inner.reads_own else None

    def _held(self, node: Node) -> frozenset[str]:
        """What an expression holds a key of; nothing unless it is a column, or the least or greatest of some."""
        if isinstance(node, (exp.Min, exp.Max, exp.AnyValue, exp.First, exp.Paren)):
            return self._held(node.this)
        source = self._source(node)
        return source.keys if source else _NONE

    def _source(self, node: Node) -> _Held | None:
        """The source of a column, and what it holds a key of; None for what is no column of a block's rows."""
        if not isinstance(node, exp.Column):
            return None
        for sources in (self.sources, self.outer):
            for name, keys in sources.items():
                if keys is not None and (node.table == name or (not node.table and node.name in keys)):
                    return _Held(name, keys.get(node.name, _NONE))
        return None

    def _equalities(self, condition: Node) -> Iterator[_Equal]:
        """Pairs of columns that are equal in every row that is left."""
        if isinstance(condition, exp.Paren):
            yield from self._equalities(condition.this)
        elif isinstance(condition, exp.And):
            yield from self._equalities(condition.this)
            yield from self._equalities(condition.expression)
        elif isinstance(condition, exp.EQ):
            left, right = self._source(condition.this), self._source(condition.expression)
            if left and right:
                yield left, right

    def _using(self, join: exp.Join) -> Iterator[_Equal]:
        for column in join.args.get("using") or ():
            drawn = {name: keys for name, keys in self.sources.items() if keys is not None}
            holders = [_Held(name, keys[column.name]) for name, keys in drawn.items() if column.name in keys]
            yield from pairwise(holders)

    def _check_joined(self, drawn: Sequence[str], equal: Sequence[_Equal]) -> None:
        """Refuse rows of a block that meet without sharing a key."""
        together = {drawn[0]}
        for _ in drawn:
            together |= {b.source for a, b in _both_ways(equal) if a.source in together and a.keys & b.keys}
        apart = [name for name in drawn if name not in together]
        if apart:
            raise SqlError(_beyond(f"{drawn[0]} meets {apart[0]}", "join them by the key of a row they belong to"))

    def _check_outer_joins(self, joins: Sequence[exp.Join], places: Sequence[Node]) -> None:
        """Refuse joins that keep rows of tables that are read whole: each block would keep them."""
        names = [place.alias_or_name for place in places]
        for join in joins:
            side, here = str(join.args.get("side") or "").upper(), join.this.alias_or_name
            others = names[: names.index(here)]
            side = side or str(join.args.get("kind") or "").upper()
            kept = {"LEFT": others, "RIGHT": [here], "FULL": [*others, here], "SEMI": others, "ANTI": others}.get(
                side, []
            )
            whole = [name for name in kept if self.sources[name] is None]
            if whole and (side == "FULL" or len(whole) == len(kept)):
                raise SqlError(
                    f"{side} JOIN keeps rows of {whole[0]} that meet none, but each block of rows is drawn by itself and "
                    "would keep them; begin with the other table"
                )

    def _check_groups(self, tree: exp.Select) -> None:
        """Refuse groups, partitions and distinct rows that reach over several root rows."""
        group = tree.args.get("group")
        named = {item.alias: item.this for item in tree.expressions if isinstance(item, exp.Alias)}

        def held(nodes: Iterable[Node]) -> bool:
            return any(self._held(node) or self._held(named.get(node.name, node)) for node in nodes)

        if group and not held(group.expressions):
            raise SqlError(_beyond("GROUP BY puts rows together", _GROUP_BY_KEY))
        alone = not group and not (self.outer and self.follows_outer)
        if alone and any(not isinstance(each.parent, exp.Window) for each in _here(tree, exp.AggFunc)):
            raise SqlError(_beyond("an aggregate without GROUP BY takes all rows", _GROUP_BY_KEY))
        windows = {window.name: window for window in tree.args.get("windows") or ()}
        for window in _here(tree, exp.Window):
            if not held(_partition(window, windows)):
                raise SqlError(_beyond("a window reaches over rows", "PARTITION BY the key of the row they belong to"))
        if tree.args.get("distinct") and not group and not held(item.unalias() for item in tree.expressions):
            raise SqlError(_beyond("DISTINCT compares rows", _SELECT_KEY))

    def _inner(self, tree: exp.Select) -> Iterator[Node]:
        """Queries inside expressions: EXISTS, IN, and values."""
        for node in _here(tree, exp.Query):
            holder = node.parent.parent if isinstance(node.parent, exp.Subquery) else node.parent
            in_brackets = isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query)
            if not in_brackets and not isinstance(holder, (exp.From, exp.Join, exp.CTE, exp.SetOperation)):
                yield node


def _partition(window: Node, named: Mapping[str, Node]) -> list[Node]:
    """What a window is partitioned by, also where a WINDOW clause says so."""
    left = dict(named)
    while not window.args.get("partition_by") and window.alias in left:
        window = left.pop(window.alias)
    return window.args.get("partition_by") or []


def _here(tree: Node, kind: Any) -> Iterator[Node]:
    """The nodes of a kind that stand in a query itself; queries inside it count, what is in them does not."""

    def ends(node: Node) -> bool:
        return node is not tree and isinstance(node, exp.Query) and not isinstance(node, exp.Subquery)

    for node in tree.walk(prune=ends):
        if node is not tree and isinstance(node, kind):
            yield node


def _both_ways(equal: Iterable[_Equal]) -> Iterator[_Equal]:
    for a, b in equal:
        yield a, b
        yield b, a


_GROUP_BY_KEY = "group by the key of the row they belong to, or make a rollup"
_SELECT_KEY = "select the key of the row they belong to"


def _beyond(what: str, hint: str) -> str:
    return f"{what} of several root rows, but each block of them is drawn by itself; {hint}"
