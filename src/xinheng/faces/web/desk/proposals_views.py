"""What the page of proposals shows of each: a data item, a new item, a rule found wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.access import keeps
from xinheng.faces.web.views import FormError, Tag, moment
from xinheng.law.model import Disclosure, FieldType
from xinheng.office.access.model import Role, Session
from xinheng.office.proposals import service
from xinheng.office.proposals.model import FieldProposal, Kind, Proposal, State
from xinheng.office.proposals.model_items import EVERY, PARTS, ItemProposal

TYPES: Final = (
    (FieldType.TEXT, "文字", "一行以内，如名称"),
    (FieldType.LONG_TEXT, "长文字", "多行，其中的证件号码会被遮盖"),
    (FieldType.CODE, "编号", "如证书编号；不能是数字格式的单元格"),
    (FieldType.DATE, "日期", "年月日"),
    (FieldType.WAN_YUAN, "金额（万元）", "至多六位小数"),
    (FieldType.ENUM, "列表", "只能取写明的值"),
)
DISCLOSURES: Final = (
    (Disclosure.SHARED, "政务共享", "机关之间可用"),
    (Disclosure.AUTHORISED, "授权查询", "单位授权后可查"),
)
TYPE_NAMES: Final = {t: text for t, text, _ in TYPES} | {FieldType.NUMBER: "数量"}
TONES: Final = {
    State.PROPOSED: "warn",
    State.ACCEPTED: "info",
    State.REFUSED: "bad",
    State.TAKEN_BACK: "",
    State.ISSUED: "good",
}


@dataclass(frozen=True)
class ProposalLine:
    proposal: UUID
    agency: str
    item: str
    heading: str
    code: str
    about: str
    parts: tuple[str, ...]
    reason: str
    source: str
    opened: str
    tag: Tag
    note: str | None
    version: str | None
    may_decide: bool
    may_accept: bool
    may_take_back: bool
    may_mend: bool


@dataclass(frozen=True)
class View:
    lines: tuple[ProposalLine, ...]
    items: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str, str], ...]
    disclosures: tuple[tuple[str, str, str], ...]
    part_types: tuple[tuple[str, str], ...]
    often: tuple[tuple[str, str, str], ...]
    may_propose: bool
    may_issue: int  # accepted proposals that wait for a version; 0 hides the button
    form: dict[str, str]
    pack: str
    said: str = ""
    errors: tuple[FormError, ...] = ()
    part_numbers: tuple[int, ...] = tuple(range(1, PARTS + 1))


def line(found: Proposal, agency: str, items: Mapping[str, str], session: Session) -> ProposalLine:
    """A proposal as this account sees it."""
    office = session.account.role is Role.OFFICE and keeps(session)
    undecided = found.state in (State.PROPOSED, State.ACCEPTED)
    item = items.get(found.item, found.item)
    return ProposalLine(
        proposal=found.proposal,
        agency=agency,
        item=item,
        heading=_heading(found, item),
        code=found.what.code,
        about=_about(found),
        parts=_parts(found),
        reason=found.reason,
        source=found.source,
        opened=moment(Known(found.opened)),
        tag=_tag(found),
        note=found.note or None,
        version=found.version,
        may_decide=office and undecided,
        may_accept=office and found.state is State.PROPOSED,
        may_take_back=session.account.agency == found.agency and found.state is State.PROPOSED,
        may_mend=office and found.kind is Kind.RULE and found.state is State.ACCEPTED,
    )


def _heading(found: Proposal, item: str) -> str:
    if found.kind is Kind.RULE:
        return f"规则有误：{item}"
    return f"新事项：{found.what.name}" if found.kind is Kind.ITEM else f"{item}：{found.what.name}"


def _tag(found: Proposal) -> Tag:
    """A rule is mended in its pack, not issued from here."""
    if found.kind is Kind.RULE and found.state in (State.ACCEPTED, State.ISSUED):
        text = "待修订规则包" if found.state is State.ACCEPTED else "已随规则包修订"
        return Tag(text, TONES[found.state])
    return Tag(service.NAMES[found.state], TONES[found.state])


def _about(found: Proposal) -> str:
    what = found.what
    if isinstance(what, FieldProposal):
        said = [TYPE_NAMES[what.type], _OPEN[what.disclosure]]
        said += [f"至多 {what.length} 字"] if what.length else []
        said += ["取值：" + "、".join(what.values)] if what.values else []
        return "，".join(said)
    if isinstance(what, ItemProposal):
        return f"{EVERY[what.every]}，{_OPEN[what.disclosure]}，不公示、不上报"
    return f"规则要求：{what.name}"


def _parts(found: Proposal) -> tuple[str, ...]:
    if not isinstance(found.what, ItemProposal):
        return ()
    return tuple(
        f"{part.name}（{TYPE_NAMES[part.type]}{'，必填' if part.required else ''}）"
        for part in found.what.parts
    )


_OPEN: Final = {d: text for d, text, _ in DISCLOSURES}
