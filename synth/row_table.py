"""How rows look in a terminal: a table, or, where its columns do not fit, columns below each other and rows side by side.

All columns and all rows are there either way; only long texts are cut, with an ellipsis. Where there is no terminal, in a
file or a pipe, nothing is cut. NULL is told from the text: an empty text is shown as "", a text NULL in quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth.terminal import terminal_width, visible

if TYPE_CHECKING:
    import polars as pl

    from synth.dtypes import DType, Types

__all__ = ["MOST_ROWS", "row_table"]

MOST_ROWS = 1_000  # in one table
LONGEST = 40  # cells of the terminal that a value takes where there are others beside it
LEAST = 12  # that a text is cut to
MOMENT = 20  # that a moment is cut to: its whole seconds, and an ellipsis
GAP = 2  # between columns
NULL = "NULL"
_FRACTION = ".000000"
_MOMENTS = ("timestamp", "timestamptz")
_NUMBERS = ("smallint", "integer", "bigint", "decimal", "wide", "double", "real")


def row_table(frame: pl.DataFrame, types: Types) -> str:
    """Rows as text, for the terminal if standard output is one. (n,)"""
    columns = [_Shown(name, _heading(types[name]), _cells(frame[name]), types[name].name) for name in types]
    width = terminal_width()
    if width is None:
        return _as_table(columns, [each.natural for each in columns], terminal=False)
    widths = _widths(columns, width)
    return _as_panels(columns, width) if widths is None else _as_table(columns, widths, terminal=True)


@dataclass(frozen=True)
class _Shown:
    """A column: its name, its type in words, its values as texts, None for NULL, and the name of its type."""

    name: str
    heading: str
    cells: Sequence[str | None]
    kind: str

    @property
    def is_number(self) -> bool:
        return self.kind in _NUMBERS

    @property
    def value_width(self) -> int:
        """Cells of the terminal that the name and the widest value take."""
        return max(_width(self.name), *(_width(NULL if cell is None else cell) for cell in self.cells), 0)

    @property
    def natural(self) -> int:
        """Cells of the terminal that it takes with nothing cut."""
        return max(self.value_width, _width(self.heading))

    @property
    def least(self) -> int:
        """Cells of the terminal that it takes at least: numbers, days and keys are never cut."""
        shortest = MOMENT if self.kind in _MOMENTS else LEAST if self.kind not in (*_NUMBERS, "date", "uuid") else None
        return self.value_width if shortest is None else min(self.value_width, max(_width(self.name), shortest))


def _heading(dtype: DType) -> str:
    """A type as it stands below a name: of an enum without its labels."""
    return dtype.name if dtype.labels else str(dtype)


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _cells(column: pl.Series) -> list[str | None]:
    """Values as texts in one line each. (n,)"""
    import polars as pl

    from synth.arrays import as_texts
    from synth.formats.format import MOMENT as MOMENT_FORMAT
    from synth.formats.format import spelt_in_full

    [spelt] = spelt_in_full(column.to_frame()).get_columns()
    is_text, kind = column.dtype == pl.String, column.dtype.base_type()
    if spelt.dtype.base_type() == pl.Datetime or kind == pl.Time:
        spelt = spelt.dt.to_string("%H:%M:%S%.6f" if kind == pl.Time else MOMENT_FORMAT)
    written = as_texts(spelt).cast(pl.String)
    if kind in (pl.Time, pl.Datetime):
        written = written.str.strip_suffix("+00:00")
        if written.str.ends_with(_FRACTION).all():
            written = written.str.strip_suffix(_FRACTION)
    found: list[str | None] = written.to_list()
    return [None if text is None else visible(_quoted(text) if is_text else text, in_line=True) for text in found]


def _quoted(text: str) -> str:
    """A text, in quotes where it would be taken for something else."""
    return f'"{text}"' if not text or text == NULL or text != text.strip() else text


def _widths(columns: Sequence[_Shown], width: int) -> list[int] | None:
    """How wide each column is in a table; None where they do not all fit into the terminal."""
    most = width - GAP * (len(columns) - 1)
    for widths in (
        [each.natural for each in columns],
        [max(min(each.natural, LONGEST), each.least) for each in columns],
        [max(min(each.value_width, LONGEST), each.least) for each in columns],
    ):
        if sum(widths) <= most:
            return widths
    least = [each.least for each in columns]
    if sum(least) > most:
        return None
    while sum(widths) > most:  # the widest gives way
        at = max((n for n in range(len(widths)) if widths[n] > least[n]), key=widths.__getitem__)
        widths[at] -= 1
    return widths


def _as_table(columns: Sequence[_Shown], widths: Sequence[int], *, terminal: bool) -> str:
    """A line of names, one of types, then a line a row."""
    sides = ["right" if each.is_number else "left" for each in columns]
    lines = [
        ([each.name for each in columns], "bold"),
        ([each.heading for each in columns], "dim"),
        (["-" * width for width in widths], "dim"),
        *((list(row), None) for row in zip(*(each.cells for each in columns), strict=True)),
    ]
    return _drawn(lines, widths, sides, terminal=terminal)


def _as_panels(columns: Sequence[_Shown], width: int) -> str:
    """A line a column: its name, its type, and its values, as many rows beside each other as there is room for."""
    names = min(max(_width(each.name) for each in columns), width // 2)
    types = min(max(_width(each.heading) for each in columns), width // 4)
    room = max(1, width - names - types - 2 * GAP)
    wide, cut = [], []  # the cells of the terminal that a row takes, and that it takes beside others
    for number, cells in enumerate(zip(*(each.cells for each in columns), strict=True), 1):
        each_wide = [_width(NULL if cell is None else cell) for cell in cells]
        wide.append(max(_width(f"row {number}"), *each_wide))
        at_most = (MOMENT if each.kind in _MOMENTS else LONGEST for each in columns)
        cut.append(max(_width(f"row {number}"), *map(min, each_wide, at_most)))
    panels: list[str] = []
    first = 0
    while first < len(wide) or not panels:
        shown = cut[first:]
        while len(shown) > 1 and sum(shown) + GAP * (len(shown) - 1) > room:
            shown.pop()
        if len(shown) == 1:
            shown = [min(wide[first], room)]
        rows = range(first, first + len(shown))
        lines: list[tuple[list[str | None], str | None]] = [(["", "", *(f"row {row + 1}" for row in rows)], "dim")]
        lines += [([each.name, each.heading, *(each.cells[row] for row in rows)], None) for each in columns]
        panels.append(_drawn(lines, [names, types, *shown], ["left"] * (len(shown) + 2), styles=["bold", "dim"]))
        first += max(1, len(shown))
    return "\n\n".join(panels)


def _drawn(
    lines: Sequence[tuple[Sequence[str | None], str | None]], widths: Sequence[int], sides: Sequence[str], *,
    styles: Sequence[str] = (), terminal: bool = True,
) -> str:  # fmt: skip
    """Lines of cells in columns of these widths, each line in a style, or its cells in those of their columns."""
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for width, side in zip(widths, sides, strict=True):
        justified: Any = side
        table.add_column(width=width, justify=justified, no_wrap=True, overflow="ellipsis")
    for cells, style in lines:
        table.add_row(*(
            Text(NULL, style="dim italic") if cell is None else Text(cell, style or (styles[at] if at < len(styles) else ""))
            for at, cell in enumerate(cells)
        ))  # fmt: skip
    written = io.StringIO()
    console = Console(
        file=written, width=sum(widths) + GAP * len(widths), force_terminal=terminal, force_jupyter=False,
        legacy_windows=False, color_system="standard" if terminal else None,
    )  # fmt: skip
    console.print(table)
    return "\n".join(line.rstrip() for line in written.getvalue().rstrip("\n").split("\n"))
