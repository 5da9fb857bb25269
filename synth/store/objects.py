"""A folder in an object store: S3, Google Cloud Storage, Azure.

Nothing is renamed there, and an object is there whole or not at all. Requests are tried again, with growing pauses, for some
minutes; large objects go up in pieces. Credentials come by the stores' usual ways, and are never said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from synth.errors import OptionError, OutputError
from synth.extras import needing
from synth.store.files import MOST_BYTES
from synth.store.remote import Addressed, Found, Listed, TakenError, one_line

__all__ = ["ObjectFolder"]

RETRIES: dict[str, Any] = {"max_retries": 12, "retry_timeout": timedelta(minutes=4)}


class ObjectFolder(Addressed):
    """All objects whose names begin so."""

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
            raise OptionError(f"'{self.url}' cannot be worked with: {one_line(error)}") from None

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
            raise OutputError(f"cannot {what} '{place}': {one_line(error)}") from error


def _library() -> Any:
    with needing("objects"):
        import obstore
        import obstore.store
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
