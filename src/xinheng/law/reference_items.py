"""The items of a pack's reference page: the overview, the checks that all share, and each item."""

from __future__ import annotations

from xinheng.law.model import Field, Item
from xinheng.law.packs import Pack
from xinheng.law.reference_tables import cited, section, spanned, table, yes
from xinheng.law.roles import UNNUMBERED
from xinheng.law.words import DISCLOSURES, EVERY, KINDS, PROVIDERS, SEVERITIES, SOURCES, TYPES, marked

_PROFILES = {"report": "标准", "collected": "补录"}


def described(pack: Pack, item: Item) -> str:
    """What a pack says of an item: all of its own, of an inherited one what it adds."""
    parts: list[str] = []
    if item.pack == pack.name:
        said = [
            f"- 版本 {item.edition}，{spanned(item.span)}；依据：{cited(pack, item.basis)}",
            f"- 责任单位：{item.provider}（{PROVIDERS[item.provider_kind]}）",
            f"- 类别：{KINDS[item.kind]}；来源：{SOURCES[item.source]}",
            f"- 公开属性：{DISCLOSURES[item.disclosure]}",
            f"- 频次：{item.frequency.text if item.frequency else '待核实'}",
            f"- {_marked(item)}",
            f"- 保存：{item.retention}",
        ]
        if item.secret:
            said.append("- 涉密事项：不归集、不公示、不上报")
        else:
            said.append(f"- 识别一条记录：{_key(item)}")
            said.append(f"- 补录（collected）须有：{_collected(item)}")
        if item.note:
            said.append(f"- 说明：{item.note}")
        parts.append("\n".join(said))
    parts.append(section("数据项", _fields(pack, item), 3))
    parts.append(section("值表", _values(pack, item), 3))
    parts.append(section("标记", _marks(pack, item), 3))
    parts.append(section("报送时限", _timeliness(pack, item), 3))
    parts.append(section("校验", _checks(pack, item), 3))
    parts.append(_headers(pack, item))
    text = "\n\n".join(part for part in parts if part)
    return f"## {item.name}（{item.id}）\n\n{text}" if text else ""


def _marked(item: Item) -> str:
    named = (("归集", "collected"), ("公示", "shown"), ("上报", "reported"))
    return "；".join(f"{word}：{marked(item, name)}" for word, name in named)


def _key(item: Item) -> str:
    """Which fields make two rows the same record, with a number and without."""
    without = "、".join(item.field(code).name for role in UNNUMBERED if (code := item.role(role)))
    if not item.key:
        return f"{without}（相同而其他内容不同的，转核实）"
    named = "、".join(item.field(item.roles[role]).name for role in item.key)
    return f"{named}；缺少其中一项的，{without}"


def overview(pack: Pack) -> str:
    """The items of this pack itself, one line each."""
    rows = [
        (
            item.name, f"`{item.id}`", KINDS[item.kind], SOURCES[item.source], item.provider,
            EVERY[item.frequency.every] if item.frequency else "待核实", DISCLOSURES[item.disclosure],
            yes(item.marks.collected), marked(item, "shown"), marked(item, "reported"),
        )
        for item in pack.items.values()
        if item.pack == pack.name
    ]  # fmt: skip
    head = ("事项", "id", "类别", "来源", "责任单位", "频次", "公开属性", "归集", "公示", "上报")
    return section("目录", table(head, rows))


