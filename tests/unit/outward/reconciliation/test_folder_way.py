"""Two platforms reconcile through a folder: what is sent, taken, returned and shown, and what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.reconciling import Deal, lower_house, register, second_database, upper_house
from tests.sending import row
from tests.unit.evidence.intake.conftest import engine, national  # noqa: F401 - fixtures

from xinheng.evidence.ledger import erasure
from xinheng.outward.reconciliation import running, service, taking
from xinheng.outward.reconciliation.folder import FolderPartner
from xinheng.outward.reconciliation.model import Kind
from xinheng.outward.reconciliation.places import LocalPlace


@dataclass
class Folder:
    """The folder between two platforms."""

    deal: Deal
    path: Path

    def run(self) -> running.Ran:
        self.deal.clock.step(minutes=1)
        place = LocalPlace(self.path)
        return running.run(self.deal.lower, self.deal.partner.partner, lambda _: FolderPartner(place))

    def answer(self) -> taking.Answered:
        self.deal.clock.step(minutes=1)
        return taking.answer(self.deal.upper, LocalPlace(self.path), "QH")

    def round(self) -> running.Ran:
        self.run()
        self.answer()
        return self.run()


@pytest.fixture
def folder(server, database, engine, national, clock, tmp_path) -> Iterator[Folder]:  # noqa: F811 - fixtures
    between = tmp_path / "between"
    between.mkdir()
    with second_database(server) as other:
        lower = lower_house(database, engine, national, clock, tmp_path / "lower")
        upper = upper_house(other, engine, national, clock, tmp_path / "upper")
        partner = register(lower, json.dumps({"way": "folder", "path": str(between)}))
        yield Folder(Deal(lower, upper, partner, clock), between)


def test_records_corrections_and_withdrawals_arrive_and_nothing_differs(folder: Folder) -> None:
    deal = folder.deal
    receipt = deal.decide(1, 2, 3)
    ran = folder.run()
    assert (ran.followed, ran.batches, deal.states()) == (3, 1, ["sent"] * 3)
    done = folder.answer()
    assert (done.files, done.taken, done.listed) == (1, 3, 3)
    ran = folder.run()
    assert (ran.answered, deal.states(), ran.differences) == (3, ["taken"] * 3, 0)
    folder.answer()
    assert folder.run().differences == 0, "a later list says the same"
    deal.decide(2, CF_NR="处以罚款人民币壹万元", CF_NR_FK="1")
    deal.withdraw(deal.lower.record(receipt, 2))
    folder.round()
    folder.answer()
    assert folder.run().differences == 0
    assert deal.there() == deal.here()
    assert len(deal.there()) == 2
    assert list(folder.path.rglob("*.part")) == []
    assert list((folder.path / "outbox").iterdir()) == []


def test_what_the_law_erases_goes_from_here_and_is_withdrawn_above(folder: Folder) -> None:
    deal = folder.deal
    other = {"CF_CFJG": "清河市城市管理局", "CF_SJLY": "清河市城市管理局"}
    kept = deal.lower.record(deal.decide(1))
    back = deal.lower.record(deal.lower.send(row(2, **other), source="B"))
    folder.round()
    assert sorted(deal.states()) == ["returned", "taken"]
    assert deal.ways()[kept].digest is not None
    with deal.lower.database.transaction() as tx:
        for record in (kept, back):
            asked = erasure.Erasure(record, "个人信息保护法第四十七条", deal.lower.pack.label)
            erasure.erase(tx, asked, deal.clock, deal.lower.projectors)
            service.forget(tx, record)
    ways = deal.ways()
    assert (ways[kept].digest, ways[back].digest) == (None, None)
    assert deal.lower.count("upward_versions where reasons is not null") == 0
    assert "机关" not in deal.differences(Kind.RETURNED)[0].said
    folder.round()
    folder.answer()
    assert folder.run().differences == 0
    assert sorted(deal.states()) == ["taken", "void"]
    assert deal.there() == []


def test_a_half_written_answer_is_named_and_not_used(folder: Folder) -> None:
    deal = folder.deal
    deal.decide(1)
    folder.run()
    folder.answer()
    (data,) = (folder.path / "inbox").glob("*.receipt.jsonl")
    whole = data.read_bytes()
    data.write_bytes(whole[:-9])
    ran = folder.run()
    assert (ran.answered, len(ran.broken)) == (0, 1)
    (found,) = deal.differences(Kind.UNREADABLE)
    assert "没有写完" in found.said
    data.write_bytes(whole)
    assert folder.run().answered == 1
    assert deal.differences(Kind.UNREADABLE) == []
    assert deal.open_cases() == []


def test_a_decided_version_is_answered_as_it_was_and_an_older_one_changes_nothing(folder: Folder) -> None:
    deal = folder.deal
    deal.decide(1)
    folder.run()
    outbox = folder.path / "outbox"
    first = {p.name: p.read_bytes() for p in outbox.iterdir()}
    folder.answer()
    folder.run()
    deal.decide(1, CF_NR="处以罚款人民币壹万元", CF_NR_FK="1")
    folder.round()
    events = deal.events_above()
    for name, content in first.items():
        (outbox / name).write_bytes(content)
    folder.answer()
    assert deal.events_above() == events
    assert folder.run().differences == 0
    assert deal.there() == deal.here()
