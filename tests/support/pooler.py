"""PgBouncer in front of a PostgreSQL: sessions of the server are handed out transaction by transaction."""

from __future__ import annotations

import os
import shutil

from tests.support.answers import Refused
from tests.support.server_processes import Server, missing


class PgBouncer(Server):
    """Its socket is in a folder of its own; `size` sessions of the server behind it are handed out."""

    account = "postgres"

    def __init__(self, server, size: int = 6):
        self.server, self.size = server, size
        super().__init__()

    def start(self):
        found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not found:
            missing("PgBouncer", "pgbouncer")
        users, settings = self.folder / "users.txt", self.folder / "pgbouncer.ini"
        users.write_text('"postgres" ""\n')
        settings.write_text(
            f"[databases]\npostgres = host={self.server.folder}\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {self.folder}\n"
            f"pool_mode = transaction\nauth_type = trust\nauth_file = {users}\ndefault_pool_size = {self.size}\n"
            "listen_port = 5432\nserver_reset_query_always = 0\n"
        )
        self.serve(found, settings)

    def run(self, sql: str) -> str:
        words = ["psql", "-X", "-q", "-h", self.folder, "-U", "postgres", "-d", "postgres", "-t", "-A", "-f", "-"]
        try:
            return self.client(words, sql)
        except FileNotFoundError as error:
            raise Refused(str(error)) from error
