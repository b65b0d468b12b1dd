"""Issuing: a number without gaps, files that never change, a case, and the end of the letter before."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.law.letters import filled
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice
from xinheng.outward.documents import canonical, docx, pdf
from xinheng.outward.letters import store
from xinheng.outward.letters.model import KIND, STEPS, TO, Act, Letter
from xinheng.outward.letters.steps import held, moved, require, take


def issue(tx: Transaction, letter: UUID, pack: Pack, clock: Clock, actor: Actor) -> Letter:
    """Number a draft, date it, freeze its files, put it on the agency's desk and open its case; what it
    follows or withdraws ends. Raises LetterAbsent, LetterStepRefused, NotTheirLetter, DocumentRefused."""
    there = take(tx, letter, Act.ISSUE, actor)
    before = _ends(tx, there)
    template = pack.letters.on(there.step, today(clock))
    day, at = today(clock), clock.now().at
    serial = store.take_number(tx, there.office, template.word, day.year, letter, at)
    said = {"word": template.word, "year": str(day.year), "serial": str(serial)}
    numbered = replace(there, number=filled(template.number, said), dated=day)
    digest = _freeze(tx, numbered)
    after = replace(numbered, digest=digest, case=None if there.withdraws else new_id(clock))
    if after.case:
        _open(tx, after, clock)
    if before is not None:
        _end(tx, before, after, clock, actor)
    after = moved(tx, after, Act.ISSUE, after.number or "", actor, clock)
    if after.withdraws:  # there is nothing to answer
        after = moved(tx, after, Act.CLOSE, "", actor, clock)
    _tell(tx, after, clock, pack)
    audit.note(tx, clock, actor.name, "letter.issue", f"{after.number} {after.title}", actor.account)
    return after


def _ends(tx: Transaction, there: Letter) -> Letter | None:
    if there.previous is None:
        return None
    before = held(tx, there.previous, lock=True)
    return require(before, Act.WITHDRAW if there.withdraws else Act.ESCALATE)


def _end(tx: Transaction, before: Letter, by: Letter, clock: Clock, actor: Actor) -> None:
    act = Act.WITHDRAW if by.withdraws else Act.ESCALATE
    early = act is Act.ESCALATE and before.due_on is not None and today(clock) <= before.due_on
    moved(tx, before, act, f"见{by.number}{'；答复期限未到' if early else ''}", actor, clock)
    if before.case:
        cases.close(tx, before.case, actor, TO[act].value, f"见{by.number}", clock)
    if by.withdraws:
        store.void_number(tx, before.letter, clock.now().at)


def _freeze(tx: Transaction, letter: Letter) -> str:
    """Keep the files as they go out; the digest of the canonical one."""
    named = access.by_ids(tx, {letter.agency, letter.office})
    document = letter.document(named[letter.agency].name, named[letter.office].name, letter.dated or date.max)
    written = canonical.write(document)
    for kind, content in (("json", written), ("docx", docx.write(document)), ("pdf", pdf.write(document))):
        store.keep_file(tx, letter.letter, kind, content)
    return hashlib.sha256(written).hexdigest()


def _open(tx: Transaction, letter: Letter, clock: Clock) -> None:
    new = NewCase(
        kind=KIND,
        title=f"{STEPS[letter.step]}：{letter.title}（{letter.number}）",
        owner=letter.agency,
        ref=f"letter:{letter.letter}",
        due_on=letter.due_on,
        basis=letter.basis,
        detail={"文号": letter.number or "", "步骤": STEPS[letter.step]},
        opener=letter.office,
        dedupe=f"letter:{letter.letter}",
        case=letter.case,
    )
    cases.open_case(tx, new, clock)


def _tell(tx: Transaction, letter: Letter, clock: Clock, pack: Pack) -> None:
    office = access.by_ids(tx, [letter.office])[letter.office]
    values = {
        "title": letter.title,
        "number": letter.number or "",
        "issuer": office.name,
        "due": letter.due_on.isoformat() if letter.due_on else "无",
    }
    ref = f"/desk/letters/{letter.letter}"
    notices.send(tx, NewNotice(letter.agency, "letter_arrived", values, ref), clock, pack)
