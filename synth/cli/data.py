"""Commands that make data, and prove it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Annotated, Any

import typer

from synth.cli.to_stdout import write_rows
from synth.cli.words import (
    AnyExists,
    Cap,
    Changes,
    ChangesFormat,
    Compression,
    Cores,
    Create,
    Dataset,
    DryRun,
    Edited,
    Exact,
    Existing,
    FolderExists,
    Format,
    Fresh,
    From,
    FromSchema,
    Grant,
    Idle,
    IndexTimes,
    Json,
    KeepStaging,
    MadeBy,
    Memory,
    MergeOut,
    NoIdentity,
    Out,
    Owner,
    Part,
    PartitionBy,
    Place,
    Quiet,
    Rows,
    Runner,
    Scale,
    Scd2,
    Schema,
    Seed,
    SkipUnfit,
    SqlDialect,
    Stdout,
    Tables,
    To,
    Until,
    UntilThen,
    Verbose,
    Via,
    Workers,
    built_on,
    cap,
    count,
    folder_named,
    known_if_exists,
    moment,
    names,
    partitions,
    program,
    row_counts,
    tell,
    tell_unfit,
)  # fmt: skip
from synth.errors import OptionError, many
from synth.terminal import listed, say, say_json

__all__ = ["advance", "check", "datasets", "generate", "merge", "plan", "sweep", "verify"]


def datasets(json: Json = False) -> None:
    """List the datasets that ship with the program.

    Example: synth datasets
    """
    from synth.spec.load import load, shipped

    found = {name: load(path) for name, path in shipped().items()}
    if json:
        say_json({n: {"about": d.about, "tables": list(d.written)} for n, d in found.items()})
        return
    say(listed({name: f"{each.about} ({many(len(each.written), 'table')})" for name, each in found.items()}))


def check(file: Dataset) -> None:
    """Check a spec for mistakes, before anything is made.

    Its rules are tried on empty tables, too.

    Example: synth check my_shop.yaml
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: a rehearsal's frames are small
    from synth.spec.load import load, located, notes, warnings
    from synth.verifying.rehearse import rehearse

    dataset = load(file)
    with located(file):
        left_open = rehearse(dataset)
    for word, problems in (("note", notes(file, dataset)), ("warning", warnings(file, dataset))):
        for problem in problems:
            say(f"{word}: {problem}", error=True)
    for why in left_open:
        say(f"{file}: not rehearsed: {why}", error=True)
    good = "all good" if not left_open else "good as far as it can be told without data"
    say(f"{file}: {many(len(dataset.written), 'table')}, {many(len(dataset.rules), 'rule')}, {good}")


