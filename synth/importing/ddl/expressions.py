"""Expressions of a source, spelt for DuckDB: sqlglot parses them, and what dump programs put around them is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, MAX_PRECISION, TEXT, TIMESTAMP, DType, decimal
from synth.sandbox import sandbox

__all__ = ["ExpressionError", "default_in_duckdb", "in_duckdb", "type_of"]

_T = exp.DataType.Type
_TEXTS = (_T.TEXT, _T.VARCHAR, _T.NVARCHAR, _T.CHAR, _T.BPCHAR, _T.NCHAR, _T.NAME)
_TEXT_FUNCTIONS = (
    exp.Upper,
    exp.Lower,
    exp.Concat,
    exp.DPipe,
    exp.Substring,
    exp.Trim,
    exp.Left,
    exp.Right,
    exp.Replace,
)
_NOW = frozenset((
    "SYSUTCDATETIME", "SYSDATETIME", "SYSDATETIMEOFFSET", "GETUTCDATE", "CLOCK_TIMESTAMP", "TRANSACTION_TIMESTAMP",
    "STATEMENT_TIMESTAMP", "UTC_TIMESTAMP", "SYSDATE",
))  # fmt: skip
_UUIDS = frozenset(
    ("UUID_GENERATE_V4", "UUID_GENERATE_V1", "UUID_GENERATE_V1MC", "NEWSEQUENTIALID", "UUIDV4", "UUIDV7", "UUID_V7")
)
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_RANDOM_UUID = re.compile(r"randomblob\(.*'-4?'.*randomblob\(", re.IGNORECASE | re.DOTALL)
_BRACES = re.compile(r"\{[^{}\"]*\}")  # an array of PostgreSQL that is written out
_LONGEST = 8_000  # characters: longer ones are no conditions that somebody wrote
_DEEPEST = 100  # brackets, of which dump programs write many

Node = Any  # a node of sqlglot's trees, or none
Columns = Mapping[str, tuple[str, DType]]  # of a table, by their names in small letters: name and type


class ExpressionError(ValueError):
    """An expression that cannot be spelt for DuckDB, and why."""


def in_duckdb(text: str, dialect: str, columns: Columns, value: str | None = None) -> str:
    """SQL of DuckDB for an expression. Raises ExpressionError.

    `columns` are those of the table; `value` is the column that a domain calls VALUE.
    """
    return _written(_parsed(text, dialect, columns, value))


@lru_cache(maxsize=4096)
def default_in_duckdb(text: str, dialect: str, dtype: DType) -> str | None:
    """SQL of DuckDB for the default of a column of a type; None where it is NULL. Raises ExpressionError."""
    if _RANDOM_UUID.search(text) and dtype.is_text:  # as SQLite must write it
        return "UUID()"
    tree = _parsed(text, dialect, {}, None)
    while isinstance(tree, exp.Cast) and isinstance(tree.this, (exp.Literal, exp.Null)) and not dtype.is_opaque:
        if tree.to.this in (_T.INTERVAL, _T.DATE, _T.TIMESTAMP, _T.TIMESTAMPTZ):
            break
        tree = tree.this
    if isinstance(tree, exp.Null):
        return None
    plain = tree.name.lower() if isinstance(tree, (exp.Literal, exp.BitString, exp.Boolean, exp.Column)) else ""
    if dtype == BOOLEAN and plain in ("1", "t", "true", "yes", "0", "f", "false", "no"):
        return "TRUE" if plain in ("1", "t", "true", "yes") else "FALSE"
    if dtype.is_time and plain.startswith("0000-00-00"):
        raise ExpressionError("there is no such day")
    if isinstance(tree, exp.Boolean) and dtype != BOOLEAN and dtype.has_units:
        return str(int(bool(tree.this)))
    if (
        isinstance(tree, exp.Literal)
        and tree.is_string
        and (dtype.has_units or dtype.is_float)
        and _NUMBER.fullmatch(tree.name)
    ):
        return tree.name
    if isinstance(tree, exp.Literal) and not tree.is_string and dtype.is_text:
        return f"'{tree.name}'"
    column = tree.find(exp.Column)
    if column is not None:
        raise ExpressionError(f"it names {column.name}, and a default names no columns")
    return _written(tree)


def type_of(written: str, columns: Columns) -> DType:
    """The type of a computed column of which a source does not say it, from SQL of DuckDB: text where nothing tells."""
    try:
        tree = sqlglot.parse_one(written, read="duckdb")
    except SqlglotError:
        return TEXT
    return _type(tree, columns)


def _type(node: Node, columns: Columns) -> DType:
    """The type of a node, as far as a source's computed columns go."""
    if isinstance(node, exp.Column):
        return columns.get(node.name.lower(), ("", TEXT))[1]
    if isinstance(node, exp.Cast):
        name = node.to.sql(dialect="duckdb").lower().replace(" ", "")
        try:
            return DType.parse(name)
        except ValueError:
            return DOUBLE if name in ("double", "float") else TEXT
    if isinstance(node, (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)):
        return BOOLEAN
    if isinstance(node, exp.Literal):
        digits = _digits(node.name)
        return TEXT if node.is_string else decimal(MAX_PRECISION, digits) if digits else BIGINT
    if isinstance(node, (exp.Extract, exp.Length, exp.DateDiff, exp.Year, exp.Month, exp.Day)):
        return BIGINT
    if isinstance(node, (exp.CurrentTimestamp, exp.DateAdd)):
        return TIMESTAMP
    if isinstance(node, (exp.Date, exp.CurrentDate)):
        return DATE
    inner = (
        [node.this, *node.expressions]
        if isinstance(node, exp.Coalesce)
        else [node.args.get("this"), node.args.get("expression")]
    )
    if isinstance(node, (exp.Case, exp.If)):
        inner = [
            *(each.args.get("true") for each in node.args.get("ifs") or [node]),
            node.args.get("default") or node.args.get("false"),
        ]
    if not isinstance(
        node,
        (
            exp.Coalesce,
            exp.Case,
            exp.If,
            exp.Paren,
            exp.Neg,
            exp.Add,
            exp.Sub,
            exp.Mul,
            exp.Div,
            exp.Mod,
            exp.Round,
            exp.Abs,
        ),
    ):
        return TEXT
    return _common([_type(each, columns) for each in inner if isinstance(each, exp.Expr)], isinstance(node, exp.Mul))


