"""The law of growing, in databases: after any steps the tables there hold what one run to the last of them makes."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth
from synth.databases import DATABASES
from synth.errors import DatabaseError, OptionError
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.plan import model
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest import begin
from synth.store.manifest_table import manifest_of
from synth.verifying.database import verify_database
from tests.support.steps import apply, prints, small_blocks, state, there
from tests.support.targets import LIVE, SUITES, Target, few
from tests.support.worlds import BLOCK, moments, worlds

At = dt.datetime
US = dt.timedelta(microseconds=1)

# one suite of each kind
GROWING = [s for s in LIVE if s not in ("embedded", "copy")]
SCHEMAS = [s for s in GROWING if DATABASES[SUITES[s]].dialect.has_schemas]

growing = pytest.mark.parametrize("target", GROWING, indirect=True)
few_growing = pytest.mark.parametrize("target", few(GROWING), indirect=True)


MADE: dict[tuple[str, int], dict[str, str]] = {}  # by what is made, and in which blocks: the same for every database


def made_once(plan, tmp_path) -> dict[str, str]:
    what = begin(plan, "parquet").identity, model.BLOCK_ROWS
    if what not in MADE:
        MADE[what] = prints(generate(plan, tmp_path / "one").manifest)
        shutil.rmtree(tmp_path / "one")
    return MADE[what]


def identical(target: Target, plan, tmp_path, schema: str) -> None:
    """What is there is what one run of this plan makes, row by row and as the manifest there says."""
    assert target.state(schema) == made_once(plan, tmp_path)
    with target.connect() as database:
        manifest = manifest_of(database, schema)
    assert manifest.identity == begin(plan, target.dialect.name).identity and manifest.until == plan.until


SHIPPED = {
    "ecommerce": (0.02, [At(2024, 1, 1) + US, At(2024, 1, 2), At(2024, 3, 1), At(2024, 3, 1) + US, At(2026, 5, 5, 5)]),
    "erp": (0.02, [At(2024, 1, 31), At(2024, 2, 1, 1), At(2025, 1, 1, 0, 0, 1)]),
    "inventory": (0.05, [At(2024, 1, 1) + US, At(2024, 6, 30), At(2024, 7, 1), At(2026, 7, 1)]),
}


@pytest.mark.parametrize(
    ("target", "name"),
    [(suite, name) for name in SHIPPED for suite in (GROWING if name == "inventory" else few(GROWING))],
    indirect=["target"],
)
@pytest.mark.some(4)
def test_a_shipped_dataset_step_by_step(target, name, tmp_path, monkeypatch):
    small_blocks(monkeypatch, 500)
    scale, untils = SHIPPED[name]
    plans = [synth.make_plan(name, scale=scale, until=until) for until in untils]
    generate_into(plans[0], target.address)
    for plan in plans[1:]:
        step = advance_database(target.address, plan.until)
        assert step.until == plan.until and not step.unchanged
        identical(target, plan, tmp_path, name)
    with target.connect() as database:
        assert manifest_of(database, name).steps == tuple(untils[:-1])
    (report,) = verify_database(target.address, name)
    assert report.passed, report.failed


@growing
@pytest.mark.some(2)
def test_a_folder_that_has_grown_goes_on_in_a_database(target, tmp_path):
    plans = [synth.make_plan("ecommerce", scale=0.02, until=At(2024, month, 1)) for month in (3, 5, 7)]
    folder = generate(plans[0], tmp_path, format="csv").folder
    advance_folder(folder, plans[1].until)
    schema = "shop" if target.dialect.has_schemas else "ecommerce"
    target.load(folder, schema=schema)
    step = advance_database(target.address, plans[2].until, schema=schema, changes=tmp_path / "feed", workers=2)
    assert target.state(schema) == made_once(plans[2], tmp_path)
    other = advance_folder(folder, plans[2].until, changes=tmp_path / "other feed")
    assert step.feed.read_bytes() == other.feed.read_bytes() and (step.rows, step.blocks) == (other.rows, other.blocks)


@growing
@pytest.mark.some(2)
def test_random_datasets_step_by_step(target, tmp_path_factory):
    @settings(deadline=None, max_examples=3, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(spec=worlds(), seed=st.integers(0, 9), untils=moments(most=3))
    def law(spec, seed, untils):
        tmp_path = tmp_path_factory.mktemp("world")
        with pytest.MonkeyPatch.context() as patch:
            small_blocks(patch, BLOCK)
            plans = [make(spec, seed=seed, until=until) for until in untils]
            generate_into(plans[0], target.address, if_exists="replace")
            for plan in plans[1:]:
                advance_database(target.address, plan.until, schema="world")
                identical(target, plan, tmp_path, "world")
        target.clear()

    law()


@growing
@pytest.mark.some(2)
def test_rows_without_a_key(target, tmp_path):
    """Of equal rows as many come and go as should."""
    spec = parse("""
dataset: log
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  log:
    rows: 900
    columns:
      on: {arrival: {}, type: date}
      kind: {choice: {a: 1, b: 1}}
      done_on: {delay: {after: on, even: true, min: 1, max: 20}, type: date, null_share: 0.2}
