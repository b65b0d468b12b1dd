"""决定变更、撤销: a decision was changed, revoked, found illegal or void; its record goes within the term.

行政处罚法 art. 48 gives three days, which art. 85 makes working days; the pack says so (remedy `withdraw`).
Where the pack has no verified term for an item, the report is kept and marked, and has no due date.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Clock, today
from xinheng.evidence.intake import revoking_store as store
from xinheng.evidence.intake import withdrawal
from xinheng.evidence.intake.model_revoking import NAMES, Report, Revocation
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger.batches import RECORD_SCHEMA
from xinheng.evidence.ledger.model import Appended
from xinheng.evidence.ledger.projection import Projector
from xinheng.ground.store.transaction import Transaction
from xinheng.law.errors import UnknownYearError
from xinheng.law.packs import Pack
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case, NewCase

KIND: Final = "revocation"
WITHDRAWN, CORRECTED = "withdrawn", "corrected"  # how it ended
REMEDIES: Final = {"penalty": "withdraw"}  # item -> remedy of the pack: art. 48 speaks of penalties alone
UNVERIFIED: Final = "撤回时限待核实：规则包没有载入这类决定的时限"
DOCUMENT, DECIDED_ON = (RECORD_SCHEMA.get_field_index(n) for n in ("document", "decided_on"))


class ReportRefusedError(XinhengError):
    """A change or revocation that cannot be: in the future, or before the decision itself."""

    code = "XH728"
    kind = Kind.INVALID
    title = "变更、撤销的日期不对"


def term(pack: Pack, item: str, happened_on: date) -> tuple[date | None, str]:
    """The last day in time, and where the term comes from; None where none is verified or computable."""
    remedy = pack.remedies.get(REMEDIES.get(item, ""))
    if remedy is None or not remedy.span.covers(happened_on) or not remedy.basis.grounds_adverse:
        return None, UNVERIFIED
    cited = f"{pack.cite(remedy.basis)}：{remedy.working_days}个工作日"
    try:
        return pack.calendar.add_working_days(happened_on, remedy.working_days), cited
    except UnknownYearError:
        return None, f"{cited}；该年工作日安排未载入，无法计算"


def report(tx: Transaction, pack: Pack, said: Report, agency: Agency, actor: Actor, clock: Clock) -> Case:
    """Keep a report and open its case; reporting twice finds the same one.

    Raises NotTheirsError, RecordAbsent, WrongState, NoteRefused, ReportRefusedError.
    """
    reason = cases.noted(said.reason, 2)
    withdrawal.require_deciding(tx, said.record, agency)
    row = ledger.current_row(tx, said.record)
    day, decided = today(clock), row[DECIDED_ON]
    if said.happened_on > day or (decided and said.happened_on < decided):
        raise ReportRefusedError(
            found=f"{said.happened_on}"
            + ("晚于今天" if said.happened_on > day else f"早于决定日期 {decided}"),
            expected="决定日期至今天之间的日期",
            todo="改正日期后重试",
            where=str(said.record),
        )
    due_on, basis = term(pack, row[ledger.ITEM], said.happened_on)
    document = row[DOCUMENT]
    new = NewCase(
        kind=KIND,
        title=f"{NAMES[said.what]}：{document or '无文号'}",
        owner=agency.agency,
        ref=f"record:{said.record}",
        due_on=due_on,
        basis=basis,
        detail={
            "what": NAMES[said.what],
            "happened": said.happened_on.isoformat(),
            "reason": reason,
            "document": document or "无文号",
        },
        opener=agency.agency,
        account=actor.account,
        dedupe=f"revocation:{said.record}",
    )
    case = cases.open_case(tx, new, clock)
    store.insert(
        tx,
        Revocation(
            case=case.case,
            record=said.record,
            agency=agency.agency,
            item=row[ledger.ITEM],
            document=document,
            what=said.what,
            happened_on=said.happened_on,
            reported_on=day,
            due_on=due_on,
            done_on=None,
            how=None,
        ),
    )
    return case


def withdraw(
    tx: Transaction,
    pack: Pack,
    said: Report,
    agency: Agency,
    actor: Actor,
    clock: Clock,
    projectors: Sequence[Projector],
) -> tuple[Revocation, Appended]:
    """Report it where that was not done before, withdraw the record, close the case. It cannot be undone.

    Raises what `report` and `withdrawal.withdraw` raise.
    """
    case = report(tx, pack, said, agency, actor, clock)
    store.done(tx, case.case, today(clock), WITHDRAWN)
    cases.close(tx, case.case, actor, WITHDRAWN, said.reason, clock)
    taken = withdrawal.Taken(said.record, said.happened_on, said.reason, pack.label)
    appended = withdrawal.withdraw(tx, taken, agency, clock, projectors)
    (kept,) = store.by_cases(tx, [case.case])
    return kept, appended


def corrected(
    tx: Transaction, records: Collection[UUID], own: Collection[UUID], actor: Actor, clock: Clock
) -> int:
    """A submission corrected these records: what was reported as changed is done. How many reports."""
    waiting = store.changed_and_open(tx, list(own))
    met = sorted(case for case, record in waiting if record in set(records))
    for case in met:
        store.done(tx, case, today(clock), CORRECTED)
        cases.close(tx, case, actor, CORRECTED, "更正后的记录已入库", clock)
    return len(met)


def forget(tx: Transaction, record: UUID) -> None:
    """The record's content is erased by law: its number and the reasons go from reports and cases too."""
    store.forget(tx, record)
    cases.forget(tx, f"record:{record}", "内容已依法删除")


def listed(tx: Transaction, owners: Collection[UUID] | None, limit: int, offset: int = 0) -> list[Revocation]:
    """Reports of these agencies (None: all), what is not done first, then the latest."""
    return store.listed(tx, owners, limit, offset)


def of_record(tx: Transaction, record: UUID) -> list[Revocation]:
    """The reports about a record, the latest first."""
    return store.of_record(tx, record)
