"""A few files at a time; who would wait too long is told so."""

from __future__ import annotations

import pytest

from xinheng.faces.web.desk.turns import Turns
from xinheng.faces.web.errors import CrowdedDeskError


def test_a_place_is_free_again_after_use_also_where_it_ended_badly() -> None:
    turns = Turns(at_once=1, patience=0)
    for _ in range(2):
        with pytest.raises(KeyError), turns.turn():
            raise KeyError


def test_who_would_wait_too_long_is_asked_to_come_back() -> None:
    turns = Turns(at_once=2, patience=0)
    with turns.turn(), turns.turn(), pytest.raises(CrowdedDeskError), turns.turn():
        pass
