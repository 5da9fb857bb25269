"""A feed of changes: what came, changed and went in each step of a dataset that grows, in order."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from synth.arrays import plain_json
from synth.columns import from_microseconds, to_written
from synth.ddl import in_reference_order
from synth.draw.change import AT, BEFORE, OP
from synth.dtypes import TEXT, TIMESTAMP, DType
from synth.errors import OptionError, OutputError, did_you_mean
from synth.formats import CHANGE_FORMATS, ENVELOPES, FEEDS, FORMATS
from synth.plan.model import Plan
from synth.spec.parts import table_of
from synth.system import said_by_machine
from synth.version import __version__

__all__ = ["STAMP", "Feed"]

COLUMNS = {**dict.fromkeys(("op", "table", "key", "before", "after"), TEXT), "at": TIMESTAMP}
STAMP = "%Y%m%dT%H%M%S%f"
_MOMENT = "%Y-%m-%d %H:%M:%S%.6f"


class Feed:
    """A folder with a file a step: op, table, key, before, after, at. Steps follow one another without a gap."""

    def __init__(self, folder: Path, since: dt.datetime, until: dt.datetime, format: str = "parquet"):
        """Raises OptionError where the folder's last step does not end at `since`."""
        if format not in CHANGE_FORMATS:
            raise OptionError(f"unknown format of changes '{format}'\n  hint: {did_you_mean(format, CHANGE_FORMATS)}")
        self.folder, self.envelopes = folder, format == ENVELOPES
        self.format = FORMATS["ndjson" if self.envelopes else format]
        suffix = f".{format}{self.format.suffix}" if self.envelopes else self.format.suffix
        self.path = folder / f"{since:{STAMP}}-{until:{STAMP}}{suffix}"
        steps = list(self._steps(folder))
        if later := [path for path, begins, _ in steps if begins > since]:
            raise OptionError(f"the data is at {since}, and '{later[0]}' begins later\n  hint: name an empty folder")
        self.undone = [path for path, begins, _ in steps if begins == since]  # of a step that was killed before its end
        done = [ends for _, begins, ends in steps if begins < since]
        if done and max(done) != since:
            raise OptionError(
                f"'{folder}' ends at {max(done)} and the data is at {since}: the changes between are not in it\n"
                "  hint: name an empty folder"
            )

    @staticmethod
    def _steps(folder: Path) -> Iterator[tuple[Path, dt.datetime, dt.datetime]]:
        suffixes = {FORMATS[name].suffix for name in FEEDS}
        for path in sorted(path for path in folder.glob("[!.]*") if path.suffix in suffixes):
            try:
                stamps = path.name.removesuffix("".join(path.suffixes)).split("-")
                begins, ends = (dt.datetime.strptime(text, STAMP) for text in stamps)  # noqa: DTZ007
            except ValueError:
                raise OptionError(f"'{path}' is no file of a feed; name a folder of its own") from None
            yield path, begins, ends

    def write(self, differences: Mapping[str, Sequence[pl.DataFrame]], plan: Plan) -> None:
        """One file, whole or not at all. Raises OutputError."""
        order = {name: place for place, name in enumerate(in_reference_order(plan.dataset))}
        frames = [
            _feed(frame, table, plan, order[table_of(table)]) for table, found in differences.items() for frame in found
        ]
        schema: dict[str, Any] = {name: dtype.drawn for name, dtype in COLUMNS.items()}
        ranked = pl.concat(frames).sort("at", "#rank", "key") if frames else pl.DataFrame(schema=schema)
        ranked = ranked.select(list(schema))
        making = self.folder / f".{self.path.name}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            making.unlink(missing_ok=True)  # a killed step's, or a link, which is not gone through
            if self.envelopes:
                _envelopes(ranked, plan).write_csv(making, include_header=False, quote_style="never")
            elif self.format.holds_json:  # rows as objects, all in one
                _lines(ranked).write_csv(making, include_header=False, quote_style="never")
            else:  # rows as JSON in a text
                self.format.write([ranked], COLUMNS, frozenset(), making)
            for path in self.undone:
                path.unlink(missing_ok=True)
            making.replace(self.path)
        except BaseException as error:
            with suppress(OSError):
                making.unlink(missing_ok=True)
            said = said_by_machine(error)  # libraries put a full disk into words of their own
            if said is None:
                raise
            raise OutputError(f"cannot write '{self.path}': {said}") from error


def _feed(frame: pl.DataFrame, table: str, plan: Plan, rank: int) -> pl.DataFrame:
    """Differences as rows of the feed; rows as JSON, decimals and times in them as text in full.

    Of one moment, what goes comes first, children before parents; then what comes and changes, parents before children.
    """
    types, written = plan.tables[table].types, plan.tables[table].written
    key = plan.spec(table).key or written
    after = _texts(frame.select(written), types)
    before = _texts(frame.select(pl.col(BEFORE + name).alias(name) for name in written), types)
    gone, new = frame[OP] == "delete", frame[OP] == "insert"
    return pl.DataFrame({
        "op": frame[OP],
        "table": pl.Series([table_of(table)], dtype=pl.String).new_from_index(0, frame.height),
        "key": before.select(key).to_struct().struct.json_encode().zip_with(
            gone, after.select(key).to_struct().struct.json_encode()
        ),
        "before": before.to_struct().struct.json_encode().set(new, None),
        "after": after.to_struct().struct.json_encode().set(gone, None),
        "at": from_microseconds(frame[AT].to_numpy()),
    }).with_columns(pl.when(pl.col("op") == "delete").then(-rank - 1).otherwise(rank).alias("#rank"))  # fmt: skip


def _lines(feed: pl.DataFrame) -> pl.DataFrame:
    """Each change as one JSON object."""
    pieces: list[pl.Expr] = []
    for name in COLUMNS:
        cell = pl.col(name).fill_null("null") if name in ("key", "before", "after") else pl.format('"{}"', pl.col(name))
        pieces += [pl.lit(("," if pieces else "{") + f'"{name}":'), cell]
    texts = feed.with_columns(pl.col("at").dt.strftime(_MOMENT))
    return texts.select(pl.concat_str(*pieces, pl.lit("}")))


def _envelopes(feed: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Each change as one JSON object in Debezium's words.

    They are those of its connectors with `decimal.handling.mode=string`, moments as text, and no schema beside the payload.
    """
    op = pl.col("op").replace_strict({"insert": "c", "update": "u", "delete": "d"})
    before, after = (pl.col(name).fill_null("null") for name in ("before", "after"))
    us = pl.col("at").dt.epoch("us")
    name, tables = json.dumps(plan.dataset.dataset), {table: json.dumps(table) for table in plan.wanted}
    source = (
        f'"connector":"synth","version":"{__version__}","name":{name},"db":{name},"schema":{name},"snapshot":"false"'
    )
    return feed.select(
        pl.concat_str(
            pl.lit('{"before":'), before, pl.lit(',"after":'), after, pl.lit(f',"source":{{{source},"table":'),
            pl.col("table").replace_strict(tables), pl.lit(',"ts_ms":'), us // 1000, pl.lit(',"ts_us":'), us,
            pl.lit('},"op":"'), op, pl.lit('","ts_ms":'), us // 1000, pl.lit(',"ts_us":'), us, pl.lit("}"),
        )
    )  # fmt: skip


def _texts(frame: pl.DataFrame, types: Mapping[str, DType]) -> pl.DataFrame:
    return plain_json(to_written(frame, types)).with_columns(pl.col(pl.Decimal, pl.Date).cast(pl.String))
