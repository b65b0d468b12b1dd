"""Submissions use the house of the intake tests."""

from __future__ import annotations

from tests.unit.evidence.intake.conftest import engine, house, national  # noqa: F401 - fixtures
