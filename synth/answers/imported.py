"""What `import` prints with `--json`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from synth.answers.units import Rows, Seconds

__all__ = ["ImportNote", "ImportProof", "Imported", "LearntMeasure"]


class ImportNote(TypedDict):
    """What could not be taken over into a spec."""

    where: str
    what: str
    line: Annotated[int | None, Field(description="of DDL; null where there is none")]


class ImportProof(TypedDict):
    """What was generated from the new spec and verified."""

    scale: float
    rows: Rows
    checks: int


class LearntMeasure(TypedDict):
    """One measure of the source's rows, and of generated ones."""

    where: str
    what: str
    learnt: float
    obtained: float
    apart: Annotated[float, Field(description="a difference of shares; of all else obtained / learnt less 1")]


class Imported(TypedDict):
    """A spec that was made of a source, and its proof."""

    spec: str
    dataset: str
    tables: int
    notes: list[ImportNote]
    proof: ImportProof
    learnt: list[LearntMeasure]
    copied: Annotated[dict[str, int], Field(description="how many values were copied, by table.column")]
    seconds: Seconds
