"""Functions of texts. Letters are counted and changed one by one, as databases do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, TEXT
from synth.sql.functions.function import Function, known_text, known_whole
from synth.sql.kinds import Policy
from synth.sql.nodes import Node, is_number, is_text, not_portable, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["LONGEST_PAD", "TEXTS"]

LONGEST_PAD = 1000  # characters to which a text is filled
_LONGEST = 2**31  # more than any text has characters


def _joined(node: Node, *texts: pl.Expr) -> pl.Expr:
    return texts[0] + texts[1]


def _concatenated(node: Node, *texts: pl.Expr) -> pl.Expr:
    """CONCAT passes over NULL; || does not."""
    return pl.concat_str(texts, ignore_nulls=True)


def _position(node: Node, text: pl.Expr, piece: pl.Expr) -> pl.Expr:
    """Where a piece begins, in characters from 1; Polars' own SQL counts bytes, and takes NULL for a text without it."""
    before = text.str.splitn(piece, 2).struct.field("field_0").str.len_chars().cast(pl.Int64)
    there = pl.when(piece == "").then(1).when(text.str.contains(piece, literal=True)).then(before + 1).otherwise(0)
    return pl.when(text.is_not_null() & piece.is_not_null()).then(there)


def _upper(node: Node, text: pl.Expr) -> pl.Expr:
    """Letter by letter, as databases do: Polars writes SS for ß."""
    return text.str.replace_all("ß", "ẞ", literal=True).str.to_uppercase()


def _lower(node: Node, text: pl.Expr) -> pl.Expr:
    """Letter by letter: Polars writes two signs for İ, and another sigma at the end of a word."""
    return text.str.replace_many(["İ", "Σ"], ["i", "σ"]).str.to_lowercase()


_BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


def _trimmed(node: Node, text: pl.Expr) -> pl.Expr:
    """Blanks go, tabs and ends of lines stay."""
    side = node.text("position").upper()
    if side == "LEADING":
        return text.str.strip_chars_start(_BLANKS)
    return text.str.strip_chars_end(_BLANKS) if side == "TRAILING" else text.str.strip_chars(_BLANKS)


def _check_trim(node: Node, policy: Policy) -> None:
    if node.args.get("position") and not policy.reads_polars:
        raise not_portable(node)


def _replaced(node: Node, text: pl.Expr, piece: pl.Expr, other: pl.Expr) -> pl.Expr:
    """A piece of no letters is found nowhere; NULL makes NULL."""
    if is_text(node.expression):
        changed = text.str.replace_all(piece, other, literal=True)
    else:  # a pattern in Polars is one for all rows
        changed = text.str.split(piece).list.join(other)
    return pl.when(piece.is_not_null() & other.is_not_null()).then(pl.when(piece == "").then(text).otherwise(changed))


def _piece(node: Node, text: pl.Expr) -> pl.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    if isinstance(node, exp.Left):
        start, length = exp.Literal.number(1), node.expression
    return text.str.slice(int(start.name) - 1, int(length.unnest().name) if length else None)


def _check_piece(node: Node, policy: Policy) -> None:
    start, length = node.args.get("start"), node.args.get("length")
    if isinstance(node, exp.Left):
        start, length = exp.Literal.number(1), node.expression
    if not start or not is_number(start) or int(start.name) < 1 or (length and not is_number(length)):
        raise SqlError(f"a piece of a text begins and ends at numbers from 1 on: {sql_excerpt(node)}")


def _check_pattern(node: Node, policy: Policy) -> None:
    if not node.expression.is_string:
        raise SqlError("the pattern of LIKE is a text, as databases escape in it differently")


def _pad(node: Node) -> tuple[int, str] | None:
    """To how many characters a text is filled, and with which; None where it is not known, or several."""
    length, fill = known_whole(node.expression, 0, LONGEST_PAD), known_text(node.args.get("fill_pattern"))
    return (length, fill) if length is not None and fill is not None and len(fill) == 1 else None


def _padded(node: Node, text: pl.Expr) -> pl.Expr:
    """As many characters, no more and no fewer. (n,) -> (n,)"""
    pad = _pad(node)
    assert pad is not None
    length, fill = pad
    whole = text.str.pad_start(length, fill) if node.args.get("is_left") else text.str.pad_end(length, fill)
    return whole.str.slice(0, length)


def _check_pad(node: Node, policy: Policy) -> None:
    if not policy.reads_polars and _pad(node) is None:
        raise not_portable(node)


def _last(node: Node, text: pl.Expr) -> pl.Expr:
    return text.str.tail(int(node.expression.unnest().name))


