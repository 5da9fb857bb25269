"""Help: grouped, with every option's meaning and default, examples that can be copied, and as quick as ever."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys

import pytest
import typer

from synth.cli import app, main
from synth.cli.help_pages import OTHER, SECTIONS, section_of

PROGRAM = typer.main.get_group(app)


def commands(group=PROGRAM, above=()):
    """Every command by its words: ("db", "start") for one of a group."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*above, name))
        else:
            yield (*above, name), command


COMMANDS = dict(commands())
SHORT = {"scale": "-s", "out": "-o", "quiet": "-q", "verbose": "-v"}


@pytest.fixture
def page(capsys, monkeypatch):
    """The help of a command."""
    monkeypatch.setenv("COLUMNS", "80")

    def of(*words):
        assert main([*words, "--help"]) == 0
        return capsys.readouterr().out

    return of


def test_the_first_page_groups_the_commands(page):
    text = page()
    titles = re.findall(r"^(\w.*):$", text, re.M)
    assert titles == [
        "Make data",
        "Prove it, and show it",
        "Databases",
        "Learn the language of specs",
        "Set up",
        "Printing",
    ]
    for name in PROGRAM.commands:
        assert len(re.findall(rf"^  {name}  +\w", text, re.M)) == 1
    assert (
        text.index("Make data:")
        < text.index("\n  generate ")
        < text.index("Prove it, and show it:")
        < text.index("\n  verify ")
    )
    lines = text.partition("Make data:")[2].splitlines()
    assert not [line for line in lines if line.endswith("...")], "a sentence is cut off"
    assert all(len(line) < 80 for line in lines)
    assert len(lines) < len(PROGRAM.commands) + 3 * len(titles) + 3, "each command is told in one line"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_has_its_section_and_its_meaning(words, page):
    text = page(*words)
    for option in (each for each in COMMANDS[words].params if each.param_type_name == "option"):
        assert section_of(option) != OTHER, f"{option.name}: give it a place in SECTIONS of synth/cli/help_pages.py"
        assert option.help, option.name
        section = re.search(rf"^{section_of(option)}:\n((?:  .*\n)+)", text, re.M)[1]
        assert re.search(rf"{option.opts[0]}\b", section)
        assert option.is_flag or option.metavar, f"{option.name}: say what it takes by a metavar"
        if option.default not in (None, False, ()):
            default = str(option.default).removesuffix(".0")
            assert re.search(rf"\[default:\s+{default}\b", text), f"{option.name}: its default is not shown"
    titles = [title for title in re.findall(r"^(\w.*):$", text, re.M) if title != "Arguments"]
    assert titles == [title for title in SECTIONS if title in titles]
    assert all(len(line) < 80 or "Example: " in line for line in text.splitlines())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_of_its_own_words(words, page):
    examples = re.findall(r"^  Example: (.*)$", page(*words), re.M)
    assert examples
    for example in examples:
        found = re.search(r"synth [^>)\"]*", example)[0]
        given = shlex.split(found)[1:]
        assert given[: len(words)] == list(words)
        with PROGRAM.make_context("synth", given, resilient_parsing=True) as context:
            rest = given
            command = PROGRAM
            while hasattr(command, "commands"):
                _, command, rest = command.resolve_command(context, rest)
            command.make_context(" ".join(words), list(rest))  # as it is parsed; nothing runs


def test_options_with_a_short_form_have_it_everywhere():
    for words, command in COMMANDS.items():
        for option in (each for each in command.params if each.param_type_name == "option"):
            short = [word for word in option.opts if len(word) == 2]
            assert short == [word for name, word in SHORT.items() if name == option.name], (words, option.name)


@pytest.mark.parametrize("command", ["generate", "merge", "advance", "load", "pull", "sweep"])
def test_what_takes_long_can_be_quiet(command):
    assert "quiet" in {each.name for each in COMMANDS[command,].params}


def test_quiet_prints_nothing_but_errors(tmp_path, capsys):
    words = ["generate", "ecommerce", "-s", "0.01", "-o", str(tmp_path / "out"), "--workers", "1", "-q"]
    assert main(words) == 0
    assert capsys.readouterr() == ("", "")
    folder = str(tmp_path / "out" / "ecommerce")
    url = f"sqlite:///{tmp_path}/shop.db"
    for again in (words, ["load", folder, url, "-q"], ["pull", url, "--tables", "brands", "-qo", str(tmp_path / "back")],
                  ["advance", folder, "--until", "2026-01-05", "--quiet", "--workers", "1"]):  # fmt: skip
        assert main(again) == 0
        assert capsys.readouterr() == ("", "")
    shutil.rmtree(tmp_path / "back" / "ecommerce" / "brands")
    assert main([*words, "--seed", "7"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "another run" in said.err
    assert main([*words[:-1], "-q", "--if-exists", "replace", "--json"]) == 0
    assert capsys.readouterr().out.startswith("{"), "JSON is what a script has asked for"


def test_help_needs_no_rich(environment):
    code = "import sys; from synth.cli import main; main(['generate', '--help']); print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == "False"
