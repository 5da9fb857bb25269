"""A finished folder is somebody's work: another run takes its place where that is asked for, and nowhere else."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.errors import OptionError, OutputError
from synth.runners import Serial
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.store.replacing import known_if_exists
from synth.verifying.files import verify_folder

ROOT = Path(__file__).resolve().parents[2]
SPEC = """
dataset: shop
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  brands: {{rows: {rows}, columns: {{id: {{key: sequence}}}}}}
  days: {{rows: 50, columns: {{id: {{key: sequence}}, at: {{arrival: {{}}}}}}}}
"""


def plan(rows=10, **words):
    return synth.make_plan(parse(SPEC.format(rows=rows)), **words)


ANOTHER = {
    "seed": (plan(seed=7), {}, "seed (asked: 7)"),
    "scale": (plan(scale=2), {}, "scale (asked: 2.0)"),
    "until": (plan(until=dt.date(2024, 6, 1)), {}, "until (asked: 2024-06-01 00:00:00)"),
    "format": (plan(), {"format": "csv"}, "format (asked: csv)"),
    "dialect": (plan(), {"format": "sql"}, "format (asked: sql), dialect (asked: postgres)"),
    "spec": (plan(rows=11), {}, "its spec"),
    "rows": (synth.make_plan(parse(SPEC.format(rows=10)), rows={"brands": 3}), {}, "rows (asked: brands=3)"),
    "tables": (plan(tables=["brands"]), {}, "its tables"),
}


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def done(tmp_path):
    """The folder of a finished run."""
    return synth.generate(plan(), tmp_path).folder


@pytest.mark.parametrize("what", ANOTHER)
def test_another_run_is_not_replaced_silently(what, done):
    asked, words, differs = ANOTHER[what]
    before = content(done)
    with pytest.raises(OutputError) as told:
        synth.generate(asked, done.parent, **words)
    assert str(told.value) == (
        f"'{done}' holds another run: shop, scale 1, seed 42, until 2025-01-01 00:00:00, parquet, 2 tables, 60 rows\n"
        f"  it differs in {differs}; nothing was changed\n"
        "  hint: --if-exists replace puts the new one in its place, another --out keeps both"
    )
    assert content(done) == before and list(done.parent.iterdir()) == [done]
    assert synth.generate(plan(), done.parent).unchanged
    assert not synth.generate(asked, done.parent, **words, if_exists="replace").unchanged
    assert content(done) != before


def test_the_same_run_is_mended_without_asking(done):
    next((done / "brands").iterdir()).unlink()
    assert not synth.generate(plan(), done.parent).unchanged
    assert synth.generate(plan(), done.parent).unchanged


@pytest.mark.parametrize("how", ["longer", "as long", "link", "made by"])
def test_a_file_that_somebody_changed_is_not_made_anew_silently(how, tmp_path):
    """Nor found done, where its size is what it was; a copy is as good as what it was made from."""
    note = {"made_by": "make data"} if how == "made by" else {}
    done = synth.generate(plan(), tmp_path / "first", format="csv", **note).folder
    done = Path(shutil.copytree(done, tmp_path / "out" / "shop", copy_function=shutil.copyfile))
    assert synth.generate(plan(), done.parent, format="csv", **note).unchanged
    [file] = (done / "brands").iterdir()
    if how == "link":
        shutil.move(file, tmp_path / "mine.csv")
        file.symlink_to(tmp_path / "mine.csv")
    else:
        text = file.read_text()
        file.write_text(text.replace("10", "11") if how == "as long" else text + "11\n")
    next((done / "days").iterdir()).unlink()  # which alone would be mended
    before = content(done)
    asked = plan(seed=7) if note else plan()
    with pytest.raises(OutputError) as told:
        synth.generate(asked, done.parent, format="csv", **note)
    assert str(told.value) == (
        f"'{file}' is not as it was made: somebody has changed it, and it would be made anew\n"
        "  hint: --if-exists replace makes the folder anew, another --out keeps both"
    )
    assert content(done) == before
    assert not synth.generate(asked, done.parent, format="csv", if_exists="replace", **note).unchanged
    assert synth.generate(asked, done.parent, format="csv", **note).unchanged and verify_folder(done).passed


def test_a_run_that_ended_meanwhile_is_not_replaced(done, tmp_path, monkeypatch):
    """It was not there when this one began, and is when this one has the lock."""
    place = tmp_path / "place"

    def end_another(family, rows):
        raise AssertionError("it draws, and would replace what is there")

    def start(workers):
        shutil.copytree(done, place / "shop")
        return Serial()

    monkeypatch.setattr("synth.job.generate.begun", start)
    with pytest.raises(OutputError, match="holds another run"):
        synth.generate(plan(seed=7), place, progress=end_another)
    assert Manifest.read(place / "shop").seed == 42


def test_a_folder_is_not_appended_to(done):
    with pytest.raises(
        OptionError, match="not 'append'\n  hint: append is for databases: a folder grows by `synth adv"
    ):
        synth.generate(plan(seed=7), done.parent, if_exists="append")
    with pytest.raises(OptionError, match="--if-exists takes fail or replace for a folder, not 'often'"):
        known_if_exists("often")


def make_data(out: Path, *words: str) -> list[str]:
    """The words of the command that `make data` runs."""
    asked = ["make", "-n", "-o", ".venv/.ready", "data", f"OUT={out}", "DATASET=ecommerce", "SCALE=0.01", "WORKERS=1"]
    shown = subprocess.run([*asked, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    [command] = [line for line in shown.splitlines() if " generate " in line]
    return shlex.split(command)[1:]


def test_make_data_replaces_what_make_data_made(tmp_path, capsys):
    folder = tmp_path / "ecommerce"
    assert main(make_data(tmp_path)) == 0
    assert main(make_data(tmp_path, "SEED=7", "FORMAT=csv")) == 0
    assert (Manifest.read(folder).seed, Manifest.read(folder).format) == (7, "csv")
    by_hand = ["generate", "ecommerce", "--scale", "0.01", "--workers", "1", "--out", str(tmp_path)]
    assert main(by_hand) == 2 and "holds another run" in capsys.readouterr().err
    assert main([*by_hand, "--if-exists", "replace"]) == 0
    assert main(make_data(tmp_path, "SEED=8")) == 2
    assert "--if-exists replace puts the new one in its place" in capsys.readouterr().err
    assert main(make_data(tmp_path)) == 0  # it is there already, and stays whose it was
    assert Manifest.read(folder).made_by is None


def test_what_make_data_made_and_somebody_advanced_is_kept(tmp_path, capsys):
    assert main([*make_data(tmp_path), "--until", "2024-06-01"]) == 0
    synth.advance_folder(tmp_path / "ecommerce", dt.date(2024, 6, 2))
    assert main(make_data(tmp_path)) == 2
    assert re.search(r"until 2024-06-02 00:00:00", capsys.readouterr().err)


def test_who_made_it_is_no_part_of_what_it_is(done, tmp_path):
    other = synth.generate(plan(), tmp_path / "other", made_by="a script")
    assert other.manifest.identity == Manifest.read(done).identity
    assert synth.generate(plan(), done.parent, made_by="a script").unchanged
