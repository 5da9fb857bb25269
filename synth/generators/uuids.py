"""UUIDs of versions 4 and 7 (RFC 9562) in any column, made from the stream and the row's number: none comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL, mask, moments
from synth.dtypes import UUID, DType
from synth.errors import DataError
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.keys import UUID_LENGTH, spell_uuids
from synth.streams import Sub, permuted

__all__ = ["Uuid"]

MS_US = 1_000
VARIANT = np.uint64(1 << 63)  # 10 in the first two bits of the second half
APART = 2**62  # the other bits of that half: a shuffle of row numbers


class Uuid(Generator):
    """A UUID of version 4, or of version 7, which follows a moment of the row: in order of time to the microsecond."""

    shorthand = "version"
    default_type = UUID
    never_repeats = True

    example = """request_id: {uuid: 4}
sent_at: {uniform: {min: 2024-01-01, max: 2024-06-30}, type: timestamp}
message_id: {uuid: {version: 7, at: sent_at}}"""

    version: Literal[4, 7] = Field(4, description="random, or in order of time")
    at: str | None = Field(None, description="of version 7: the path of the moment")

    @model_validator(mode="after")
    def _check(self) -> Uuid:
        if (self.version == 7) != (self.at is not None):
            raise ValueError("a UUID of version 7 follows a moment, `at`, and one of version 4 none")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take UUIDs, and text of their length."""
        if not (dtype.is_free_text or dtype.name == "uuid"):
            return f"a UUID cannot be {dtype}"
        return f"a uuid is {UUID_LENGTH} long" if dtype.length and dtype.length < UUID_LENGTH else None

    def longest_text(self) -> int:
        """Give that of all of them."""
        return UUID_LENGTH

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment that it follows."""
        return (RowValue(self.at),) if self.at else ()

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the moment may be NULL."""
        return self.at is not None and view.gives_null(self.at)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that is no moment."""
        if self.at and not view.type_at(self.at).is_time:
            yield Complaint(f"'{self.at}' is {view.type_at(self.at)}, and no moment", at=("at",))

    def draw(self, context: RowContext) -> pl.Series:
        """Put the moment, or random bits, before bits that keep rows apart; NULL where the moment is. (rows,)"""
        words = np.empty((context.rows, 2), dtype=np.uint64)
        apart = permuted(context.seed, context.table, context.column, Sub.UUIDS, context.unique_numbers, APART)
        words[:, 1] = apart.astype(np.uint64) | VARIANT
        if self.at is None:
            random = context.stream().integers(0, 2**64, context.rows, dtype=np.uint64)
            words[:, 0] = random & np.uint64(0xFFFF_FFFF_FFFF_0FFF) | np.uint64(0x4000)
            return spell_uuids(words)
        at = moments(context.value(self.at))
        missing = at == NULL
        if (at[~missing] < 0).any():
            raise DataError(f"'{self.at}' lies before 1970, and a UUID of version 7 cannot")
        us = np.where(missing, 0, at).astype(np.uint64)
        part = (
            us % np.uint64(MS_US) * np.uint64(4096) // np.uint64(MS_US)
        )  # of the millisecond: method 3 of section 6.2
        words[:, 0] = us // np.uint64(MS_US) << np.uint64(16) | np.uint64(0x7000) | part
        return mask(spell_uuids(words), missing)
