"""Who is told that a submission has ended: those who did not see it."""

from __future__ import annotations

import pytest
from tests.sending import House, row
from tests.unit.evidence.submissions.test_service import (  # noqa: F401 - a fixture among them
    ONE,
    OTHER,
    actor,
    agency,
    handed,
    reviewing,
)

from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions import service
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import Inbox


def told(house: House) -> list[str]:
    """Titles of the messages of the account that sends."""
    with house.database.transaction() as tx:
        return [notice.title for notice, _ in notices.listed(tx, Inbox(ONE, agency(house)))]


def test_whoever_saw_it_end_and_programs_are_not_told(house: House) -> None:
    service.hand_in(house, handed(row(1)))
    service.hand_in(house, handed(row(2), way=Way.API, client="c"))
    assert told(house) == []


@pytest.mark.usefixtures("reviewing")
def test_what_a_colleague_sends_back_and_approves_is_told_to_its_sender(house: House) -> None:
    waiting = service.hand_in(house, handed(row(1), row(2, CF_CFLB="罚")))
    back = service.refuse(house, waiting.id, actor(house, OTHER), "处罚内容与决定书不一致")
    with house.database.transaction() as tx:
        ((notice, _),) = notices.listed(tx, Inbox(ONE, agency(house)))
        assert notices.listed(tx, Inbox(OTHER, agency(house))) == []
    assert notice.title == "报送审核退回：表单.jsonl"
    assert "处罚内容与决定书不一致" in notice.body
    assert notice.ref == f"submission:{back.id}"
    sent = service.hand_in(house, handed(row(3), row(4, CF_CFLB="罚")))
    service.approve(house, sent.id, actor(house, OTHER))
    with house.database.transaction() as tx:
        bodies = [n.body for n, _ in notices.listed(tx, Inbox(ONE, agency(house)))]
    assert any("接收 1 行、退回 1 行" in body for body in bodies), bodies
