"""The output folder: swapped in by rename, locked for one run, and never anybody else's."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
from pathlib import Path

import pytest

import synth
from synth.errors import OutputError
from synth.store.entries import TableEntry
from synth.store.files import described
from synth.store.folder import (
    MARK,
    extending_folder,
    finished_run,
    first_missing_file,
    has_only_marked_files,
    replacing_folder,
    require_files,
    write_marker,
)
from synth.store.manifest import NAME, Manifest, begin
from synth.store.replacing import refuse_anything


@pytest.fixture
def target(tmp_path):
    return tmp_path / "ecommerce"


def manifest_in(folder: Path, text: str = "a\n", name: str = "brands/part-00000.csv", **facts) -> Manifest:
    """A folder with a manifest and one file."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    entry = TableEntry(columns={"a": "bigint"}, rows=0, fingerprint="0-0-0", files=(described(folder / name, folder),))
    plan = synth.make_plan("ecommerce", scale=0.01, tables=["brands"])
    manifest = begin(plan, "csv").model_copy(update={"tables": {"brands": entry}, **facts})
    manifest.write(folder)
    return manifest


def beside(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()} - {target.name}


# -- swapping


def test_a_folder_appears_when_it_is_whole(target):
    with replacing_folder(target) as work_folder:
        manifest_in(work_folder)
        assert not target.exists() and beside(target) == {".ecommerce.making", ".ecommerce.lock"}
    assert finished_run(target).dataset == "ecommerce" and not beside(target)


def test_a_folder_is_replaced_whole(target):
    manifest_in(target, "old\n", "brands/old.csv")
    with replacing_folder(target) as work_folder:
        assert list(work_folder.iterdir()) == []
        manifest_in(work_folder, "new\n", "brands/new.csv")
        assert (target / "brands" / "old.csv").read_text() == "old\n"
    assert [path.name for path in (target / "brands").iterdir()] == ["new.csv"] and not beside(target)


@pytest.mark.parametrize("error", [RuntimeError("ours"), KeyboardInterrupt(), OSError(99, "ours")])
def test_what_fails_leaves_the_folder_as_it_was(target, error):
    manifest_in(target)
    with pytest.raises(type(error)), replacing_folder(target) as work_folder:
        (work_folder / "half").touch()
        raise error
    assert finished_run(target) and not beside(target)


@pytest.mark.parametrize("code", [28, 13, 30, 5])
def test_what_the_disk_says_is_told(target, code):
    with pytest.raises(OutputError, match=f"^cannot write '{target}': {os.strerror(code)}(\n  hint: .*)?$"):
        with replacing_folder(target):
            raise OSError(code, os.strerror(code))
    assert not target.exists() and not beside(target)


def killed(target: str, where: str) -> None:
    """Swap a folder, and end without a word at a rename (the first, or the second) or within the block."""
    rename, calls = Path.rename, []

    def dies(path, other):
        calls.append(path)
        if where == f"rename {len(calls)}":
            os._exit(9)
        return rename(path, other)

    Path.rename = dies
    with replacing_folder(Path(target)) as work_folder:
        manifest_in(work_folder, "new\n")
        if where == "block":
            os._exit(9)


@pytest.mark.parametrize("where", ["block", "rename 1", "rename 2"])
def test_killed_anywhere(target, where):
    """What was there is there, or comes back with the next run, which clears what was left."""
    manifest_in(target, "old\n")
    child = multiprocessing.get_context("spawn").Process(target=killed, args=(str(target), where))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    assert target.exists() == (where != "rename 2") and ".ecommerce.making" in beside(target)
    with pytest.raises(ZeroDivisionError), replacing_folder(target) as work_folder:
        assert (target / "brands/part-00000.csv").read_text() == "old\n" and list(work_folder.iterdir()) == []
        raise ZeroDivisionError
    assert finished_run(target) and not beside(target)


# -- extending


def test_new_files_move_into_the_folder(target):
    """What the manifest no longer names goes, as a rollup may take fewer files than before."""
    manifest_in(target, "old\n", "brands/part-00000.csv")
    with extending_folder(target) as work_folder:
        manifest_in(work_folder, "new\n", "brands/part-00001.csv")
        assert not (target / "brands/part-00001.csv").exists()
        (target / "brands/of others.csv").write_text("theirs\n")
    assert {path.name for path in (target / "brands").iterdir()} == {"part-00001.csv", "of others.csv"}
    assert Manifest.read(target).advancing is None and not beside(target)


