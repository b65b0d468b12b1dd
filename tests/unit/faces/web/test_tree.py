"""The desk's pages of the tree: bodies, accounts one level down, figures that agree at every level."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.faces.web.desk.figures_views import MEASURES, after, months_between
from xinheng.office.access import accounts, service
from xinheng.office.access.model import AgencyKind, Level, Role
from xinheng.office.access.service import NewAgency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter, NewCase

OLD = date(2020, 1, 1)


@pytest.fixture(scope="module")
def branch(place: Town) -> dict[str, str]:
    """A county's office, a bureau and a township under it, with an administrator each: login -> password."""
    app = place.app
    people = (
        ("DX", "东山县信用办", "XYB", AgencyKind.OFFICE, Level.COUNTY),
        ("DX-S", "东山县市场监管局", "DX", AgencyKind.AGENCY, Level.COUNTY),
        ("DX-V", "石门镇", "DX-S", AgencyKind.AGENCY, Level.TOWNSHIP),
    )
    with app.database.transaction() as tx:
        for code, name, parent, kind, level in people:
            agency = service.add_agency(
                tx, NewAgency(code, name, parent, kind, level, from_on=OLD), app.clock, "测试"
            )
            new = accounts.NewAccount(f"{code.lower()}-admin", f"{name}管理员", Role.ADMIN, agency)
            _, place.passwords[new.login] = accounts.add_account(tx, new, app.passwords, app.clock, "测试")
    return place.passwords


@pytest.fixture(scope="module")
def enter(site: FastAPI, branch: dict[str, str]) -> Iterator[Callable[[str], Client]]:
    """Signs in, each in a browser of its own that stays signed in."""
    opened: dict[str, Client] = {}

    def by(login: str) -> Client:
        if login not in opened:
            opened[login] = Client(site).__enter__()
            assert sign_in(opened[login], login, branch[login]).status_code == 303
        return opened[login]

    yield by
    for client in opened.values():
        client.__exit__(None, None, None)


def password_in(text: str) -> str:
    found = re.search(r"[a-zA-Z2-9]{5}(-[a-zA-Z2-9]{5}){3}", text)
    assert found is not None
    return found[0]


# -- the tree ----------------------------------------------------------------------------------------


def test_the_office_sees_the_tree_folded_without_script(enter: Callable[[str], Client]) -> None:
    page = enter("xyb").get("/desk/tree").text
    assert page.index("示例市信用办") < page.index("东山县信用办") < page.index("石门镇")
    folded = set(re.findall(r"<details[^>]*><summary>([^<]+)<", page))
    assert {"示例市信用办", "东山县信用办", "东山县市场监管局"} <= folded, "those with others below"
    assert "石门镇" not in folded
    assert "<details open>" in page
    assert "<script>" not in page
    assert 'href="/desk/agencies/DX-V"' in page


def test_an_agency_sees_itself_and_those_below(enter: Callable[[str], Client]) -> None:
    admin = enter("dx-admin")
    page = admin.get("/desk/tree").text
    assert "石门镇" in page
    assert "示例市交通运输局" not in page
    assert admin.get("/desk/agencies/DX-V").status_code == 200
    for code, status in (("XYB", 403), ("JTJ", 403), ("nobody", 404)):
        assert admin.get(f"/desk/agencies/{code}").status_code == status
    assert admin.get("/desk/tree?by=line").status_code == 200


def test_the_page_of_an_agency_shows_names_over_time(enter: Callable[[str], Client], place: Town) -> None:
    with place.app.database.transaction() as tx:
        agency = service.by_code(tx, "DX-V")
        service.rename(tx, agency, "石门街道", date(2025, 3, 1), place.app.clock, "测试")
    page = enter("dx-s-admin").get("/desk/agencies/DX-V").text
    assert "石门镇" in page
    assert "石门街道" in page
    assert "至 2025-03-01 前" in page
    assert "按地域：东山县市场监管局（DX-S）" in page


def test_review_is_asked_for_by_those_who_may(enter: Callable[[str], Client]) -> None:
    admin, path = enter("dx-admin"), "/desk/agencies/DX-S"
    assert "报送前不须审核" in admin.get(path).text
    assert admin.post(f"{path}/settings", data={"csrf": csrf(admin), "review": "yes"}).status_code == 303
    assert "报送前须经本单位审核人审核" in admin.get(path).text
    stranger = enter("hbj")
    refused = stranger.post(f"{path}/settings", data={"csrf": csrf(stranger), "review": "no"})
    assert refused.status_code == 403


