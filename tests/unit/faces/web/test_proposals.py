"""The desk's page of proposals: who proposes, who decides, who sees what."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.office.proposals import service
from xinheng.office.proposals.model import RuleDoubt

PATH = "/desk/proposals"
FORM = {
    "item": "permit", "code": "x_qygm", "name": "企业规模", "type": "enum", "values": "大型、中型，小微型",
    "disclosure": "shared", "reason": "分类监管需要", "source": "",
}  # fmt: skip


@pytest.fixture
def people(site: FastAPI, place: Town) -> Iterator[tuple[Client, Client, Client]]:
    """A clerk, a clerk of another agency, the office."""
    with Client(site) as clerk, Client(site) as other, Client(site) as office:
        for client, login in ((clerk, "sjj"), (other, "hbj"), (office, "xyb")):
            sign_in(client, login, place.passwords[login])
        yield clerk, other, office


def proposal_in(page: str) -> str:
    found = re.search(r'id="p-([0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]


def test_a_proposal_is_made_seen_by_few_and_decided(people: tuple[Client, Client, Client]) -> None:
    clerk, other, office = people
    wrong = clerk.post(PATH, data=FORM | {"csrf": csrf(clerk), "code": "QYGM", "values": ""})
    assert wrong.status_code == 422
    assert "X_ 开头" in wrong.text
    assert "列表类型要写明可选的值" in wrong.text
    assert 'value="企业规模"' in wrong.text  # what was typed is still there
    assert clerk.post(PATH, data=FORM | {"csrf": csrf(clerk)}).status_code == 303
    page = clerk.get(PATH).text
    assert "取值：大型、中型、小微型" in page
    assert "企业规模" not in other.get(PATH).text
    proposal = proposal_in(page)
    foreign = other.post(f"{PATH}/{proposal}/take-back", data={"csrf": csrf(other)})
    assert foreign.status_code == 404
    not_yours = clerk.post(f"{PATH}/{proposal}/decide", data={"csrf": csrf(clerk), "to": "accepted"})
    assert not_yours.status_code == 403
    bare = office.post(f"{PATH}/{proposal}/decide", data={"csrf": csrf(office), "to": "refused", "note": ""})
    assert bare.status_code == 422
    assert "写明不采纳的理由" in bare.text
    said = {"csrf": csrf(office), "to": "refused", "note": "上级目录已有"}
    assert office.post(f"{PATH}/{proposal}/decide", data=said).status_code == 303
    assert "上级目录已有" in clerk.get(PATH).text


def test_a_new_item_and_a_wrong_rule_stand_on_the_page(
    people: tuple[Client, Client, Client], place: Town
) -> None:
    clerk, _, office = people
    form = {
        "csrf": csrf(clerk), "item-code": "xnym", "item-name": "农业面源监测", "every": "quarter",
        "item-disclosure": "shared", "item-reason": "断面数据要归集", "part-name-1": "监测断面",
        "part-type-1": "text", "part-required-1": "yes", "part-name-3": "总磷", "part-type-3": "number",
    }  # fmt: skip
    wrong = clerk.post(f"{PATH}/items", data=form | {"part-name-3": "监测断面"})
    assert wrong.status_code == 422
    assert "数据项监测断面重复" in wrong.text
    assert 'value="农业面源监测"' in wrong.text
    assert office.post(f"{PATH}/items", data=form | {"csrf": csrf(office)}).status_code == 403
    assert clerk.post(f"{PATH}/items", data=form).status_code == 303
    page = clerk.get(PATH).text
    assert "新事项：农业面源监测" in page
    assert "监测断面（文字，必填）、总磷（数量）" in page
    said = service.Doubt(
        place.agencies["SJJ"], "xyb", "penalty", RuleDoubt("penalty.sample", "不在列表内"), "列表缺这一类"
    )
    with place.app.database.transaction() as tx:
        doubt = service.doubt(tx, said, place.clock)
    assert doubt is not None
    assert "规则有误：行政处罚" in clerk.get(PATH).text
    mended = f"{PATH}/{doubt.proposal}/mended"
    assert clerk.post(mended, data={"csrf": csrf(clerk)}).status_code == 403
    assert "待修订规则包" in office.get(PATH).text
    assert office.post(mended, data={"csrf": csrf(office)}).status_code == 303
    assert "已随规则包修订" in office.get(PATH).text
    assert office.post(mended, data={"csrf": csrf(office)}).status_code == 409


def test_an_empty_version_is_not_issued(people: tuple[Client, Client, Client]) -> None:
    clerk, _, office = people
    answer = office.post(f"{PATH}/issue", data={"csrf": csrf(office)})
    assert answer.status_code == 422
    assert "XH463" in answer.text
    assert clerk.post(f"{PATH}/issue", data={"csrf": csrf(clerk)}).status_code == 403
