"""Two platforms reconcile through a folder: what is sent, taken, returned and shown, and what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.reconciling import Deal, lower_house, register, second_database, upper_house
from tests.unit.evidence.intake.conftest import engine, national  # noqa: F401 - fixtures

from xinheng.outward.reconciliation import running, taking
from xinheng.outward.reconciliation.folder import FolderPartner
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
