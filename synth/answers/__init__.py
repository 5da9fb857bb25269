"""What commands print with `--json`: their shapes, from which `synth schema output` makes a JSON Schema.

Jobs give their reports in these shapes, so that types say where the two part ways. Fields may be added, and do not change
what they mean.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from synth.answers.compared import (
    ChildrenMeasured,
    ColumnCompared,
    ColumnMeasured,
    DataCompared,
    ReferenceCompared,
    SpecChanged,
    SpecsCompared,
    TableCompared,
)
from synth.answers.imported import Imported, ImportNote, ImportProof, LearntMeasure
from synth.answers.measured import FactMeasured, RealismMeasured
from synth.answers.units import Bytes, Moment, Rows, Seconds, Table
from synth.errors import OptionError, did_you_mean

__all__ = [
    "ANSWERS",
    "Advanced",
    "Came",
    "ChildrenMeasured",
    "ColumnCompared",
    "ColumnMeasured",
    "DataCompared",
    "DatasetVerified",
    "FactMeasured",
    "Generated",
    "ImportNote",
    "ImportProof",
    "Imported",
    "Laked",
    "LearntMeasure",
    "Loaded",
    "Others",
    "Planned",
    "Project",
    "Pulled",
    "RealismMeasured",
    "ReferenceCompared",
    "Reported",
    "SpecChanged",
    "SpecsCompared",
    "Swept",
    "TableCompared",
    "Verified",
    "answer_schema",
]

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Came(TypedDict):
    """How many rows of a table came, look different, and went."""

    inserted: Rows
    updated: Rows
    deleted: Rows


class Others(TypedDict):
    """How many rows others have changed in a database meanwhile, and what became of ours for it."""

    edited: Annotated[int, Field(description="rows whose cells stay as others changed them")]
    conflicts: Annotated[int, Field(description="changes that were not made: of cells or rows that others changed")]
    deleted: Annotated[int, Field(description="rows that others deleted, and that stay so")]
    left_out: Annotated[int, Field(description="rows that did not come, as others deleted what they refer to")]
    kept: Annotated[int, Field(description="rows that did not go, as others changed them or refer to them")]


class PlannedTable(TypedDict):
    """A table of a plan."""

    kind: Annotated[str, Field(description="what decides its rows: roster, arrival, child, derived, rollup …")]
    family: Annotated[str, Field(description="the table with which it is drawn")]
    rows: Rows
    exact: Annotated[bool, Field(description="whether it has exactly so many rows; else they are estimated")]


class PlannedFamily(TypedDict):
    """Tables that are drawn together."""

    root: Table
    tables: list[str]
    after: Annotated[list[str], Field(description="families that are drawn before it")]
    blocks: Annotated[int, Field(description="pieces that workers can draw by themselves")]


class Planned(TypedDict):
    """What `generate` would make."""

    dataset: str
    scale: float
    seed: int
    until: Moment
    asked_rows: Annotated[dict[str, int], Field(description="by table: rows that --rows asked for")]
    tables: dict[str, PlannedTable]
    families: list[PlannedFamily]
    memory_bytes: Annotated[int, Field(description="an estimate of the most memory of all processes together")]
    blocks: int
    blocks_of_each_part: Annotated[int, Field(description="of them, those that each of the parts of `--part` draws")]
    workers: Annotated[int, Field(description="processes that would draw")]


class Generated(TypedDict):
    """What was made: files in a folder, or objects in a store."""

    folder: Annotated[str, Field(description="OUT/DATASET, or its address in an object store")]
    unchanged: Annotated[bool, Field(description="whether the same run was there already, and nothing was made")]
    rows: Rows
    bytes: Bytes
    seconds: Seconds
    workers: Annotated[int, Field(description="processes that drew; 0 where nothing was made")]
    resumed: Annotated[int, Field(description="tasks that an earlier run, which was killed, had done")]
    tables: Annotated[dict[str, int], Field(description="by table: its rows")]


class LoadedTable(TypedDict):
    """A table that was loaded."""

    rows: Rows
    bytes: Bytes
    seconds: Annotated[dict[str, float], Field(description="by phase; of all connections together")]


class Loaded(TypedDict):
    """What was loaded into a database, and proved there."""

    place: Annotated[str, Field(description="the database, without a password")]
    schema: Annotated[str, Field(description="the schema, or database, that holds the tables")]
    connections: int
    via: Annotated[str | None, Field(description="how rows went in, where a database has several ways")]
    rows: Rows
    bytes: Annotated[int, Field(description="bytes that were sent")]
    seconds: Seconds
    went_on_from: Annotated[list[str], Field(description="tables that a load before had sent, and left staged")]
    dropped: Annotated[list[str], Field(description="what went with tables that were replaced, in words")]
    left_out: Annotated[list[str], Field(description="foreign keys that the database cannot have, in words")]
    dry_run: Annotated[bool, Field(description="whether nothing was done, and only told")]
    outcomes: Annotated[dict[str, str], Field(description="of a dry run, by table: what would become of it, in words")]
    changes: Annotated[dict[str, Came], Field(description="by table that was refreshed")]
    phases: Annotated[dict[str, float], Field(description="by phase: seconds by the clock")]
    tables: dict[str, LoadedTable]


class PulledTable(TypedDict):
    """A table that was read."""

    rows: Rows
    bytes: Bytes


class Pulled(TypedDict):
    """What was read out of a database into files."""

    place: str
    folder: str
    schema: Annotated[str | None, Field(description="the schema that was read; null for a query")]
    rows: Rows
    bytes: Bytes
    seconds: Seconds
    manifest: Annotated[bool, Field(description="whether it is a whole dataset, which can be verified as a folder")]
    changed: Annotated[list[str], Field(description="tables whose rows are no longer those that were loaded")]
    tables: dict[str, PulledTable]


class Advanced(TypedDict):
    """What a step of time has changed."""

    place: str
    since: Moment
    until: Moment
    seconds: Seconds
    blocks: Annotated[int, Field(description="blocks that were drawn again")]
    rows: Annotated[int, Field(description="rows that were drawn again")]
    feed: Annotated[str | None, Field(description="the file of changes that was written")]
    history: Annotated[str | None, Field(description="the folder whose histories went on")]
    unchanged: Annotated[bool, Field(description="whether it was there already")]
    dry_run: bool
    changes: dict[str, Came]
    others: Annotated[dict[str, Others], Field(description="by table, in databases that others write to")]


class Found(TypedDict):
    """What one check has found."""

    kind: Annotated[str, Field(description="key, unique, reference, check, rule, rows, types, files …")]
    table: Table
    name: Annotated[str, Field(description="of the check: a column, a rule")]
    offences: Annotated[int | None, Field(description="rows against it: 0 where it holds, null where it could not run")]
    note: Annotated[str, Field(description="why it could not run, or more about what was found")]
    seconds: Seconds
    examples: Annotated[list[dict[str, str | None]], Field(description="some rows against it, by column, as texts")]


class DatasetVerified(TypedDict):
    """What is proved of one dataset."""

    place: str
    dataset: str
    passed: Annotated[bool, Field(description="whether every check ran and found nothing")]
    checks: int
    skipped: Annotated[list[str], Field(description="checks of tables that were not made, in words")]
    others: Annotated[dict[str, str], Field(description="by table: rows that others brought, changed or deleted")]
    left: Annotated[dict[str, int], Field(description="in a store: objects that killed runs have left, by the run")]
    findings: list[Found]


class Verified(TypedDict):
    """What is proved of a folder, or of all datasets in a database."""

    passed: Annotated[bool, Field(description="whether all of them hold; the exit code is 1 where not")]
    datasets: Annotated[list[DatasetVerified], Field(description="one of a folder; of a database each that is there")]


class Reported(TypedDict):
    """The page that was made."""

    path: str
    bytes: Bytes
    tables: int
    seconds: Seconds
    passed: Annotated[bool | None, Field(description="whether all checks hold; null with --no-verify")]


class Swept(TypedDict):
    """What was cleared away in an object store."""

    place: str
    objects: Annotated[dict[str, int], Field(description="by run that was killed: the objects that it left")]
    bytes: Bytes
    busy: Annotated[dict[str, int], Field(description="by run: objects that stay, as it has written one lately")]
    dry_run: bool


class Project(TypedDict):
    """The dbt project that was written."""

    folder: str


class Laked(TypedDict):
    """The tables of a folder as ones of a lakehouse."""

    folder: str
    kind: Annotated[str, Field(description="delta or iceberg")]
    versions: Annotated[dict[str, int], Field(description="by table: its newest version")]
    seconds: Seconds


class Shipped(TypedDict):
    """A dataset that ships with the program."""

    about: str
    tables: list[str]


class Explained(TypedDict, total=False):
    """A word of specs; what does not apply is left out."""

    name: str
    group: str
    about: str
    written: Annotated[str, Field(description="how it looks in a spec")]
    parameters: list[dict[str, Any]]
    shorthand: Annotated[str, Field(description="the parameter that is meant where only a value is written")]
    aliases: list[str]
    example: str


ANSWERS: dict[str, Any] = {
    "datasets": dict[str, Shipped],
    "words": list[Explained],
    "plan": Planned,
    "import": Imported,
    "generate": Generated | Loaded,  # the second with --to
    "merge": Generated,
    "verify": Verified,
    "diff": SpecsCompared | DataCompared,
    "advance": Advanced,
    "load": Loaded,
    "pull": Pulled,
    "report": Reported,
    "realism": RealismMeasured,
    "dbt": Project,
    "lake": Laked,
    "sweep": Swept,
}
"""By command: what it prints with `--json`."""


def answer_schema(command: str) -> dict[str, Any]:
    """Give the JSON Schema, of draft 2020-12, of what a command prints with `--json`. Raises OptionError."""
    if command not in ANSWERS:
        raise OptionError(f"'{command}' prints no JSON\n  hint: {did_you_mean(command, tuple(ANSWERS))}")
    made = TypeAdapter(ANSWERS[command]).json_schema(mode="serialization")
    return {"$schema": DRAFT, **made, "title": f"synth {command} --json"}
