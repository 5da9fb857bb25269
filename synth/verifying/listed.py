"""Whether what is in a folder is what its manifest lists: every file, hidden ones too, at its size and with its checksum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from synth.lakes import is_of_lake
from synth.plan.content import EARLIER_KEYS
from synth.store.documents import DOCUMENTS
from synth.store.files import FileEntry, checksum, empty_folders, files_in, is_plain
from synth.store.manifest import NAME, PARENTS, SUMS, Manifest
from synth.verifying.findings import EXAMPLES
from synth.verifying.report import Finding

__all__ = ["changed_files", "hidden_files", "nothing_else"]


def changed_files(folder: Path, files: Iterable[FileEntry]) -> Iterator[dict[str, Any]]:
    """Files that are missing, links, or not what the manifest says."""
    for file in files:
        path = folder / file.path
        if not path.is_file():
            yield {"file": file.path, "is": "missing"}
        elif not is_plain(path, folder):
            yield {"file": file.path, "is": "a link, or behind one"}
        elif checksum(path) != file.sha256:
            yield {"file": file.path, "is": "changed since it was made"}
        elif path.stat().st_size != file.bytes:
            yield {"file": file.path, "is": f"{path.stat().st_size} bytes", "should be": file.bytes}


def hidden_files(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """The files beside the data: what is needed to grow, and what was kept of existing tables."""
    grows = bool(manifest.families)  # it was not pulled
    sums = list(changed_files(folder, manifest.sums))
    if grows and not manifest.sums:
        sums.append({"file": SUMS, "is": "not in the manifest"})
    sums += [{"file": file.path, "is": "twice in the manifest"} for file in manifest.sums[1:]]
    sums += [{"file": file.path, "rows": file.rows, "should be": 0} for file in manifest.sums if file.rows]
    yield _finding("(rollups)", "kept sums", sums)
    for name, entry in manifest.existing.items():
        kept = list(changed_files(folder, [entry.file] if entry.file else []))
        if grows and entry.fingerprint and not entry.file:
            kept.append({"file": f"{PARENTS}/{name}.parquet", "is": "not in the manifest"})
        yield _finding(name.removesuffix(EARLIER_KEYS), "kept rows", kept)


def nothing_else(folder: Path, manifest: Manifest) -> Finding:
    """Anything in the folder that the manifest does not name."""
    known = {file.path for entry in manifest.tables.values() for file in entry.files}
    known |= {NAME, *DOCUMENTS, *(file.path for file in manifest.hidden)}
    strange = [
        {"file": name, "is": "not in the manifest"}
        for name in files_in(folder)
        if not (name in known or is_of_lake(name))
    ]
    strange += [{"folder": name, "is": "empty"} for name in empty_folders(folder)]
    return _finding("(folder)", "nothing else", strange)


def _finding(table: str, name: str, wrong: list[dict[str, Any]]) -> Finding:
    return Finding("files", table, name, len(wrong), tuple(wrong[:EXAMPLES]))
