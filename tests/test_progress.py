"""The time that is left is told honestly: simulated runs, whose tasks take what they take, on a clock of their own."""

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth
from synth.draw.task import tasks_of
from synth.plan.work import family_seconds
from synth.progress import FIRST, FIRST_SHARE, TRUSTED, Drawn, Pace, Phase

THIRD = 1 / 3


def simulated(estimates, true, tasks, workers, rng, noise=0.25):
    """Run families one after another, as workers become free; give at each end of a task: share of time gone, left, told."""
    now = 0.0
    pace = Pace(None, clock=lambda: now)
    pace.tell(Phase("draw", sum(tasks.values()), estimates, workers), 0)
    todo = [family for family, count in tasks.items() for _ in range(count)]
    took = {family: true[family] / tasks[family] for family in tasks}
    free, ends = [0.0] * workers, []
    for family in todo:
        begins = heapq.heappop(free)
        seconds = took[family] * rng.uniform(1 - noise, 1 + noise)
        heapq.heappush(free, begins + seconds)
        ends.append((begins + seconds, family, seconds))
    whole = max(end for end, _, _ in ends)
    told = []
    for end, family, seconds in sorted(ends):
        now = end
        pace.tell(Drawn(family, estimates[family] / tasks[family], seconds), 1)
        told.append((end / whole, whole - end, pace.left_s or 0.0))
    return whole, told


def worst(whole, told, task=0.0):
    """By how much of what is left the telling is off at most, between a tenth of the time and the end.

    The last twentieth is left out, and the time in which the last tasks end, of so many seconds each.
    """
    end = max(whole * 0.05, 3 * task)
    return max((abs(said - left) / left for share, left, said in told if share > 0.1 and left > end), default=0.0)


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize(("dataset", "scale"), [("ecommerce", 1_000), ("erp", 500), ("inventory", 5_000)])
def test_shipped_datasets_at_half_and_double_speed(dataset, scale, workers):
    """All families are as much slower or faster as the machine is, and each for itself by up to an eighth."""
    plan = synth.make_plan(dataset, scale=scale)
    estimates = {family.root: family_seconds(plan, family) for family in plan.families}
    tasks = {family.root: len(tasks_of(family)) for family in plan.families}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        speed = rng.choice([0.5, 1, 2])
        true = {family: seconds * speed * rng.uniform(0.88, 1.14) for family, seconds in estimates.items()}
        whole, told = simulated(estimates, true, tasks, workers, rng)
        assert whole > 20
        longest = max(seconds / tasks[family] for family, seconds in true.items() if tasks[family] > 50)
        assert worst(whole, told, longest) < THIRD, (seed, speed)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(30, 400), st.floats(0.05, 2), st.floats(0.88, 1.14)), min_size=1, max_size=6),
    st.sampled_from([1, 2, 4]), st.integers(0, 2**32),
)  # fmt: skip
def test_any_families(families, workers, seed):
    estimates = {str(at): count * seconds for at, (count, seconds, _) in enumerate(families)}
    tasks = {str(at): count for at, (count, _, _) in enumerate(families)}
    true = {str(at): estimates[str(at)] * off for at, (_, _, off) in enumerate(families)}
    whole, told = simulated(estimates, true, tasks, workers, np.random.default_rng(seed))
    if whole > 20:
        assert worst(whole, told, max(true[family] / tasks[family] for family in tasks)) < THIRD


def test_a_family_that_is_three_times_as_slow_is_learnt():
    """Rows alone would promise a tenth of what it takes: small rows come first, and long texts after them."""
    estimates, tasks = {"numbers": 10.0, "texts": 100.0}, {"numbers": 100, "texts": 100}
    rng = np.random.default_rng(1)
    whole, told = simulated(estimates, {"numbers": 10.0, "texts": 300.0}, tasks, 2, rng)
    assert worst(whole, [each for each in told if each[0] > 0.2]) < THIRD


def test_what_is_not_known():
    now = 0.0
    pace = Pace(None, clock=lambda: now)
    assert pace.left_s is None
    pace.tell(Phase("draw", 100, {"a": 1.0, "b": 3.0}), 0)
    assert pace.left_s is None
    now = 2.0
    pace.tell(Drawn("a", 0.5, 2.0), 10)
    few = FIRST + FIRST_SHARE * 4
    beside = (2 + few) / (0.5 + few)
    left = 3 * beside + 0.5 * (4 + TRUSTED * beside) / (1 + TRUSTED)
    assert pace.left_s == pytest.approx(left) and pace.total == 100 and pace.done == 10
    now = 3.0
    assert pace.left_s < left - 0.9, "time goes on between two tasks"
    pace.tell(Phase("verify"), 0)
    assert pace.left_s is None and pace.total is None


def test_a_run_tells_all_of_its_work(tmp_path):
    plan = synth.make_plan("erp", scale=0.02)
    told, pace = [], Pace(None)

    def tell(what, rows):
        told.append((what, rows))
        pace.tell(what, rows)

    made = synth.generate(plan, tmp_path, progress=tell)
    (phase,) = (what for what, _ in told if isinstance(what, Phase))
    assert set(phase.work) == {family.root for family in plan.families}
    drawn = {family: sum(what.work for what, _ in told[1:] if what == family) for family in phase.work}
    assert {family: pytest.approx(work) for family, work in phase.work.items()} == drawn
    assert pace.done == made.rows and not pace.left_s
