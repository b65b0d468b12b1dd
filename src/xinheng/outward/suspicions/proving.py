"""Whether what an answer says can be seen: a record with that number is held now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from xinheng.core import documents
from xinheng.evidence.ledger import own_records
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as access
from xinheng.outward.suspicions.errors import NotHeld
from xinheng.outward.suspicions.model import Suspicion

BRACKETS: Final = ("[]", "()", "（）", "［］", "【】", "﹝﹞")
NAMED: Final = 5  # suspicions that a refusal names


def held(tx: Transaction, those: Sequence[Suspicion]) -> dict[UUID, UUID]:
    """Which record proves each: current, of its item, with its number (however spelt).

    With a day of decision in the suspicion the record's must be that day, unless its source spelt the number
    alike. Without a number there is nothing to compare, and it is not in the answer.
    """
    found: dict[UUID, UUID] = {}
    for item in {s.item for s in those}:
        asked = [s for s in those if s.item == item and s.number]
        numbers = {n for s in asked if s.number for n in _spelt(s.number)}
        days = {s.decided_on for s in asked if s.decided_on}
        sources = {a for s in asked for a in _own(tx, s.agency)} if asked else set()
        held_now = own_records.decided(tx, item, sorted(days), sorted(numbers), sorted(sources, key=str))
        by_number = {documents.normalise(r.document): r.record for r in held_now if r.document}
        for s in asked:
            record = by_number.get(documents.normalise(s.number or ""))
            if record is not None:
                found[s.suspicion] = record
    return found


def _spelt(number: str) -> set[str]:
    """How one number may stand in a record: as it came, and with each usual kind of bracket."""
    key = documents.normalise(number)
    return {number, key, *(key.replace("〔", left).replace("〕", right) for left, right in BRACKETS)}


def _own(tx: Transaction, agency: UUID) -> tuple[UUID, ...]:
    known = access.by_ids(tx, [agency])
    return access.standing(tx, known[agency]).own if agency in known else (agency,)


def require_held(those: Sequence[Suspicion], records: Mapping[UUID, UUID]) -> None:
    """Raise NotHeld, naming lines and numbers, where one of these has no record."""
    missing = [s for s in those if s.suspicion not in records]
    if missing:
        named = "；".join(map(said, missing[:NAMED])) + (" 等" if len(missing) > NAMED else "")
        raise NotHeld(
            found=f"有 {len(missing)} 条按文号没有查到现行记录：{named}",
            expected="平台现在有文号相同的记录；没有文号的不能由平台核对",
            todo="先补报，受理后再答复；或者选择其他结论",
            where="outcome",
        )


def said(one: Suspicion) -> str:
    """How a refusal names it."""
    line = f"第 {one.line} 行" if one.line is not None else ""
    return f"{line}{one.number or '没有文号'}"
