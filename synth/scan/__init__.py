"""Tables as sources that are drawn as a query asks for them: nothing is stored."""

from __future__ import annotations
