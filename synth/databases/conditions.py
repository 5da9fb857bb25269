"""Conditions of a spec in other databases' SQL: what the translator would pass through unchanged is rewritten or refused.

A dialect lists the rewrites that it needs; each takes a tree and the types of the table's columns, and gives a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlglot import exp

from synth.dtypes import Types
from synth.sql.parse import SqlError, expression

__all__ = [
    "Rewrite",
    "condition",
    "exact_decimals",
    "globs",
    "lengths_with_blanks",
    "like_marks",
    "microseconds",
    "national_texts",
    "number_booleans",
    "text_times",
]  # fmt: skip

Rewrite = Callable[[Any, Types], Any]  # (tree, types of the columns) -> tree; it may change the tree

_PORTABLE = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.And, exp.Or, exp.Not,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like, exp.Escape,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Case, exp.If, exp.Coalesce, exp.Nullif,
    exp.Length, exp.Upper, exp.Lower, exp.Trim, exp.Substring, exp.Replace, exp.StrPosition, exp.DPipe,
    exp.Cast, exp.DataType, exp.DataTypeParam,
)  # fmt: skip
_TRUTHS = (exp.And, exp.Or, exp.Not, exp.Predicate, exp.Escape, exp.Boolean)
_CASTS = {"DATE", "TIMESTAMP", "TIMESTAMPNTZ", "DATETIME", "SMALLINT", "INT", "BIGINT", "DECIMAL", "DOUBLE"}
_MARK = "^"  # escapes in patterns, where one is needed: no database has a meaning of its own for it


def condition(sql: str, types: Types, sqlglot: str, rewrites: Iterable[Rewrite]) -> str:
    """A condition in a dialect, its columns quoted. Raises SqlError for what not every database knows."""
    tree: Any = exp.Paren(this=expression(sql).copy())  # a root that stays while the tree below changes
    for column in tree.find_all(exp.Column):
        column.this.set("quoted", True)
    if sqlglot != "duckdb":
        _refuse_foreign(tree)
    for rewrite in rewrites:
        tree = rewrite(tree, types)
    return str(tree.this.sql(dialect=sqlglot))


def _refuse_foreign(tree: exp.Expression) -> None:
    for node in tree.walk():
        if not isinstance(node, _PORTABLE):
            shown = node.sql(dialect="duckdb")
            raise SqlError(f"not every database knows {type(node).__name__.upper()} as in {shown}")
        if isinstance(node, exp.Cast) and node.to.this.name not in _CASTS:
            raise SqlError(f"a cast to {node.to.sql(dialect='duckdb')} reads differently in every database")
        if isinstance(node, exp.Like) and not node.expression.is_string:
            raise SqlError("the pattern of LIKE is a text, as databases escape in it differently")


# -- booleans


def number_booleans(tree: Any, types: Types) -> Any:
    """Where booleans are numbers: a column alone is compared with 0, and a condition used as a value becomes a CASE."""
    return exp.Paren(this=_truth(tree.this, types))


def _truth(node: Any, types: Types) -> Any:
    """A node that stands where a condition is expected."""
    if isinstance(node, exp.Paren):
        return exp.Paren(this=_truth(node.this, types))
    if isinstance(node, exp.Boolean):
        return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(int(node.this)))
    if isinstance(node, (exp.And, exp.Or)):
        return type(node)(this=_truth(node.this, types), expression=_truth(node.expression, types))
    if isinstance(node, exp.Not):
        return exp.Not(this=_truth(node.this, types))
    if isinstance(node, exp.Escape):
        return node
    if isinstance(node, exp.Predicate):
        return _inside(node, types)
    return exp.NEQ(this=_value(node, types), expression=exp.Literal.number(0))


def _value(node: Any, types: Types) -> Any:
    """A node that stands where a value is expected."""
    if isinstance(node, exp.Boolean):
        return exp.Literal.number(int(node.this))
    if isinstance(node, exp.Paren) and isinstance(node.unnest(), _TRUTHS):
        return _value(node.unnest(), types)
    if isinstance(node, _TRUTHS):
        yes = _truth(node, types)
        no = exp.Not(this=exp.Paren(this=yes.copy()))
        return exp.Case().when(yes, "1", copy=False).when(no, "0", copy=False)
    if isinstance(node, exp.Case) and node.this is None:
        arms = [exp.If(this=_truth(a.this, types), true=_value(a.args["true"], types)) for a in node.args["ifs"]]
        default = node.args.get("default")
        return exp.Case(ifs=arms, default=None if default is None else _value(default, types))
    if isinstance(node, exp.If):
        arm = exp.If(this=_truth(node.this, types), true=_value(node.args["true"], types))
        other = node.args.get("false")
        return exp.Case(ifs=[arm], default=None if other is None else _value(other, types))
    return _inside(node, types)


def _inside(node: Any, types: Types) -> Any:
    """The same node with its operands as values."""
    for key, held in list(node.args.items()):
        if isinstance(held, exp.Expression) and not isinstance(held, (exp.Identifier, exp.DataType)):
            node.set(key, _value(held, types))
        elif isinstance(held, list):
            node.set(key, [_value(each, types) if isinstance(each, exp.Expression) else each for each in held])
    return node


# -- numbers


def exact_decimals(tree: Any, types: Types) -> Any:
    """Where decimals are kept as floats: what is worked out of them is rounded to the digits that it has."""

    def rounded(node: Any) -> Any:
        digits = _digits(node, types) if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Mod)) else None
        if digits and not isinstance(node.parent, (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Neg)):
            return exp.Round(this=node.copy(), decimals=exp.Literal.number(digits))
        return node

    for node in list(tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.Mod)):
        node.replace(rounded(node))
    return tree


def _digits(node: Any, types: Types) -> int | None:
    """Digits after the point, or None where the value is not exact."""
    if isinstance(node, exp.Column):
        dtype = types.get(node.name)
        return dtype.digits if dtype is not None and dtype.is_exact else None
    if isinstance(node, exp.Literal):
        return None if node.is_string or "e" in node.name.lower() else len(node.name.partition(".")[2])
    if isinstance(node, (exp.Paren, exp.Neg, exp.Abs)):
        return _digits(node.this, types)
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Mod)):
        left, right = _digits(node.this, types), _digits(node.expression, types)
        if left is None or right is None:
            return None
        return left + right if isinstance(node, exp.Mul) else max(left, right)
    return None


# -- texts


def national_texts(tree: Any, types: Types) -> Any:
    """Texts as N'…': Unicode, whatever the database's code page."""
    for node in list(tree.find_all(exp.Literal)):
        if node.is_string:
            node.replace(exp.National(this=node.this))
    return tree


