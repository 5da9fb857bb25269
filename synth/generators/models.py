"""What declared things are: frozen, strict models, and the types that many of their fields have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Many", "Model", "Share", "one_way_of"]

Share = Annotated[float, Field(ge=0, le=1)]
Many = Annotated[tuple[Any, ...], Field(strict=False)]


class Model(BaseModel):
    """A declared thing: frozen, strict, and with nothing extra."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    renamed: ClassVar[dict[str, str]] = {}  # words of older specs -> the words that stand for them now

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Make a copy with other values, which forgets what was worked out from the old ones."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


def one_way_of(*ways: Mapping[str, Any], **besides: Any) -> ConfigDict:
    """Configure a model so that editors are told that exactly one of these JSON Schemas holds; it checks nothing itself.

    `besides` are further keywords of its schema.
    """
    told: dict[str, Any] = {"oneOf": [*ways], **besides}
    return ConfigDict(json_schema_extra=told)
