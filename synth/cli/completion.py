"""What a shell needs to complete words: a script for it, and the answers to what that script asks.

The script runs the program with the words so far, the last of which may be empty, and with the variable `ASKS`. The answer
is a line for each word that can stand there, for some shells with what it means; with no answer the shell offers files.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer._click.shell_completion import ShellComplete

from synth.cli.words import among
from synth.errors import OptionError, did_you_mean
from synth.terminal import say

__all__ = ["ASKS", "SCRIPTS", "answer", "completion"]

ASKS = "_SYNTH_COMPLETE"  # a variable with the shell's name

BASH = """\
_synth_completion() {
    local IFS=$'\\n'
    COMPREPLY=($(_SYNTH_COMPLETE=bash "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _synth_completion synth
"""
ZSH = """\
#compdef synth
_synth_completion() {
    local -a found
    found=("${(@f)$(_SYNTH_COMPLETE=zsh ${~words[1]} "${(@)words[2,$CURRENT]}" 2>/dev/null)}")
    if [[ -n "$found" ]]; then
        _describe 'synth' found
    else
        _files
    fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _synth_completion "$@"
else
    compdef _synth_completion synth
fi
"""
FISH = """\
function __synth_completion
    set -lx _SYNTH_COMPLETE fish
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] $words[2..-1] "$current" 2>/dev/null)
    if set -q found[1]
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete --command synth --no-files --arguments '(__synth_completion)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
SHELL = "bash, zsh or fish"
MEANING = 70  # characters of it beside a word


class _Asked(ShellComplete):
    """Words as they come from a script; typer finds out what can follow them."""

    def get_completion_args(self) -> tuple[list[str], str]:
        raise NotImplementedError

    def source_vars(self) -> dict[str, Any]:
        raise NotImplementedError

    def format_completion(self, item: Any) -> str:
        """Give a line of the answer, in which the shell's own signs are escaped."""
        meaning = " ".join((item.help or "").split())
        meaning = meaning if len(meaning) <= MEANING else f"{meaning[: MEANING - 1]}…"
        if self.complete_var == "bash" or not meaning:
            return str(item.value)
        if self.complete_var == "zsh":
            return f"{item.value.replace(':', chr(92) + ':')}:{meaning}"
        return f"{item.value}\t{meaning}"


def answer(program: Any, shell: str, words: list[str]) -> str:
    """What can stand in place of the last word, a line each; nothing where the words before make no sense."""
    *before, last = [word for word in words if word != "="] or [""]  # bash takes --format=csv for three words
    if words[-1:] == ["="]:
        before, last = [*before, last], ""
    asked = _Asked(program, {}, "synth", shell)
    try:
        found = asked.get_completions(before, last)
    except Exception:  # a shell that completes has no place for messages
        return ""
    return "".join(f"{asked.format_completion(item)}\n" for item in found)


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help=SHELL, autocompletion=among(*SCRIPTS))],
) -> None:
    """Print a script by which a shell completes commands, options and names.

    For bash add `eval "$(synth completion bash)"` to ~/.bashrc, for zsh the same with zsh to ~/.zshrc; for fish write it to
    ~/.config/fish/completions/synth.fish.

    Example: synth completion bash
    """
    if shell not in SCRIPTS:
        raise OptionError(f"unknown shell '{shell}'\n  hint: {did_you_mean(shell, SCRIPTS)}")
    say(SCRIPTS[shell], end="", as_it_is=True)
