"""What `diff` prints with `--json`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from synth.answers.units import Rows, Seconds, Table

__all__ = [
    "ChildrenMeasured",
    "ColumnCompared",
    "ColumnMeasured",
    "Counts",
    "DataCompared",
    "ReferenceCompared",
    "SpecChanged",
    "SpecsCompared",
    "TableCompared",
    "Types",
]


class SpecChanged(TypedDict):
    """A thing that two specs say differently."""

    path: Annotated[
        list[str], Field(description="as in YAML, but `generator` and `parameters` of a column by these words")
    ]
    what: Annotated[
        Literal["changed", "added", "gone", "order"], Field(description="order: the same names otherwise ordered")
    ]
    before: Annotated[
        Any, Field(description="what is meant there: where nothing is written, the default; null if nothing is")
    ]
    after: Any
    before_at: Annotated[str | None, Field(description="where it is written, or what is around it: file:line:column")]
    after_at: str | None
    follows: Annotated[
        bool, Field(description="whether it is not written, but follows from others: a type that is inferred")
    ]


class SpecsCompared(TypedDict):
    """What is different between two specs."""

    kind: Literal["specs"]
    same: Annotated[bool, Field(description="whether both mean the same; the exit code is 1 where not")]
    before: str
    after: str
    changes: list[SpecChanged]
    content: Annotated[
        dict[str, bool],
        Field(description="by table of both: whether its rows may differ, at the same scale, seed and until"),
    ]


Distance = Annotated[
    float | None, Field(ge=0, le=1, description="0: spread alike; null: types that cannot be compared")
]
Share = Annotated[float, Field(ge=0, le=1)]


class Counts(TypedDict):
    """Rows on both sides."""

    before: Rows
    after: Rows


class Types(TypedDict):
    """A column's type on both sides."""

    before: str
    after: str


class ColumnMeasured(TypedDict):
    """What a column holds; what has no meaning for its type is null, or empty."""

    type: str
    rows: Rows
    null_share: Share
    distinct: Annotated[int, Field(ge=0, description="different values, about so many")]
    least: int | float | str | None
    greatest: int | float | str | None
    mean: float | None
    deviation: Annotated[float | None, Field(description="the standard deviation, of all rows")]
    quantiles: Annotated[
        dict[str, float | str], Field(description="5 %, 25 %, 50 %, 75 % and 95 %; rounded to 12 binary digits")
    ]
    shares: Annotated[
        dict[str, Share], Field(description="of few different values the commonest, of those that are not NULL")
    ]
    mean_length: Annotated[float | None, Field(description="of texts, in characters")]
    true_share: Annotated[float | None, Field(description="of booleans that are not NULL")]


class ColumnCompared(TypedDict):
    """A column on both sides, and how far apart they are."""

    distance: Distance
    before: ColumnMeasured
    after: ColumnMeasured


class ChildrenMeasured(TypedDict):
    """How many rows refer to each row of a parent."""

    parent: Table
    parents: Rows
    mean: Annotated[float, Field(ge=0, description="children of a parent, on average")]
    without: Annotated[float, Field(ge=0, le=1, description="the share of parents that have no child")]


class ReferenceCompared(TypedDict):
    """A reference on both sides, and how far apart the numbers of children are."""

    distance: Distance
    before: ChildrenMeasured
    after: ChildrenMeasured


class TableCompared(TypedDict):
    """A table of both sides; where it is the same, only its rows are told."""

    same: bool
    rows: Counts
    gone: Annotated[list[str], Field(description="columns of the first side alone")]
    added: Annotated[list[str], Field(description="columns of the second side alone")]
    reordered: Annotated[bool, Field(description="whether the columns of both are in another order")]
    types: Annotated[dict[str, Types], Field(description="of columns that have another one")]
    columns: Annotated[dict[str, ColumnCompared], Field(description="of both sides, the farthest apart first")]
    references: Annotated[dict[str, ReferenceCompared], Field(description="by the column that refers")]


class DataCompared(TypedDict):
    """What is different between two folders or databases."""

    kind: Literal["data"]
    same: Annotated[bool, Field(description="whether both hold the same; the exit code is 1 where not")]
    before: str
    after: str
    seconds: Seconds
    gone: Annotated[list[str], Field(description="tables of the first side alone")]
    added: Annotated[list[str], Field(description="tables of the second side alone")]
    tables: dict[str, TableCompared]
