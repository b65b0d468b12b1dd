"""A city's instance for the tests of lists: two bureaus, a county below, and a list among them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from tests.conftest import SteppingClock
from tests.unit.outward.suspicions import lists as given

from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import load, shipped
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.cases.model import Actor
from xinheng.outward.suspicions import answering, lists, reading, returning, splitting, store
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


def bodies(tx: Transaction, clock: SteppingClock) -> dict[str, Agency]:
    """Enter the tree: city, its two bureaus, a county's office with its bureau."""
    return {
        code: access.add_agency(tx, access.NewAgency(code, name, parent, kind), clock, "测试")
        for code, name, parent, kind in (
            ("CITY", "示例市信用办", None, AgencyKind.OFFICE),
            ("SJJ", given.MARKET, "CITY", AgencyKind.AGENCY),
            ("HBJ", given.ENVIRONMENT, "CITY", AgencyKind.AGENCY),
            ("COUNTY", "甲县信用办", "CITY", AgencyKind.OFFICE),
            ("JX", given.COUNTY_MARKET, "COUNTY", AgencyKind.AGENCY),
        )
    }


def back(place: Place, of: SuspicionList) -> list[list[str]]:
    """The rows of the file that goes back to the list's sender."""
    content = returning.as_csv(of, returning.returned(place.tx, of)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))
