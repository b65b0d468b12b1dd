"""Where an objection or a repair is lodged, in words, each with the instrument that says so.

Not a rule of ours: the text tells people which window the law names; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

from xinheng.faces.web.portal.about import VERIFIED
from xinheng.faces.web.portal.views import Term, Window
from xinheng.law.model import Instrument, Verified

if TYPE_CHECKING:
    from xinheng.faces.web.views import Tag
    from xinheng.law.duties import Remedy
    from xinheng.law.packs import Pack

REPAIR_RULES: Final = "信用修复管理办法"
MARKET_RULES: Final = "市场监督管理信用修复管理办法"
PENALTY_LAW: Final = "中华人民共和国行政处罚法（2021年修订）"


@dataclass(frozen=True)
class _Text:
    title: str
    text: str
    instrument: str  # title in the pack
    remedies: tuple[str, ...] = ()  # ids in the pack, of the terms that bind whoever answers


_OBJECTION = _Text(
    "内容有误：异议申诉",
    "可以向作出决定的机关提出，也可以通过“信用中国”网站提出。内容由作出决定的机关核实和更正，本平台随更正同步。"
    "多久答复的规定没有读到原文，以受理单位告知的为准。",
    REPAIR_RULES,
)
_REVOKED = _Text(
    "处罚决定已经变更、撤销、确认违法或者无效",
    "告诉作出决定的机关或者报送的信源单位：公开的信息应当由它撤回，并公开说明理由。",
    PENALTY_LAW,
    ("withdraw",),
)
_REPAIR = _Text(
    "信用修复：申请提前终止公示",
    "在“信用中国”网站统一申请，不收费；由认定单位决定，谁认定、谁修复。要交两样：义务已经履行的证明、信用承诺书。"
    "最短公示期没有届满的，先等届满；最长公示期届满的自动终止，不用申请。",
    REPAIR_RULES,
    ("repair-platform", "repair-regulator"),
)
_MARKET = _Text(
    "市场监管部门的处罚",
    "同时在国家企业信用信息公示系统公示的，在公示系统的那一份要在公示系统申请。",
    MARKET_RULES,
)


def all_windows(pack: Pack, day: date) -> tuple[Window, ...]:
    """Every window, for the help page, with the terms that hold on `day`."""
    return tuple(_window(pack, text, day) for text in (_OBJECTION, _REVOKED, _REPAIR, _MARKET))


def windows_of(pack: Pack, day: date, *, ends: bool, elsewhere: bool) -> tuple[Window, ...]:
    """The windows that concern a record: repair only where its publicity has an end to bring forward
    (`ends`), the market regulators' own only where the record is shown in their channel too (`elsewhere`)."""
    texts = [_OBJECTION]
    if ends:
        texts += [_REPAIR, _REVOKED]
    if ends and elsewhere:
        texts.insert(2, _MARKET)
    return tuple(_window(pack, text, day) for text in texts)


def _window(pack: Pack, text: _Text, day: date) -> Window:
    instrument = _latest(pack, text.instrument)
    terms = _terms(pack, [pack.remedies[i] for i in text.remedies if i in pack.remedies], day)
    if instrument is None:
        return Window(text.title, text.text, terms=terms)
    cited = f"《{instrument.title}》" + (f"（{instrument.number}）" if instrument.number else "")
    if any(term.basis.startswith(cited) for term in terms):  # the term says it, to the article
        return Window(text.title, text.text, terms=terms)
    return Window(text.title, text.text, cited, _mark(instrument.verified), terms)


def _terms(pack: Pack, remedies: list[Remedy], day: date) -> tuple[Term, ...]:
    """The terms that hold on `day`, those with one basis in one sentence."""
    held = [r for r in remedies if r.span.covers(day)]
    return tuple(
        Term(
            "，".join(f"{r.name} {r.working_days} 个工作日" for r in ones),
            basis=pack.cite(basis),
            note=basis.note,
            verified=_mark(basis.verified),
        )
        for basis, ones in ((basis, list(group)) for basis, group in groupby(held, lambda r: r.basis))
    )


def _mark(verified: Verified) -> Tag | None:
    return None if verified is Verified.TEXT else VERIFIED[verified]


def _latest(pack: Pack, title: str) -> Instrument | None:
    found = [i for i in pack.instruments.values() if i.title == title and i.repealed_by is None]
    return max(found, key=lambda i: i.issued.isoformat() if i.issued else "", default=None)
