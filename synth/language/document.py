"""The reference of the language as a document: docs/language.md, made from the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synth.language.words import GROUPS, Parameter, Word, all_words
from synth.sql.allowed import core_functions

__all__ = ["as_text"]

HEAD = """# The language

Every word of a spec, made from the program itself by `python tests/house/renew_language.py`. How the words go together:
[schema/README.md](../schema/README.md). The same in a terminal: `synth words`, `synth words lognormal`; in an editor:
`synth schema json`.
"""
ABOUT = {
    "datasets": "",
    "kinds": "A table is of one kind, which follows from its words.",
    "tables": "",
    "columns": "A column has one generator and any of these options; with options alone its table gives it.",
    "generators": "Where only a value is written (`{lookup: product_id.price}`), it is the parameter marked with *. A\n"
    "generator that needs no parameters may be a bare word: `name: coined`. A path names a value seen from the row:\n"
    "`price` (own column), `orders.ordered_at` (an ancestor's), `product_id.price` (of the row that a reference or\n"
    "`in_force` column points at).",
    "types": "",
    "functions": f"Besides these: operators, windows (`OVER`, in SELECTs and rules), {', '.join(core_functions())}. They\n"
    "mean the same in every database. Examples name a text `name`, numbers `n` and `price`, a date `day`, a timestamp `at`.",
}


def as_text() -> str:
    """Give the document, a chapter for each group of words."""
    return HEAD + "".join(_section(group) for group in GROUPS)


def _section(group: str) -> str:
    words = [word for word in all_words() if word.group == group]
    title, about = GROUPS[group], ABOUT[group]
    body = {
        "kinds": _chapters,
        "generators": _chapters,
        "types": _types,
        "functions": _functions,
    }.get(group, _fields)(words)
    return f"\n## {title[0].upper()}{title[1:]}\n" + (f"\n{about}\n" if about else "") + f"\n{body}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ").strip()


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _parameters(parameters: Iterable[Parameter], shorthand: str | None = None) -> str:
    rows = (
        [
            _code(each.name) + ("*" if each.name == shorthand else ""),
            each.takes,
            "needed" if each.required else _code(each.default or ""),
            each.about,
        ]
        for each in parameters
    )
    return _table(["parameter", "takes", "if left out", "means"], rows)


def _fields(words: Iterable[Word]) -> str:
    """Words of which each has a line, with their parameters below."""
    text = _table(["word", "takes", "means"], ([_code(word.name), word.written, word.about] for word in words))
    for word in words:
        if word.parameters:
            text += f"\n### `{word.name}`\n\n{_parameters(word.parameters)}"
    return text


def _chapters(words: Iterable[Word]) -> str:
    """Words of which each has a chapter."""
    parts = []
    for word in words:
        text = f"### {word.name}\n\n{word.about}\n"
        if word.group == "kinds":
            text = f"### {word.name}\n\n{word.about[:1].upper()}{word.about[1:]}.\n\n{word.written}\n"
        if word.parameters and word.group == "generators":
            text += f"\n{_parameters(word.parameters, word.shorthand)}"
        parts.append(text + f"\n```yaml\n{word.example}\n```\n")
    return "\n".join(parts)


def _types(words: Iterable[Word]) -> str:
    rows = (
        [_code(word.written), ", ".join(map(_code, word.aliases)), word.about, _code(word.example)] for word in words
    )
    return _table(["type", "also", "holds", "example"], rows)


def _functions(words: Iterable[Word]) -> str:
    rows = ([_code(word.name), word.about, word.written.removeprefix("gives "), _code(word.example)] for word in words)
    return _table(["function", "what", "gives", "example"], rows)
