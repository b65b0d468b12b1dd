"""What stands on an agency's website and is not held."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.sending import House, row

from xinheng.core.ids import new_id
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.outward.capture import store as captures
from xinheng.outward.capture.model import Capture, Draft
from xinheng.outward.monitoring import lists, store_lists, websites
from xinheng.outward.monitoring.comparing import Outcome
from xinheng.outward.monitoring.errors import ListRefused
from xinheng.outward.monitoring.lists import Given

AT = datetime(2026, 11, 1, tzinfo=UTC)


def draft(capture: UUID, n: int, house: House) -> Draft:
    fields = {
        "CF_WSH": f"清市监处罚（2026）{n}号",
        "CF_XDR_MC": f"清河第{n}号商贸有限公司",
        "CF_JDRQ": "2026年9月1日",
    }
    return Draft(new_id(house.clock), capture, bytes([n]) * 32, fields, (), "http://x", "0" * 64, AT)


def test_what_a_website_shows_and_nobody_reported_is_missing(house: House) -> None:
    house.send(row(1, CF_JDRQ="2026-09-01"))
    with house.database.transaction() as tx:
        agency = access.by_code(tx, "A")
        capture = Capture(new_id(house.clock), agency.agency, "网站", "penalty", "", AT)
        captures.insert_capture(tx, capture)
        with pytest.raises(ListRefused):
            websites.read(tx, house.pack, capture)
        for n in (1, 2):
            captures.insert_draft(tx, draft(capture.capture, n, house))
        given = Given(agency, "penalty", "website", "抓取草稿", Actor(None, None, "信用办"))
        one = lists.compare(tx, house, given, websites.read(tx, house.pack, capture))
        found = store_lists.lines(tx, one.list_id, None, 10)
    assert {x.party: x.outcome for x in found} == {
        "清河第1号商贸有限公司": Outcome.HELD,
        "清河第2号商贸有限公司": Outcome.MISSING,
    }
