"""What arrivals and delays share: they follow a calendar, a named one or that of their own words."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import Field, PrivateAttr, model_validator

from synth.generators.base import Generator
from synth.generators.calendars import Calendar

__all__ = ["InCalendar"]


class InCalendar(Generator):
    """Makes a column that follows a calendar, instead of weights of its own."""

    calendar: str | None = Field(
        None, description="name of the calendar that it follows, instead of weights and days of its own"
    )

    _followed: Calendar | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        words = [word for word in ("season", "weekdays", "hours", "days") if word in self.model_fields_set]
        if self.calendar is not None and words:
            raise ValueError(f"`calendar` says that already: leave `{words[0]}` out, or say all of it here")
        return self

    @property
    def named_calendar(self) -> str | None:
        return self.calendar

    def follow(self, calendar: Calendar) -> None:
        self._followed = calendar

    @property
    def _when(self) -> Calendar:
        """Give the calendar that it follows: the named one, or that of its own words."""
        if self.calendar is None:
            return self._own_words
        assert self._followed, "a dataset hands its calendars out when it is made"
        return self._followed

    @cached_property
    def _own_words(self) -> Calendar:
        words = {word: getattr(self, word) for word in ("season", "weekdays", "hours", "days") if hasattr(self, word)}
        return Calendar(**words)
