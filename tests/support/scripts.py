"""Scripts that a database's own client runs: which clients are here, what a script is made of, and how it is started."""

from __future__ import annotations

import os
import subprocess

from synth.databases import DIALECTS

LIVE = ["postgres", "mysql"]  # SQL Server's is text, and a client that only notes what it is told
SQL = ["check.sql", "constraints.sql", "copy.sql", "create_database.sql", "create_tables.sql"]


def place_of(request, database, tmp_path):
    """A dialect, its server, and the environment in which its client finds it."""
    name = request.param
    server = database(name)
    if name == "postgres":
        return name, server, {"PGHOST": str(server.folder), "PGUSER": "postgres"}
    if request.node.name.startswith("test_a_missing"):  # either way will do
        return name, server, {"MYSQL_UNIX_PORT": str(server.socket), "MYSQL_USER": "root"}
    (tmp_path / "my.cnf").write_text(f"[client]\nsocket={server.socket}\nuser=root\n")
    return name, server, {"MYSQL_DEFAULTS_FILE": str(tmp_path / "my.cnf")}


def load(folder, environment, *words, shell="sh", cwd="/"):
    return subprocess.run(
        [shell, str(folder / "load.sh"), *words], env={**os.environ, **environment}, cwd=cwd, capture_output=True, text=True, check=False
    )  # fmt: skip


def drop(server, name, database):
    quoted = DIALECTS[name].quote_identifier(database)
    server.run(f"DROP DATABASE IF EXISTS {quoted}" + " WITH (FORCE)" * (name == "postgres"))