def _digits(number: str) -> int:
    """The digits behind the point of a number that is written out."""
    found = re.search(r"\.(\d*)", number)
    return len(found[1]) if found else 0


def _common(types: list[DType], multiplied: bool) -> DType:
    """The type that holds values of several, which may be multiplied with each other."""
    if not types:
        return TEXT
    if any(each.is_float for each in types):
        return DOUBLE
    if all(each.has_units for each in types):
        if not any(each.is_decimal for each in types):
            return BIGINT
        digits = [each.digits for each in types]
        return decimal(MAX_PRECISION, min(6, sum(digits) if multiplied else max(digits)))
    return types[0]


def _parsed(text: str, dialect: str, columns: Columns, value: str | None) -> Node:
    """The tree of an expression, made plain. Raises ExpressionError."""
    if len(text) > _LONGEST or sum(map(text.count, "([{")) > _DEEPEST:
        raise ExpressionError("it is too long, or too deep")
    try:
        tree = _expression(f"SELECT (\n{text}\n)", dialect)
        if tree.find(exp.Query):
            raise ExpressionError("it asks other rows")
        if dialect == "tsql":
            tree = tree.transform(_without_classes, copy=False)
        tree = _plain(tree, dialect, columns, value)
    except RecursionError:
        raise ExpressionError("it is too deep") from None
    except SqlglotError as error:
        errors = getattr(error, "errors", None)
        why = (errors[0].get("description") if errors else None) or "it cannot be parsed"
        raise ExpressionError(
            "something is missing or out of place" if "class" in why or "Token" in why else why
        ) from None
    except ExpressionError:
        raise
    except Exception as error:  # a mistake in sqlglot's, over a text that nobody foresaw
        raise ExpressionError(f"sqlglot does not read it ({type(error).__name__})") from None
    own = next((each for each in tree.find_all(exp.Dot) if each.find(exp.Anonymous)), None)
    if own is not None:
        raise ExpressionError(f"it calls {own.sql(dialect='duckdb')[:40]}, a function of the source's own")
    for each in tree.find_all(exp.Anonymous):
        if each.name.lower() not in _functions():
            raise ExpressionError(f"it calls {each.name}, which DuckDB does not know")
    return tree


