"""Fan-outs by what the parent says, against slow twins and the laws: as many as a column says, by a value, by a mean."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

import synth
from synth.job.generate import generate
from synth.plan import model
from synth.spec.fanout_models import Fanout
from synth.spec.kinds.fanout import fanout_law
from synth.spec.load import parse
from tests.support.steps import prints

SPEC = """\
dataset: accounts
period: {{start: 2024-01-01, until: 2024-07-01}}
tables:
  plans:
    values: [[free, 1, 2.5], [team, 5, 8], [big, 40, 22.25]]
    primary_key: [plan]
    columns: {{plan: {{type: text}}, seats: {{type: integer}}, mean: {{type: "decimal(6,2)"}}}}
  accounts:
    rows: {rows}
    columns:
      id: {{key: sequence}}
      at: {{arrival: {{}}}}
      plan: {{reference: plans}}
      kind: {{choice: {{a: 5, b: 3, c: 2}}}}
      _mean: {{uniform: {{min: 0, max: 30}}, type: double}}
  profiles: {{per: accounts, fanout: 1, columns: {{id: {{key: sequence}}, account: {{reference: accounts}}}}}}
  seats: {{per: accounts, fanout: {{count: plan.seats, min: 1, max: 40}}, columns: {{id: {{key: sequence}}, account: {{reference: accounts}}}}}}
  uses:
    per: accounts
    fanout: {{mean: plan.mean, min: 1, max: 60, poisson: true}}
    columns: {{id: {{key: sequence}}, account: {{reference: accounts}}}}
  visits:
    per: accounts
    fanout: {{mean: _mean, max: 80, negative_binomial: {{r: 2}}}}
    columns: {{id: {{key: sequence}}, account: {{reference: accounts}}}}
  parts:
    per: uses
    fanout: {{max: 3, uniform: true}}
    columns: {{id: {{key: sequence}}, use: {{reference: uses}}, seat: {{reference: {{to: seats, within: accounts}}}}}}
  pairs: {{per: uses, fanout: 2, columns: {{id: {{key: sequence}}, use: {{reference: uses}}}}}}
  notes:
    per: accounts
    fanout: {{by: kind, values: {{a: {{shares: {{0: 1, 4: 1}}}}, b: {{mean: 2, max: 9, poisson: true}}, c: 3}}}}
    columns: {{id: {{key: sequence}}, account: {{reference: accounts}}}}
