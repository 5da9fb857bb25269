"""A PostgreSQL that is reached by TLS, with certificates that are made for it, and lets in whom its pg_hba.conf says."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from tests.support.server_processes import PostgreSQL, missing

NAME, PASSWORD = "db.test", "right sign"
HBA = """
local   all       postgres                 trust
local   postgres  peered                   peer
hostssl postgres  plain     127.0.0.1/32   trust
hostssl postgres  secret    127.0.0.1/32   scram-sha-256
hostssl postgres  certified 127.0.0.1/32   cert
hostssl postgres  rejected  127.0.0.1/32   reject
"""


def certificate(folder: Path, name: str, subject: str, signed_by: Path | None = None) -> Path:
    """A certificate, its own root or signed by another; its key lies beside it, as `.key`."""
    if not shutil.which("openssl"):
        missing("openssl", "openssl")
    made = folder / f"{name}.crt"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-keyout", made.with_suffix(".key"), "-out", made, "-subj", f"/CN={subject}"]
    words += ["-addext", f"subjectAltName=IP:127.0.0.1,DNS:{NAME}"]
    words += ["-CA", signed_by, "-CAkey", signed_by.with_suffix(".key")] if signed_by else []
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made.with_suffix(".key").chmod(0o600)
    return made


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class SecurePostgreSQL(PostgreSQL):
    """Over TCP by TLS alone; over its socket for its owner, and for who has the name of a role."""

    def settings(self, data: Path) -> list[str]:
        self.port = free_port()
        self.root = certificate(self.folder, "server", NAME)  # it is its own
        self.another = certificate(self.folder, "another", NAME)
        self.certificate_of = {name: certificate(self.folder, name, name, self.root) for name in ("certified", "plain")}
        if os.geteuid() == 0:
            shutil.chown(self.root.with_suffix(".key"), self.account)
        (data / "pg_hba.conf").write_text(HBA)
        return [
            "ssl=on", f"ssl_cert_file={self.root}", f"ssl_key_file={self.root.with_suffix('.key')}",
            f"ssl_ca_file={self.root}", "listen_addresses=127.0.0.1", f"port={self.port}",
        ]  # fmt: skip
