"""Nothing of the user's is followed, replaced or emptied: what stands where we want to work is told, and stays as it was."""

from __future__ import annotations

import os
import shutil

import pytest

import synth
from synth.cli import main
from synth.errors import OutputError, SynthError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.script import write_script
from synth.store.files import replace_text, write_text
from synth.store.folder import extending_folder, make_room, replacing_folder, require_files
from synth.store.manifest import Manifest


def plan(**words):
    return synth.make_plan("ecommerce", **{"scale": 0.01, "tables": ["brands"], **words})


LATER = plan().until.replace(year=2027)


@pytest.fixture
def mine(tmp_path):
    """A folder of the user's."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("precious")
    return tmp_path / "mine"


@pytest.fixture
def made(tmp_path):
    return generate(plan(), tmp_path / "made", format="csv").folder


def everything(folder):
    """All below a folder, links as what they lead to by name."""
    return {
        str(path.relative_to(folder)): os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else ""
        for path in folder.rglob("*")
    }


# -- the folder's own place


@pytest.mark.parametrize("there", ["empty", "a dataset", "nothing"])
def test_a_link_in_the_folders_place_is_refused(there, made, tmp_path):
    target = {"empty": tmp_path / "empty", "a dataset": made, "nothing": tmp_path / "nowhere"}[there]
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    link = out / "ecommerce"
    link.symlink_to(target)
    before = everything(tmp_path)
    for write in (
        lambda: generate(plan(seed=7), out), lambda: advance_folder(link, LATER), lambda: write_script(made, "postgres", link),
        lambda: replacing_folder(link).__enter__(), lambda: make_room(link), lambda: extending_folder(link).__enter__(),
    ):  # fmt: skip
        with pytest.raises(OutputError, match=f"^'{link}' is a link, and is not followed\n  hint: name the folder"):
            write()
    assert everything(tmp_path) == before


def test_a_link_above_is_the_users_own_way(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    assert generate(plan(), tmp_path / "out").rows == 20
    assert advance_folder(tmp_path / "out" / "ecommerce", LATER).until == LATER
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["ecommerce"]


# -- beside it


def make(kind, path, mine):
    """Something of the user's at a path."""
    {
        "file": lambda: path.write_text("precious"),
        "folder": lambda: shutil.copytree(mine, path),
        "link to a file": lambda: path.symlink_to(mine / "precious.txt"),
        "link to a folder": lambda: path.symlink_to(mine),
        "link to nothing": lambda: path.symlink_to(mine / "nothing"),
        "pipe": lambda: os.mkfifo(path),
    }[kind]()


@pytest.mark.parametrize("kind", ["file", "folder", "link to a file", "link to a folder", "link to nothing", "pipe"])
@pytest.mark.parametrize("name", [".ecommerce.lock", ".ecommerce.making", ".ecommerce.old"])
@pytest.mark.parametrize("context", [replacing_folder, extending_folder])
def test_what_stands_beside_the_folder(context, name, kind, made, mine):
    make(kind, made.parent / name, mine)
    before = everything(made.parents[1])
    with pytest.raises(
        OutputError, match=f"^'{made.parent / name}' stands where a run .*, and is not ours; move it away$"
    ):
        with context(made):
            pytest.fail("it cannot work there")
    assert everything(made.parents[1]) == before, "a lock that was made for it is gone, too"


def test_what_a_killed_run_left_is_ours(made):
    """It is known by the lock, which only an end by a run's own hand removes."""
    lock, making = made.parent / ".ecommerce.lock", made.parent / ".ecommerce.making"
    lock.touch()
    (making / "brands").mkdir(parents=True)
    (making / "brands" / "half").touch()
    with replacing_folder(made) as work_folder:
        assert list(work_folder.iterdir()) == []
        shutil.copytree(made, work_folder, dirs_exist_ok=True)
    assert sorted(path.name for path in made.parent.iterdir()) == ["ecommerce"]


# -- inside it


@pytest.mark.parametrize("name", ["extra", "brands/part-00001.csv", "brands/deeper", ".hidden"])
@pytest.mark.parametrize("to", ["precious.txt", "."])
def test_a_link_inside_is_no_place_to_write(name, to, made, mine):
    (made / name).symlink_to(mine / to)
    before = everything(made.parents[1])
    with pytest.raises(OutputError, match=f"holds a file that is not ours \\('{name}'\\)"):
        generate(plan(seed=7), made.parent, format="csv")
    with pytest.raises(
        OutputError, match=f"holds a link \\('{name}'\\), and none is of ours; nothing is written there"
    ):
        advance_folder(made, LATER)
    assert everything(made.parents[1]) == before


@pytest.mark.parametrize("name", ["brands", "brands/part-00000.csv", "manifest.json"])
def test_a_file_behind_a_link_is_none_of_the_folder(name, made, tmp_path, capsys):
    (made / name).rename(tmp_path / "elsewhere")
    (made / name).symlink_to(tmp_path / "elsewhere")
    if name != "manifest.json":
        with pytest.raises(OutputError, match="is missing, or not as it was made"):
            require_files(made, Manifest.read(made))
    commands = [
        f"load {made} {tmp_path}/x.db", f"script {made} --out {tmp_path}/s", f"advance {made} --until 2027-01-01",
        f"generate ecommerce --tables brands --existing products --from {made} --out {tmp_path}/new",
    ]  # fmt: skip
    for command in commands:
        assert main(command.split()) == 2, command
        assert capsys.readouterr().err.count("synth: ") == 1


def test_a_text_goes_through_no_link(tmp_path, mine):
    """A manifest is written under another name first."""
    (tmp_path / "manifest.json").symlink_to(mine / "precious.txt")
    replace_text(tmp_path / "manifest.json", "{}", tmp_path / ".manifest.json")
    assert (mine / "precious.txt").read_text() == "precious" and not (tmp_path / "manifest.json").is_symlink()
    (tmp_path / "new").symlink_to(mine / "precious.txt")
    with pytest.raises(FileExistsError):
        write_text(tmp_path / "new", "x")


# -- feeds of changes


def test_a_feed_goes_through_no_link(made, tmp_path, mine):
    feed = tmp_path / "feed"
    feed.mkdir()
    name = f"{plan().until:%Y%m%dT%H%M%S%f}-{LATER:%Y%m%dT%H%M%S%f}.parquet"
    (feed / f".{name}").symlink_to(mine / "precious.txt")
    (feed / name).symlink_to(mine / "precious.txt")
    assert advance_folder(made, LATER, changes=feed).feed == feed / name
    assert (mine / "precious.txt").read_text() == "precious" and not (feed / name).is_symlink()


def test_a_feed_takes_no_later_steps_away(made, tmp_path):
    """They were deleted, as if a killed step had left them."""
    feed = tmp_path / "feed"
    feed.mkdir()
    other = feed / "20300101T000000000000-20310101T000000000000.parquet"
    other.write_text("of another dataset")
    with pytest.raises(SynthError, match=f"'{other}' begins later\n  hint: name an empty folder"):
        advance_folder(made, LATER, changes=feed)
    assert other.read_text() == "of another dataset"
