"""Conditions of a spec in other databases' SQL, and the rewrites of trees that dialects need, for conditions and queries.

The translator passes much through unchanged: each dialect lists what is to be rewritten. A rewrite takes an explicit tree,
whose nodes carry their types (`portable`), and gives a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from synth.dtypes import TEXT, DType, Types
from synth.sql.nodes import number, parenthesized, typed
from synth.sql.parse import SqlError, expression
from synth.sql.queries import typed_condition
from synth.translate.portable import explicit_condition

__all__ = [
    "Rewrite",
    "as_in_sql",
    "cast_to_text",
    "condition",
    "enum_texts",
    "globs",
    "joined_with_nothing",
    "lengths_with_blanks",
    "like_marks",
    "national_texts",
    "native_columns",
    "null_keys",
    "number_booleans",
    "written",
]  # fmt: skip

Rewrite = Callable[[Any], Any]  # a tree, which it may change -> the tree

_TRUTHS = (exp.And, exp.Or, exp.Not, exp.Predicate, exp.Escape, exp.Boolean)
_CONDITIONS = {(exp.Where, "this"), (exp.Having, "this"), (exp.Join, "on")}
_BINARY = "Latin1_General_100_BIN2"
_MARK = "^"  # escapes in patterns, where one is needed: no database has a meaning of its own for it


def condition(sql: str, types: Types, dialect: str, rewrites: Iterable[Rewrite]) -> str:
    """A condition in a dialect, its columns quoted. Raises SqlError for what not every database knows."""
    tree: Any = expression(sql)
    tree = _noted(tree.copy(), types) if dialect == "duckdb" else explicit_condition(typed_condition(tree, types))
    tree = exp.Paren(this=tree)  # a root that stays while the tree below changes
    for rewrite in rewrites:
        tree = rewrite(tree)
    return written(tree.this, dialect)


def _noted(tree: Any, types: Types) -> Any:
    """A tree whose columns know their types, as rewrites ask for them."""
    known = {name.lower(): dtype for name, dtype in types.items()}
    for node in tree.find_all(exp.Column):
        if node.name.lower() in known:
            node.meta["column_type"] = known[node.name.lower()].name
            node.meta["is_native"] = bool(known[node.name.lower()].native)
    return tree


def written(tree: Any, dialect: str) -> str:
    """A tree in a dialect, its names quoted; the tree is used up. Raises SqlError for what the dialect has no words for."""
    for name in tree.find_all(exp.Identifier):
        name.set("quoted", True)
    try:
        return str(tree.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE, comments=False, copy=False))
    except UnsupportedError as error:
        raise SqlError(f"not every database knows this: {str(error).splitlines()[0]}") from None


# -- booleans


def number_booleans(tree: Any) -> Any:
    """Where booleans are numbers: a column alone is compared with 0, and a condition used as a value becomes a CASE."""
    return exp.Paren(this=_truth(tree.this)) if isinstance(tree, exp.Paren) else _value(tree)


def _truth(node: Any) -> Any:
    """A node that stands where a condition is expected."""
    if isinstance(node, exp.Paren):
        return exp.Paren(this=_truth(node.this))
    if isinstance(node, exp.Boolean):
        return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(int(node.this)))
    if isinstance(node, (exp.And, exp.Or)):
        return type(node)(this=_truth(node.this), expression=_truth(node.expression))
    if isinstance(node, exp.Not):
        return exp.Not(this=_truth(node.this))
    if isinstance(node, exp.Escape):
        return node
    if isinstance(node, exp.Predicate):
        return _inside(node)
    return exp.NEQ(this=_value(node), expression=exp.Literal.number(0))


def _value(node: Any) -> Any:
    """A node that stands where a value is expected."""
    if isinstance(node, exp.Boolean):
        return exp.Literal.number(int(node.this))
    if isinstance(node, exp.Paren) and isinstance(node.unnest(), _TRUTHS):
        return _value(node.unnest())
    if isinstance(node, _TRUTHS):
        yes = _truth(node)
        no = exp.Not(this=exp.Paren(this=yes.copy()))
        return exp.Case().when(yes, "1", copy=False).when(no, "0", copy=False)
    if isinstance(node, exp.Case) and node.this is None:
        arms = [exp.If(this=_truth(a.this), true=_value(a.args["true"])) for a in node.args["ifs"]]
        default = node.args.get("default")
        return exp.Case(ifs=arms, default=None if default is None else _value(default))
    return _inside(node)


def _inside(node: Any) -> Any:
    """The same node with its operands as values, or as conditions where the SQL has them."""
    for key, held in list(node.args.items()):
        if (type(node), key) in _CONDITIONS:
            node.set(key, _truth(held))
        elif isinstance(held, exp.Expression) and not isinstance(held, (exp.Identifier, exp.DataType)):
            node.set(key, _value(held))
        elif isinstance(held, list):
            node.set(key, [_value(each) if isinstance(each, exp.Expression) else each for each in held])
    return node


# -- windows


def null_keys(tree: Any) -> Any:
    """Where NULL is the least of all values in a window's order: a key before it says where it stands."""
    for window in list(tree.find_all(exp.Window)):
        keys = []
        for key in window.args["order"].expressions if window.args.get("order") else []:
            least_first = not key.args.get("desc")
            if bool(key.args.get("nulls_first")) != least_first:
                none = exp.Is(this=parenthesized(key.this.copy()), expression=exp.Null())
                late = exp.If(this=none, true=number(int(least_first)))
                place = exp.Case(ifs=[late], default=number(int(not least_first)))
                keys.append(exp.Ordered(this=place, desc=False, nulls_first=True))
            key.set("nulls_first", least_first)
            keys.append(key)
        if keys:
            window.args["order"].set("expressions", keys)
    return tree


