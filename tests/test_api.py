"""The library in Python: what the package's names promise, without files."""

from __future__ import annotations

import datetime as dt
import doctest
import inspect
import subprocess
import sys
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
import synth.api
from synth import block, dump_ as _none if False else block  # noqa
