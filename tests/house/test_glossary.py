"""docs/glossary.md has each word once, and every word of a spec and every kind is in it, in schema/README.md or in docs/language.md."""

import re
from pathlib import Path

from synth.generators import GENERATORS
from synth.spec.kinds import KINDS
from synth.spec.models import OPTIONS, Rollup, Table

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "glossary.md").read_text(), flags=re.M)
WORDS = [
    word.strip(" `")
    for cell, _ in ROWS
    if cell != "word" and set(cell) != {"-"}
    for word in re.split(r", | \(|\)", cell)
    if word
]
SCHEMA = (ROOT / "schema" / "README.md").read_text() + (ROOT / "docs" / "language.md").read_text()


def test_each_word_stands_once():
    assert len(WORDS) > 90
    twice = {word for word in WORDS if WORDS.count(word) > 1}
    assert not twice, f"two meanings: {twice}"


def test_meanings_are_not_empty():
    assert all(len(meaning.split()) > 2 for cell, meaning in ROWS if cell != "word" and set(cell) != {"-"})


def test_kinds_are_explained():
    for kind in KINDS:
        assert any(word.startswith(kind.name) for word in WORDS), kind.name


def test_words_of_a_spec_are_documented():
    words = {*Rollup.model_fields, *Table.model_fields, *OPTIONS} - {"earlier", "columns", "about"}
    for word in sorted(words):
        assert word in WORDS or f"`{word}`" in SCHEMA or f"`{word}:" in SCHEMA or f"{word}:" in SCHEMA, (
            f"explain `{word}`"
        )


def test_old_words_are_gone_from_documents():
    old = {word for made in (*GENERATORS.values(), Rollup, Table) for word in made.renamed} - {
        word for made in (*GENERATORS.values(), Rollup, Table) for word in made.model_fields
    }
    assert old == {"of", "take", "every", "already"}
    for path in (ROOT / "README.md", ROOT / "schema" / "README.md", *(ROOT / "docs").glob("*.md")):
        for word in old:
            assert not re.search(rf"[{{,`] ?{word}: ", path.read_text()), f"{path.name}: `{word}`"
            assert f"`{word}`" not in path.read_text(), f"{path.name}: `{word}`"
