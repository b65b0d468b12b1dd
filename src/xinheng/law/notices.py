"""Messages as a jurisdiction words them: templates with their placeholders, and the quiet hours of a channel.

`notices/*.yaml` of a pack holds `notices` (templates) and, where it says anything about them, `quiet`. A
lower pack adds templates, and may word a template of its parent anew: wording decides nothing, and each place
speaks to its agencies in its own words. It can neither take a template away nor change what it is told
(`values`), and it can only make quiet hours longer: quiet is where any pack of the chain says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from xinheng.core.times import SHANGHAI
from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.citing import Basis, Place, Span
from xinheng.law.errors import NoRuleInForceError, PackOverrideError, PackSyntaxError, PackValueError
from xinheng.law.yaml_lines import Node

ALWAYS: Final = ("agency", "site")  # in every template: who is addressed, what the platform is called
TITLE, TEXT, SMS = 60, 1_000, 140  # characters at most; a gateway cuts longer short messages into several
_ID = re.compile(r"[a-z][a-z0-9_]{2,39}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
_BRACE = re.compile(r"\{([^{}]*)\}")
_WORDS = ("title", "text", "sms")


class Channel(StrEnum):
    """How a message leaves the house."""

    MAIL = "mail"  # 电子邮件
    SMS = "sms"  # 短信
    WEBHOOK = "webhook"  # 单位自己的系统


@dataclass(frozen=True)
class Wording:
    """One wording of a template, with when it holds. Without `sms` it goes out by no short message."""

    title: str
    text: str
    sms: str | None
    span: Span
    basis: Basis
    pack: str
    place: Place


@dataclass(frozen=True)
class Template:
    """消息模板: what may be said, and with which values. `wordings`: the root pack's first."""

    id: str
    name: str  # Chinese, as the preferences list it
    values: tuple[str, ...]
    wordings: tuple[Wording, ...]

    def wording(self, on: date) -> Wording:
        """The wording of the nearest pack that has one in force. Raises NoRuleInForceError."""
        held = [w for w in self.wordings if w.span.covers(on)]
        if not held:
            raise NoRuleInForceError(
                found=f"{on} 没有消息“{self.name}”的文字",
                expected="规则包 notices 中当日有效的文字",
                todo="更新规则包",
                where=self.id,
            )
        return held[-1]


@dataclass(frozen=True)
class Quiet:
    """静默时段 of a channel: hours in Shanghai, from the first to before the last, over midnight too."""

    channel: Channel
    from_hour: int
    to_hour: int
    span: Span
    basis: Basis
    pack: str
    place: Place

    def covers(self, at: datetime) -> bool:
        """Whether an aware instant is quiet."""
        local = at.astimezone(SHANGHAI)
        if not self.span.covers(local.date()):
            return False
        if self.from_hour < self.to_hour:
            return self.from_hour <= local.hour < self.to_hour
        return local.hour >= self.from_hour or local.hour < self.to_hour

    def end(self, at: datetime) -> datetime:
        """The end of the quiet hours that an instant is in."""
        local = at.astimezone(SHANGHAI)
        end = datetime.combine(local.date(), time(self.to_hour), SHANGHAI)
        return end if end > local else end + timedelta(days=1)


@dataclass(frozen=True)
class Notices:
    """All templates by id, and all quiet hours."""

    templates: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    quiet: tuple[Quiet, ...] = ()

    def quiet_until(self, channel: Channel, at: datetime) -> datetime | None:
        """When a channel may be used again; None where it may be used now."""
        until = at
        while held := [q.end(until) for q in self.quiet if q.channel is channel and q.covers(until)]:
            until = max(held)
            if until - at > timedelta(days=2):  # packs whose quiet hours leave no hour of the day
                break
        return None if until == at else until


def filled(text: str, values: Mapping[str, str]) -> str:
    """A wording with its values; the loader has seen to it that each placeholder has one."""
    return _BRACE.sub(lambda found: values[found[1]], text)


