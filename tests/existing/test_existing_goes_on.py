"""What goes on where others ended: keys behind theirs, nothing made twice, and what cannot be gone on from."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from synth.api import frame, make_plan
from synth.cli import main
from synth.errors import OptionError, OutputError
from synth.job.generate import generate
from synth.spec.load import parse
from synth.verifying.files import verify_folder
from tests.support.shops import shop, there

# -- going on

GROWING = """
dataset: d
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  p: {existing: {arrival: came}, primary_key: [k], columns: {k: {type: bigint}, came: {type: date}, _sent: {expr: came + 3}}}
  kids: {per: p, fanout: {uniform: true, min: 1, max: 3}, columns: {id: {key: code}, k: {reference: p}, n: {ordinal: p}}}
  bills: {select: "SELECT k, _sent AS day FROM p", at: day, primary_key: [k], columns: {k: {type: bigint, references: p}, day: {type: date}}}
  paid: {select: "SELECT bills.k, p._sent + 9 AS day FROM bills JOIN p ON p.k = bills.k", at: day, primary_key: [k], columns: {k: {type: bigint, references: bills}, day: {type: date}}}
  notes: {rows: 50, columns: {id: {key: uuid}, number: {choice: {1: 1}}}}
  kinds: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: integer}, name: {type: varchar(5)}}}
"""


def grown(folder, rows, until=None):
    """What a run makes in a source with these rows of `p`, and the source afterwards."""
    pl.DataFrame(rows, schema={"k": pl.Int64, "came": pl.Date}, orient="row").write_parquet(folder / "p.parquet")
    plan = make_plan(parse(GROWING), source=folder, until=until)
    made = {name: frame(plan, name) for name in plan.wanted}
    for name, new in made.items():
        (folder / name).mkdir(exist_ok=True)
        new.write_parquet(folder / name / f"{len(list((folder / name).iterdir()))}.parquet")
    return made, plan


def test_a_run_goes_on_where_the_last_one_ended(tmp_path):
    day = dt.date(2024, 1, 1)
    first = [(k, day + dt.timedelta(days=k)) for k in range(1, 20)]
    one, plan = grown(tmp_path, first, dt.date(2024, 1, 15))
    assert not plan.content.first_keys and one["bills"].height == 10 and one["kinds"].height == 2
    both = [*first, *((k, day + dt.timedelta(days=k)) for k in range(20, 30))]
    two, plan = grown(tmp_path, both, dt.date(2024, 2, 1))
    kids = one["kids"].height
    highest = int(max(one["kids"]["id"]))
    assert plan.content.first_keys["kids.id"] == f"{highest + 1:06d}" and "notes.id" in plan.content.first_keys
    assert (
        set(one["kids"]["k"]) == set(range(1, 14))
        and set(two["kids"]["k"]) == set(range(14, 30))
        and not set(two["kids"]["id"]) & set(one["kids"]["id"])
    )
    assert kids == one["kids"]["id"].n_unique() and two["kinds"].height == 0
    assert not set(two["notes"]["id"]) & set(one["notes"]["id"])
    at_once = [(k, day + dt.timedelta(days=k)) for k in range(1, 30)]
    (tmp_path / "once").mkdir()
    whole, _ = grown(tmp_path / "once", at_once, dt.date(2024, 2, 1))
    for name in ("bills", "paid"):
        assert pl.concat([one[name], two[name]]).sort("k").equals(whole[name].sort("k"))
    assert two["paid"]["k"].min() < two["bills"]["k"].min()  # what was billed before is paid now
    three, _ = grown(tmp_path, both, dt.date(2024, 2, 1))
    assert [three[name].height for name in ("kids", "bills", "kinds")] == [0, 0, 0]


def test_words_of_children_go_on_behind_those_that_are_there(tmp_path):
    """Children's row numbers leave some out: as many rows have used more numbers, and their words."""
    text = """
dataset: d
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  p: {rows: 300, columns: {id: {key: sequence}}}
  kids:
    per: p
    fanout: {min: 0, max: 5, mean: 2, poisson: true}
    columns: {id: {key: uuid}, p_id: {reference: p}, name: {coined: {}, unique: true}, code: {uniform: {min: 1, max: 9_000}, unique: true}}
"""
    frames = {"p": [], "kids": []}
    for number in range(3):
        made = make_plan(parse(text), source=tmp_path if number else None)
        for name, parts in frames.items():
            parts.append(frame(made, name))
            (tmp_path / name).mkdir(exist_ok=True)
            parts[-1].write_parquet(tmp_path / name / f"{number}.parquet")
    whole = pl.concat(frames["kids"])
    assert pl.concat(frames["p"])["id"].n_unique() == 900 and whole.height > 1_500
    for column in ("id", "name", "code"):
        assert whole[column].n_unique() == whole.height, column


@pytest.mark.parametrize("key", ["{start: 100, step: 7}", "{kind: code, prefix: K, digits: 4, start: 100, step: 7}"])
def test_keys_in_steps_go_on_in_them(key, tmp_path):
    """Behind a number of another's, too; words of rows from before do not come again."""
    text = f"""
dataset: d
period: {{start: 2024-01-01, until: 2024-03-01}}
tables:
  p: {{rows: 40, columns: {{id: {{key: {key}}}, name: {{coined: {{}}, unique: true}}}}}}
"""
    first = frame(make_plan(parse(text)), "p")
    other = first.tail(1).with_columns(name=pl.lit("Other"))
    highest = 100 + 39 * 7 + 5
    other = other.with_columns(
        id=pl.lit(highest, dtype=pl.Int64) if first["id"].dtype == pl.Int64 else pl.lit(f"K{highest:04}")
    )
    (tmp_path / "p").mkdir()
    pl.concat([first, other]).write_parquet(tmp_path / "p" / "0.parquet")
    second = frame(make_plan(parse(text), source=tmp_path), "p")
    numbers = [int(str(value).removeprefix("K")) for value in second["id"].to_list()]
    assert numbers == list(range(100 + 40 * 7, 100 + 80 * 7, 7))
    assert not set(second["name"]) & set(first["name"])


