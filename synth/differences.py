"""How a comparison is told: what specs say differently, line by line, and columns by how far apart they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from synth.errors import many
from synth.terminal import grid, number, visible

if TYPE_CHECKING:
    from synth.comparing.data import ColumnDifference, DataDifference, ReferenceDifference, TableDifference
    from synth.comparing.specs import SpecChange, SpecDifference

__all__ = ["data_text", "specs_text"]

LONGEST = 60  # characters of a value
SOME = 8  # names in a row


def specs_text(found: SpecDifference) -> str:
    """What two specs say differently, each with its places, and of which tables the rows may differ."""
    if found.same:
        return f"{found.before} and {found.after} mean the same"
    lines = [line for change in found.changes for line in _change(change)]
    may = [name for name, differs in found.content.items() if differs]
    others = [name for name in found.content if name not in may]
    lines.append("")
    if may:
        lines.append(f"rows may differ, at the same scale and seed, in {_some(may)}")
    if others:
        lines.append(f"rows stay the same in {_some(others)}")
    written = sum(not change.follows for change in found.changes)
    lines.append(f"{found.before} and {found.after}: {many(written, 'difference')}")
    return "\n".join(lines)


def _change(change: SpecChange) -> Iterator[str]:
    """One difference, and where it stands."""
    said, path = change.as_dict(), list(change.change.path)
    where = ".".join(part for part in path[path[:1] == ["tables"] :] if part not in ("columns", "parameters"))
    before, after = (_value(said["before"]), _value(said["after"]))
    if change.change.what == "gone":
        told = "gone"
    elif change.change.what == "added":
        told = "added"
    elif change.change.what == "order":
        told = f"in another order: {after}"
    else:
        told = f"{before} → {after}"
    yield f"{where}: {told}" + (" (follows)" if change.follows else "")
    if not change.follows:
        places = [place for place in (said["before_at"], said["after_at"]) if place]
        yield f"  {' → '.join(places)}"


def _value(value: Any) -> str:
    """A value in one line; nothing where there is none."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def data_text(found: DataDifference, least: float) -> str:
    """Tables that are there once, others by what differs, columns that are at least so far apart, and the verdict."""
    lines = [f"{name}: only in {found.before}" for name in found.gone]
    lines += [f"{name}: only in {found.after}" for name in found.added]
    for name, table in found.tables.items():
        lines += [f"{name}: {each}" for each in _shape(table)]
    rows, hidden = _columns(found, least)
    if rows:
        lines += ["", grid(["table", "column", "apart", "before → after"], rows, {2})]
    same = [name for name, table in found.tables.items() if table.same]
    lines.append("") if lines else None
    if same and not found.same:
        lines.append(f"the same: {_some(same)}")
    if hidden:
        lines.append(f"{many(hidden, 'column')} less than {least:g} apart; --least 0 shows all")
    counts = f"{many(len(found.tables), 'table')} in both"
    verdict = "the same" if found.same else f"{number(len(found.tables) - len(same))} of them not the same"
    lines.append(f"{found.before} and {found.after}: {counts}, {verdict}, {found.seconds:.1f} s")
    return "\n".join(lines)


def _shape(table: TableDifference) -> Iterator[str]:
    """What is different of a table besides what is in its columns."""
    before, after = table.rows
    if before != after:
        yield f"{many(before, 'row')} → {number(after)}"
    if table.gone:
        yield f"without {_some(list(table.gone))}"
    if table.added:
        yield f"more: {_some(list(table.added))}"
    if table.reordered:
        yield "columns in another order"
    for name, (one, other) in table.types.items():
        yield f"{name} was {one}, and is {other}"


def _columns(found: DataDifference, least: float) -> tuple[list[list[str]], int]:
    """Columns and references that are at least so far apart, the farthest first; and how many are not shown."""
    rows, hidden = list[tuple[float, list[str]]](), 0
    for name, table in found.tables.items():
        for column, each in table.columns.items():
            if each.distance is not None and each.distance >= least:
                rows.append((each.distance, [name, column, f"{each.distance:.3f}", _what(each)]))
            hidden += each.distance is not None and each.distance < least
        for column, reference in table.references.items():
            if reference.distance >= least:
                shown = [
                    name,
                    f"{column} → {reference.before.parent}",
                    f"{reference.distance:.3f}",
                    _children(reference),
                ]
                rows.append((reference.distance, shown))
    return [row for _, row in sorted(rows, key=lambda each: -each[0])], hidden


def _what(each: ColumnDifference) -> str:
    """What of a column has changed most."""
    before, after = each.before, each.after
    told = []
    if abs(before.null_share - after.null_share) >= 0.005:
        told.append(f"NULL {_share(before.null_share)} → {_share(after.null_share)}")
    if before.quantiles and after.quantiles:
        middle = [one.quantiles["50%"] for one in (before, after)]
        told.append(f"middle {_short(middle[0])} → {_short(middle[1])}")
        if before.summary.mean is not None and after.summary.mean is not None:
            told.append(f"mean {_short(before.summary.mean)} → {_short(after.summary.mean)}")
    elif before.values and after.values:
        ours, theirs = before.shares, after.shares
        value = max({**ours, **theirs}, key=lambda one: abs(ours.get(one, 0) - theirs.get(one, 0)))
        shown = value if len(value) <= LONGEST // 2 else f"{value[: LONGEST // 2]}…"
        told.append(f"'{visible(shown, in_line=True)}' {_share(ours.get(value, 0))} → {_share(theirs.get(value, 0))}")
    elif before.summary.length is not None and after.summary.length is not None:
        told.append(f"{before.summary.length:.1f} → {after.summary.length:.1f} characters")
    return ", ".join(told)


def _children(reference: ReferenceDifference) -> str:
    """How many children a parent has on either side, and how many parents have none."""
    before, after = reference.before, reference.after
    told = f"{_short(before.mean)} → {_short(after.mean)} each"
    return f"{told}, none {_share(before.without)} → {_share(after.without)}"


def _some(names: list[str]) -> str:
    """Names with commas between them, of which only the first are shown where there are many."""
    return ", ".join(names[:SOME]) + (f" and {number(len(names) - SOME)} more" if len(names) > SOME else "")


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
