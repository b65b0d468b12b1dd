"""The pages of work plans: the list, a plan, a task with its forms, which body is who, files to hand on."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.plan_town import ARTICLES, BARE, BUREAU, MONTHLY, PLAN, plan_town
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.faces.web.application import create_app
from xinheng.ground.store import Server

PATH = f"/desk/plans/{PLAN}"
TASK = f"{PATH}/{MONTHLY}"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    with plan_town(tmp_path_factory.mktemp("plans"), server) as built:
        yield built


@pytest.fixture(scope="module")
def house(city: Town) -> FastAPI:
    return create_app(city.app)


Opening = Callable[[str], Client]


@pytest.fixture
def as_(house: FastAPI, city: Town) -> Iterator[Opening]:
    opened: list[Client] = []

    def open_as(login: str) -> Client:
        client = Client(house)
        client.__enter__()
        opened.append(client)
        sign_in(client, login, city.passwords[login])
        return client

    yield open_as
    for client in opened:
        client.__exit__(None, None, None)


def post(client: Client, path: str, **fields: str):
    return client.post(path, data={"csrf": csrf(client), **fields})


def enter(client: Client, **more: str):
    fields = {"figure": ARTICLES, "as_of": "2023-10-31", "amount": "2", "evidence": "网站后台统计"}
    return post(client, f"{TASK}/enter", **fields | more)


def last_entry(client: Client) -> str:
    found = re.findall(r'name="entry" value="([0-9a-f-]{36})"', client.get(TASK).text)
    return found[0]


def test_the_list_names_the_plans_of_the_pack_and_of_those_it_extends(as_: Opening) -> None:
    page = as_("sjj").get("/desk/plans").text
    assert "2023年黄石市信用体系建设工作要点" in page
    assert "全面推进“信用湖北”建设的若干措施" in page
    assert "黄信用〔2023〕1号" in page
    assert "（文号未核）" in page
    assert "单位对应" not in page


def test_a_plan_has_every_task_under_its_heading_and_the_own_ones_on_top(as_: Opening) -> None:
    page = as_("sjj").get(PATH).text
    assert all(f"第（{n}）项" in page for n in "一二三四五六七八九十")
    assert page.index("本单位的任务") < page.index("一、建立健全信用机制")
    assert "无量化指标" in page
    assert "本单位的任务" not in as_("hbj").get(PATH).text


def test_a_plan_is_filtered_by_unit_and_state_and_told_as_of_a_day(as_: Opening) -> None:
    office = as_("xyb")
    page = office.get(f"{PATH}?unit=SJJ&state=unknown").text
    assert "第（十五）项" in page
    assert "第（十四）项" not in page
    assert "没有符合条件的任务" in office.get(f"{PATH}?state=no_term").text
    assert "截至 2023-06-30" in office.get(f"{PATH}?on=2023-06-30").text
    wrong = office.get(f"{PATH}?on=六月")
    assert (wrong.status_code, "写作" in wrong.text) == (422, True)


def test_what_the_platform_cannot_know_says_why(as_: Opening) -> None:
    office = as_("xyb")
    assert "融资综合信用服务平台不是本平台的一部分" in office.get(f"{PATH}/huangshi-2023-09").text
    persons = office.get(f"{PATH}/huangshi-2023-11").text
    assert "平台边界之外的部分" in persons
    assert "个人信用档案、信用分、个人名单在本平台边界之外" in persons
    live = office.get(f"{PATH}/huangshi-2023-01").text
    assert "怎样计算" in live
    assert "平台计算" in live


def test_a_unit_enters_the_office_confirms_another_account_and_a_correction_is_a_new_value(
    as_: Opening, city: Town
) -> None:
    clerk, office = as_("sjj"), as_("xyb")
    assert enter(clerk, amount="1").status_code == 303
    city.clock.step(minutes=1)
    assert enter(clerk, amount="3", words="含转发一篇").status_code == 303
    page = office.get(TASK).text
    assert "含转发一篇" in page
    assert "待确认" in page
    entry = last_entry(office)
    refused = post(office, f"{TASK}/review", entry=entry, to="refused")
    assert (refused.status_code, "写明理由" in refused.text) == (422, True)
    assert post(office, f"{TASK}/review", entry=entry, to="accepted").status_code == 303
    assert "已确认" in clerk.get(TASK).text
    assert post(clerk, f"{TASK}/review", entry=entry, to="accepted").status_code == 403
    assert post(office, f"{PATH}/{BARE}/review", entry=entry, to="refused", note="不属于").status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "两篇"}, "数值“两篇”"),
        ({"amount": ""}, "没有填数值"),
        ({"as_of": "2023-13-01"}, "日期“2023-13-01”"),
        ({"as_of": "2024-01-01"}, "晚于今天"),
        ({"evidence": " "}, "依据为空"),
    ],
)
def test_a_wrong_value_is_shown_again_with_what_was_typed(
    as_: Opening, fields: dict[str, str], said: str
) -> None:
    answer = enter(as_("sjj"), words="上月统计", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "上月统计" in answer.text
    assert f'href="#as_of-{ARTICLES}"' in answer.text
    assert f'id="as_of-{ARTICLES}"' in answer.text


def test_who_does_not_answer_for_it_may_read_and_not_write(as_: Opening) -> None:
    other = as_("hbj")
    assert "提交</button>" not in other.get(TASK).text
    answer = enter(other)
    assert (answer.status_code, "不由本单位填报" in answer.text) == (403, True)
    assert other.get("/desk/plans-bodies").status_code == 403
    assert other.get(f"{PATH}?agency=SJJ").status_code == 403
    assert other.get("/desk/plans/x").status_code == 404
    assert other.get(f"{PATH}/x").status_code == 404


def test_a_task_is_taken_in_hand_inside_the_unit_only(as_: Opening) -> None:
    clerk, office, other = as_("sjj"), as_("xyb"), as_("hbj")
    path = f"{PATH}/{BARE}"
    assert post(clerk, f"{path}/charge", take="yes").status_code == 303
    assert "本单位经办：sjj" in clerk.get(path).text
    assert f"{BUREAU} sjj" in office.get(path).text
    assert "sjj" not in other.get(path).text
    assert post(clerk, f"{path}/charge", take="no").status_code == 303
    assert "本单位经办：未指定" in clerk.get(path).text


def test_a_note_without_figures_is_progress(as_: Opening) -> None:
    clerk, path = as_("sjj"), f"{PATH}/{BARE}"
    assert "无量化指标" in clerk.get(path).text
    assert post(clerk, f"{path}/enter", as_of="2023-11-01", words="已落实到科室").status_code == 303
    page = clerk.get(path).text
    assert "已落实到科室" in page
    assert "推进中" in page


def test_the_office_says_which_agency_a_body_is(as_: Opening) -> None:
    office = as_("xyb")
    page = office.get("/desk/plans-bodies").text
    assert "新港园区管委会" in page
    assert "未对应" in page
    wrong = post(office, "/desk/plans-bodies", body="不存在的局", agency="HBJ")
    assert wrong.status_code == 422
    assert post(office, "/desk/plans-bodies", body="市发改委", agency="XYB").status_code == 303
    assert "示例市信用办（XYB）" in office.get("/desk/plans-bodies").text
    assert "2023 年第 3 季度还没有填报" not in office.get(f"{PATH}/huangshi-2023-04").text
    assert post(office, "/desk/plans-bodies", body="市发改委", agency="XYB", end="yes").status_code == 303


@pytest.mark.parametrize(("kind", "inside"), [("xlsx", "xl/workbook.xml"), ("docx", "word/document.xml")])
def test_a_plan_is_handed_on_as_a_file_and_the_export_is_noted(as_: Opening, kind: str, inside: str) -> None:
    office = as_("xyb")
    answer = office.get(f"{PATH}/export?format={kind}&on=2023-06-30")
    assert answer.status_code == 200
    assert "2023-06-30" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as file:
        assert inside in file.namelist()
    assert answer.content == office.get(f"{PATH}/export?format={kind}&on=2023-06-30").content
    log = office.get("/desk/exports").text
    assert "2023年黄石市信用体系建设工作要点落实情况" in log
    assert {"xlsx": "Excel", "docx": "Word"}[kind] in log
    assert office.get(f"{PATH}/export?format=exe").status_code == 400


def test_the_tasks_that_were_filtered_for_leave_as_a_list(as_: Opening) -> None:
    office = as_("xyb")
    lines = office.get(f"{PATH}?unit=SJJ&format=csv&purpose=会前").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("条款,任务")
    assert any(line.startswith("第（十五）项") for line in lines)
    assert not any(line.startswith("第（十四）项") for line in lines)
    assert "会前" in office.get("/desk/exports").text
    assert "第（十四）项" in office.get(f"{PATH}?format=print").text


def test_a_pack_without_plans_says_so(site: FastAPI, place: Town) -> None:
    with Client(site) as client:
        sign_in(client, "xyb", place.passwords["xyb"])
        assert "这个规则包没有工作要点" in client.get("/desk/plans").text
        assert "没有工作要点" in client.get("/desk/plans-bodies").text
