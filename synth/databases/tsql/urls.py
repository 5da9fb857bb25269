"""How users name a SQL Server."""

from __future__ import annotations

from synth.databases.urls import Urls

__all__ = ["URLS"]

URLS = Urls(schemes=("mssql", "sqlserver"))
