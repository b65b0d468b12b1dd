"""催办 → 督办 → 通报 → 考核 in a real database: numbered, answered, followed, closed, withdrawn."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

import docx as python_docx
import pytest
from tests.conftest import SteppingClock
from tests.unit.outward.documents import printed
from tests.unit.outward.letters.office import FRIDAY, Office, build, owner

from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import NewCase
from xinheng.office.cases.model import State as CaseState
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import Inbox
from xinheng.outward.documents import canonical
from xinheng.outward.documents.attachments import Attachment, Kind
from xinheng.outward.letters import answering, composing, forgetting, issuing, service, store, store_ties
from xinheng.outward.letters.errors import (
    LetterAbsent,
    LetterRefused,
    LetterStepRefused,
    NotTheirLetter,
    ReplyRefused,
)
from xinheng.outward.letters.model import ACTS, ENDED, FROM, NAMES, TO, Act, Filter, State, Step
from xinheng.outward.letters.service import Edited

PROOF = Attachment("a" * 64, "整改说明.pdf", Kind.PDF, 1234)


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def office(tx: Transaction, clock: SteppingClock) -> Office:
    return build(tx, clock)


def test_a_late_record_is_walked_from_reminder_to_closed(tx: Transaction, office: Office) -> None:
    """R141, whole: nobody answers until the last step."""
    pack, clock = office.pack, office.clock
    late = office.overdue(tx)
    letter = office.issued(tx, about=late)
    numbers = [letter.number]
    for step, word in ((Step.ORDER, "督"), (Step.NOTICE, "通"), (Step.APPRAISAL, "考")):
        assert composing.next_due(letter, pack, letter.due_on or FRIDAY) is None, "the term is not over"
        clock.step(days=10)
        assert service.waiting(tx, owner(office.head), pack, clock.now().at.date()) == [letter]
        follower = answering.escalate(tx, letter.letter, pack, clock, office.head)
        assert follower.step is step
        assert letter.number in follower.body.paragraphs[0], "it cites the letter before it"
        with pytest.raises(LetterStepRefused, match="已经有一份草稿"):
            answering.escalate(tx, letter.letter, pack, clock, office.head)
        assert service.by_id(tx, letter.letter).state is State.ISSUED, "a draft ends nothing"
        after = office.send(tx, follower)
        before = service.by_id(tx, letter.letter)
        assert (before.state, cases.by_id(tx, before.case).outcome) == (State.ESCALATED, "escalated")
        assert word in after.number
        letter = after
        numbers.append(letter.number)
    assert numbers == ["信用催〔2026〕1号", "信用督〔2026〕1号", "信用通〔2026〕1号", "信用考〔2026〕1号"]
    with pytest.raises(LetterStepRefused, match="最后一步"):
        answering.escalate(tx, letter.letter, pack, clock, office.head)
    answering.read(tx, letter.letter, clock, office.late)
    answering.reply(tx, letter.letter, "两件均已补报。", (PROOF,), pack, clock, office.late)
    answering.judge(tx, letter.letter, accept=True, reason="", pack=pack, clock=clock, actor=office.head)
    for case in late:
        cases.close(tx, case.case, office.head, "accepted", "", clock)
    assert service.open_of(tx, letter) == []
    closed = answering.close(tx, letter.letter, "核对回执，均已入库。", (), pack, clock, office.head)
    assert (closed.state, cases.by_id(tx, closed.case).state) == (State.CLOSED, CaseState.CLOSED)
    acts = [event.act for event in service.history(tx, letter.letter)]
    assert acts == [Act.DRAFT, Act.ISSUE, Act.READ, Act.REPLY, Act.ACCEPT, Act.CLOSE]
    assert service.history(tx, letter.letter)[3].attached[0].name == "整改说明.pdf"
    assert [one.step for one in service.chain(tx, closed)] == list(Step)


def test_a_letter_says_what_its_template_and_its_cases_say(tx: Transaction, office: Office) -> None:
    letter = office.draft(tx)
    assert letter.title == "关于2件信用信息归集事项的催办提醒函"
    assert "其中最早的期限为2026年11月3日" in letter.body.paragraphs[0]
    assert letter.due_on == date(2026, 11, 27), "five working days"
    assert "2026年11月27日前" in letter.body.paragraphs[1]
    assert letter.body.table is not None
    assert letter.body.table.rows == (
        ("1", "恒市监罚〔2026〕1号 退回后没有重报", "2026-11-03", "13"),
        ("2", "恒市监罚〔2026〕2号 退回后没有重报", "2026-11-10", "8"),
    )
    assert letter.basis is None, "working values of the platform are cited by nobody"


def test_issuing_numbers_dates_freezes_tells_and_opens_a_case(tx: Transaction, office: Office) -> None:
    letter = office.issued(tx)
    case = cases.by_id(tx, letter.case)
    assert (case.kind, case.owner, case.opener) == ("letter", owner(office.late), owner(office.head))
    assert (case.due_on, case.ref) == (letter.due_on, f"letter:{letter.letter}")
    assert letter.dated == FRIDAY
    files = {kind: service.file(tx, letter, kind, office.clock) for kind in ("json", "docx", "pdf")}
    document = canonical.read(files["json"])
    assert letter.digest == hashlib.sha256(files["json"]).hexdigest()
    assert (document.number, document.addressee) == ("信用催〔2026〕1号", "恒州市市场监督管理局")
    opened = python_docx.Document(io.BytesIO(files["docx"]))
    assert document.title in [line.text for line in opened.paragraphs]
    assert "恒州市信用办2026年11月20日" in printed.text(files["pdf"])
    inbox = Inbox(office.late.account, owner(office.late))
    assert [n.title for n, _ in notices.listed(tx, inbox)] == [f"收到恒州市信用办的函件：{letter.title}"]
    office.clock.step(days=400)
    assert service.file(tx, letter, "pdf", office.clock) == files["pdf"]


def test_an_issued_letter_is_never_changed_only_withdrawn_by_another(tx: Transaction, office: Office) -> None:
    letter = office.issued(tx)
    with pytest.raises(LetterStepRefused):
        service.edit(tx, letter.letter, Edited("改过的标题", ("改",), None, None), office.clock, office.head)
    with pytest.raises(LetterStepRefused):
        service.discard(tx, letter.letter, office.clock, office.head)
    with pytest.raises(LetterStepRefused):
        office.send(tx, letter)
    by = answering.withdraw(tx, letter.letter, "表中事项有误", office.pack, office.clock, office.head)
    by = office.send(tx, by)
    gone = service.by_id(tx, letter.letter)
    assert (by.number, by.state, by.case) == ("信用催〔2026〕2号", State.CLOSED, None)
    assert "信用催〔2026〕1号" in by.body.paragraphs[0]
    assert "表中事项有误" in by.body.paragraphs[1]
    assert (gone.state, gone.number) == (State.WITHDRAWN, letter.number)
    assert cases.by_id(tx, gone.case).outcome == "withdrawn"
    register = store.numbers(tx, owner(office.head), 2026)
    assert [(row[1], row[3] is not None) for row in register] == [(1, True), (2, False)]
    assert office.issued(tx).number == "信用催〔2026〕3号", "a voided number is not given again"


def test_a_draft_is_its_offices_alone_and_takes_no_number(tx: Transaction, office: Office) -> None:
    letter = office.draft(tx)
    for stranger in (office.late, office.other):
        with pytest.raises(LetterAbsent):
            issuing.issue(tx, letter.letter, office.pack, office.clock, stranger)
    assert service.listed(tx, Filter(office=owner(office.late))) == []
    text = Edited("关于补报的函", ("第一段。", "第二段。"), date(2026, 12, 1), "联系人：综合科")
    service.edit(tx, letter.letter, text, office.clock, office.head)
    kept = service.listed(tx, Filter(office=owner(office.head)))[0]
    assert (kept.title, kept.body.paragraphs, kept.due_on) == (text.title, text.paragraphs, text.due_on)
    assert kept.body.table == letter.body.table
    assert "草" not in printed.text(service.file(tx, kept, "pdf", office.clock))
    service.discard(tx, letter.letter, office.clock, office.head)
    assert office.issued(tx).number == "信用催〔2026〕1号"


def test_an_answer_may_be_added_to_and_returned(tx: Transaction, office: Office) -> None:
    pack, clock, letter = office.pack, office.clock, office.issued(tx).letter
    with pytest.raises(NotTheirLetter):
        answering.reply(tx, letter, "我们来答复。", (), pack, clock, office.other)
    with pytest.raises(NotTheirLetter):
        answering.judge(tx, letter, accept=True, reason="", pack=pack, clock=clock, actor=office.late)
    for wrong in ("", "好", "证件 11010519491231002X", "长" * 2_001):
        with pytest.raises(ReplyRefused):
            answering.reply(tx, letter, wrong, (), pack, clock, office.late)
    answering.reply(tx, letter, "第一件已补报。", (), pack, clock, office.late)
    answering.reply(tx, letter, "第二件\n也已补报。", (PROOF,), pack, clock, office.late)
    with pytest.raises(ReplyRefused):
        answering.judge(tx, letter, accept=False, reason="", pack=pack, clock=clock, actor=office.head)
    back = answering.judge(
        tx, letter, accept=False, reason="没有附回执", pack=pack, clock=clock, actor=office.head
    )
    assert (back.state, cases.by_id(tx, back.case).state) == (State.RETURNED, CaseState.OPEN)
    answering.reply(tx, letter, "回执附后。", (PROOF,), pack, clock, office.late)
    told = [n.title for n, _ in notices.listed(tx, Inbox(office.head.account, owner(office.head)))]
    assert told == ["恒州市市场监督管理局答复了函件：关于2件信用信息归集事项的催办提醒函"] * 3


def test_closing_with_open_cases_says_so(tx: Transaction, office: Office) -> None:
    letter = office.issued(tx).letter
    answering.close(tx, letter, "该单位已撤销，另行移交。", (), office.pack, office.clock, office.head)
    assert "仍有 2 件事项没有办结" in service.history(tx, letter)[-1].said


def test_what_cannot_be_a_letter_is_refused(tx: Transaction, office: Office) -> None:
    clock, head = office.clock, office.head
    new = composing.from_cases(
        tx, office.pack, Step.ORDER, owner(head), owner(office.late), office.overdue(tx), clock
    )
    for wrong in (
        replace(new, title="函"),
        replace(new, paragraphs=()),
        replace(new, paragraphs=("11010519491231002X",)),
        replace(new, paragraphs=("长" * 8_001,)),
        replace(new, agency=owner(office.other)),
        replace(new, agency=owner(head)),
    ):
        with pytest.raises(LetterRefused):
            service.draft(tx, wrong, clock, head)
    with pytest.raises(LetterRefused):
        service.draft(tx, new, clock, replace(head, agency=None))
    with pytest.raises(LetterRefused):
        composing.from_cases(tx, office.pack, Step.ORDER, owner(head), owner(office.late), [], clock)
    assert store_ties.under_way(tx, new.cases) == {}
    made = service.draft(tx, new, clock, head)
    assert set(store_ties.under_way(tx, new.cases).values()) == {made.letter}


def test_what_the_law_erases_goes_from_letters_and_their_files(tx: Transaction, office: Office) -> None:
    record, day = UUID(int=77), date(2026, 11, 2)
    new = NewCase("revocation", "决定撤销：恒市监罚〔2026〕99号", owner(office.late), f"record:{record}", day)
    letter = office.issued(tx, about=[*office.overdue(tx, 1), cases.open_case(tx, new, office.clock)])
    before = service.file(tx, letter, "pdf", office.clock)
    assert "〔2026〕99号" in printed.text(before)
    assert forgetting.forget(tx, UUID(int=78), office.clock) == 0
    assert forgetting.forget(tx, record, office.clock) == 1
    after = service.by_id(tx, letter.letter)
    said = printed.text(service.file(tx, after, "pdf", office.clock))
    assert "〔2026〕99号" not in said
    assert "内容已依法删除" in said
    assert "恒市监罚〔2026〕1号" in said, "the other row stays"
    assert (after.number, after.dated, after.digest) == (letter.number, letter.dated, letter.digest)
    assert service.history(tx, letter.letter)[-1].act is Act.ERASE


def test_two_writers_take_numbers_without_gap_or_double(database: Database, clock: SteppingClock) -> None:
    """Two issue at once, one of them gives up half-way; the register has each number once, none left out."""
    with database.transaction() as tx:
        office = build(tx, clock)
        drafts = [office.draft(tx) for _ in range(8)]
    failed = []

    def issue(mine: int) -> None:
        for at, letter in enumerate(drafts[mine::2]):
            try:
                with database.transaction() as tx:
                    office.send(tx, letter)
                    if (mine, at) == (0, 1):
                        raise InterruptedError
            except InterruptedError:
                failed.append(letter)

    writers = [threading.Thread(target=issue, args=(mine,)) for mine in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    with database.transaction() as tx:
        office.send(tx, failed[0])
        register = store.numbers(tx, owner(office.head), 2026)
        found = service.listed(tx, Filter(office=owner(office.head)))
    assert [row[1] for row in register] == list(range(1, 9))
    assert len({letter.number for letter in found}) == 8


def test_one_open_letter_about_a_case_even_for_who_presses_twice(
    database: Database, clock: SteppingClock
) -> None:
    with database.transaction() as tx:
        office = build(tx, clock)
        late = office.overdue(tx)
    made, refused = [], []
    together = threading.Barrier(2)

    def press() -> None:
        together.wait(30)
        try:
            with database.transaction() as tx:
                made.append(office.draft(tx, about=late))
        except LetterRefused as refusal:
            refused.append(refusal)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for each in presses:
        each.start()
    for each in presses:
        each.join(60)
    assert (len(made), [r.found for r in refused]) == (1, ["2 件事项已经在另一件没有办结的函里"])
    with database.transaction() as tx:
        service.discard(tx, made[0].letter, clock, office.head)
        office.issued(tx, about=late)
        with pytest.raises(LetterRefused, match="另一件没有办结的函"):
            office.draft(tx, about=late)


def test_every_state_and_act_has_its_row() -> None:
    assert set(NAMES) == set(State)
    assert set(ACTS) == set(Act)
    assert set(FROM) == set(TO) == set(Act) - {Act.DRAFT, Act.ERASE}
    assert not any(states & ENDED for states in FROM.values()), "an ended letter stays ended"
