"""Numbers and names that answers are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

__all__ = ["Bytes", "Moment", "Rows", "Seconds", "Table"]

Rows = Annotated[int, Field(ge=0, description="rows")]
Bytes = Annotated[int, Field(ge=0, description="bytes")]
Seconds = Annotated[float, Field(ge=0, description="seconds by the clock")]
Moment = Annotated[str, Field(description="a moment in ISO 8601, without a zone: 2025-12-31T00:00:00")]
Table = Annotated[str, Field(description="a table's name")]