# -- accounts ----------------------------------------------------------------------------------------


def test_an_administrator_opens_resets_and_closes_one_level_down(
    enter: Callable[[str], Client], site: FastAPI, branch: dict[str, str]
) -> None:
    admin, path = enter("dx-admin"), "/desk/agencies/DX-S"
    form = {
        "csrf": csrf(admin),
        "login": "dxs-wang",
        "name": "王某",
        "role-clerk": "yes",
        "role-reviewer": "y",
    }
    opened = admin.post(f"{path}/accounts/new", data=form)
    assert opened.status_code == 200, opened.text
    assert opened.headers["cache-control"] == "no-store"
    branch["dxs-wang"] = password_in(opened.text)
    assert enter("dxs-wang").get("/desk/upload").status_code == 200
    assert "经办人、审核人" in admin.get(path).text
    again = admin.post(f"{path}/accounts/new", data=form)
    assert (again.status_code, "已存在" in again.text) == (422, True)
    reset = admin.post(f"{path}/accounts/reset", data={"csrf": csrf(admin), "login": "dxs-wang"})
    fresh = password_in(reset.text)
    assert fresh != branch["dxs-wang"]
    with Client(site) as late:
        assert sign_in(late, "dxs-wang", branch["dxs-wang"]).status_code == 403
    branch["dxs-wang"] = fresh
    closed = admin.post(f"{path}/accounts/close", data={"csrf": csrf(admin), "login": "dxs-wang"})
    assert closed.status_code == 303
    with Client(site) as late:
        assert sign_in(late, "dxs-wang", fresh).status_code == 403
    assert "停用" in admin.get(path).text


@pytest.mark.parametrize(
    ("login", "code", "target"),
    [
        ("dx-admin", "DX-V", "dx-v-admin"),  # two levels down
        ("dx-admin", "XYB", "xyb"),  # above
        ("dx-admin", "SJJ", "sjj"),  # elsewhere
        ("dx-s-admin", "DX", "dx-admin"),
        ("sjj", "SJJ", "sjj"),  # a clerk
        ("xyb", "SJJ", "sjj"),  # the office's accounts do not administer: the command line does
        ("dx-admin", "DX-S", "sjj"),  # an account of another agency
        ("dx-admin", "DX-S", "nobody"),
    ],
)
def test_nobody_administers_elsewhere(
    enter: Callable[[str], Client], login: str, code: str, target: str
) -> None:
    client, path = enter(login), f"/desk/agencies/{code}/accounts"
    token = csrf(client)
    assert client.post(f"{path}/reset", data={"csrf": token, "login": target}).status_code == 403
    assert client.post(f"{path}/close", data={"csrf": token, "login": target}).status_code == 403
    assert client.get(f"{path}/close?login={target}").status_code == 403
    if target != "nobody" and code != "DX-S":
        new = {"csrf": token, "login": "intruder", "name": "某", "role-clerk": "yes"}
        assert client.post(f"{path}/new", data=new).status_code == 403
        assert client.get(f"{path}/new").status_code == 403


def test_roles_of_the_office_cannot_be_given_and_one_s_own_account_not_closed(
    enter: Callable[[str], Client], place: Town
) -> None:
    admin, path = enter("dx-admin"), "/desk/agencies/DX/accounts"
    form = {"csrf": csrf(admin), "login": "dx-boss", "name": "某", "role-office": "yes"}
    refused = admin.post(f"{path}/new", data=form)
    assert (refused.status_code, "至少选一个角色" in refused.text) == (422, True)
    own = admin.post(f"{path}/close", data={"csrf": csrf(admin), "login": "dx-admin"})
    assert own.status_code == 403
    with place.app.database.transaction() as tx:
        county = service.by_code(tx, "DX")
        new = accounts.NewAccount("dx-office", "县信用办", Role.OFFICE, county)
        accounts.add_account(tx, new, place.app.passwords, place.app.clock, "测试")
    reset = admin.post(f"{path}/reset", data={"csrf": csrf(admin), "login": "dx-office"})
    assert reset.status_code == 403  # whoever could reset it could become it


