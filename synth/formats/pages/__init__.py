"""Parquet files written from numpy arrays, page by page: `write_pages` for tables of plain types, `can_write` says which.

A page of whole columns is little more than memory: codes, differences and bits are packed by a few operations over arrays.
"""

from synth.formats.pages.file import write_pages
from synth.formats.pages.leaves import can_write

__all__ = ["can_write", "write_pages"]
