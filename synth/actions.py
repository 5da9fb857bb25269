"""What commands do to a place, a folder or a database alike, as functions by the same words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from synth.databases.address import Address, address_of, is_database
from synth.databases.rights import Rights
from synth.errors import OptionError, many
from synth.job.load import load_folder
from synth.loading.report import LoadReport
from synth.progress import Progress
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from synth.verifying.report import VerifyReport

__all__ = ["load_into", "verify"]


def load_into(
    folder: str | Path, url: str | Path | Address, *, schema: str | None = None, if_exists: str = "fail",
    via: str | None = None, connections: int = 4, identity: bool = True, index_times: bool = False, owner: str | None = None,
    grant: Iterable[str] = (), keep_staging: bool = False, dry_run: bool = False, progress: Progress | None = None,
) -> LoadReport:  # fmt: skip
    """Load a folder into a database, all or nothing, and prove it there, as `synth load` does.

    `url` is a URL, a file's path, or a name in `synth.toml`; `grant` has words like `reader=select`. The other words are the
    command's. Raises OptionError, OutputError, DatabaseError, DataError.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> synth.load_into(folder, "shop.duckdb").rows
    351
    """
    return load_folder(
        folder, address_of(url), schema=schema, if_exists=if_exists, connections=connections, via=via, identity=identity,
        index_times=index_times, rights=Rights.parse(owner, list(grant)), keep_staging=keep_staging, dry_run=dry_run,
        progress=progress,
    )  # fmt: skip


def verify(
    place: str | Path | Address, *, schema: str | None = None, memory_bytes: int | None = None, exact: bool = False,
    workers: int | str = "all", progress: Progress | None = None,
) -> VerifyReport:  # fmt: skip
    """Prove a folder, one in an object store, or a dataset in a database by SQL, as `synth verify` does.

    `schema` names the dataset's where a database holds several; `memory_bytes` are the most that are taken for a folder, and
    `exact` says that rows which others added to a database are offences. So many cores work as `workers`, by default all; a
    server is asked over so many connections. Raises OptionError, OutputError, DatabaseError.

    >>> synth.verify(synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder).passed
    True
    """
    if not isinstance(place, Address) and not is_database(str(place)):
        if schema is not None or exact:
            raise OptionError("`schema` and `exact` are of databases, and this is a folder\n  hint: leave them out")
        return verify_folder(place, progress, memory_bytes=memory_bytes, workers=workers)
    if memory_bytes is not None:
        raise OptionError("`memory_bytes` is of folders: a database has its own limits\n  hint: leave it out")
    address = place if isinstance(place, Address) else address_of(str(place))
    reports = verify_database(address, schema, progress, exact=exact, workers=workers)
    if len(reports) > 1:
        raise OptionError(
            f"{place} holds {many(len(reports), 'dataset')}\n  hint: name the schema of one, as "
            f"'{reports[0].dataset}', or take synth.verify_database"
        )
    return reports[0]
