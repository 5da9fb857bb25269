"""A folder in an object store: S3, Google Cloud Storage, Azure.

Nothing is renamed there, and an object is there whole or not at all. Requests are tried again, with growing pauses, for some
minutes; large objects go up in pieces. Credentials come by the stores' usual ways, and are never said.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from synth.addresses import OBJECT_STORES
from synth.errors import OptionError, OutputError
from synth.store.files import MOST_BYTES

__all__ = ["Listed", "ObjectFolder", "TakenError", "each"]

AT_ONCE = 16  # requests
RETRIES: dict[str, Any] = {"max_retries": 12, "retry_timeout": timedelta(minutes=4)}
LONGEST = 300  # characters of what a store says

_URL = re.compile(rf"(?:{'|'.join(OBJECT_STORES)})://[^/?#]+(?:/[^?#]*)?")
Thing = TypeVar("Thing")
Made = TypeVar("Made")


class TakenError(Exception):
    """Another has put an object in the place meanwhile."""


class Listed(NamedTuple):
    """What a list says of an object."""

    bytes: int
    modified: datetime


class Found(NamedTuple):
    """What is in an object, and the tag of what is there now."""

    data: bytes
    tag: str


@dataclass(frozen=True)
class ObjectFolder:
    """All objects whose names begin so. It holds the address alone, as it is pickled into workers."""

    url: str

    @classmethod
    def of(cls, url: str) -> ObjectFolder:
        """Read an address: `s3://bucket/some/folder`. Raises OptionError."""
        if not _URL.fullmatch(url):
            raise OptionError(f"'{url}' is no address of a folder in an object store\n  hint: s3://bucket/folder")
        return cls(url.rstrip("/"))

    def __str__(self) -> str:
        return self.url

    def __getstate__(self) -> dict[str, str]:
        return {"url": self.url}

    def inside(self, name: str) -> ObjectFolder:
        """Give a folder in it."""
        return ObjectFolder(f"{self.url}/{name}")

    @property
    def name(self) -> str:
        """Give its last word."""
        return self.url.rpartition("/")[2]

    @cached_property
    def _store(self) -> Any:
        obstore = _library()
        options: dict[str, Any] = {"retry_config": RETRIES, "client_options": {"timeout": timedelta(minutes=2)}}
        if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
            options["client_options"]["allow_http"] = True
        if self.url.startswith("s3") and (provider := _profile()):
            options["credential_provider"] = provider
        try:
            return obstore.store.from_url(self.url, **options)
        except (obstore.exceptions.BaseError, ValueError) as error:
            raise OptionError(f"'{self.url}' cannot be worked with: {_said(error)}") from None

    # -- what is there

    def names(self) -> dict[str, Listed]:
        """List all objects, by name. Raises OutputError."""
        with self._told("list"):
            lists = _library().list(self._store)
            return {each["path"]: Listed(each["size"], each["last_modified"]) for some in lists for each in some}

    def read(self, name: str) -> Found | None:
        """Read an object of ours, or None where there is none. Raises OutputError."""
        with self._told("read", name):
            try:
                found = _library().get(self._store, name)
            except FileNotFoundError:
                return None
            if found.meta["size"] > MOST_BYTES:
                raise OutputError(f"'{self}/{name}' has more than {MOST_BYTES:,} bytes, and is none of ours")
            return Found(bytes(found.bytes()), found.meta["e_tag"] or "")

    def download(self, name: str, path: Path) -> None:
        """Write an object into a file. Raises OutputError."""
        with self._told("read", name), path.open("wb") as file:
            try:
                pieces = _library().get(self._store, name).stream(min_chunk_size=2**22)
            except FileNotFoundError:
                raise OutputError(f"'{self}/{name}' is missing\n  hint: generate it again") from None
            for piece in pieces:
                file.write(piece)

    # -- what becomes of it

    def put(self, name: str, source: Path | bytes) -> None:
        """Put an object, whole or not at all, in the place of what is there. Raises OutputError."""
        with self._told("write", name):
            _library().put(self._store, name, source)

    def put_last(self, name: str, data: bytes, tag: str | None) -> None:
        """Put an object where there is none, or in the place of that with a tag. Raises TakenError, OutputError."""
        obstore = _library()
        taken = (obstore.exceptions.AlreadyExistsError, obstore.exceptions.PreconditionError)
        with self._told("write", name):
            try:
                obstore.put(self._store, name, data, mode="create" if tag is None else {"e_tag": tag})
            except taken as error:
                raise TakenError from error

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; those that are gone already are no matter. Raises OutputError."""
        with self._told("delete"):
            for name in names:
                try:
                    _library().delete(self._store, name)
                except FileNotFoundError:
                    continue

    @contextmanager
    def _told(self, what: str, name: str = "") -> Iterator[None]:
        """Say in its place what the store says."""
        obstore = _library()
        try:
            yield
        except (obstore.exceptions.BaseError, OSError) as error:
            place = f"{self}/{name}" if name else str(self)
            raise OutputError(f"cannot {what} '{place}': {_said(error)}") from error


def each(do: Callable[[Thing], Made], things: Iterable[Thing]) -> list[Made]:
    """Do something with each of many objects, some at once, in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, things))


def _library() -> Any:
    try:
        import obstore
        import obstore.store
    except ImportError as error:
        raise OptionError("object stores need obstore\n  hint: pip install 'synth-relational[objects]'") from error
    return obstore


def _profile() -> Any:
    """What reads credentials as the tools of S3 do, where the environment has none, and these are installed."""
    if os.environ.get("AWS_ACCESS_KEY_ID") or not (
        os.environ.get("AWS_PROFILE") or (Path.home() / ".aws" / "credentials").exists()
    ):
        return None
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ImportError:
        return None
    return Boto3CredentialProvider()


def _said(error: Exception) -> str:
    """What a store says, in one line."""
    words = " ".join(str(error).split())
    return f"{words[:LONGEST]}…" if len(words) > LONGEST else words
