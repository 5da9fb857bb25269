"""What can go wrong through the user's hand: one family of errors, each saying what, where and what to do.

Anything that is not a `SynthError`, and is not said by the machine, is a mistake of ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self

__all__ = [
    "DataError",
    "DatabaseError",
    "ExtraError",
    "MeaningError",
    "OptionError",
    "OutputError",
    "Problem",
    "SpecError",
    "SynthError",
    "TooFewError",
    "counted",
    "did_you_mean",
    "many",
    "one_of",
]


class SynthError(Exception):
    """The user's input, or what is on the user's disk, is not as it must be. The program ends with exit code 2.

    >>> try:
    ...     synth.load("ecomerce")
    ... except synth.SynthError as error:  # whichever it is
    ...     print(type(error).__name__)
    OptionError
    """


class MeaningError(ValueError):
    """A name, path or SQL text of a spec that means nothing where it stands, and a hint."""

    def __init__(self, what: str, hint: str | None = None, at: tuple[str, str] | None = None):
        self.hint = hint
        self.at = at  # the table and column it is about, where known
        super().__init__(what)


@dataclass(frozen=True)
class Problem:
    """One mistake in a spec: where (a path of keys, resolved to file:line:column by the loader), what, and a way out."""

    path: tuple[str | int, ...]
    what: str
    hint: str | None = None
    at: str | None = None  # "file:line:column" once known

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path)
        head = ": ".join(part for part in (self.at, where, self.what) if part)
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class SpecError(SynthError):
    r"""A spec that cannot be used, with every problem found in it.

    >>> try:
    ...     synth.parse("dataset: shop\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables: {}\nrulez: {}")
    ... except synth.SpecError as error:
    ...     print(error)
    <yaml>:3:1: tables: must not be empty
    <yaml>:4:1: rulez: unknown word 'rulez'
      hint: did you mean 'rules'?
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class OptionError(SynthError):
    """A word or option of the command line that cannot be used.

    >>> try:
    ...     synth.make_plan("inventory", scale=-1)
    ... except synth.OptionError as error:
    ...     print(error)
    scale must be a number above 0, got -1
    """


class OutputError(SynthError):
    """A folder or file that is not what the job needs.

    >>> try:
    ...     synth.verify("nowhere")
    ... except synth.OutputError as error:
    ...     print(error)
    'nowhere' holds no manifest.json
      hint: name the folder OUT/DATASET that `synth generate` made
    """


class DatabaseError(SynthError):
    """What a database refused, and why; the message says in what state it is now.

    >>> try:
    ...     synth.verify("nothing.duckdb")
    ... except synth.DatabaseError as error:
    ...     print(error)
    nothing.duckdb: there is no such file
      hint: `synth load DIR nothing.duckdb` makes it
    """


class ExtraError(SynthError):
    """A library that need not be installed, and is needed here; the message names the extra that brings it.

    >>> issubclass(synth.ExtraError, synth.SynthError)
    True
    """


class DataError(SynthError):
    '''Drawn values that cannot honour the spec, found only while drawing; `problem` says where in the spec, once known.

    >>> boxes = """
    ... dataset: boxes
    ... period: {start: 2025-01-01, until: 2026-01-01}
    ... tables: {boxes: {rows: 9, columns: {size: {uniform: {min: 0, max: 9}}, share: {expr: 1 / size, type: double}}}}
    ... """
    >>> try:
    ...     synth.frame(synth.make_plan(synth.parse(boxes), scale=100), "boxes")
    ... except synth.DataError as error:
    ...     print(error)
    tables.boxes.columns.share.expr: drawn: NaN or infinity comes out, and a double holds numbers alone
    '''

    problem: Problem | None = None

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Make the error of a problem whose path is known."""
        error = cls(str(problem))
        error.problem = problem
        return error


class TooFewError(DataError):
    """Rows that are not enough for what is to be chosen among them: at another scale there may be more."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest of the known words, or all of them when none is near."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known are {', '.join(known)}" if known else "there is none to choose from"


def counted(number: int) -> str:
    """A number in words of a bounded length: in full as far as it can be read, else its power of ten."""
    return f"{number:,}" if abs(number) < 10**21 else f"about 10^{math.floor(math.log10(abs(number)))}"


def many(count: float, what: str, does: str = "", do: str = "") -> str:
    """A count with its noun, and the verb behind it: 1 row, 2,000 rows; 1 row needs, 2 rows need."""
    verb = does if count == 1 else do
    return f"{count:,.0f} {what}{'s' * (count != 1)}{verb and ' ' + verb}"


def one_of(names: Iterable[str]) -> str:
    """Names to choose from, in words: `a`, `a or b`, `a, b or c`."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
