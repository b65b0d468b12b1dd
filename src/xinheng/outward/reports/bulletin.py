"""月度通报: from facts to a document. Pure: the same facts, the same document, whoever asks and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness.model import State
from xinheng.evidence.intake.model_figures import Sums
from xinheng.law.kinds import ItemClass
from xinheng.law.words import KINDS
from xinheng.office.access.model import AgencyKind
from xinheng.outward.documents.model import Block, Column, Document, Heading, Paragraph, Seal, Table
from xinheng.outward.letters.model import STEPS
from xinheng.outward.reports import model
from xinheng.outward.reports.gathering import Facts, Line, Unit
from xinheng.outward.reports.model import NONE, SEVEN, compliance, lateness, timeliness
from xinheng.outward.reports.naming import rule_name
from xinheng.outward.reports.notes import notes

STATES: Final = {
    State.PARTIAL: "不全",
    State.CONTRADICTED: "不符",
    State.UNDECLARED: "逾期未申报",
}
RULES_NAMED: Final = 3  # of a unit, by rows; the others are added up
TIES: Final = (
    "按七类数据的合规率从高到低排列；合规率相同的，迟报率低者在前；仍相同的并列，后续名次顺延。"
    "没有报送的单位另列，不排名次。"
)


def document(facts: Facts) -> Document:
    """The bulletin."""
    month = f"{facts.scope.month.year}年{facts.scope.month.month}月"
    blocks: list[Block] = [
        Heading("一、总体情况"),
        *(Paragraph(text) for text in _opening(facts, month)),
        classes(facts),
        Heading("二、目标完成情况"),
        *_aims(facts),
        Heading("三、各单位排名"),
        *_ranking(facts),
        Heading("四、点名情况和整改要求"),
        *_named(facts),
        Heading("五、待办和函件"),
        *_cases(facts),
        Heading("六、统计说明"),
        *(Paragraph(text) for text in notes(facts)),
        Seal("（印章）"),
    ]
    return Document(
        kind="bulletin",
        title=f"{month}公共信用信息归集情况通报",
        number=None,
        addressee=None,
        dated=facts.scope.cutoff.astimezone(SHANGHAI).date(),
        issuer=facts.scope.issuer,
        blocks=tuple(blocks),
        note=f"本通报由平台依账目生成，任何时候重算，内容逐字节相同：账目位置 {facts.position}，"
        f"规则包 {facts.pack.label}",
    )


def _opening(facts: Facts, month: str) -> Iterable[str]:
    sums = facts.total.sums(_items(facts, SEVEN))
    double = facts.total.sums(_items(facts, model.DOUBLE))
    counts = facts.total.suspected
    yield (
        f"{month}，共报送七类行政管理信息 {sums.taken + sums.returned} 行：接收 {sums.accepted} 条，"
        f"更正 {sums.corrected} 条，退回 {sums.returned} 行；合规率 {compliance(sums).shown}，"
        f"及时率 {timeliness(sums).shown}，迟报 {sums.late} 条。"
    )
    yield (
        f"其中双公示 {double.taken + double.returned} 行，合规率 {compliance(double).shown}，"
        f"及时率 {timeliness(double).shown}，迟报 {double.late} 条。"
        f"决定到接收，半数在{_days(facts.flow.p50)}之内，95%在{_days(facts.flow.p95)}之内。"
    )
    if counts is not None:
        yield (
            f"本月发现瞒报线索 {counts.raised} 条，到截止时确认瞒报 {counts.confirmed} 条，"
            f"仍在核实 {counts.open} 条。归集责任到期 {facts.total.due} 项，不完整 {facts.total.missing} 项。"
        )
    if facts.total.coverage is not None:
        yield (
            f"到月末登记主体 {facts.register} 个，至少有一条七类记录的 {facts.total.coverage.part} 个，"
            f"覆盖率 {facts.total.coverage.shown}。"
        )


def _days(days: int | None) -> str:
    return "—天" if days is None else f"{days}天"


def _items(facts: Facts, kinds: Iterable[ItemClass]) -> frozenset[str]:
    return model.items_of(facts.pack.items, tuple(kinds))


def classes(facts: Facts) -> Table:
    """The seven classes, the others collapsed, and the sum."""
    seven = _items(facts, SEVEN)
    others = frozenset(facts.pack.items) - seven
    rows = [_class_row(facts, KINDS[kind], _items(facts, [kind])) for kind in SEVEN]
    rows += [_class_row(facts, "七类合计", seven), _class_row(facts, "其他信息合计", others)]
    return Table(
        "表1　各类信息",
        (
            Column("类别"),
            *(Column(n, numeric=True) for n in ("报送", "接收", "更正", "退回", "迟报", "期限无法计算")),
            *(Column(n, numeric=True) for n in ("合规率", "及时率", "上月合规率", "变化（百分点）")),
        ),
        tuple(rows),
    )


def _class_row(facts: Facts, name: str, items: frozenset[str]) -> tuple[str, ...]:
    sums, before = facts.total.sums(items), facts.total.sums(items, earlier=True)
    return (name, *_counts(sums), str(sums.undated), *_rates(sums, before))


def _counts(sums: Sums) -> tuple[str, ...]:
    told = (sums.taken + sums.returned, sums.accepted, sums.corrected, sums.returned, sums.late)
    return tuple(str(n) for n in told)


def _rates(sums: Sums, before: Sums) -> tuple[str, ...]:
    now, then = compliance(sums), compliance(before)
    return (now.shown, timeliness(sums).shown, then.shown, model.change(now, then))


def _aims(facts: Facts) -> Iterable[Block]:
    if not facts.aims:
        yield Paragraph("本月没有现行有效的目标。")
        return
    yield Table(
        "表2　目标",
        tuple(Column(n) for n in ("目标", "要求", "实际", "结论", "算法", "依据")),
        tuple(
            (
                aim.target.name,
                f"{aim.target.comparison} {aim.target.value}{aim.target.unit}",
                aim.measured.shown,
                {True: "达到", False: "未达到", None: f"无法计算：{aim.measured.reason}"}[aim.met],
                aim.measured.how or NONE,
                facts.pack.cite(aim.target.basis),
            )
            for aim in facts.aims
        ),
    )


_RANKED: Final = (
    Column("名次"),
    Column("单位"),
    *(Column(n, numeric=True) for n in ("报送", "接收", "更正", "退回", "迟报")),
    *(Column(n, numeric=True) for n in ("合规率", "及时率", "上月合规率", "变化（百分点）")),
    *(Column(n, numeric=True) for n in ("确认瞒报", "缺失", "覆盖率")),
)


def _ranking(facts: Facts) -> Iterable[Block]:
    groups = (
        ("县市区", [b for b in facts.branches if _is_place(b, facts)]),
        ("部门和单位", [b for b in facts.branches if not _is_place(b, facts)]),
    )
    number = 2 + bool(facts.aims)
    yield Paragraph(TIES)
    for name, lines in groups:
        ranked, silent = ranking(facts, lines)
        if ranked:
            yield Table(f"表{number}　{name}", _RANKED, tuple(ranked))
            number += 1
        if silent:
            yield Paragraph(f"{name}中本月没有报送七类数据的：{'、'.join(silent)}。")


def _is_place(line: Line, facts: Facts) -> bool:
    body = line.body
    return body is not None and body.kind is AgencyKind.OFFICE and body.agency != facts.scope.head


def ranking(facts: Facts, lines: Sequence[Line]) -> tuple[list[tuple[str, ...]], list[str]]:
    """(rows of the ranked, by place and code; names of those that reported nothing)."""
    seven = _items(facts, SEVEN)
    places = model.places([line.sums(seven) for line in lines])
    rows, silent = [], []
    for place, line in sorted(
        zip(places, lines, strict=True), key=lambda each: (each[0] or 0, _name(each[1], facts)[1])
    ):
        if place is None:
            if line.body is not None and line.body.agency != facts.scope.head:
                silent.append(_name(line, facts)[0])
        else:
            rows.append((str(place), *_ranked(facts, line)))
    return rows, silent


def _ranked(facts: Facts, line: Line) -> tuple[str, ...]:
    seven = _items(facts, SEVEN)
    sums, before = line.sums(seven), line.sums(seven, earlier=True)
    return (
        _name(line, facts)[0],
        *_counts(sums),
        *_rates(sums, before),
        str(line.suspected.confirmed) if line.suspected else NONE,
        str(line.missing) if line.due else NONE,
        line.coverage.shown if line.coverage else NONE,
    )


def _name(line: Line, facts: Facts) -> tuple[str, str]:
    """(name, code); the head's own is told apart from the head's sum."""
    if line.body is None:
        return facts.scope.issuer, ""
    own = line.body.agency == facts.scope.head
    return (f"{line.body.name}（本级）" if own else line.body.name), line.body.code


def _named(facts: Facts) -> Iterable[Block]:
    number = sum(isinstance(block, Table) for block in (*_aims(facts), *_ranking(facts))) + 2
    until = facts.scope.mend_until
    term = f"{until.year}年{until.month}月{until.day}日前" if until else "由发文机关另行通知"
    rows = []
    for unit in facts.units:
        for found, demand in _demands(facts, unit):
            rows.append((_name(unit.line, facts)[0], found, demand, term))
    if not rows:
        yield Paragraph("本月没有需要点名的单位。")
        return
    yield Table(
        f"表{number}　点名和整改",
        tuple(Column(n) for n in ("单位", "问题", "整改要求", "期限")),
        tuple(rows),
        "期限由发文机关确定，不是法定期限。一行违反几条规则的，在每条规则下都计数。",
    )


def _demands(facts: Facts, unit: Unit) -> Iterable[tuple[str, str]]:
    """(what was found, what is demanded), each with numbers."""
    sums = unit.line.sums(_items(facts, SEVEN))
    everything = unit.line.sums(frozenset(facts.pack.items))
    if everything.returned:
        told = f"退回 {everything.returned} 行：{_reasons(facts, unit)}"
        yield told, "更正后重新报送；不应报送的，逐条说明"
    if sums.late:
        yield f"迟报 {sums.late} 条，迟报率 {lateness(sums).shown}", "书面说明原因和改进措施"
    for item, state in unit.broken:
        name = facts.pack.items[item].name if item in facts.pack.items else item
        demand = {State.UNDECLARED: "补作申报；没有的作零报送"}.get(
            state, "核对申报数与接收数，补报或更正申报"
        )
        yield f"{name}：{STATES[state]}", demand


def _reasons(facts: Facts, unit: Unit) -> str:
    """Which rules, by rows; at most RULES_NAMED of them by name."""
    found = sorted(unit.returned.items(), key=lambda each: (-each[1], each[0]))
    day = facts.scope.end - timedelta(days=1)
    named = [f"{rule_name(facts.pack.items, *key, day)} {rows} 行" for key, rows in found[:RULES_NAMED]]
    if rest := found[RULES_NAMED:]:
        named.append(f"其他 {len(rest)} 条规则 {sum(rows for _, rows in rest)} 行")
    return "；".join(named) or "原因见回执"


def _cases(facts: Facts) -> Iterable[Block]:
    told = [
        f"{STEPS[step]}函 {sent} 件，尚未销号 {still} 件" for step, (sent, still) in facts.letters.items()
    ]
    yield Paragraph(f"本月发出{'；'.join(told)}。" if told else "本月没有发出函件，也没有尚未销号的函件。")
    if not facts.cases:
        yield Paragraph("本月没有待办。")
        return
    opened, closed, still = (sum(n[i] for n in facts.cases.values()) for i in range(3))
    yield Paragraph(
        f"本月新开待办 {opened} 件，办结 {closed} 件；到截止时尚未办结 {still} 件（含以前各月开立的）。"
    )
