"""A list goes down the tree and comes back: read, split, answered, checked, in the sender's form again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from tests.conftest import SteppingClock
from tests.unit.outward.suspicions import lists as given

from xinheng.ground.engine import Engine
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import load, shipped
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor
from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.documents.errors import AttachmentRefused
from xinheng.outward.suspicions import (
    answering,
    lists,
    package_file,
    packages,
    reading,
    returning,
    service,
    splitting,
    store,
    store_lists,
)
from xinheng.outward.suspicions.errors import (
    AnswerRefused,
    ListAbsent,
    ListRefused,
    ListTwice,
    NotHeld,
    PackageRefused,
    SuspicionAbsent,
    TurnRefused,
)
from xinheng.outward.suspicions.model import Filter, Outcome, Said, State
from xinheng.outward.suspicions.model_lists import NewList, Sheet, SuspicionList

PACK = load("national", [shipped()])
DAY, DUE = date(2026, 11, 20), date(2026, 12, 4)
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
VOID = Said(Outcome.VOIDED, "号码已作废")


@dataclass
class Place:
    """A city with two offices of its own and a county below it."""

    tx: Transaction
    clock: SteppingClock
    folder: Path
    bodies: dict[str, Agency]
    engine: Engine

    def __getitem__(self, code: str) -> UUID:
        return self.bodies[code].agency

    def actor(self, code: str) -> Actor:
        return Actor(None, self[code], f"{code}经办")

    def read(self, content: bytes | None = None, name: str = "清单.csv", **mapping: str) -> Sheet:
        path = self.folder / name
        path.write_bytes(content or given.as_csv(given.rows()))
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        return reading.read(path, work, PACK.item("penalty"), self.engine, mapping)

    def keep(self, sheet: Sheet | None = None, office: str = "CITY", **more: object) -> SuspicionList:
        said = {"title": "省第三批疑似瞒报", "sender": "示例省信用办", "item": "penalty", "received_on": DAY}
        new = NewList(**{**said, "due_on": DUE, **more})  # type: ignore[arg-type]
        return lists.keep(
            self.tx, sheet or self.read(), new, self[office], self.actor(office), self.clock, PACK
        )

    def split(self, of: SuspicionList, office: str = "CITY", **more: object) -> splitting.Split:
        return splitting.split(self.tx, of, self[office], self.actor(office), self.clock, **more)  # type: ignore[arg-type]

    def of(self, code: str, state: State | None = None) -> list[UUID]:
        found = store.listed(self.tx, Filter(hand=self[code], state=state), 100)
        return [s.suspicion for s in found]

    def lines(self, code: str) -> list[int | None]:
        return sorted(s.line or 0 for s in store.listed(self.tx, Filter(hand=self[code]), 100))

    def answer(self, code: str, said: Said = VOID, ids: list[UUID] | None = None, **more: object) -> int:
        mine = self.of(code, State.GIVEN) if ids is None else ids
        return answering.answer(self.tx, mine, said, self.actor(code), self.clock, **more)  # type: ignore[arg-type]

    def accept(self, code: str) -> int:
        return answering.accept(self.tx, self.of(code, State.ANSWERED), self.actor(code), self.clock)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A warm one: many small lists are read."""
    with Engine(400, 1) as warm:
        yield warm


@pytest.fixture
def place(database: Database, clock: SteppingClock, tmp_path: Path, engine: Engine) -> Iterator[Place]:
    with database.transaction() as tx:
        bodies = {}
        for code, name, parent, kind in (
            ("CITY", "示例市信用办", None, AgencyKind.OFFICE),
            ("SJJ", given.MARKET, "CITY", AgencyKind.AGENCY),
            ("HBJ", given.ENVIRONMENT, "CITY", AgencyKind.AGENCY),
            ("COUNTY", "甲县信用办", "CITY", AgencyKind.OFFICE),
            ("JX", given.COUNTY_MARKET, "COUNTY", AgencyKind.AGENCY),
        ):
            bodies[code] = access.add_agency(tx, access.NewAgency(code, name, parent, kind), clock, "测试")
        yield Place(tx, clock, tmp_path, bodies, engine)


