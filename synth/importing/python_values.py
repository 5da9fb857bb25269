"""Values of Python as SQL of DuckDB, as models give them for defaults and conditions."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
import uuid
from typing import Any

__all__ = ["called_default", "literal"]

_UUIDS = frozenset(("uuid1", "uuid4", "uuid6", "uuid7", "uuid8"))


def literal(value: Any) -> str:
    """A value as SQL. Raises ValueError for what no literal is."""
    if isinstance(value, enum.Enum):
        return literal(value.value)
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, decimal.Decimal)):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number of SQL")
        return str(value)
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, (str, uuid.UUID, dt.time)):
        return "'" + str(value).replace("'", "''") + "'"
    raise ValueError(f"a {type(value).__name__} is no literal of SQL")


def called_default(function: Any) -> str | None:
    """SQL for a function of Python that gives a default: the time now, or a random key; None for any other."""
    function = getattr(function, "__wrapped__", function)
    name, module = getattr(function, "__name__", ""), getattr(function, "__module__", None) or ""
    owner = getattr(function, "__self__", None)
    if name in _UUIDS and module == "uuid":
        return "UUID()"
    if _is_now(name) and isinstance(owner, type) and issubclass(owner, dt.date):
        return "CURRENT_TIMESTAMP" if issubclass(owner, dt.datetime) else "CURRENT_DATE"
    called = {*getattr(getattr(function, "__code__", None), "co_names", ())} if name == "<lambda>" else set[str]()
    if called & _UUIDS:
        return "UUID()"
    return "CURRENT_TIMESTAMP" if any(map(_is_now, called)) and "datetime" in called else None


def _is_now(name: str) -> bool:
    """Whether a function of `datetime` gives the time now, in any zone."""
    return name.endswith("now") or name == "today"
