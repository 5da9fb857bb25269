"""Hostile surroundings: one message, exit code 2, nothing half-done, and nothing lost of what was there."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.formats import FORMATS
from synth.runners.processes import Processes
from synth.system import said_by_machine

SMALL = ["ecommerce", "--scale", "0.01", "--workers", "1"]
SCRIPT = """
import sys, polars, synth
print("once")
summary = synth.generate(synth.make_plan("ecommerce", scale=0.3), sys.argv[1], workers=2)
print(summary.workers, summary.rows)
"""


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    """It ended with one message, and a hint at most, behind the progress that a slow machine shows."""
    said = [line for line in done.stderr.splitlines() if " rows, " not in line]
    assert done.returncode == 2 and said[0].startswith("synth: ") and words in done.stderr, done.stderr
    assert len(said) <= 2 and not done.stdout


def mounted(folder: Path, *options: str) -> None:
    """Mount a file system in memory, where that is allowed."""
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder], capture_output=True
    ).returncode:
        pytest.skip("nothing can be mounted here")


@pytest.fixture
def full(tmp_path):
    """A disk of a megabyte, which has something on it."""
    mounted(tmp_path / "disk", "size=1m")
    (tmp_path / "disk" / "mine").write_text("mine")
    yield tmp_path / "disk"
    subprocess.run(["umount", tmp_path / "disk"], check=True)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.some(4)
def test_a_full_disk(format, workers, full, run):
    words = ["--scale", "0.5", "--format", format, "--workers", workers, "--out", str(full)]
    says = f"cannot write '{full}/ecommerce': No space left on device\n  hint: free"
    if format in ("csv", "ndjson", "sql"):  # whose rows take more than that at the very least, which is told before
        says = f"at the very least, and '{full}' has room for "
    refused(run("generate", "ecommerce", *words), says)
    assert tree(full) == {"mine"}


@pytest.mark.parametrize("format", ["csv", "ndjson", "sql"])
def test_a_disk_that_fills_up_while_it_is_written(format, full, run):
    words = ["--scale", "0.015", "--format", format, "--workers", "2", "--out", str(full)]
    says = f"cannot write '{full}/ecommerce': No space left on device\n  hint: free"
    refused(run("generate", "ecommerce", *words), says)
    assert tree(full) == {"mine"}


@pytest.mark.parametrize("file", ["x.db", "x.duckdb"])
def test_a_full_disk_under_a_database(file, full, run):
    refused(run("generate", "ecommerce", "--scale", "0.5", "--to", str(full / file)), "space on the disk")
    assert tree(full) == {"mine"}


def test_a_disk_that_becomes_full_while_it_advances(full, run):
    assert main(["generate", "inventory", "--scale", "0.05", "--until", "2024-03-01", "--out", str(full)]) == 0
    before = tree(full)
    (full / "mine").write_bytes(
        bytes(2**20 - sum(p.stat().st_blocks * 512 for p in full.rglob("*") if p.is_file()) - 8192)
    )
    refused(run("advance", str(full / "inventory"), "--until", "2025-12-01"), "No space left on device")
    assert tree(full) == before and main(["verify", str(full / "inventory")]) == 0


def test_a_place_that_is_only_read(tmp_path, run, shop):
    mounted(tmp_path / "disk", "ro")
    try:
        for words in (["generate", *SMALL, "--out", "disk"], ["generate", *SMALL, "--out", "disk/deep"], ["load", str(shop), "disk/x.duckdb"]):  # fmt: skip
            refused(run(*words, cwd=tmp_path), "Read-only file system")
    finally:
        subprocess.run(["umount", tmp_path / "disk"], check=True)


def test_what_is_printed_has_no_place_either(environment):
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "synth", "datasets"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert (done.returncode, done.stderr.partition("\n")[0]) == (2, "synth: No space left on device")


def test_nobody_reads_what_is_printed(environment):
    """As behind `| head`: no message, and not the exit code of offences."""
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", "datasets"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    with process:
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 141


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("files", [8, 40])
def test_too_few_open_files(files, workers, tmp_path, run):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    done = run(
        "generate", "ecommerce", "--scale", "0.3", "--workers", workers, "--out", str(tmp_path), preexec_fn=limit
    )
    refused(done, "Too many open files\n  hint: allow more open files (`ulimit -n 1024`)")
    assert tree(tmp_path) == set()


def test_too_little_memory(tmp_path, run):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (600 * 2**20, 600 * 2**20))

    done = run("generate", "ecommerce", "--scale", "3", "--workers", "2", "--out", str(tmp_path), preexec_fn=limit)
    refused(done, "the address space is limited to 600 MiB\n  hint: `ulimit -v` allows more")
    assert tree(tmp_path) == set()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_array_that_finds_no_memory(workers, tmp_path, monkeypatch, capfd):
    def none(*_, **__):
        raise MemoryError

    monkeypatch.setattr("synth.draw.task.draw_blocks", none)
    monkeypatch.setattr("synth.runners.processes._one_thread", lambda: True)  # workers have it, too
    assert main(["generate", "ecommerce", "--scale", "0.3", "--workers", workers, "--out", str(tmp_path)]) == 2
    assert (
        capfd.readouterr().err
        == "synth: Cannot allocate memory\n  hint: take fewer --workers, or give it more memory\n"
    )
    assert tree(tmp_path) == set()


def test_a_worker_that_is_killed(tmp_path, environment):
    """As the system does where memory runs out."""
    words = ["generate", "ecommerce", "--scale", "3", "--workers", "2", "--out", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(tmp_path.glob(".ecommerce.making/order_items/*")):
        time.sleep(0.01)
    [worker] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    said = process.communicate(timeout=60)
    refused(subprocess.CompletedProcess(words, process.returncode, *said), "a worker process ended unexpectedly")
    assert tree(tmp_path) == set()


def test_workers_that_are_lost_before_they_have_work(tmp_path):
    with Processes(2) as workers:
        for worker in workers.others:
            worker.process.kill()
            worker.process.join()
        with pytest.raises(synth.DataError, match="a worker process ended unexpectedly"):
            synth.generate(synth.make_plan("ecommerce", scale=0.3), tmp_path, workers=workers)
    assert tree(tmp_path) == set()


def test_workers_end_before_what_they_write_is_cleared_away(tmp_path):
    """And others take their place, where the runner is asked once more."""

    def stops(family, rows):
        raise KeyboardInterrupt

    plan = synth.make_plan("ecommerce", scale=0.3)
    with Processes(2) as workers:
        processes = [worker.process for worker in workers.others]
        with pytest.raises(KeyboardInterrupt):
            synth.generate(plan, tmp_path, workers=workers, progress=stops)
        assert tree(tmp_path) == set() and not any(process.is_alive() for process in processes)
        assert synth.generate(plan, tmp_path, workers=workers).rows > 300_000


@pytest.mark.parametrize("how", ["file", "standard input"])
def test_a_script_needs_no_guard(how, tmp_path, environment):
    """Spawned workers do not run it again."""
    (tmp_path / "script.py").write_text(SCRIPT)
    name, given = (tmp_path / "script.py", None) if how == "file" else ("-", SCRIPT)
    done = subprocess.run(
        [sys.executable, name, str(tmp_path / "out")], input=given, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.splitlines()[0] == "once" and done.stdout.splitlines()[1].startswith("2 3")


@pytest.mark.parametrize("words", [
    ["check", "{}/shop.yaml"], ["generate", *SMALL, "--out", "{}"], ["verify", "{}/ecommerce"], ["load", "{shop}", "{}/x.db"],
    ["pull", "x.db", "--out", "{}"], ["generate", *SMALL, "--from", "{}"],
])  # fmt: skip
def test_paths_that_are_no_text(words, shop, tmp_path, run):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    os.mkdir(odd)
    refused(
        run(*(word.replace("{shop}", str(shop)).replace("{}", odd) for word in words)), "is no UTF-8\n  hint: rename"
    )
    assert os.listdir(odd) == []


def test_a_current_folder_that_is_no_text(shop, tmp_path, run):
    """What is relative works, and what would need the whole path is refused."""
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    os.mkdir(odd)
    assert run("generate", *SMALL, cwd=odd).returncode == 0
    for words in (["verify", "output/ecommerce"], ["load", "output/ecommerce", "x.db"], ["load", "output/ecommerce", "x.duckdb"], ["advance", "output/ecommerce", "--until", "2026-02-01"]):  # fmt: skip
        refused(run(*words, cwd=odd), "is no UTF-8")
    assert os.listdir(odd) == ["output"]


def test_files_in_the_way(tmp_path, run):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "ecommerce").write_text("mine")
    refused(run("generate", *SMALL, "--out", str(tmp_path / "file")), f"cannot write to '{tmp_path}/file'")
    refused(run("generate", *SMALL, "--out", str(tmp_path)), "is a file, not a folder")
    (tmp_path / "out" / ".ecommerce.making").parent.mkdir()
    (tmp_path / "out" / ".ecommerce.making").write_text("mine")
    refused(run("generate", *SMALL, "--out", str(tmp_path / "out")), "stands where a run works, and is not ours")
    assert {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == dict.fromkeys(
        ("file", "ecommerce", ".ecommerce.making"), "mine"
    )
    assert tree(tmp_path) == {"file", "ecommerce", "out", "out/.ecommerce.making"}


@pytest.mark.parametrize(("error", "said"), [
    (OSError(errno.ENOSPC, "x"), "No space left"), (MemoryError(), "Cannot allocate"), (OSError("80 requested and 8 written"), "No space"),
    (RuntimeError("IO error (os error 28)"), "No space"), (ImportError("failed to map segment from shared object"), "Cannot allocate"),
    (OSError(errno.EINVAL, "x"), None), (FileNotFoundError(errno.ENOENT, "x"), None), (KeyError("os error"), None),
])  # fmt: skip
def test_what_the_machine_says(error, said):
    assert (said_by_machine(error) or "").startswith(said or "") and bool(said_by_machine(error)) == bool(said)


@pytest.mark.parametrize("words", [["check", "inventory"], ["verify", "x"], ["pull", "x.duckdb"], ["db", "url"]])
def test_a_folder_that_has_been_removed(words, environment, tmp_path):
    (tmp_path / "gone").mkdir()
    line = f'cd {tmp_path}/gone && rmdir {tmp_path}/gone && exec "$@"'
    done = subprocess.run(
        ["/bin/bash", "-c", line, "-", sys.executable, "-m", "synth", *words],
        env=environment,
        capture_output=True,
        text=True,
    )
    refused(done, "the current folder has been removed\n  hint: go into another one")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"), [(["check", "inventory"], 0), (["check", "nix"], 2), (["generate", *SMALL, "--out", "out"], 0)]
)
@pytest.mark.some(5)
def test_streams_that_are_closed(words, code, closed, environment, tmp_path):
    """What would be said there is said nowhere; no file that is written takes a stream's number."""
    line = [sys.executable, "-m", "synth", *words]
    done = subprocess.run(
        ["/bin/bash", "-c", f'exec "$@" {closed}', "-", *line],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code and "mistake" not in done.stderr
    if words[0] == "generate":
        assert main(["verify", str(tmp_path / "out/ecommerce")]) == 0


@pytest.mark.parametrize("size", ["99999999999999TB", "9" * 400 + "GB"])
def test_memory_that_no_machine_has(size, tmp_path, capsys):
    assert main(["verify", str(tmp_path), "--memory", size]) == 2
    assert "is more than any machine has" in capsys.readouterr().err