# -- reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "gbk", "xlsx"])
def test_a_list_is_read_in_its_own_form_and_persons_stay_out(place: Place, kind: str) -> None:
    content = {
        "csv": lambda: given.as_csv(given.rows()),
        "gbk": lambda: given.as_csv(given.rows(), "gb18030"),
        "xlsx": lambda: given.as_xlsx(given.rows()),
    }[kind]()
    sheet = place.read(content, "清单.xlsx" if kind == "xlsx" else "清单.csv")
    assert [c.header for c in sheet.columns] == list(given.HEADER)
    assert [tuple(filter(None, row)) for row in sheet.above] == [
        ("附件3",),
        ("示例省疑似瞒报行政处罚信息核查表",),
    ]
    targets = {c.header: c.target for c in sheet.columns}
    assert (targets["决定书文号"], targets["处罚机关"], targets["法定代表人"]) == (
        "number",
        "authority",
        "dropped",
    )
    assert (targets["反馈情况"], targets["省级备注"]) == ("result", "kept")
    assert sheet.persons == 1
    person = sheet.rows[5]
    assert (person.cells, person.number, person.party) == (None, "示市监罚字〔2026〕6号", None)
    assert "赵某" not in str(sheet)
    assert "王某某" not in str(sheet)
    assert (sheet.rows[0].line, sheet.rows[0].decided_on) == (4, date(2026, 10, 9))


def test_the_office_says_otherwise_and_identity_numbers_are_masked(place: Place) -> None:
    rows = [given.row(1, given.MARKET, 省级备注="经办人 11010519491231002X")]
    sheet = place.read(given.as_csv(rows), 决定书文号="kept", 省级备注="number")
    assert {c.header: c.target for c in sheet.columns}["省级备注"] == "number"
    assert sheet.masked == 1
    assert "11010519491231002X" not in str(sheet)


def test_headers_come_back_as_the_sender_wrote_them(place: Place) -> None:
    content = "决定书文号,处罚机关,备注,,备注\r\n示〔2026〕1号,某局,甲,乙,丙\r\n".encode()
    of = place.keep(place.read(content))
    assert back(place, of) == [
        ["决定书文号", "处罚机关", "备注", "", "备注", "反馈情况", "说明", "附件名"],
        ["示〔2026〕1号", "某局", "", "", "", "", "", ""],
    ]


def test_a_sheet_without_any_decision_is_refused(place: Place) -> None:
    with pytest.raises(ListRefused):
        place.read("处罚机关,处罚决定日期\n甲局,2026-01-01\n".encode())


def test_the_same_file_is_taken_once(place: Place) -> None:
    there = place.keep()
    assert (there.lines, there.persons) == (7, 1)
    with pytest.raises(ListTwice) as refused:
        place.keep()
    assert refused.value.where == str(there.list_id)


def test_a_term_before_the_day_of_receipt_is_refused(place: Place) -> None:
    with pytest.raises(ListRefused):
        place.keep(due_on=date(2026, 11, 1))


# -- down --------------------------------------------------------------------------------------------


def test_splitting_gives_each_line_to_its_body_through_the_tree(place: Place) -> None:
    of = place.keep()
    done = place.split(of, days=3)
    assert (done.total, done.unknown, done.ambiguous) == (5, 1, 0)
    assert done.passed == {place["SJJ"]: 2, place["HBJ"]: 1, place["COUNTY"]: 2}
    assert (place.lines("SJJ"), place.lines("COUNTY"), place.lines("CITY")) == ([4, 5], [7, 8], [10])
    one = store.listed(place.tx, Filter(hand=place["SJJ"]), 1)[0]
    assert one.due_on == date(2026, 12, 1)
    assert (cases.by_id(place.tx, one.suspicion).owner, cases.by_id(place.tx, one.suspicion).due_on) == (
        place["SJJ"],
        date(2026, 12, 1),
    )
    assert place.split(of).total == 0
    assert place.split(of, "COUNTY").passed == {place["JX"]: 2}
    (first, *_) = store.listed(place.tx, Filter(hand=place["JX"]), 10)
    assert first.chain == (place["CITY"], place["COUNTY"], place["JX"])


