"""Back to the sender in its own form, and between two instances as packages that cannot be changed unseen."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from tests.unit.outward.suspicions import lists as given
from tests.unit.outward.suspicions.instance import DAY, PACK, PDF, Place, back

from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.documents.errors import AttachmentRefused
from xinheng.outward.suspicions import (
    lists,
    package_file,
    packages,
    returning,
    store,
    store_lists,
)
from xinheng.outward.suspicions.errors import ListTwice, PackageRefused, TurnRefused
from xinheng.outward.suspicions.model import Filter, Outcome, Said, State
from xinheng.outward.suspicions.model_lists import SuspicionList

# -- back to the sender ------------------------------------------------------------------------------


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
