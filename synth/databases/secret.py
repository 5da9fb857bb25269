"""What must not be seen: a password as a value that does not show itself, and passwords within words that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import unquote

__all__ = ["NONE", "Secret", "is_readable", "is_secret", "masked", "secrets_in"]

_MASK = "***"
_NOT_SHOWN = "(an address that cannot be read, not shown)"

# options behind `?` whose values are shown: those of the drivers in which nothing is hidden
HARMLESS = frozenset({
    "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "gssencmode", "channel_binding", "target_session_attrs",
    "host", "hostaddr", "port", "service", "connect_timeout", "load_balance_hosts", "keepalives", "options",
    "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "ssl_disabled", "ssl_verify_cert", "ssl_verify_identity", "charset",
    "unix_socket", "bind_address", "read_timeout", "write_timeout", "read_default_file", "read_default_group",
    "applicationintent", "authentication", "connectretrycount", "connectretryinterval", "encrypt", "hostnameincertificate",
    "ipaddresspreference", "keepalive", "keepaliveinterval", "multisubnetfailover", "packetsize", "servercertificate",
    "serverspn", "trustservercertificate", "trusted_connection",
})  # fmt: skip

_KINDS = r"(?:postgres(?:ql)?|mysql|mariadb|mssql|sqlite|duckdb)(?:\+\w+)?"
_NO_SIGN = r"(?:(?!%3a|%0)[^:@/?#\s])*"  # neither a sign that ends it, nor a colon or control character written with %
_HOST = r"(?:\[[0-9a-f:.%]+\]|(?:(?!%3a|%40|%0)[\w.,%-])*)"
_MORE_HOSTS = r"(?:,[\w.-]+:\d+)*"  # each with its port, lest the rest of a password is taken for one
_OPTION = r"[\w.-]+=[^&;#\s]*"
# a URL of a server, exactly; its password is all between the colon behind the user and the last @
_SERVER = re.compile(
    rf"(?P<scheme>[a-z][\w+.-]*)://(?:{_NO_SIGN}(?::(?P<password>.*))?@)?{_HOST}(?::\d*)?{_MORE_HOSTS}(?:/(?:(?!%3a|%0)[^:@?#\s])*)?"
    rf"(?:\?(?P<options>(?:{_OPTION}(?:&{_OPTION})*)?))?",
    re.DOTALL | re.IGNORECASE,
)
_FILE = re.compile(r"(?:sqlite|duckdb)(?:\+\w+)?:///[^?#\0]*", re.IGNORECASE)
_WORD = re.compile(r"(--[\w-]+=)?(.*)", re.DOTALL)
# what was meant as a URL: two slashes behind a word, or a database's scheme behind which signs of one stand
_LIKE_URL = re.compile(rf"\s*(?:[\w+.-]*\s*[:;：]?\s*//|{_KINDS}\s*[:;：/])", re.IGNORECASE)
_SCHEME = re.compile(rf"\s*({_KINDS})\b", re.IGNORECASE)
_SUSPECT = r"pass|psw|pwd|pw|secret|token|credential|cred|(?:api|access|private|secret|encryption)_?key"
# with its value, to the end of the word: quotes, blanks and semicolons may be part of it
_IN_TEXT = re.compile(rf"\b\w*(?:{_SUSPECT})\w*[\"']?\s*(?:[=:]|%3d)\s*(.+)", re.IGNORECASE | re.DOTALL)


class Secret:
    """A text that is only given by `reveal`. Shown, formatted or copied it stays hidden, and it is not pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str = ""):
        self._text = text

    @classmethod
    def of(cls, text: Secret | str) -> Secret:
        """A text as a secret; what is one already as it is."""
        return text if isinstance(text, Secret) else cls(text)

    def reveal(self) -> str:
        """The text itself, for a driver."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __repr__(self) -> str:
        return _MASK if self._text else "''"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a password is not pickled: hand over what `reveal` gives, where it must be")


NONE = Secret()


def is_secret(option: str) -> bool:
    """Whether the value of an option of that name is not to be seen: it is not of a kind in which nothing is hidden."""
    return option.lower() not in HARMLESS


def is_readable(url: str) -> bool:
    """Whether a URL is exactly understood, so that what is to be hidden in it is known."""
    return bool(_SERVER.fullmatch(url)) or (bool(_FILE.fullmatch(url)) and not ("@" in url and ":" in url[8:]))


def masked(word: str) -> str:
    """A word with stars for what may be a password in it; of an address that is not exactly understood only the scheme."""
    begin, rest = _begin_and_rest(word)
    if _is_strange(rest):
        scheme = _SCHEME.match(rest)
        return f"{begin}{scheme[1].lower() + '://… ' if scheme else ''}{_NOT_SHOWN}"
    for start, end in sorted(_places(word), reverse=True):
        word = word[:start] + _MASK + word[end:]
    return word


def secrets_in(words: Iterable[str]) -> set[str]:
    """What may be passwords in these words, as they are written and as they are meant."""
    found = set()
    for word in words:
        _, rest = _begin_and_rest(word)
        if _is_strange(rest):
            found |= {rest, *re.split(r"[:;：/@?&=,#\s'\"]+", _SCHEME.sub("", rest))}
        found |= {word[start:end] for start, end in _places(word)}
    return {each for each in found | {unquote(each) for each in found} if each}


def _begin_and_rest(word: str) -> tuple[str, str]:
    """The option's name of `--name=rest`, and the rest."""
    match = _WORD.fullmatch(word)
    assert match is not None
    return match[1] or "", match[2]


def _is_strange(text: str) -> bool:
    """Whether a text was meant as an address, and is none that is exactly understood."""
    if is_readable(text):
        return False
    signs = "@" in text or ":" in text or "：" in text
    if "://" in text or (_LIKE_URL.match(text) and signs):
        return True
    user, at, _ = text.rpartition("@")
    return bool(at) and not re.search(r"\s", text) and (":" in user or "/" in user or "%3a" in user.lower())


def _places(word: str) -> list[tuple[int, int]]:
    """Where they stand; none overlaps another."""
    begin, rest = _begin_and_rest(word)
    url = _SERVER.fullmatch(rest)
    if url is None:
        found = _IN_TEXT.search(word)
        return [found.span(1)] if found else []
    places = [url.span("password")] if url["password"] else []
    if url["options"]:
        first = url.start("options")
        options = re.finditer(r"([^&=]+)=([^&]+)", url["options"])
        places += [(first + each.start(2), first + each.end(2)) for each in options if is_secret(each[1])]
    return [(start + len(begin), end + len(begin)) for start, end in places]
