"""Where a database is: a URL, or a name in `synth.toml`. A password is known, and never shown."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from synth.addresses import is_remote
from synth.databases.registry import Declarations
from synth.databases.secret import NONE, Secret, is_readable, is_secret, masked
from synth.databases.urls import Urls
from synth.errors import OptionError, did_you_mean

__all__ = [
    "CONFIG",
    "PASSWORD_VARIABLE",
    "URLS",
    "URL_VARIABLE",
    "Address",
    "address_of",
    "find",
    "is_configured",
    "is_database",
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
_SIGNS = "in a name or a password, / is written %2F, @ %40, # %23, ? %3F and % %25"
_PASSWORD = {"password", "passwd", "pwd"}  # options that are the user's password


@dataclass(frozen=True)
class Address:
    """A database server or file. `options` are those behind `?`, as the driver knows them; `secrets` those not to be seen.

    What is `named` by the user gets passwords that lie about (in variables, and where drivers look); an address that a spec
    brought along does not.

    >>> str(synth.Address.parse("postgresql://me:a-secret@localhost/shop"))  # a password is never shown
    'postgresql://me@localhost/shop'
    """

    database: str  # which kind: a name in the registry
    name: str = ""  # the database on the server, or the file's path
    host: str = ""  # a folder of a socket, too; several with commas between them, each with its port, for libpq
    port: int | None = None
    user: str = ""
    password: Secret = NONE
    options: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, Secret], ...] = ()
    named: bool = True

    def __post_init__(self) -> None:
        """A password that is given as a text is kept as a secret, and so are options that are."""
        object.__setattr__(self, "password", Secret.of(self.password))
        if found := tuple((name, Secret(value)) for name, value in self.options if is_secret(name)):
            object.__setattr__(self, "secrets", (*self.secrets, *found))
            object.__setattr__(self, "options", tuple(each for each in self.options if not is_secret(each[0])))

    @classmethod
    def parse(cls, text: str, *, named: bool = True, hidden: Collection[str] = ()) -> Address:
        """Read `postgresql://me@host:5432/name?sslmode=require`, `sqlite:///file.db`, or a path. Raises OptionError.

        `hidden` are further options whose values are not to be seen.
        """
        if "://" not in text:
            kind = _SUFFIXES.get(Path(text).suffix.lower())
            if not kind:
                raise OptionError(
                    f"'{masked(text)}' is no database\n  hint: a URL such as postgresql://me@host/name, {_FILE_URLS}"
                )
            return cls(kind, text, named=named)
        parts = _split(text)
        scheme = parts.scheme.lower().partition("+")[0]
        if scheme not in _SCHEMES:
            raise OptionError(f"unknown kind of database '{scheme}'\n  hint: {did_you_mean(scheme, _SCHEMES)}")
        kind, name = _SCHEMES[scheme], unquote(parts.path.removeprefix("/"))
        options = parse_qsl(parts.query)
        if URLS[kind].is_file:
            if parts.netloc or not name:
                raise OptionError(f"'{masked(text)}' names no file\n  hint: {_FILE_URLS}, with three slashes")
            if options:
                raise OptionError(
                    f"'{masked(text)}': a file takes no options\n  hint: leave out what stands behind `?`"
                )
            return cls(kind, name, named=named)
        if options and not named:
            raise OptionError(f"'{masked(text)}': an address in a spec takes no options\n  hint: name it by --from")
        passwords = [value for option, value in options if option.lower() in _PASSWORD]
        written = unquote(parts.password or "") or "".join(passwords[-1:])
        host, port = _host(parts)
        return cls(
            kind, name, host, port, unquote(parts.username or ""),
            Secret(written or (os.environ.get(PASSWORD_VARIABLE, "") if named else "")),
            tuple(each for each in options if each[0].lower() not in _PASSWORD and each[0] not in hidden),
            tuple((name, Secret(value)) for name, value in options if name in hidden), named=named,
        )  # fmt: skip

    @property
    def is_file(self) -> bool:
        """Whether the database is a file."""
        return URLS[self.database].is_file

    def option(self, name: str, default: str = "") -> str:
        """One of the options."""
        return dict(self.options).get(name, default)

    def url(self, *, password: bool = False) -> str:
        """The address as a URL; with the password, and other secrets, only where a driver is to read it."""
        scheme = URLS[self.database].schemes[0]
        if self.is_file:
            return f"{scheme}:///{quote(self.name)}"
        secret = f":{quote(self.password.reveal(), safe='')}" if password and self.password else ""
        user = f"{quote(self.user, safe='')}{secret}@" if self.user or secret else ""
        several = "," in self.host  # each with a port of its own
        host = f"[{self.host}]" if ":" in self.host and not several else quote(self.host, safe=":,[]")
        hidden = [(name, value.reveal()) for name, value in self.secrets] if password else []
        options = "&".join(f"{k}={quote(v, safe='/')}" for k, v in (*self.options, *hidden))
        port = f":{self.port}" if self.port else ""
        return f"{scheme}://{user}{host}{port}/{quote(self.name)}{options and '?' + options}"

    def __str__(self) -> str:
        return self.name if self.is_file else self.url()


def _split(text: str) -> SplitResult:
    """The parts of a URL. What a password's signs may have torn apart is refused, and not shown. Raises OptionError."""
    with suppress(ValueError):  # whose words hold what stands there
        if not is_readable(text):
            raise ValueError
        parts = urlsplit(text)
        is_torn = "#" in text or (parts.netloc and "@" in parts.path) or not all("=" in each for each in _pieces(parts))
        if ("," in parts.netloc or parts.port != 0) and not is_torn:
            return parts
    raise OptionError(f"'{masked(text)}' is no URL\n  hint: {_SIGNS}; a port is a number")