def lengths_with_blanks(tree: Any, types: Types) -> Any:
    """Where LENGTH leaves out blanks at the end: they are made to count."""
    for node in list(tree.find_all(exp.Length)):
        longer = exp.Length(this=exp.Add(this=node.this.copy(), expression=exp.Literal.string(".")))
        node.replace(exp.Paren(this=exp.Sub(this=longer, expression=exp.Literal.number(1))))
    return tree


def like_marks(tree: Any, types: Types) -> Any:
    """LIKE patterns in which only % and _ mean something, whatever else the database would read into them."""
    for like, parts in _patterns(tree):
        plain = "".join(part if isinstance(part, str) else part[0] for part in parts)
        special = any(isinstance(part, tuple) and part[0] in "%_\\[]^" for part in parts)
        if special:
            plain = "".join(p if isinstance(p, str) else (_MARK if p[0] in "%_\\[]^" else "") + p[0] for p in parts)
        made = exp.Like(this=like.this.copy(), expression=exp.Literal.string(plain))
        whole: Any = exp.Escape(this=made, expression=exp.Literal.string(_MARK)) if special else made
        _put(like, whole)
    return tree


def globs(tree: Any, types: Types) -> Any:
    """Where LIKE takes capitals for small letters: the same pattern as a GLOB."""
    wild = {"%": "*", "_": "?"}
    for like, parts in _patterns(tree):
        text = "".join(wild[p] if isinstance(p, str) else f"[{p[0]}]" if p[0] in "*?[" else p[0] for p in parts)
        _put(like, exp.Glob(this=like.this.copy(), expression=exp.Literal.string(text)))
    return tree


def _patterns(tree: Any) -> list[tuple[Any, list[str | tuple[str]]]]:
    """LIKEs with their patterns: wild cards as they are, every other character in a tuple."""
    return [(like, list(_letters(like))) for like in list(tree.find_all(exp.Like))]


def _letters(like: Any) -> Iterator[str | tuple[str]]:
    mark = like.parent.expression.name if isinstance(like.parent, exp.Escape) else None
    letters = iter(like.expression.name)
    for letter in letters:
        if letter == mark:
            yield (next(letters, letter),)
        else:
            yield letter if letter in "%_" else (letter,)


def _put(like: Any, made: Any) -> None:
    """A LIKE's place, its ESCAPE and its NOT, taken by another condition."""
    old = like.parent if isinstance(like.parent, exp.Escape) else like
    old.replace(exp.Not(this=made) if like.args.get("negate") else made)


# -- times


def text_times(tree: Any, types: Types) -> Any:
    """Where times are texts: a literal time is the text itself, as the functions of time drop parts of seconds."""
    for node in list(tree.find_all(exp.Cast)):
        if node.to.this.name.startswith(("DATE", "TIMESTAMP")):
            if not node.this.is_string:
                raise SqlError(f"a cast of a column to a time is not known here: {node.sql(dialect='duckdb')}")
            node.replace(node.this.copy())
    return tree


def microseconds(tree: Any, types: Types) -> Any:
    """Where a timestamp has whole seconds unless it is told otherwise."""
    for node in list(tree.find_all(exp.Cast)):
        if node.to.this.name.startswith("TIMESTAMP"):
            digits = exp.DataTypeParam(this=exp.Literal.number(6))
            node.set("to", exp.DataType(this=exp.DataType.Type.DATETIME, expressions=[digits]))
    return tree