@cache
def _functions() -> frozenset[str]:
    """The functions of DuckDB, in small letters."""
    with sandbox(workers=1) as connection:
        names = connection.sql("SELECT LOWER(function_name) FROM duckdb_functions()").fetchall()
    return frozenset(name for (name,) in names)


def _expression(query: str, dialect: str) -> Node:
    """The one column of a query, as which sqlglot takes it for no statement. Raises ExpressionError and SqlglotError."""
    select = sqlglot.parse_one(query, read=dialect)
    rest = [
        key for key, value in select.args.items() if value and key not in ("expressions", "kind", "operation_modifiers")
    ]
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or rest:
        raise ExpressionError("it is no expression")
    tree: Node = select.expressions[0].pop()
    if not isinstance(tree, exp.Paren):  # which keeps `a = b` from giving b a name, as SQL Server has it
        raise ExpressionError("it is no expression")
    return tree


def _written(tree: Node) -> str:
    """A tree as SQL of DuckDB. Raises ExpressionError."""
    try:
        written: str = tree.sql(dialect="duckdb", comments=False, copy=False, unsupported_level=ErrorLevel.IGNORE)
        return written
    except Exception as error:  # as above
        raise ExpressionError(f"sqlglot does not write it for DuckDB ({type(error).__name__})") from None


def _plain(tree: Node, dialect: str, columns: Columns, value: str | None) -> Node:
    """A tree with each node made plain, what is within it first, and without brackets around the whole."""
    for node in reversed(list(tree.walk())):
        new = _simplified(_named(node, dialect, columns, value), columns)
        if new is node:
            continue
        if node is tree:
            tree = new
        else:
            node.replace(new)
    return _unwrapped(tree)


def _without_classes(node: Node) -> Node:
    """SQL Server's LIKE with classes of characters, as in '[A-Z]%', as a regular expression."""
    pattern = node.expression.name if isinstance(node, exp.Like) and isinstance(node.expression, exp.Literal) else ""
    pieces = re.findall(r"\[\^?[^\]]+\]|.", pattern)
    if not any(len(each) > 1 for each in pieces):
        return node
    regular = "".join(
        {"%": ".*", "_": "."}.get(each) or (each if len(each) > 1 else re.escape(each)) for each in pieces
    )
    return exp.RegexpLike(this=node.this, expression=exp.Literal.string(f"^{regular}$"))


def _named(node: Node, dialect: str, columns: Columns, value: str | None) -> Node:
    """A column as its table calls it, without a table before it, in quotes only where it needs them."""
    if not isinstance(node, exp.Column):
        return node
    name = node.name
    if value is not None and name.upper() == "VALUE" and not node.table:
        name = value
    elif name.lower() in columns:
        name = columns[name.lower()][0]
    elif node.this.args.get("quoted") and dialect == "sqlite":  # which takes an unknown name for a text
        return exp.Literal.string(name)
    elif columns and name.lower() not in columns and not name.startswith("@"):
        raise ExpressionError(f"it names {name}, which is no column of the table")
    return exp.column(exp.to_identifier(name, quoted=not _PLAIN_NAME.fullmatch(name)))


def _simplified(node: Node, columns: Columns) -> Node:
    """A node without the casts and brackets that dump programs write around everything, in DuckDB's words."""
    if isinstance(node, (exp.National, exp.Introducer)):
        return exp.Literal.string((node.args.get("expression") or node).name)
    if isinstance(node, exp.Convert) and not node.args.get("style"):
        node = exp.Cast(this=node.expression, to=node.this)
    if isinstance(node, exp.Cast):
        return _without_cast(node)
    if isinstance(node, exp.Paren) and not isinstance(node.this, exp.Query):
        inner = node.this
        alone = not isinstance(inner, (exp.Binary, exp.Unary, exp.Between, exp.In)) or isinstance(inner, exp.Paren)
        if alone or (isinstance(inner, exp.Predicate) and isinstance(node.parent, (exp.And, exp.Or, exp.Paren))):
            return inner
    if isinstance(node, exp.Anonymous) and isinstance(node.this, str):
        return _called(node)
    if (
        isinstance(node, exp.Dot)
        and isinstance(node.expression, exp.Func)
        and not isinstance(node.expression, exp.Anonymous)
    ):
        return node.expression
    if isinstance(node, exp.AtTimeZone) and isinstance(node.this, exp.CurrentTimestamp):
        return node.this
    if isinstance(node, exp.Add) and (_is_text(node.this, columns) or _is_text(node.expression, columns)):
        return exp.DPipe(this=node.this, expression=node.expression)
    if isinstance(node, (exp.EQ, exp.NEQ)):
        return _listed(node) or node
    return node