def test_deep_splitting_reaches_the_agency_at_once_and_the_county_still_checks(place: Place) -> None:
    place.split(place.keep(), deep=True)
    assert place.lines("JX") == [7, 8]
    place.answer("JX")
    assert place.lines("COUNTY") == [7, 8]


def test_not_ours_goes_back_with_its_reason_and_is_not_split_again(place: Place) -> None:
    of = place.keep()
    place.split(of)
    with pytest.raises(AnswerRefused):
        splitting.send_back(place.tx, place.of("HBJ"), "", place.actor("HBJ"), place.clock)
    assert splitting.send_back(place.tx, place.of("HBJ"), "不是我们的", place.actor("HBJ"), place.clock) == 1
    assert place.lines("CITY") == [6, 10]
    assert place.split(of).total == 0
    moved = splitting.pass_on(
        place.tx, place.of("CITY"), place.bodies["SJJ"], place.actor("CITY"), place.clock, 2
    )
    assert (moved, place.lines("SJJ")) == (2, [4, 5, 6, 10])


def test_nobody_passes_on_what_is_not_in_its_hand_or_to_a_body_elsewhere(place: Place) -> None:
    of = place.keep()
    place.split(of)
    with pytest.raises(SuspicionAbsent):
        place.answer("HBJ", ids=place.of("SJJ"))
    with pytest.raises(AnswerRefused):
        splitting.pass_on(
            place.tx, place.of("COUNTY"), place.bodies["SJJ"], place.actor("COUNTY"), place.clock
        )
    with pytest.raises(TurnRefused):
        splitting.pass_on(place.tx, place.of("SJJ"), place.bodies["HBJ"], place.actor("CITY"), place.clock)
    with pytest.raises(ListAbsent):
        lists.by_id(place.tx, of.list_id, place["JX"])
    assert lists.by_id(place.tx, of.list_id, place["SJJ"]) == of


# -- up ----------------------------------------------------------------------------------------------


def test_an_answer_is_checked_by_every_office_on_the_way(place: Place) -> None:
    of = place.keep()
    place.split(of, deep=True)
    assert place.answer("JX") == 2
    with pytest.raises(TurnRefused):
        place.answer("JX", ids=place.of("COUNTY"))
    answering.give_back(place.tx, place.of("COUNTY")[:1], "请附决定书", place.actor("COUNTY"), place.clock)
    (again,) = place.of("JX", State.GIVEN)
    assert store.by_id(place.tx, again).said == "请附决定书"  # type: ignore[union-attr]
    place.answer("JX", Said(Outcome.NOT_DUE, "不予处罚决定，不属报送范围"))
    assert place.accept("COUNTY") == 2
    assert place.accept("CITY") == 2
    ended = store.listed(place.tx, Filter(state=State.SETTLED), 10)
    assert {s.outcome for s in ended} == {Outcome.VOIDED, Outcome.NOT_DUE}
    assert cases.by_id(place.tx, ended[0].suspicion).closed is not None


def test_what_the_city_returns_goes_through_the_county_again(place: Place) -> None:
    place.keep()
    every = place.of("CITY")
    splitting.pass_on(place.tx, every, place.bodies["JX"], place.actor("CITY"), place.clock)
    one = store.listed(place.tx, Filter(hand=place["JX"]), 1)[0]
    assert one.chain == (place["CITY"], place["COUNTY"], place["JX"])
    place.answer("JX")
    place.accept("COUNTY")
    answering.give_back(place.tx, every, "说明不够", place.actor("CITY"), place.clock)
    again = store.by_id(place.tx, one.suspicion)
    assert again is not None
    assert (again.hand, again.state, again.said) == (place["COUNTY"], State.ANSWERED, "说明不够")
    answering.give_back(place.tx, every, "补充决定书", place.actor("COUNTY"), place.clock)
    assert place.answer("JX", Said(Outcome.NOT_OURS, "不是本单位作出")) == len(every)
    assert place.accept("COUNTY") == place.accept("CITY") == len(every)
    assert len(service.answers(place.tx, one.suspicion)) == 2


