"""From kept receipts and their rows to what the desk shows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xinheng.core.times import Known
from xinheng.evidence.intake.model import DROPPED, IGNORED, UNMAPPED, CheckResult, Counts, RowResult, Way
from xinheng.evidence.intake.store import Kept
from xinheng.faces.web.desk.views import CheckLine, ReasonRow, ReasonSum, ReceiptLine, ReceiptView
from xinheng.faces.web.views import Figure, Pair, Tag, grouped, moment
from xinheng.law.model import Item, Severity

WAYS: Final[Mapping[Way, str]] = {
    Way.FILE: "文件",
    Way.FORM: "表单填报",
    Way.API: "接口",
    Way.TABLE: "库表交换",
    Way.CAPTURE: "抓取后确认",
}
PROFILES: Final = {"report": "标准报送", "collected": "补录"}
TARGETS: Final = {IGNORED: "不使用", DROPPED: "丢弃（证件号码）", UNMAPPED: "没有认出，未使用"}
SEVERITIES: Final = {
    Severity.RETURN: Tag("退回", "bad"),
    Severity.MARK: Tag("标记", "warn"),
    Severity.WARN: Tag("提醒"),
}
LINES_SHOWN: Final = 200  # line numbers of rows about persons that are written out


def target_text(item: Item, target: str) -> str:
    """What became of a column, in words."""
    if target in TARGETS:
        return TARGETS[target]
    return f"{item.field(target).name}（{target}）" if item.has(target) else target


def figures(counts: Counts, *, future: bool = False) -> tuple[Figure, ...]:
    """The counts a page opens with; what is nought and rarely matters is left out."""
    will = "将" if future else ""
    known = () if counts.known is None else (Figure("已有", grouped(counts.known)),)
    return (
        Figure(f"{will}接收", grouped(counts.accepted)),
        *((Figure("更正", grouped(counts.corrected)),) if counts.corrected or not future else ()),
        *known,
        Figure(f"{will}退回", grouped(counts.returned), "bad" if counts.returned else ""),
        *((Figure("待信用办裁定", grouped(counts.review)),) if counts.review else ()),
        Figure("迟报", grouped(counts.late), "bad" if counts.late else ""),
        *((Figure("迟报无法计算", grouped(counts.undated)),) if counts.undated else ()),
        *((Figure("自然人", grouped(counts.persons)),) if counts.persons else ()),
        *((Figure("遮盖证件号码", grouped(counts.masked)),) if counts.masked else ()),
        *((Figure("丢弃证件号码", grouped(counts.dropped)),) if counts.dropped else ()),
    )


@dataclass(frozen=True)
class Sent:
    """Whose a receipt is, by name; `behalf`: who entered it, where that is another agency."""

    agency: str
    behalf: str = ""


def receipt_line(kept: Kept, agency: str, item_name: str, behalf: str = "") -> ReceiptLine:
    """A receipt as a line of a table."""
    counts = Counts(**kept.counts)
    return ReceiptLine(
        receipt=kept.receipt,
        when=moment(Known(kept.known)),
        agency=agency,
        file_name=kept.file_name,
        item_name=item_name,
        profile=kept.profile,
        accepted=grouped(counts.accepted),
        corrected=grouped(counts.corrected),
        known=grouped(counts.known or 0),
        returned=grouped(counts.returned),
        late=grouped(counts.late),
        way=WAYS[Way(kept.way)],
        behalf=behalf,
    )


def state_tag(counts: Counts) -> Tag:
    """Whether a receipt leaves something to do."""
    if counts.returned:
        return Tag(f"退回 {grouped(counts.returned)} 行，待改正", "bad")
    return Tag("待信用办裁定", "warn") if counts.review else Tag("没有退回", "good")


def receipt_view(
    kept: Kept, item: Item, sent: Sent, persons: Sequence[int], *, hand_on: bool, said: str | None
) -> ReceiptView:
    """A receipt's page. `persons`: line numbers; `said`: new or repeated right after sending, else None."""
    counts = Counts(**kept.counts)
    shown = "、".join(str(line) for line in persons[:LINES_SHOWN])
    more = f" 等，共 {grouped(len(persons))} 行" if len(persons) > LINES_SHOWN else ""
    return ReceiptView(
        receipt=kept.receipt,
        when=moment(Known(kept.known)),
        figures=figures(counts),
        pairs=(
            Pair(
                "信源单位",
                sent.agency,
                tag=Tag(f"代录：{sent.behalf}", "info") if sent.behalf else None,
            ),
            Pair("方式", WAYS[Way(kept.way)]),
            Pair("目录事项", f"{item.name}（{item.edition}），{PROFILES[kept.profile]}"),
            Pair("文件", kept.file_name),
            Pair("入账时间", moment(Known(kept.known))),
            Pair("日志位置", grouped(kept.position), note="到这一条为止，包含本次报送"),
            Pair("回执编号", str(kept.receipt), mono=True),
            Pair("规则包", kept.pack, mono=True, wide=True),
            Pair("文件 SHA-256", kept.file_sha256, mono=True, wide=True),
            *_constants(item, kept.constants),
        ),
        columns=tuple((header, target_text(item, target)) for header, target in kept.columns.items()),
        notes=tuple(kept.notes),
        returned_count=counts.returned,
        persons_count=counts.persons,
        person_lines=shown + more,
        hand_on=hand_on,
        repeated=said == "repeated",
        fresh=said == "new",
        state=state_tag(counts),
        form=f"/desk/form/{kept.item}?returned={kept.receipt}"
        if kept.way == Way.FORM and counts.returned
        else None,
    )


def _constants(item: Item, constants: Mapping[str, str]) -> tuple[Pair, ...]:
    if not constants:
        return ()
    text = "\n".join(f"{item.field(c).name if item.has(c) else c}：{v}" for c, v in constants.items())
    return (Pair("全表常量", text, wide=True),)


def check_line(item: Item, check: CheckResult) -> CheckLine:
    """One failed check of a row, with the field's Chinese name."""
    name = item.field(check.field).name if check.field and item.has(check.field) else check.field
    return CheckLine(
        id=check.id,
        field=name,
        found=check.found,
        message=check.message,
        expected=check.expected,
        severity=SEVERITIES[check.severity],
    )


def reason_rows(item: Item, rows: Iterable[RowResult]) -> tuple[ReasonRow, ...]:
    """Rows with their reasons; what returned a row comes before what only marked it."""
    order = list(Severity)
    return tuple(
        ReasonRow(
            r.line,
            tuple(check_line(item, c) for c in sorted(r.checks, key=lambda c: order.index(c.severity))),
        )
        for r in rows
    )


def reason_sums(rows: Iterable[ReasonRow]) -> tuple[ReasonSum, ...]:
    """How many rows went back for which reason, most frequent first; the words are those of the first row."""
    counted: Counter[tuple[str, str]] = Counter()
    words: dict[tuple[str, str], str] = {}
    for row in rows:
        for check in row.checks:
            if check.severity == SEVERITIES[Severity.RETURN]:
                reason = (check.id, check.field or "整行")
                counted[reason] += 1
                words.setdefault(reason, check.message)
    return tuple(
        ReasonSum(id_, words[id_, name], name, count) for (id_, name), count in counted.most_common()
    )
