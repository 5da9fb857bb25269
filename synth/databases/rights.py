"""Rights on loaded tables that a user asks for: an owner, and what roles may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from synth.errors import OptionError, one_of
from synth.translate.dialect import Dialect

__all__ = ["NO_RIGHTS", "Rights"]

PRIVILEGES = ("select", "insert", "update", "delete")


@dataclass(frozen=True)
class Rights:
    """The `owner` of all tables, and what roles may do with each: (role, privilege)."""

    owner: str | None = None
    grants: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, owner: str | None, grants: Iterable[str]) -> Rights:
        """Read --owner and --grant, as `reader=select,insert`. Raises OptionError."""
        found = []
        for text in grants:
            role, _, privileges = text.rpartition("=")
            for privilege in privileges.lower().split(","):
                if not role or privilege not in PRIVILEGES:
                    raise OptionError(f"--grant takes ROLE=PRIVILEGES, not '{text}'\n  hint: {one_of(PRIVILEGES)}")
                found.append((role, privilege))
        if owner is not None and not owner:
            raise OptionError("--owner names no role")
        return cls(owner, tuple(dict.fromkeys(found)))

    def require(self, dialect: Dialect) -> None:
        """Raise OptionError for what tables of a database cannot have."""
        for asked, words, option in ((self.grants, dialect.grant, "--grant"), (self.owner, dialect.own, "--owner")):
            if asked and not words:
                raise OptionError(f"{option}: there is no such right in this kind of database\n  hint: leave it out")

    def statements(self, dialect: Dialect, schema: str, tables: Iterable[str]) -> Iterator[str]:
        """Grants, then owners: nobody else can grant afterwards."""
        places, quoted = [dialect.place(schema, table) for table in tables], dialect.quote_identifier
        for role in dict.fromkeys(role for role, _ in self.grants):
            if dialect.enter:
                yield dialect.enter.format(schema=quoted(schema), role=quoted(role))
        for role, privilege in self.grants:
            for place in places:
                yield dialect.grant.format(what=privilege.upper(), place=place, role=quoted(role))
        if self.owner is not None:
            for place in places:
                yield dialect.own.format(place=place, role=quoted(self.owner))


NO_RIGHTS = Rights()
