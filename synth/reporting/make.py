"""Makes a report: of a folder here or in an object store, or of a dataset in a database, read into files first."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from synth.addresses import is_remote
from synth.databases.address import is_database
from synth.errors import OutputError
from synth.logs import logged
from synth.progress import Phase, Progress, silent
from synth.reporting.contents import contents_of
from synth.reporting.looked_at import folder_of
from synth.reporting.page import as_html
from synth.store.files import replace_text
from synth.verifying.files import verify_folder

if TYPE_CHECKING:
    from synth.answers import Reported

__all__ = ["Report", "report"]

MARK = '<meta name="generator" content="synth '  # by which a report of ours is known
HEAD = 4096  # bytes in which it stands
OUTPUT = "output"  # the folder for reports of what is elsewhere


@dataclass(frozen=True)
class Report:
    """A report that was made; `passed` says whether all checks hold, None where none were asked for.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> page = synth.report(folder, verify=False)
    >>> page.path.name, page.tables, page.passed
    ('inventory.html', 5, None)
    """

    path: Path
    bytes: int
    tables: int
    seconds: float
    passed: bool | None

    def as_dict(self) -> Reported:
        """Give it as plain values, for `--json`."""
        return {
            "path": str(self.path), "bytes": self.bytes, "tables": self.tables, "seconds": round(self.seconds, 3),
            "passed": self.passed,
        }  # fmt: skip


@logged
def report(
    place: str | Path, out: str | Path | None = None, *, schema: str | None = None, verify: bool = True,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Make one HTML file that shows a dataset: a folder, one in an object store, or what is in a database.

    It goes to `out`; left out, beside the folder as FOLDER.html, else to output/DATASET.html. `schema` is the dataset's in a
    database. Without `verify` nothing is proved. A file that is there and is no report of ours is left alone. Raises
    OptionError, OutputError, DatabaseError.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> synth.report(folder, "shop.html").passed
    True
    """
    started, tell = time.perf_counter(), progress or silent
    if out is not None:
        _refuse_other(Path(out))
    with folder_of(place, schema, tell) as folder:
        path = Path(out) if out is not None else _beside(place, folder)
        _refuse_other(path)
        tell(Phase("proving"), 0)
        verified = verify_folder(folder) if verify else None
        contents = contents_of(folder, verified, tell)
        page = as_html(contents)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, page, path.with_name(f".{path.name}.making"))
    passed = verified.passed if verified else None
    return Report(path, len(page.encode()), len(contents.tables), time.perf_counter() - started, passed)


def _beside(place: str | Path, folder: Path) -> Path:
    """Say where a report goes if nobody says so."""
    if is_remote(place) or is_database(str(place)):
        return Path(OUTPUT) / f"{folder.name}.html"
    return folder.resolve().with_name(f"{folder.resolve().name}.html")


def _refuse_other(path: Path) -> None:
    """Refuse to write over what is no report of ours. Raises OutputError."""
    if path.is_dir():
        raise OutputError(f"'{path}' is a folder\n  hint: name a file, as in --out report.html")
    if path.exists() or path.is_symlink():
        ours = path.is_file() and not path.is_symlink()
        if ours:
            with path.open("rb") as there:
                ours = MARK.encode() in there.read(HEAD)
        if not ours:
            raise OutputError(f"'{path}' is there, and is no report of ours\n  hint: name another file by --out")
