"""A path, resolved: the column that a name means, seen from a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ResolvedPath"]


@dataclass(frozen=True)
class ResolvedPath:
    """The column behind a path: the row's own, an ancestor's, or one of the row that the column `via` points at."""

    how: Literal["own", "ancestor", "pointed"]
    table: str
    column: str
    via: str = ""
