"""Relational test data: one declared schema in, whole worlds of rows out, the same everywhere.

    >>> import synth
    >>> plan = synth.plan("ecommerce", scale=0.01)
    >>> plan.tables["orders"].rows
    1000
"""

from __future__ import annotations

__version__ = "0.1.0"
