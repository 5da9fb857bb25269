"""Files that are no dataset, or no text, are refused by name."""

from __future__ import annotations

import pytest

from tests.support.refusals import refused, write


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", "the file is empty"),
        ("# only a remark\n", "the file is empty"),
        ("- a\n- b\n", "a dataset is a mapping"),
        ("shop\n", "a dataset is a mapping"),
        ("dataset: shop\n---\ndataset: shop\n", "document"),
        ("dataset: &a [*a]\n", "anchor"),
    ],
)
def test_a_file_that_is_no_dataset(text, phrase, tmp_path, capsys):
    file, _ = write(tmp_path, text)
    said = refused(capsys, "check", str(file))
    assert said.startswith(f"synth: {file}:")
    assert phrase in said


def test_a_file_that_is_no_text(tmp_path, capsys):
    file = tmp_path / "shop.yaml"
    file.write_bytes(b"dataset: \xff\xfe\n")
    assert "cannot read" in refused(capsys, "check", str(file))
    file.write_bytes(b"dataset: \x00\n")
    assert f"{file}:" in refused(capsys, "check", str(file))
