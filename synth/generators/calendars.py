"""A named calendar: when things happen, or run, by seasons, weekdays, hours, holidays, yearly events and single dates.

All that it says is known for the years around the period alone: holidays are looked up once, when a spec is read, and noted
in it, so that another version of their library changes no data that a manifest describes.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from synth.errors import did_you_mean
from synth.generators.models import Many, Model, one_way_of
from synth.generators.profiles import DaysOfTheirOwn, Factor, Hours, Season, Weekdays, profile

__all__ = ["Calendar", "Holidays", "Yearly"]

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS_AROUND = 10  # before and behind the period, of which holidays and events are known
MOST_FACTORS = 92  # of an event: a quarter of a year


class Holidays(Model):
    """The public holidays of a country, or of a part of it, as the library `holidays` knows them, all with one factor."""

    country: str = Field(description="its two letters, like DE")
    subdivision: str | None = Field(None, description="a part of it, as the library calls it, like BY or CA")
    factor: Factor = Field(0.0, description="of such a day: 0 is closed, 0.5 half of a usual day")
    dates: SkipJsonSchema[Annotated[tuple[dt.date, ...], Field(strict=False)] | None] = None  # noted: as found

    def found(self, first: int, last: int) -> Holidays:
        """Look the dates of these years up, unless they are noted. Raises ValueError for a country that nobody knows."""
        if self.dates is not None:
            return self
        from synth.extras import needing

        with needing("holidays"):
            import holidays
        try:
            known = holidays.country_holidays(self.country, self.subdivision, years=range(first, last + 1))
        except NotImplementedError:
            countries = holidays.list_supported_countries()
            if self.country not in countries:
                raise ValueError(
                    f"unknown country '{self.country}'; {did_you_mean(self.country, [*countries])}"
                ) from None
            parts = countries[self.country]
            told = did_you_mean(str(self.subdivision), parts) if parts else "it has none"
            raise ValueError(f"unknown subdivision '{self.subdivision}' of {self.country}; {told}") from None
        return self.model_copy(update={"dates": tuple(sorted(known))})


class Yearly(Model):
    """Days that come each year, one after another, each with a factor: from a day of a month, or its n-th such weekday."""

    model_config = one_way_of({"required": ["day"]}, {"required": ["weekday", "nth"]})

    month: Annotated[int, Field(ge=1, le=12)] = Field(description="the month, January being 1")
    day: Annotated[int, Field(ge=1, le=31)] | None = Field(None, description="day of the month")
    weekday: Weekday | None = Field(None, description="instead of a day: monday to sunday")
    nth: Annotated[int, Field(ge=-1, le=4)] | None = Field(
        None, description="which of the month's such weekdays: 1 to 4, or -1, the last"
    )
    starting: Annotated[int, Field(ge=-60, le=60)] = Field(0, description="days from there to the first factor's day")
    factors: Annotated[tuple[Factor, ...], Field(min_length=1, max_length=MOST_FACTORS, strict=False)] = Field(
        description="of that day, the next, and so on: [2.4, 1.5] is a day of 2.4 usual ones, and one of 1.5"
    )

    @model_validator(mode="after")
    def _check(self) -> Yearly:
        if (self.day is None) == (self.weekday is None) or (self.weekday is None) != (self.nth is None):
            raise ValueError("say `day`, or `weekday` and `nth`")
        if self.nth == 0:
            raise ValueError("`nth` is 1 to 4, or -1, the last")
        if self.day is not None and self.day > calendar.monthrange(2023, self.month)[1]:
            raise ValueError(f"month {self.month} has no day {self.day} each year")
        return self

    def in_year(self, year: int) -> Iterator[tuple[dt.date, float]]:
        """Yield its days of a year, and their factors."""
        if self.day is not None:
            anchor = dt.date(year, self.month, self.day)
        else:
            first, length = calendar.monthrange(year, self.month)
            days = [*range(1 + (WEEKDAYS.index(self.weekday or "monday") - first) % 7, length + 1, 7)]
            nth = self.nth or 1
            anchor = dt.date(year, self.month, days[nth - 1 if nth > 0 else nth])
        for number, factor in enumerate(self.factors):
            yield anchor + dt.timedelta(days=self.starting + number), factor


class Calendar(Model):
    """When things happen, or run: weights of months, weekdays and hours, and factors of single days.

    A day has one factor: that of `days`, else those of the yearly events on it, multiplied, else that of a holiday.
    """

    about: str | None = Field(None, description="a comment")
    season: Season = Field("flat", description="weights of the months, January first; time that runs knows none")
    weekdays: Weekdays = Field("flat", description="weights of the days, Monday first; 0 is closed")
    hours: Hours | dict[Weekday, Hours] = Field(
        "flat", description="weights of the hours 0 to 23; or those of each weekday, where one left out is closed"
    )
    holidays: Holidays | None = Field(None, description="the public holidays of a country")
    yearly: dict[str, Yearly] = Field(default={}, description="name: days that come each year, like Black Friday")
    days: DaysOfTheirOwn = Field(
        default={}, description="dates with a factor of their own: 2.5 usual days, 0 is closed"
    )
    years: SkipJsonSchema[Annotated[Many, Field(min_length=2, max_length=2)] | None] = None  # noted: first, last known

    @model_validator(mode="after")
    def _check(self) -> Calendar:
        profile("season", self.season)
        profile("weekdays", self.weekdays)
        for hours in self.hours.values() if isinstance(self.hours, dict) else [self.hours]:
            profile("hours", hours)
        if not self.week.any():
            raise ValueError("it is never open: no weekday with a weight has hours")
        return self

    def around(self, start: dt.date, until: dt.date) -> Calendar:
        """Look up what is known of the years around a period, unless it is noted. Raises ValueError."""
        if self.years is not None:
            return self
        first, last = start.year - YEARS_AROUND, until.year + YEARS_AROUND
        found = self.holidays and self.holidays.found(first, last)
        return self.model_copy(update={"years": (first, last), "holidays": found})

    @property
    def week(self) -> Floats:
        """Give the weights of all hours of a week, Monday first. (7, 24)"""
        weekdays = np.array(profile("weekdays", self.weekdays))
        return weekdays[:, None] * self._hours

    @property
    def _hours(self) -> Floats:
        """The weights of the hours of each weekday. (7, 24)"""
        if not isinstance(self.hours, dict):
            return np.tile(np.array(profile("hours", self.hours)), (7, 1))
        hours, closed = self.hours, (0.0,) * 24
        return np.array([profile("hours", hours[day]) if day in hours else closed for day in WEEKDAYS])

    @cached_property
    def factors(self) -> dict[dt.date, float]:
        """The days that have another factor than 1, in the years that are known, in order."""
        found: dict[dt.date, float] = {}
        if self.holidays and self.holidays.dates is not None:
            found |= dict.fromkeys(self.holidays.dates, self.holidays.factor)
        first, last = self.years or (1, 0)
        events: dict[dt.date, float] = {}
        for event in self.yearly.values():
            for year in range(first, last + 1):
                for day, factor in event.in_year(year):
                    events[day] = events.get(day, 1.0) * factor
        found |= events | self.days
        return {day: found[day] for day in sorted(found) if found[day] != 1}

    def weighed(self, weight: Floats, days: Days) -> Floats:
        """Weigh days by their month, their weekday and their own factor. (days,), (days,) -> (days,)"""
        weight = weight * np.array(profile("season", self.season))[days.astype("datetime64[M]").astype(np.int64) % 12]
        weekdays = np.array(profile("weekdays", self.weekdays)) * self._hours.any(axis=1)
        weighed: Floats = weight * weekdays[_weekday(days)] * self.own_factors(days)
        return weighed

    def own_factors(self, days: Days) -> Floats:
        """Give the own factor of each of some days that follow each other. (days,) -> (days,)"""
        found = np.ones(len(days))
        places = (np.array([*self.factors], dtype="datetime64[D]") - days[:1]).astype(np.int64)
        there = (places >= 0) & (places < len(days))
        found[places[there]] = np.array([*self.factors.values()])[there]
        return found

    def hour_shares(self, days: Days, parts: int) -> Floats:
        """Give how a day's rows are shared out over parts of its hours: one line for all days, or one for each.

        (days,) -> (1 or days, 24 × parts)
        """
        share = np.repeat(self._hours / parts, parts, axis=1)
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
        return share[_weekday(days)] if isinstance(self.hours, dict) else share[:1]


def _weekday(days: Days) -> npt.NDArray[np.int64]:
    """Give the weekday of each day, Monday being 0; 1970-01-01 was a Thursday. (days,) -> (days,)"""
    return (days.astype(np.int64) + 3) % 7