# -- texts


def national_texts(tree: Any) -> Any:
    """Texts as N'…': Unicode, whatever the database's code page; those that a query gives, binary as columns are."""
    for node in list(tree.find_all(exp.Literal)):
        if node.is_string:
            made: Any = exp.National(this=node.this)
            if isinstance(node.find_ancestor(exp.Alias, exp.Select), exp.Alias):
                made = exp.Collate(this=made, expression=exp.Var(this=_BINARY))
            node.replace(made)
    return tree


def lengths_with_blanks(tree: Any) -> Any:
    """Where LENGTH leaves out blanks at the end: they are made to count."""
    for node in list(tree.find_all(exp.Length)):
        shorter = exp.Paren(this=exp.Sub(expression=exp.Literal.number(1)))
        node.replace(shorter)
        shorter.this.set("this", node)
        node.set("this", exp.Add(this=parenthesized(node.this), expression=exp.Literal.string(".")))
    return tree


def like_marks(tree: Any) -> Any:
    """LIKE patterns in which only % and _ mean something, whatever else the database would read into them."""
    for like, parts in _patterns(tree):
        plain = "".join(part if isinstance(part, str) else part[0] for part in parts)
        special = any(isinstance(part, tuple) and part[0] in "%_\\[]^" for part in parts)
        if special:
            plain = "".join(p if isinstance(p, str) else (_MARK if p[0] in "%_\\[]^" else "") + p[0] for p in parts)
        made = exp.Like(this=like.this, expression=exp.Literal.string(plain))
        whole: Any = exp.Escape(this=made, expression=exp.Literal.string(_MARK)) if special else made
        _put(like, whole)
    return tree


def globs(tree: Any) -> Any:
    """Where LIKE takes capitals for small letters: the same pattern as a GLOB."""
    wild = {"%": "*", "_": "?"}
    for like, parts in _patterns(tree):
        text = "".join(wild[p] if isinstance(p, str) else f"[{p[0]}]" if p[0] in "*?[" else p[0] for p in parts)
        _put(like, exp.Glob(this=like.this, expression=exp.Literal.string(text)))
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


def as_in_sql(dialect: str, spelt: Mapping[str, str]) -> Rewrite:
    """Where columns of a type are kept as something else than what SQL of a spec knows: how a column `x` becomes that."""
    made = {name: sqlglot.parse_one(sql, read=dialect) for name, sql in spelt.items()}

    def rewrite(tree: Any) -> Any:
        for node in list(tree.find_all(exp.Column)):
            name = node.meta.get("column_type")
            if name in made:
                value: Any = exp.Paren(this=made[name].copy())
                value.find(exp.Column).replace(node.copy())
                node.replace(typed(value, DType(name).in_sql))
        return tree

    return rewrite


def native_columns(dialect: str, portable: Mapping[str, str]) -> Rewrite:
    """Where columns are kept in types of the database's own: how a column, `{0}`, becomes one of a type that SQL knows."""
    made = {name: sqlglot.parse_one(sql.format("x"), read=dialect) for name, sql in portable.items()}

    def rewrite(tree: Any) -> Any:
        for node in list(tree.find_all(exp.Column)):
            if node.meta.get("is_native") and (name := node.meta["column_type"]) in made:
                value: Any = exp.Paren(this=made[name].copy())
                for place in list(value.find_all(exp.Column)):
                    place.replace(node.copy())
                node.replace(typed(value, DType(name).in_sql))
        return tree

    return rewrite


def enum_texts(as_text: Callable[[Any], Any]) -> Rewrite:
    """Where a column of listed texts is no text by itself: `as_text` gives it as one, compared as texts are."""

    def rewrite(tree: Any) -> Any:
        for node in list(tree.find_all(exp.Column)):
            if node.meta.get("column_type") == "enum":
                node.replace(typed(as_text(node.copy()), TEXT))
        return tree

    return rewrite


def cast_to_text(column: Any) -> Any:
    """A column cast to a text, which is compared by its bytes, as in PostgreSQL."""
    binary = exp.Collate(this=exp.cast(column, "text"), expression=exp.to_identifier("C", quoted=True))
    return exp.Paren(this=binary)


def joined_with_nothing(column: Any) -> Any:
    """A column as a text of its own collation, as in MySQL, where a cast has that of the session."""
    return exp.Concat(expressions=[column, exp.Literal.string("")], safe=False, coalesce=False)