def test_open_tasks_go_to_a_colleague_before_an_account_closes(
    enter: Callable[[str], Client], place: Town
) -> None:
    app, path = place.app, "/desk/agencies/DX-V/accounts"
    with app.database.transaction() as tx:
        town = service.by_code(tx, "DX-V")
        made = [
            accounts.add_account(
                tx, accounts.NewAccount(login, name, Role.CLERK, town), app.passwords, app.clock, "测试"
            )[0]
            for login, name in (("dxv-old", "离岗某"), ("dxv-new", "接手某"))
        ]
        case = NewCase("test", "待更正", town.agency, "code:x", None, None, account=made[0].account)
        cases.open_case(tx, case, app.clock)
    admin = enter("dx-s-admin")
    asked = admin.get(f"{path}/close?login=dxv-old").text
    assert "未办结的事项 1 件" in asked
    form = {"csrf": csrf(admin), "login": "dxv-old"}
    without = admin.post(f"{path}/close", data=form)
    assert (without.status_code, "请选择接手人" in without.text) == (422, True)
    elsewhere = admin.post(f"{path}/close", data=form | {"successor": str(place.agencies["SJJ"])})
    assert elsewhere.status_code == 422
    given = admin.post(f"{path}/close", data=form | {"successor": str(made[1].account)})
    assert given.status_code == 303
    with app.database.transaction() as tx:
        assert cases.count(tx, Filter(account=made[0].account, closed=False)) == 0
        assert cases.count(tx, Filter(account=made[1].account, closed=False)) == 1
        assert accounts.by_login(tx, "dxv-old").disabled is not None


# -- figures -----------------------------------------------------------------------------------------


def months(text: str) -> dict[str, dict[str, list[str]]]:
    """group -> name -> cells of the file."""
    found: dict[str, dict[str, list[str]]] = {}
    for group, name, *cells in list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))[1:]:
        found.setdefault(group, {})[name] = cells
    return found


def test_a_figure_is_the_same_at_the_agency_and_at_the_office(
    enter: Callable[[str], Client],
) -> None:
    office, clerk = enter("xyb"), enter("hbj")
    own = months(clerk.get("/desk/figures.csv").text)
    whole = months(office.get("/desk/figures.csv").text)
    name = next(n for n in whole["单位"] if n in clerk.get("/desk/figures").text)
    assert whole["单位"][name] == own["合计"]["合计"]
    assert own["合计"]["合计"][1] != "0"
    counts = [n for n, m in enumerate(MEASURES) if m.name in {"接收", "更正", "退回", "迟报", "报送次数"}]
    for n in counts:
        assert sum(int(cells[n]) for cells in whole["单位"].values()) == int(whole["合计"]["合计"][n])
        assert sum(int(cells[n]) for cells in whole["月份"].values()) == int(whole["合计"]["合计"][n])
    page = office.get("/desk/figures").text
    assert "各单位" in page
    assert "逐月" in page
    register = re.findall(r"<dt>(自然人|简易程序|作废)</dt><dd>(\d+)", page)
    assert [name for name, _ in register] == ["自然人", "简易程序", "作废"]
    assert int(register[0][1]) >= 1  # the town's market office sent one row about a person
    assert re.search(r'href="/desk/figures\?agency=HBJ&amp;by=place', page)


def test_figures_end_where_the_account_s_view_ends(enter: Callable[[str], Client]) -> None:
    clerk = enter("hbj")
    assert clerk.get("/desk/figures?agency=SJJ").status_code == 403
    assert clerk.get("/desk/figures.csv?agency=SJJ").status_code == 403
    admin = enter("dx-admin")
    assert admin.get("/desk/figures?agency=DX-V").status_code == 200
    assert admin.get("/desk/figures?agency=XYB").status_code == 403


@pytest.mark.parametrize(
    "query", ["from=2026-13", "from=x", "from=2026-11&to=2026-01", "from=2001-01&to=2026-01", "to=2026-1"]
)
def test_a_period_that_is_none_is_said(enter: Callable[[str], Client], query: str) -> None:
    page = enter("xyb").get(f"/desk/figures?{query}")
    assert page.status_code == 422
    assert "月份" in page.text


def test_quiet_months_are_shown_and_an_empty_period_says_so(enter: Callable[[str], Client]) -> None:
    page = enter("xyb").get("/desk/figures?from=2019-11&to=2020-02")
    assert page.status_code == 200
    assert all(month in page.text for month in ("2019-11", "2019-12", "2020-01", "2020-02"))
    assert "这段时间没有报送" in page.text


def test_months_roll_over_the_year() -> None:
    assert months_between(date(2025, 11, 1), date(2026, 2, 1)) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert after(date(2025, 12, 1)) == date(2026, 1, 1)
    assert after(date(2026, 1, 1)) == date(2026, 2, 1)
