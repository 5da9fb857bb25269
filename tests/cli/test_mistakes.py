"""What is no SynthError is a mistake of ours, and told as such: exit code 70, one message, the details in a file."""

from __future__ import annotations

import re
import stat
import tempfile
from pathlib import Path

import pytest

from synth.cli import main
from synth.version import __version__

HUSH = "hu5h-hush"
GENERATE = ["generate", "ecommerce", "--scale", "0.3", "--tables", "orders,order_items"]


@pytest.fixture
def details(tmp_path, monkeypatch):
    """The file that a message names, after it has been looked at."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def read(said: str) -> str:
        assert said.startswith("synth: a mistake of ours, not of yours: ") and said.count("\n") == 3, said
        path = Path(re.search(r"details are in '(.*)'; nothing half-done is left\n  hint: please report it", said)[1])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.parent == tmp_path
        return path.read_text()

    return read


def broken(*_, **__):
    raise ZeroDivisionError(f"orders of {HUSH}\nsecond line")


@pytest.mark.parametrize("words", [
    ["check", "ecommerce"], ["plan", "ecommerce"], ["verify", "{shop}"], ["load", "{shop}", "x.db"], ["datasets"],
    ["verify", f"postgresql://me:{HUSH}@127.0.0.1:1/x"], ["generate", "ecommerce", "--scale", "0.01", "--workers", "1"],
])  # fmt: skip
def test_it_is_told_once(words, shop, details, tmp_path, monkeypatch, capsys):
    for place in (
        "synth.spec.load.load", "synth.api.make_plan", "synth.verifying.files.verify_folder", "synth.job.load.load_folder",
        "synth.verifying.database.verify_database",
    ):  # fmt: skip
        monkeypatch.setattr(place, broken)
    monkeypatch.setenv("SYNTH_PASSWORD", HUSH)
    monkeypatch.chdir(tmp_path)
    words = [word.replace("{shop}", str(shop)) for word in words]
    assert main(words) == 70
    said = capsys.readouterr()
    text = details(said.err)
    assert "ZeroDivisionError" in said.err and "second line" not in said.err and not said.out
    assert text.startswith(f"synth {__version__}, Python 3.") and f"command: synth {words[0]}" in text
    assert "Traceback (most recent call last)" in text and "in broken" in text and "second line" in text
    assert HUSH not in said.err + text


@pytest.mark.parametrize(
    "error", [RuntimeError("a"), AssertionError(), OSError(22, "b"), type("Panic", (BaseException,), {})("p")]
)
def test_whatever_it_is(error, details, monkeypatch, capsys):
    """Also what is no Exception, as panics of Polars are."""

    def raises(*_, **__):
        raise error

    monkeypatch.setattr("synth.spec.load.load", raises)
    assert main(["check", "ecommerce"]) == 70
    assert type(error).__name__ in details(capsys.readouterr().err)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_in_a_worker_as_well(workers, details, tmp_path, monkeypatch, capfd):
    """Workers are forked here, with what has been broken; nothing is left of the run."""
    monkeypatch.setattr("synth.draw.block.draw_blocks", broken)
    monkeypatch.setattr("synth.draw.task.draw_blocks", broken)
    monkeypatch.setattr("synth.runners.processes._one_thread", lambda: True)
    out = tmp_path / "out"
    out.mkdir()
    assert main([*GENERATE, "--workers", workers, "--out", str(out)]) == 70
    text = details(capfd.readouterr().err)
    assert "in broken" in text and "run_task" in text
    assert list(out.iterdir()) == []


def test_where_no_file_can_be_written(monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")
    monkeypatch.setattr("synth.spec.load.load", broken)
    assert main(["check", "ecommerce"]) == 70
    said = capsys.readouterr().err
    assert "the details could not be written (No such file or directory)" in said and said.count("\n") == 3
