"""统一社会信用代码: GB 32100-2015, with its organisation part (GB 11714) and division code (GB/T 2260).

18 characters: registering authority, category, six digits of division, nine of organisation code, check.
The verdict needs no register. What a real register of three million codes teaches is built in: the outer
check fails for 1 code in 15 600 and is enforced; the inner check differs for codes that are fine, 3.7 % of
codes carry a division that was never listed: each of these alone only warns. Both together are implausible.

The SQL twins live in `core.uscc_sql`; a property test holds them equal to `judge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xinheng.core.authorities import AUTHORITIES
from xinheng.core.cells import compact
from xinheng.core.divisions import listed
from xinheng.core.uscc_sql import (
    ALPHABET,
    LOOKALIKES_FROM,
    LOOKALIKES_TO,
    ORGANISATION_WEIGHTS,
    WEIGHTS,
    normalise_sql,
    suggestion_sql,
    verdict_sql,
    warning_sql,
)

_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOOKALIKES = str.maketrans(LOOKALIKES_FROM, LOOKALIKES_TO)
_ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CodeVerdict(StrEnum):
    """What can be said of a code by looking at it alone."""

    VALID = "valid"
    WRONG_LENGTH = "wrong_length"
    WRONG_ALPHABET = "wrong_alphabet"
    UNKNOWN_AUTHORITY = "unknown_authority"
    WRONG_CHECK = "wrong_check"
    IMPLAUSIBLE = "implausible"  # the sender may confirm it


class CodeWarning(StrEnum):
    """What is odd about a code that is still taken as it is."""

    ORGANISATION = "organisation_part"
    DIVISION = "division"
    CATEGORY = "category"


REASONS: Final = {
    CodeVerdict.VALID: "",
    CodeVerdict.WRONG_LENGTH: "统一社会信用代码应为18位",
    CodeVerdict.WRONG_ALPHABET: "含有统一社会信用代码不使用的字符（只用数字和大写字母，不用 I、O、S、V、Z）",
    CodeVerdict.UNKNOWN_AUTHORITY: "第1位不是已知的登记管理部门代码",
    CodeVerdict.WRONG_CHECK: "第18位校验码不正确",
    CodeVerdict.IMPLAUSIBLE: (
        "校验码相符，但主体标识码校验不符，且第3至8位从未是行政区划代码，疑为虚构；确为该码的请确认"
    ),
}

WARNINGS: Final = {
    CodeWarning.ORGANISATION: "主体标识码（第9至17位）自身的校验码不符",
    CodeWarning.DIVISION: "第3至8位从未列入行政区划代码",
    CodeWarning.CATEGORY: "第2位不在该登记管理部门的机构类别之内",
}


@dataclass(frozen=True)
class Verdict:
    """`verdict` and, in Chinese, its `reason` (empty for a valid code). `suggestion` is the one code that
    reading O→0, I→1, Z→2, S→5 makes valid: shown to the sender, never applied."""

    verdict: CodeVerdict
    reason: str
    suggestion: str | None = None
    warnings: tuple[CodeWarning, ...] = ()

    @property
    def valid(self) -> bool:
        return self.verdict is CodeVerdict.VALID


def normalise(code: str) -> str:
    """Blanks of every kind removed, full-width characters folded, letters raised."""
    return compact(code).translate(_UPPER)


def judge(code: str) -> Verdict:
    """The verdict on one code as it was typed; never raises."""
    clean = normalise(code)
    verdict = _verdict(clean)
    suggestion = None
    if verdict is CodeVerdict.WRONG_ALPHABET:
        read = clean.translate(_LOOKALIKES)
        suggestion = read if _verdict(read) is CodeVerdict.VALID else None
    return Verdict(verdict, REASONS[verdict], suggestion, _warnings(clean, verdict))


def _verdict(clean: str) -> CodeVerdict:
    if len(clean) != 18:
        return CodeVerdict.WRONG_LENGTH
    if any(c not in ALPHABET for c in clean):
        return CodeVerdict.WRONG_ALPHABET
    if clean[0] not in AUTHORITIES:
        return CodeVerdict.UNKNOWN_AUTHORITY
    if clean[17] != check_character(clean[:17]):
        return CodeVerdict.WRONG_CHECK
    if not _organisation_holds(clean) and not listed(clean[2:8]):
        return CodeVerdict.IMPLAUSIBLE
    return CodeVerdict.VALID


def _warnings(clean: str, verdict: CodeVerdict) -> tuple[CodeWarning, ...]:
    if verdict not in (CodeVerdict.VALID, CodeVerdict.IMPLAUSIBLE):
        return ()
    odd = (
        (CodeWarning.ORGANISATION, not _organisation_holds(clean)),
        (CodeWarning.DIVISION, not listed(clean[2:8])),
        (CodeWarning.CATEGORY, clean[1] not in AUTHORITIES[clean[0]].categories),
    )
    return tuple(warning for warning, holds in odd if holds)


def check_character(first: str) -> str:
    """The 18th character for the first 17 (GB 32100: weights 3^i mod 31). Raises ValueError for characters
    outside the alphabet."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(first: str) -> str:
    """The 9th character of an organisation code for its first 8 (GB 11714: 11 − Σ mod 11; 10→X, 11→0)."""
    values = (_ORGANISATION_ALPHABET.index(c) for c in first)
    left = 11 - sum(v * w for v, w in zip(values, ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(left, str(left))


def _organisation_holds(clean: str) -> bool:
    return clean[16] == organisation_check(clean[8:16])


def kind_of(code: str) -> str | None:
    """The kind of organisation that the first two characters name, in Chinese; None where the table has none.

    "其他" is said with its authority, e.g. 民政（其他）.
    """
    clean = normalise(code)
    authority = AUTHORITIES.get(clean[:1])
    category = authority.categories.get(clean[1:2]) if authority else None
    return f"{authority.name}（其他）" if authority and category == "其他" else category


def division_of(code: str) -> str | None:
    """The six digits of the division of first registration; None where they were never listed."""
    division = normalise(code)[2:8]
    return division if listed(division) else None


__all__ = [
    "ALPHABET",
    "REASONS",
    "WARNINGS",
    "CodeVerdict",
    "CodeWarning",
    "Verdict",
    "check_character",
    "division_of",
    "judge",
    "kind_of",
    "normalise",
    "normalise_sql",
    "organisation_check",
    "suggestion_sql",
    "verdict_sql",
    "warning_sql",
]
