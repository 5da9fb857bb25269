"""Databases that are files, which this process opens itself: one connection, whose transaction is the staging place."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from synth.databases.address import Address
from synth.databases.contract import Database
from synth.errors import DatabaseError
from synth.left import Left, note
from synth.system import is_utf8

__all__ = ["FileDatabase"]


class FileDatabase(Database):
    """Nothing is opened before it is asked for: reading needs a file, and a load may make one.

    When a process closes any handle of a file, it loses all its locks on it. So no member opens the file but through its
    database's library, and while this process loads a file, it reads it through that load alone.
    """

    beside: ClassVar[tuple[str, ...]]  # ends of the names of files that the database keeps next to its own
    in_place = True
    written: ClassVar[set[Path]] = set()  # files that loads of this process are writing
    path: Path
    loading = False  # whether a load is going on
    made = False  # whether it made the file

    @classmethod
    def create(cls, address: Address) -> None:
        """Nothing: opening a file makes it."""

    @property
    def default_schema(self) -> str:
        """What both of them call it."""
        return "main"

    def connect(self) -> None:
        """Refuse what cannot be a database's file."""
        self.path = Path(self.address.name).absolute()
        if not is_utf8(str(self.path)):
            raise DatabaseError(
                f"{str(self.path)!r} is no UTF-8, and no place for a database\n  hint: rename the folder"
            )
        if not self.path.parent.is_dir():
            raise DatabaseError(
                f"{self.address}: there is no folder '{self.path.parent}'\n  hint: make it first, or name another file"
            )
        if self.path.is_dir():
            raise DatabaseError(f"{self.address}: it is a folder\n  hint: name a file in it")
        if self.path.exists() and not self.path.is_file():
            raise DatabaseError(f"{self.address}: it is a pipe or a device, and no file\n  hint: name a file")

    def require_file(self) -> None:
        """Refuse to read where no file is, or another load's. Raises DatabaseError."""
        if self.path.resolve() in self.written:
            raise DatabaseError(f"{self.address}: another load of this process is writing it\n  hint: wait for it")
        if not self.path.exists():
            raise DatabaseError(
                f"{self.address}: there is no such file\n  hint: `synth load DIR {self.address}` makes it"
            )

    def staging_schema(self, schema: str) -> str:
        """The schema itself: nobody sees what is in it before the transaction is over."""
        return schema

    @abstractmethod
    def begin_writing(self) -> bool:
        """Open the file and begin a transaction that writes; False where another has begun one."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether the database holds nothing at all."""

    def lock(self, schema: str) -> bool:
        """Begin the transaction, not through a link, which is somebody else's way.

        Who has waited for a load that failed may hold a file that is removed: it begins again.
        """
        self.close()
        if self.path.is_symlink():
            raise DatabaseError(
                f"{self.address}: it is a link, and is not followed\n  hint: name the file that it leads to"
            )
        while True:
            before = self._file()
            try:
                if not self.begin_writing():
                    return False
                self.loading = True
                if self._file() is not None and before in (None, self._file()):
                    self.made = before is None and self.is_empty()
                    if self.made:
                        self._note(Left.FILE)
                    self.written.add(self.path.resolve())
                    return True
            except DatabaseError:
                if self._file() == before:
                    raise
            self.close()

    def _file(self) -> int | None:
        """Which file has the name, by a number of its own; None where there is none."""
        return self.path.stat().st_ino if self.path.exists() else None

    def abandon(self, schema: str) -> None:
        """Roll back; a file that was not there before is not there afterwards: removed before others get the lock."""
        if self.made:
            for end in ("", *self.beside):
                with suppress(OSError):
                    Path(f"{self.path}{end}").unlink()
        if self.loading:
            with suppress(*self.raised, DatabaseError):
                self.run("ROLLBACK")
        self.close()

    def end_loading(self) -> None:
        """To be called with the end of a connection."""
        if self.loading:
            self.written.discard(self.path.resolve())
        self.loading = False

    def publish(self, schema: str, tables: object, replaced: object) -> None:
        """Commit the transaction in which all was made."""
        with self.driver_errors(f"putting the tables into schema '{schema}'"):
            self.run("COMMIT")
        self._note(Left.WHOLE)
        self.made = False

    def _note(self, what: Left) -> None:
        for end in ("", *self.beside):
            note(what, Path(f"{self.path}{end}"))
