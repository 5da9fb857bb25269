"""Columns that are neither keys nor references: computed ones, moments, sums, and what their names mean."""

from __future__ import annotations

from synth.importing.drafting.learned import learned_words
from synth.importing.drafting.meaning import (
    Meaning,
    is_quantity,
    is_total,
    is_unit_price,
    meaning_of,
)
from synth.importing.drafting.model import DraftColumn, Words
from synth.importing.drafting.moments import MOMENTS, draft_moment
from synth.importing.drafting.plain import plain_words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundColumn

__all__ = ["add_meant", "draft_others"]

AHEAD = 0.03  # share of rows that are there before the period, where none were, and others look into them
FEW = 10  # rows of them at least
_OF_A_LOCALE = ("first_name", "last_name", "street_address", "street", "company", "job", "colour")
_WORKING: dict[str, Words] = {
    "_place": {"place": {}},
    "_first_name": {"first_name": {}},
    "_last_name": {"last_name": {}},
}


def draft_others(drafting: Drafting) -> None:
    """Draft all columns that are left."""
    table = drafting.table
    arrival = drafting.kind.arrival
    if arrival and arrival not in drafting:
        _draft_arrival(drafting, table.column(arrival))
    for column in table.columns:
        if column.name in drafting:
            continue
        if drawn := drafting.drawn(column):
            drafting.add(column, drawn, "by its type")
        elif column.computed:
            drafting.add(column, {"expr": column.computed}, "computed in the source", keeps_null=False)
            if column.type.is_decimal:
                rounded = {"expr": f"ROUND({column.computed}, {column.type.digits})"}
                drafting.also(column, rounded, "computed in the source, rounded to its digits")
        elif words := learned_words(drafting, column):
            drafting.add(column, words, "learnt")
        elif column.type.name in MOMENTS:
            draft_moment(drafting, column)
        elif product := _product(drafting, column):
            drafting.add(column, product, "by its name: price × quantity", keeps_null=False)
        elif column.type.is_free_text and not drafting.said.of(column.name).among and (meant := meaning_of(column)):
            add_meant(drafting, column, meant)
        else:
            words = plain_words(column, drafting.said.of(column.name), drafting.draft.start, drafting.draft.until)
            drafting.add(column, words, "by its type")


def add_meant(drafting: Drafting, column: FoundColumn, meant: Meaning) -> None:
    """Draft a column by what its name means, with the working columns that this needs."""
    words = dict(meant.words)
    if "email" in words and (names := _names_here(drafting)):
        drafting.add(column, {"email": names}, f"by its name: {meant.what}")
        return
    for name in meant.needs:
        made = {kind: {**options, "locale": drafting.locale} for kind, options in _WORKING[name].items()}
        drafting.made.columns.setdefault(name, DraftColumn(made))
    if (kind := next(iter(words))) in _OF_A_LOCALE and not words[kind]:
        words = {kind: {"locale": drafting.locale}}
    drafting.add(column, words, f"by its name: {meant.what}")
    if "street_address" in words:  # which needs more room
        drafting.also(column, {"street": {"locale": drafting.locale}}, f"by its name: {meant.what}")


def _names_here(drafting: Drafting) -> list[str]:
    """The columns of a person's first and last name, where the table has both and neither is NULL."""
    found = dict[str, str]()
    for column in drafting.table.columns:
        meant = meaning_of(column) if column.type.is_free_text and not column.nullable else None
        if meant and next(iter(meant.words)) in ("first_name", "last_name"):
            found.setdefault(next(iter(meant.words)), column.name)
    return [found["first_name"], found["last_name"]] if len(found) == 2 else []


def _draft_arrival(drafting: Drafting, column: FoundColumn) -> None:
    known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
    words: Words = {}
    why = "by its name: when the row came"
    if known and known.moments and known.moments.arrival:
        came = known.moments.arrival
        words = {"trend": round(came.trend, 4), "dispersion": round(max(1.0, came.dispersion), 2)}
        for name, profile in (("season", came.season), ("weekdays", came.weekdays), ("hours", came.hours)):
            if profile:
                words[name] = [round(share, 3) for share in profile]
        if came.before_start:
            words["before_start"] = round(came.before_start, 4)
            words |= {"since": came.since} if came.since else {}
        why = "learnt"
    if drafting.kind.looked_into and "before_start" not in words:
        # so that the first rows that look into it find some, also where these come before the period as well
        words["before_start"] = max(AHEAD, min(0.3, FEW / drafting.kind.rows)) if known else 0.3
        words["since"] = drafting.draft.start.replace(year=drafting.draft.start.year - 2 * drafting.kind.looked_into)
    drafting.add(column, {"arrival": words}, why, keeps_null=False)


def _product(drafting: Drafting, column: FoundColumn) -> Words | None:
    """Price × quantity, of a total beside such columns."""
    if not column.type.is_exact or not is_total(column) or is_unit_price(column) or is_quantity(column):
        return None
    price = next(
        (
            each
            for each in drafting.table.columns
            if is_unit_price(each) and each.type.is_decimal and each is not column
        ),
        None,
    )
    pieces = next((each for each in drafting.table.columns if is_quantity(each) and each.type.is_exact), None)
    if price is None or pieces is None or column.name in (price.name, pieces.name):
        return None
    spelt = f"{price.name} * {pieces.name}"
    return {"expr": f"ROUND({spelt}, {column.type.digits})" if column.type.digits < price.type.digits else spelt}
