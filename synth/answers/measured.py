"""What `realism` prints with `--json`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from synth.answers.units import Seconds

__all__ = ["FactMeasured", "RealismMeasured"]


class FactMeasured(TypedDict):
    """A figure that the spec wants of the data."""

    name: str
    about: str
    source: Annotated[str | None, Field(description="where the band comes from")]
    measured: Annotated[float | None, Field(description="null where it could not be measured: see the note")]
    wanted: Annotated[float | None, Field(description="the source's own figure")]
    least: Annotated[float, Field(description="where the band begins")]
    most: float
    deviation: Annotated[float | None, Field(description="measured / wanted - 1")]
    verdict: Annotated[
        Literal["inside", "outside", "skipped", "failed"],
        Field(description="skipped: it reads a table that was not made, or is judged at larger scales alone"),
    ]
    note: str


class RealismMeasured(TypedDict):
    """The facts of a dataset, measured."""

    place: str
    dataset: str
    scale: float
    passed: Annotated[bool, Field(description="whether none is outside or failed; the exit code is 1 where not")]
    facts: list[FactMeasured]
    seconds: Seconds
