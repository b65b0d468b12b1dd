"""Third-party assessment: commit a frame, draw by a later seed, hand out the sheet, import, close.

Order is what makes it honest: the frame's digest and the seed's rule are fixed and public before the seed
exists. Faces open the transactions; whoever calls has checked who may.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import SHANGHAI, Clock, today
from xinheng.core.wording import fault
from xinheng.evidence.ledger import sourced
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice
from xinheng.outward.appraisal import model_assessment as model
from xinheng.outward.appraisal import sampling
from xinheng.outward.appraisal import store_assessment as store
from xinheng.outward.appraisal.errors import (
    AssessmentAbsent,
    AssessmentRefused,
    AssessmentStepRefused,
    SheetRefused,
)
from xinheng.outward.appraisal.model_assessment import Assessment, Line, State, Verdict
from xinheng.outward.appraisal.sampling import Design, Unit
from xinheng.outward.appraisal.steps import due

IMPORTED = "assessment_imported"  # message
LARGEST = 200_000  # records of a frame: its text is one file that a stranger reads whole
SAMPLE = 20_000  # lines of a sample


@dataclass(frozen=True)
class NewAssessment:
    """What is to be assessed, and how the seed will come about."""

    name: str
    bodies: Collection[Agency]
    items: Collection[str]
    from_on: date
    to_on: date
    least: int
    percent: int
    seed_rule: str
    seed_on: date
    assessor: UUID | None = None
    office: UUID | None = None


def commit(tx: Transaction, pack: Pack, new: NewAssessment, clock: Clock, actor: str) -> Assessment:
    """Fix the frame. From now on its digest is public and nothing in it changes. Raises AssessmentRefused."""
    _check(pack, new, today(clock))
    at = clock.now().at
    design = Design(
        new.name.strip(),
        new.from_on,
        new.to_on,
        at,
        new.least,
        new.percent,
        new.seed_rule.strip(),
        new.seed_on,
    )
    units = _units(tx, new)
    if not units:
        raise _refused("这些单位、事项、日期下没有记录", "至少一条在库记录")
    frame = sampling.frame_text(design, units)
    made = Assessment(
        assessment=new_id(clock),
        name=design.name,
        assessor=new.assessor,
        digest=hashlib.sha256(frame).hexdigest(),
        size=len(units),
        from_on=new.from_on,
        to_on=new.to_on,
        known=at,
        seed_rule=design.seed_rule,
        seed_on=new.seed_on,
        committed=at,
        committed_by=actor,
        office=new.office,
    )
    drawn = sum(sampling.wanted(n, new.least, new.percent) for n in sampling.strata(frame).values())
    if drawn > SAMPLE:
        raise _refused(f"样本有 {drawn} 条", f"至多 {SAMPLE} 条")
    store.insert(tx, made, frame)
    audit.note(tx, clock, actor, "assessment.commit", f"{made.name} {made.digest}")
    return made


def _check(pack: Pack, new: NewAssessment, day: date) -> None:
    if wrong := fault(new.name, 2, 60):
        raise _refused(f"名称{wrong}", "2 至 60 字")
    if wrong := fault(new.seed_rule, 6, 200):
        raise _refused(f"种子的来历{wrong}", "6 至 200 字，写明将用哪一个公开的数、何处可查")
    if not new.from_on < new.to_on <= day:
        raise _refused(f"决定日期 {new.from_on} 至 {new.to_on}", "起日在前，止日不晚于今天")
    if new.seed_on <= day:
        raise _refused(f"种子产生于 {new.seed_on}", f"晚于今天（{day}）的日子，使种子不能挑选")
    if not (1 <= new.least <= 1000 and 0 <= new.percent <= 100):
        raise _refused(f"每层至少 {new.least} 条、{new.percent}%", "1 至 1000 条，0 至 100%")
    unknown = [i for i in new.items if i not in pack.items or pack.items[i].secret]
    if unknown or not new.items:
        raise _refused(f"事项 {'、'.join(unknown) or '（无）'}", "目录中不涉密的事项，至少一项")
    if not new.bodies:
        raise _refused("没有选单位", "至少一个单位")


def _units(tx: Transaction, new: NewAssessment) -> list[Unit]:
    codes = {a.agency: a.code for a in new.bodies}
    found: list[Unit] = []
    for page in sourced.pages(tx, list(codes), new.items, new.from_on, new.to_on):
        found += [Unit(str(row.record), codes[row.source], row.item) for row in page]
        if len(found) > LARGEST:
            raise _refused(f"抽样框超过 {LARGEST} 条", "分成几次评估，或缩短日期")
    return found


def draw(tx: Transaction, assessment: UUID, seed: str, source: str, clock: Clock, actor: str) -> Assessment:
    """Draw the sample, once, by a seed that came to be after the frame was fixed.

    Raises AssessmentAbsent, AssessmentStepRefused (before the seed's day, or a second time),
    AssessmentRefused.
    """
    there = by_id(tx, assessment, held=True)
    day = today(clock)
    if there.state is not State.COMMITTED:
        raise _step(there, "尚未抽样的评估；样本只抽一次")
    if day < there.seed_on:
        raise AssessmentStepRefused(
            found=f"今天是 {day}，种子要到 {there.seed_on} 才产生",
            expected=f"{there.seed_on} 起抽样",
            todo="到日子再抽",
        )
    plain = seed.strip()
    if wrong := fault(plain, 4, 200):
        raise _refused(f"种子{wrong}", "4 至 200 字的一行，照公布的原样")
    if wrong := fault(source, 4, 200):
        raise _refused(f"种子出处{wrong}", "4 至 200 字，写明在哪里可以查到")
    frame = store.texts(tx, assessment)[0]
    sample = sampling.draw(frame, plain)
    told = json.loads(sample)["lines"]
    codes = {each["agency"] for each in told}
    ids = {code: agencies.by_code(tx, code).agency for code in codes}
    lines = [Line(each["line"], UUID(each["record"]), ids[each["agency"]], each["item"]) for each in told]
    said = {"seed": plain, "source": source.strip(), "at": clock.now().at, "by": actor, "sample": sample}
    store.draw(tx, assessment, said, lines)
    digest = hashlib.sha256(sample).hexdigest()
    audit.note(tx, clock, actor, "assessment.draw", f"{there.name} {digest}")
    return by_id(tx, assessment)


def sheet(tx: Transaction, pack: Pack, assessment: UUID) -> bytes:
    """The sample as a sheet to be filled in: what names a decision, and nobody it was addressed to.

    Raises AssessmentStepRefused before the draw.
    """
    there = by_id(tx, assessment)
    if there.drawn is None:
        raise _step(there, "已抽样的评估")
    lines = store.lines(tx, assessment)
    bodies = agencies.by_ids(tx, {line.agency for line in lines})
    about = sourced.named(tx, [line.record for line in lines])
    rows = []
    for line in lines:
        number, day = about.get(line.record, (None, None))
        body, item = bodies[line.agency], pack.items.get(line.item)
        rows.append(
            (
                str(line.line),
                str(line.record),
                body.code,
                body.name,
                item.name if item else line.item,
                number or "",
                str(day or ""),
                model.VERDICTS[line.verdict] if line.verdict else "",
                line.note or "",
            )
        )
    return model.sheet(rows)


def take_in(tx: Transaction, pack: Pack, assessment: UUID, content: bytes, clock: Clock, actor: str) -> int:
    """Import a filled-in sheet, wholly or not at all; how many lines it judges.

    It may be imported again until an agency has appealed against one of its lines. Raises SheetRefused with
    every line that is wrong, AssessmentStepRefused.
    """
    there = by_id(tx, assessment, held=True)
    if there.state not in (State.DRAWN, State.IMPORTED):
        raise _step(there, "已抽样、未定稿的评估")
    rows = model.read_rows(content, model.HEAD)
    if isinstance(rows, str):
        raise _sheet([rows])
    lines = {line.line: line for line in store.lines(tx, assessment)}
    found, wrong = model.verdicts(rows, lines)
    wrong += [
        f"行号 {number} 已有单位申诉，不能改判"
        for number, (verdict, note) in found.items()
        if lines[number].case is not None and (verdict, note) != (lines[number].verdict, lines[number].note)
    ]
    if wrong:
        raise _sheet(wrong)
    if not found:
        raise _sheet(["没有一行有结论"])
    store.judge(tx, assessment, found, clock.now().at)
    audit.note(tx, clock, actor, "assessment.import", f"{there.name} {len(found)}")
    _tell(tx, pack, by_id(tx, assessment), clock)
    return len(found)


def appeal_until(pack: Pack, there: Assessment) -> date | None:
    """The last day of the term to appeal; None where there are no results or the calendar ends."""
    if there.imported is None:
        return None
    return due(pack, there.imported.astimezone(SHANGHAI).date(), model.APPEAL_DAYS)


def _tell(tx: Transaction, pack: Pack, there: Assessment, clock: Clock) -> None:
    """A message to every body with a line that was found wrong; another one where another sheet came."""
    if IMPORTED not in pack.notices.templates:
        return
    wrong = Counter(line.agency for line in store.lines(tx, there.assessment) if line.holds is Verdict.WRONG)
    until = str(appeal_until(pack, there) or "期限届满")
    for agency, count in wrong.items():
        values = {"name": there.name, "wrong": str(count), "until": until}
        ref = f"/desk/assessments/{there.assessment}"
        notices.send(tx, NewNotice(agency, IMPORTED, values, ref), clock, pack)


def _sheet(wrong: Sequence[str]) -> SheetRefused:
    more = f"……共 {len(wrong)} 处" if len(wrong) > 20 else ""
    return SheetRefused(
        found="；".join(wrong[:20]) + more,
        expected="从本页导出的样本表，只填“结论”和“说明”两列",
        todo="改正这些行后重新导入",
    )


# -- reading -----------------------------------------------------------------------------------------


def by_id(tx: Transaction, assessment: UUID, *, held: bool = False) -> Assessment:
    """An assessment. Raises AssessmentAbsent."""
    found = store.by_id(tx, assessment, held=held)
    if found is None:
        raise absent(assessment)
    return found


def absent(assessment: object) -> AssessmentAbsent:
    """The refusal for an assessment that is not there, or not for this asker."""
    return AssessmentAbsent(found=f"评估 {assessment}", expected="列表中的一次评估", todo="从列表中选择")


def listed(
    tx: Transaction,
    assessor: UUID | None,
    agency: UUID | None,
    limit: int,
    offset: int = 0,
    offices: Collection[UUID] | None = None,
) -> list[Assessment]:
    """Assessments, the latest first: of an assessor, an agency that can appeal, these offices, or all."""
    return store.listed(tx, assessor, agency, limit, offset, offices)


def lines(tx: Transaction, assessment: UUID, agency: UUID | None = None) -> list[Line]:
    """The sample's lines."""
    return store.lines(tx, assessment, agency)


def frame(tx: Transaction, assessment: UUID) -> bytes:
    """The frame's text, whose SHA-256 was published. Raises AssessmentAbsent."""
    return _texts(tx, assessment)[0]


def sample(tx: Transaction, assessment: UUID) -> bytes:
    """The sample's text. Raises AssessmentAbsent where nothing was drawn."""
    found = _texts(tx, assessment)[1]
    if found is None:
        raise absent(assessment)
    return found


def report(tx: Transaction, assessment: UUID) -> bytes:
    """The report's canonical text. Raises AssessmentAbsent before the end."""
    found = _texts(tx, assessment)[2]
    if found is None:
        raise absent(assessment)
    return found


def _texts(tx: Transaction, assessment: UUID) -> tuple[bytes, bytes | None, bytes | None]:
    try:
        return store.texts(tx, assessment)
    except KeyError:
        raise absent(assessment) from None


def verdict_names() -> Mapping[Verdict, str]:
    """Verdicts in words."""
    return model.VERDICTS


def _step(there: Assessment, expected: str) -> AssessmentStepRefused:
    return AssessmentStepRefused(
        found=f"这次评估现在是“{model.STATES[there.state]}”", expected=expected, todo="刷新页面查看现状"
    )


def _refused(found: str, expected: str) -> AssessmentRefused:
    return AssessmentRefused(found=found, expected=expected, todo="修改后再提交")
