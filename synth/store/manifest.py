"""The manifest: what is in a folder, and all that is needed to check it or to make it again.

It may come from a stranger: what is read of it is of a bounded size, its paths are inside the folder, and its tables and
columns are those of its spec.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from synth.errors import OutputError
from synth.formats import FORMATS
from synth.generators.declarations import Segment
from synth.plan.model import Plan
from synth.spec.key_segments import in_segments
from synth.spec.load import dump, parse
from synth.spec.migrate import SPEC_VERSION
from synth.spec.models import Dataset
from synth.store.entries import Entry, ExistingEntry, Moment, SegmentEntry, TableEntry, TaskEntry, Whole, Word
from synth.store.files import MOST_BYTES, FileEntry, read_bytes, replace_text
from synth.store.partitions import partition_of, spelt
from synth.streams import STREAM_VERSION
from synth.version import __version__

__all__ = [
    "NAME", "PARENTS", "SEALED", "SUMS", "Manifest", "begin", "pulled_identity",
]  # fmt: skip

NAME = "manifest.json"
SUMS = ".sums"  # hidden files: what tasks gave to rollups,
PARENTS = ".existing"  # and a folder with what was read of existing tables
MOST_ENTRIES = 500_000  # of files and tasks
MOST_PARTS = 10_000  # tables, and parts of them, of one task; tables that were read
SEALED = 2  # stream version since which a manifest states its own hash

_FILE = re.compile(r"/\w[\w.-]*\Z", re.ASCII)  # behind a table's name, or the folders of its partitions


class Manifest(Entry):
    """What is in a folder, and how it was made. It is written last, as `manifest.json`.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> manifest = synth.Manifest.read(folder)
    >>> manifest.dataset, manifest.seed, manifest.tables["orders"].rows
    ('inventory', 42, 57)
    """

    program: str
    stream_version: Whole
    dataset: str
    scale: Annotated[float, Field(strict=True)]
    seed: Whole
    until: Moment
    format: str
    dialect: str | None = None  # of INSERT statements
    compression: str | None = None  # inside of files, where it is not the format's usual one; no part of the identity
    partitions: dict[Word, str] = Field(default={})  # by table: what its folders are made by; no part of the identity
    spec: str  # the resolved spec, as YAML
    spec_version: Annotated[int, Field(strict=True, ge=1, le=SPEC_VERSION)] = 1  # of the words that it is written in
    identity: str  # of everything that the content depends on
    tables: dict[Word, TableEntry]
    families: dict[str, tuple[TaskEntry, ...]] = Field(default={})  # by root table
    sums: tuple[FileEntry, ...] = ()  # hidden files: what the tasks gave to rollups
    existing: dict[str, ExistingEntry] = Field(default={})  # tables that were read
    first_keys: dict[str, str] = Field(default={})  # `table.column`: the first new key, where others were there before
    segments: dict[str, tuple[SegmentEntry, ...]] = Field(default={})  # `table.column`: where keys go on behind others'
    last_keys: dict[str, Whole] = Field(default={})  # `table.column`: the highest key of ours, in databases
    edits: dict[str, str] = Field(default={})  # by table: rows that others changed or deleted, and that stay so
    steps: tuple[Moment, ...] = ()  # where `until` was before, from the first on
    part: Annotated[str, StringConstraints(pattern="^[1-9]\\d{0,5}/[1-9]\\d{0,5}$")] | None = None  # of a run: 3/7
    made_by: str | None = None  # a note: what has the same may replace it; no part of the identity
    seal: str | None = None  # a hash of all that is stated above
    advancing: Moment | None = None  # the `until` to which files are being replaced

    @field_validator("segments")
    @classmethod
    def _go_on(cls, segments: dict[str, tuple[SegmentEntry, ...]]) -> dict[str, tuple[SegmentEntry, ...]]:
        for place, each in segments.items():
            for earlier, later in pairwise(each):
                if later.first_row <= earlier.first_row or later.first_key <= earlier.first_key:
                    raise ValueError(f"the segments of '{place}' do not go on from each other")
        return segments

    @field_validator("partitions")
    @classmethod
    def _are_levels(cls, partitions: dict[str, str]) -> dict[str, str]:
        return {name: spelt(partition_of(text)) for name, text in partitions.items()}

    @model_validator(mode="after")
    def _is_compressed(self) -> Manifest:
        known = FORMATS[self.format].compressions if self.format in FORMATS else ()
        if self.compression is not None and self.compression not in known:
            raise ValueError(f"{self.format} has no compression '{self.compression}'")
        return self

    @model_validator(mode="after")
    def _has_files_of_its_tables(self) -> Manifest:
        for path, wanted in self._places():
            if path != wanted:
                raise ValueError(f"'{path}' is not where a file of '{wanted}' is")
        return self

    def _places(self) -> Iterator[tuple[str, str]]:
        """Each file's folder, or hidden file's path, and what it has to be."""
        for name, entry in self.tables.items():
            levels = partition_of(self.partitions[name]) if name in self.partitions else ()
            for file in entry.files:
                table, *folders = _FILE.sub("", file.path).split("/")
                yield (
                    "/".join([table, *(each.partition("=")[0] for each in folders)]),
                    "/".join([name, *(each.name for each in levels)]),
                )
        yield from ((file.path, SUMS) for file in self.sums)
        yield from ((e.file.path, f"{PARENTS}/{name}.parquet") for name, e in self.existing.items() if e.file)

    @property
    def hidden(self) -> tuple[FileEntry, ...]:
        """Files beside the data."""
        return (*self.sums, *(entry.file for entry in self.existing.values() if entry.file))

    @property
    def unsaid(self) -> set[str]:
        """Fields that few have, as databases with rows of others: left out of others, which older versions read."""
        return {name for name in ("segments", "last_keys", "edits", "partitions") if not getattr(self, name)}

    @property
    def file_facts(self) -> dict[str, Any]:
        """How the same rows are written: what a run keeps to that goes on with these files."""
        return {"compression": self.compression, "partitions": self.partitions}

    @property
    def is_drawn_alike(self) -> bool:
        """Whether this program draws the same rows from the spec."""
        return self.stream_version == STREAM_VERSION

    @property
    def built_on(self) -> bool:
        """Whether its rows were made for others that had been there."""
        return bool(self.existing or self.first_keys)

    @classmethod
    def read(cls, folder: str | Path, *, advancing: bool = False, part: bool = False) -> Manifest:
        """Read a folder's manifest; one that is being advanced, or a part's, is refused unless told. Raises OutputError."""
        path = Path(folder) / NAME
        if not path.is_file():
            raise OutputError(
                f"'{folder}' holds no {NAME}\n  hint: name the folder OUT/DATASET that `synth generate` made"
            )
        found = cls.parse(read_bytes(path), f"'{path}'")
        if found.part and not part:
            raise OutputError(
                f"'{folder}' is part {found.part} of a run, and no dataset by itself\n"
                "  hint: `synth merge` puts all its parts together"
            )
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
            if len(text) > MOST_BYTES:
                raise ValueError(f"it is longer than {MOST_BYTES:,} bytes")
            text = text.decode() if isinstance(text, bytes) else text
            found = json.loads(text, object_pairs_hook=_once)
            if twice := kept_elsewhere.keys() & found.keys():
                raise ValueError(f"'{min(twice)}' is there twice")
            facts = {**found, **kept_elsewhere}
            _refuse_many(facts)
            return cls.model_validate(facts)
        except RecursionError:
            why = "it is nested too deeply"
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            why = f"{'.'.join(map(str, first['loc'])) or 'paths'}: {first['msg'].removeprefix('Value error, ')}"
        except (ValueError, TypeError, AttributeError) as error:  # json's are ValueErrors
            why = str(error).partition("\n")[0]
        raise OutputError(f"{where} is no manifest of this program: {why}")

    def text(self) -> str:
        """Give it as the text of its file."""
        facts = self.model_dump(mode="json", exclude_none=True, exclude=self.unsaid)
        return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"

    def write(self, folder: Path, work_folder: Path | None = None) -> None:
        """Write it into a folder, by way of one that is being made: it is there whole or not at all."""
        replace_text(folder / NAME, self.text(), (work_folder or folder) / f".{NAME}")

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """Files of all tables, and those beside them."""
        return (*(file for table in self.tables.values() for file in table.files), *self.hidden)

    def placed(self, place: Callable[[FileEntry], str | None]) -> Manifest:
        """The manifest with each file at another name in a store, or at none, as in a folder; it states the same."""

        def of(file: FileEntry) -> FileEntry:
            return file.model_copy(update={"at": place(file)})

        tables = {
            name: table.model_copy(update={"files": tuple(map(of, table.files))}) for name, table in self.tables.items()
        }
        existing = {
            name: entry.model_copy(update={"file": of(entry.file)}) if entry.file else entry
            for name, entry in self.existing.items()
        }
        return self.model_copy(update={"tables": tables, "sums": tuple(map(of, self.sums)), "existing": existing})

    def load_dataset(self) -> Dataset:
        """The spec it embeds, in the words of today. Raises SpecError, and OutputError where it is another dataset's."""
        dataset = parse(self.spec, NAME, self.spec_version, drawn_alike=self.is_drawn_alike)
        segments = {place: [Segment(s.first_row, s.first_key) for s in each] for place, each in self.segments.items()}
        dataset = in_segments(dataset, segments)
        if dataset.dataset != self.dataset:
            raise OutputError(f"{NAME} is of '{self.dataset}', and the spec in it of '{dataset.dataset}'")
        for name, entry in self.tables.items():
            if name not in dataset.written:
                raise OutputError(f"{NAME} lists a table '{name}', which the spec in it does not make")
            if set(entry.columns) != set(dataset.tables[name].written):
                other = sorted(set(entry.columns) ^ set(dataset.tables[name].written))[0]
                raise OutputError(f"{NAME} and the spec in it do not agree whether '{name}' has a column '{other}'")
        return dataset

    def is_same_run(self, other: Manifest) -> bool:
        """Whether another manifest, which may be an older version's, is of the same plan in files of the same kind."""
        if other.file_facts != self.file_facts:
            return False
        if other.spec_version == self.spec_version:
            return other.identity == self.identity
        return other._worked_out(other.format, spec=dump(other.load_dataset())) == self.identity

    # -- the proof

    def origin(self) -> str | None:
        """The identity of the run that this is of, worked out from what it states; None where it states another one.

        A database does not say in which format it was loaded, nor what was pulled (which has no tasks) what it was before.
        """
        from synth.databases.registry import NAMES  # which most runs need not have

        formats = [self.format] if self.format in FORMATS and self.families else [*FORMATS, *NAMES]
        origins = [self._worked_out(each) for each in formats]
        made = self.families or not self.tables  # tables that are not written have no rows either
        if self.identity in origins and (made or self.format not in FORMATS):  # or it was appended to
            return self.identity
        if self.families:
            return None
        prints = [table.fingerprint for table in self.tables.values()]
        pulled = [self.format] if self.format in FORMATS else list(FORMATS)
        return next((o for o in origins for form in pulled if pulled_identity(o, form, prints) == self.identity), None)

    def sealed(self) -> Manifest:
        """The manifest with the hash of all that it states, as whoever has drawn the rows writes it."""
        return self.model_copy(update={"seal": self._hash()})

    def is_as_written(self) -> bool:
        """Whether nothing in it was changed since; older versions did not state a hash."""
        return self.seal == self._hash() or (self.seal is None and self.stream_version < SEALED)

    def restated(self, **facts: Any) -> Manifest:
        """The manifest with other facts; one that was changed by others is not made to look as it was written."""
        other = self.model_copy(update=facts)
        return other.sealed() if self.is_as_written() else other

    def _hash(self) -> str:
        """What is left out at its default may be unknown to another version, and comes to the same."""
        here = self.placed(lambda file: None)
        facts = here.model_dump(mode="json", exclude={"seal", "advancing"}, exclude_defaults=True)
        return sha256(json.dumps(facts).encode()).hexdigest()

    def of_tables(self, tables: Mapping[str, TableEntry], families: Mapping[str, tuple[TaskEntry, ...]]) -> Manifest:
        """The manifest of other tables: what rows were appended to, and what was there besides."""
        identity = self._worked_out(self.format, tables=tuple(tables))
        return self.restated(tables=dict(tables), families=dict(families), identity=identity)

    def would_be_whole_with(self, tables: Sequence[str]) -> bool:
        """Whether it states the identity of a run of all these tables, which it does not list."""
        return self.identity == self._worked_out(self.format, tables=tables)

    def _worked_out(self, format: str, *, spec: str | None = None, tables: Sequence[str] | None = None) -> str:
        """The identity of a run in a format, from what is stated."""
        facts: dict[str, Any] = {
            "program": self.program, "stream_version": self.stream_version, "dataset": self.dataset,
            "scale": self.scale, "seed": self.seed, "until": self.until.isoformat(), "format": format,
            "spec": self.spec if spec is None else spec,
        }  # fmt: skip
        if self.dialect is not None:
            facts["dialect"] = self.dialect
        return _identity(facts, tuple(self.tables if tables is None else tables))


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose keys is there twice, and none of whose texts has half a character."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"'{next(name for name in names if names.count(name) > 1)}' is there twice")
    for text in (text for pair in pairs for text in pair if isinstance(text, str)):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("a text in it holds half of a character (U+D800 to U+DFFF)") from None
    return found


