"""Programs that draw in several threads at once get what they would get in one: nothing that drawing keeps is shared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import synth
from synth.job.generate import generate
from tests.support.steps import prints


@pytest.mark.parametrize("name", ["ecommerce", "erp"])
@pytest.mark.some(1)
def test_threads_draw_what_one_would(name, tmp_path):
    plans = [synth.make_plan(name, scale=0.03, seed=seed) for seed in (1, 2, 3, 1)]

    def drawn(number):
        return prints(generate(plans[number], tmp_path / str(number)).manifest)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(drawn, range(4)))
    assert together == [prints(generate(plan, tmp_path / "alone", if_exists="replace").manifest) for plan in plans]
    assert together[0] == together[3] != together[1]
