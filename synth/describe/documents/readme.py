"""The README of a folder: what is in it, how it was made, how to open it; its head is for Hugging Face's datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from synth.describe.diagram import as_mermaid
from synth.describe.documents.dictionary import cell
from synth.describe.made import Made

__all__ = ["as_readme"]

DOCUMENTS = """Every column is in [dictionary.md](dictionary.md), and as a table in `dictionary.csv`; `datapackage.json`
says the same to tools. `manifest.json` states the spec, each file's checksum and each table's content.
"""
LICENCE = """## Licence

None is needed: nobody's data is in it. E-mail addresses and telephone numbers are of ranges that are kept for examples
and fiction.
"""


def as_readme(made: Made) -> str:
    """Give the document: what is there, how it was made, how to open it."""
    name, about, rows = made.catalogue.dataset, cell(made.catalogue.about), sum(made.rows.values())
    return "\n".join(
        part
        for part in (
            _head(made),
            f"# {name}\n",
            f"{about}{'. ' if about else ''}{rows:,} rows in {len(made.rows)} tables, all invented.\n",
            f"Made by synth {made.program}; this makes the same again, on any machine:\n\n```sh\n{made.command}\n```\n",
            "`synth verify DIR` proves it, `synth report DIR` shows it, `synth load DIR URL` loads it into a database.\n",
            _tables(made),
            DOCUMENTS,
            f"![What refers to what](diagram.svg)\n\n```mermaid\n{as_mermaid(made.catalogue)}```\n",
            _opening(made),
            LICENCE,
        )
        if part
    )


def _tables(made: Made) -> str:
    """List the tables."""
    lines = (
        f"| [{t.name}](dictionary.md#{t.name.lower()}) | {made.rows[t.name]:,} | {cell(t.about)} |\n"
        for t in made.tables
    )
    return "## Tables\n\n| table | rows | what it holds |\n| --- | ---: | --- |\n" + "".join(lines)


def _head(made: Made) -> str:
    """Say to Hugging Face's datasets where each table is."""
    if made.format not in HUGGED:
        return ""
    tables = "".join(f"- config_name: {t.name}\n  data_files: {made.pattern(t.name)}\n" for t in made.tables)
    return f"---\npretty_name: {made.catalogue.dataset}\nconfigs:\n{tables}---\n"


def _opening(made: Made) -> str:
    """Show how the largest table is opened from this folder."""
    if made.format not in OPENING or not made.rows:
        return ""
    table = max(made.rows, key=lambda name: made.rows[name])
    return f"## Open it\n\nIn this folder:\n\n```python\n{OPENING[made.format](made.pattern(table))}```\n"


def _parquet(files: str) -> str:
    return (
        "import duckdb\nimport pandas as pd\nimport polars as pl\n\n"
        f"print(duckdb.sql(\"SELECT COUNT(*) FROM '{files}'\"))\n"
        f'print(pl.scan_parquet("{files}").head().collect())\n'
        f'print(pd.read_parquet("{files.partition("/")[0]}").head())\n'
    )


def _csv(files: str) -> str:
    return (
        "import duckdb\nimport polars as pl\n\n"
        f"print(duckdb.sql(\"SELECT COUNT(*) FROM '{files}'\"))\n"
        f'print(pl.scan_csv("{files}", infer_schema=False).head().collect())\n'
    )


def _ndjson(files: str) -> str:
    return (
        "import duckdb\nimport polars as pl\n\n"
        f"print(duckdb.sql(\"SELECT COUNT(*) FROM read_json('{files}')\"))\n"
        f'print(pl.scan_ndjson("{files}").head().collect())\n'
    )


def _arrow(files: str) -> str:
    return f'import polars as pl\n\nprint(pl.scan_ipc("{files}").head().collect())\n'


OPENING: Mapping[str, Callable[[str], str]] = {"parquet": _parquet, "csv": _csv, "ndjson": _ndjson, "arrow": _arrow}
HUGGED = ("parquet", "csv", "ndjson", "arrow")  # that Hugging Face's datasets read
