"""What a run refuses: a place where it cannot write, and options that it does not know."""

from __future__ import annotations

import os

import pytest

from synth.api import make_plan
from synth.errors import OptionError, OutputError
from synth.job.generate import generate
from synth.store.manifest import Manifest


def test_out_is_a_file(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot write to"):
        generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_the_target_is_a_file(tmp_path):
    (tmp_path / "ecommerce").write_text("mine")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)
    assert (tmp_path / "ecommerce").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_out_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot write to"):
        generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)


def test_the_disk_is_full(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Manifest, "write", full)
    with pytest.raises(OutputError, match="No space left on device"):
        generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_options_are_checked(tmp_path):
    made = make_plan("ecommerce", scale=0.01, tables=["brands"])
    with pytest.raises(OptionError, match="unknown format 'xml'"):
        generate(made, tmp_path, format="xml")
    with pytest.raises(OptionError, match="workers must be 1 or more"):
        generate(made, tmp_path, workers=0)
    assert list(tmp_path.iterdir()) == []
