"""Commands that make data, and prove it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Annotated, Any, Optional

import typer

from synth.cli.to_stdout import write_rows
from synth.cli.words import (
    Create,
    Dataset,
    DryRun,
    Existing,
    FolderExists,
    Fresh,
    From,
    FromSchema,
    Grant,
    IndexTimes,
    Json,
    KeepStaging,
    MadeBy,
    NoIdentity,
    Owner,
    Part,
    Runner,
    Scale,
    Schema,
    Seed,
    SkipUnfit,
    Tables,
    Until,
    Via,
    Workers,
    built_on,
    cap,
    count,
    folder_named,
    known_if_exists,
    moment,
    names,
    program,
    tell_unfit,
)  # fmt: skip
from synth.databases.registry import NAMES
from synth.errors import OptionError, one_of
from synth.formats import CHANGE_FORMATS, COMPRESSIONS, FORMATS
from synth.terminal import say, say_json

__all__ = ["advance", "check", "datasets", "generate", "merge", "plan", "sweep", "verify"]

To = Annotated[Optional[str], typer.Option("--to", metavar="URL", help="straight into this database, without files")]  # noqa: UP045
IF_EXISTS = "fail, or replace the folder or tables that are there, or (in a database) refresh their rows, or append"

COMPRESSION = f"inside of the files: {one_of(COMPRESSIONS)} [default: snappy in parquet, lz4 in arrow]"
STDOUT = "write the rows of this table, and nothing else, to standard output: csv, or with --format ndjson"
MERGE_OUT = "the folder DATASET is made in this one [default: beside the parts]"
EDITED = "in a database: keep what others changed or deleted of the rows (the default), or fail"
SCD2 = "a folder for the history of each table: its rows' versions, with valid_from and valid_to"

Memory = Annotated[Optional[str], typer.Option(help="what may be taken, like 2GB [default: half of the machine's]")]  # noqa: UP045
Cap = Annotated[
    str | None, typer.Option("--memory", help="what may be taken, like 2GB: by as many workers as that does for")
]


def datasets(json: Json = False) -> None:
    """The datasets that ship, one line each.

    Example: synth datasets
    """
    from synth.spec.load import load, shipped

    found = {name: load(path) for name, path in shipped().items()}
    if json:
        say_json({n: {"about": d.about, "tables": list(d.written)} for n, d in found.items()})
        return
    width = max(len(name) for name in found)
    for name, dataset in found.items():
        say(f"{name.ljust(width)}  {dataset.about} ({len(dataset.written)} tables)")


def check(file: Dataset) -> None:
    """Load and check a spec; its rules are tried on empty tables.

    Example: synth check my_shop.yaml
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: a rehearsal's frames are small
    from synth.spec.load import load, located, notes, warnings
    from synth.verify.rehearse import rehearse

    dataset = load(file)
    with located(file):
        left_open = rehearse(dataset)
    for word, problems in (("note", notes(file, dataset)), ("warning", warnings(file, dataset))):
        for problem in problems:
            say(f"{word}: {problem}", error=True)
    for why in left_open:
        say(f"{file}: not rehearsed: {why}", error=True)
    good = "all good" if not left_open else "good as far as it can be told without data"
    counted = ", ".join(
        f"{n:,} {what}{'s' * (n != 1)}" for n, what in ((len(dataset.written), "table"), (len(dataset.rules), "rule"))
    )
    say(f"{file}: {counted}, {good}")


def plan(
    dataset: Dataset, scale: Scale = 1, seed: Seed = 42, until: Until = None, tables: Tables = None,
    workers: Workers = "all", existing: Existing = None, source: From = None, from_schema: FromSchema = None,
    skip_unfit: SkipUnfit = False, memory: Cap = None, json: Json = False,
) -> None:  # fmt: skip
    """The plan: tables with their rows, families, blocks, memory. Nothing is drawn.

    Exit 2 where this machine has not the memory that it surely needs.

    Example: synth plan ecommerce --scale 10
    """
    from synth.api import make_plan
    from synth.store.space import require_memory, workers_within
    from synth.terminal import plan_text

    made = make_plan(
        dataset, scale=scale, seed=seed, until=moment(until), tables=names(tables),
        **built_on(existing, source, from_schema, skip_unfit=skip_unfit),
    )  # fmt: skip
    tell_unfit(made)
    processes = workers_within(made, count(workers), cap(memory))
    told = {**made.as_dict(), "workers": processes, "memory_bytes": made.memory_bytes(processes)}
    say_json(told) if json else say(plan_text(made, processes))
    require_memory(made)


