"""长效检查: the standing inspection of codes, from the register and from rows that came in to cases.

Idempotent: what stands keeps its case, what is new opens one, what holds no more is ended with its case.
The rules run set-wise over the whole register (decision 21); nothing is decided here about an organisation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from xinheng.core.authorities import AUTHORITIES
from xinheng.core.ids import new_ids
from xinheng.core.times import SHANGHAI, Clock, today
from xinheng.core.uscc import CodeVerdict, judge
from xinheng.evidence.subjects import code_store as store
from xinheng.evidence.subjects.code_errors import (
    FindingEnded,
    NoSuchFinding,
    NotTheOwner,
    OfficeMissing,
    RegistrarWrong,
)
from xinheng.evidence.subjects.code_model import (
    FINDING_TITLES,
    OUTCOME_TITLES,
    Finding,
    FindingKind,
    MetCode,
    Outcome,
    Place,
    Rate,
    Registrar,
    owner_of,
    registrar_title,
)
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase, State

CASE_KINDS: Final = {
    FindingKind.WRONG: "code_wrong",
    FindingKind.TWO_CODES: "code_duplicate",
    FindingKind.TWO_NAMES: "code_duplicate",
    FindingKind.REASSIGNED: "code_reassigned",
}
DIVISION: Final = re.compile(r"[1-8][0-9]{5}")
INSPECTOR: Final = Actor(None, None, "重错码检查")
PAGE: Final = 10_000  # new findings written at a time


@dataclass(frozen=True)
class Inspected:
    """What an inspection did: findings opened and ended, those that stand now, and the rate they leave."""

    opened: int
    ended: int
    standing: int
    rate: Rate


def inspect(tx: Transaction, met: Iterable[MetCode], clock: Clock) -> Inspected:
    """Run the inspection over the register and over `met`, the wrong codes of rows that went back.

    Opens a case a finding, owned by the registrar entered for the code, else by the credit office;
    no deadline: no law read so far names one. Raises OfficeMissing where nobody could own them.
    """
    day = today(clock)
    offices = _offices(tx, day)
    store.begin(tx)
    held = [MetCode(c, n, 0, clock.now().at) for c, n in store.suspects(tx) if _wrong(c)]
    store.add_wrong(tx, Place.REGISTER, held)
    store.add_wrong(tx, Place.INTAKE, [m for m in met if _wrong(m.code)])
    store.gather(tx)
    entered = store.registrars(tx)
    owners = {head: owner_of(head, entered, offices) for head in store.kinds_of_codes(tx)}
    store.set_owners(tx, {head: owner for head, owner in owners.items() if owner is not None})
    ended = store.end_gone(tx, day)
    for finding, owner in store.moved(tx):
        if cases.by_id(tx, finding).closed is None:
            cases.step(
                tx, finding, "transferred", INSPECTOR, "承办单位按现行登记机关调整", clock, owner=owner
            )
    standing = store.keep_up(tx, day)
    opened = store.begun(tx)
    for start in range(0, len(opened), PAGE):
        _open(tx, opened[start : start + PAGE], clock)
    gone = [f.finding for f in ended]
    cases.step_many(
        tx, gone, "gone", INSPECTOR, "再次检查时已不存在", clock, State.CLOSED, Outcome.GONE.value
    )
    now = rate(tx, day)
    values = {"ran": clock.now().at, "day": day, "found": standing + len(opened), "opened": len(opened)}
    figures = {"ended": len(ended), "faulty": now.faulty, "codes": now.codes}
    store.note_inspection(tx, {"inspection": _ids(clock, 1)[0], **values, **figures})
    return Inspected(len(opened), len(ended), standing + len(opened), now)


def _wrong(code: str) -> bool:
    """Whether the standard itself refuses it. An implausible one passes: its sender confirmed it."""
    return judge(code).verdict not in (CodeVerdict.VALID, CodeVerdict.IMPLAUSIBLE)


def _offices(tx: Transaction, day: date) -> list[tuple[str, UUID]]:
    found = [
        (a.division or "", a.agency)
        for _, a in access.tree(tx)
        if a.kind is AgencyKind.OFFICE and a.exists(day)
    ]
    if not found:
        raise OfficeMissing
    return found


def answering(tx: Transaction, code: str, clock: Clock) -> UUID:
    """The agency that answers for a code today. Raises OfficeMissing."""
    owner = owner_of(code, store.registrars(tx), _offices(tx, today(clock)))
    if owner is None:
        raise OfficeMissing
    return owner


def _open(tx: Transaction, rows: list[Row], clock: Clock) -> None:
    ids = _ids(clock, len(rows))
    day = today(clock)
    store.insert(tx, rows, ids, day)
    findings = store.by_ids(tx, ids)
    cases.open_many(tx, (_case(f) for f in findings), clock)


def _case(finding: Finding) -> NewCase:
    return NewCase(
        kind=CASE_KINDS[finding.kind],
        title=f"{FINDING_TITLES[finding.kind]}：{finding.code}",
        owner=finding.owner,
        ref=finding.ref,
        due_on=None,
        basis=None,
        detail={
            "finding": str(finding.finding),
            "says": finding.says,
            "registrar": registrar_title(finding.code),
            "due": "整改期限待核实",
        },
        dedupe=finding.dedupe,
        case=finding.finding,
    )


def settle(tx: Transaction, number: UUID, outcome: Outcome, note: str, actor: Actor, clock: Clock) -> Finding:
    """The authority (or the office in its place) ends a finding: put right, or looked at and no fault.

    An agency that is neither is refused. `note`: why, in Chinese. A fault that holds at the
    next inspection opens a new finding, except where it was `kept`.
    Raises NoSuchFinding, FindingEnded, NotTheOwner, and NoteRefused of the cases.
    """
    found = store.one(tx, number, lock=True)
    if found is None:
        raise NoSuchFinding(str(number))
    if found.ended_on is not None:
        raise FindingEnded(str(number), OUTCOME_TITLES[found.outcome or Outcome.GONE])
    said = cases.noted(note, least=2)
    require_owner(tx, found.owner, actor, found.code)
    store.end(tx, number, today(clock), outcome, said, actor.name)
    cases.step_many(tx, [number], outcome.value, actor, said, clock, State.CLOSED, outcome.value)
    return finding(tx, number)


def require_owner(tx: Transaction, owner: UUID, actor: Actor, code: str) -> None:
    """That the actor speaks for the owner: the owner itself, a credit office, or the local operator.

    Raises NotTheOwner.
    """
    if actor.agency is None or actor.agency == owner:
        return
    known = access.by_ids(tx, [owner, actor.agency])
    if actor.agency in known and known[actor.agency].kind is AgencyKind.OFFICE:
        return
    raise NotTheOwner(code, known[owner].name if owner in known else "—")


def finding(tx: Transaction, number: UUID) -> Finding:
    """One finding. Raises NoSuchFinding."""
    found = store.one(tx, number)
    if found is None:
        raise NoSuchFinding(str(number))
    return found


def rate(tx: Transaction, day: date) -> Rate:
    """重错码率 as it stood on a day: by the findings of that day and the codes registered until its end."""
    until = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return Rate(day, *store.rate(tx, day, until))


def inspected(tx: Transaction, day: date) -> bool:
    """Whether the inspection had run by the end of a day: without one, no finding means nothing."""
    return store.inspected(tx, day)


def enter_registrar(tx: Transaction, registrar: Registrar, clock: Clock) -> None:
    """Enter an agency as registration authority for codes that begin so, in this place.

    Raises RegistrarWrong for a prefix that no code begins with, or a place that is no division.
    """
    known = [p for one, a in AUTHORITIES.items() for p in (one, *(one + c for c in a.categories))]
    if registrar.prefix not in known:
        raise RegistrarWrong(
            found=f"“{registrar.prefix[:10]}”不是代码的前一位或前两位",
            expected="、".join(f"{one}（{a.name}）" for one, a in AUTHORITIES.items()),
            todo="改正后重试",
        )
    if registrar.division and DIVISION.fullmatch(registrar.division) is None:
        raise RegistrarWrong(
            found=f"区划“{registrar.division[:20]}”",
            expected="6 位行政区划代码；不填为各地",
            todo="改正后重试",
        )
    store.enter_registrar(tx, registrar, clock.now().at)


def registrars(tx: Transaction) -> list[Registrar]:
    """Who is entered as registration authority, by place and prefix."""
    return store.registrars(tx)


def drop_registrar(tx: Transaction, prefix: str, division: str) -> bool:
    """Take an entry back; whether there was one."""
    return store.drop_registrar(tx, prefix, division) > 0


def _ids(clock: Clock, count: int) -> list[UUID]:
    made = new_ids(clock, count)
    return [UUID(bytes=made[i : i + 16]) for i in range(0, len(made), 16)]