def read_notices(files: tuple[Node, ...], inherited: Notices, bases: Bases, pack: str) -> Notices:
    """The messages of the chain with what one more pack says. Raises PackValueError for a placeholder that
    is told nothing, PackOverrideError, PackSyntaxError."""
    templates, quiet = dict(inherited.templates), list(inherited.quiet)
    seen: set[str] = set()
    for root in files:
        entries = root.mapping((), ("bases", "notices", "quiet"))
        own = bases.naming(entries.get("bases"))
        for entry in _listed(entries, "notices"):
            template = _template(entry, inherited.templates, own, pack)
            if template.id in seen:
                raise PackSyntaxError(entry.place, found=f"重复的 id“{template.id}”", expected="每个 id 一次")
            seen.add(template.id)
            templates[template.id] = template
        quiet += [_quiet(entry, own, pack) for entry in _listed(entries, "quiet")]
    return Notices(MappingProxyType(templates), tuple(quiet))


def _listed(entries: Mapping[str, Node], key: str) -> Iterable[Node]:
    return entries[key].items() if key in entries else ()


def _template(entry: Node, inherited: Mapping[str, Template], bases: Bases, pack: str) -> Template:
    optional = ("name", "values", "sms", *VALUE_OPTIONAL)
    entries = entry.mapping(("id", "title", "text", *VALUE), optional)
    id_ = entries["id"]
    if not _ID.fullmatch(id_.text()):
        raise id_.wrong("小写字母、数字、下划线，3 至 40 个")
    parent = inherited.get(id_.text())
    if parent is not None and ("name" in entries or "values" in entries):
        raise PackOverrideError(
            entry.place, found=f"“{parent.id}”的 name 或 values", expected="下级只改 title、text、sms 的文字"
        )
    if parent is None and not ("name" in entries and "values" in entries):
        raise PackValueError(entry.place, found="缺少 name 或 values", expected="新的模板写明 name 和 values")
    values = parent.values if parent else _values(entries["values"])
    span = entry.span()
    wording = Wording(
        title=_words(entries["title"], values, TITLE),
        text=_words(entries["text"], values, TEXT),
        sms=_words(entries["sms"], values, SMS) if "sms" in entries else None,
        span=span,
        basis=bases.resolve(entry, span),
        pack=pack,
        place=entry.place,
    )
    if parent is not None:
        return replace(parent, wordings=(*parent.wordings, wording))
    return Template(id_.text(), entries["name"].text(), values, (wording,))


def _values(node: Node) -> tuple[str, ...]:
    for entry in node.items():
        if not _NAME.fullmatch(entry.text()) or entry.text() in ALWAYS:
            raise entry.wrong(f"小写英文的名称，{'、'.join(ALWAYS)} 除外（它们总有）")
    return node.texts()


def _words(node: Node, values: Iterable[str], most: int) -> str:
    text, known = node.text(), (*values, *ALWAYS)
    for name in _BRACE.findall(text):
        if name not in known:
            expected = "、".join(f"{{{one}}}" for one in known)
            raise PackValueError(node.place, found=f"占位符 {{{name}}}", expected=f"{expected} 之一")
    if "{" in (rest := _BRACE.sub("", text)) or "}" in rest:
        raise PackValueError(node.place, found="不成对的花括号", expected="{名称}")
    if len(text) > most:
        raise PackValueError(node.place, found=f"{len(text)} 个字", expected=f"至多 {most} 个字")
    return text


def _quiet(entry: Node, bases: Bases, pack: str) -> Quiet:
    entries = entry.mapping(("channel", "from_hour", "to_hour", *VALUE), VALUE_OPTIONAL)
    span = entry.span()
    quiet = Quiet(
        channel=Channel(entries["channel"].one_of([c.value for c in Channel])),
        from_hour=entries["from_hour"].integer(0, 23),
        to_hour=entries["to_hour"].integer(0, 23),
        span=span,
        basis=bases.resolve(entry, span),
        pack=pack,
        place=entry.place,
    )
    if quiet.from_hour == quiet.to_hour:
        raise PackValueError(entry.place, found="起止相同", expected="至少留出一小时可以发送")
    return quiet
