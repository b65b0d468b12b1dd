"""Handing in, a colleague's look, taking back, running: over a real database, with the real intake."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.sending import House, row, write

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions import drafts, entering, service
from xinheng.evidence.submissions.errors import (
    ContentGoneError,
    KeyReusedError,
    NotTheirsToMoveError,
    PersonDraftError,
    SubmissionAbsentError,
    WrongStepError,
)
from xinheng.evidence.submissions.holding import Holding
from xinheng.evidence.submissions.model import KEPT, SMALL, Filter, Handed, State, Submission
from xinheng.ground import queue
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor

ONE, OTHER, THIRD = uuid4(), uuid4(), uuid4()


def lines(*rows: Mapping[str, str]) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()


def handed(*rows: Mapping[str, str], **more: object) -> Handed:
    given = {"account": ONE, "way": Way.FORM, "file_name": "表单.jsonl", "item_id": "penalty", "source": "A"}
    return Handed(lines(*rows), **{**given, **more})  # type: ignore[arg-type]


def agency(house: House, code: str = "A") -> UUID:
    with house.database.transaction() as tx:
        return access.by_code(tx, code).agency


def actor(house: House, account: UUID, code: str = "A") -> Actor:
    return Actor(account, agency(house, code), f"{account}")


def jobs(house: House) -> int:
    with house.database.transaction() as tx:
        return queue.waiting(tx, entering.TASK)


def held(house: House) -> list[UUID]:
    return Holding(house.incoming).left()


def again(house: House, submission: Submission) -> Submission:
    with house.database.transaction() as tx:
        return service.by_id(tx, submission.id)


@pytest.fixture
def reviewing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every agency wants a colleague's look."""
    monkeypatch.setattr(entering, "_requires_review", lambda tx, source: True)


def test_a_small_one_goes_through_at_once(house: House) -> None:
    done = service.hand_in(house, handed(row(1)))
    assert (done.state, done.error, done.attempts) == (State.DONE, None, 1)
    assert done.receipt is not None
    assert house.count("records") == 1
    assert held(house) == []
    assert jobs(house) == 0
    with house.database.transaction() as tx:
        ((way, kept),) = tx.fetch("select way, receipt from receipts")
    assert (way, kept) == ("form", done.receipt)


def test_a_large_one_is_queued_and_its_job_sends_it_once(house: House, tmp_path: Path) -> None:
    big = write(tmp_path / "big.csv", [row(n, CF_SY="案由" * 400) for n in range(1_000)])
    assert big.stat().st_size > SMALL
    queued = service.hand_in(house, replace(handed(), content=big, file_name="big.csv", way=Way.FILE))
    assert (queued.state, queued.receipt, jobs(house)) == (State.QUEUED, None, 1)
    assert held(house) == [queued.id]
    big.unlink()
    done = service.run(house, queued.id)
    assert done.state is State.DONE
    assert service.run(house, queued.id) == done
    assert (house.count("receipts"), house.count("records"), held(house), jobs(house)) == (1, 1_000, [], 0)


def test_what_the_intake_refuses_is_said_and_its_content_goes(house: House) -> None:
    failed = service.hand_in(house, replace(handed(), content=b"%PDF-1.7 nothing of ours"))
    assert failed.state is State.FAILED
    assert failed.error is not None
    assert failed.error["code"].startswith("XH7")
    assert failed.error["kind"] == Kind.INVALID
    assert (house.count("receipts"), held(house), jobs(house)) == (0, [], 0)


def test_the_same_key_and_content_is_one_submission_and_another_content_is_refused(house: House) -> None:
    first = service.hand_in(house, handed(row(1), idempotency_key="k-1"))
    assert service.hand_in(house, handed(row(1), idempotency_key="k-1")) == first
    with pytest.raises(KeyReusedError):
        service.hand_in(house, handed(row(2), idempotency_key="k-1"))
    other = service.hand_in(house, handed(row(2), idempotency_key="k-1", client="xc-1"))
    assert other.id != first.id
    assert house.count("submissions") == 2


