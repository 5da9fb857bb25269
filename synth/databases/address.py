"""Where a database is: a URL, or a name in `synth.toml`. A password is known, and never shown."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from synth.databases.registry import Declarations
from synth.databases.urls import Urls
from synth.errors import OptionError, did_you_mean

__all__ = [
    "CONFIG",
    "PASSWORD_VARIABLE",
    "URLS",
    "URL_VARIABLE",
    "Address",
    "find",
    "is_configured",
    "is_database",
    "without_password",
]

CONFIG = "synth.toml"
URL_VARIABLE = "SYNTH_URL"  # where no URL is given
PASSWORD_VARIABLE = "SYNTH_PASSWORD"  # noqa: S105 - of a URL that names a user and no password

URLS: Mapping[str, Urls] = Declarations("urls", "URLS")  # how users name databases of each kind
# scheme -> database; a scheme may name a driver too, as SQLAlchemy's do: postgresql+psycopg
_SCHEMES = {scheme: database for database, urls in URLS.items() for scheme in urls.schemes}
_SUFFIXES = {suffix: database for database, urls in URLS.items() for suffix in urls.suffixes}
_FILE_URLS = " or ".join(urls.example for urls in URLS.values() if urls.is_file)
_EMPTY = "there is nothing in the word: a variable of the shell may not be set"
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_SECRET = re.compile(r"^([a-z][a-z0-9+]*://[^/?#]*?):([^/?#]*)@", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """A database server or file. `options` are those behind `?`, as the driver knows them."""

    database: str  # which kind: a name in the registry
    name: str = ""  # the database on the server, or the file's path
    host: str = ""
    port: int | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `postgresql://me@host:5432/name?sslmode=require`, `sqlite:///file.db`, or a path. Raises OptionError."""
        if "://" not in text:
            kind = _SUFFIXES.get(Path(text).suffix.lower())
            if not kind:
                raise OptionError(
                    f"'{text}' is no database\n  hint: a URL such as postgresql://me@host/name, {_FILE_URLS}"
                )
            return cls(kind, text)
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise OptionError(f"'{without_password(text)[0]}' is no URL: {error}") from None
        scheme = parts.scheme.lower().partition("+")[0]
        if scheme not in _SCHEMES:
            raise OptionError(f"unknown kind of database '{scheme}'\n  hint: {did_you_mean(scheme, _SCHEMES)}")
        kind, name = _SCHEMES[scheme], unquote(parts.path.removeprefix("/"))
        if URLS[kind].is_file:
            if parts.netloc or not name:
                raise OptionError(f"'{text}' names no file\n  hint: {_FILE_URLS}, with three slashes")
            return cls(kind, name)
        return cls(
            kind, name, unquote(parts.hostname or ""), port, unquote(parts.username or ""),
            unquote(parts.password or "") or os.environ.get(PASSWORD_VARIABLE, ""), tuple(parse_qsl(parts.query)),
        )  # fmt: skip

    @property
    def is_file(self) -> bool:
        """Whether the database is a file."""
        return URLS[self.database].is_file

    def option(self, name: str, default: str = "") -> str:
        """One of the options."""
        return dict(self.options).get(name, default)

    def url(self, *, password: bool = False) -> str:
        """The address as a URL; with the password only where a driver is to read it."""
        scheme = URLS[self.database].schemes[0]
        if self.is_file:
            return f"{scheme}:///{quote(self.name)}"
        secret = f":{quote(self.password, safe='')}" if password and self.password else ""
        user = f"{quote(self.user, safe='')}{secret}@" if self.user or secret else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        options = "&".join(f"{k}={quote(v, safe='/')}" for k, v in self.options)
        port = f":{self.port}" if self.port else ""
        return f"{scheme}://{user}{host}{port}/{quote(self.name)}{options and '?' + options}"

    def __str__(self) -> str:
        return self.name if self.is_file else self.url()


def find(text: str | None, folder: Path | None = None) -> Address | None:
    """The address that a word of the command line means: a URL, a path, a name in `synth.toml`; None where there is none.

    Without a word (None) it is the variable SYNTH_URL's, if that is set. ${NAME} in the file is a variable too.

    Raises OptionError, also for an empty word: it is what an unset variable of a shell leaves.
    """
    if text is None:
        text = os.environ.get(URL_VARIABLE) or None
    if text is None:
        return None
    if not text.strip():
        raise OptionError(f"'{text}' is no database\n  hint: {_EMPTY}")
    if "://" in text or Path(text).suffix.lower() in _SUFFIXES:
        return Address.parse(text)
    known = _configured((folder or Path()) / CONFIG)
    if text not in known:
        hint = did_you_mean(text, known) if known else f"a URL, a file, or a name in {CONFIG}"
        raise OptionError(f"'{text}' is no database\n  hint: {hint}")
    unset = [name for name in _VARIABLE.findall(known[text]) if name not in os.environ]
    if unset:
        raise OptionError(f"{CONFIG}: [databases.{text}] reads the variable {unset[0]}, which is not set")
    return Address.parse(_VARIABLE.sub(lambda match: quote(os.environ[match[1]], safe=""), known[text]))


def is_configured(text: str, folder: Path | None = None) -> bool:
    """Whether the user has named a database in `synth.toml`: by this name, or as this very URL. Raises OptionError."""
    known = _configured((folder or Path()) / CONFIG)
    return text in known.values() or (text in known and Path(text).suffix.lower() not in _SUFFIXES)


def is_database(text: str, folder: Path | None = None) -> bool:
    """Whether a word means a database, and not a folder of files. Raises OptionError for an empty word."""
    if not text.strip():
        raise OptionError(f"'{text}' is no folder and no database\n  hint: {_EMPTY}")
    if "://" in text:
        return True
    if Path(text).is_dir():
        return False
    return Path(text).suffix.lower() in _SUFFIXES or text in _configured((folder or Path()) / CONFIG)


def _configured(path: Path) -> dict[str, str]:
    """name -> URL, from tables such as [databases.demo] with `url`."""
    if not path.is_file():
        return {}
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path}: {error}") from None
    urls = {}
    databases = read.get("databases", {})
    if not isinstance(databases, dict):
        raise OptionError(f"{path}: 'databases' must be tables such as [databases.demo]")
    for name, entry in databases.items():
        url = entry.get("url") if isinstance(entry, dict) else None
        if not isinstance(url, str):
            raise OptionError(f'{path}: [databases.{name}] has no url\n  hint: url = "postgresql://me@host/name"')
        urls[name] = url
    return urls


def without_password(text: str) -> tuple[str, str]:
    """A URL without its password, and the password; any other text as it is."""
    match = _SECRET.match(text)
    if not match:
        return text, ""
    return f"{match[1]}@{text[match.end() :]}", unquote(match[2])
