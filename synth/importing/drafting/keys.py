"""Columns that keep rows apart: primary keys, and groups of columns that no two rows have alike."""

from __future__ import annotations

import datetime as dt

from synth.importing.drafting.learned import number_words
from synth.importing.drafting.meaning import meaning_of
from synth.importing.drafting.model import DraftColumn, Words
from synth.importing.drafting.others import add_meant
from synth.importing.drafting.plain import plain_words, unique_words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundColumn

__all__ = ["draft_keys", "draft_uniques"]

MANY_TIMES = 10  # as many keys as rows, so that a larger scale has room
FAR = 20  # times as many as siblings: numbers so large are no places among these
_WHOLE = ("smallint", "integer", "bigint")


def draft_keys(drafting: Drafting) -> None:
    """Draft the columns of the primary key that no reference has made."""
    table, key = drafting.table, drafting.table.primary_key
    left = [table.column(name) for name in key if name not in drafting]
    if not key:
        return
    if len(key) == 1 and left:
        _draft_single(drafting, left[0])
        return
    drafting.made.primary_key = key
    inside = drafting.kind.owner is not None and set(drafting.kind.owner.columns) <= set(key)
    if drafting.kind.manner == "pairs" and drafting.kind.owner is not None:
        inside = False
        left = [] if _is_apart_already(drafting) else left
    apart_by = next((column for column in left if inside and _goes_on(column)), None) or _best_apart(left)
    for column in left:
        apart: Words | None = None
        if column is apart_by:
            apart = (_within_owner(drafting, column) if inside else None) or _apart(drafting, column)
        drafting.add(
            column,
            apart or plain_words(column, drafting.said.of(column.name), drafting.draft.start, drafting.draft.until),
        )


def _is_apart_already(drafting: Drafting) -> bool:
    """Whether references to different rows keep a key's rows apart, so that its other columns are free."""
    words = [column.words.get("reference") for column in drafting.made.columns.values()]
    return any(isinstance(each, dict) and ("distinct_per" in each or "unique" in each) for each in words)


def _best_apart(left: list[FoundColumn]) -> FoundColumn | None:
    """The column that best keeps rows apart: one of numbers or UUIDs, else of texts, else the first."""
    order = {**dict.fromkeys((*_WHOLE, "uuid"), 0), "varchar": 1, "char": 1}
    return min(left, key=lambda column: order.get(column.type.name, 2), default=None)


def _goes_on(column: FoundColumn) -> bool:
    """Whether rows of a parent can be kept apart by such a column, one after the other."""
    return column.type.name in (*_WHOLE, "date", "timestamp")


def _draft_single(drafting: Drafting, column: FoundColumn) -> None:
    """A key of one column: numbers, UUIDs, codes, or texts and days that differ."""
    dtype, limits = column.type, drafting.said.of(column.name)
    room = min(dtype.length or 32, limits.longest or 32)
    if dtype.name in _WHOLE:
        start = column.starts_at or limits.low or (limits.above + 1 if limits.above else None)
        words: Words = {"kind": "sequence", "start": start} if start not in (None, 1) else {}
        drafting.add(column, {"key": words or "sequence"}, keeps_null=False)
    elif dtype.name == "uuid":
        drafting.add(column, {"key": "uuid"}, typed=False, keeps_null=False)
    elif code := _learned_code(drafting, column):
        drafting.add(column, {"key": code}, "learnt", keeps_null=False)
    elif dtype.is_free_text and room >= 6:
        prefix = "".join(sign for sign in drafting.table.name.upper() if sign.isalpha())[: 3 if room >= 9 else 1]
        code = {"kind": "code", "prefix": prefix, "digits": min(room - len(prefix), 8)}
        drafting.add(column, {"key": code}, keeps_null=False)
    else:
        drafting.made.primary_key = (column.name,)
        drafting.add(column, _apart(drafting, column) or {"key": "sequence"})


def _learned_code(drafting: Drafting, column: FoundColumn) -> Words | None:
    """Letters that all keys begin with, and digits, where it is so in most rows, and there are enough of these."""
    known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
    texts = known.texts if known and column.type.is_free_text else None
    if texts is None or not texts.prefix or not texts.shapes or drafting.learnt is None:
        return None
    digits = texts.shapes[0][0][len(texts.prefix) :]
    enough = {*digits} == {"9"} and 10 ** len(digits) > MANY_TIMES * drafting.learnt.rows
    return {"kind": "code", "prefix": texts.prefix, "digits": len(digits)} if enough and len(digits) <= 18 else None


def _apart(drafting: Drafting, column: FoundColumn) -> Words | None:
    """What gives each row of a table another value."""
    dtype = column.type
    words = unique_words(column, drafting.said.of(column.name))
    if words is not None:
        return words if "uuid" in words else {**words, "unique": True}
    if dtype.name == "enum" or dtype.is_free_text:
        plain = plain_words(column, drafting.said.of(column.name), drafting.draft.start, drafting.draft.until)
        if dtype.is_free_text:
            plain = {"pattern": f"[A-Z0-9]{{{dtype.length or 2}}}"}
        return {**plain, "unique": True}
    if dtype.name == "date":
        first = drafting.draft.start.replace(year=drafting.draft.start.year - 30)
        last = drafting.draft.until.replace(year=drafting.draft.until.year + 100)
        return {"uniform": {"min": first, "max": last}, "unique": True}
    return None


