"""What an entry of the functions says: what it takes and gives, how it is drawn, and how large its numbers become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl
from sqlglot import exp

from synth.dtypes import DType
from synth.sql.kinds import Policy, kind_of
from synth.sql.nodes import Node, is_number, not_portable
from synth.sql.parse import SqlError

__all__ = ["Function", "known_text", "known_whole", "refuse_argument"]


def _nothing(node: Node, policy: Policy) -> None:
    """No further refusals."""


def _always(node: Node) -> bool:
    return True


@dataclass(frozen=True)
class Function:
    """What a function takes, gives, and how it is drawn."""

    takes: Mapping[str, str]  # sqlglot's names of its arguments: see `ARGUMENTS`
    gives: DType
    polars: Callable[..., pl.Expr] | None = None  # (node, an expression for each argument) -> the function's
    largest: int = 0  # the bound of a number that it gives
    besides: tuple[str, ...] = ()  # arguments that are no values
    check: Callable[[Node, Policy], None] = _nothing  # raises SqlError
    known: Callable[[Node], bool] = field(default=_always)  # whether a node is of the form that is meant here
    in_rules: bool = True  # whether every database can be told to give what is drawn
    form: str = ""  # how it is written
    says: str = ""  # what it gives
    examples: tuple[str, ...] = ()  # of values written out, so that each stands alone

    def is_drawn(self, node: Node) -> bool:
        """Whether it has a Polars expression of its own."""
        return self.polars is not None and self.known(node)

    def require(self, node: Node, policy: Policy) -> None:
        """Refuse what is typed already, but not as the function needs it. Raises SqlError."""
        if not self.in_rules and not policy.reads_polars:
            raise not_portable(node)
        self.check(node, policy)


ARGUMENTS = {
    "text": "a text is expected",
    "joined": "",  # a text, or what becomes one unasked
    "time": "dates and timestamps are expected",
    "moment": "dates and timestamps are expected",  # or a text written out that is one
    "whole": "a whole number is expected",
    "number": "a number is expected",
    "exact": "a whole or decimal number is expected",
    "double": "a number is expected",  # which becomes a double
}
_NAMES = {"DATEDIFF": "DATE_DIFF", "STR_POSITION": "STRPOS", "DATE_ADD": "+ INTERVAL", "TIMESTAMP_TRUNC": "DATE_TRUNC"}
_NAMES |= {"TIMESTAMPDIFF": "DATE_SUB", "DATE_FROM_PARTS": "MAKE_DATE", "TIMESTAMP_FROM_PARTS": "MAKE_TIMESTAMP"}


def refuse_argument(node: Node, dtype: DType, kind: str) -> None:
    """Refuse an argument that is not of the kind a function takes. Raises SqlError."""
    fits = {
        "text": kind_of(dtype) == "text",
        "whole": dtype.is_exact and not dtype.digits,
        "number": kind_of(dtype) == "number",
        "exact": dtype.is_exact,
        "double": kind_of(dtype) == "number",
    }.get(kind, dtype.is_time)
    if not fits:
        name = node.this.name if isinstance(node, exp.Extract) else node.sql_name()
        raise SqlError(f"{_NAMES.get(name, name)} of {dtype}; {ARGUMENTS[kind]}")


def known_whole(node: Node | None, lowest: int, highest: int) -> int | None:
    """The whole number that is written out, if it is one between these."""
    if node is None or not is_number(node) or not node.unnest().name.isdigit():
        return None
    number = int(node.unnest().name)
    return number if lowest <= number <= highest else None


def known_text(node: Node | None) -> str | None:
    """The text that is written out, if it is one."""
    inner = node.unnest() if node is not None else None
    return str(inner.name) if isinstance(inner, exp.Literal) and inner.is_string else None
