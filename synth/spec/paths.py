"""A path, resolved: the column that a name means, seen from a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["SIBLINGS", "ResolvedPath"]

SIBLINGS = ("previous", "next", "first", "last")  # of the rows that a row's parent has


@dataclass(frozen=True)
class ResolvedPath:
    """The column behind a path: the row's own, an ancestor's, one of the row that `via` points at, or a sibling's.

    `sibling` is one of `SIBLINGS`.
    """

    how: Literal["own", "ancestor", "pointed", "sibling"]
    table: str
    column: str
    via: str = ""
    sibling: str = ""

    @property
    def may_be_nobody(self) -> bool:
        """Whether there may be no such sibling: none before the first, none after the last."""
        return self.sibling in ("previous", "next")
