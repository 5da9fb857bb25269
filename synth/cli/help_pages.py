"""How help looks: commands by what they are for, options by what they are about, examples that can be copied.

It is plain text. Typer can group by `rich_help_panel` only with rich, whose import would double the time of `synth --help`.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["OTHER", "SECTIONS", "Command", "Group", "section_of"]

# what options are about, in the order of the page: an option has the same place in every command
SECTIONS = {
    "Data": ("scale", "rows", "seed", "until", "tables", "query", "like", "name", "python", "learn", "least"),
    "Files": (
        "out", "format", "compression", "partition_by", "stdout", "if_exists", "made_by", "changes", "changes_format",
        "scd2", "kind", "replace",
    ),
    "Database": (
        "to", "dialect", "schema", "create", "via", "connections", "no_identity", "index_times", "owner", "grant",
        "keep_staging", "edited", "exact",
    ),
    "Tables that exist already": ("existing", "source", "from_schema", "skip_unfit"),
    "Running": ("no_verify", "workers", "engine", "memory", "part", "fresh", "idle", "dry_run"),
    "Printing": ("json", "verbose", "quiet", "version", "help"),
}  # fmt: skip
OTHER = "Other"
EXAMPLE = "Example: "
MOST = 27  # characters of an option's words that its meaning stands beside; it is below longer ones
_SECTION = {name: title for title, names in SECTIONS.items() for name in names}
_TAKES = {"<str>": "TEXT", "<int>": "NUMBER", "<int range>": "NUMBER", "<float>": "NUMBER"}


def section_of(option: Any) -> str:
    """The title that an option stands under: its `rich_help_panel`, or the one that its name has in `SECTIONS`."""
    return getattr(option, "rich_help_panel", None) or _SECTION.get(option.name, OTHER)


def _about(command: Any, formatter: Any) -> None:
    """Write what a command is for, its text wrapped, each example on one line."""
    for paragraph in (command.help or "").split("\n\n"):
        formatter.write_paragraph()
        with formatter.indentation():
            if paragraph.startswith(EXAMPLE):
                formatter.write(f"  {' '.join(paragraph.split())}\n")
            else:
                formatter.write_text(paragraph)


def _usage(pieces: list[str], command: Any) -> list[str]:
    """The words behind a command: arguments in capitals, those that can be left out in brackets."""
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    shown = [(each.metavar or each.name.upper()).strip("[]") for each in arguments]
    names = [name if each.required else f"[{name}]" for name, each in zip(shown, arguments, strict=True)]
    return [*pieces[: len(pieces) - len(arguments)], *names]


def _option(option: Any, context: typer.Context) -> tuple[str, str]:
    """An option's words, those without a short one under the long ones of others, and what it means."""
    words, said = option.get_help_record(context)
    said = "show this page" if option.name == "help" else said
    for written, plain in _TAKES.items():
        words = words.replace(written, plain)
    return (f"    {words}" if words.startswith("--") else words), said


def _options(command: Any, context: typer.Context, formatter: Any) -> None:
    """Write the arguments, and the options by section."""
    params = [each for each in command.get_params(context) if not each.hidden]
    if arguments := [each for each in params if each.param_type_name == "argument"]:
        with formatter.section("Arguments"):
            formatter.write_dl(
                [((each.metavar or each.name.upper()).strip("[]"), each.help or "") for each in arguments]
            )
    options = [each for each in params if each.param_type_name == "option"]
    width = min(MOST, max(len(_option(each, context)[0]) for each in options))
    titles = [*SECTIONS, *dict.fromkeys(title for each in options if (title := section_of(each)) not in SECTIONS)]
    for title in titles:
        if lines := [_option(each, context) for each in options if section_of(each) == title]:
            with formatter.section(title):
                formatter.write_dl([(words.ljust(width), said) for words, said in lines])


class Command(TyperCommand):
    """A command whose help is grouped."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Give the words of the line `Usage`."""
        return _usage(super().collect_usage_pieces(ctx), self)

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write what the command is for."""
        _about(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        _options(self, ctx, formatter)


class Group(TyperGroup):
    """Commands that are listed by what they are for: by their `rich_help_panel`, in the order in which they were added."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names of the commands in the order of the page."""
        titles = list(dict.fromkeys(each.rich_help_panel for each in self.commands.values()))  # type: ignore[attr-defined]
        return sorted(self.commands, key=lambda name: titles.index(self.commands[name].rich_help_panel))  # type: ignore[attr-defined]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write what the commands are for."""
        _about(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands by title, then the options."""
        names = self.list_commands(ctx)
        widest = max(map(len, names))
        by_title: dict[str, list[tuple[str, str]]] = {}
        for name in names:
            command: Any = self.commands[name]
            if not command.hidden:
                said = command.get_short_help_str(1_000)
                by_title.setdefault(command.rich_help_panel or "Commands", []).append((name.ljust(widest), said))
        for title, lines in by_title.items():
            with formatter.section(title):
                formatter.write_dl(lines)
        _options(self, ctx, formatter)
