"""Decisions: what an agency decided about an organisation (or a natural person), as fields of the standard.

Invented, and said to be so in every record's remarks. The days of decision stand close before the day of the
delivery, as with an agency that reports in time; late rows are an accident of `dirt`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xinheng.core.identity import check_character
from xinheng.faces.app.demo import matters as m
from xinheng.faces.app.demo import proportions as share
from xinheng.faces.app.demo.organisations import Organisation
from xinheng.faces.app.demo.places import Agency
from xinheng.faces.app.demo.sums import in_wan, said

REMARK: Final = "演示数据，纯属虚构"
PERSON: Final = "自然人"
SUMMARY: Final = "简易程序"
NEW_CLASSES: Final = date(2026, 4, 1)

Row = dict[str, str]


@dataclass
class Numbers:
    """Document numbers of one agency: one series a year, without gaps."""

    agency: Agency
    brackets: tuple[str, str]
    last: dict[tuple[str, int], int]

    def next(self, word: str, day: date) -> str:
        series = (word, day.year)
        self.last[series] = self.last.get(series, 0) + 1
        left, right = self.brackets
        return f"衡演{self.agency.short}{word}{left}{day.year}{right}{self.last[series]}号"


def workdays(first: date, last: date) -> list[date]:
    """Mondays to Fridays from `first` to `last`."""
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def penalty(chance: random.Random, numbers: Numbers, party: Organisation, day: date) -> Row:
    """One penalty: 行政处罚, E2018."""
    agency = numbers.agency
    act = chance.choice(m.ACTS[agency.key])
    summary = chance.randrange(share.MILLION) < share.SUMMARY_PROCEDURE
    sanctions = (m.WARNING,) if summary else chance.choice(act.sanctions)
    fine = chance.randint(act.low, act.high) * act.step if m.FINE in sanctions else 0
    gain = chance.randint(1, 90) * 100 if m.CONFISCATION in sanctions else 0
    row = {
        "CF_XDR_MC": party.name,
        "CF_XDR_LB": party.party_kind,
        "CF_XDR_SHXYM": party.code,
        "CF_FRDB": party.representative,
        "CF_WSH": numbers.next("当罚" if summary else "罚", day),
        "CF_WFXW": act.name,
        "CF_SY": f"经查，当事人{act.facts}，事实清楚，证据确凿。",
        "CF_YJ": f"{act.law}（演示数据，条款从略）",
        "CF_CFLB": ";".join(sanctions),
        "CF_NR": _content(chance, sanctions, fine, gain),
        "CF_JDRQ": day.isoformat(),
        "CF_YXQ": _years_on(day, 1).isoformat(),
        "CF_GSJZQ": _years_on(day, 1).isoformat(),
        "CF_CFJG": agency.name,
        "CF_CFJGDM": agency.code,
        "CF_SJLY": agency.name,
        "CF_SJLYDM": agency.code,
        "BZ": REMARK,
        "X_PROCEDURE": SUMMARY if summary else "普通程序",
        "X_DOMAIN": act.domain,
    }
    if m.REVOCATION in sanctions:
        row["CF_NR_ZKDX"] = f"许可证（演示）第{chance.randint(1000, 9999)}号"
    if day >= NEW_CLASSES and not summary:
        row["X_SEVERITY"] = _severity(sanctions)
    in_words_only = chance.randrange(share.MILLION) < share.TOTAL_ONLY_IN_WORDS
    if fine and not in_words_only:
        row["CF_NR_FK"] = in_wan(fine)
    if gain and not in_words_only:
        row["CF_NR_WFFF"] = in_wan(gain)
    return row


def _content(chance: random.Random, sanctions: tuple[str, ...], fine: int, gain: int) -> str:
    parts = [f"{i}.{_said(s, chance, fine, gain)}" for i, s in enumerate(sanctions, 1)]
    return "；".join(parts) + "。" if len(parts) > 1 else parts[0][2:] + "。"


def _said(sanction: str, chance: random.Random, fine: int, gain: int) -> str:
    if sanction == m.FINE:
        return said(fine, chance.randrange(4))
    if sanction == m.CONFISCATION:
        return f"没收违法所得{gain}元"
    if sanction == m.DOWNGRADE:
        return "降低资质等级一级"
    return {m.WARNING: "给予警告", m.SUSPENSION: "责令停业整顿"}.get(sanction, sanction)


def _severity(sanctions: tuple[str, ...]) -> str:
    """What the agency says of the class; the platform's own reading does not rest on it alone."""
    if {m.SUSPENSION, m.REVOCATION} & set(sanctions):
        return "严重"
    return "轻微" if set(sanctions) <= {m.WARNING, m.NOTICE} else "一般"


def permit(chance: random.Random, numbers: Numbers, party: Organisation, day: date) -> Row:
    """One permit: 行政许可, E2018."""
    agency = numbers.agency
    licence = chance.choice(m.LICENCES[agency.key])
    number = numbers.next("许", day)
    until = _years_on(day, licence.years) - timedelta(days=1) if licence.years else date(2099, 12, 31)
    return {
        "XK_XDR_MC": party.name,
        "XK_XDR_LB": party.party_kind,
        "XK_XDR_SHXYM": party.code,
        "XK_FRDB": party.representative,
        "XK_XKWS": licence.document,
        "XK_WSH": number,
        "XK_XKLB": licence.category,
        "XK_XKZS": licence.certificate,
        "XK_XKBH": f"YS{day:%Y%m%d}{chance.randrange(10_000):04d}",
        "XK_NR": licence.content,
        "XK_JDRQ": day.isoformat(),
        "XK_YXQZ": day.isoformat(),
        "XK_YXQZI": until.isoformat(),
        "XK_XKJG": agency.name,
        "XK_XKJGDM": agency.code,
        "XK_ZT": "0",
        "XK_LYDW": agency.name,
        "XK_LYDWDM": agency.code,
        "BZ": REMARK,
    }


def about_person(chance: random.Random, row: Row) -> Row:
    """The same decision about a natural person who cannot exist. Nothing of this row is ever kept."""
    item = "CF" if "CF_WSH" in row else "XK"
    changed = {
        f"{item}_XDR_MC": "演示" + chance.choice("甲乙丙丁") + "某",
        f"{item}_XDR_LB": PERSON,
        f"{item}_XDR_ZJLX": "身份证",
        f"{item}_XDR_ZJHM": nobodys_number(chance),
    }
    kept = {k: v for k, v in row.items() if k not in (f"{item}_XDR_SHXYM", f"{item}_FRDB")}
    return {**kept, **changed}


def nobodys_number(chance: random.Random) -> str:
    """An identity number by form, of somebody born in 2099 in a county that was never listed: of nobody."""
    first = f"11999920990101{chance.randrange(1000):03d}"
    return first + check_character(first)


def _years_on(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
