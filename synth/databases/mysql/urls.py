"""How users name a MySQL or MariaDB."""

from __future__ import annotations

from synth.databases.urls import Urls

__all__ = ["URLS"]

URLS = Urls(schemes=("mysql", "mariadb"))
