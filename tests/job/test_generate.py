"""The main job: what is in the folder, that nothing but the plan decides it, and that nothing half-done looks done."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from synth.api import frame, make_plan
from synth.draw.task import SMALL_FILES, run_task, tasks_of
from synth.errors import OptionError, OutputError
from synth.job.generate import generate
from synth.runners import runner
from synth.spec.load import parse
from synth.store.manifest import Manifest

# three blocks of visits, the last one begun; dates, delays, states, children, a derived table and a rollup
THREE_BLOCKS = parse("""\
dataset: visits
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people:
    rows: {base: 500, growth: 0}
    columns:
      person_id: {key: code}
      _eager: {gamma: {shape: 0.7}}
      joined: {arrival: {since: 2022-01-01, before_start: 0.5}, type: date}
  visits:
    rows: 25_000
    events: [left_at]
    columns:
      visit_id: {key: sequence}
      person_id: {reference: {to: people, alive_at: came_at, weights: _eager}}
      came_at: {arrival: {season: consumer, hours: consumer, dispersion: 3}}
      left_at: {delay: {after: came_at, median: 1, sigma: 1, max: 30}, null_share: 0.1}
      is_over: {state: left_at IS NOT NULL}
      spent: {sum: sales.price}
      sold: {count: sales}
  sales:
    per: visits
    fanout: {mean: 3, min: 0, max: 8, poisson: true, exact: true}
    columns:
      sale_id: {key: sequence}
      visit_id: {reference: visits}
      place: {ordinal: visits}
      price: {lognormal: {median: 20, sigma: 1}, type: "decimal(12,2)"}
  receipts:
    select: SELECT visit_id AS receipt_id, spent, left_at FROM visits WHERE spent > 0 AND left_at IS NOT NULL
    at: left_at
    primary_key: [receipt_id]
    columns:
      receipt_id: {type: bigint}
      spent: {type: "decimal(12,2)"}
      left_at: {type: timestamp}
  spending:
    rollup: {table: visits, group_by: [person_id], aggregates: {total: {sum: spent}, visits: {count: visit_id}}, for_each: people}
    primary_key: [person_id]
    columns:
      person_id: {references: people}
      total: {type: "decimal(14,2)"}
      visits: {type: bigint}
""")


class Shuffled:
    """A runner of one process that takes the tasks in another order."""

    workers = 1

    def __init__(self, seed: int | None):
        self.seed = seed

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def run(self, context, tasks):
        tasks = list(tasks)
        tasks.reverse() if self.seed is None else random.Random(self.seed).shuffle(tasks)
        for task in tasks:
            yield run_task(context, task)


def prints(manifest: Manifest) -> dict[str, str]:
    return {name: table.fingerprint for name, table in manifest.tables.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Fingerprints of three blocks, made by one process in order."""
    return prints(generate(make_plan(THREE_BLOCKS), tmp_path_factory.mktemp("serial")).manifest)


# -- the folder


def test_output_layout(tmp_path):
    made = make_plan("ecommerce", scale=0.02)
    summary = generate(made, tmp_path)
    folder = tmp_path / "ecommerce"
    assert summary.folder == folder
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]
    assert {path.name for path in folder.iterdir() if path.name[0] != "."} == {*made.dataset.written, "manifest.json"}
    for table in made.dataset.written:
        files = list((folder / table).iterdir())
        assert files
        assert all(file.suffix == ".parquet" and not file.name.startswith(".") for file in files)


