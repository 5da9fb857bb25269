"""Moments that are no arrivals: behind another one, of the row or of one that owns it, or spread as they were learnt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from synth.importing.drafting.meaning import is_created_at
from synth.importing.drafting.model import DraftColumn, Words
from synth.importing.drafting.names import words_of
from synth.importing.drafting.plain import is_long_ago, plain_words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundColumn
from synth.importing.learning.delays import UNITS
from synth.importing.learning.learnt import Delay, Moments

__all__ = ["MOMENTS", "draft_moment"]

MOMENTS = ("date", "timestamp", "timestamptz")
SURE, LEAST_OPEN = 0.95, 0.01  # share of rows in which a moment follows; of a day that is open
MOMENT = 0.02  # minutes that a delay of its own adds to one that was learnt as a column
UNEVEN = 0.2  # how far a weight may be from 1 in what is even
FEW_DAYS = 4.0  # delays that are longer forget the hour at which they began
_ENDS = {
    "to": "from", "end": "start", "ends": "starts", "until": "from", "till": "from", "finish": "start", "ended": "started",
    "bis": "von", "ende": "beginn", "fin": "debut", "au": "du", "checkout": "checkin", "closed": "opened",
}  # fmt: skip


def draft_moment(drafting: Drafting, column: FoundColumn) -> None:
    """A moment: behind the one by which the row came, as it was learnt, or any day of the period."""
    came = drafting.arrival
    begins = _beginning(drafting, column)
    before = begins or next(
        (a for a, b in drafting.said.ordered if b.lower() == column.name.lower() and a in drafting), None
    )
    known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
    delay = _learned_delay(drafting, column)
    if delay:
        drafting.add(column, delay, "learnt")
    elif known and known.moments and known.moments.spread and not known.personal:
        _draft_spread(drafting, column, known.moments)
    elif came and is_created_at(column) and drafting.root != drafting.table.name:
        drafting.add(column, {"lookup": came}, "by its name: the moment its family came", keeps_null=False)
    elif (came or before) and not is_long_ago(column):
        after = before or came
        words: Words = {"after": after, "median": 3, "sigma": 0.8, "min": 0.1, "max": 60}
        if column.type.name == "date":
            words["min"] = 1
        if not column.nullable:
            words["announced"] = True
        drafting.add(column, {"delay": words}, f"by its name and type: some time behind {after}")
    else:
        limits = drafting.said.of(column.name)
        drafting.add(column, plain_words(column, limits, drafting.draft.start, drafting.draft.until), "by its type")


def _beginning(drafting: Drafting, column: FoundColumn) -> str | None:
    """The column that says when it began what this one says the end of: `valid_from` of `valid_to`."""
    words = words_of(column.name)
    for end, start in _ENDS.items():
        if end in words:
            wanted = tuple(start if word == end else word for word in words)
            for each in drafting.table.columns:
                if words_of(each.name) == wanted and each.type.name in MOMENTS and each.name in drafting:
                    return each.name
    return None


def _learned_delay(drafting: Drafting, column: FoundColumn) -> Words | None:
    """A delay that was learnt, behind a moment of the row that is drafted already, or of the row that owns it."""
    for each in drafting.learnt.delays if drafting.learnt else ():
        after = _after(drafting, each) if each.column == column.name else None
        if after is None or each.ordered <= SURE:
            continue
        low, high = each.low, each.high
        if low >= high:  # always as long: of whole days the middle of one
            half = 0.49 if column.type.name == "date" and each.unit == "days" else 0.001 * low
            low, high = round(low - half, 4), round(low + half, 4)
        words: Words = {"after": after, "min": low, "max": high, "unit": each.unit}
        known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
        moments = known.moments if known and each.unit == "days" else None
        if each.quantiles and not _is_closed(moments):
            words = _waiting(drafting, column, each, after)
        elif each.even or not each.sigma or each.low >= each.high:
            words["even"] = True
        else:
            words |= {"median": each.median, "sigma": round(each.sigma, 3)}
        if moments and each.low < each.high and words["unit"] == "days":
            share = _open(words, moments, long=each.median >= FEW_DAYS)
            for name in {"min", "median", "max"} & words.keys():
                words[name] = float(f"{words[name] * share:.4g}")
        found: Words = {"delay": words if column.nullable else {**words, "announced": True}}
        if column.nullable and not each.via:
            found["null_share"] = each.missing
        return found
    return None


def _waiting(drafting: Drafting, column: FoundColumn, each: Delay, after: str) -> Words:
    """A delay as its lengths were learnt: a working column of seconds, and the moment to which they lead."""
    wait, begun = f"_{column.name}_wait", f"_{column.name}_from"
    seconds = {share: round(length * UNITS[each.unit]) for share, length in each.quantiles.items()}
    made = drafting.made.columns
    made[wait] = DraftColumn({"empirical": {"quantiles": seconds}, "type": "bigint"}, f"learnt: seconds behind {after}")
    made[begun] = DraftColumn({"expr": f"{after} + INTERVAL ({wait}) SECOND"})
    return {"after": begun, "even": True, "min": 0, "max": MOMENT, "unit": "minutes"}


def _is_closed(known: Moments | None) -> bool:
    """Whether there are weekdays without moments."""
    return bool(known and known.weekdays) and min(known.weekdays if known else ()) * 7 < LEAST_OPEN


def _after(drafting: Drafting, each: Delay) -> str | None:
    """The path of the moment before; None where there is none in the spec."""
    if not each.via:
        return each.after if each.after in drafting else None
    owner = drafting.kind.owner
    if owner is None or owner.columns != each.via or owner.table != each.table:
        return None
    return f"{each.table}.{each.after}"


def _open(words: Words, known: Moments, *, long: bool) -> float:
    """Let a delay run in open time, where days are closed, or it is long and they are unequal; the share of open days."""
    share = 1.0
    if known.weekdays and (_is_closed(known) or (long and _is_uneven(known.weekdays))):
        words["weekdays"] = [round(part * 7, 3) for part in known.weekdays]
        share = sum(part * 7 > LEAST_OPEN for part in known.weekdays) / 7
    if long and known.hours and not known.whole_days and _is_uneven(known.hours):
        words["hours"] = [round(part * 24, 3) for part in known.hours]
    return share


def _is_uneven(shares: Sequence[float]) -> bool:
    return max(abs(share * len(shares) - 1) for share in shares) > UNEVEN


def _draft_spread(drafting: Drafting, column: FoundColumn, known: Moments) -> None:
    """A day as it was learnt, and from there on within a week to a weekday and an hour, in working columns."""
    first = min(known.spread.values())
    day, begun = f"_{column.name}_day", f"_{column.name}_from"
    quantiles = {share: (each - first).days for share, each in known.spread.items()}
    spread: Words = {"empirical": {"quantiles": quantiles}, "type": "integer"}
    if not quantiles[1.0]:
        spread = {"choice": {0: 1}, "type": "integer"}
    drafting.made.columns[day] = DraftColumn(spread, f"learnt: days from {first} on")
    words: Words = {"after": begun, "even": True, "min": 0, "max": 7, "unit": "days", "announced": True}
    share = _open(words, known, long=True)
    words["max"] = float(f"{7 * share:.4g}")
    exact = column.type.name == "date" and "weekdays" not in words
    base = first if exact else first - dt.timedelta(3)
    spelt = f"CAST('{base}' AS DATE) + {day}"
    if exact:
        drafting.add(column, {"expr": spelt}, "learnt")
        return
    drafting.made.columns[begun] = DraftColumn({"expr": spelt, "type": "date"})
    drafting.add(column, {"delay": words}, "learnt")
