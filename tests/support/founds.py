"""What an import would find of a dataset of ours, from its catalogue."""

from pathlib import Path

from synth.describe.catalogue import Catalogue, catalogue_of
from synth.importing.found import Found, FoundColumn, FoundReference, FoundTable
from synth.store.manifest import Manifest

__all__ = ["found_in", "found_of"]


def found_of(catalogue: Catalogue) -> Found:
    """A catalogue's tables, columns, keys and references."""
    return Found(
        tuple(
            FoundTable(
                table.name,
                tuple(
                    FoundColumn(column.name, column.type, str(column.type), nullable=column.nullable)
                    for column in table.columns
                ),
                primary_key=table.key,
                references=tuple(
                    FoundReference(each.columns, each.parent, each.keys)
                    for each in catalogue.references
                    if each.table == table.name
                ),
            )
            for table in catalogue.tables
        ),
        name=catalogue.dataset,
    )


def found_in(folder: Path) -> tuple[Found, dict[str, Path]]:
    """What is in a folder that `generate` made as Parquet, and where each table's files are."""
    dataset = Manifest.read(folder).load_dataset()
    found = found_of(catalogue_of(dataset))
    return found, {table.name: folder / table.name for table in found.tables}
