"""DuckDB for SQL of specs: it reads its folder and nothing else, for so long, and its settings stay."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from synth.sandbox import as_pattern, sandbox, time_limit


@pytest.fixture
def folder(tmp_path):
    """A folder with one file that may be read and a link to one that may not, beside a secret."""
    (tmp_path / "secret.csv").write_text("x\n7\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ours.csv").write_text("x\n1\n")
    (tmp_path / "data" / "link.csv").symlink_to(tmp_path / "secret.csv")
    return tmp_path / "data"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '{}/secret.csv'", "SELECT * FROM read_csv('{}/secret.csv')", "SELECT * FROM read_text('{}/secret.csv')",
        "SELECT * FROM '{}/data/../secret.csv'", "SELECT * FROM '{}/data/link.csv'", "SELECT * FROM glob('{}/*')",
        "COPY (SELECT 1) TO '{}/made.csv'", "ATTACH '{}/made.db'", "EXPORT DATABASE '{}/made'", "INSTALL httpfs", "LOAD httpfs",
        "SET enable_external_access = true", "SET memory_limit = '99GB'", "SET lock_configuration = false", "SET threads = 9",
        "SELECT * FROM variable",
    ],
)  # fmt: skip
def test_nothing_else_is_reached(sql, folder):
    variable = pl.DataFrame({"x": [7]})
    with sandbox(folder) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(sql.format(folder.parent)).fetchall()
        assert connection.execute(f"SELECT x FROM read_csv('{folder}/ours.csv')").fetchall() == [(1,)]
    assert variable.height and not list(folder.parent.glob("made*"))


def test_signs_of_patterns_in_a_path_are_signs(tmp_path):
    folder = tmp_path / "a [b][*] ?=1"
    folder.mkdir()
    (folder / "ours.csv").write_text("x\n1\n")
    (tmp_path / "secret.csv").write_text("x\n7\n")
    read = f"SELECT x FROM read_csv('{as_pattern(folder / 'ours.csv')}')"
    with sandbox(folder) as within, sandbox(files=[folder / "ours.csv"]) as alone:
        for connection in (within, alone):
            assert connection.execute(read).fetchall() == [(1,)]
            with pytest.raises(duckdb.Error):
                connection.execute(f"SELECT x FROM read_csv('{tmp_path}/*.csv')").fetchall()


def test_without_a_folder_no_file_is_read(folder):
    with sandbox() as connection, pytest.raises(duckdb.Error):
        connection.execute(f"SELECT x FROM read_csv('{folder}/ours.csv')")


def test_what_takes_too_long_is_stopped():
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT COUNT(*) FROM r"
    with sandbox() as connection:
        with pytest.raises(TimeoutError, match="stopped after 0.05 s"), time_limit(connection, 0.05):
            connection.execute(endless).fetchall()
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_memory_is_kept_and_more_goes_to_the_folder(tmp_path):
    sorting = "SELECT COUNT(DISTINCT i % 2000000) FROM range(2000000) t(i)"
    with sandbox(memory_bytes=500 * 2**20, spill=tmp_path) as connection:
        assert connection.execute(sorting).fetchall() == [(2_000_000,)]
        limit, threads = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads')"
        ).fetchall()[0]
    assert limit == "180.0 MiB" and threads == 1
