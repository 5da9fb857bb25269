"""How users name a PostgreSQL."""

from __future__ import annotations

from synth.databases.urls import Urls

__all__ = ["URLS"]

URLS = Urls(schemes=("postgresql", "postgres"))
