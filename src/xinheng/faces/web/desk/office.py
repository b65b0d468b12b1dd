"""What the credit office and the auditor look at: all agencies at once, what waits, the log, who did what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from xinheng.core.times import SHANGHAI, Known
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.store import AgencySums
from xinheng.evidence.ledger import store as ledger_store
from xinheng.evidence.ledger.publishing import latest
from xinheng.evidence.subjects import service as subjects
from xinheng.evidence.subjects.model import Review, ReviewKind
from xinheng.faces.web.access import Keeper, Overseer, keeper, keeps, overseer, scope, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.views import AgencyLine, AuditLine, AuditView, OfficeView, ReviewLine
from xinheng.faces.web.views import Figure, Pair, Tag, Turn, grouped, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind

router = APIRouter(include_in_schema=False)
SILENT_AFTER: Final = 30  # days without a submission, from which the page says so; a hint, not a rule
REVIEWS: Final = 50

ACTIONS: Final = {
    "session.open": "登录",
    "session.close": "退出",
    "submission.send": "报送",
    "submission.hold": "提交审核",
    "submission.approve": "审核通过",
    "submission.refuse": "审核退回",
    "submission.reopen": "退回后修改",
    "submission.take_back": "撤回报送",
    "record.withdraw": "撤回记录",
    "numbers.declare": "登记作废号码",
    "numbers.withdraw": "撤销作废登记",
    "cases.hand_over": "移交待办",
    "cases.pass": "转交待办",
    "notices.subscribe": "设定消息接收地址",
    "notices.retry": "重发消息",
    "record.report_change": "登记决定变更、撤销",
    "receipt.workbook": "下载退回表",
    "receipt.hand_on": "下载转交文件",
    "bulletin.issue": "印发通报",
    "agency.add": "登记单位",
    "agency.rename": "单位更名",
    "agency.authority": "增加代报机关",
    "agency.move": "单位移动",
    "agency.end": "单位终止",
    "agency.succeed": "单位承继",
    "agency.settings": "设定报送前审核",
    "behalf.allow": "允许代录",
    "behalf.end": "终止代录许可",
    "client.add": "登记接口客户端",
    "client.rotate": "更换客户端密钥",
    "client.disable": "停用接口客户端",
    "client.token": "发放接口令牌",
    "account.add": "开设账号",
    "account.password": "重置密码",
    "account.disable": "停用账号",
    "pack.activate": "启用规则包",
    "review.subject": "办结主体核对",
    "review.record": "办结记录核对",
    "review.objection": "答复记录异议",
    "codes.inspect": "检查重错码",
    "codes.settle": "办结重错码",
    "codes.csv": "下载重错码清单",
    "codes.appeal": "提出代码申诉",
    "codes.correct": "更正代码",
    "codes.refuse": "维持原代码",
    "codes.registrar": "登记代码的登记机关",
    "codes.registrar_drop": "取消代码的登记机关",
    "feed.add": "登记归集责任",
    "feed.end": "终止归集责任",
    "feed.declare": "申报月份",
    "bought.read": "查看外购数据",
    "proposal.add": "提出目录建议",
    "proposal.accepted": "采纳目录建议",
    "proposal.refused": "不采纳目录建议",
    "proposal.taken_back": "撤回目录建议",
    "proposal.issued": "发布目录版本",
}


@router.get("/desk/office", dependencies=[Depends(overseer)])
def show_office(web: House, session: Overseer) -> Response:
    """Every agency's figures, what waits for a decision, the state of the log."""
    with web.transaction() as tx:
        seen = scope(session)
        bodies = [a for _, a in agencies.tree(tx) if seen is None or a.agency in seen]
        known = {a.agency: a for a in bodies if a.kind is not AgencyKind.OFFICE}
        sums = {a: s for a, s in intake.sums_by_agency(tx).items() if seen is None or a in seen}
        waiting, count = subjects.open_reviews(tx, 1, REVIEWS) if keeps(session) else ([], 0)
        log = _log(web, tx)
    day = web.today()
    lines = tuple(agency_line(a, sums.get(a.agency), day) for a in known.values())
    view = OfficeView(
        subtitle=f"截至 {day}，{'全部' if keeps(session) else '本地区各单位的'}报送",
        figures=_figures(len(known), sums.values()),
        agencies=lines,
        decides=keeps(session),
        reviews=tuple(_review_line(r) for r in waiting),
        more_reviews=count - len(waiting),
        log=log,
    )
    return web.render.private("desk/office.html", "office", office=view, who=who(session))


