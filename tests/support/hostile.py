"""Texts and names that files, clients and servers stumble over, and a dataset that is made of them."""

from __future__ import annotations

import datetime as dt

import yaml

from synth.spec.load import parse
from synth.spec.models import Dataset

TEXTS = [
    "", " ", "a,b", 'he said "no"', '"', '""', '",', '"\n', "'", "''", "it's", "two\nlines", "two\r\nlines", "\r", "\n", "\n\n", "end\r",
    "tab\there", "\t", "back\\slash", "\\", "\\\\", "\\'", "\\n", "\\N", "NULL", "null", "None", "true", "0012", "1e5",
    "2024-01-01", "ä", "a\u0308", "漢字", "𝄞 plane 1", "👩‍👩‍👧", "\u2028", "#", ";", ";\n--", "/*! x */", "*/", "--", "\ufeff", " leading",
    "trailing ", "{}", "[1]", "\x01", "\x7f", "\x1a", "\nGO\n", "\nGO 5\n:r x\n!! true\n", "$(database)", "$(x", "$", ":name", ":'name'", "%s", "?",
    "\ndelimiter //\n", "\n\\g\n", "\n\\! true\n", "\n.quit\n", "\n/\n", "'; DROP TABLE x; --", "`", "$$", "x" * 5000, "y\n" * 3000,
]  # fmt: skip
COMMENTS = [
    "it's", '"', "`", "[x]]", "\\", "\\'", "back\\\\slash\\", "two\nlines", "\r\n\t", "*/", "/*", "/*! */", "-- ", "; --", "$$",
    "'; DROP TABLE x; --", "'; DROP TABLE parents; --\n", "ünï 漢字 𝄞 👩‍👩‍👧", "%s {} :name @x #", "\\n \\g \\G", "\ndelimiter //\n", "\n\\.\n",
    "\nGO\n", "\n\\! true\n", " blank ", "NULL",
]  # fmt: skip
LONG = "a_very_long_name_of_a_table_that_goes_on_until_the_very_limit__"
assert len(LONG) == 63
CELLS = [
    [True, 2**15 - 1, 2**31 - 1, 2**63 - 1, 9_999_999_999.99, 1e12, "0190163d-8694-8000-8000-00005aa8ac10", dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 23, 59, 59, 999_999), "NULL", 0.1, "NULL", dt.datetime(2024, 2, 29, 23, 59, 59, 999_999), "9" * 20, "2 years 3 days 04:05:06"],
    [False, -(2**15) + 1, -(2**31) + 1, -(2**63) + 2, -9_999_999_999.99, -0.1, "ffffffff-ffff-ffff-ffff-ffffffffffff", dt.date(1900, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999_999), "a,b", -3.4e38, "it's \\", "1970-01-01T01:59:59.999999+02:00", "-0.000001", "-00:00:00.000001"],
    [False, 0, 0, 0, 0.01, 123456.789, "00000000-0000-0000-0000-000000000000", dt.date(9999, 12, 31), dt.datetime(9999, 12, 31, 23, 59, 59), "it's \\", 16_777_217, ' "漢,\n𝄞', dt.datetime(9999, 12, 31, 23, 59, 59), 0, "1 week"],
]  # fmt: skip
KINDS = {"flag": "boolean", "small": "smallint", "whole": "integer", "large": "bigint", "money": "decimal(12,2)", "ratio": "double", "guid": "uuid", "day": "date", "at": "timestamp", "state": 'enum(NULL, "a,b", "it\'s \\\\")', "share": "real", "land": "char(8)", "met": "timestamptz", "wei": "decimal(30,6)", "term": "interval"}  # fmt: skip


class _Dumper(yaml.SafeDumper):
    """Texts in quotes, whatever they look like."""


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def hostile(name: str = "hostile", empty: bool = True, lone: bool = True) -> Dataset:
    """Tables `order`, `group` and `select`; with `empty`, an empty text stands where NULL may stand too.

    With `lone` there is a line of a text that is nothing but a backslash and a point: COPY's end, before version 18.
    """
    texts = [*TEXTS, *(["x\n\\.\ny", "\\."] if lone else [])]
    where_null_may_be = [text for text in [*texts, None] if empty or text != ""]
    typed = {n: {"type": kind, "nullable": True} for n, kind in KINDS.items()}
    tables = {
        "order": {
            "primary_key": ["select"],
            "columns": {"select": {"type": "integer"}, "from": {"type": "text", "about": "it's\na \"text\" \\ $(x)"}},
            "values": [[at, text] for at, text in enumerate(texts)],
        },
        "group": {
            "primary_key": ["key"],
            "columns": {
                "key": {"type": "bigint"},
                "where": {"type": "text", "nullable": True},
                "Case": {"type": "integer", "references": "order", "nullable": True},
                "self": {"type": "bigint", "references": "group", "nullable": True},
            },
            "values": [[at, text, at if at < len(texts) else None, at // 2 if at else None] for at, text in enumerate(where_null_may_be)],
        },
        "select": {
            "primary_key": ["id"],
            "columns": {"id": {"type": "integer"}, **typed},
            "values": [[at, *row] for at, row in enumerate([*CELLS, [None] * len(KINDS)])],
        },
        "nothing": {"primary_key": ["id"], "columns": {"id": {"type": "integer"}}, "values": []},
    }  # fmt: skip
    spec = {"dataset": name, "period": {"start": dt.date(2024, 1, 1), "until": dt.date(2025, 1, 1)}, "tables": tables}
    return parse(yaml.dump(spec, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9))