def _without_cast(node: exp.Cast) -> Node:
    """What a cast changes nothing of: texts as texts, numbers that are written out, values of the source's own types."""
    inner, to = _unwrapped(node.this), node.to.this
    if to == _T.USERDEFINED:
        return inner
    if to in _TEXTS and not node.to.expressions:
        bare = isinstance(inner, exp.Cast) and inner.to.this in _TEXTS
        if isinstance(inner, (exp.Literal, exp.Column)) or bare:
            return inner
    if to == _T.ARRAY and isinstance(inner, exp.Array) and inner.expressions:
        return inner
    if to == _T.ARRAY and isinstance(inner, exp.Literal) and _BRACES.fullmatch(inner.name):
        values = [exp.Literal.string(each) for each in inner.name[1:-1].split(",") if each]
        return exp.Cast(this=exp.Array(expressions=values), to=node.to)
    if to in _TEXTS and node.to.expressions:  # of a length that DuckDB does not look at
        return type(node)(this=node.this, to=exp.DataType.build("TEXT"))
    if to in exp.DataType.NUMERIC_TYPES and _is_number(inner):
        return exp.Literal.number(inner.name) if isinstance(inner, exp.Literal) and inner.is_string else inner
    return node


def _called(node: exp.Anonymous) -> Node:
    """A function that sqlglot does not know and DuckDB has by another name."""
    name, given = node.this.upper(), node.expressions
    if name in _UUIDS:
        return exp.Uuid()
    is_now = bool(given) and isinstance(given[0], exp.Literal) and given[0].name.lower() == "now"
    if (
        name in _NOW
        or (name == "TIMEZONE" and isinstance(given[-1], exp.CurrentTimestamp))
        or (name == "DATETIME" and is_now)
    ):
        return exp.CurrentTimestamp()
    return node


def _is_text(node: Node, columns: Columns) -> bool:
    """Whether values are texts, by what is seen of it."""
    node = _unwrapped(node)
    if isinstance(node, exp.Column):
        return columns.get(node.name.lower(), ("", BIGINT))[1].is_text
    if isinstance(node, exp.Cast):
        return node.to.this in _TEXTS
    if isinstance(node, exp.Coalesce):
        return _is_text(node.this, columns)
    return isinstance(node, _TEXT_FUNCTIONS) or (isinstance(node, exp.Literal) and node.is_string)


def _is_number(node: Node) -> bool:
    """Whether it is a number that is written out, or one below zero."""
    node = _unwrapped(node.this) if isinstance(node, exp.Neg) else node
    return isinstance(node, exp.Literal) and _NUMBER.fullmatch(node.name) is not None


def _unwrapped(node: Node) -> Node:
    """What stands within brackets."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _listed(node: Node) -> Node:
    """`x = ANY (ARRAY[…])` and `x <> ALL (ARRAY[…])` as IN and NOT IN; None for what is none of them."""
    other = _unwrapped(node.args["expression"])
    among = isinstance(node, exp.EQ)
    if among and isinstance(other, exp.Any):
        array = other.this
    elif not among and isinstance(other, exp.Anonymous) and other.name.upper() == "ALL" and len(other.expressions) == 1:
        array = other.expressions[0]
    else:
        return None
    array = _unwrapped(array)
    while isinstance(array, exp.Cast):
        array = _unwrapped(array.this)
    if not isinstance(array, exp.Array):
        return None
    inside = exp.In(this=node.this, expressions=array.expressions)
    return inside if among else exp.Not(this=inside)