def plan(
    dataset: Dataset, scale: Scale = 1, rows: Rows = None, seed: Seed = 42, until: Until = None, tables: Tables = None,
    workers: Workers = "all", existing: Existing = None, source: From = None, from_schema: FromSchema = None,
    skip_unfit: SkipUnfit = False, memory: Cap = None, json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show what `generate` would make: tables, rows, memory.

    Nothing is made. The exit code is 2 where the run surely needs more memory than this machine has.

    Example: synth plan ecommerce --scale 10
    """
    from synth.api import make_plan
    from synth.store.space import require_memory, workers_within
    from synth.terminal import plan_text

    made = make_plan(
        dataset, scale=scale, seed=seed, until=moment(until), tables=names(tables), rows=row_counts(rows),
        **built_on(existing, source, from_schema, skip_unfit=skip_unfit),
    )  # fmt: skip
    tell_unfit(made)
    processes = workers_within(made, count(workers), cap(memory))
    say_json(made.as_dict(processes)) if json else say(plan_text(made, processes, verbose=verbose))
    require_memory(made)


def generate(
    context: typer.Context, dataset: Dataset, scale: Scale = 1, rows: Rows = None, seed: Seed = 42,
    format: Format = "parquet", dialect: SqlDialect = None, compression: Compression = None,
    partition_by: PartitionBy = None, stdout: Stdout = None, out: Out = "output", workers: Workers = "all",
    engine: Runner = "processes", until: Until = None,
    tables: Tables = None, to: To = None, schema: Schema = None, if_exists: AnyExists = "fail",
    made_by: MadeBy = None, create: Create = False, via: Via = None, no_identity: NoIdentity = False,
    index_times: IndexTimes = False, owner: Owner = None, grant: Grant = None, keep_staging: KeepStaging = False,
    dry_run: DryRun = False, existing: Existing = None, source: From = None, from_schema: FromSchema = None,
    skip_unfit: SkipUnfit = False, part: Part = None, fresh: Fresh = False, memory: Cap = None, json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Make a dataset: files in a folder, or tables in a database.

    The files are in OUT/DATASET, a folder for each table. The same command again finds that they are there.

    Example: synth generate ecommerce -s 10 --format csv -o /tmp/data

    Example: synth generate ecommerce -s 10 --partition-by orders=ordered_at:month

    Example: synth generate ecommerce -s 100 --part 3/7 -o /shared/parts

    Example: synth generate ecommerce --stdout orders --format ndjson

    Example: synth generate shop.yaml --existing customers,products --from postgresql://me@localhost/crm
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: small frames, and the workers do the rest
    if stdout is not None:
        write_rows(context)
        return
    from synth.runners import PROCESSES, runner

    processes, most, counts, folders = count(workers), cap(memory), row_counts(rows), partitions(partition_by)
    folder_named(out)
    known_if_exists(if_exists)
    database = (via, no_identity, index_times, owner, grant, keep_staging, dry_run)
    _refuse_mixed(
        to,
        engine if engine != PROCESSES else None,
        part is not None or fresh or compression is not None or bool(folders),
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
            dataset, scale=scale, seed=seed, until=moment(until), tables=names(tables), rows=counts,
            **built_on(existing, source, from_schema, skip_unfit=skip_unfit, continue_from=continue_from),
        )  # fmt: skip
        tell_unfit(made)
        if most is not None:
            from synth.store.space import workers_within

            started = runners.enter_context(runner(workers_within(made, processes, most)))
        if to is not None:
            from synth.job.into import generate_into
            from synth.terminal import load_text

            assert address is not None
            if create:  # not before the spec has been looked at
                DATABASES[address.database].create(address)
            with located(dataset), progress(None, quiet=quiet) as advance:
                report = generate_into(
                    made, address, schema=schema, if_exists=if_exists, workers=started, via=via,
                    identity=not no_identity, index_times=index_times, rights=rights,
                    keep_staging=keep_staging, dry_run=dry_run,
                    progress=advance,
                )  # fmt: skip
            tell(report.as_dict(), load_text(report, program(), verbose=verbose), json=json, quiet=quiet)
            return
        from synth.job.generate import generate as run
        from synth.terminal import summary_text

        with located(dataset), progress(None, quiet=quiet) as advance:
            summary = run(
                made, out, format=format, dialect=dialect, compression=compression, partition_by=folders, workers=started,
                if_exists=if_exists, made_by=made_by, part=of_run, fresh=fresh, progress=advance,
            )  # fmt: skip
    tell(summary.as_dict(), summary_text(summary, program()), json=json, quiet=quiet)


def _refuse_mixed(to: str | None, engine: str | None, of_folders: bool, of_databases: bool, memory: int | None) -> None:
    """Look at words that do not go together. Raises OptionError."""
    if engine and to is not None:
        raise OptionError(
            "--runner is for folders: an engine may draw a task twice\n  hint: leave out --to, and load it"
        )
    if of_folders and to is not None:
        raise OptionError("--part, --fresh, --compression and --partition-by are for folders\n  hint: leave out --to")
    if of_databases and to is None:
        raise OptionError(
            "--via, --no-identity, --index-times, --owner, --grant, --keep-staging and --dry-run are about a database\n"
            "  hint: name it with --to"
        )
    if engine and memory is not None:
        raise OptionError("--memory is of this machine: an engine has limits of its own\n  hint: leave it out")


def merge(
    parts: Annotated[list[str], typer.Argument(metavar="DIR...", help="all the folders that `generate --part` made")],
    out: MergeOut = None,
    workers: Workers = "all", if_exists: FolderExists = "fail", made_by: MadeBy = None, memory: Cap = None,
    json: Json = False, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Put the parts together that `generate --part` made.

    They are proved to belong together; tables that sum over all of them are made here.

    Example: synth merge /shared/parts/ecommerce.part-* -o /shared/data
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from synth.runners import runner

    if out is not None:
        folder_named(out)
    most = cap(memory)
    with runner(1 if most else count(workers)) as started:  # of the whole run it makes rollups, which one process does
        from synth.job.merge import merge as run
        from synth.terminal import progress, summary_text

        with progress(None, quiet=quiet) as advance:
            summary = run(parts, out, workers=started, if_exists=if_exists, made_by=made_by, progress=advance)
    tell(summary.as_dict(), summary_text(summary, program()), json=json, quiet=quiet)


def sweep(
    url: Annotated[str, typer.Argument(metavar="URL", help="the folder DATASET in an object store")],
    idle: Idle = 1,
    dry_run: DryRun = False, json: Json = False, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Clear away what killed runs have left in an object store.

    Example: synth sweep s3://bucket/data/ecommerce --dry-run
    """
    import datetime as dt

    from synth.job.sweep import sweep as run
    from synth.terminal import swept_text

    if idle < 0:
        raise OptionError(f"--idle takes hours from 0 up, not {idle:g}")
    swept = run(url, idle=dt.timedelta(hours=idle), dry_run=dry_run)
    tell(swept.as_dict(), swept_text(swept), json=json, quiet=quiet)


def verify(
    place: Place,
    schema: Schema = None,
    workers: Cores = "all", memory: Memory = None, exact: Exact = False, json: Json = False, verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Prove data right by SQL, in a folder or a database.

    Types, keys, references, checks, rules, counts, fingerprints and files are checked. In a database it is every dataset
    there, or the one in --schema. The exit code is 1 where something does not hold.

    Example: synth verify output/ecommerce --memory 2GB
    """
    from synth.databases.address import find, is_database
    from synth.terminal import progress
    from synth.verdict import report_text

    asked = workers if workers == "all" else count(workers)
    with progress(None, quiet=quiet) as told:
        if is_database(place):
            from synth.verifying.database import verify_database

            if memory is not None:
                raise OptionError("--memory is of folders: a database has its own limits\n  hint: leave it out")
            address = find(place)
            assert address is not None
            reports = verify_database(address, schema, told, exact=exact, workers=asked)
        else:
            from synth.verifying.files import verify_folder

            if exact:
                raise OptionError("--exact is of databases: a folder has no rows of others\n  hint: leave it out")
            reports = [verify_folder(place, told, memory_bytes=cap(memory), workers=asked)]
    if json:
        passed = all(report.passed for report in reports)
        say_json({"passed": passed, "datasets": [report.as_dict() for report in reports]})
    elif said := [text for report in reports if (text := report_text(report, verbose=verbose, quiet=quiet))]:
        say("\n\n".join(said))
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


def advance(
    place: Place,
    until: UntilThen,
    schema: Schema = None,
    changes: Changes = None, changes_format: ChangesFormat = "parquet", edited: Edited = None, scd2: Scd2 = None,
    workers: Workers = "all", engine: Runner = "processes", dry_run: DryRun = False, json: Json = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Let time go on: new rows come, and old ones change.

    Afterwards all is as if it had been generated until then.

    Example: synth advance output/ecommerce --until 2026-01-31 --changes output/feed
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from synth.runners import runner

    with runner(count(workers), engine) as started:
        from synth.databases.address import find, is_database
        from synth.terminal import advance_text, progress

        now = moment(until)
        with progress(None, quiet=quiet) as told:
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
    tell(step.as_dict(), advance_text(step), json=json, quiet=quiet)