def generate(
    context: typer.Context, dataset: Dataset, scale: Scale = 1, seed: Seed = 42,
    format: Annotated[str, typer.Option(help=f"{one_of([*FORMATS])}; sql is INSERT statements")] = "parquet",
    dialect: Annotated[Optional[str], typer.Option(help=f"of --format sql: {one_of(NAMES)}")] = None,  # noqa: UP045
    compression: Annotated[Optional[str], typer.Option(help=COMPRESSION)] = None,  # noqa: UP045
    out: Annotated[str, typer.Option(help="the folder DATASET is made in this one")] = "output",
    workers: Workers = "all", engine: Runner = "processes", until: Until = None, tables: Tables = None, to: To = None,
    schema: Schema = None,
    if_exists: Annotated[str, typer.Option(help=IF_EXISTS)] = "fail", made_by: MadeBy = None, create: Create = False,
    via: Via = None, no_identity: NoIdentity = False, index_times: IndexTimes = False, owner: Owner = None,
    grant: Grant = None, keep_staging: KeepStaging = False, dry_run: DryRun = False,
    existing: Existing = None, source: From = None, from_schema: FromSchema = None, skip_unfit: SkipUnfit = False,
    part: Part = None, fresh: Fresh = False, memory: Cap = None, json: Json = False,
    stdout: Annotated[Optional[str], typer.Option(metavar="TABLE", help=STDOUT)] = None,  # noqa: UP045
) -> None:  # fmt: skip
    """Generate a dataset into OUT/DATASET, or straight into a database. The same command again finds the folder done.

    Example: synth generate ecommerce --scale 10 --format csv --out /tmp/data

    Example: synth generate ecommerce --scale 100 --part 3/7 --out /shared/parts

    Example: synth generate ecommerce --stdout orders --format ndjson | head

    Example: synth generate shop.yaml --existing customers,products --from postgresql://me@localhost/crm
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: small frames, and the workers do the rest
    if stdout is not None:
        write_rows(context)
        return
    from synth.runners import PROCESSES, runner

    processes, most = count(workers), cap(memory)
    folder_named(out)
    known_if_exists(if_exists)
    database = (via, no_identity, index_times, owner, grant, keep_staging, dry_run)
    _refuse_mixed(
        to,
        engine if engine != PROCESSES else None,
        part is not None or fresh or compression is not None,
        any(database),
        most,
    )
    with ExitStack() as runners:
        # workers begin while the run is planned, unless it is the plan that says how many there can be
        started = runners.enter_context(runner(1 if most else processes, engine))
        from synth.api import make_plan
        from synth.draw.part import Part as PartOf
        from synth.spec.load import located
        from synth.terminal import progress

        of_run = None if part is None else PartOf.parse(part)
        continue_from: Any = "source"
        if to is not None:
            from synth.databases import DATABASES
            from synth.databases.address import find
            from synth.databases.rights import Rights

            rights = Rights.parse(owner, grant or ())
            address = find(to)
            continue_from = None
            if if_exists == "append" and address:
                from synth.existing.bind import ContinueFrom

                if create:
                    DATABASES[address.database].create(address)
                continue_from = ContinueFrom(address, schema)
        made = make_plan(
            dataset, scale=scale, seed=seed, until=moment(until), tables=names(tables),
            **built_on(existing, source, from_schema, skip_unfit=skip_unfit, continue_from=continue_from),
        )  # fmt: skip
        tell_unfit(made)
        if most is not None:
            from synth.store.space import workers_within

            started = runners.enter_context(runner(workers_within(made, processes, most)))
        total = sum(made.tables[name].rows for name in made.wanted)
        if to is not None:
            from synth.job.into import generate_into
            from synth.terminal import load_text

            assert address is not None
            if create:  # not before the spec has been looked at
                DATABASES[address.database].create(address)
            with located(dataset), progress(total) as advance:
                report = generate_into(
                    made, address, schema=schema, if_exists=if_exists, workers=started, via=via,
                    identity=not no_identity, index_times=index_times, rights=rights,
                    keep_staging=keep_staging, dry_run=dry_run,
                    progress=advance,
                )  # fmt: skip
            say_json(report.as_dict()) if json else say(load_text(report, program()))
            return
        from synth.job.generate import generate as run
        from synth.terminal import summary_text

        with located(dataset), progress(total) as advance:
            summary = run(
                made, out, format=format, dialect=dialect, compression=compression, workers=started, if_exists=if_exists,
                made_by=made_by, part=of_run, fresh=fresh, progress=advance,
            )  # fmt: skip
    say_json(summary.as_dict()) if json else say(summary_text(summary, program()))


def _refuse_mixed(to: str | None, engine: str | None, of_folders: bool, of_databases: bool, memory: int | None) -> None:
    """Look at words that do not go together. Raises OptionError."""
    if engine and to is not None:
        raise OptionError(
            "--runner is for folders: an engine may draw a task twice\n  hint: leave out --to, and load it"
        )
    if of_folders and to is not None:
        raise OptionError("--part, --fresh and --compression are for folders\n  hint: leave out --to")
    if of_databases and to is None:
        raise OptionError(
            "--via, --no-identity, --index-times, --owner, --grant, --keep-staging and --dry-run are about a database\n"
            "  hint: name it with --to"
        )
    if engine and memory is not None:
        raise OptionError("--memory is of this machine: an engine has limits of its own\n  hint: leave it out")


def merge(
    parts: Annotated[list[str], typer.Argument(metavar="DIR...", help="all the folders that `generate --part` made")],
    out: Annotated[Optional[str], typer.Option(help=MERGE_OUT)] = None,  # noqa: UP045
    workers: Workers = "all", if_exists: FolderExists = "fail", made_by: MadeBy = None, memory: Cap = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Put the parts of a run together as OUT/DATASET: they are proved to belong together, and what sums over them is made.

    Example: synth merge /shared/parts/ecommerce.part-* --out /shared/data
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from synth.runners import runner

    if out is not None:
        folder_named(out)
    most = cap(memory)
    with runner(1 if most else count(workers)) as started:  # of the whole run it makes rollups, which one process does
        from synth.job.merge import merge as run
        from synth.terminal import progress, summary_text

        with progress(None) as advance:
            summary = run(parts, out, workers=started, if_exists=if_exists, made_by=made_by, progress=advance)
    say_json(summary.as_dict()) if json else say(summary_text(summary, program()))


def sweep(
    url: Annotated[str, typer.Argument(metavar="URL", help="the folder DATASET in an object store")],
    idle: Annotated[float, typer.Option(help="hours in which a run has written nothing, to count as ended")] = 1,
    dry_run: DryRun = False, json: Json = False,
) -> None:  # fmt: skip
    """Clear away what runs that did not end have left in an object store.

    Example: synth sweep s3://bucket/data/ecommerce --dry-run
    """
    import datetime as dt

    from synth.job.sweep import sweep as run
    from synth.terminal import swept_text

    if idle < 0:
        raise OptionError(f"--idle takes hours from 0 up, not {idle:g}")
    swept = run(url, idle=dt.timedelta(hours=idle), dry_run=dry_run)
    say_json(swept.as_dict()) if json else say(swept_text(swept))


def verify(
    place: Annotated[str, typer.Argument(metavar="DIR_OR_URL", help="the folder OUT/DATASET, or a database's URL")],
    schema: Schema = None,
    memory: Memory = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="in a database: rows that others added are offences, too")
    ] = False,
    json: Json = False,
) -> None:
    """Prove it by SQL: types, keys, references, checks, rules, counts, fingerprints, files. Exit 1 on offences.

    In a database it is every dataset there, or the one in --schema.

    Example: synth verify output/ecommerce --memory 2GB
    """
    from synth.databases.address import find, is_database
    from synth.terminal import report_text

    if is_database(place):
        from synth.verify.database import verify_database

        if memory is not None:
            raise OptionError("--memory is of folders: a database has its own limits\n  hint: leave it out")
        address = find(place)
        assert address is not None
        reports = verify_database(address, schema, exact=exact)
    else:
        from synth.store.memory import memory_bytes
        from synth.verify.files import verify_folder

        if exact:
            raise OptionError("--exact is of databases: a folder has no rows of others\n  hint: leave it out")
        reports = [verify_folder(place, memory_bytes=memory_bytes(memory))]
    if json:
        found = [report.as_dict() for report in reports]
        say_json(found[0] if len(found) == 1 else found)
    else:
        say("\n\n".join(report_text(report) for report in reports))
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


def advance(
    place: Annotated[str, typer.Argument(metavar="DIR_OR_URL", help="the folder OUT/DATASET, or a database's URL")],
    until: Annotated[str, typer.Option(help="the dataset's new now, exclusive: 2026-01-31 or 2026-01-31T12:00:00")],
    schema: Schema = None,
    changes: Annotated[Optional[str], typer.Option(help="a folder for the feed of changes: a file a step")] = None,  # noqa: UP045
    changes_format: Annotated[str, typer.Option(help=f"of the feed: {one_of(CHANGE_FORMATS)}")] = "parquet",
    edited: Annotated[Optional[str], typer.Option(help=EDITED)] = None,  # noqa: UP045
    scd2: Annotated[Optional[str], typer.Option(help=SCD2)] = None,  # noqa: UP045
    workers: Workers = "all", engine: Runner = "processes", dry_run: DryRun = False, json: Json = False,
) -> None:  # fmt: skip
    """Let time go on: new rows, and changes to old ones, so that it all is as if it had been generated until then.

    Example: synth advance output/ecommerce --until 2026-01-31 --changes output/feed
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from synth.runners import runner

    with runner(count(workers), engine) as started:
        from synth.databases.address import find, is_database
        from synth.terminal import advance_text, progress

        now = moment(until)
        with progress(None) as told:
            feed = {"changes": changes, "changes_format": changes_format, "scd2": scd2}
            how: dict[str, Any] = {"workers": started, "progress": told, "dry_run": dry_run, **feed}
            if is_database(place):
                from synth.job.advance_database import advance_database

                address = find(place)
                assert address is not None
                step = advance_database(address, now, schema=schema, edited=edited or "keep", **how)
            else:
                from synth.job.advance import advance_folder

                if edited is not None:
                    raise OptionError("--edited is of databases: files have no other writers\n  hint: leave it out")
                step = advance_folder(place, now, **how)
    say_json(step.as_dict()) if json else say(advance_text(step))
