"""Around the application: what a process that serves does once."""

from __future__ import annotations

import gc

from xinheng.faces.web.server import settled


def test_what_stays_for_good_is_not_collected_while_serving():
    before = gc.get_freeze_count()
    with settled():
        assert gc.get_freeze_count() > before + 10_000
    assert gc.get_freeze_count() == before
