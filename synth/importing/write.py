"""Spells a draft as YAML that a person goes on with: one column a line, and behind it what it rests on."""

from __future__ import annotations

from typing import Any

from synth.importing.drafting.model import Draft, DraftTable
from synth.spec.load import flow

__all__ = ["spelt"]

WIDTH = 100


def spelt(draft: Draft, source: str) -> str:
    """The draft as YAML text. `source` is what it says that it was made from."""
    head = [
        f"# Imported from {_one_line(source)}. Behind each column stands what it rests on; all of it is yours to change.",
        "# `synth words` explains every word; `synth check` and `synth show` try what you change.",
    ]
    if draft.notes:
        head += ["#", "# What could not be taken over, or not as it is:"]
        head += [f"#   {_one_line(str(note))}" for note in draft.notes]
    lines = [*head, f"dataset: {flow(draft.dataset)}"]
    if draft.about:
        lines.append(f"about: {flow(draft.about)}")
    lines += [f"period: {flow({'start': draft.start, 'until': draft.until})}", "", "tables:"]
    for name, table in draft.tables.items():
        lines += [*_table(name, table), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(name: str, table: DraftTable) -> list[str]:
    lines = [f"  {flow(name)}:" + (f"  # {_one_line(table.why)}" if table.why else "")]
    for word, value in table.words().items():
        if word == "checks":
            lines.append("    checks:")
            lines += [f"      {check}: {flow(condition)}" for check, condition in value.items()]
        elif word != "columns":
            lines.append(f"    {word}: {flow(value)}")
    lines.append("    columns:")
    for column, made in table.columns.items():
        line = f"      {flow(column)}: {flow(made.words)}"
        lines.append(f"{line}  # {_one_line(made.why)}" if made.why else line)
    return lines


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())