def _host(parts: SplitResult) -> tuple[str, int | None]:
    """The host and its port; a folder keeps its capitals. Of several hosts, all with their ports, as they are written."""
    place = parts.netloc.rpartition("@")[2]
    if "," in place:
        return unquote(place), None
    if place.startswith(("%2F", "%2f")):
        return unquote(place.partition(":")[0]), parts.port
    return unquote(parts.hostname or ""), parts.port


def _pieces(parts: SplitResult) -> list[str]:
    return parts.query.split("&") if parts.query else []


def find(text: str | None, folder: Path | None = None, *, named: bool = True) -> Address | None:
    """The address that a word of the command line means: a URL, a path, a name in `synth.toml`; None where there is none.

    Without a word (None) it is the variable SYNTH_URL's, if that is set. ${NAME} in the file is a variable too. A URL that
    is not `named` by the user, but by a spec, gets no password from elsewhere; one in `synth.toml` is the user's own.

    Raises OptionError, also for an empty word: it is what an unset variable of a shell leaves.
    """
    if text is None:
        text = os.environ.get(URL_VARIABLE) or None
    if text is None:
        return None
    if not text.strip():
        raise OptionError(f"'{text}' is no database\n  hint: {_EMPTY}")
    if "://" in text or Path(text).suffix.lower() in _SUFFIXES:
        return Address.parse(text, named=named)
    known = _configured((folder or Path()) / CONFIG)
    if text not in known:
        hint = did_you_mean(text, map(masked, known)) if known else f"a URL, a file, or a name in {CONFIG}"
        raise OptionError(f"'{masked(text)}' is no database\n  hint: {hint}")
    unset = [name for name in _VARIABLE.findall(known[text]) if name not in os.environ]
    if unset:
        raise OptionError(f"{CONFIG}: [databases.{masked(text)}] reads the variable {unset[0]}, which is not set")
    filled = _VARIABLE.sub(lambda match: quote(os.environ[match[1]], safe=""), known[text])
    options = [piece.partition("=") for piece in known[text].partition("?")[2].split("&")]
    return Address.parse(filled, hidden=[name for name, _, value in options if _VARIABLE.search(value)])


def is_configured(text: str, folder: Path | None = None) -> bool:
    """Whether the user has named a database in `synth.toml`: by this name, or as this very URL. Raises OptionError."""
    known = _configured((folder or Path()) / CONFIG)
    return text in known.values() or (text in known and Path(text).suffix.lower() not in _SUFFIXES)


def address_of(given: Address | str | Path) -> Address:
    """Give an address as it is, or find the one that a URL, a path or a name in `synth.toml` means. Raises OptionError."""
    found = given if isinstance(given, Address) else find(str(given))
    assert found is not None
    return found


def is_database(text: str, folder: Path | None = None) -> bool:
    """Whether a word means a database, and not a folder of files. Raises OptionError for an empty word."""
    if not text.strip():
        raise OptionError(f"'{text}' is no folder and no database\n  hint: {_EMPTY}")
    if "://" in text:
        return not is_remote(text)
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
            raise OptionError(
                f'{path}: [databases.{masked(name)}] has no url\n  hint: url = "postgresql://me@host/name"'
            )
        urls[name] = url
    return urls
