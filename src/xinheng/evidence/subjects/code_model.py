"""重错码: what can be wrong with a code, who answers for it, and the rate. Pure.

One organisation has one code, and one code belongs to one organisation (国发〔2015〕33号). The registration
authority (登记管理部门, GB 32100-2015) is told by the first two characters of the code and its division.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from xinheng.core.authorities import AUTHORITIES

# 重错码率 ≤ 万分之一: the founding documents (000 item 6, 003 item 4). How the state forms the
# quotient was not found; here: codes of the register with a standing finding ÷ its codes. 待核实
TARGET: Final = Decimal("0.0001")
QUOTIENT: Final = "存在重错码情形的代码数 ÷ 登记库代码数；国家口径未见公布，待核实"
_SHOWN: Final = Decimal("0.000001")


class FindingKind(StrEnum):
    """What is wrong."""

    WRONG = "wrong"  # 错码: fails its own check
    TWO_CODES = "two_codes"  # 重码: one organisation under two codes
    TWO_NAMES = "two_names"  # 重码: one code under two names
    REASSIGNED = "reassigned"  # a cancelled or replaced code under another name


FINDING_TITLES: Final = {
    FindingKind.WRONG: "错码",
    FindingKind.TWO_CODES: "一主体多码",
    FindingKind.TWO_NAMES: "一码多主体",
    FindingKind.REASSIGNED: "旧码另赋",
}


class Place(StrEnum):
    """Where it was met."""

    REGISTER = "register"  # 主体库
    INTAKE = "intake"  # rows that were returned


PLACE_TITLES: Final = {Place.REGISTER: "主体库", Place.INTAKE: "报送数据"}


class Outcome(StrEnum):
    """How a finding ends."""

    GONE = "gone"  # holds no more
    MENDED = "mended"  # the authority put it right
    KEPT = "kept"  # looked at: no fault


OUTCOME_TITLES: Final = {
    Outcome.GONE: "已不存在",
    Outcome.MENDED: "已更正",
    Outcome.KEPT: "核实无误",
}


@dataclass(frozen=True)
class MetCode:
    """A code that failed its check in rows that went back: how often, when last, under which name."""

    code: str
    name: str | None
    rows: int
    last: datetime


@dataclass(frozen=True)
class Finding:
    """One code that is not as it should be. `due_on` is never made up: no law read so far names a period."""

    finding: UUID
    kind: FindingKind
    place: Place
    code: str
    name: str | None
    other_code: str | None
    other_name: str | None
    met: int
    owner: UUID
    found_on: date
    held_on: date
    ended_on: date | None
    outcome: Outcome | None
    note: str | None
    decided_by: str | None

    @property
    def ref(self) -> str:
        """What its case is about."""
        return f"code:{self.code}"

    @property
    def dedupe(self) -> str:
        """One open case a finding."""
        return f"code-finding:{self.finding}"

    @property
    def says(self) -> str:
        """What is wrong, in one Chinese sentence."""
        if self.kind is FindingKind.WRONG:
            met = f"，报送数据中出现 {self.met} 行" if self.met else ""
            return f"代码 {self.code} 不符合 GB 32100 的校验{met}"
        if self.kind is FindingKind.TWO_CODES:
            return f"“{self.name}”有两个代码：{self.other_code} 和 {self.code}"
        if self.kind is FindingKind.TWO_NAMES:
            return f"代码 {self.code} 用于两个名称：“{self.name}”和“{self.other_name}”"
        return f"已停用的代码 {self.code}（“{self.name}”）又用于“{self.other_name}”"


@dataclass(frozen=True)
class Rate:
    """重错码率 on a day: exact by its two whole numbers; `share` rounds up, so that it never flatters."""

    day: date
    faulty: int
    codes: int

    @property
    def share(self) -> Decimal | None:
        """The quotient, six decimals; None without any code."""
        if self.codes == 0:
            return None
        return (Decimal(self.faulty) / Decimal(self.codes)).quantize(_SHOWN, ROUND_UP)

    @property
    def percent(self) -> str:
        """As it is shown: `0.0100%`, or 无代码."""
        return "无代码" if self.share is None else f"{self.share * 100:.4f}%"

    @property
    def within(self) -> bool | None:
        """Whether it keeps the target, by the whole numbers; None without any code."""
        return None if self.codes == 0 else self.faulty <= TARGET * self.codes


@dataclass(frozen=True)
class Registrar:
    """An agency entered as registration authority: for codes that begin so, in this place ('' everywhere)."""

    prefix: str
    division: str
    agency: UUID


def owner_of(code: str, entered: Iterable[Registrar], offices: Sequence[tuple[str, UUID]]) -> UUID | None:
    """Who answers for a code: the registrar entered for it, nearest place first, then the longer prefix.

    Where none is entered, or the code is too odd to tell: the credit office of the nearest place.
    `offices` are (division, agency), highest first; None only where there is no office at all.
    """
    division = code[2:8]
    fitting = [r for r in entered if code.startswith(r.prefix) and covers(r.division, division)]
    if fitting:
        return max(fitting, key=lambda r: (len(_stem(r.division)), len(r.prefix))).agency
    near = [
        (len(_stem(place)), -n, office)
        for n, (place, office) in enumerate(offices)
        if covers(place, division)
    ]
    if near:
        return max(near)[2]
    return offices[0][1] if offices else None


def covers(division: str, other: str) -> bool:
    """Whether a place holds another: 431100 holds 431102, '' holds all."""
    return other.startswith(_stem(division))


def _stem(division: str) -> str:
    """431100 -> 4311, 430000 -> 43."""
    text = division[:6]
    while text.endswith("00"):
        text = text[:-2]
    return text


def registrar_title(code: str) -> str:
    """登记管理部门 of a code in words, from its first two characters."""
    authority = AUTHORITIES.get(code[:1])
    if authority is None:
        return "登记管理部门不明"
    return f"{authority.name}（{authority.categories.get(code[1:2], '其他类别')}）"