def _figures(agencies_count: int, sums: Iterable[AgencySums]) -> tuple[Figure, ...]:
    sums = list(sums)
    returned, late, review = (sum(getattr(s, name) for s in sums) for name in ("returned", "late", "review"))
    return (
        Figure("信源单位", grouped(agencies_count)),
        Figure("报送次数", grouped(sum(s.files for s in sums))),
        Figure("接收", grouped(sum(s.accepted for s in sums))),
        Figure("更正", grouped(sum(s.corrected for s in sums))),
        Figure("退回", grouped(returned), "bad" if returned else ""),
        Figure("迟报", grouped(late), "bad" if late else ""),
        *((Figure("待裁定的行", grouped(review)),) if review else ()),
    )


def agency_line(agency: Agency, sums: AgencySums | None, day: date) -> AgencyLine:
    """One agency in the table. The share is of rows that were accepted, corrected or returned."""
    if sums is None:
        return AgencyLine(agency.name, "0", "0", "0", None, 0, "0", None, collected="0")
    judged = sums.accepted + sums.corrected + sums.returned
    permille = sums.returned * 1000 // judged if judged else 0
    last = sums.last.astimezone(SHANGHAI).date()
    quiet = (day - last).days
    return AgencyLine(
        name=agency.name,
        submissions=grouped(sums.files),
        accepted=grouped(sums.accepted),
        returned=grouped(sums.returned),
        share=f"{permille // 10}.{permille % 10}%" if judged else None,
        permille=permille,
        late=grouped(sums.late),
        last=last.isoformat(),
        silent=Tag(f"{quiet} 天没有报送", "warn") if quiet > SILENT_AFTER else None,
        collected=grouped(sums.collected),
    )


def _review_line(review: Review) -> ReviewLine:
    two_codes = review.kind is ReviewKind.ONE_NAME_TWO_CODES
    return ReviewLine(
        tag=Tag("一名两码" if two_codes else "一码两名", "warn"),
        one=f"{review.name}　{review.code}",
        other=f"{review.other_name}　{review.other_code or review.code}",
        opened=moment(Known(review.opened)),
    )


def _log(web: Web, tx: Transaction) -> tuple[Pair, ...]:
    head = ledger_store.read_head(tx)
    found = latest(web.app.files)
    published = found.checkpoint.size if found and found.checkpoint else 0
    if head.stopped is not None:
        state = Pair("写入", head.stopped, tag=Tag("只读", "bad"), wide=True)
    else:
        state = Pair("写入", "可以写入", tag=Tag("正常", "good"))
    same = published == head.size
    return (
        Pair("日志大小", f"{grouped(head.size)} 条事件"),
        Pair("已发布检查点", f"{grouped(published)} 条", tag=None if same else Tag("等待发布", "warn")),
        state,
        Pair("最近写入", moment(head.known) if head.known else None),
        Pair("规则包", web.app.pack.label, mono=True, wide=True),
    )


@router.get("/desk/audit", dependencies=[Depends(keeper)])
def show_audit(
    web: House, session: Keeper, wanted: Wanted, before: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """The audit log, newest first."""
    if wanted.form:
        return send(web, session, wanted, _audit_sheet())
    with web.transaction() as tx:
        entries = audit.entries(tx, before)
    view = AuditView(
        entries=tuple(
            AuditLine(moment(Known(e.at)), e.actor, ACTIONS.get(e.action, e.action), e.detail)
            for e in entries
        ),
        turn=Turn(
            page=1,
            first="/desk/audit" if before else None,
            next=f"/desk/audit?before={entries[-1].entry}" if len(entries) == audit.PAGE else None,
        ),
    )
    return web.render.private("desk/audit.html", "audit", audit=view, who=who(session))


def _audit_sheet() -> Sheet:
    """The log as it leaves the house: read from where the last page ended, as it grows meanwhile."""
    last: list[int | None] = [None]

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        entries = audit.entries(tx, last[0], limit)
        last[0] = entries[-1].entry if entries else last[0]
        return [(moment(Known(e.at)), e.actor, ACTIONS.get(e.action, e.action), e.detail) for e in entries]

    return Sheet("操作日志", ("时间", "操作人", "操作", "内容"), read)
