"""A home small enough for a test, and sheets to send to it: everything invented, nothing mocked."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.core.uscc import check_character, organisation_check
from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger.projection import Projector
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database
from xinheng.law.packs import Pack
from xinheng.office.access import service as access

AUTHORITY = "清河市市场监督管理局"


def code(number: int, head: str = "91430100") -> str:
    """A valid unified code for a running number below 10⁸."""
    body = f"{number:08d}"
    first = head + body + organisation_check(body)
    return first + check_character(first)


def row(number: int = 1, **cells: str) -> dict[str, str]:
    """One penalty that passes every check of profile `report`; `cells` (field codes) replace its own."""
    return {
        "CF_XDR_MC": f"清河第{number}号商贸有限公司",
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": code(number),
        "CF_FRDB": "李四",
        "CF_WSH": f"清市监处罚〔2026〕{number}号",
        "CF_WFXW": "违反广告管理规定",
        "CF_SY": "发布含有虚假内容的广告",
        "CF_YJ": "《中华人民共和国广告法》第五十五条第一款",
        "CF_CFLB": "罚款",
        "CF_NR": "处以罚款人民币肆万捌仟元",
        "CF_NR_FK": "4.8",
        "CF_JDRQ": "2026-11-12",
        "CF_YXQ": "2099-12-31",
        "CF_CFJG": AUTHORITY,
        "CF_CFJGDM": code(1, "11430100"),
        "CF_SJLY": AUTHORITY,
        "CF_SJLYDM": code(1, "11430100"),
        **cells,
    }


def write(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A UTF-8 CSV with the field codes as headers; the first data row is line 2."""
    given = list(rows)
    headers = list(dict.fromkeys(name for each in given for name in each))
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, headers, restval="")
        writer.writeheader()
        writer.writerows(given)
    return path


@dataclass
class House:
    """What a submission needs of a home, with two agencies in it: A is the authority, B another."""

    database: Database
    engine: Engine
    keys: Keys
    pack: Pack
    clock: Clock
    folder: Path
    projectors: Sequence[Projector] = ()
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def incoming(self) -> Path:
        return self.folder / "incoming"

    def open(self) -> House:
        """Open the ledger and register the agencies."""
        with self.database.transaction() as tx:
            ledger.open_log(tx, self.keys.log.name)
            for name, called, authorities in (("A", AUTHORITY, ()), ("B", "清河市城市管理局", (AUTHORITY,))):
                new = access.NewAgency(name, called, authorities=authorities)
                access.add_agency(tx, new, self.clock, "test")
        return self

    def request(self, rows: Iterable[Mapping[str, str]], source: str = "A", **more: Any) -> Request:
        """A request to take these rows in; each call writes a file of its own."""
        path = write(self.folder / f"sheet-{next(self._numbers)}.csv", rows)
        return Request(path, path.name, "penalty", source=source, **more)

    def send(self, *rows: Mapping[str, str], source: str = "A", **more: Any) -> Receipt:
        """Take these rows in as one file."""
        return service.submit(self, self.request(rows, source, **more))

    def record(self, receipt: Receipt, line: int = 2) -> UUID:
        """The record that a line became or met."""
        found = next(r.record for r in receipt.rows if r.line == line)
        assert found is not None
        return found

    def count(self, table: str) -> int:
        """Rows of a table."""
        with self.database.transaction() as tx:
            return int(tx.fetch(f"select count(*) from {table}")[0][0])


def checks(receipt: Receipt, line: int = 2) -> set[str]:
    """The ids of the checks that a line failed."""
    return {c.id for r in receipt.rows if r.line == line for c in r.checks}


def outcomes(receipt: Receipt) -> list[str]:
    """The outcome of each row, by line."""
    return [r.outcome.value for r in receipt.rows]
