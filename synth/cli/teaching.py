"""Commands that teach the language of specs: its words, and a JSON Schema for editors."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from synth.cli.help_pages import Command, Group
from synth.cli.words import Json, program
from synth.terminal import say, say_json

if TYPE_CHECKING:
    from synth.language.words import Parameter, Word

__all__ = ["init", "schema", "words"]

Name = Annotated[Optional[str], typer.Argument(metavar="[NAME]", help="a word, or a group of them like `generators`")]  # noqa: UP045


def _to_copy() -> list[str]:
    from synth.spec.shipped import examples, shipped

    return [*shipped(), *examples()]


SPEC = (
    "the YAML file to write, with .yaml or without, or a folder; the dataset is called as the file [default: shop.yaml]"
)
SpecName = Annotated[Optional[str], typer.Argument(metavar="[NAME]", help=SPEC)]  # noqa: UP045
LIKE = "copy this dataset, or example, that ships, with all its comments; the file is my_NAME.yaml where none is named"
Like = Annotated[str | None, typer.Option(metavar="DATASET", help=LIKE, autocompletion=_to_copy)]


def words(name: Name = None, json: Json = False) -> None:
    """Explain the words of specs, with an example of each.

    Generators, types, functions, kinds of tables and their parameters. Without a NAME all are listed.

    Example: synth words lognormal
    """
    from synth.language.words import GROUPS, all_words, find

    found = find(name) if name else all_words()
    if json:
        say_json([word.plain() for word in found])
        return
    if name and name.lower() not in GROUPS:
        say("\n\n".join(_detail(word) for word in found))
        return
    width = max(len(word.name) for word in found)
    for group, title in GROUPS.items():
        if lines := [f"  {word.name:<{width}}  {word.summary}" for word in found if word.group == group]:
            say(f"{title}\n" + "\n".join(lines) + "\n")
    say(f"more of one: {program()} words NAME")


def _detail(word: Word) -> str:
    """A word with its parameters and its example."""
    from synth.language.words import GROUPS

    names = ", ".join((word.name, *word.aliases))
    text = f"{names}  ({GROUPS[word.group].partition(':')[0]})\n\n{word.about}\n{word.written}"
    if word.parameters:
        width = max(len(each.name) for each in word.parameters)
        text += "\n\nparameters\n" + "\n".join(f"  {each.name:<{width}}  {_said(each)}" for each in word.parameters)
    if word.shorthand:
        text += f"\n\nA value alone is `{word.shorthand}`."
    return text + (f"\n\nexample\n{indent(word.example, '  ')}" if word.example else "")


def _said(parameter: Parameter) -> str:
    """What a parameter takes, what holds if it is left out, what it means."""
    default = f" [default: {parameter.default}]" if parameter.default is not None else ""
    needed = ", needed" if parameter.required else ""
    return f"{parameter.takes}{needed}{default}: {parameter.about}"


def init(name: SpecName = None, like: Like = None) -> None:
    """Write a small spec to begin from, each line of it explained.

    Or a copy of one that ships. Nothing is overwritten.

    Example: synth init my_shop

    Example: synth init --like ecommerce
    """
    from shlex import quote

    from synth.job.init import begin

    made = begin(name, like)
    path, call = quote(str(made.path)), program()
    say(f"{made.path}: the spec of a dataset '{made.dataset}'")
    if made.schema is not None:
        say(f"{made.schema}: by which an editor completes it and marks what is wrong")
    say(f"next: {call} check {path}\n      {call} show {path}\n      {call} generate {path}")
    say(f"      {call} verify output/{made.dataset}")


schema = typer.Typer(cls=Group, help="Print JSON Schemas: of specs, and of what --json prints.", no_args_is_help=True)


@schema.command("json", cls=Command)
def json_schema() -> None:
    """Print a JSON Schema by which an editor completes and checks specs.

    It is of draft 2020-12. Save it beside the spec, and begin the spec with the line:
    # yaml-language-server: $schema=spec.schema.json

    Example: synth schema json > spec.schema.json
    """
    from synth.language.json_schema import as_text

    say(as_text(), end="", as_it_is=True)


def _with_json() -> list[str]:
    from synth.answers import ANSWERS

    return list(ANSWERS)


@schema.command("output", cls=Command)
def output_schema(
    command: Annotated[str, typer.Argument(metavar="COMMAND", help="one that has --json", autocompletion=_with_json)],
) -> None:
    """Print a JSON Schema of what a command prints with `--json`.

    It is of draft 2020-12. Later versions may add fields.

    Example: synth schema output verify
    """
    from synth.answers import answer_schema

    say_json(answer_schema(command))
