"""The manifest: what is in a folder, and all that is needed to check it or to make it again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from synth.dtypes import DType
from synth.errors import OutputError
from synth.plan.model import Plan
from synth.spec.load import dump, parse
from synth.spec.migrate import SPEC_VERSION
from synth.spec.models import Dataset
from synth.store.files import FileEntry, replace_text
from synth.streams import STREAM_VERSION
from synth.version import __version__

__all__ = ["NAME", "ExistingEntry", "Manifest", "TableEntry", "TaskEntry", "begin"]

NAME = "manifest.json"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskEntry(_Entry):
    """A run of blocks that is drawn together. `changes` is the earliest moment at which it will look different."""

    number: int
    first: int
    blocks: int
    changes: dt.datetime | None = None
    prints: dict[str, str]  # fingerprints by table, or part of one


class TableEntry(_Entry):
    """One table: its columns with their types, and its files."""

    columns: dict[str, str]
    rows: int
    fingerprint: str
    files: tuple[FileEntry, ...]

    @property
    def types(self) -> dict[str, DType]:
        """The types of the columns."""
        return {name: DType.parse(text) for name, text in self.columns.items()}


class ExistingEntry(_Entry):
    """A table that was read: where, how much of it, and the file that keeps the columns that were needed."""

    source: str
    table: str  # its name there
    rows: int
    skipped: int
    fingerprint: str
    file: FileEntry | None = None


class Manifest(_Entry):
    """Written last, as `manifest.json`."""

    program: str
    stream_version: int
    dataset: str
    scale: float
    seed: int
    until: dt.datetime
    format: str
    dialect: str | None = None  # of INSERT statements
    spec: str  # the resolved spec, as YAML
    spec_version: int = 1  # of the words that it is written in
    identity: str  # of everything that the content depends on
    tables: dict[str, TableEntry]
    families: dict[str, tuple[TaskEntry, ...]] = {}  # by root table
    sums: tuple[FileEntry, ...] = ()  # hidden files: what the tasks gave to rollups
    existing: dict[str, ExistingEntry] = {}  # tables that were read
    first_keys: dict[str, str] = {}  # `table.column`: the first new key, where others were there before
    steps: tuple[dt.datetime, ...] = ()  # where `until` was before, from the first on
    advancing: dt.datetime | None = None  # the `until` to which files are being replaced

    @property
    def hidden(self) -> tuple[FileEntry, ...]:
        """Files beside the data."""
        return (*self.sums, *(entry.file for entry in self.existing.values() if entry.file))

    @property
    def is_drawn_alike(self) -> bool:
        """Whether this program draws the same rows from the spec."""
        return self.stream_version == STREAM_VERSION

    @property
    def built_on(self) -> bool:
        """Whether its rows were made for others that had been there."""
        return bool(self.existing or self.first_keys)

    @classmethod
    def read(cls, folder: Path, *, advancing: bool = False) -> Manifest:
        """Read a folder's manifest; one that is being advanced is refused unless told. Raises OutputError."""
        path = folder / NAME
        if not path.is_file():
            raise OutputError(
                f"'{folder}' holds no {NAME}\n  hint: name the folder OUT/DATASET that `synth generate` made"
            )
        found = cls.parse(path.read_bytes(), f"'{path}'")
        if found.advancing and not advancing:
            raise OutputError(
                f"'{folder}' was left in the midst of an advance\n"
                f"  hint: `synth advance {folder} --until {found.advancing.isoformat()}` completes it"
            )
        return found

    @classmethod
    def parse(cls, text: str | bytes, where: str, **kept_elsewhere: str) -> Manifest:
        """Read a manifest's JSON, some of whose fields may be kept elsewhere. Raises OutputError."""
        try:
            return cls.model_validate({**json.loads(text), **kept_elsewhere}, strict=False)
        except (ValueError, TypeError) as error:  # pydantic's and json's are ValueErrors
            raise OutputError(f"{where} is no manifest of this program: {str(error).splitlines()[0]}") from None

    def write(self, folder: Path) -> None:
        """Write it into a folder: it is there whole or not at all."""
        facts = self.model_dump(mode="json", exclude_none=True)
        replace_text(folder / NAME, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")

    def load_dataset(self) -> Dataset:
        """The spec it embeds, in the words of today."""
        return parse(self.spec, NAME, self.spec_version, drawn_alike=self.is_drawn_alike)

    def is_same_run(self, other: Manifest) -> bool:
        """Whether another manifest, which may be an older version's, is of the same plan in the same format."""
        if other.spec_version == self.spec_version:
            return other.identity == self.identity
        facts = {
            "program": other.program, "stream_version": other.stream_version, "dataset": other.dataset,
            "scale": other.scale, "seed": other.seed, "until": other.until.isoformat(), "format": other.format,
            "spec": dump(other.load_dataset()), **({"dialect": other.dialect} if other.dialect else {}),
        }  # fmt: skip
        return _identity(facts, tuple(other.tables)) == self.identity


def _identity(facts: Mapping[str, Any], wanted: Sequence[str]) -> str:
    """A hash of everything that the content depends on."""
    return sha256(json.dumps([facts, wanted]).encode()).hexdigest()


def begin(plan: Plan, format: str, dialect: str | None = None) -> Manifest:
    """The manifest of a plan, without its tables."""
    facts: dict[str, Any] = {
        "program": __version__,
        "stream_version": STREAM_VERSION,
        "dataset": plan.dataset.dataset,
        "scale": float(plan.scale),  # 1 and 1.0 are the same
        "seed": plan.seed,
        "until": plan.until.isoformat(),
        "format": format,
        "spec": dump(plan.dataset),
    }
    if dialect:
        facts["dialect"] = dialect
    keys = dict(plan.content.first_keys)
    return Manifest(
        **facts, spec_version=SPEC_VERSION, identity=_identity(facts, plan.wanted), tables={}, first_keys=keys
    )
