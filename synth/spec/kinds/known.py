"""What kinds see of NULL: which columns, paths and expressions may be it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["KnownNulls"]


class KnownNulls(Protocol):
    """What may be NULL, as far as the spec tells."""

    def is_drawn(self, table: str, column: str) -> bool:
        """Tell whether NULL can be drawn."""

    def shows(self, table: str, column: str) -> bool:
        """Tell whether NULL can show, as drawn or because something has not come yet."""

    def shows_at(self, table: str, path: str) -> bool:
        """Tell whether NULL can show behind a path."""

    def of_sql(self, table: str, text: str, null: Callable[[str, str], bool]) -> bool:
        """Tell whether an expression seen from a row of a table may be NULL, where `null` tells it of paths."""

    def of_select(self, table: str, text: str, sources: tuple[str, ...], column: str) -> bool:
        """Tell whether a column of a SELECT over these tables may be NULL."""
