"""Files of a dataset: described as the manifest names them, and there whole or not at all."""

from __future__ import annotations

from hashlib import sha256

import pytest

from synth.store.files import FileEntry, checksum, described, read_text, replace_text, write_text


def test_a_file_is_described(tmp_path):
    (tmp_path / "orders").mkdir()
    path = tmp_path / "orders" / "part-00000.csv"
    path.write_bytes(b"a\n1\n")
    digest = sha256(b"a\n1\n").hexdigest()
    assert checksum(path) == digest
    assert described(path, tmp_path, 1) == FileEntry(path="orders/part-00000.csv", rows=1, bytes=4, sha256=digest)
    assert described(path, path.parent).rows == 0


def test_an_entry_is_read_strictly():
    with pytest.raises(ValueError, match="rows"):
        FileEntry.model_validate({"path": "a", "bytes": 1, "sha256": "0" * 64})
    with pytest.raises(ValueError, match="more"):
        FileEntry.model_validate({"path": "a", "rows": 0, "bytes": 1, "sha256": "0" * 64, "more": 1})


def test_a_text_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "manifest.json"
    replace_text(path, "Größe\n", tmp_path / "making")
    assert path.read_bytes() == "Größe\n".encode() and read_text(path, "none") == "Größe\n"
    assert read_text(tmp_path / "other", missing="none") == "none"
    write_text(tmp_path / "new", "Größe\n")
    assert read_text(tmp_path / "new", "none") == "Größe\n"
    monkeypatch.setattr(type(path), "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        replace_text(path, "half", tmp_path / "making")
    assert read_text(path, "none") == "Größe\n"
