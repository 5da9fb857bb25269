"""Writes the outputs in docs/books.md anew: run it after a change of what `erp` draws, and read the difference."""

import contextlib
import io
import re
from pathlib import Path

from synth import generate, make_plan

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "books.md"
BEGINNING = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```\n", flags=re.S)
QUERY = re.compile(r"```sql\n(.*?)```\n\n```text\n(.*?)```\n", flags=re.S)


def make(folder):
    """Generate output/erp in `folder`, as `make data DATASET=erp SCALE=1` does."""
    generate(make_plan("erp", scale=1, seed=42, until=None), folder / "output", workers=1)


def session(document):
    """What the Python with which a reader begins makes: `con`, `show`. The working folder is one that holds output/erp."""
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(BEGINNING.search(document)[1], names)
    return names


def printed(names, sql):
    """What `show` prints of a query."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        names["show"](sql)
    return text.getvalue()


def renewed(document, names):
    """The document with the output of each of its queries, run in order."""
    return QUERY.sub(lambda found: f"```sql\n{found[1]}```\n\n```text\n{printed(names, found[1])}```\n", document)


if __name__ == "__main__":
    import tempfile

    document = DOCUMENT.read_text()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        with contextlib.chdir(folder):
            document = renewed(document, session(document))
    DOCUMENT.write_text(document)
