"""What a rival is: one file whose class says the following, in this order; what most say alike stands here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from benchmarks.databases import Databases

BIN = Path(sys.executable).parent
ENVIRONMENTS = Path(__file__).resolve().parents[2] / ".venv" / "rivals"  # of those whose packages must not meet ours
PARQUET, ANOTHER = "order_items as Parquet", "another table as Parquet"
POSTGRES, MARIADB = "into PostgreSQL", "into MariaDB"
COMPARED = (PARQUET, ANOTHER, POSTGRES, MARIADB)
FINDS = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"  # without importing it


class Rival(ABC):
    """Another program that makes rows, or takes ready ones, measured as a whole process."""

    name: ClassVar[str]  # as tables call it
    group: ClassVar[str]  # what it is compared with: one of COMPARED
    rows: ClassVar[int]  # made in one run, enough that starting is a small part
    columns: ClassVar[int] = 11
    processors: ClassVar[int] = 2  # that it can keep busy
    given: ClassVar[str]  # its best settings, and what it is spared, so that the comparison is fair to it
    needs: ClassVar[tuple[str, ...]]  # programs, or modules as `module:NAME`
    chooses_rows: ClassVar[bool] = True  # it makes exactly as many as it is asked for
    environment: ClassVar[str] = (
        ""  # `environment`.lock beside this file is what it needs, where that must not meet ours
    )

    @property
    def python(self) -> Path:
        """The interpreter that has its packages."""
        return ENVIRONMENTS / self.environment / "bin" / "python" if self.environment else Path(sys.executable)

    def missing(self) -> str:
        """Why it cannot be run here; "" where it can."""
        if not self.python.exists():
            return f"its packages are not set up (benchmarks/rivals/{self.environment}.lock)"
        for need in self.needs:
            module = need.removeprefix("module:")
            words = [self.python, "-c", FINDS, module]
            if module == need and not program(need):
                return f"the program {need} is not installed"
            if module != need and subprocess.run(words, capture_output=True, check=False, cwd="/").returncode:
                return f"the package {module} is not installed"
        return ""

    def before(self, databases: Databases, rows: int, out: Path) -> None:  # noqa: B027, most need nothing
        """What is made ready, outside the measured time."""

    @abstractmethod
    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        """The command that is measured; it makes so many rows in the empty folder `out`, or in a database."""

    def beside(self, databases: Databases) -> list[int]:
        """Processes of a server, whose CPU and memory belong to it."""
        return []

    def made(self, databases: Databases, out: Path) -> tuple[int, int]:
        """How many rows are there after it, and how many bytes they take."""
        from benchmarks.measuring import bytes_in
        from benchmarks.order_items import rows_in

        return rows_in(out), bytes_in(out)

    def mistakes(self, out: Path) -> list[str]:
        """In what is there after it not what was asked for."""
        return []


class OrderItems(Rival):
    """One that writes order_items as Parquet; its file is the program, too, run as `python -m benchmarks.rivals.NAME`."""

    group = PARQUET
    adds_up: ClassVar[bool] = True  # each line_total is the sum that it must be

    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        return [self.python, "-m", type(self).__module__, rows, out]

    def mistakes(self, out: Path) -> list[str]:
        from benchmarks.order_items import mistakes

        return mistakes(out, self.adds_up)


def program(name: str) -> str:
    """The path of a program: beside our interpreter, or where the shell finds it; "" where it is nowhere."""
    beside = BIN / name
    return str(beside) if beside.exists() else shutil.which(name) or ""