def _check_last(node: Node, policy: Policy) -> None:
    if known_whole(node.expression, 1, LONGEST_PAD) is None:
        raise SqlError(f"a piece of a text is so many letters long, from 1 on: {sql_excerpt(node)}")


_LETTERS = [chr(number) for number in range(0x250)]  # those of Latin alphabets


def _letter(node: Node, number: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(_LETTERS)).gather(number.cast(pl.UInt32))


TEXTS: Mapping[type[Any], Function] = {
    exp.Length: Function(
        {"this": "text"},
        BIGINT,
        lambda node, text: text.str.len_chars().cast(pl.Int64),
        _LONGEST,
        form="LENGTH(text)",
        says="how many characters it has",
        examples=("LENGTH('Zoë')",),
    ),
    exp.Upper: Function(
        {"this": "text"},
        TEXT,
        _upper,
        form="UPPER(text)",
        says="in capitals; SQLite knows those of English only",
        examples=("UPPER('Zoe')",),
    ),
    exp.Lower: Function(
        {"this": "text"},
        TEXT,
        _lower,
        form="LOWER(text)",
        says="in small letters; SQLite knows those of English only",
        examples=("LOWER('ZOE')",),
    ),
    exp.Trim: Function(  # blanks only: other letters are a word to some databases
        {"this": "text"},
        TEXT,
        _trimmed,
        besides=("position",),
        check=_check_trim,
        form="TRIM(text)",
        says="without blanks at its ends; LTRIM and RTRIM are drawn, and stand in no check",
        examples=("TRIM('  a b ')",),
    ),
    exp.Replace: Function(
        {"this": "text", "expression": "text", "replacement": "text"},
        TEXT,
        _replaced,
        form="REPLACE(text, piece, other)",
        says="with another text in each place of a piece",
        examples=("REPLACE('a-b-c', '-', '+')",),
    ),
    exp.StrPosition: Function(
        {"this": "text", "substr": "text"},
        BIGINT,
        _position,
        _LONGEST,
        form="STRPOS(text, piece), POSITION(piece IN text)",
        says="where a piece begins, from 1; 0 where it is not there",
        examples=("STRPOS('abc', 'c')",),
    ),
    exp.Substring: Function(
        {"this": "text"},
        TEXT,
        _piece,
        besides=("start", "length"),
        check=_check_piece,
        form="SUBSTRING(text, start, length)",
        says="a piece; where it begins and how long it is are written out",
        examples=("SUBSTRING('abcdef', 2, 3)",),
    ),
    exp.Left: Function(
        {"this": "text"},
        TEXT,
        _piece,
        besides=("expression",),
        check=_check_piece,
        form="LEFT(text, n)",
        says="the first n characters",
        examples=("LEFT('abcdef', 2)",),
    ),
    exp.Right: Function(
        {"this": "text"},
        TEXT,
        _last,
        besides=("expression",),
        check=_check_last,
        form="RIGHT(text, n)",
        says="the last n characters",
        examples=("RIGHT('abcdef', 2)",),
    ),
    exp.Pad: Function(
        {"this": "text"},
        TEXT,
        _padded,
        besides=("expression", "fill_pattern", "is_left"),
        check=_check_pad,
        known=lambda node: _pad(node) is not None,
        form="LPAD(text, n, 'x'), RPAD(text, n, 'x')",
        says="n characters, filled with one of them or cut",
        examples=("LPAD('7', 3, '0')", "RPAD('abcd', 3, '.')"),
    ),
    exp.Chr: Function(
        {"expressions": "whole"},
        TEXT,
        _letter,
        besides=("charset",),
        in_rules=False,
        form="CHR(n)",
        says="the Latin letter or sign with a number of Unicode",
        examples=("CHR(65 + 2)",),
    ),
    exp.Like: Function(
        {"this": "text"},
        BOOLEAN,
        besides=("expression", "negate"),
        check=_check_pattern,
        form="text LIKE 'pattern'",
        says="whether it is of a form: % stands for any characters, _ for one",
        examples=("'abc' LIKE 'a%'",),
    ),
    exp.DPipe: Function(
        {"this": "joined", "expression": "joined"},
        TEXT,
        _joined,
        besides=("safe",),
        form="a || b",
        says="one behind the other; NULL where one is",
        examples=("'a' || 5",),
    ),
    exp.Concat: Function(
        {"expressions": "joined"},
        TEXT,
        _concatenated,
        besides=("safe", "coalesce"),
        form="CONCAT(a, b, …)",
        says="one behind the other, NULLs left out",
        examples=("CONCAT('a', NULL, 5)",),
    ),
}