def test_reported_meanwhile_needs_the_record(place: Place) -> None:
    place.split(place.keep())
    with pytest.raises(NotHeld) as refused:
        place.answer("SJJ", Said(Outcome.CONCEALED, "已经补报"))
    assert "第 4 行示市监罚字〔2026〕1号" in refused.value.found
    assert place.lines("SJJ") == [4, 5]


def test_of_two_at_one_line_the_second_is_told(place: Place) -> None:
    place.split(place.keep())
    one = store.listed(place.tx, Filter(hand=place["HBJ"]), 1)[0]
    place.answer("HBJ", ids=[one.suspicion], version=one.version)
    with pytest.raises(TurnRefused):
        place.answer("HBJ", ids=[one.suspicion], version=one.version)


def test_scans_are_what_their_bytes_say(place: Place) -> None:
    place.split(place.keep())
    shelf = Attachments(place.folder / "scans")
    with pytest.raises(AttachmentRefused):
        answering.judged(b"<html><script>alert(1)</script>", "决定书.pdf")
    answering.judged(PDF, "决定书.pdf")
    scan = shelf.put(PDF, "决定书.pdf")
    place.answer("SJJ", scan=scan)
    first, second = (answering.attachments(place.tx, s)[0] for s in place.of("CITY", State.ANSWERED))
    assert first.sha256 == second.sha256 == scan.digest
    assert not answering.remove(place.tx, first, "含自然人信息", place.actor("CITY"), place.clock)
    assert answering.remove(place.tx, second, "含自然人信息", place.actor("CITY"), place.clock)
    assert answering.attachments(place.tx, first.suspicion)[0].removed_why == "含自然人信息"


def test_what_the_law_erases_goes_from_the_suspicion_that_it_proved(place: Place) -> None:
    of = place.keep()
    place.split(of)
    shelf = Attachments(place.folder / "scans")
    place.answer("HBJ", scan=shelf.put(PDF, "决定书.pdf"))
    (one,) = place.of("CITY", State.ANSWERED)
    record = UUID(int=77)
    store.prove(place.tx, {one: record})
    place.accept("CITY")
    (digest,) = answering.forget(place.tx, record, place.clock)
    assert shelf.read(digest) == PDF
    ended = store.by_id(place.tx, one)
    assert ended is not None
    assert (ended.number, ended.party, ended.note, ended.outcome) == (None, None, "", Outcome.VOIDED)
    assert cases.by_id(place.tx, one).title == "内容已依法删除"
    assert back(place, of)[5] == ["", "", "", "", "", "", "", "", "否", "作废", "", "", ""]
    assert answering.forget(place.tx, UUID(int=78), place.clock) == []


# -- back to the sender ------------------------------------------------------------------------------


