"""Under `ulimit -v`: a library that aborts the process is told in one message, and nothing half-done is left."""

from __future__ import annotations

import re
import resource
import signal
import subprocess
import sys
import time

import pytest

# Polars ends the process itself where it finds no memory
CODE = """
import sys
import synth.cli as cli

first = cli.go_on_in_child

def go_on_in_child():
    first()
    import polars
    import synth.draw.task as task

    drawn = task.run_task

    def draw(context, given):
        polars.int_range(0, 4_000_000_000, eager=True) if given.family == "orders" else None
        return drawn(context, given)

    task.run_task = draw

cli.go_on_in_child = go_on_in_child
sys.argv[0] = "synth"
cli.entry()
"""


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))


@pytest.mark.parametrize("to", ["--out={}/out", "--to={}/x.duckdb", "--to={}/x.db"])
@pytest.mark.parametrize("there", [False, True])
@pytest.mark.some(3)
def test_a_library_that_aborts(there, to, environment, tmp_path):
    for name in ("temporary", "out"):
        (tmp_path / name).mkdir()
    words = ["generate", "ecommerce", "--scale", "0.01", "--workers", "1", to.format(tmp_path)]
    if there:
        subprocess.run([sys.executable, "-m", "synth", *words], env=environment, check=True, capture_output=True)
        words += ["--if-exists", "replace", "--seed", "1"]
    before = {path: path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")}
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words], env={**environment, "TMPDIR": str(tmp_path / "temporary")}, preexec_fn=limit,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 2), done.stderr
    assert done.stderr.startswith("synth: memory ran out, and a library ended the program (SIGABRT): the address space")
    assert "limited to 3072 MiB; nothing half-done is left\n  hint: `ulimit -v` allows more" in done.stderr
    opened = {tmp_path / f"{to[8:]}{end}" for end in ("", ".wal", "-journal")} if there and to[:4] == "--to" else set()
    if opened:  # is rolled back by who opens it next
        verified = subprocess.run([sys.executable, "-m", "synth", "verify", to[5:].format(tmp_path)], env=environment)
        assert verified.returncode == 0
    after = {path: path.is_dir() or path.read_bytes() for path in tmp_path.rglob("*")}
    assert {path: after[path] for path in after if path not in opened} == {
        path: before[path] for path in before if path not in opened
    }


@pytest.mark.parametrize(("number", "code", "says"), [
    (signal.SIGINT, 130, "stopped"), (signal.SIGTERM, 143, "ended by SIGTERM"), (signal.SIGKILL, -9, ""),
])  # fmt: skip
def test_signals_come_to_the_one_that_draws(number, code, says, environment, tmp_path):
    words = ["generate", "ecommerce", "--scale", "5", "--workers", "2", "--out", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", *words], env=environment, preexec_fn=limit, stderr=subprocess.PIPE, text=True
    )
    while not list(tmp_path.glob(".ecommerce.making/order_items/*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)  # those that draw hold it open, too
    assert (process.returncode, list(tmp_path.iterdir())) == (code, [])
    assert said == (f"synth: {says}; nothing half-done is left\n" if says else "synth: ended by SIGTERM; nothing half-done is left\n")  # fmt: skip


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["nothing"], 2), (["verify", "{}"], 1)])
def test_other_ends_are_as_ever(words, code, shop, tmp_path, run):
    words = [word.format(shop) for word in words]
    if "verify" in words:
        (shop / "strange").write_text("x")
    try:
        unlimited, limited = run(*words), run(*words, preexec_fn=limit)
    finally:
        (shop / "strange").unlink(missing_ok=True)
    told, wanted = (re.sub(r"\d+\.\d+", "…", done.stdout) for done in (limited, unlimited))  # but for seconds
    assert (limited.returncode, told, limited.stderr) == (code, wanted, unlimited.stderr)