def test_manifest(tmp_path):
    made = make_plan("ecommerce", scale=0.02, seed=5)
    generate(made, tmp_path)
    folder = tmp_path / "ecommerce"
    raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    facts = {key: raw[key] for key in ("dataset", "scale", "seed", "until", "format", "stream_version")}
    assert facts == {"dataset": "ecommerce", "scale": 0.02, "seed": 5, "until": "2026-01-01T00:00:00", "format": "parquet", "stream_version": facts["stream_version"]}  # fmt: skip
    assert isinstance(facts["stream_version"], int)
    assert parse(raw["spec"]) == made.dataset
    assert list(raw["tables"]) == list(made.dataset.written)
    for name, table in raw["tables"].items():
        assert list(table["columns"]) == list(made.dataset.tables[name].written)
        assert table["rows"] == sum(file["rows"] for file in table["files"])
        for file in table["files"]:
            content = (folder / file["path"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(content), sha256(content).hexdigest())
            assert pl.read_parquet(folder / file["path"]).height == file["rows"]
    assert raw["tables"]["orders"]["columns"]["total"] == "decimal(12,2)"


def test_tables_without_rows_have_a_file(tmp_path):
    summary = generate(make_plan("ecommerce", scale=0.01, until=dt.datetime(2024, 1, 1, 0, 0, 1)), tmp_path)
    assert summary.manifest.tables["orders"].rows == 0
    assert [pl.read_parquet(p).height for p in sorted((summary.folder / "orders").iterdir())] == [0]
    assert pl.read_parquet(summary.folder / "orders").columns == list(
        make_plan("ecommerce").dataset.tables["orders"].written
    )


# -- the same content everywhere


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_do_not_matter(workers, tmp_path, undisturbed):
    with runner(workers) as processes:
        assert prints(generate(make_plan(THREE_BLOCKS), tmp_path, workers=processes).manifest) == undisturbed


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_order_does_not_matter(seed, tmp_path, undisturbed):
    assert prints(generate(make_plan(THREE_BLOCKS), tmp_path, workers=Shuffled(seed)).manifest) == undisturbed


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_format_does_not_matter(format, tmp_path, undisturbed):
    assert prints(generate(make_plan(THREE_BLOCKS), tmp_path, format=format).manifest) == undisturbed


@pytest.mark.parametrize("tables", [["people"], ["visits"], ["sales"], ["receipts"], ["spending"], ["sales", "people"]])
def test_other_tables_do_not_matter(tables, tmp_path, undisturbed):
    found = prints(generate(make_plan(THREE_BLOCKS, tables=tables), tmp_path).manifest)
    assert found == {name: undisturbed[name] for name in undisturbed if name in tables}


@pytest.mark.parametrize("table", make_plan("ecommerce").wanted)
def test_a_table_of_the_shop_alone_is_the_same(table, shop, tmp_path):
    found = prints(generate(make_plan("ecommerce", scale=0.02, tables=[table]), tmp_path).manifest)
    assert found == {table: prints(Manifest.read(shop))[table]}


def test_the_shop_is_the_same_by_workers(shop, tmp_path):
    assert prints(generate(make_plan("ecommerce", scale=0.02), tmp_path, workers=2).manifest) == prints(
        Manifest.read(shop)
    )


def test_another_seed_is_another_world(shop):
    other = {
        name: frame(make_plan("ecommerce", scale=0.02, seed=43), name) for name in ("orders", "customers", "products")
    }
    for name, rows in other.items():
        assert not rows.equals(pl.read_parquet(shop / name))


@pytest.mark.parametrize("blocks", [0, 1, 4, 5, 6, 7, 8, 11, 31, 32, 33, 100, 1001])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_tasks_are_runs_of_blocks_and_small_in_the_end(blocks, step):
    made = make_plan(THREE_BLOCKS).family("visits")
    tasks = tasks_of(replace(made, blocks=blocks, blocks_per_file=step))
    assert [task.number for task in tasks] == list(range(len(tasks)))
    walked = [number for task in tasks for number in range(task.first, task.first + task.blocks)]
    assert walked == list(range(max(1, blocks)))
    sizes = [task.blocks for task in tasks]
    assert max(sizes) <= step and sizes[-SMALL_FILES:] == [1] * min(SMALL_FILES, len(sizes))
    assert sizes == sorted(sizes, reverse=True) and sizes.count(1) < SMALL_FILES + 2 * step or step == 1


# -- an earlier and a later now


def grows(early, late) -> None:
    """Every row of the earlier run is in the later one, equal but for what happened to it in between."""
    for name in early.wanted:
        table = early.dataset.tables[name]
        if table.rollup:
            continue
        here, there = frame(early, name), frame(late, name)
        key = list(table.key) or list(table.written)
        moving = {*table.hidden_moments, *(c for others in table.hidden_moments.values() for c in others)} - {table.at}
        fixed = [c for c in table.written if table.columns[c].generator_name != "state" and c not in moving]
        both = here.select(fixed).join(there.select(fixed), on=key, how="inner", suffix=" later")
        assert both.height == here.height, f"{name}: rows have vanished"
        for column in set(fixed) - set(key):
            assert both[column].equals(both[f"{column} later"].alias(column)), f"{name}.{column}"
        moments = [c for c in table.written if c in moving]
        joined = here.select(*key, *moments).join(there.select(*key, *moments), on=key, suffix=" later")
        for column in moments:  # what had happened stays
            had = joined.filter(pl.col(column).is_not_null())
            assert had[column].equals(had[f"{column} later"].alias(column)), f"{name}.{column}"


def moment(number: random.Random, year: int, days: int):
    return dt.datetime(year, 1, 1) + dt.timedelta(seconds=number.randrange(1, days * 86_400))


@pytest.mark.parametrize("seed", range(4))
def test_until_only_adds_to_three_blocks(seed):
    number = random.Random(seed)
    early, late = sorted(moment(number, 2024, 500) for _ in range(2))
    grows(make_plan(THREE_BLOCKS, seed=seed, until=early), make_plan(THREE_BLOCKS, seed=seed, until=late))


@pytest.mark.parametrize("seed", range(3))
def test_until_only_adds_to_the_shop(seed):
    number = random.Random(seed)
    early, late = sorted(moment(number, 2024, 900) for _ in range(2))
    grows(
        make_plan("ecommerce", scale=0.05, seed=seed, until=early),
        make_plan("ecommerce", scale=0.05, seed=seed, until=late),
    )


def test_nothing_is_at_or_after_until():
    number = random.Random(9)
    until = moment(number, 2024, 300)
    made = make_plan(THREE_BLOCKS, until=until)
    visits = frame(made, "visits")
    assert 0 < visits.height < 25_000
    assert visits["came_at"].max() < until
    assert visits["left_at"].max() < until
    assert visits["is_over"].equals(visits["left_at"].is_not_null().alias("is_over"))
    assert frame(made, "receipts").height < (visits["spent"] > 0).sum()
    assert frame(made, "spending")["visits"].sum() == visits.height


# -- killed, disturbed, refused


def start(environment, out: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "synth", "generate", "ecommerce", "--workers", "2", "--out", str(out), *words],
        env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def alive(group: int) -> bool:
    """Whether any process of a group runs (a zombie does not)."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def vanishes(group: int, seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while alive(group) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(group)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Fingerprints of an undisturbed `ecommerce` at scale 2."""
    with runner(2) as processes:
        return prints(
            generate(make_plan("ecommerce", scale=2), tmp_path_factory.mktemp("big"), workers=processes).manifest
        )


def written(making: Path, files: int) -> bool:
    """Whether the hidden folder is there, with so many files of order lines."""
    return making.is_dir() and len(list(making.glob("order_items/*"))) >= files


def started(environment, out: Path, files: int | None) -> subprocess.Popen[bytes]:
    """A run at scale 2 that has written so many files of order lines; None: one that has hardly begun."""
    process = start(environment, out, "--scale", "2")
    time.sleep(0.3)
    while files is not None and not written(out / ".ecommerce.making", files):
        assert process.poll() is None, "done before it could be disturbed"
        time.sleep(0.01)
    return process


@pytest.mark.slow
def test_killed_and_started_again(big, environment, tmp_path):
    for files in (None, 0, 1, 8):
        process = started(environment, tmp_path, files)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert vanishes(process.pid)
        assert not (tmp_path / "ecommerce").exists()
    again = start(environment, tmp_path, "--scale", "2")
    assert again.wait(120) == 0
    assert prints(Manifest.read(tmp_path / "ecommerce")) == big
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]


