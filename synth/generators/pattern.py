"""Text by a pattern of signs: `SKU-####`, `?????`, `[A-F0-9]{8}`, with check digits where they are asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from string import ascii_uppercase, digits
from typing import Annotated, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import TEXT, DType
from synth.generators.base import Generator
from synth.generators.check_digits import SCHEMES, SEPARATORS, somebodys
from synth.generators.context import DrawContext, SpecView
from synth.generators.declarations import Complaint
from synth.streams import Sub, hashed
from synth.texts import from_padded_bytes

__all__ = ["Pattern", "Spelling"]

Signs = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]

MOST_SIGNS = 1_000
MOST_AT_ONCE = 2**32  # values that one uniform number chooses among: each is as likely as another to one in 2 million
MOST_PLACES = 2**40  # values that are counted where no two rows may be equal: more than there are rows
_PIECES = re.compile(r"\\(?P<escaped>.)|\[(?P<listed>(?:\\.|[^\]\\])*)\]|\{(?P<times>[^}]*)\}|(?P<sign>.)", flags=re.S)
_LISTED = re.compile(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", flags=re.S)
_WILD = {"#": digits, "?": ascii_uppercase}


def _cells(text: str) -> tuple[str, ...]:
    """Give the characters that may stand at each sign of a pattern. Raises ValueError."""
    cells: list[str] = []
    for piece in _PIECES.finditer(text):
        if piece["times"] is not None:
            if not cells or not piece["times"].isdigit() or not 1 <= int(piece["times"]) <= MOST_SIGNS:
                raise ValueError(
                    f"'{piece[0]}': a count of 1 to {MOST_SIGNS:,} behind a sign is expected; a brace is \\{{"
                )
            cells += cells[-1:] * (int(piece["times"]) - 1)
        elif piece["listed"] is not None:
            cells.append(_listed(piece["listed"]))
        elif piece["sign"] is not None and piece["sign"] in "\\[]{}":
            raise ValueError(
                f"'{piece['sign']}' stands alone in '{text}'; as a sign of the text it is \\{piece['sign']}"
            )
        else:
            cells.append(piece["escaped"] or _WILD.get(piece["sign"], piece["sign"]))
    if not cells or len(cells) > MOST_SIGNS:
        raise ValueError(f"a pattern has 1 to {MOST_SIGNS:,} signs, and here are {len(cells):,}")
    return tuple(cells)


def _listed(text: str) -> str:
    """Give the characters of a list like `A-F0-9_`. Raises ValueError."""
    if not text or text.startswith("^"):
        raise ValueError(f"'[{text}]': characters are listed as in [A-F0-9]; what may not stand there cannot be said")
    found: list[str] = []
    for first, last in _LISTED.findall(text):
        low, high = ord(first[-1]), ord((last or first)[-1])
        if low > high or high - low >= MOST_SIGNS:
            raise ValueError(f"'[{text}]': {first}-{last} is no range of up to {MOST_SIGNS:,} characters")
        found += map(chr, range(low, high + 1))
    twice = next((sign for at, sign in enumerate(found) if sign in found[:at]), None)
    if twice:
        raise ValueError(f"'[{text}]': '{twice}' stands there twice; all characters are equally likely")
    return "".join(found)


class Spelling(NamedTuple):
    """How texts of a pattern are put together: for each sign its first byte, and the bytes of its characters, (k, bytes)."""

    cells: tuple[str, ...]
    starts: tuple[int, ...]
    tables: tuple[Signs, ...]
    width: int

    @classmethod
    def of(cls, cells: Sequence[str]) -> Spelling:
        """Lay the signs out beside each other."""
        tables = tuple(_table(cell) for cell in cells)
        ends = np.cumsum([table.shape[1] for table in tables])
        starts = [0, *map(int, ends[:-1])]
        return cls(tuple(cells), tuple(starts), tables, int(ends[-1]))

    @property
    def free(self) -> list[int]:
        """The signs that are chosen, in order."""
        return [at for at, cell in enumerate(self.cells) if len(cell) > 1]

    def spell(self, rows: int, chosen: dict[int, Indices]) -> Signs:
        """Write the characters chosen of each free sign, (rows,) each: bytes, (rows, width), 0 where there is none."""
        signs = np.empty((rows, self.width), dtype=np.uint8)
        for at, (start, table) in enumerate(zip(self.starts, self.tables, strict=True)):
            here = signs[:, start : start + table.shape[1]]
            if at not in chosen:
                here[:] = table[0]
            elif table.shape[1] == 1:
                here[:, 0] = table[:, 0][chosen[at]]
            else:
                here[:] = table[chosen[at]]
        return signs

    def split(self, free: Sequence[int], numbers: npt.NDArray[np.integer]) -> Iterator[tuple[int, Indices]]:
        """Take numbers apart: the character of each of these signs, last first. (n,) -> (n,)"""
        for at in reversed(free):
            size = numbers.dtype.type(len(self.cells[at]))
            left = numbers // size
            yield at, (numbers - left * size).astype(np.int64)
            numbers = left


def _table(cell: str) -> Signs:
    """The bytes of each character, (characters, bytes), with 0 behind the shorter ones."""
    spelt = [sign.encode() for sign in cell]
    width = max(map(len, spelt))
    return np.frombuffer(b"".join(s.ljust(width, b"\0") for s in spelt), dtype=np.uint8).reshape(-1, width)


@lru_cache(maxsize=256)
def _spelling(text: str) -> Spelling:
    return Spelling.of(_cells(text))


def together(cells: Sequence[str], free: Sequence[int], most: int) -> list[list[int]]:
    """Group free signs, from the last, so that each group has no more values than `most`."""
    groups: list[list[int]] = []
    size = most
    for at in reversed(free):
        size *= len(cells[at])
        if size > most:
            groups.insert(0, [])
            size = len(cells[at])
        groups[0].insert(0, at)
    return groups


class Pattern(Generator):
    r"""Text by a pattern: `#` a digit, `?` a capital letter, `[A-F0-9]` one of these, `{3}` repeats, `\` takes as it is."""

    shorthand = "text"
    default_type = TEXT

    example = r"""sku: {pattern: 'SKU-####-[A-F]{2}', unique: true}
barcode: {pattern: {text: '200#########', check_digits: ean13}}"""
    nanoseconds = 190

    text: Annotated[str, Field(min_length=1)] = Field(description="the pattern: its signs, one behind the other")
    check_digits: Literal["ean13", "luhn_invalid", "iban"] | None = Field(
        None, description="the rule that adds them: a card's is always wrong, an IBAN's where a country has its letters"
    )

    @model_validator(mode="after")
    def _check(self) -> Pattern:
        _spelling(self.text)
        if self.check_digits:
            refusal = SCHEMES[self.check_digits].refusal([self._spelling.cells[at] for at in self._numbered])
            if refusal:
                raise ValueError(refusal)
        return self

    @property
    def _spelling(self) -> Spelling:
        return _spelling(self.text)

    @property
    def _numbered(self) -> list[int]:
        """The signs that check digits are made from."""
        return [at for at, cell in enumerate(self._spelling.cells) if not set(cell) <= SEPARATORS]

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the pattern's."""
        if not dtype.is_free_text:
            return f"texts by a pattern cannot be {dtype}"
        if dtype.name == "char" and not self.check_digits and " " in self._spelling.cells[-1]:
            return f"the pattern's last sign may be a blank, which no {dtype} keeps"
        longest = self.longest_text()
        return f"the pattern's texts are {longest} long" if dtype.length and longest > dtype.length else None

    def longest_text(self) -> int:
        """Count the signs, the check digits with them."""
        return len(self._spelling.cells) + (SCHEMES[self.check_digits].how_many if self.check_digits else 0)

    def remarks(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that numbers may be somebody's."""
        whose = None if self.check_digits else somebodys([self._spelling.cells[at] for at in self._numbered])
        if whose:
            what = f"some of these numbers may be those of somebody's {whose}"
            yield Complaint(what, "`check_digits` makes numbers that are nobody's", ("text",))

    def capacity(self, dtype: DType) -> int:
        """Count the texts: check digits add none."""
        return math.prod(map(len, self._spelling.cells))

    def _apart(self) -> list[int]:
        """Give the last free signs, as many as keep rows apart."""
        groups = together(self._spelling.cells, self._spelling.free, MOST_PLACES)
        return groups[-1] if groups else []

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int:
        """Count the texts that differ in the last signs."""
        return math.prod(len(self._spelling.cells[at]) for at in self._apart())

    def draw(self, context: DrawContext) -> pl.Series:
        """Choose the free signs, several by one number. (rows,)"""
        spelling = self._spelling
        groups = together(spelling.cells, spelling.free, MOST_AT_ONCE)
        uniform = context.stream().random((context.rows, len(groups)))
        chosen: dict[int, Indices] = {}
        for number, free in enumerate(groups):
            size = math.prod(len(spelling.cells[at]) for at in free)
            chosen |= spelling.split(free, (uniform[:, number] * size).astype(np.uint32))
        return self._written(context.rows, chosen)

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the texts at these places; what stands before the last signs follows from them. (rows,) -> (rows,)"""
        spelling, apart = self._spelling, self._apart()
        chosen = dict(spelling.split(apart, places))
        rest = spelling.free[: len(spelling.free) - len(apart)]
        for number, free in enumerate(together(spelling.cells, rest, MOST_AT_ONCE)):
            uniform = hashed(context.seed, context.table, context.column, Sub.SIGNS.format(number), places)
            size = math.prod(len(spelling.cells[at]) for at in free)
            chosen |= spelling.split(free, (uniform * size).astype(np.uint32))
        return self._written(len(places), chosen)

    def _written(self, rows: int, chosen: dict[int, Indices]) -> pl.Series:
        """Spell the texts, and put check digits in. (rows,)"""
        spelling = self._spelling
        signs = spelling.spell(rows, chosen)
        if self.check_digits:
            scheme, numbered = SCHEMES[self.check_digits], self._numbered
            codes = [signs[:, spelling.starts[at]].astype(np.int64) for at in numbered]
            values = [np.where(code > ord("9"), code - ord("A") + 10, code - ord("0")) for code in codes]
            found = scheme.digits(values, [spelling.cells[at] for at in numbered])
            behind = spelling.width if scheme.behind is None else spelling.starts[numbered[scheme.behind - 1]] + 1
            put = np.stack(found, axis=1).astype(np.uint8) + np.uint8(ord("0"))
            signs = np.concatenate((signs[:, :behind], put, signs[:, behind:]), axis=1)
        return from_padded_bytes(signs)
