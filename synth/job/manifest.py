"""The manifest: what is in a folder, and all that is needed to check it or to make it again."""

from __future__ import annotations

import datetime as dt
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from synth.dtypes import DType
from synth.errors import OutputError
from synth.plan.model import Plan
from synth.spec.load import dump, parse
from synth.spec.models import Dataset
from synth.streams import STREAM_VERSION

__all__ = ["NAME", "FileEntry", "Manifest", "TableEntry", "begin"]

NAME = "manifest.json"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Entry):
    """One file, its path relative to the folder."""

    path: str
    rows: int
    bytes: int
    sha256: str


class TableEntry(_Entry):
    """One table: its columns with their types, and its files."""

    columns: dict[str, str]
    rows: int
    fingerprint: str
    files: tuple[FileEntry, ...]

    @property
    def types(self) -> dict[str, DType]:
        """The columns' types."""
        return {name: DType.parse(text) for name, text in self.columns.items()}


class Manifest(_Entry):
    """Written last, as `manifest.json`."""

    program: str
    stream_version: int
    dataset: str
    scale: float
    seed: int
    until: dt.datetime
    format: str
    spec: str  # the resolved spec, as YAML
    identity: str  # of everything that the content depends on
    tables: dict[str, TableEntry]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read a folder's manifest. Raises OutputError."""
        path = folder / NAME
        if not path.is_file():
            raise OutputError(
                f"'{folder}' holds no {NAME}\n  hint: name the folder OUT/DATASET that `synth generate` made"
            )
        return cls.parse(path.read_bytes(), f"'{path}'")

    @classmethod
    def parse(cls, text: str | bytes, where: str, **kept_elsewhere: str) -> Manifest:
        """Read a manifest's JSON, some of whose fields may be kept elsewhere. Raises OutputError."""
        try:
            return cls.model_validate({**json.loads(text), **kept_elsewhere}, strict=False)
        except (ValueError, TypeError) as error:  # pydantic's and json's are ValueErrors
            raise OutputError(f"{where} is no manifest of this program: {str(error).splitlines()[0]}") from None

    def write(self, folder: Path) -> None:
        """Write it under another name, then rename: it is there whole or not at all."""
        temporary = folder / f".{NAME}"
        temporary.write_text(json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n", "utf-8")
        temporary.replace(folder / NAME)

    def load_dataset(self) -> Dataset:
        """The spec it embeds."""
        return parse(self.spec, NAME)


def begin(plan: Plan, format: str) -> Manifest:
    """The manifest of a plan, without its tables."""
    from synth import __version__

    facts: dict[str, Any] = {
        "program": __version__,
        "stream_version": STREAM_VERSION,
        "dataset": plan.dataset.dataset,
        "scale": plan.scale,
        "seed": plan.seed,
        "until": plan.until.isoformat(),
        "format": format,
        "spec": dump(plan.dataset),
    }
    identity = sha256(json.dumps([facts, plan.wanted]).encode()).hexdigest()
    return Manifest(**facts, identity=identity, tables={})