def _refuse_many(facts: Mapping[str, Any]) -> None:
    """Raise ValueError for more than a run has, whatever else is wrong with it."""
    tables, families = facts.get("tables") or {}, facts.get("families") or {}
    tasks = [task for each in families.values() for task in each]
    files = sum(len(entry["files"]) for entry in tables.values())
    segments = sum(len(each) for each in (facts.get("segments") or {}).values())
    if (
        max(files + len(tasks), sum(len(task["prints"]) for task in tasks), len(facts.get("steps") or ()), segments)
        > MOST_ENTRIES
    ):
        raise ValueError(f"it lists more than {MOST_ENTRIES:,} files and tasks")
    known = [
        facts.get(name) or () for name in ("existing", "first_keys", "segments", "last_keys", "edits", "sums", "tables")
    ]
    if max(map(len, (*known, *(task["prints"] for task in tasks)))) > MOST_PARTS:
        raise ValueError(f"it lists more than {MOST_PARTS:,} tables")


def pulled_identity(origin: str, format: str, prints: Sequence[str]) -> str:
    """The identity of what was pulled from a database: no run's, so that `generate` does not find it done."""
    return sha256(json.dumps(["pulled", origin, format, list(prints)]).encode()).hexdigest()


def _identity(facts: Mapping[str, Any], wanted: Sequence[str]) -> str:
    """A hash of everything that the content depends on."""
    return sha256(json.dumps([facts, wanted]).encode()).hexdigest()


def begin(
    plan: Plan, format: str, dialect: str | None = None, made_by: str | None = None, compression: str | None = None,
    partitions: Mapping[str, str] | None = None,
) -> Manifest:  # fmt: skip
    """The manifest of a plan, without its tables; `made_by` is a note that is no part of what the content depends on."""
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
        **facts, spec_version=SPEC_VERSION, identity=_identity(facts, plan.wanted), tables={}, first_keys=keys,
        made_by=made_by, compression=compression, partitions=dict(partitions or {}),
    )  # fmt: skip
