"""号码登记 at the desk."""

from __future__ import annotations

import re

from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_cases import clerk, office, other  # noqa: F401 - fixtures
from tests.unit.faces.web.test_desk import csrf, long_ago, sent

WITHDRAW = re.compile(r'action="(/desk/numbers/[0-9a-f-]{36}/withdraw)"')


def declare(client: Client, first: str, last: str = "", reason: str = "系统跳号") -> int:
    form = {"csrf": csrf(client), "item": "penalty", "first": first, "last": last, "reason": reason}
    return client.post("/desk/numbers", data=form).status_code


def test_numbers_are_declared_void_listed_and_taken_back(
    clerk: Client,  # noqa: F811
    other: Client,  # noqa: F811
    office: Client,  # noqa: F811
) -> None:
    assert declare(clerk, "示市监罚字〔2026〕9001号", "示市监罚字〔2026〕9003号") == 303
    page = clerk.get("/desk/numbers").text
    for text in ("示市监罚字〔2026〕9002号", "系统跳号", "9001号 至 示市监罚字〔2026〕9003号", "撤销登记"):
        assert text in page
    assert declare(clerk, "示市监罚字〔2026〕9003号") == 400
    assert declare(clerk, "示市监罚字〔2026〕9004号", reason="当事人11010519491231002X") == 400
    assert "9002号" in office.get("/desk/numbers").text
    assert invented.MARKET in office.get("/desk/numbers").text
    assert declare(office, "示市监罚字〔2026〕9009号") == 403
    assert "9002号" not in other.get("/desk/numbers").text
    address = WITHDRAW.search(page)
    assert address is not None
    assert other.post(address[1], data={"csrf": csrf(other)}).status_code == 404
    assert clerk.post(address[1], data={"csrf": csrf(clerk)}).status_code == 303
    page = clerk.get("/desk/numbers").text
    assert "已撤销" in page
    assert "没有这一类号码" in page


def test_numbers_of_persons_and_summary_procedures_are_lists_of_their_own(
    clerk: Client,  # noqa: F811
    place: Town,
) -> None:
    sent(
        clerk,
        invented.sheet([invented.person(9010, long_ago(place)), invented.penalty(9011, long_ago(place))]),
    )
    page = clerk.get("/desk/numbers?why=person").text
    assert "〕9011号" in page
    assert "赵某" not in page
    assert "登记作废的号码" not in page
    assert clerk.get("/desk/numbers?why=simplified").status_code == 200
    assert clerk.get("/desk/numbers?why=nonsense&page=x").status_code == 200
