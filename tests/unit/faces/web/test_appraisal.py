# ruff: noqa: F811 - fixtures
"""考核, 评估, 自查 at the desk: who sees what, what leaves the house, and what a third party cannot open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_cases import clerk, office, other  # noqa: F401 - fixtures
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.errors import AccountRefused
from xinheng.office.access.model import Role
from xinheng.outward.appraisal import counting, service, store

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def run(place: Town) -> UUID:
    """A run that the office computed."""
    with place.app.database.transaction() as tx:
        new = service.NewRun("model-unit", date(2026, 10, 1), date(2026, 11, 1), agencies.by_code(tx, "XYB"))
        made = service.compute(tx, place.app.pack, new, counting.Counting(tx), place.app.clock, "xyb")
    return made.run


@pytest.fixture
def third(site: FastAPI, place: Town) -> Iterator[Client]:
    """A third party's account."""
    with place.app.database.transaction() as tx:
        if "third" not in place.passwords:
            new = accounts.NewAccount("third", "某某评估公司", Role.ASSESSOR)
            place.passwords["third"] = accounts.add_account(
                tx, new, place.app.passwords, place.app.clock, "测试"
            )[1]
    with Client(site) as opened:
        sign_in(opened, "third", place.passwords["third"])
        yield opened


def form(client: Client, path: str, file: tuple[str, bytes] | None = None, **fields: str):
    """Post a form that may carry a file."""
    parts = {name: (None, text) for name, text in {"csrf": csrf(client), **fields}.items()}
    return client.post(path, files={**parts, "file": file or ("", b"")})


def test_a_card_is_seen_by_its_own_body_and_the_office_alone(
    clerk: Client, other: Client, office: Client, run: UUID
) -> None:
    assert office.get(f"/desk/appraisal/{run}").status_code == 200
    assert clerk.get(f"/desk/appraisal/{run}").headers["location"].endswith("/SJJ")
    assert "公布后可见" in clerk.get(f"/desk/appraisal/{run}/SJJ").text
    assert other.get(f"/desk/appraisal/{run}/SJJ").status_code == 404
    assert clerk.get(f"/desk/appraisal/{run}?format=xlsx").status_code == 404
    assert clerk.get(f"/desk/appraisal/{run}/report.pdf").status_code == 404
    assert clerk.post(f"/desk/appraisal/{run}/publish", data={"csrf": csrf(clerk)}).status_code == 403
    entered = {"run": str(run), "code": "SJJ", "indicator": "system", "value": "9", "note": "自己评分"}
    assert form(clerk, "/desk/appraisal/act", do="office", **entered).status_code == 403
    assert form(other, "/desk/appraisal/act", do="self", **entered).status_code == 403
    assert form(office, "/desk/appraisal/act", do="self", **entered).status_code == 403
    assert form(clerk, "/desk/appraisal/act", do="self", **entered).status_code == 303


def test_a_proof_is_given_back_to_those_who_see_the_card(
    clerk: Client, other: Client, office: Client, place: Town, run: UUID
) -> None:
    entered = {"run": str(run), "code": "SJJ", "indicator": "compliance", "value": "9", "note": "制度齐全"}
    bad = form(clerk, "/desk/appraisal/act", ("a.pdf", b"not a pdf"), do="self", **entered)
    assert bad.status_code == 400
    assert "PDF" in bad.text
    assert form(clerk, "/desk/appraisal/act", ("a.pdf", PDF), do="self", **entered).status_code == 303
    with place.app.database.transaction() as tx:
        digest = next(e.evidence for e in store.entries(tx, run) if e.evidence)[0][0]
    path = f"/desk/appraisal/{run}/SJJ/files/{digest}"
    assert clerk.get(path).content == office.get(path).content == PDF
    assert "attachment" in clerk.get(path).headers["content-disposition"]
    assert other.get(path).status_code == 404
    assert office.get(f"/desk/appraisal/{run}/SJJ/files/{'0' * 64}").status_code == 404


def test_the_ranks_leave_the_house_in_every_form_and_it_is_noted(
    office: Client, place: Town, run: UUID
) -> None:
    for kind in ("docx", "pdf", "xlsx"):
        first = office.get(f"/desk/appraisal/{run}/report.{kind}")
        assert first.status_code == 200
        assert first.content == office.get(f"/desk/appraisal/{run}/report.{kind}").content
    assert office.get(f"/desk/appraisal/{run}/report.exe").status_code == 404
    assert "示例市交通运输局" in office.get(f"/desk/appraisal/{run}?format=csv").text
    assert office.get("/desk/openness?from=2026-09&to=2026-11&format=csv").text.count("SJJ") == 0
    assert "示例市市场监督管理局" in office.get("/desk/openness?from=2026-09&to=2026-11").text
    assert office.get("/desk/openness?from=2026-11&to=2026-09").status_code == 422


def test_what_is_asked_for_wrongly_is_explained_on_the_page(office: Client, clerk: Client) -> None:
    wrong = office.post(
        "/desk/appraisal", data={"csrf": csrf(office), "card": "model-unit", "from": "十月", "to": "2026-10"}
    )
    assert wrong.status_code == 422
    assert "写作 2026-01" in wrong.text
    assert clerk.post("/desk/appraisal", data={"csrf": csrf(clerk)}).status_code == 403
    missing = form(office, "/desk/assessments/act", assessment="x", do="draw")
    assert missing.status_code == 404
    late = office.post("/desk/assessments", data={"csrf": csrf(office), "name": "评估", "from": "x"})
    assert late.status_code == 422
    assert form(office, "/desk/monitoring-check/act", do="rank", month="2026-13").status_code == 422
    assert form(clerk, "/desk/monitoring-check/act", do="rank", month="2026-09").status_code == 403
    assert clerk.get("/desk/monitoring-check/package.zip").status_code == 403
    assert "没有由本单位负责的指标" in clerk.get("/desk/monitoring-check").text


def test_a_third_party_opens_nothing_but_its_assessments(third: Client, run: UUID) -> None:
    assert third.get("/desk").headers["location"] == "/desk/assessments"
    for path in (
        "/desk/receipts",
        "/desk/tree",
        "/desk/figures",
        "/desk/appraisal",
        f"/desk/appraisal/{run}/SJJ",
        "/desk/cases",
        "/desk/monitoring-check",
        "/desk/openness",
        "/desk/audit",
        "/desk/suspicions",
    ):
        assert third.get(path).status_code == 403, path
    page = third.get("/desk/assessments")
    assert page.status_code == 200
    assert "/desk/receipts" not in page.text


def test_a_third_party_belongs_to_no_agency_and_has_no_second_role(place: Town) -> None:
    with place.app.database.transaction() as tx:
        agency = next(iter(place.agencies.values()))
        unit = agencies.by_ids(tx, [agency])[agency]
        for new in (
            accounts.NewAccount("third-b", "某公司", Role.ASSESSOR, unit),
            accounts.NewAccount("third-c", "某公司", Role.ASSESSOR, None, frozenset({Role.CLERK})),
        ):
            with pytest.raises(AccountRefused):
                accounts.add_account(tx, new, place.app.passwords, place.app.clock, "测试")


def test_the_public_page_of_an_assessment_that_is_not_there_says_so(client: Client) -> None:
    assert client.get("/assessments").status_code == 200
    assert client.get("/assessments/019a9d2c-5b00-7000-8000-000000000001").status_code == 404
