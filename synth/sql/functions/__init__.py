"""The functions of the language: what each takes and gives, how it is drawn, what it is called; one entry each.

To add one: an entry in the file of its kind. Where databases spell it otherwise than sqlglot does by itself, an explicit
form in `translate/portable/`, or a rewrite that its dialect lists. A function without `polars` is drawn as Polars' SQL reads
it; one that is not here can be drawn where Polars' SQL knows it, and stands in no check.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth.sql.functions.function import Function
from synth.sql.functions.numbers import NUMBERS
from synth.sql.functions.patterns import PATTERNS
from synth.sql.functions.texts import TEXTS
from synth.sql.functions.times import TIMES

__all__ = ["FUNCTIONS", "Function"]

FUNCTIONS: Mapping[type[Any], Function] = {**NUMBERS, **TEXTS, **PATTERNS, **TIMES}