def common(pack: Pack) -> str:
    """The checks that all items share, once: each item has them for its own fields."""
    if len(pack.chain) > 1:
        return ""
    seen: dict[tuple[str, str], tuple[str, ...]] = {}
    for item in pack.items.values():
        for check in item.checks:
            if check.common:
                short = check.id.split(".")[1]
                name = item.field(check.field).name if check.field else ""
                message = check.message.replace(f"“{name}”", "“（数据项）”") if name else check.message
                seen.setdefault(
                    (short, "、".join(check.profiles)),
                    (
                        f"`{short}`", message, check.expected.replace(f"“{name}”", "“（数据项）”"),
                        SEVERITIES[check.severity], "、".join(_PROFILES[p] for p in check.profiles),
                        spanned(check.span), pack.cite(check.basis),
                    ),
                )  # fmt: skip
    rows = [(*row[:2], row[2] if len(row[2]) < 80 else "见值表", *row[3:]) for row in seen.values()]
    head = ("编号", "说明（以一个数据项为例）", "应为", "结果", "用于", "有效期", "依据")
    listed = table(head, rows)
    text = "完整编号为 `事项.编号.数据项`，如 `penalty.required.CF_WSH`；每个事项按自己的数据项取用。"
    return f"## 各事项共用的校验\n\n{text}\n\n{listed}" if listed else ""


def _collected(item: Item) -> str:
    return "、".join(item.field(item.roles[role]).name for role in item.collected_fields)


def _presence(field: Field) -> str:
    if field.dropped:
        return "不采集"
    return "必填" if field.required else "应填（待核实）" if field.expected else "选填"


def _fields(pack: Pack, item: Item) -> str:
    own = [f for f in item.fields if f.pack == pack.name]
    rows = [
        (
            str(number), f"`{f.code}`", f.name, TYPES[f.type], str(f.max_length or ""), _presence(f),
            DISCLOSURES[f.disclosure], spanned(f.span), pack.cite(f.basis),
        )
        for number, f in enumerate(own, 1)
    ]  # fmt: skip
    head = ("序", "代码", "名称", "类型", "长度（软）", "填报", "公开属性", "有效期", "依据")
    return table(head, rows)


def _values(pack: Pack, item: Item) -> str:
    rows = [
        (
            f.name,
            "；".join([*f.values, *(f"{v}-（说明）" for v in f.open_values)]),
            "；".join(f.value_synonyms),
        )
        for f in item.fields
        if f.pack == pack.name and f.values
    ]
    return table(("数据项", "值", "也认作"), rows)


def _accepted(field: Field) -> list[str]:
    return [*field.values, *(f"{value}-（说明）" for value in field.open_values)]


def _marks(pack: Pack, item: Item) -> str:
    rows = [
        (
            r.name, f"`{r.expr}`", yes(r.marks.collected), yes(r.marks.shown), yes(r.marks.reported),
            spanned(r.span), cited(pack, r.basis),
        )
        for r in item.mark_rules
        if r.pack == pack.name
    ]  # fmt: skip
    return table(("规则", "条件", "归集", "公示", "上报", "有效期", "依据"), rows)


def _timeliness(pack: Pack, item: Item) -> str:
    rows = [
        (t.channel, f"{t.working_days} 个工作日（决定之日不计）", spanned(t.span), cited(pack, t.basis))
        for t in item.timeliness
        if t.pack == pack.name
    ]
    return table(("渠道", "时限", "有效期", "依据"), rows)


def _checks(pack: Pack, item: Item) -> str:
    rows = [
        (
            f"`{c.id}`", c.message, c.expected if len(c.expected) < 80 else "见值表", SEVERITIES[c.severity],
            "、".join(_PROFILES[p] for p in c.profiles), spanned(c.span), pack.cite(c.basis),
        )
        for c in item.checks
        if c.pack == pack.name and not c.common
    ]  # fmt: skip
    return table(("编号", "说明", "应为", "结果", "用于", "有效期", "依据"), rows)


def _headers(pack: Pack, item: Item) -> str:
    if item.pack != pack.name:
        return ""
    rows = [
        (f"`{f.code}`", "；".join(f"{s.text}{'（÷10000）' if s.divide_by > 1 else ''}" for s in f.synonyms))
        for f in item.fields
        if f.synonyms
    ]
    rows += [("已知而无对应项", "；".join(item.ignored)), ("证件号码，列不进入", "；".join(item.dropped))]
    return section("认得的表头", table(("数据项", "表头（代码与名称之外）"), rows), 3)
