"""A shell completes commands, options, datasets and choices: by the program's answers, and by bash itself."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from synth.cli import main
from synth.cli.completion import ASKS, SCRIPTS
from synth.databases.registry import NAMES
from synth.formats import FORMATS
from synth.spec.load import shipped


@pytest.fixture
def answers(run, environment, tmp_path):
    """What a process of its own answers a shell: lines on standard output, and nothing else."""

    def program(*words, shell="bash"):
        done = run(*words, env={**environment, ASKS: shell}, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return program


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["gen"], ["generate"]),
        (["db", "st"], ["start", "stop"]),
        (["generate", "--sc"], ["--scale", "--schema"]),
        (["generate", ""], list(shipped())),
        (["check", "e"], ["ecommerce", "erp"]),
        (["generate", "ecommerce", "-s", "1", "--format", ""], list(FORMATS)),
        (["generate", "--format", "=", "p"], ["parquet"]),  # as bash takes --format=p apart
        (["generate", "--format", "="], list(FORMATS)),
        (["generate", "--format=p"], ["parquet"]),
        (["ddl", "ecommerce", "--dialect", ""], list(NAMES)),
        (["load", "x", "--if-exists", "re"], ["replace", "replace-any", "refresh"]),
        (["merge", "x", "--if-exists", "re"], ["replace"]),
        (["completion", ""], list(SCRIPTS)),
        (["verify", "output/ec"], []),  # files are the shell's
        (["nothing", "--of", "the", "kind"], []),
        (["generate", "--until", ""], []),
    ],
    ids=" ".join,
)  # fmt: skip
def test_answers(words, wanted, answers):
    assert answers(*words) == wanted


def test_all_commands_and_options_are_offered(answers):
    assert {"datasets", "generate", "verify", "load", "words", "completion"} <= set(answers(""))
    assert {"--scale", "--seed", "--out", "--quiet", "--help"} <= set(answers("generate", "--"))
    assert "--scale" not in answers("generate", "--scale", "2", "--"), "it is there already"


def test_other_shells_are_told_what_words_mean(answers):
    assert answers("pu", shell="fish") == ["pull\tCopy tables of a database, or a query's..."]
    [line] = answers("generate", "--sca", shell="zsh")
    assert line.startswith("--scale:how much data: 10 makes ten times")
    for shell in ("zsh", "fish"):
        assert len(answers("generate", "--", shell=shell)) == len(answers("generate", "--"))


def test_it_is_light(environment):
    code = "import sys; from synth.cli import main; main(['generate', '']); print({'polars', 'rich', 'yaml'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**environment, ASKS: "zsh"}, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_is_printed(shell, capsys):
    assert main(["completion", shell]) == 0
    assert capsys.readouterr() == (SCRIPTS[shell], "")
    assert ASKS in SCRIPTS[shell]


def test_another_shell_is_refused(capsys):
    assert main(["completion", "fisch"]) == 2
    assert capsys.readouterr() == ("", "synth: unknown shell 'fisch'\n  hint: did you mean 'fish'?\n")


BASH = """
COMP_WORDS=({words}) COMP_CWORD={last}
_synth_completion synth; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
autoload -Uz compinit; compinit -u -D; source {script}
_describe() {{ print -l -- "${{(@P)2%%:*}}" }}
_files() {{ print files }}
words=({words}); CURRENT={count}; _synth_completion
"""
FISH = """
source {script}; complete -C "{line}"
"""
# what each does to complete a line, without a terminal: zsh's own functions for what is found are put in place of
SHELLS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


@pytest.fixture
def completed(environment, tmp_path):
    """What a shell offers for the last of some words, by its script."""

    def program(shell, words):
        if not shutil.which(shell):
            pytest.skip(f"there is no {shell}")
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / "synth").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m synth "$@"\n')
        (tmp_path / "bin" / "synth").chmod(0o755)
        (tmp_path / "my folder").mkdir(exist_ok=True)
        script = tmp_path / "script"
        script.write_text(SCRIPTS[shell])
        asked, line = " ".join(f"'{word}'" for word in words), " ".join(words)
        code = SHELLS[shell].format(script=script, words=asked, line=line, last=len(words) - 1, count=len(words))
        done = subprocess.run(
            [shell, "-c", f"source {script}\n{code}" if shell == "bash" else code],
            capture_output=True, text=True, check=True, cwd=tmp_path, stdin=subprocess.DEVNULL,
            env={**environment, "PATH": f"{tmp_path}/bin:{environment['PATH']}", "HOME": str(tmp_path)},
        )  # fmt: skip
        assert done.stderr == ""
        return [found.partition("\t")[0] for found in done.stdout.splitlines() if found]

    return program


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["synth", "gener"], ["generate"]),
        (["synth", "generate", "ecommerce", "--format", "pa"], ["parquet"]),
        (["synth", "generate", ""], list(shipped())),
    ],
    ids=" ".join,
)
def test_shells_complete(shell, words, wanted, completed):
    assert completed(shell, words) == wanted


def test_other_words_are_files_to_a_shell(completed):
    assert completed("bash", ["synth", "verify", "my"]) == []
    assert completed("zsh", ["synth", "verify", "my"]) == ["files"]
    assert completed("fish", ["synth", "verify", "my"]) == ["my folder/"]
