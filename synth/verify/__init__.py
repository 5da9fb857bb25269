"""Proof by SQL: everything a dataset promises, checked where the data is, by a path apart from the drawing."""

from __future__ import annotations

from synth.verify.checks import Check, checks
from synth.verify.files import verify_folder
from synth.verify.report import Finding, Report

__all__ = ["Check", "Finding", "Report", "checks", "verify_folder"]
