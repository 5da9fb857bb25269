"""Functions of numbers that are no arithmetic: their signs, and how they are written out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, DOUBLE, TEXT
from synth.sql.functions.function import Function, known_text
from synth.sql.kinds import Policy
from synth.sql.nodes import Node, dtype_of, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["LONGEST_FORMAT", "NUMBERS"]

LONGEST_FORMAT = 60  # characters of a number that is written out
_FIELD = re.compile(r"\{(?::(?:0(?P<width>[1-9][0-9]?))?(?P<commas>,)?(?:d|\.(?P<digits>[0-9]{1,2})f)?)?\}")


@lru_cache(maxsize=512)
def _field(form: str | None) -> re.Match[str] | None:
    """The one place of a format at which its number stands; None where there is not one, or another sort of format."""
    found = list(_FIELD.finditer(form or ""))
    if form is None or len(found) != 1 or form.count("{") != 1 or form.count("}") != 1:
        return None
    (field,) = found
    padded = int(field["width"] or 0)
    return None if (padded and field["commas"]) or padded > LONGEST_FORMAT else field


def _check_format(node: Node, policy: Policy) -> None:
    field = _field(known_text(node.this))
    if field is None or len(node.expressions) != 1:
        raise SqlError(
            f"FORMAT writes one whole or decimal number, as '{{:,}}', '{{:05d}}' or '{{:,.2f}}': {sql_excerpt(node)}"
        )
    dtype = dtype_of(node.expressions[0])
    if dtype is not None and int(field["digits"] or 0) != dtype.digits:
        raise SqlError(
            f"FORMAT shows all digits of {dtype} and no others: {sql_excerpt(node)}",
            f"write {{:.{dtype.digits}f}}, or ROUND the number to as many digits" if dtype.digits else "write {:d}",
        )


def _formatted(node: Node, number: pl.Expr) -> pl.Expr:
    """A number in minor units as its format says. (n,) -> (n,)"""
    form = known_text(node.this) or ""
    field, dtype = _field(form), dtype_of(node.expressions[0])
    assert field is not None
    digits, unit = (dtype.digits, 10**dtype.digits) if dtype is not None else (0, 1)
    number = number.cast(pl.Int64)
    whole = (number.abs() // unit).cast(pl.String)
    if field["commas"]:
        whole = whole.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.strip_suffix(",").str.reverse()
    text = pl.when(number < 0).then(pl.lit("-")).otherwise(pl.lit("")) + whole
    if digits:
        text = text + "." + (number.abs() % unit).cast(pl.String).str.zfill(digits)
    if field["width"]:
        text = text.str.zfill(int(field["width"]))
    return form[: field.start()] + text + form[field.end() :]


def _of_doubles(form: str, says: str, example: str, polars: Callable[..., pl.Expr], *takes: str) -> Function:
    """A function that gives a double, whose last digits engines may see differently."""
    return Function(
        dict.fromkeys(takes or ("this",), "double"),
        DOUBLE,
        polars,
        in_rules=False,
        form=form,
        says=f"{says}, a double; where there is none, drawing ends with an error",
        examples=(example,),
    )


NUMBERS: Mapping[type[Any], Function] = {
    exp.Sign: Function(
        {"this": "number"},
        BIGINT,
        lambda node, number: number.sign().cast(pl.Int64),
        1,
        form="SIGN(number)",
        says="-1, 0 or 1",
        examples=("SIGN(-2.5)",),
    ),
    exp.Sqrt: _of_doubles("SQRT(number)", "its square root", "SQRT(6.25)", lambda node, number: number.sqrt()),
    exp.Ln: _of_doubles("LN(number)", "its natural logarithm", "LN(1)", lambda node, number: number.log()),
    exp.Exp: _of_doubles("EXP(number)", "e to its power", "EXP(0)", lambda node, number: number.exp()),
    exp.Pow: _of_doubles(
        "POWER(number, exponent)",
        "to a power",
        "POWER(2, 10)",
        lambda node, base, power: base.pow(power),
        "this",
        "expression",
    ),
    exp.Format: Function(
        {"expressions": "exact"},
        TEXT,
        _formatted,
        besides=("this",),
        check=_check_format,
        in_rules=False,
        form="FORMAT('{:,.2f}', number)",
        says="an exact number written out with all its digits: `,` between thousands, `05d` filled with zeros; text around "
        "the braces stays",
        examples=("FORMAT('EUR {:,.2f}', 1234.50)", "FORMAT('{:05d}', -42)"),
    ),
}
