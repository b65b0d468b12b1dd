"""Proposals: what may be proposed, how it is decided, and the version that the loader accepts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SteppingClock
from tests.e2e import invented

from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.service import submit
from xinheng.faces.app import Settings, init_home, issuing, open_app
from xinheng.ground.store import Database, Server
from xinheng.law import packs
from xinheng.law.difference import Change, differences
from xinheng.law.kinds import Every, ProviderKind
from xinheng.law.model import Disclosure, FieldType
from xinheng.office.access import service as access
from xinheng.office.proposals import model, model_items, service
from xinheng.office.proposals.errors import (
    NothingToIssue,
    ProposalAbsent,
    ProposalDecided,
    ProposalRefused,
)
from xinheng.office.proposals.model import FOLLOWS, FieldProposal, RuleDoubt, State
from xinheng.office.proposals.model_items import ItemProposal, Part

AGENCY = UUID(int=0xA)
FARMS = ItemProposal(
    "XNYM",
    "农业面源监测",
    Every.QUARTER,
    Disclosure.SHARED,
    (Part("监测断面", FieldType.TEXT, required=True), Part("总磷（毫克每升）", FieldType.NUMBER)),
)
SIZE = FieldProposal("X_QYGM", "企业规模", FieldType.ENUM, Disclosure.SHARED, values=("大型", "中小微型"))
NOTE = FieldProposal("X_BZSM", "补充说明", FieldType.LONG_TEXT, Disclosure.AUTHORISED, 500, expected=True)


@pytest.fixture(scope="module")
def pack() -> packs.Pack:
    return packs.load("national", [packs.shipped()])


def wish(field: FieldProposal, item: str = "penalty", reason: str = "分类监管需要") -> service.Wish:
    return service.Wish(AGENCY, None, "甲", field, reason, item=item)


def test_a_proposal_is_decided_once(database: Database, clock: SteppingClock, pack: packs.Pack) -> None:
    with database.transaction() as tx:
        made = service.propose(tx, pack, wish(SIZE), clock)
        with pytest.raises(ProposalRefused, match="理由"):
            service.decide(tx, made.proposal, State.REFUSED, " ", clock, "信用办")
        assert service.decide(tx, made.proposal, State.ACCEPTED, "", clock, "信用办").state is State.ACCEPTED
        refused = service.decide(tx, made.proposal, State.REFUSED, "与上级目录重复", clock, "信用办")
        assert (refused.state, refused.note) == (State.REFUSED, "与上级目录重复")
        with pytest.raises(ProposalDecided, match="不采纳"):
            service.decide(tx, made.proposal, State.ACCEPTED, "", clock, "信用办")
        with pytest.raises(ProposalAbsent):
            service.decide(tx, UUID(int=1), State.ACCEPTED, "", clock, "信用办")
        with pytest.raises(NothingToIssue):
            service.edition(tx, pack, clock)


@given(st.sampled_from(list(State)), st.sampled_from(list(State)))
def test_nothing_comes_back_from_an_end(before: State, after: State) -> None:
    assert not (before in {State.REFUSED, State.TAKEN_BACK, State.ISSUED} and after in FOLLOWS[before])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "QYGM"}, "X_ 开头"),
        ({"code": "CF_WSH"}, "X_ 开头"),
        ({"name": "行政处罚决定文书号"}, "重复"),
        ({"name": "身份证号420281199001011234"}, "名称"),
        ({"disclosure": Disclosure.PUBLIC}, "不能公开"),
        ({"values": ()}, "列表类型"),
        ({"type": FieldType.TEXT}, "列表类型"),
        ({"values": ("大", "大")}, "互不相同"),
        ({"type": FieldType.USCC, "values": ()}, "类型不在"),
        ({"length": 0}, "长度"),
    ],
)
def test_what_the_local_catalogue_cannot_hold_is_named(
    pack: packs.Pack, change: dict[str, object], words: str
) -> None:
    item = pack.item("penalty")
    given_name = item.field(item.roles["document"]).name
    if change.get("name") == "行政处罚决定文书号":
        change = {"name": given_name}
    found = model.problems(replace(SIZE, **change), item, ())  # type: ignore[arg-type]  # a test's shorthand
    assert any(words in each for each in found), found
    assert model.problems(SIZE, item, ()) == ()


def test_the_same_data_item_is_not_proposed_twice(
    database: Database, clock: SteppingClock, pack: packs.Pack
) -> None:
    with database.transaction() as tx:
        service.propose(tx, pack, wish(SIZE), clock)
        with pytest.raises(ProposalRefused, match="重复"):
            service.propose(tx, pack, wish(replace(NOTE, code=SIZE.code)), clock)
        service.propose(tx, pack, wish(SIZE, "permit"), clock)


def test_a_version_is_issued_used_at_once_and_the_next_one_keeps_it(
    server: Server, dsn: str, home: Path, clock: SteppingClock
) -> None:
    settings = Settings(home=home / "home", dsn=dsn)
    init_home(settings, "national", clock)
    with open_app(settings, clock) as app:
        with app.database.transaction() as tx:
            first = service.propose(tx, app.pack, wish(SIZE), clock)
            service.decide(tx, first.proposal, State.ACCEPTED, "", clock, "信用办")
        before = app.pack
        issued = issuing.issue(app, "信用办")
        assert issued.number == 1
        assert [(c.change, c.kind, c.id) for c in issued.changes if c.kind == "数据项"] == [
            (Change.ADDED, "数据项", "X_QYGM")
        ]
        assert app.pack.name == "national-local"
        field = app.pack.item("penalty").field("X_QYGM")
        assert field.values == ("大型", "中小微型")
        assert field.span is not None
        assert field.span.start == date(2026, 11, 20)
        assert not before.item("penalty").has("X_QYGM")

        clock.step(days=3)
        with app.database.transaction() as tx:
            assert service.by_id(tx, first.proposal).version == issued.pack.label
            second = service.propose(tx, app.pack, wish(NOTE, "permit"), clock)
            service.decide(tx, second.proposal, State.ACCEPTED, "", clock, "信用办")
        again = issuing.issue(app, "信用办")
        assert again.number == 2
        assert app.pack.item("penalty").field("X_QYGM").span == field.span
        assert app.pack.item("permit").field("X_BZSM").expected
        assert {c.item for c in again.changes} == {"permit"}
        assert not list((home / "home" / "packs").glob(".*"))
    # preparing the home once more keeps its own edition
    assert init_home(settings, None, clock).pack.digest == again.pack.digest
    assert differences(before, before) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "NYMY"}, "X 加 2 至 4 个"),
        ({"name": "行政处罚"}, "与已有的事项"),
        ({"disclosure": Disclosure.PUBLIC}, "不能公开"),
        ({"every": Every.UNREAD}, "频次"),
        ({"parts": (Part("文号", FieldType.TEXT),)}, "每个事项都有"),
        ({"parts": (Part("断面", FieldType.TEXT), Part("断面", FieldType.DATE))}, "重复"),
        ({"parts": (Part("断面", FieldType.USCC),)}, "类型不在"),
        ({"parts": tuple(Part(f"断面{n}", FieldType.TEXT) for n in range(7))}, "至多 6 个"),
    ],
)
def test_a_new_item_that_cannot_be_is_told_why(
    pack: packs.Pack, change: dict[str, object], words: str
) -> None:
    names = {i.id: i.name for i in pack.items.values()}
    found = model_items.problems(replace(FARMS, **change), names, ())  # type: ignore[arg-type]  # a test's
    assert any(words in each for each in found), found
    assert model_items.problems(FARMS, names, ()) == []
    assert model_items.problems(FARMS, names, (FARMS,)) != []


def test_a_new_item_is_issued_taken_in_and_grows(
    server: Server, dsn: str, home: Path, clock: SteppingClock, tmp_path: Path
) -> None:
    settings = Settings(home=home / "home", dsn=dsn)
    init_home(settings, "national", clock)
    with open_app(settings, clock) as app:
        with app.database.transaction() as tx:
            body = access.add_agency(tx, access.NewAgency("NYJ", "示例市农业农村局"), clock, "测试")
            wish = service.Wish(body.agency, None, "甲", FARMS, "断面数据要归集")
            made = service.propose(tx, app.pack, wish, clock)
            service.decide(tx, made.proposal, State.ACCEPTED, "", clock, "信用办")
        issuing.issue(app, "信用办")
        item = app.pack.item("local-xnym")
        assert (item.name, item.provider_kind, item.frequency.every) == (
            "农业面源监测", ProviderKind.AUTHORITY, Every.QUARTER,
        )  # fmt: skip
        assert (item.marks.collected, item.marks.shown, item.marks.reported) == (True, False, False)
        assert item.provider == "示例市农业农村局"

        rows = "主体名称,统一社会信用代码,文号,作出日期,内容,监测断面,总磷（毫克每升）,报送单位\n"
        name, code = invented.party(1)
        for number, place in ((1, "一号断面"), (2, "")):
            rows += f"{name},{code},农测{number}号,2026-11-20,达标,{place},0.12,示例市农业农村局\n"
        sent = tmp_path / "农业.csv"
        sent.write_text(rows, encoding="utf-8")
        receipt = submit(app, Request(sent, "农业.csv", "local-xnym", source="NYJ"))
        assert (receipt.counts.accepted, receipt.counts.returned) == (1, 1)

        # a data item for an item of the place's own stands in the next version beside the others
        with app.database.transaction() as tx:
            wish = service.Wish(body.agency, None, "甲", SIZE, "分类监管需要", item="local-xnym")
            more = service.propose(tx, app.pack, wish, clock)
            service.decide(tx, more.proposal, State.ACCEPTED, "", clock, "信用办")
        assert issuing.issue(app, "信用办").number == 2
        assert app.pack.item("local-xnym").field("X_QYGM").values == ("大型", "中小微型")


def test_a_rule_found_wrong_waits_once_for_its_pack(
    database: Database, clock: SteppingClock, pack: packs.Pack
) -> None:
    rule = RuleDoubt("penalty.some-check@2026-01-01", "处罚类别不在列表内")
    said = service.Doubt(AGENCY, "信用办", "penalty", rule, "列表缺少这一类")
    with database.transaction() as tx:
        made = service.doubt(tx, said, clock)
        assert made is not None
        assert (made.state, made.what, made.reason) == (State.ACCEPTED, rule, "列表缺少这一类")
        assert service.doubt(tx, said, clock) is None
        with pytest.raises(NothingToIssue):  # a rule is mended in its pack, not by the local one
            service.edition(tx, pack, clock)
        done = service.mended(tx, pack, made.proposal, clock, "信用办")
        assert (done.state, done.version) == (State.ISSUED, pack.label)
        with pytest.raises(ProposalDecided):
            service.mended(tx, pack, made.proposal, clock, "信用办")
        assert service.doubt(tx, said, clock) is not None  # it was mended, and is wrong again