@pytest.mark.slow
def test_workers_leave_when_the_first_process_is_killed(environment, tmp_path):
    process = started(environment, tmp_path, 1)
    process.kill()
    process.wait()
    assert vanishes(process.pid)
    assert not (tmp_path / "ecommerce").exists()


@pytest.mark.slow
def test_interrupted(environment, tmp_path):
    process = started(environment, tmp_path, 1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(10) == 130
    assert vanishes(process.pid)
    assert list(tmp_path.iterdir()) == []


def test_killed_between_the_renames_of_a_swap(tmp_path):
    made = make_plan("ecommerce", scale=0.01, tables=["brands", "customers"])
    generate(made, tmp_path)
    target, old, making = (tmp_path / name for name in ("ecommerce", ".ecommerce.old", ".ecommerce.making"))
    target.rename(old)
    shutil.copytree(old, making)
    (tmp_path / ".ecommerce.lock").touch()
    other = make_plan("ecommerce", scale=0.01, tables=["brands", "customers"], seed=43)
    summary = generate(other, tmp_path)
    assert Manifest.read(target).seed == 43
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]
    assert prints(summary.manifest) != prints(generate(made, tmp_path).manifest)


def test_a_failing_run_leaves_the_finished_one(tmp_path):
    generate(make_plan("ecommerce", scale=0.01), tmp_path)
    before = (tmp_path / "ecommerce/manifest.json").read_bytes()

    class Fails(Shuffled):
        def run(self, context, tasks):
            yield from ()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        generate(make_plan("ecommerce", scale=0.01, seed=43), tmp_path, workers=Fails(None))
    assert (tmp_path / "ecommerce/manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]


def test_the_second_of_two_runs_is_refused(environment, run, tmp_path):
    first = start(environment, tmp_path, "--scale", "2")
    try:
        while not (tmp_path / ".ecommerce.making").exists():
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGSTOP)
        second = run("generate", "ecommerce", "--scale", "0.01", "--workers", "1", "--out", str(tmp_path))
        assert second.returncode == 2
        assert second.stderr.startswith(f"synth: another run is writing '{tmp_path / 'ecommerce'}'")
        assert (tmp_path / ".ecommerce.making").exists()
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()


def test_a_lock_that_is_held_is_respected(tmp_path):
    with (tmp_path / ".ecommerce.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another run is writing"):
            generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)
    generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)


@pytest.mark.parametrize("damage", ["deleted", "shortened", "folder deleted"])
def test_a_damaged_run_is_made_again(damage, tmp_path):
    made = make_plan("ecommerce", scale=0.01, tables=["brands", "customers"])
    before = generate(made, tmp_path)
    assert generate(made, tmp_path).unchanged
    file = before.folder / "customers/part-00000.parquet"
    content = file.read_bytes()
    if damage == "shortened":
        file.write_bytes(content[:-1])
    else:
        file.unlink() if damage == "deleted" else shutil.rmtree(file.parent)
    again = generate(made, tmp_path)
    assert not again.unchanged
    assert file.read_bytes() == content
    assert prints(again.manifest) == prints(before.manifest)


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
