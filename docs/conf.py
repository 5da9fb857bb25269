"""How Sphinx makes the site of these documents (`make site`, into output/site).

Links in the documents are written as a git host follows them, relative to the file that they stand in. Documents outside
of docs/ are pages of the site, too: for each there is a page in docs/project/ that says which it is, and gets its text.
"""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

from synth.version import __version__

DOCS = Path(__file__).resolve().parent
STANDS_FOR = re.compile(r"\AThe text of this page is \[[^\]]+\]\(([^)]+)\)\.\n\Z")
FENCED = re.compile(r"(^```.*?^```$)", flags=re.MULTILINE | re.DOTALL)  # where nothing is a link
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")

project = "synth-relational"
release = __version__
html_show_copyright = False
html_title = "synth-relational"
html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
html_copy_source = False
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["stages", "pictures"]
pygments_style = "default"

myst_heading_anchors = 4  # `page.md#a-heading`, spelt as a git host does
default_role = "code"  # `names` in docstrings
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"  # classes without theirs: those of models would have all fields
autodoc_default_options = {"exclude-members": "__init__, __new__"}
autodoc_typehints = "signature"
maximum_signature_line_length = 80

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300  # seconds a cell
nb_merge_streams = True


def _pages() -> dict[Path, Path]:
    """Documents outside of docs/, with the page that stands for each."""
    found = ((page, STANDS_FOR.match(page.read_text("utf-8"))) for page in (DOCS / "project").glob("*.md"))
    return {(page.parent / match[1]).resolve(): page for page, match in found if match}


def _relinked(home: Path, page: Path, pages: dict[Path, Path], link: re.Match[str]) -> str:
    """A link of a document in the folder `home` as it leads from `page`; a folder without a page is no link."""
    picture, text, path, heading = link[1], link[2], link[3], link[4] or ""
    target = (home / path).resolve()
    if target.is_dir():
        target /= "README.md"
        if target not in pages:
            return text
    there = os.path.relpath(pages.get(target, target), page.parent)
    return f"{picture}[{text}]({there}{heading})"


def _read(app: Any, docname: str, source: list[str]) -> None:
    """Give a page the text that it stands for, and links that lead to pages of the site."""
    page = Path(app.env.doc2path(docname))
    if page.suffix != ".md":
        return
    home, text = page.parent, source[0]
    if stands := STANDS_FOR.match(text):
        original = (home / stands[1]).resolve()
        app.env.note_dependency(str(original))
        home, text = original.parent, original.read_text("utf-8")
    relinked = partial(_relinked, home, page, _pages())
    source[0] = "".join(part if part.startswith("```") else LINK.sub(relinked, part) for part in FENCED.split(text))


def setup(app: Any) -> None:
    """Tell Sphinx how pages are read."""
    app.connect("source-read", _read)
