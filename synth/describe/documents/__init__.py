"""Documents that stand beside the data, each made from the catalogue and from what was made: a family, by file name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from synth.describe.diagram import as_svg
from synth.describe.documents.dictionary import as_csv, as_markdown
from synth.describe.documents.package import as_package
from synth.describe.documents.readme import as_readme
from synth.describe.made import Made

__all__ = ["DOCUMENTS"]

DOCUMENTS: Mapping[str, Callable[[Made], str]] = {
    "README.md": as_readme,
    "dictionary.md": as_markdown,
    "dictionary.csv": as_csv,
    "diagram.svg": lambda made: as_svg(made.catalogue),
    "datapackage.json": as_package,
}
