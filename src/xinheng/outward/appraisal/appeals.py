"""After the import: appeals against lines, decisions found that are not on record, and the final report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from xinheng.core.documents import normalise
from xinheng.core.times import Clock, today
from xinheng.core.wording import fault
from xinheng.evidence.ledger import own_records
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.outward.appraisal import model_assessment as model
from xinheng.outward.appraisal import reporting, sampling
from xinheng.outward.appraisal import store_assessment as store
from xinheng.outward.appraisal.assessing import appeal_until, by_id
from xinheng.outward.appraisal.errors import (
    AssessmentAbsent,
    AssessmentRefused,
    AssessmentStepRefused,
    SheetRefused,
)
from xinheng.outward.appraisal.model import Evidence, Outcome
from xinheng.outward.appraisal.model_assessment import Assessment, Line, State, Verdict
from xinheng.outward.appraisal.steps import due, office_above
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import NewSuspicion, Source


@dataclass(frozen=True)
class NewAppeal:
    """What an agency says against a line of its own."""

    agency: UUID
    line: int
    words: str
    evidence: Evidence = ()


def appeal(tx: Transaction, pack: Pack, assessment: UUID, new: NewAppeal, clock: Clock, actor: str) -> Line:
    """Open an appeal and its case. Raises AssessmentAbsent (not a line of that agency), AssessmentRefused,
    AssessmentStepRefused (no verdict against it, appealed already, the term is over)."""
    there = by_id(tx, assessment, held=True)
    line = store.held_line(tx, assessment, new.line)
    if line is None or line.agency != new.agency or there.imported is None:
        raise AssessmentAbsent(
            found=f"评估 {assessment} 第 {new.line} 行", expected="本单位的一行", todo="从页面的列表选择"
        )
    day = today(clock)
    until = appeal_until(pack, there)
    if there.finished is not None or (until is not None and day > until):
        raise _step(f"申诉期到 {until} 为止" if until else "评估已定稿", "申诉期内提出")
    if line.verdict is not Verdict.WRONG or line.case is not None:
        raise _step("这一行没有判为不合格，或已经申诉过", "判为不合格、尚未申诉的一行")
    if wrong := fault(new.words, 4, model.WORDS):
        raise _refused(f"申诉理由{wrong}", f"4 至 {model.WORDS} 字，不含证件号码")
    agency = agencies.by_ids(tx, [new.agency])[new.agency]
    case = cases.open_case(
        tx,
        NewCase(
            kind=model.APPEAL,
            title=f"{agency.name}对评估“{there.name}”第 {line.line} 行的申诉",
            owner=there.office or office_above(tx, new.agency, day),
            ref=f"assessment:{assessment}/{line.line}",
            due_on=due(pack, day, model.REPLY_DAYS),
            detail={"评估结论": line.note or "不合格", "申诉": new.words.strip()},
            opener=new.agency,
            dedupe=f"assessment:{assessment}/{line.line}",
        ),
        clock,
    )
    made = replace(line, case=case.case, appeal=new.words.strip(), evidence=new.evidence)
    store.appeal(tx, assessment, made)
    audit.note(tx, clock, actor, "assessment.appeal", f"{there.name} {line.line}")
    return made


@dataclass(frozen=True)
class Reply:
    """How an appeal ends: upheld, or the verdict that holds instead."""

    line: int
    outcome: Outcome
    words: str
    changed_to: Verdict | None = None


def reply(tx: Transaction, assessment: UUID, said: Reply, clock: Clock, actor: Actor) -> Line:
    """Answer an appeal; the assessor's own verdict stays visible. Raises AssessmentAbsent,
    AssessmentRefused, AssessmentStepRefused."""
    there = by_id(tx, assessment, held=True)
    line = store.held_line(tx, assessment, said.line)
    if line is None or line.case is None:
        raise AssessmentAbsent(
            found=f"第 {said.line} 行的申诉", expected="有申诉的一行", todo="从页面的列表选择"
        )
    if line.decided is not None:
        raise _step("这件申诉已经答复", "未答复的申诉")
    if wrong := fault(said.words, 4, model.WORDS):
        raise _refused(f"答复{wrong}", f"4 至 {model.WORDS} 字，不含证件号码")
    changes = said.outcome is Outcome.CHANGED
    if changes and said.changed_to in (None, line.verdict):
        raise _refused("没有写明改判为什么", "与原结论不同的结论")
    made = replace(
        line,
        outcome=said.outcome,
        changed_to=said.changed_to if changes else None,
        reply=said.words.strip(),
        decided=clock.now().at,
    )
    store.reply(tx, assessment, made, actor.name)
    cases.close(tx, line.case, actor, said.outcome.value, said.words.strip(), clock)
    audit.note(tx, clock, actor.name, f"assessment.{said.outcome.value}", f"{there.name} {line.line}")
    return made


def take_finds(
    tx: Transaction, pack: Pack, assessment: UUID, content: bytes, clock: Clock, actor: str
) -> int:
    """Import decisions that were found at agencies and are not on record: each becomes a suspicion of
    concealment with its evidence. Wholly or not at all; how many are new. Raises SheetRefused,
    AssessmentStepRefused."""
    there = by_id(tx, assessment, held=True)
    if there.state not in (State.DRAWN, State.IMPORTED):
        raise _step(f"这次评估现在是“{model.STATES[there.state]}”", "已抽样、未定稿的评估")
    rows = model.read_rows(content, model.FINDS_HEAD)
    found, wrong = ([], [rows]) if isinstance(rows, str) else model.finds(rows)
    known = _bodies(tx, there, assessment)
    news = []
    for place, find in enumerate(found, 2):
        body, item = known.get(find.agency), _item(pack, find.item)
        if body is None or item is None:
            wrong.append(f"第 {place} 行的单位或事项不在这次评估之内")
        elif _held(tx, body, item, find.number):
            wrong.append(f"第 {place} 行的文号 {find.number} 已在库")
        elif not wrong:
            said = (item, find.number, find.decided_on)
            if store.insert_find(tx, assessment, body.agency, said, clock.now().at):
                news.append(_suspicion(there, body, item, find))
    if wrong or not found:
        raise SheetRefused(
            found="；".join(wrong[:20]) or "没有一行",
            expected="表头为" + "、".join(model.FINDS_HEAD) + "，单位、事项在这次评估之内，文号不在库",
            todo="改正后重新导入",
        )
    raised = suspicions.raise_many(tx, news, clock, pack)
    audit.note(tx, clock, actor, "assessment.finds", f"{there.name} {len(news)} {raised}")
    return len(news)


def _bodies(tx: Transaction, there: Assessment, assessment: UUID) -> Mapping[str, Agency]:
    codes = {unit.agency for unit in sampling.units_of(store.texts(tx, assessment)[0])}
    return {code: agencies.by_code(tx, code) for code in sorted(codes)}


def _item(pack: Pack, text: str) -> str | None:
    return next((i.id for i in pack.items.values() if text in (i.id, i.name)), None)


def _held(tx: Transaction, body: Agency, item: str, number: str) -> bool:
    own = agencies.standing(tx, body).own
    near = own_records.found(tx, item, own, number, None, 50)
    return any(normalise(r.document or "") == normalise(number) for r in near)


def _suspicion(there: Assessment, body: Agency, item: str, find: model.Find) -> NewSuspicion:
    return NewSuspicion(
        agency=body.agency,
        source=Source.COMPARED,
        item=item,
        number=find.number,
        party=None,
        decided_on=find.decided_on,
        evidence={"来源": f"第三方评估“{there.name}”在单位查到、库中没有", "文号": find.number},
        dedupe=f"assessment:{body.agency.hex}:{item}:{normalise(find.number)}",
    )


def finish(tx: Transaction, pack: Pack, assessment: UUID, clock: Clock, actor: str) -> Assessment:
    """Close the assessment once every line is judged, every appeal answered and the term over; keep the
    report's canonical text. Raises AssessmentStepRefused."""
    there = by_id(tx, assessment, held=True)
    lines = store.lines(tx, assessment)
    until = appeal_until(pack, there)
    if there.state is not State.IMPORTED:
        raise _step(f"这次评估现在是“{model.STATES[there.state]}”", "结果已导入、未定稿的评估")
    if open_lines := sum(line.verdict is None for line in lines):
        raise _step(f"{open_lines} 条样本没有结论", "每条样本都有结论，核对不了的写“无法核对”")
    if waiting := sum(line.waits for line in lines):
        raise _step(f"{waiting} 件申诉未答复", "申诉都已答复")
    if until is not None and today(clock) <= until:
        raise _step(f"申诉期到 {until} 为止", "申诉期已过")
    text = reporting.report_text(there, *reporting.gathered(tx, assessment))
    store.finish(tx, assessment, text, clock.now().at)
    audit.note(tx, clock, actor, "assessment.final", there.name)
    return by_id(tx, assessment)


def _step(found: str, expected: str) -> AssessmentStepRefused:
    return AssessmentStepRefused(found=found, expected=expected, todo="刷新页面查看现状")


def _refused(found: str, expected: str) -> AssessmentRefused:
    return AssessmentRefused(found=found, expected=expected, todo="修改后再提交")
