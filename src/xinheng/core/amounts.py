"""Sums of money: the ones a decision names in its text, and the one a cell holds.

`derive` reads what a careful clerk would read from 处罚内容: words and figures, 万元, one amount given
twice (￥30000 beside 叁万元整), parts and their total. What it finds is offered as derived, with the
text it came from, and never taken as given. Currencies are not converted: 元 is what the text calls 元;
sums in dollars and euros are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from xinheng.core.cells import compact, compact_sql
from xinheng.core.numerals import NUMERAL_CLASS, read_numeral

_FEN: Final = Decimal("0.01")
_WAN: Final = Decimal(10000)


@dataclass(frozen=True)
class Derived:
    """Sums in 元 with two places; None where the text names no such sum. `source` is the text read."""

    fine_yuan: Decimal | None
    confiscation_yuan: Decimal | None
    source: str | None


class _Kind(Enum):
    FINE = "fine"
    CONFISCATION = "confiscation"
    BOTH = "both"  # 罚没款: one sum for both, which says nothing of either
    EITHER = "either"  # 合计 without saying of what
    OTHER = "other"  # 货值, 税款, 每平方米…: no penalty


@dataclass(frozen=True)
class _Sum:
    kind: _Kind
    value: Decimal
    total: bool
    start: int
    end: int


_CURRENCY: Final = r"(?:人民币|新[台臺][币幣]|RMB|CNY|NT\$|[￥¥])"
_FOREIGN: Final = r"(?:美元|港元|港币|欧元|日元|英镑)"
_MONEY: Final = re.compile(
    rf"(?P<header>\(万元\)[::]?)?(?P<currency>(?:{_CURRENCY}[::]?)*)"
    rf"(?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?[亿万千百]?"
    rf"|[0-9]+(?:\.[0-9]+)?(?:[亿萬億万千仟百佰](?:[0-9]+(?:\.[0-9]+)?)?)*|{NUMERAL_CLASS}+)"
    rf"(?P<unit>\(?万元\)?|\(?[元圆圓]\)?)?(?P<rest>(?:{NUMERAL_CLASS}角)?(?:零?{NUMERAL_CLASS}分)?)(?:整|正)?"
)
# A keyword takes its objects with it: 没收违法所得 is one word here, 违法所得 alone another.
_KEYWORDS: Final = re.compile(
    r"(?P<both>罚没)|(?P<confiscation>[没沒][收入][^,，。;；:：0-9罚罰]{0,40}|追缴[^,，。;；0-9罚罰]{0,10}所得)"
    r"|(?P<fine>罚款|罚金|罚锾|罰鍰|罰款|罰金)"
    r"|(?P<other>货值|违法所得|非法所得|经营额|销售额|销售收入|营业额|案值|价值|价款|赔偿|退还|退赔|返还|补缴|税款"
    r"|滞纳金|欠缴|偷税|保证金|罚款标准|标准|超过|不足|注册资本|单价)"
)
_TOTAL: Final = re.compile(r"合计|共计|总计|總計|总额|累计|共处|合并|总共|小计|计罚")
_PARTS: Final = re.compile(r"其中|分别|包括")
_BREAK: Final = re.compile(r"[。;；\n!！]")
_AGAIN: Final = re.compile(rf"[(（]?(?:{_CURRENCY}|大写|小写|即|为|计|[::=]|整|正)*")
_FINE_AFTER: Final = re.compile(r"[)）]?(?:整|正)?的?(?:行政)?(?:罚款|罚金|罰鍰|罰款)")
_TAKEN_AFTER: Final = re.compile(r"[)）]?(?:整|正)?[,，]?(?:依法)?(?:予以|全部)?没收")
_RANGE_AFTER: Final = re.compile(r"[)）]?(?:以上|以下|以内|至|到|[-~—–])")
_PUNISHED: Final = re.compile(rf"(?:处|处以|处予|科处|罚|罚人民币|裁处)(?:{_CURRENCY})?$")
_EACH: Final = re.compile(r"每[^,，。;；0-9罚罰]{1,8}$")
_FINED: Final = re.compile(rf"(?:罚款|罚金|罰鍰|罰款)(?:{_CURRENCY})?$")
_CLAUSE: Final = "，,。；;、\n"


def derive(text: str | None) -> Derived:
    """The fines and the confiscations that `text` names, each added up; a total replaces its parts.

    None stands for "names no such sum", never zero. A range quoted from a law (5000元以上3万元以下) does not
    count.
    """
    if not text:
        return Derived(None, None, None)
    folded = _fold(text)
    sums = _settle(_sums(folded), folded)
    fine = _add(sums, _Kind.FINE)
    taken = _add(sums, _Kind.CONFISCATION)
    return Derived(fine, taken, "；".join(_source(folded, s) for s in sums) or None)


def _fold(text: str) -> str:
    # Full-width commas part clauses, narrow ones thousands: keep them apart.
    parts = (compact(p) for p in re.split("([，\n])", text))
    return "".join("，" if p == "," else p for p in parts)


def _sums(text: str) -> list[_Sum]:
    found: list[_Sum] = []
    edge = 0  # behind the last amount, whether it counted or not
    kind = _Kind.OTHER
    last: Decimal | None = None
    for match in _MONEY.finditer(text):
        gap = text[edge : match.start()]
        value = _value(match, gap)
        if value is None or re.match(_FOREIGN, text[match.end("number") :]):
            continue
        if last == value and edge and _AGAIN.fullmatch(gap):
            edge = match.end()
            continue
        if last is not None and edge and gap.startswith(("(", "（")) and _AGAIN.fullmatch(gap):
            edge = match.end()  # figures and words differ: the first stands
            continue
        total = bool(_TOTAL.search(_BREAK.split(gap)[-1]))
        own = _kind(text, gap, match)
        kind = own or kind
        if kind is not _Kind.OTHER and not _RANGE_AFTER.match(text, match.end()):
            what = _Kind.EITHER if total and own is None else kind
            found.append(_Sum(what, value, total, match.start(), match.end()))
        edge, last = match.end(), value
    return found


def _value(match: re.Match[str], gap: str) -> Decimal | None:
    """The amount in 元, or None where the match is a bare number (no unit, no currency, not 罚款3万)."""
    unit, header = match["unit"], match["header"]
    said = unit or header or match["currency"] or (match["number"][-1] in "万萬" and _FINED.search(gap))
    if not said:
        return None
    number = read_numeral(match["number"])
    if number is None or number >= 10**15:
        return None
    if "万" in (unit or header or ""):
        number *= _WAN
    rest = match["rest"] or ""
    for sign, worth in (("角", Decimal("0.1")), ("分", _FEN)):
        if small := re.search(f"({NUMERAL_CLASS}){sign}", rest):
            number += (read_numeral(small[1]) or 0) * worth
    return number.quantize(_FEN) if number > 0 and number == number.quantize(_FEN) else None


def _kind(text: str, gap: str, match: re.Match[str]) -> _Kind | None:
    """What an amount is: by the words right after it, else by the nearest keyword before it; None where
    neither says, so that it goes on as the one before (罚款1万元、2万元)."""
    near = _BREAK.split(gap)[-1]
    if _EACH.search(near):
        return _Kind.OTHER
    if _FINE_AFTER.match(text, match.end()):
        return _Kind.FINE
    if _TAKEN_AFTER.match(text, match.end()):
        return _Kind.CONFISCATION
    words = [found.lastgroup for found in _KEYWORDS.finditer(near)]
    if words and words[-1]:
        return _Kind(words[-1])
    if _PUNISHED.search(near):
        return _Kind.FINE
    listed = _BREAK.search(gap) is None or _TOTAL.search(near)
    return None if listed else _Kind.OTHER


def _settle(sums: list[_Sum], text: str) -> list[_Sum]:
    """Totals instead of their parts: those before it, or those listed after it behind 其中 or 分别."""
    kept: list[_Sum] = []
    opened: _Sum | None = None  # a total whose parts may follow
    for one in sums:
        if opened and _PARTS.search(text[opened.end : one.start]):
            continue
        if one.kind is _Kind.BOTH:
            continue
        if one.total:
            kind = _kind_of_total(kept, one)
            if kind is None:
                continue
            opened = _Sum(kind, one.value, True, one.start, one.end)
            kept = [*_without_parts(kept, opened), opened]
        else:
            opened = None
            kept.append(one)
    return kept


def _kind_of_total(kept: list[_Sum], total: _Sum) -> _Kind | None:
    """What a total sums up; None for a grand total over fines and confiscations, which the parts say."""
    kinds = {s.kind for s in kept}
    if len(kinds) == 2 and total.value == sum((s.value for s in kept), Decimal(0)):
        return None
    if total.kind is not _Kind.EITHER:
        return total.kind
    return kinds.pop() if len(kinds) == 1 else None


def _without_parts(kept: list[_Sum], total: _Sum) -> list[_Sum]:
    """`kept` without what `total` sums up: the last amounts of its kind that add up to it, else all."""
    same = [s for s in kept if s.kind is total.kind]
    first = 0
    for start in range(len(same)):
        if sum((s.value for s in same[start:]), Decimal(0)) == total.value:
            first = start
            break
    gone = {s.start for s in same[first:]}
    return [s for s in kept if s.start not in gone]


def _add(sums: list[_Sum], kind: _Kind) -> Decimal | None:
    values = [s.value for s in sums if s.kind is kind]
    return sum(values, Decimal(0)).quantize(_FEN) if values else None


def _source(text: str, one: _Sum) -> str:
    start = max((text.rfind(c, 0, one.start) for c in _CLAUSE), default=-1) + 1
    after = _FINE_AFTER.match(text, one.end)
    return text[start : after.end() if after else one.end]


_CELL: Final = re.compile(r"^[￥¥]?([0-9]{1,16}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(\.[0-9]{1,20})?(万元|元)?$")


def wan_yuan(text: str, divide_by: int = 1) -> str | None:
    """A cell of the unit 万元 as decimal text with at most 6 places and no trailing zeros (`0.155295`).

    `divide_by` is 10000 where the header states 元. A unit in the cell itself goes before it. None for what
    is no such number: signs, exponents, more than 12 digits before or (after dividing) 6 behind the point.
    """
    if divide_by not in (1, 10000):
        raise ValueError("a header states 万元 (1) or 元 (10000)")
    found = _CELL.match(compact(text))
    if not found:
        return None
    value = Decimal(found[1].replace(",", "") + (found[2] or ""))
    if (found[3] or ("元" if divide_by == 10000 else "万元")) == "元":
        value = value.scaleb(-4)
    if value >= 10**12 or value != round(value, 6):
        return None
    return _plain(value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def wan_yuan_sql(column: str, divide_by: int = 1) -> str:
    """`wan_yuan` as SQL: NULL where the cell is no such number."""
    if divide_by not in (1, 10000):
        raise ValueError("a header states 万元 (1) or 元 (10000)")
    shape = _CELL.pattern.replace(r"\.", "[.]")
    whole = f"replace(regexp_extract(cell, '{shape}', 1), ',', '')"
    places = f"rtrim(ltrim(regexp_extract(cell, '{shape}', 2), '.'), '0')"
    unit = f"regexp_extract(cell, '{shape}', 3)"
    yuan = f"({unit} = '元' OR ({unit} = '' AND {divide_by} = 10000))"
    # Dividing by 10 000 moves the point: four digits of the whole part go behind it. Text, so nothing rounds.
    long = f"lpad({whole}, 20, '0')"
    moved = (
        f"CASE WHEN {yuan} THEN substr({long}, 1, 16) || '.' || substr({long}, 17, 4) || {places} "
        f"ELSE {long} || '.' || {places} END"
    )
    return (
        f"list_transform([{compact_sql(column)}], lambda cell: CASE WHEN regexp_full_match(cell, '{shape}') "
        f"THEN list_transform([regexp_replace({moved}, '^0+', '')], lambda sum: CASE "
        "WHEN regexp_full_match(sum, '[0-9]{0,12}[.][0-9]{0,6}0*') "
        "THEN coalesce(nullif(regexp_replace(regexp_replace(regexp_replace(sum, '[.]0*$', ''), "
        "'([.][0-9]*[1-9])0+$', '\\1'), '^[.]', '0.'), ''), '0') END)[1] END)[1]"
    )