def test_two_at_once_with_one_key_are_one(house: House) -> None:
    asked = handed(row(1), row(2), idempotency_key="both")
    found: list[Submission] = []
    threads = [threading.Thread(target=lambda: found.append(service.hand_in(house, asked))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(s.id, s.state, s.receipt) for s in found} == {(found[0].id, State.DONE, found[0].receipt)}
    assert len(found) == 4
    assert (house.count("submissions"), house.count("receipts"), held(house)) == (1, 1, [])


@pytest.mark.usefixtures("reviewing")
def test_a_colleague_approves_and_never_the_sender(house: House) -> None:
    waiting = service.hand_in(house, handed(row(1)))
    assert (waiting.state, waiting.receipt, jobs(house)) == (State.WAITING, None, 0)
    assert house.count("records") == 0
    for stranger in (actor(house, ONE), actor(house, OTHER, "B"), Actor(OTHER, None, "office")):
        with pytest.raises(NotTheirsToMoveError):
            service.approve(house, waiting.id, stranger)
    done = service.approve(house, waiting.id, actor(house, OTHER))
    assert (done.state, done.reviewed_by) == (State.DONE, OTHER)
    with pytest.raises(WrongStepError):
        service.approve(house, waiting.id, actor(house, THIRD))
    assert house.count("records") == 1


@pytest.mark.usefixtures("reviewing")
def test_what_a_colleague_sends_back_is_mended_and_sent_again(house: House) -> None:
    waiting = service.hand_in(house, handed(row(1)))
    back = service.refuse(house, waiting.id, actor(house, OTHER), "处罚内容与决定书不一致")
    assert (back.state, back.note, back.reviewed_by) == (State.REFUSED, "处罚内容与决定书不一致", OTHER)
    with pytest.raises(NotTheirsToMoveError):
        drafts.reopen(house, back.id, actor(house, OTHER))
    draft = drafts.reopen(house, back.id, actor(house, ONE))
    assert draft.state is State.DRAFT
    assert drafts.rows(house, draft.id)[0]["CF_WSH"] == row(1)["CF_WSH"]
    sent = service.hand_in(house, handed(row(1, CF_NR="处以罚款人民币伍万元")), draft.id)
    assert (sent.id, sent.state, sent.created) == (waiting.id, State.WAITING, waiting.created)
    assert service.approve(house, sent.id, actor(house, OTHER)).state is State.DONE
    assert house.count("submissions") == 1


@pytest.mark.usefixtures("reviewing")
def test_its_sender_takes_it_back_before_it_is_sent(house: House) -> None:
    waiting = service.hand_in(house, handed(row(1)))
    with pytest.raises(NotTheirsToMoveError):
        service.take_back(house, waiting.id, actor(house, OTHER))
    assert service.take_back(house, waiting.id, actor(house, ONE)).state is State.WITHDRAWN
    assert held(house) == []
    with pytest.raises(WrongStepError):
        service.approve(house, waiting.id, actor(house, OTHER))


@pytest.mark.usefixtures("reviewing")
def test_of_approving_and_taking_back_at_once_one_wins(house: House) -> None:
    for number in range(6):
        waiting = service.hand_in(house, handed(row(number)))
        start, ends = threading.Barrier(2), []

        def attempt(step: object, who: Actor, start=start, ends=ends, waiting=waiting) -> None:
            start.wait()
            try:
                ends.append(step(house, waiting.id, who).state)  # type: ignore[operator]
            except (WrongStepError, NotTheirsToMoveError) as refusal:
                ends.append(type(refusal))

        pair = [(service.approve, actor(house, OTHER)), (service.take_back, actor(house, ONE))]
        threads = [threading.Thread(target=attempt, args=each) for each in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        now = again(house, waiting)
        if now.state is State.DONE:
            assert sorted(map(str, ends)) == sorted(map(str, [State.DONE, WrongStepError]))
        else:
            assert now.state is State.WITHDRAWN
            assert WrongStepError in ends or State.WITHDRAWN in ends
    assert held(house) == []


def test_a_killed_sender_is_followed_by_the_job(house: House) -> None:
    """The state that a kill leaves: running, its content held, its job waiting."""
    entered = entering.enter(house, handed(row(1)))
    with house.database.transaction() as tx:
        tx.execute("update submissions set state = 'running', attempts = 1")
    done = service.run(house, entered.id)
    assert (done.state, done.attempts) == (State.DONE, 2)
    assert (house.count("receipts"), jobs(house), held(house)) == (1, 0, [])


def test_a_kill_after_the_receipt_finds_the_same_receipt(house: House) -> None:
    entered = entering.enter(house, handed(row(1)))
    path = Holding(house.incoming).file(entered.id)
    with house.database.transaction() as tx:
        tx.execute("update submissions set state = 'running', attempts = 1")
    from xinheng.evidence.intake import service as intake  # as the killed process did
    from xinheng.evidence.intake.model import Request

    first = intake.submit(house, Request(path, "表单.jsonl", "penalty", source="A", way=Way.FORM))
    done = service.run(house, entered.id)
    assert (done.state, done.receipt) == (State.DONE, first.receipt)
    assert house.count("receipts") == 1


def test_what_cannot_be_sent_now_is_queued_again_and_given_up_in_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullError(XinhengError):
        code = "XH304"
        kind = Kind.NOT_READY

    def full(*_: object) -> None:
        raise FullError(found="满", expected="空", todo="清理")

    monkeypatch.setattr("xinheng.evidence.intake.service.submit", full)
    put_back = service.hand_in(house, handed(row(1)))
    assert (put_back.state, jobs(house), held(house)) == (State.QUEUED, 1, [put_back.id])
    assert put_back.error is not None
    for _ in range(3):
        assert service.run(house, put_back.id).state is State.QUEUED
        assert jobs(house) == 1
    failed = service.run(house, put_back.id)
    assert (failed.state, failed.attempts, jobs(house), held(house)) == (State.FAILED, 5, 0, [])


def test_a_content_that_is_gone_ends_it(house: House) -> None:
    entered = entering.enter(house, handed(row(1)))
    Holding(house.incoming).remove(entered.id)
    failed = service.run(house, entered.id)
    assert failed.state is State.FAILED
    assert failed.error is not None
    assert failed.error["code"] == ContentGoneError.code


def test_a_draft_is_kept_in_the_table_without_persons_and_numbers(house: House) -> None:
    typed = row(1, CF_SY="当事人身份证11010519491231002X称", CF_FRDB_ZJHM="11010519491231002X")
    draft = drafts.keep(house, handed(typed))
    assert (draft.state, held(house), jobs(house)) == (State.DRAFT, [], 0)
    with house.database.transaction() as tx:
        ((text,),) = tx.fetch("select draft from submissions")
    assert "1949" not in text
    person = row(2, CF_XDR_LB="自然人", CF_XDR_SHXYM="11010519491231002X", CF_XDR_MC="张三")
    with pytest.raises(PersonDraftError):
        drafts.keep(house, handed(person))
    changed = drafts.keep(house, handed(row(3)), draft.id)
    assert (changed.id, changed.created) == (draft.id, draft.created)
    with pytest.raises(NotTheirsToMoveError):
        drafts.keep(house, handed(row(3), account=OTHER), draft.id)
    done = service.hand_in(house, handed(row(3)), draft.id)
    assert done.state is State.DONE
    with house.database.transaction() as tx:
        assert tx.fetch("select draft from submissions") == [(None,)]
    with pytest.raises(WrongStepError):
        drafts.keep(house, handed(row(3)), draft.id)


@pytest.mark.usefixtures("reviewing")
def test_what_nobody_looks_at_for_thirty_days_is_removed_and_says_so(house: House) -> None:
    waiting = service.hand_in(house, handed(row(1)))
    assert waiting.lapses == house.clock.now().at + KEPT
    house.clock.step(days=29)  # type: ignore[attr-defined]
    assert service.sweep(house) == 0
    house.clock.step(days=2)  # type: ignore[attr-defined]
    assert service.sweep(house) == 1
    assert again(house, waiting).state is State.LAPSED
    assert held(house) == []


def test_lists_are_an_agency_s_own_a_page_at_a_time(house: House) -> None:
    mine = [service.hand_in(house, handed(row(n))) for n in range(3)]
    service.hand_in(house, handed(row(9), source="B", account=OTHER))
    own = Filter(agencies=(agency(house),))
    with house.database.transaction() as tx:
        first = service.listed(tx, own, 2)
        rest = service.listed(tx, replace(own, before=first[-1].id), 2)
        assert {s.id for s in first + rest} == {s.id for s in mine}
        assert (len(first), len(rest)) == (2, 1)
        assert service.counts(tx, [agency(house)]) == {State.DONE: 3}
        with pytest.raises(SubmissionAbsentError):
            service.by_id(tx, mine[0].id, [agency(house, "B")])


def test_a_job_s_arguments_are_ids_alone(house: House) -> None:
    entering.enter(house, handed(row(1)))
    with house.database.transaction() as tx:
        ((args,),) = tx.fetch("select args::text from procrastinate_jobs")
    assert list(json.loads(args)) == ["submission"]


def test_a_rolled_back_transaction_leaves_no_job(house: House) -> None:
    def half(opened: AbstractContextManager[Transaction]) -> None:
        with opened as tx:
            queue.defer(tx, entering.TASK, {"submission": uuid4()})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half(house.database.transaction())
    assert jobs(house) == 0


@pytest.mark.usefixtures("reviewing")
def test_what_all_rows_say_about_a_natural_person_stands_in_no_table(house: House) -> None:
    cells = row(1)
    said = {
        "行政相对人名称": "赵某某",
        "CF_XDR_LB": "自然人",
        "法定代表人": "赵某某",
        "处罚机关": cells["CF_CFJG"],
    }
    for name in ("CF_XDR_MC", "CF_XDR_LB", "CF_FRDB", "CF_CFJG", "CF_XDR_SHXYM"):
        del cells[name]
    waiting = service.hand_in(house, handed(cells, constants=said))
    assert service.constants(house, waiting) == said
    done = service.approve(house, waiting.id, actor(house, OTHER))
    assert done.state is State.DONE
    with house.database.transaction() as tx:
        ((counts,),) = tx.fetch("select counts from receipts")
        assert json.loads(counts)["persons"] == 1
        for table in ("submissions", "receipts", "receipt_lines", "returned_rows", "audit_log"):
            assert not any("赵某某" in str(line) for line in tx.fetch(f"select * from {table}")), table


def test_what_all_rows_say_reaches_the_intake(house: House) -> None:
    cells = row(1)
    said = {"行政相对人名称": cells.pop("CF_XDR_MC"), "统一社会信用代码": cells.pop("CF_XDR_SHXYM")}
    done = service.hand_in(house, handed(cells, constants=said))
    assert done.state is State.DONE
    assert house.count("records") == 1