def back(place: Place, of: SuspicionList) -> list[list[str]]:
    content = returning.as_csv(of, returning.returned(place.tx, of)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_the_list_goes_back_in_the_senders_form(place: Place) -> None:
    of = place.keep()
    place.split(of, deep=True)
    scan = Attachments(place.folder / "scans").put(PDF, "决定书.pdf")
    place.answer("SJJ", scan=scan)
    place.accept("CITY")
    what = returning.returned(place.tx, of)
    assert what.open == 4
    rows = back(place, of)
    assert rows[:3] == [["附件3"], ["示例省疑似瞒报行政处罚信息核查表"], list(given.HEADER)]
    for n in (1, 2):
        expected = given.row(
            n,
            given.MARKET,
            法定代表人="",
            是否瞒报="否",
            反馈情况="作废",
            说明="号码已作废",
            附件名=f"第{n + 3}行-1-决定书.pdf",
        )
        assert rows[n + 2] == expected
    assert rows[5] == given.row(3, given.ENVIRONMENT, 法定代表人="")
    person = dict(zip(given.HEADER, rows[8], strict=True))
    assert {k: v for k, v in person.items() if v} == {
        "决定书文号": "示市监罚字〔2026〕6号",
        "反馈情况": "自然人",
        "说明": "针对自然人的行平台不留存，仅登记文号",
    }
    assert returning.as_xlsx(of, what) == returning.as_xlsx(of, what)
    target = place.folder / "back.zip"
    returning.as_zip(of, what, "xlsx", lambda _: PDF, target)
    with zipfile.ZipFile(target) as parts:
        assert parts.namelist() == ["反馈表.xlsx", "附件/第4行-1-决定书.pdf", "附件/第5行-1-决定书.pdf"]


def test_an_answer_never_becomes_a_formula(place: Place) -> None:
    place.split(place.keep())
    place.answer("HBJ", Said(Outcome.NOT_DUE, "=HYPERLINK(0)"))
    of = lists.listed(place.tx, None, 1)[0]
    place.accept("CITY")
    assert back(place, of)[5][10] == "'=HYPERLINK(0)"


def test_a_list_is_closed_when_every_line_is(place: Place) -> None:
    of = place.keep()
    with pytest.raises(TurnRefused):
        lists.close(place.tx, of.list_id, place["CITY"], place.actor("CITY"), place.clock)
    assert place.answer("CITY") == 6
    lists.close(place.tx, of.list_id, place["CITY"], place.actor("CITY"), place.clock)
    assert lists.by_id(place.tx, of.list_id, None).closed is not None


# -- between instances -------------------------------------------------------------------------------


def handed(place: Place, of: SuspicionList) -> Path:
    target = place.folder / "handed.zip"
    packages.hand_on(place.tx, of, place.bodies["COUNTY"], place.actor("CITY"), place.clock, target)
    return target


def taken_in(place: Place, path: Path) -> SuspicionList:
    sheet, new, ids = packages.read_handed(path, DAY)
    return lists.keep(place.tx, sheet, new, place["COUNTY"], place.actor("COUNTY"), place.clock, PACK, ids)


def answered_by_county(place: Place, of: SuspicionList) -> Path:
    lower = taken_in(place, handed(place, of))
    place.split(lower, "COUNTY")
    shelf = Attachments(place.folder / "scans")
    place.answer("JX", scan=shelf.put(PDF, "决定书.pdf"))
    place.accept("COUNTY")
    target = place.folder / "answered.zip"
    _, count, open_ = packages.give(place.tx, lower, shelf.read, place.actor("COUNTY"), place.clock, target)
    assert (count, open_) == (2, 0)
    return target


def merged(place: Place, of: SuspicionList, path: Path) -> packages.Merged:
    shelf = Attachments(place.folder / "city")
    return packages.merge(place.tx, of, path, shelf.put, place.actor("CITY"), place.clock)


def test_a_part_goes_to_another_instance_and_its_answers_come_back_once(place: Place) -> None:
    of = place.keep()
    place.split(of)
    path = answered_by_county(place, of)
    out = store.listed(place.tx, Filter(list_id=of.list_id, hand=place["COUNTY"]), 10)
    with pytest.raises(TurnRefused):
        place.answer("COUNTY", ids=[out[0].suspicion])
    assert merged(place, of, path) == packages.Merged(2, 0, 0)
    assert merged(place, of, path) == packages.Merged(0, 2, 0)
    assert place.accept("CITY") == 2
    assert merged(place, of, path) == packages.Merged(0, 2, 0)
    rows = back(place, of)
    assert [rows[n][9:12] for n in (6, 7)] == [
        ["作废", "号码已作废", f"第{n}行-1-决定书.pdf"] for n in (7, 8)
    ]


def rewritten(path: Path, change: dict[str, bytes]) -> Path:
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(target, "w") as out:
        for name in parts.namelist():
            out.writestr(name, change.get(name, parts.read(name)))
        for name in change.keys() - set(parts.namelist()):
            out.writestr(name, change[name])
    return target


def test_a_changed_package_is_refused_whole(place: Place) -> None:
    of = place.keep()
    place.split(of)
    path = answered_by_county(place, of)
    with zipfile.ZipFile(path) as parts:
        answers, manifest = parts.read("answers.json"), parts.read("manifest.json")
    for change in (
        {"answers.json": answers.replace("作废".encode(), "有效".encode())},
        {"more.txt": b"x"},
        {"manifest.json": manifest.replace(b'"handed":"', b'"handed":"0')},
        {"manifest.json": b"{}"},
    ):
        with pytest.raises(PackageRefused):
            merged(place, of, rewritten(path, change))
    with pytest.raises(PackageRefused):
        merged(place, of, place.folder / "handed.zip")
    with pytest.raises(PackageRefused):
        merged(place, place.keep(place.read(given.as_csv(given.rows()[:3]), "b.csv")), path)
    with pytest.raises(PackageRefused):
        packages.read_handed(path, DAY)
    assert place.lines("CITY")[:1] != [7]
    with pytest.raises(ListTwice):
        taken_in(place, place.folder / "handed.zip")


def forged(path: Path, change) -> Path:
    """A package with other answers and digests that match: made with care, by somebody who has the file."""
    with zipfile.ZipFile(path) as parts:
        said = json.loads(parts.read("manifest.json"))
        members = {name: parts.read(name) for name in parts.namelist() if name != "manifest.json"}
    members["answers.json"] = json.dumps(change(json.loads(members["answers.json"]), members)).encode()
    target = path.with_name("forged.zip")
    del said["files"]
    package_file.write(target, said, members)
    return target


def test_what_a_forged_package_may_not_do(place: Place) -> None:
    of = place.keep()
    place.split(of)
    path = answered_by_county(place, of)
    others = {str(one.line_id) for one in store_lists.lines(place.tx, of.list_id, 0, 100)}
    mine = {one["id"] for one in json.loads(zipfile.ZipFile(path).read("answers.json"))}
    html = b"<html><script>alert(1)</script>"

    def elsewhere(answers, _members):
        return [{**answers[0], "id": sorted(others - mine)[0]}]

    def page(answers, members):
        members[f"files/{returning.digest(html)}"] = html
        return [{**answers[0], "files": [{"name": "决定书.pdf", "sha256": returning.digest(html)}]}]

    def missing(answers, _members):
        return [{**answers[0], "files": [{"name": "决定书.pdf", "sha256": "0" * 64}]}]

    for change in (
        elsewhere,
        page,
        missing,
        lambda answers, _: [answers[0], answers[0]],
        lambda answers, _: [{**answers[0], "outcome": "innocent"}],
        lambda answers, _: [{"id": answers[0]["id"]}],
        lambda answers, _: {"answers": answers},
    ):
        place.tx.execute("savepoint whole")
        with pytest.raises((PackageRefused, AttachmentRefused)):
            merged(place, of, forged(path, change))
        place.tx.execute("rollback to savepoint whole")
    assert [s.state for s in store.listed(place.tx, Filter(list_id=of.list_id), 10)] == [State.GIVEN] * 6


def test_a_package_never_unfolds_beyond_its_bounds(place: Place) -> None:
    bomb = place.folder / "bomb.zip"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts,
        parts.open("manifest.json", "w") as member,
    ):
        for _ in range(70):
            member.write(b"[" * (1 << 20))
    for path in (bomb, rewritten(bomb, {"manifest.json": b"[" * 100_000}), place.folder / "none.zip"):
        with pytest.raises(PackageRefused):
            packages.read_handed(path, DAY)


def test_lines_that_are_out_can_be_taken_back(place: Place) -> None:
    of = place.keep()
    place.split(of)
    path = answered_by_county(place, of)
    (package,) = lists.packages(place.tx, of.list_id)
    assert packages.take_back(place.tx, package, place.actor("CITY"), place.clock) == 2
    assert (
        place.answer(
            "COUNTY", ids=[s for s in place.of("COUNTY") if store.by_id(place.tx, s).list_id == of.list_id]
        )
        == 2
    )  # type: ignore[union-attr]
    with pytest.raises(PackageRefused):
        merged(place, of, path)
