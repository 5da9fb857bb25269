"""The command line: words in, one call out. Exit 0 done, 1 verification found offences, 2 the input is wrong."""

from __future__ import annotations

import json as json_
import os
import sys
from typing import Annotated, Any, Optional

import typer

from synth import __version__
from synth.errors import OptionError, SynthError
from synth.runners.memory import collect_less

__all__ = ["entry", "main"]

app = typer.Typer(
    name="synth",
    help="Relational test data: one declared schema in, whole worlds of rows out, the same everywhere.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Dataset = Annotated[str, typer.Argument(help="a shipped dataset's name (see `synth datasets`), or a YAML file")]
Scale = Annotated[float, typer.Option(help="multiplier on the declared row counts")]
Seed = Annotated[int, typer.Option(help="another seed, another world")]
Until = Annotated[Optional[str], typer.Option(help="the dataset's now, exclusive: 2025-06-30 or 2025-06-30T12:00:00")]  # noqa: UP045 - typer reads it
Tables = Annotated[Optional[str], typer.Option(help="only these tables, a,b,c")]  # noqa: UP045
Json = Annotated[bool, typer.Option("--json", help="print JSON for scripts")]
Workers = Annotated[str, typer.Option(help="processes, or `all` processors")]


def _version(asked: bool) -> None:
    if asked:
        print(f"synth {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Relational test data: one declared schema in, whole worlds of rows out, the same everywhere."""


@app.command()
def datasets(json: Json = False) -> None:
    """The datasets that ship, one line each.

    Example: synth datasets
    """
    from synth.spec.load import load, shipped

    found = {name: load(path) for name, path in shipped().items()}
    if json:
        print(json_.dumps({n: {"about": d.about, "tables": list(d.written)} for n, d in found.items()}, indent=1))
        return
    width = max(len(name) for name in found)
    for name, dataset in found.items():
        print(f"{name.ljust(width)}  {dataset.about} ({len(dataset.written)} tables)")


@app.command()
def check(file: Dataset) -> None:
    """Load and check a spec; its rules are tried on empty tables.

    Example: synth check my_shop.yaml
    """
    from synth.plan.make import make
    from synth.spec.load import load, located
    from synth.verify.rehearse import rehearse

    dataset = load(file)
    with located(file):
        make(dataset)
        rehearse(dataset)
    print(f"{file}: {len(dataset.written)} tables, {len(dataset.rules)} rules, all good")


@app.command()
def plan(
    dataset: Dataset, scale: Scale = 1, seed: Seed = 42, until: Until = None, tables: Tables = None,
    workers: Workers = "all", json: Json = False,
) -> None:  # fmt: skip
    """The plan: tables with their rows, families, blocks, memory. Nothing is drawn.

    Example: synth plan ecommerce --scale 10
    """
    from synth.api import make_plan
    from synth.terminal import plan_text

    made = make_plan(dataset, scale=scale, seed=seed, until=_moment(until), tables=_names(tables))
    print(json_.dumps(made.as_dict(), indent=1) if json else plan_text(made, _count(workers)))


@app.command()
def generate(
    dataset: Dataset, scale: Scale = 1, seed: Seed = 42,
    format: Annotated[str, typer.Option(help="parquet, csv or ndjson")] = "parquet",
    out: Annotated[str, typer.Option(help="the folder DATASET is made in this one")] = "output",
    workers: Workers = "all", until: Until = None, tables: Tables = None, json: Json = False,
) -> None:  # fmt: skip
    """Generate a dataset into OUT/DATASET. The same command again finds it done and does nothing.

    Example: synth generate ecommerce --scale 10 --format csv --out /tmp/data
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: small frames, and the workers do the rest
    from synth.runners import runner

    count = _count(workers)
    with runner(count) as started:
        from synth.api import make_plan
        from synth.job.generate import generate as run
        from synth.terminal import progress, summary_text

        made = make_plan(dataset, scale=scale, seed=seed, until=_moment(until), tables=_names(tables))
        with progress(sum(made.tables[name].rows for name in made.wanted)) as advance:
            summary = run(made, out, format=format, workers=started, progress=advance)
    if json:
        print(json_.dumps({
            "folder": str(summary.folder), "unchanged": summary.unchanged, "rows": summary.rows, "bytes": summary.bytes,
            "seconds": round(summary.seconds, 3), "workers": summary.workers,
            "tables": {name: t.rows for name, t in summary.manifest.tables.items()},
        }, indent=1))  # fmt: skip
    else:
        print(summary_text(summary, _program()))


@app.command()
def ddl(
    dataset: Dataset,
    dialect: Annotated[str, typer.Option(help="postgres, mysql, tsql, sqlite or duckdb")] = "postgres",
    schema: Annotated[Optional[str], typer.Option(help="the schema's name, the dataset's if left out")] = None,  # noqa: UP045
) -> None:
    """CREATE TABLE in the order of references, then constraints, indexes and comments.

    Example: synth ddl ecommerce --dialect mysql
    """
    from synth.databases import DIALECTS
    from synth.databases.ddl import ddl as written
    from synth.errors import did_you_mean
    from synth.spec.load import load

    if dialect not in DIALECTS:
        raise OptionError(f"unknown dialect '{dialect}'\n  hint: {did_you_mean(dialect, DIALECTS)}")
    print(written(load(dataset), DIALECTS[dialect], schema), end="")


@app.command()
def verify(
    place: Annotated[str, typer.Argument(metavar="DIR", help="the folder OUT/DATASET, the one with manifest.json")],
    json: Json = False,
) -> None:
    """Prove it by SQL: files, types, keys, references, checks, rules, counts, fingerprints. Exit 1 on offences.

    Example: synth verify output/ecommerce
    """
    from synth.verify.files import verify_folder

    report = verify_folder(place)
    if json:
        print(json_.dumps(report.as_dict(), indent=1))
    else:
        from synth.terminal import report_text

        print(report_text(report))
    if not report.passed:
        raise typer.Exit(1)


def _program() -> str:
    """How the program was called, for the next command shown."""
    return sys.argv[0] if sys.argv and sys.argv[0].endswith("synth") else "synth"


def _count(workers: str) -> int:
    from synth.runners import cores

    if workers == "all":
        return cores()
    if not (workers.isascii() and workers.isdecimal()) or int(workers) < 1:
        raise OptionError(f"--workers takes a number from 1 up, or all, not '{workers}'")
    return int(workers)


def _names(tables: str | None) -> list[str] | None:
    if tables is None:
        return None
    names = [name.strip() for name in tables.split(",") if name.strip()]
    if not names:
        raise OptionError("--tables names no table; write them as a,b,c")
    return names


def _moment(text: str | None) -> Any:
    import datetime as dt

    if text is None:
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise OptionError(
            f"--until takes a date or timestamp like 2025-06-30 or 2025-06-30T12:00:00, not '{text}'"
        ) from None


def main(words: list[str] | None = None) -> int:
    """Run the program; our errors and click's become one message and exit code 2, anything else is a bug."""
    words = sys.argv[1:] if words is None else words
    try:
        result = app(words or ["--help"], standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SynthError as error:
        print(f"synth: {error}", file=sys.stderr)
        return 2
    except typer.TyperException as error:  # a wrong word or option
        print(f"synth: {error.format_message()}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print("synth: stopped; nothing half-done is left", file=sys.stderr)
        return 130


def entry() -> None:
    """The console program: taking the interpreter down politely would cost a quarter of a second, and holds nothing."""
    collect_less()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    entry()
