"""The audit finds what an operator changed behind the ledger's back."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from tests.unit.evidence.ledger.conftest import PACK, Put

from xinheng.evidence.ledger.audit import Audited, audit
from xinheng.evidence.ledger.erasure import Erasure, erase
from xinheng.evidence.ledger.errors import LogDiverged


def test_an_honest_ledger_passes_erasures_included(ledger, clock, put: Put) -> None:
    record = uuid4()
    first = put("一", record=record)
    put("二", record=record, previous=first)
    put("三")
    with ledger.transaction() as tx:
        assert audit(tx) == Audited(3, 0)
        erase(tx, Erasure(record, "某法第一条", PACK), clock, [])
        assert audit(tx) == Audited(4, 2)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ('update contents set public = \'{"text":"改"}\' where event = %(e)s', "公开内容与承诺不符"),
        ("update contents set authorised = null where event = %(e)s", "授权查询内容与承诺不符"),
        ("update contents set salts = commitments where event = %(e)s", "公开内容与承诺不符"),
        ("update contents set subject = %(other)s where event = %(e)s", "条目与内容不符"),
        ("update provenances set source = %(other)s", "条目与内容不符"),
        ("update provenances set item = 'permit'", "条目与内容不符"),
        ("update provenances set pack = 'other'", "条目与内容不符"),
        ("update contents set valid_from = valid_from + 1 where event = %(e)s", "条目与内容不符"),
        ("update contents set record = %(other)s where event = %(e)s", "条目与内容不符"),
        ("update events set kind = 'corrected' where event = %(e)s", "条目与内容不符"),
        ("update events set known = known + interval '1 s' where event = %(e)s", "知悉时间倒退"),
        ("update events set known = known - interval '1 s' where event = %(e)s", "事件与账本头不符"),
        ("update events set seq = 9 where event = %(e)s", "位置不连续"),
        ("delete from contents where event = %(e)s", "没有内容行"),
        ("delete from events where event = %(e)s", "位置不连续"),
        ("update ledger_head set frontier = ''", "事件与账本头不符"),
    ],
)
def test_whatever_is_changed_in_the_database_is_found(ledger, put: Put, change: str, found: str) -> None:
    event = put("一")
    put("二")
    with ledger.transaction() as tx:
        tx.execute(change, {"e": event, "other": UUID(int=9)})
    with pytest.raises(LogDiverged, match=found), ledger.transaction() as tx:
        audit(tx)
