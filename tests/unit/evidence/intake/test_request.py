"""What a sender asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinheng.core.identity import MASK, check_character
from xinheng.evidence.intake.model import Request

INVENTED = "11010119900307001" + check_character("11010119900307001")


@pytest.mark.parametrize(
    ("name", "kept"),
    [(f"张某{INVENTED}.csv", f"张某{MASK}.csv"), (f"a{INVENTED}.xlsx", f"a{MASK}.xlsx"), ("a.csv", "a.csv")],
)
def test_an_identity_number_in_a_file_name_is_masked(name: str, kept: str) -> None:
    asked = Request(Path(name), name, "penalty")
    assert (asked.file_name, asked.path) == (kept, Path(name))  # the file is still opened by its own name