def _within_owner(drafting: Drafting, column: FoundColumn) -> Words | None:
    """What gives each row of a parent another value: its place among siblings, or days one after the other."""
    owner = drafting.kind.owner
    if owner is None or drafting.kind.manner == "pairs":
        return None
    if column.type.name in _WHOLE:
        return _spread_out(drafting, column, owner.table) or {"ordinal": owner.table}
    if column.type.name in ("date", "timestamp"):
        gap, first = f"_gap_{column.name}"[:60], f"_first_{column.name}"[:60]
        start, kind = drafting.draft.start, column.type.name
        drafting.made.columns[gap] = DraftColumn({"uniform": {"min": 1, "max": 120}, "type": "integer"})
        drafting.made.columns[first] = DraftColumn(
            {"uniform": {"min": start, "max": start + dt.timedelta(300)}, "type": kind}
        )
        return {"expr": f"COALESCE(previous.{column.name} + {_days(gap, kind)}, {first})"}
    return None


def _spread_out(drafting: Drafting, column: FoundColumn, owner: str) -> Words | None:
    """Numbers that were learnt, made to differ within a row's siblings: their last part is the place among these."""
    known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
    fanout = drafting.made.kind.get("fanout") or {}
    most = max(fanout.get("shares") or {0: fanout.get("max") or fanout.get("count") or 0})
    if known is None or known.numbers is None or known.numbers.low < 0 or known.numbers.high < FAR * most or not most:
        return None
    words = number_words(known.numbers, column)
    if words is None:
        return None
    number, place = f"_{column.name}_about"[:60], f"_{column.name}_place"[:60]
    drafting.made.columns[number] = DraftColumn({**words, "type": "bigint"}, "learnt")
    drafting.made.columns[place] = DraftColumn({"ordinal": owner})
    return {"expr": f"CAST({number} - {number} % {most} + {place} - 1 AS {column.type})"}


def _days(gap: str, kind: str) -> str:
    """A working column of days, as it is added to a date or a moment."""
    return gap if kind == "date" else f"{gap} * INTERVAL 1 DAY"


def draft_uniques(drafting: Drafting) -> None:
    """Draft columns so that groups which are unique stay so; what cannot be kept is told."""
    table, key = drafting.table, set(drafting.table.primary_key)
    for unique in table.uniques:
        columns = set(unique.columns)
        where = f"{table.name}.{', '.join(unique.columns)}"
        if unique.where is not None:
            drafting.draft.note(where, f"is unique only where {unique.where}: not kept", unique.line)
            continue
        if key and key <= columns and len(columns) > len(key):
            drafting.made.unique.append(unique.columns)
            continue
        if columns == key:
            continue
        free = [table.column(name) for name in unique.columns if name not in drafting]
        if len(columns) == 1:
            if free:
                _draft_unique(drafting, free[0])
            elif drafting.kind.owner is None or set(drafting.kind.owner.columns) != columns:
                pass  # a reference that is unique says so itself
            else:
                drafting.made.columns[unique.columns[0]].words["unique"] = True
            continue
        if drafting.learnt and any(_is_choice(drafting, each) for each in free):
            drafting.draft.note(
                where, "is unique in the source, and not here: its values are drawn as often as they were learnt"
            )
            continue
        drafting.made.unique.append(unique.columns)
        inside = drafting.kind.owner is not None and set(drafting.kind.owner.columns) <= columns
        made_apart = any(drafting.made.columns[name].words.get("unique") for name in columns if name in drafting)
        if free and not made_apart and not columns & {*key}:
            words = (_within_owner(drafting, free[0]) if inside else None) or _apart(drafting, free[0])
            if words:
                drafting.add(free[0], words, keeps_null=False)


def _is_choice(drafting: Drafting, column: FoundColumn) -> bool:
    """Whether the few values of a column were learnt, so that it cannot set rows apart."""
    known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
    return bool(known and known.weights and known.weights.values)


def _draft_unique(drafting: Drafting, column: FoundColumn) -> None:
    meaning = meaning_of(column) if column.type.is_free_text else None
    if meaning and next(iter(meaning.words)) in ("email", "coined", "pattern", "url"):
        add_meant(drafting, column, meaning)
        drafting.made.columns[column.name].words["unique"] = True
        return
    words = _apart(drafting, column)
    if words is None:
        drafting.draft.note(
            f"{drafting.table.name}.{column.name}", "is unique, and its type has no values for that", column.line
        )
        return
    drafting.add(column, words)
    if "uuid" in words:
        drafting.made.columns[column.name].words["unique"] = True
