"""Where an objection or a repair is lodged, in words, each with the instrument that says so.

Not a rule of ours: the text tells people which window the law names; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xinheng.faces.web.portal.about import VERIFIED
from xinheng.faces.web.portal.views import Window
from xinheng.law.model import Instrument, Verified

if TYPE_CHECKING:
    from xinheng.law.packs import Pack

REPAIR_RULES: Final = "信用修复管理办法"
MARKET_RULES: Final = "市场监督管理信用修复管理办法"


@dataclass(frozen=True)
class _Text:
    title: str
    text: str
    instrument: str  # title in the pack


_OBJECTION = _Text(
    "内容有误：异议申诉",
    "可以向作出决定的机关提出，也可以通过“信用中国”网站提出。内容由作出决定的机关核实和更正，本平台随更正同步。",
    REPAIR_RULES,
)
_REPAIR = _Text(
    "信用修复：申请提前终止公示",
    "在“信用中国”网站统一申请，不收费；由认定单位决定，谁认定、谁修复。要交两样：义务已经履行的证明、信用承诺书。"
    "最短公示期没有届满的，先等届满；最长公示期届满的自动终止，不用申请。",
    REPAIR_RULES,
)
_MARKET = _Text(
    "市场监管部门的处罚",
    "同时在国家企业信用信息公示系统公示的，在公示系统的那一份要在公示系统申请。",
    MARKET_RULES,
)


def all_windows(pack: Pack) -> tuple[Window, ...]:
    """Every window, for the help page."""
    return tuple(_window(pack, text) for text in (_OBJECTION, _REPAIR, _MARKET))


def windows_of(pack: Pack, *, ends: bool) -> tuple[Window, ...]:
    """The windows that concern a record: repair, only where its publicity has an end to bring forward."""
    texts = (_OBJECTION, _REPAIR, _MARKET) if ends else (_OBJECTION,)
    return tuple(_window(pack, text) for text in texts)


def _window(pack: Pack, text: _Text) -> Window:
    instrument = _latest(pack, text.instrument)
    if instrument is None:
        return Window(text.title, text.text)
    number = f"（{instrument.number}）" if instrument.number else ""
    return Window(
        text.title,
        text.text,
        basis=f"《{instrument.title}》{number}",
        verified=None if instrument.verified is Verified.TEXT else VERIFIED[instrument.verified],
    )


def _latest(pack: Pack, title: str) -> Instrument | None:
    found = [i for i in pack.instruments.values() if i.title == title and i.repealed_by is None]
    return max(found, key=lambda i: i.issued.isoformat() if i.issued else "", default=None)
