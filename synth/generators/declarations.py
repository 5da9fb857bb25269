"""What a generator declares of itself: what it is made from, whom it points at, what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from synth.dtypes import DType

__all__ = [
    "AllRows",
    "ChildColumn",
    "ChildCounts",
    "Choosing",
    "ColumnSql",
    "Complaint",
    "Dependency",
    "DottedPath",
    "FullColumn",
    "HeldKey",
    "MustCover",
    "NamedTable",
    "OwnAbove",
    "OwnBefore",
    "OwnBelow",
    "PointsBy",
    "RowCount",
    "RowValue",
    "Span",
]  # fmt: skip


# -- what can come out of a column


class Span(NamedTuple):
    """The least and the largest that can come out: whole minor units, or microseconds since 1970; floats without end."""

    low: float
    high: float


class Segment(NamedTuple):
    """From a row on, keys go on from another one, as the keys between belong to rows of others."""

    first_row: int
    first_key: int


# -- whom a column points at


class PointsBy(NamedTuple):
    """The column that says which table a key is of, and the references of the row by its values."""

    by: str
    references: Mapping[object, str]


# -- what a column is made from


class DottedPath(NamedTuple):
    """A path in its two pieces: `price` alone, or what stands before and behind the point of `product_id.price`."""

    first: str
    rest: str = ""

    @classmethod
    def parse(cls, path: str) -> DottedPath:
        """Take a path apart at its first point."""
        first, _, rest = path.partition(".")
        return cls(first, rest)


@dataclass(frozen=True)
class RowValue:
    """A value seen from the row by a path: `price`, an ancestor's `orders.ordered_at`, or `product_id.price`."""

    path: str


@dataclass(frozen=True)
class FullColumn:
    """All rows of a column of a table in another family."""

    table: str
    column: str


@dataclass(frozen=True)
class ChildColumn:
    """A column of a child table of the same family; without a column the child's rows alone."""

    table: str
    column: str = ""


@dataclass(frozen=True)
class RowCount:
    """The rows of a table, of which only the number matters."""

    table: str


@dataclass(frozen=True)
class OwnBefore:
    """The column's own value in the sibling before, by its path: the column is made in the order of siblings."""

    path: str


@dataclass(frozen=True)
class AllRows:
    """A column of this table in all rows that are there: the column is worked out for all of them together."""

    column: str


@dataclass(frozen=True)
class OwnAbove:
    """The column's own value in the row of its table that another column points at, by its path: made from the roots on."""

    path: str

    @property
    def via(self) -> str:
        """The column that points at that row."""
        return DottedPath.parse(self.path).first


@dataclass(frozen=True)
class OwnBelow:
    """The rows of this table that refer to the row by a column of theirs, and what they have in another one, if any."""

    via: str
    column: str = ""


@dataclass(frozen=True)
class ChildCounts:
    """How many rows of a child table each row of its parent has, in another family."""

    table: str


Dependency = RowValue | FullColumn | ChildColumn | RowCount | ChildCounts | OwnBefore | OwnAbove | OwnBelow | AllRows


@dataclass(frozen=True)
class ColumnSql:
    """SQL that is compiled for a column: the text, names it may use besides the row's with their types, the wanted type.

    `is_column` says that the compiled expression gives the column itself, and so its type where none is declared.
    """

    text: str
    extra: Mapping[str, DType] = field(default_factory=dict)
    is_column: bool = True


@dataclass(frozen=True)
class Choosing:
    """A choice among rows of a table. It is settled where it is made at a moment that is past.

    `moment` is the path of that moment, if there is one; `begins` a column of the table whose value at the moment decides,
    where it is not the arrival of its rows. `must_find` says that there has to be a row; `distinct_per` names an ancestor in
    one of whose rows none is chosen twice; `within` a column that points at the row which those that can be chosen are born
    with. `says_which` says that not just any row will do, `others` how many are left out.
    """

    table: str
    moment: str | None
    begins: str | None = None
    must_find: bool = False
    distinct_per: str | None = None
    within: str | None = None
    says_which: bool = False
    others: int = 0


@dataclass(frozen=True)
class MustCover:
    """Columns of a table by which a row must be found at every moment: what is matched, and when each row begins and ends.

    `moment` is the path of the moment, `matched` gives the path of the value that each of their columns equals.
    """

    table: str
    moment: str
    matched: Mapping[str, str]
    begins: str
    ends: str | None = None


class HeldKey(NamedTuple):
    """The table whose key a column holds, and of a key of several columns the one that it holds."""

    table: str
    column: str | None = None


@dataclass(frozen=True)
class NamedTable:
    """A table that a parameter names; `with_own_rows` says that it cannot be one that is gathered from several families."""

    parameter: str
    table: str
    with_own_rows: bool = False


@dataclass(frozen=True)
class Complaint:
    """Why a column cannot be as it is declared: what, a way out, and which of its parameters it is about.

    `of_column` says that `at` is a place of the column's own, beside the generator: `type`.
    """

    what: str
    hint: str | None = None
    at: tuple[str, ...] = ()
    of_column: bool = False
