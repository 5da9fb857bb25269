"""Columns of a table that add up what its parts have: the total of an order is the sum of its lines."""

from __future__ import annotations

from collections.abc import Mapping

from synth.importing.drafting.kinds import Kind
from synth.importing.drafting.meaning import is_total, is_unit_price
from synth.importing.drafting.model import Draft, Words
from synth.importing.found import Found, FoundColumn, FoundTable

__all__ = ["add_sums"]

_DISTRIBUTIONS = ("lognormal", "uniform")  # drawn by name or type alone
_OPTIONS = ("type", "nullable", "about")


def add_sums(draft: Draft, found: Found, kinds: Mapping[str, Kind]) -> None:
    """Let totals be sums of the parts' own amounts, where one column of each is meant."""
    for table in found.tables:
        totals = [column for column in table.columns if _is_drawn(draft, table, column) and is_total(column)]
        parts = [each for each in found.tables if (o := kinds[each.name].owner) and o.table == table.name]
        amounts = [(part.name, column) for part in parts for column in part.columns if _adds_up(part, column)]
        if len(totals) == 0 or len({name for name, _ in amounts}) != 1:
            continue
        total, (part, amount) = totals[-1], amounts[-1]
        if total.type.digits < amount.type.digits:
            continue
        made = draft.tables[table.name].columns[total.name]
        made.plainer.insert(0, (made.words, made.why))
        kept: Words = {name: made.words[name] for name in _OPTIONS if name in made.words}
        made.words, made.why = {"sum": f"{part}.{amount.name}", **kept}, f"by its name: what its {part} add up to"


def _is_drawn(draft: Draft, table: FoundTable, column: FoundColumn) -> bool:
    words = draft.tables[table.name].columns.get(column.name)
    return words is not None and column.type.is_decimal and any(name in words.words for name in _DISTRIBUTIONS)


def _adds_up(part: FoundTable, column: FoundColumn) -> bool:
    return column.type.is_decimal and is_total(column) and not is_unit_price(column) and not column.nullable
