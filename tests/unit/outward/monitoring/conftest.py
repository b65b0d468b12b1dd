"""The house of the intake tests, and rows in series."""

from __future__ import annotations

from tests.unit.evidence.intake.conftest import engine, house, national  # noqa: F401 - fixtures