def test_a_folder_that_was_left_midway_is_completed(target):
    """Its manifest says so until the last file has moved."""
    old = manifest_in(target, "old\n")
    making = target.with_name(".ecommerce.making")
    manifest_in(making, "new\n")
    old.model_copy(update={"advancing": old.until}).write(target)
    with pytest.raises(OutputError, match="left in the midst of an advance"):
        Manifest.read(target)
    with extending_folder(target) as work_folder:
        assert (target / "brands/part-00000.csv").read_text() == "new\n" and list(work_folder.iterdir()) == []
    assert Manifest.read(target).advancing is None and not beside(target)


def test_a_folder_that_was_left_midway_without_its_files(target):
    old = manifest_in(target)
    old.model_copy(update={"advancing": old.until}).write(target)
    with pytest.raises(OutputError, match=r"\.ecommerce\.making'\) are gone\n  hint: generate it again"):
        with extending_folder(target):
            pytest.fail("it cannot be extended")


# -- one run at a time


@pytest.mark.parametrize("context", [replacing_folder, extending_folder])
def test_the_second_run_is_refused(context, target):
    manifest_in(target)
    with context(target):
        with pytest.raises(OutputError, match=f"another run is writing '{target}'"), replacing_folder(target):
            pytest.fail("two runs write one folder")
    with context(target):
        pass


def test_a_lock_file_alone_locks_nothing(target):
    lock = target.with_name(".ecommerce.lock")
    lock.touch()
    with replacing_folder(target):
        pass
    assert not lock.exists()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another run"), replacing_folder(target):
            pytest.fail("it is locked")


def test_no_place_for_a_lock(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="^cannot write to '"), replacing_folder(tmp_path / "file" / "ecommerce"):
        pytest.fail("there is no such folder")


# -- whose files these are


def test_a_stranger_is_refused(target):
    assert finished_run(target) is None
    target.mkdir()
    assert finished_run(target) is None and not has_only_marked_files(target)
    (target / "mine.txt").touch()
    with pytest.raises(OutputError, match="holds files that are not ours; choose another --out"):
        finished_run(target)
    manifest_in(target)
    with pytest.raises(OutputError, match=r"a file that is not ours \('mine.txt'\); move it away first"):
        finished_run(target)
    (target / "mine.txt").unlink()
    assert finished_run(target).tables.keys() == {"brands"}
    refuse_anything(target, "replace")


def test_an_empty_folder_within_is_a_stranger(target):
    (target / "empty").mkdir(parents=True)
    with pytest.raises(OutputError, match="files that are not ours"):
        finished_run(target)


def test_files_of_a_step_that_was_left_midway_are_ours(target):
    old = manifest_in(target)
    old.model_copy(update={"advancing": old.until}).write(target)
    (target / "brands" / "part-00007.csv").touch()
    assert finished_run(target).advancing


def test_a_file_is_no_folder(target):
    target.touch()
    for look in (finished_run, has_only_marked_files, refuse_anything):
        with pytest.raises(OutputError, match="is a file, not a folder"):
            look(target)


def test_a_mark_tells_what_is_ours(target):
    (target / "query").mkdir(parents=True)
    (target / "query" / "part-00000.csv").touch()
    with pytest.raises(OutputError, match="not ours"):
        refuse_anything(target, "replace")
    write_marker(target)
    assert has_only_marked_files(target) and (target / MARK).read_text() == "query/part-00000.csv\n"
    refuse_anything(target, "replace")
    (target / "mine").touch()
    for look in (has_only_marked_files, refuse_anything):
        with pytest.raises(OutputError, match=r"files that are not ours \('mine'\)"):
            look(target)


# -- what a manifest needs


def test_missing_files(target):
    file = target / "brands/part-00000.csv"
    manifest = manifest_in(target)
    manifest = manifest.model_copy(update={"sums": (described(file, target).model_copy(update={"path": ".sums"}),)})
    require_files(target, manifest)
    assert first_missing_file(target, manifest) is None
    assert first_missing_file(target, manifest, to_extend=True) == target / ".sums"
    file.write_text("longer\n")
    with pytest.raises(
        OutputError, match=f"'{file}' is missing, or not as it was made\n  hint: generate the folder again"
    ):
        require_files(target, manifest)
    file.unlink()
    assert first_missing_file(target, manifest) == file
    assert (target / NAME).is_file()


def test_what_cannot_be_cleared_away_is_named(tmp_path, monkeypatch):
    """It stood beside the folder, and each later run failed by it without a word of where."""
    (tmp_path / "books").mkdir()
    left = tmp_path / ".books.old"
    left.mkdir()
    (left / ".synth").write_text("")

    def rmtree(path, *_, **__):
        raise OSError(1, "Operation not permitted", str(path / "x"))

    monkeypatch.setattr("shutil.rmtree", lambda path, ignore_errors=False: None if ignore_errors else rmtree(path))
    with pytest.raises(OutputError, match=f"what an earlier run left in '{left}' cannot be cleared away"):
        with replacing_folder(tmp_path / "books"):
            pass
