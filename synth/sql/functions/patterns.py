"""Regular expressions, fingerprints and repeated texts: DuckDB works them out, also where they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BOOLEAN, TEXT
from synth.sql.by_duckdb import by_duckdb, spelt, worked_out
from synth.sql.functions.function import Function, known_text, known_whole
from synth.sql.kinds import Policy
from synth.sql.nodes import Node, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["PATTERNS"]

MOST_GROUPS = 9  # that a replacement can name


def _check_pattern(node: Node, policy: Policy) -> None:
    """Refuse patterns that are no text written out, or that DuckDB cannot read. Raises SqlError."""
    written = (node.expression, *(node.args.get(key) for key in ("flag", "modifiers", "replacement")))
    if any(each is not None and known_text(each) is None for each in written):
        raise SqlError(f"the pattern, and what stands behind it, are texts that are written out: {sql_excerpt(node)}")
    group = node.args.get("group")
    if group is not None and known_whole(group, 0, MOST_GROUPS) is None:
        raise SqlError(f"a group is a number from 0 to {MOST_GROUPS} that is written out: {sql_excerpt(node)}")
    worked_out(spelt(node, ("this",)), [pl.Series([""])])


PATTERNS: Mapping[type[Any], Function] = {
    exp.RegexpLike: Function(
        {"this": "text"},
        BOOLEAN,
        by_duckdb(BOOLEAN, "this"),
        besides=("expression", "flag"),
        check=_check_pattern,
        in_rules=False,
        form="REGEXP_MATCHES(text, 'pattern'), REGEXP_MATCHES(text, 'pattern', 'options')",
        says="whether a regular expression (of RE2) is found in it; `i` takes capitals for small letters",
        examples=("REGEXP_MATCHES('SKU-12', '^[A-Z]+-\\d+$')", "REGEXP_MATCHES('abc', 'B', 'i')"),
    ),
    exp.RegexpReplace: Function(
        {"this": "text"},
        TEXT,
        by_duckdb(TEXT, "this"),
        besides=("expression", "replacement", "modifiers", "single_replace"),
        check=_check_pattern,
        in_rules=False,
        form="REGEXP_REPLACE(text, 'pattern', 'other'), REGEXP_REPLACE(text, 'pattern', 'other', 'options')",
        says="with another text in the first place where it is found, with `g` in each; `\\1` is what the first group found",
        examples=("REGEXP_REPLACE('a1b22', '[0-9]+', '#', 'g')", "REGEXP_REPLACE('Doe, Ann', '(\\w+), (\\w+)', '\\2 \\1')"),
    ),
    exp.RegexpExtract: Function(
        {"this": "text"},
        TEXT,
        by_duckdb(TEXT, "this"),
        besides=("expression", "group", "null_if_pos_overflow"),
        check=_check_pattern,
        in_rules=False,
        form="REGEXP_EXTRACT(text, 'pattern'), REGEXP_EXTRACT(text, 'pattern', group)",
        says="what is found first, or what a group of it found; an empty text where there is none",
        examples=("REGEXP_EXTRACT('order 17 of 20', '\\d+')", "REGEXP_EXTRACT('ann@example.com', '@(.+)', 1)"),
    ),
    exp.MD5: Function(
        {"this": "text"},
        TEXT,
        by_duckdb(TEXT, "this"),
        in_rules=False,
        form="MD5(text)",
        says="the fingerprint of its bytes, in 32 signs",
        examples=("MD5('a')",),
    ),
    exp.Repeat: Function(
        {"this": "text", "times": "whole"},
        TEXT,
        by_duckdb(TEXT, "this", "times"),
        in_rules=False,
        form="REPEAT(text, n)",
        says="n times, one behind the other; write LEAST(n, 5) where n is a column",
        examples=("REPEAT('ab', 3)",),
    ),
}  # fmt: skip