""")
    plans = [make(spec, until=until) for until in (At(2024, 1, 9), At(2024, 1, 10), At(2024, 2, 20), At(2024, 6, 1))]
    generate_into(plans[0], target.address)
    folder = generate(plans[0], tmp_path / "grown").folder
    rows = state(folder)
    for plan in plans[1:]:
        step = advance_database(target.address, plan.until, changes=tmp_path / "feed", changes_format="ndjson")
        identical(target, plan, tmp_path, "log")
        advance_folder(folder, plan.until)
        apply(rows, step.feed, spec)
        assert there(rows) == there(state(folder))


# -- what is refused, and what goes wrong


@pytest.fixture
def shop(target):
    """The shop at the end of January."""
    plan = synth.make_plan("ecommerce", scale=0.02, until=At(2024, 2, 1))
    generate_into(plan, target.address)
    return plan


@growing
@pytest.mark.some(4)
def test_the_same_again_and_what_is_refused(target, shop, tmp_path):
    before = target.state()
    assert advance_database(target.address, At(2024, 2, 1)).unchanged
    with pytest.raises(OptionError, match="time does not go back"):
        advance_database(target.address, At(2024, 1, 31))
    with target.connect() as other:
        assert other.lock("ecommerce")
        with pytest.raises(
            DatabaseError, match="(?s)another load (is writing schema 'ecommerce'|of this process).*wait for it"
        ):
            advance_database(target.address, At(2024, 3, 1))
    assert target.state() == before
    advance_database(target.address, At(2024, 3, 1), changes=tmp_path / "feed")
    after = target.state()
    assert (
        advance_database(target.address, At(2024, 3, 1), changes=tmp_path / "feed").unchanged
        and target.state() == after
    )
    advance_database(target.address, At(2024, 4, 1))
    with pytest.raises(
        OptionError, match="2024-03-01 00:00:00 and the data is at 2024-04-01 00:00:00: the changes between"
    ):
        advance_database(target.address, At(2024, 5, 1), changes=tmp_path / "feed")
    assert len(list((tmp_path / "feed").iterdir())) == 1


@few_growing
@pytest.mark.some(2)
def test_on_the_command_line(target, shop, run):
    url = target.address.url(password=True)
    done = run("advance", url, "--until", "2024-02-02", "--schema", "ecommerce", "--json", "--workers", "1")
    assert done.returncode == 0 and json.loads(done.stdout)["until"] == "2024-02-02T00:00:00", done.stderr
    for words, said in (
        (["--until", "2024-01-15"], "does not go back"),
        (
            ["--until", "2024-03-03", "--schema", "none"],
            "holds no 'none', but the datasets ecommerce\n  hint: name one with --schema",
        ),
    ):
        done = run("advance", url, *words)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("target", SCHEMAS, indirect=True)
@pytest.mark.some(3)
def test_which_dataset(target, shop, tmp_path):
    generate_into(shop, target.address, schema="second")
    with pytest.raises(DatabaseError, match="(?s)ecommerce, second.*--schema"):
        advance_database(target.address, At(2024, 3, 1))


CHILD = """
import datetime as dt, os, signal, sys
from synth.databases import DATABASES, Address
from synth.job.advance_database import advance_database
url, last, feed = sys.argv[1:]
database = DATABASES[Address.parse(url).database]
def dying(name, before):
    calls, real = [], getattr(database, name)
    def called(self, *given):
        calls.append(name)
        if not before:
            real(self, *given)
        if last == f"{name} {len(calls)}":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *given)
    setattr(database, name, called)
dying("put", True), dying("changed", True), dying("__exit__", True)
drawn = []
def progress(family, rows):
    drawn.append(family)
    if last == f"drawn {len(drawn)}":
        os.kill(os.getpid(), signal.SIGKILL)
advance_database(Address.parse(url), dt.datetime(2024, 3, 1), schema="ecommerce", changes=feed, progress=progress)
"""


@few_growing
@pytest.mark.some(1)
def test_killed(target, shop, tmp_path, environment):
    """While blocks are drawn, within the transaction, and after its end: it is as before, or done; then it is completed."""
    before, after = target.state(), made_once(synth.make_plan("ecommerce", scale=0.02, until=At(2024, 3, 1)), tmp_path)
    first = generate(shop, tmp_path).folder
    for last in ("drawn 3", "put 2", "changed 2", "__exit__ 1"):
        words = [sys.executable, "-c", CHILD, target.address.url(password=True), last, str(tmp_path / "feed")]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, (last, done.stderr)
        end = time.monotonic() + 10
        while True:  # a server notices that a client is gone when it next speaks to it
            with target.connect() as database:
                if database.lock("ecommerce"):
                    break
            assert time.monotonic() < end
            time.sleep(0.05)
        assert target.state() == (after if last == "__exit__ 1" else before), last
    assert advance_database(target.address, At(2024, 3, 1), schema="ecommerce", changes=tmp_path / "feed").unchanged
    (file,) = (tmp_path / "feed").iterdir()
    rows = state(first)
    apply(rows, file, shop.dataset)
    assert there(rows) == there(
        state(generate(synth.make_plan("ecommerce", scale=0.02, until=At(2024, 3, 1)), tmp_path / "one").folder)
    )
