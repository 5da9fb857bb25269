"""Imports a source: what it holds is found, drafted, corrected until it holds, generated and verified, then written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from synth.errors import DataError, OptionError, OutputError, Problem
from synth.importing.declared import without_values
from synth.importing.drafting.make import draft, renamed
from synth.importing.drafting.model import Draft
from synth.importing.found import Found, Note
from synth.importing.mend import mended
from synth.importing.obtained import Measure, compared
from synth.importing.untold import untold
from synth.job.generate import generate
from synth.left import temporary_folder
from synth.plan.make import make
from synth.plan.model import Plan
from synth.spec.models import Dataset
from synth.verifying.files import verify_folder
from synth.verifying.rehearse import ON_THE_WAY, rehearse

if TYPE_CHECKING:
    from synth import answers
    from synth.importing.learning.learnt import Learnt
    from synth.verifying.report import Finding

__all__ = ["Imported", "import_spec"]

MOST_ROWS = 200_000  # of the proof
LEAST = 20  # root entities behind a value that is copied
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Imported:
    """A spec that was made, and its proof: generated at `scale`, `rows` rows, of which `checks` checks hold.

    `copied` counts by column the values that were taken from the source; `notes` tell what was not taken over.

    >>> from pathlib import Path
    >>> _ = Path("one.sql").write_text("CREATE TABLE brands (id INT PRIMARY KEY, name TEXT NOT NULL)")
    >>> found = synth.import_spec("one.sql", "one.yaml")
    >>> found.path.name, list(found.dataset.tables), found.copied
    ('one.yaml', ['brands'], {})
    """

    path: Path
    dataset: Dataset
    text: str
    notes: tuple[Note, ...]
    scale: float
    rows: int
    checks: int
    measures: tuple[Measure, ...]
    copied: dict[str, int]
    seconds: float

    def as_dict(self) -> answers.Imported:
        """The report as plain data, for `--json`."""
        return {
            "spec": str(self.path), "dataset": self.dataset.dataset, "tables": len(self.dataset.tables),
            "notes": [{"where": note.where, "what": note.what, "line": note.line} for note in self.notes],
            "proof": {"scale": self.scale, "rows": self.rows, "checks": self.checks},
            "learnt": [each.as_dict() for each in self.measures],
            "copied": self.copied, "seconds": round(self.seconds, 3),
        }  # fmt: skip


@dataclass(frozen=True)
class _Proof:
    """A spec that holds, and what the run that proved it has shown."""

    text: str
    dataset: Dataset
    scale: float
    rows: int
    checks: int
    measures: tuple[Measure, ...]


def import_spec(
    source: str | Path, out: str | Path, *, dialect: str | None = None, schema: str | None = None,
    tables: Sequence[str] = (),
    name: str | None = None, python: bool = False, learn: bool = False, least: int = LEAST, replace: bool = False,
    tell: Tell | None = None,
) -> Imported:  # fmt: skip
    """Make a spec of DDL, a database, a folder or, with `python`, of models, and prove it. Raises SynthError.

    With `learn` its rows are measured, and no value is copied that fewer than `least` root entities have. `tell` is called
    with what is being done.

    >>> from pathlib import Path
    >>> _ = Path("shop.sql").write_text("CREATE TABLE customers (id INT PRIMARY KEY, email TEXT NOT NULL)")
    >>> found = synth.import_spec("shop.sql", "shop.yaml")
    >>> synth.frame(synth.make_plan("shop.yaml"), "customers").columns
    ['id', 'email']
    """
    source = str(source)
    started, say = time.perf_counter(), tell or (lambda _: None)
    path = Path(out)
    _require_free(path, replace=replace)
    if least < 1:
        raise OptionError(f"--least takes a number from 1 up, not {least}")
    say("reading what is there")
    with nullcontext() if python else untold():
        found = _found(source, dialect, schema, tables, python=python)
        known = _learnt(source, found, schema, least) if learn else None
    if known:
        say("its rows are measured")
        found = without_values(found, known.unsaid)
    found_names = renamed(found, [])
    learnt = _by_new_names(known, found, found_names) if known else None
    made = draft(found, name or _name(source, found), learnt)
    made.notes += learnt.notes if learnt else ()
    say("checking a draft, generating from it, and verifying that")
    proof = _proved(made, source, found_names, learnt, least)
    _write(path, proof.text)
    copied = dict(learnt.copied) if learnt else {}
    seconds = time.perf_counter() - started
    return Imported(
        path, proof.dataset, proof.text, tuple(made.notes), proof.scale, proof.rows, proof.checks, proof.measures, copied,
        seconds,
    )  # fmt: skip


def _found(source: str, dialect: str | None, schema: str | None, tables: Sequence[str], *, python: bool) -> Found:
    if python:
        from synth.importing.python_models import read_python

        found = read_python(source)
    else:
        from synth.importing.sources import read_source

        found = read_source(source, dialect=dialect, schema=schema, tables=tables)
    if not found.tables:
        raise OptionError(f"'{_shown(source)}' has no tables")
    return found


def _learnt(source: str, found: Found, schema: str | None, least: int) -> Learnt:
    from synth.importing.learning.learn import learn
    from synth.importing.rows import rows_of

    notes: list[Note] = []
    with rows_of(source, found, schema, notes) as relations:
        learnt = learn(found, relations, least=least)
    return changed(learnt, notes=(*notes, *learnt.notes))


def _by_new_names(learnt: Learnt, found: Found, renamed_found: Found) -> Learnt:
    """What was learnt, with tables and columns called as in the spec.

    How columns that have another name there hang together is left out: their other measures are what is used.
    """
    tables = {}
    for old, new in zip(found.tables, renamed_found.tables, strict=True):
        if (known := learnt.tables.get(old.name)) is None:
            continue
        names = {mine.name: its.name for mine, its in zip(old.columns, new.columns, strict=True)}
        tables[new.name] = changed(
            known,
            columns={names[name]: column for name, column in known.columns.items()},
            references=tuple(
                changed(each, columns=tuple(names[name] for name in each.columns)) for each in known.references
            ),
        )
    return changed(learnt, tables=tables)


def _proved(made: Draft, source: str, found: Found, learnt: Learnt | None, least: int) -> _Proof:
    """Check a draft, generate a small run and verify it; what does not hold is made plainer and tried again."""

    def prove(candidate: Dataset) -> tuple[float, int, int, tuple[Measure, ...]]:
        rehearse(candidate, (ON_THE_WAY,))  # the run below is one at the end
        whole = make(candidate)
        scale = _scale(whole)
        with temporary_folder("synth-proof-") as folder:
            run = generate(whole if scale == 1 else make(candidate, scale=scale), folder)
            report = verify_folder(run.folder)
            if not report.passed:
                raise _not_held(candidate, report.failed[0])
            measures: tuple[Measure, ...] = ()
            if learnt:
                from synth.importing.learning.learn import learn

                relations = {table.name: Path(run.folder) / table.name for table in found.tables}
                again = learn(found, {name: each for name, each in relations.items() if each.exists()}, least=least)
                measures = compared(learnt, again, scale)
            return scale, run.rows, len(report.findings), measures

    text, dataset, proof = mended(made, _shown(source), prove)
    return _Proof(text, dataset, *proof)


def _not_held(dataset: Dataset, finding: Finding) -> DataError:
    """What to correct, where a generated run is not as its spec promises: the column, check or table that was verified."""
    what = f"of what was generated, {finding.offences or 'some'} rows break it: {finding.kind} {finding.name}"
    table = dataset.tables.get(finding.table)
    if table is None:
        return DataError(f"{finding.table}: {what}")
    named = [name for name in table.columns if name in finding.name.replace(",", " ").split()]
    path: tuple[str, ...] = ("columns", named[0]) if named else ()
    if finding.name in table.checks:
        path = ("checks", finding.name)
    return DataError.of(Problem(("tables", finding.table, *path), what))


def _scale(whole: Plan) -> float:
    """1, or less where that would be many rows."""
    declared = sum(table.rows for table in whole.tables.values())
    return 1.0 if declared <= MOST_ROWS else max(0.001, float(f"{MOST_ROWS / declared:.1g}"))


def _name(source: str, found: Found) -> str:
    """What a dataset is called: as the source's schema, or as its file."""
    usual = {"public", "main", "dbo", "temp"}
    stem = Path(source.rsplit("/", 1)[-1].split("?", maxsplit=1)[0]).name.split(".")[0].split(":")[0]
    return found.name if found.name and found.name not in usual else (stem or "imported")


def _shown(source: str) -> str:
    from synth.databases.secret import masked

    return masked(source)


def _require_free(path: Path, *, replace: bool) -> None:
    if path.suffix not in (".yaml", ".yml"):
        raise OptionError(f"'{path}' is no name of a spec\n  hint: --out takes a file that ends in .yaml")
    if path.is_dir():
        raise OptionError(f"'{path}' is a folder\n  hint: --out takes a file that ends in .yaml")
    if path.exists() and not replace:
        raise OptionError(f"'{path}' is there already\n  hint: another name for --out, or --replace")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {error.strerror}") from None