VISITS = """
dataset: d
period: {{start: 2024-01-01, until: 2024-03-01}}
tables:
  shops: {{rows: 4, columns: {{id: {{key: sequence}}, size: {{uniform: {{min: 1, max: 9}}, type: integer}}}}}}
  kinds: {{rows: 4, columns: {{id: {{key: sequence}}}}}}
  visits: {{rows: 8, {words}columns: {{id: {{key: uuid}}, at: {{arrival: {{}}}}, kind: {{reference: kinds}}, {column}}}}}
"""
ANEW = {
    "no: {numbered: {by: at, within: [kind]}}": "would begin with 'no' anew",
    "_no: {numbered: at}": "would begin with '_no' anew",
    "n: {constant: 1, type: integer}, stock: {running: {sum: n, by: at}, type: bigint}": "would begin with 'stock' anew",
    "who: {reference: {to: shops, weights: size}}": "would allot 'who' once more",
}


def visits_twice(folder, column, words=""):
    """The visits of a run, and those of another that goes on behind them."""
    spec, rows = parse(VISITS.format(column=column, words=words)), []
    (folder / "visits").mkdir()
    for number in range(2):
        rows.append(frame(make_plan(spec, tables=["visits"], source=folder if number else None), "visits"))
        rows[-1].write_parquet(folder / "visits" / f"{number}.parquet")
    return rows


def test_numbers_in_order_go_on(tmp_path):
    first, second = visits_twice(tmp_path, "no: {numbered: {by: at, start: 100}}", "unique: [[no]], ")
    numbers = [*first.sort("at")["no"], *second.sort("at")["no"]]
    assert numbers == [*range(100, 100 + first.height + second.height)]


@pytest.mark.parametrize("column", ANEW)
def test_what_is_worked_out_for_all_rows_does_not_begin_anew(column, tmp_path):
    """Nobody knows the last of each series, nor which pairs are taken."""
    words = "unique: [[who, kind]], " if "who" in column else ""
    text = VISITS if "who" not in column else VISITS.replace("at: {{arrival: {{}}}}, ", "")
    spec = parse(text.format(column=column, words=words))
    (tmp_path / "visits").mkdir()
    frame(make_plan(spec), "visits").write_parquet(tmp_path / "visits" / "0.parquet")
    with pytest.raises(OptionError, match=ANEW[column]):
        make_plan(spec, source=tmp_path)


@pytest.mark.parametrize("name", ["customers", "brands"])
def test_more_of_the_same_is_other_and_unique(name, tmp_path):
    """Another run's rows are no copies of the first one's, and what must be unique is, e-mail and names among it."""
    first = make_plan("ecommerce", scale=0.1, tables=[name])
    generate(first, tmp_path)
    second = make_plan("ecommerce", scale=0.1, tables=[name], source=tmp_path / "ecommerce")
    rows = pl.concat([frame(first, name), frame(second, name)])
    assert rows.height == 2 * frame(first, name).height
    key, unique = {"customers": ("customer_id", "email"), "brands": ("brand_id", "brand_name")}[name]
    assert rows[key].n_unique() == rows[unique].n_unique() == rows.height
    if name == "customers":
        assert rows["signed_up_at"].n_unique() > rows.height - 5


def test_a_folder_is_not_built_upon_itself(tmp_path):
    plan = make_plan(shop(), source=there(tmp_path / "shop"))
    with pytest.raises(OptionError, match="is what this is built on"):
        generate(plan, tmp_path)


@pytest.mark.parametrize("kind", ["uuid", "text"])
def test_a_sequence_goes_on_behind_numbers_only(kind, tmp_path):
    (tmp_path / "notes").mkdir()
    there(tmp_path)
    keys = ["a", "b"] if kind == "text" else ["00000000-0000-8000-8000-000000000000"]
    pl.DataFrame({"order_id": keys}).write_csv(tmp_path / "orders.csv")
    with pytest.raises(OutputError, match="'orders.order_id'"):
        make_plan(shop(), source=tmp_path)


def test_it_does_not_advance(tmp_path):
    generate(make_plan(shop(), source=there(tmp_path / "theirs")), tmp_path)
    assert main(["advance", str(tmp_path / "shop"), "--until", "2025-02-01"]) == 2


def test_what_had_been_made_may_be_referred_to(tmp_path):
    spec = parse("""
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  v: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: integer}, name: {type: varchar(5)}}}
  g: {rows: 10, columns: {id: {key: sequence}, v: {reference: v}}}
""")
    (tmp_path / "s").mkdir()
    pl.DataFrame({"id": [1, 2], "name": ["a", "b"]}).write_parquet(tmp_path / "s" / "v.parquet")
    made = generate(make_plan(spec, source=tmp_path / "s"), tmp_path)
    assert made.manifest.tables["v"].rows == 0 and made.manifest.tables["g"].rows == 10
    assert verify_folder(made.folder).passed
    (tmp_path / "s" / "v.parquet").unlink()
    pl.DataFrame({"id": [1], "name": ["a"]}).write_parquet(tmp_path / "s" / "v.parquet")
    again = generate(make_plan(spec, source=tmp_path / "s"), tmp_path, if_exists="replace")
    assert again.manifest.tables["v"].rows == 1
