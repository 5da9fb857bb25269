"""The command that compares: two specs, or two folders, object stores or databases."""

from __future__ import annotations

from typing import Annotated

import typer

from synth.cli.words import Json, Memory, Quiet, Schema, Tables, cap, names, tell
from synth.errors import OptionError

__all__ = ["diff"]

SIDE = "a spec (a dataset that ships, or a YAML file), or data: a folder with tables, or a database's URL"
OTHER = "what it is compared with, of the same sort"
LEAST = "how far apart columns must be to be shown, 0 to 1; --json has them all"


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=SIDE)],
    after: Annotated[str, typer.Argument(metavar="B", help=OTHER)],
    tables: Tables = None,
    least: Annotated[float, typer.Option(metavar="NUMBER", help=LEAST)] = 0.02,
    schema: Schema = None,
    memory: Memory = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare two specs by what they mean, or two sets of tables by what is in them.

    The exit code is 0 where both are the same, 1 where they differ.

    Example: synth diff ecommerce my_shop.yaml

    Example: synth diff output/ecommerce postgresql://me@localhost/shop --tables orders,customers
    """
    if not 0 <= least <= 1:
        raise OptionError(f"--least takes a number from 0 to 1, not {least:g}")
    wanted, most = names(tables), cap(memory)
    kinds = [_is_data(word) for word in (before, after)]
    if kinds[0] != kinds[1]:
        spec, data = (after, before) if kinds[0] else (before, after)
        raise OptionError(
            f"'{spec}' is a spec and '{data}' is data: only two of a kind can be compared\n"
            f"  hint: `synth generate {spec}` makes data of it; a folder's own spec is in its manifest.json"
        )
    from synth.differences import data_text, specs_text

    if kinds[0]:
        from synth.comparing.data import compare_data
        from synth.terminal import progress

        with progress(None, quiet=quiet) as told:
            found = compare_data(before, after, tables=wanted, schema=schema, memory_bytes=most, progress=told)
        tell(found.as_dict(), data_text(found, least), json=json, quiet=quiet)
        same = found.same
    else:
        from synth.comparing.specs import compare_specs

        if schema is not None or memory is not None:
            raise OptionError("--schema and --memory are of data: these are specs\n  hint: leave them out")
        said = compare_specs(before, after, tables=wanted)
        tell(said.as_dict(), specs_text(said), json=json, quiet=quiet)
        same = said.same
    if not same:
        raise typer.Exit(1)


def _is_data(word: str) -> bool:
    """Whether a word names tables, not a spec. Raises OptionError for what is neither."""
    from pathlib import Path

    from synth.addresses import is_remote
    from synth.databases.address import is_database
    from synth.spec.load import find
    from synth.spec.shipped import shipped

    if is_database(word) or is_remote(word):
        return True
    if word not in shipped() and Path(word).is_dir():
        return True
    try:
        find(word)
    except OptionError as error:
        raise OptionError(f"{error}; or a folder, or a database's URL") from None
    return False
