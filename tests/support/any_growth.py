"""How a dataset of any spec grows: earlier rows stay, steps equal a whole run, on any number of workers, in files and databases."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl

import synth
from synth.errors import DatabaseError, SpecError, SynthError
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.spec.scope import Scope
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.support.steps import prints
from tests.support.targets import Target

__all__ = ["STEPS", "goes_on_in_database", "grows", "grows_in_database"]

STEPS = (
    (dt.datetime(2024, 3, 7, 11), dt.datetime(2024, 8, 2)), (dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 20, 15), dt.datetime(2024, 7, 1)),
    (dt.datetime(2024, 6, 30, 12), dt.datetime(2024, 7, 1)), (dt.datetime(2024, 2, 1), dt.datetime(2024, 2, 1, 0, 0, 0, 1), dt.datetime(2024, 2, 5)),
    (dt.datetime(2024, 5, 1), dt.datetime(2025, 3, 1)),
)  # fmt: skip


def planned(dataset, until, source=None, **options):
    """The plan at a moment, or none where it is refused."""
    try:
        return synth.make_plan(dataset, scale=1, seed=5, until=until, source=source, **options)
    except SpecError:
        return None


def grows(dataset, steps, two, source=None) -> bool:
    """Two workers give what one gives; what is there at a moment stays; a step gives what a whole run gives."""
    early, late = (planned(dataset, until, source) for until in (steps[0], steps[-1]))
    if early is None or late is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        whole = generate(late, Path(folder) / "whole", workers=1)
        shared = generate(late, Path(folder) / "two", workers=two)
        assert prints(shared.manifest) == prints(whole.manifest), "one worker and two"
        grown = generate(early, Path(folder) / "grown", workers=1)
        stays(dataset, grown.folder, whole.folder)
        fits(dataset, whole.folder)
        if source is not None:
            return True
        for until in steps[1:]:
            advance_folder(grown.folder, until)
        assert prints(Manifest.read(grown.folder)) == prints(whole.manifest), "a step and a whole run"
        assert verify_folder(grown.folder).passed
    return True


def rows_of(folder: Path, table: str) -> pl.DataFrame:
    """All rows of a table in a folder."""
    files = [folder / file.path for file in Manifest.read(folder).tables[table].files]
    return pl.concat([pl.read_parquet(file) for file in files])


def stays(dataset, early: Path, late: Path) -> None:
    """Each row by its key, and each value that shows and hangs on nothing that is still to come."""
    lasting = {name for name in dataset.written if is_lasting(dataset, name)}
    for table in sorted(lasting & set(Manifest.read(early).tables)):
        spec = dataset.tables[table]
        key = list(spec.key)
        before, after = rows_of(early, table), rows_of(late, table)
        if not key or not before.height:
            continue
        names = [name for name in before.columns if name not in key and not leans_on_now(dataset, table, name)]
        both = before.select(key + names).join(after.select(key + names), on=key, how="left", suffix=" later")
        assert before.join(after, on=key, how="anti").is_empty(), f"rows of {table} have gone"
        for name in names:
            changed = both.filter(pl.col(name).is_not_null() & ~pl.col(name).eq_missing(pl.col(f"{name} later")))
            assert changed.is_empty(), f"{table}.{name} has changed: {changed.head(3)}"


def fits(dataset, folder: Path) -> None:
    """What is looked up through a reference is what is there; who is chosen matches, and is another."""
    scope, rows = Scope(dataset), {table: rows_of(folder, table) for table in Manifest.read(folder).tables}
    for table, column, declared in scope.all_columns():
        if table not in rows or column not in rows[table].columns or scope.table(table).is_given(column):
            continue
        draws, here = declared.draws, rows[table]
        if draws.target and getattr(draws, "other_than", None) in here.columns:
            assert not (here[column] == here[draws.other_than]).any(), f"{table}.{column} is no other"
        for theirs, ours in getattr(draws, "match", {}).items():
            if ours in here.columns and draws.target in rows and can_be_compared(scope, draws.target, theirs):
                found = there_of(scope, rows, here, column, draws.target, theirs)
                assert (found.is_null() | (found == here[ours])).all(), f"{table}.{column} does not match"
        resolved = scope.resolve(table, draws.copies()) if draws.copies() and not declared.null_share else None
        if resolved and resolved.how == "pointed" and resolved.via in here.columns and resolved.table in rows:
            if can_be_compared(scope, resolved.table, resolved.column) and can_be_compared(scope, table, column):
                found = there_of(scope, rows, here, resolved.via, resolved.table, resolved.column)
                assert found.eq_missing(here[column]).all(), f"{table}.{column} is not what is there"


def can_be_compared(scope, table: str, column: str) -> bool:
    """Whether a column shows as it was drawn, in a table with a key of one column."""
    spec = scope.table(table)
    hidden = {name for moment, others in spec.hidden_moments.items() for name in (moment, *others)}
    shows = column in spec.written and column not in hidden and not spec.columns[column].draws.is_state
    return shows and len(spec.key) == 1 and not spec.existing


def there_of(scope, rows, here: pl.DataFrame, via: str, table: str, column: str) -> pl.Series:
    """A column of the rows that a reference points at. (rows,)"""
    key = scope.table(table).key[0]
    there = rows[table].select(pl.col(key).alias("its key"), pl.col(column).alias("its value"))
    return here.select(via).join(there, left_on=via, right_on="its key", how="left", maintain_order="left")["its value"]


def is_lasting(dataset, table: str) -> bool:
    """Whether a table's rows come one by one: no sums, and nothing made of sums."""
    spec = dataset.tables[table]
    return not spec.rollup and not spec.existing and not (isinstance(spec.select, str) and "sums" in spec.select)


def leans_on_now(dataset, table: str, column: str) -> bool:
    """Whether a column is a state, or counts rows that come."""
    return Scope(dataset).follows_until(table, column) is not None


def grows_in_database(dataset, steps, name: str) -> bool:
    """A step of a database gives what a whole run gives."""
    early, late = planned(dataset, steps[0]), planned(dataset, steps[-1])
    if early is None or late is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        target = Target(name, f"{name}:///{folder}/any.{name}")
        generate_into(early, target.address)
        for until in steps[1:]:
            advance_database(target.address, until)
        whole = generate(late, Path(folder) / "whole")
        assert target.state(dataset.dataset) == prints(whole.manifest), "a step in a database and a whole run"
        proven(target)
    return True


def goes_on_in_database(dataset, steps, name: str) -> bool:
    """What is drawn behind rows that are there is refused, or verifies with them."""
    with tempfile.TemporaryDirectory() as folder:
        target = Target(name, f"{name}:///{folder}/any.{name}")
        early = planned(dataset, steps[0])
        if early is None:
            return False
        generate_into(early, target.address)
        try:
            late = synth.make_plan(dataset, seed=5, until=steps[-1], source=target.url)
            generate_into(late, target.address, if_exists="append")
        except DatabaseError:
            raise
        except SynthError as error:
            assert str(error)
            return False
        proven(target)
    return True


def proven(target: Target) -> None:
    """All that a database promises holds."""
    for report in verify_database(target.address):
        assert report.passed, [str(found) for found in report.failed]