"""


def frames(dataset, *tables, until=None):
    """The tables of a dataset, or some of them."""
    plan = synth.make_plan(dataset, until=until)
    return {name: synth.frame(plan, name) for name in tables or dataset.written}


def drawn(rows=4_000):
    return frames(parse(SPEC.format(rows=rows)))


@pytest.fixture(scope="module")
def tables():
    return drawn()


def counts(tables, child):
    """The children of each account, in order."""
    found = Counter(tables[child]["account"].to_list())
    return np.array([found[account] for account in tables["accounts"]["id"].to_list()])


def test_just_as_many_as_the_row_says(tables):
    seats = dict(zip(*(tables["plans"][name].to_list() for name in ("plan", "seats")), strict=True))
    assert counts(tables, "seats").tolist() == [seats[plan] for plan in tables["accounts"]["plan"].to_list()]
    assert counts(tables, "profiles").tolist() == [1] * tables["accounts"].height


def test_just_so_many_of_rows_whose_number_depends_on_others(tables):
    found = Counter(tables["pairs"]["use"].to_list())
    assert [found[use] for use in tables["uses"]["id"].to_list()] == [2] * tables["uses"].height
    assert tables["pairs"]["id"].n_unique() == tables["pairs"].height


def test_by_a_value(tables):
    kinds, seen = tables["accounts"]["kind"].to_numpy(), counts(tables, "notes")
    assert set(seen[kinds == "a"]) == {0, 4} and set(seen[kinds == "c"]) == {3}
    assert abs(seen[kinds == "a"].mean() - 2) < 0.15 and abs(seen[kinds == "b"].mean() - 2) < 0.15


def chi_square(seen, law):
    """How far counts are from a law, in standard deviations of a chi-square."""
    expected = np.diff(law.cumulated, prepend=0.0) / law.cumulated[-1] * len(seen)
    many = expected > 8
    found = np.bincount(seen - law.min, minlength=len(expected))
    chi = ((found - expected)[many] ** 2 / expected[many]).sum()
    return (chi - many.sum()) / (2 * many.sum()) ** 0.5


@pytest.mark.parametrize(("plan", "mean"), [("free", 2.5), ("team", 8), ("big", 22.25)])
def test_a_mean_of_the_row_gives_the_law_of_that_mean(tables, plan, mean):
    seen = counts(tables, "uses")[tables["accounts"]["plan"].to_numpy() == plan]
    law = fanout_law(Fanout(mean=mean, min=1, max=60, poisson=True), ())
    assert abs(seen.mean() - mean) < 4 * (mean / len(seen)) ** 0.5
    assert chi_square(seen, law) < 4


def test_means_that_all_differ_come_out():
    """Between the steps at which laws are kept, too: regression on the mean has slope one."""
    spec = parse(SPEC.format(rows=20_000))
    shown = spec.model_copy(update={"tables": {**spec.tables, "accounts": _with_mean(spec.tables["accounts"])}})
    tables = frames(shown, "accounts", "visits")
    means, seen = tables["accounts"]["mean"].to_numpy(), counts(tables, "visits")
    slope, start = np.polyfit(means, seen, 1)
    assert abs(slope - 1) < 0.03 and abs(start) < 0.3, (slope, start)
    for low in range(0, 30, 5):
        part = (means >= low) & (means < low + 5)
        assert abs((seen - means)[part].mean()) < 0.35


def _with_mean(table):
    columns = {("mean" if name == "_mean" else name): column for name, column in table.columns.items()}
    return table.model_copy(update={"columns": {**columns, "_mean": parse_column("{lookup: mean}")}})


def parse_column(text):
    head = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables: {t: {rows: 1, columns: {mean: {uniform: {min: 0, max: 1}, type: double}, c: "
    return parse(f"{head}{text}}}}}}}\n").tables["t"].columns["c"]


def test_more_rows_come_with_time_and_none_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(model, "BLOCK_ROWS", 500)
    dataset = parse(SPEC.format(rows=2_100))
    early = frames(dataset, until=dt.date(2024, 4, 11))
    late = frames(dataset)
    for name in dataset.written:
        missing = early[name].join(late[name], on=early[name].columns, how="anti")
        assert missing.is_empty() and early[name].height <= late[name].height, name
    one, two = (generate(synth.make_plan(dataset), tmp_path / str(n), workers=n) for n in (1, 2))
    assert prints(one.manifest) == prints(two.manifest)
    assert synth.verify_folder(two.folder).passed


BROKEN = {
    "count: plan.seats, min: 1, max: 40": ("count: plan.seats, min: 1, max: 39", "is no `count` from 1 to 39"),
    "mean: plan.mean, min: 1, max: 60": ("mean: plan.mean, min: 3, max: 60", "is no `mean` from 3 to 60"),
    "mean: _mean, max: 80, negative_binomial: {{r: 2}}": (
        "mean: _mean, max: 31, negative_binomial: {{r: 0.5}}",
        "no such distribution up to 31",
    ),
}


@pytest.mark.parametrize("word", BROKEN)
def test_what_a_row_says_and_no_fan_out_has_is_told(word):
    instead, said = BROKEN[word]
    with pytest.raises(synth.SynthError) as raised:
        frames(parse(SPEC.replace(word, instead).format(rows=500)))
    assert said in str(raised.value)


SAID = {
    "{count: 3, max: 4}": "`max` is not for a fan-out by `count`",
    "{count: id}": "count needs a `max`",
    "{mean: id, max: 9000, poisson: true}": "`max` is at most 5,000",
    "{mean: id, max: 9, poisson: true, exact: true}": "`exact` is for fan-outs that are the same for all rows",
    "{by: id}": "`by` needs `values`",
    "{values: {1: 2}, max: 3, uniform: true}": "`values` are fan-outs `by` the value of a column",
    "{by: id, values: {1: {by: id, values: {1: 1}}}}": "which is for fan-outs of all rows",
    "{by: id, values: {1: {max: 3, uniform: true, exact: true}}}": "which is for fan-outs of all rows",
    "{by: id, values: {1: 2}, max: 3}": "`max` is not for a fan-out by `by`",
    "{shares: {1: 1}, count: 2}": "a fan-out is one of",
    "many": "should be a number of rows",
    "{by: id, values: {1: true}}": "should be a number of rows",
}


@pytest.mark.parametrize("fanout", SAID)
def test_what_says_nothing_is_refused(fanout):
    text = (
        "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
        "  p: {rows: 9, columns: {id: {key: sequence}}}\n"
        f"  c: {{per: p, fanout: {fanout}, columns: {{id: {{key: sequence}}, p: {{reference: p}}}}}}\n"
    )
    with pytest.raises(synth.SpecError) as raised:
        parse(text)
    assert any(SAID[fanout] in problem.what for problem in raised.value.problems), raised.value


def test_what_counts_may_lie_several_references_away():
    text = (
        "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
        "  levels: {values: [[1, 2], [2, 5]], primary_key: [id], columns: {id: {type: integer}, n: {type: integer}}}\n"
        "  plans: {rows: 4, columns: {id: {key: sequence}, level: {reference: levels}}}\n"
        "  p: {rows: 60, columns: {id: {key: sequence}, plan: {reference: plans}, n: {lookup: plan.level.n}}}\n"
        "  c: {per: p, fanout: {count: plan.level.n, max: 5}, columns: {id: {key: sequence}, p: {reference: p}}}\n"
    )
    tables = frames(parse(text))
    found = Counter(tables["c"]["p"].to_list())
    assert [found[key] for key in tables["p"]["id"].to_list()] == tables["p"]["n"].to_list()
