"""File formats: each a writer, a reader and a relation. Adding one is a file here and a line in `FORMATS`.

Facts stand in the line, so that `--help` can name formats without loading what reads and writes them; `format.py` says
which functions the file has.
"""

from __future__ import annotations

from synth.errors import OptionError, did_you_mean
from synth.formats.format import Format, first_words, unreadable_errors

__all__ = [
    "CHANGE_FORMATS",
    "COMPRESSIONS",
    "ENVELOPES",
    "FEEDS",
    "FORMATS",
    "LINES",
    "READABLE",
    "Format",
    "first_words",
    "format_of",
    "unreadable_errors",
]

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format(
            "parquet", ".parquet", 0.001, holds_types=True, is_for_feeds=True, is_for_lakes=True, holds_descriptions=True,
            compressions=("snappy", "zstd", "lz4", "none"),
        ),
        Format("csv", ".csv", 1, is_for_clients=True, is_lines=True, has_header=True),
        Format("ndjson", ".ndjson", 4, holds_json=True, is_for_feeds=True, is_lines=True),
        Format(
            "arrow", ".arrow", 0.01, holds_types=True, is_for_feeds=True, holds_descriptions=True,
            compressions=("lz4", "zstd", "none"),
        ),
        Format("sql", ".sql", 2, can_be_read=False, needs_dialect=True),
    )
}  # fmt: skip

COMPRESSIONS = tuple(dict.fromkeys(word for form in FORMATS.values() for word in form.compressions))
READABLE = tuple(name for name, form in FORMATS.items() if form.can_be_read)
LINES = tuple(name for name, form in FORMATS.items() if form.is_lines)
FEEDS = tuple(name for name, form in FORMATS.items() if form.is_for_feeds)
ENVELOPES = "debezium"  # changes in the words of a tool that many read from
CHANGE_FORMATS = (*FEEDS, ENVELOPES)


def format_of(name: str, among: tuple[str, ...] = tuple(FORMATS)) -> Format:
    """The format of a name, which is one of those that a job takes. Raises OptionError."""
    if name not in among:
        raise OptionError(f"unknown format '{name}'\n  hint: {did_you_mean(name, among)}")
    return FORMATS[name]
