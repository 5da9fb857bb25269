"""Whether an expression may be NULL, as far as its form tells; where it does not, it is taken not to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from synth.sql.nodes import Node
from synth.sql.parse import columns, query

__all__ = ["Known", "select_may_be_null"]

_NEVER: tuple[type[Node], ...] = (
    exp.Literal, exp.Boolean, exp.Is, exp.Exists, exp.Count, exp.Sum, exp.Concat, exp.RowNumber, exp.Rank, exp.DenseRank,
    exp.Subquery, exp.Select, exp.Anonymous, exp.DataType, exp.Var,
)  # fmt: skip
_FIRST_OF_ALL: tuple[type[Node], ...] = (exp.Coalesce, exp.Least, exp.Greatest)  # NULL only where all are


@dataclass(frozen=True)
class Known:
    """What is known of columns: whether one may be NULL, and whether it may hold a number."""

    null: Callable[[exp.Column], bool]
    holds: Callable[[exp.Column, int], bool]
    certain: frozenset[str] = frozenset()  # columns that a condition has looked at: not NULL where it holds

    def may_be_null(self, node: Node | None) -> bool:
        """Tell whether the value of a node may be NULL."""
        if node is None or isinstance(node, exp.Null):
            return True
        if isinstance(node, exp.Column):
            return _name(node) not in self.certain and self.null(node)
        if isinstance(node, _NEVER):
            return False
        if isinstance(node, (exp.Case, exp.If)):
            return self._case(node)
        if isinstance(node, _FIRST_OF_ALL):
            return all(self.may_be_null(value) for value in [node.this, *node.expressions])
        if isinstance(node, exp.Nullif):
            return self.may_be_null(node.this) or self._may_be(node.this, node.expression)
        divided = node.this.unnest() if isinstance(node, exp.Round) else node  # a quotient alone is a float, never NULL
        rounded = isinstance(node, exp.Round) and isinstance(divided, exp.Div)
        if (rounded or isinstance(node, exp.Mod)) and self._may_be(divided.expression, exp.Literal.number(0)):
            return True
        if isinstance(node, (exp.Lag, exp.Lead)) and not node.args.get("default"):
            return True
        if isinstance(node, exp.Window):
            return self.may_be_null(node.this)
        if isinstance(node, exp.In):
            return self.may_be_null(node.this)
        return any(self.may_be_null(each) for each in node.iter_expressions())

    def _case(self, node: Node) -> bool:
        """Of a CASE: of its arms, or of what is left. Which columns are NULL there its conditions may well tell."""
        is_case = isinstance(node, exp.Case)
        arms = node.args["ifs"] if is_case else [node]
        values = [arm.args["true"] for arm in arms] + [node.args.get("default" if is_case else "false")]
        guarded = replace(self, null=lambda column: False)
        return any(guarded.may_be_null(value) for value in values)

    def _may_be(self, node: Node, number: Node) -> bool:
        """Tell whether a plain column may be a number, which is written out."""
        inner = node.unnest()
        if isinstance(inner, exp.Literal) and isinstance(number, exp.Literal):
            return inner.name == number.name
        if not isinstance(inner, exp.Column) or not isinstance(number, exp.Literal) or number.is_string:
            return not isinstance(number, exp.Literal) or number.is_string
        return not number.name.isdigit() or self.holds(inner, int(number.name))


Asked = Callable[[str, str], bool]  # of a table's column


def select_may_be_null(
    text: str,
    null: Asked,
    holds: Callable[[str, str, int], bool],
    known: Mapping[str, frozenset[str]],
    moment: str | None,
) -> frozenset[str]:
    """Name the columns of a SELECT over plain tables that may be NULL; none of one that is more than that.

    `null` tells it of a table's column, `holds` whether that may hold a number, `known` gives the columns of each table.
    Rows whose `moment` is NULL never show.
    """
    tree = query(text)
    return frozenset(name for select in _selects(tree) for name in _of_select(select, null, holds, known, moment))


def _selects(tree: Node) -> Iterator[exp.Select]:
    if isinstance(tree, exp.SetOperation):
        yield from _selects(tree.this)
        yield from _selects(tree.expression)
    elif isinstance(tree, exp.Select):
        yield tree


def _of_select(
    select: exp.Select, null: Asked, holds: Callable[[str, str, int], bool], known: Mapping[str, frozenset[str]],
    moment: str | None,
) -> Iterator[str]:  # fmt: skip
    joins = select.args.get("joins") or []
    sources = [select.args["from_"].this, *(join.this for join in joins)] if select.args.get("from_") else []
    if select.find(exp.With, exp.Subquery, exp.Star) or not all(
        isinstance(source, exp.Table) and source.name in known for source in sources
    ):
        return
    tables = {source.alias_or_name: source.name for source in sources}
    # rows that an outer join does not find are NULL as a whole; one that asks for it knows
    tested = {column.table for test in select.find_all(exp.Is) for column in test.find_all(exp.Column)}
    lacking = {join.this.alias_or_name for join in joins if join.side == "LEFT"} - tested

    def home(column: exp.Column) -> str | None:
        homes = [column.table] if column.table else [name for name, at in tables.items() if column.name in known[at]]
        return homes[0] if len(homes) == 1 and homes[0] in tables else None

    def of_column(column: exp.Column) -> bool:
        at = home(column)
        return at is not None and (at in lacking or null(tables[at], column.name))

    def holding(column: exp.Column, number: int) -> bool:
        at = home(column)
        return at is not None and holds(tables[at], column.name, number)

    looked_at = [select.args.get("where"), *(join.args.get("on") for join in joins if not join.side)]
    certain = {name for condition in looked_at if condition for name in columns(condition)}
    when = next((item for item in select.expressions if item.alias_or_name == moment), None)
    certain |= set(columns(when)) if when is not None else set()
    seen = Known(of_column, holding, frozenset(certain))
    for item in select.expressions:
        if item.alias_or_name != moment and seen.may_be_null(item.unalias()):
            yield item.alias_or_name


def _name(column: exp.Column) -> str:
    return ".".join(part.name for part in column.parts)
