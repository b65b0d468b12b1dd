"""公民身份号码 (GB 11643) in free text: found, counted, replaced before anything is written.

Masked are 18 characters with a possible birth date and a right check character, with a wrong check character
too where words such as 身份证 stand before them, and the 15-digit numbers issued until 1999. Left alone are
unified codes (all-digit ones where 代码 stands before them), amounts, document numbers (第…号), phone and
account numbers, and registration numbers (also 15 digits) that say so. The text is read run by run, a run
being letters and digits without a gap: a number inside a longer one is no identity number.

The same reading exists as SQL over DuckDB; a property test holds the two equal. Regular expressions are kept
to what Python's `re` and RE2 share.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from xinheng.core.cells import NARROW, WIDE, sql_text
from xinheng.core.divisions import ENDINGS
from xinheng.core.uscc import CodeWarning, judge
from xinheng.core.uscc_sql import digits_hold_sql, inner_product_sql

MASK: Final = "［身份证号码已隐去］"

_WEIGHTS: Final = tuple(pow(2, 17 - i, 11) for i in range(17))
_CHECKS: Final = "10X98765432"
_PROVINCES: Final = tuple(sorted({p[:2] for p in ENDINGS} | {"81", "82", "83"}))
_FOLD: Final = str.maketrans(WIDE, NARROW)

# 110105 19491231 002X and 110105-19491231-002X are written by people and copied from forms.
_SPACED: Final = "([0-9０-９]{6})[ -]{0,2}([0-9０-９]{8})[ -]{0,2}([0-9０-９]{3}[0-9０-９XxＸｘ])"
_INSIDE: Final = "[\\x{200B}-\\x{200F}\\x{2060}\\x{FEFF}\\x{AD}]"
_INSIDE_PY: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_RUN: Final = "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+"
_OTHER: Final = "[^0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+"
_CANDIDATE: Final = "^[A-Za-z]*?([0-9]{17}[0-9Xx]|[0-9]{15})[A-Za-z]*$"
_WORTH_A_LOOK: Final = "[0-9０-９]{15}"
# The first look at a text, in SQL: whatever could become worth a look once blanks inside are gone.
_CHEAP: Final = "[0-9０-９]([ \\x{200B}-\\x{200F}\\x{2060}\\x{FEFF}\\x{AD}-]{0,3}[0-9０-９]){14}"
# A run that `_CANDIDATE` fits once it is folded, with a month and a day of birth in their places: texts
# without any need not be taken apart in SQL.
_BORN: Final = (
    "(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２][0-9０-９]|[3３][01０１])[0-9０-９]{3}"
)
_POSSIBLE: Final = (
    "(?:^|[^0-9A-Za-z０-９Ａ-Ｚａ-ｚ])[A-Za-zＡ-Ｚａ-ｚ]*"
    f"(?:[0-9０-９]{{6}}(?:[1１][89８９]|[2２][0０])[0-9０-９]{{2}}{_BORN}[0-9０-９XxＸｘ]|[0-9０-９]{{8}}{_BORN})"
    "[A-Za-zＡ-Ｚａ-ｚ]*(?:[^0-9A-Za-z０-９Ａ-Ｚａ-ｚ]|$)"
)
_SAID_BEFORE: Final = "(身份证|身份号|证件号|身份証|公民号)[^0-9A-Za-z]{0,12}$"
_NUMBER_BEFORE: Final = "(第|字|〕|\\]|】)[ ]?$"
_NUMBER_AFTER: Final = "^[ ]?号"
_OTHER_BEFORE: Final = (
    "(注册号|执照号|执照编号|登记证号|账号|帐号|账户|帐户|卡号|票号|订单号|￥|¥)[^0-9A-Za-z]{0,8}$"
)
_AMOUNT_AFTER: Final = "^[万亿]?元"

_CODE_BEFORE: Final = "代码[^0-9A-Za-z]{0,8}$"

# `$` means the very end in RE2, and the end or the line before it in Python.
_PATTERNS: Final = {
    pattern: re.compile(re.sub("[$]$", r"\\Z", pattern))
    for pattern in (
        *(_SPACED, _CANDIDATE, _WORTH_A_LOOK, _SAID_BEFORE, _NUMBER_BEFORE, _NUMBER_AFTER),
        *(_OTHER_BEFORE, _AMOUNT_AFTER, _CODE_BEFORE),
    )
}
_SEGMENTS: Final = re.compile(f"{_RUN}|{_OTHER}")


def check_character(first: str) -> str:
    """The 18th character for 17 digits (GB 11643; ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(c) * w for c, w in zip(first, _WEIGHTS, strict=True)) % 11]


def is_identity_number(number: str) -> bool:
    """Whether 18 or 15 characters are an identity number by form: province, birth date, check character."""
    return _plausible(number) and (len(number) == 15 or check_character(number[:17]) == number[17].upper())


def _plausible(number: str) -> bool:
    if not re.fullmatch("[0-9]{17}[0-9Xx]|[0-9]{15}", number) or number[:2] not in _PROVINCES:
        return False
    born = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        return 1880 <= date(int(born[:4]), int(born[4:6]), int(born[6:])).year <= 2099
    except ValueError:
        return False


def mask(text: str) -> tuple[str, int]:
    """`text` with every identity number replaced by `MASK`, and how many there were. Text without any comes
    back as it was, to the character."""
    joined = _PATTERNS[_SPACED].sub(r"\1\2\3", _INSIDE_PY.sub("", text))
    if not _PATTERNS[_WORTH_A_LOOK].search(joined):
        return text, 0
    segments = _SEGMENTS.findall(joined)
    around = ["", *segments, ""]
    shown = [_masked(around[i], s, around[i + 2]) for i, s in enumerate(segments)]
    count = sum(a is not b for a, b in zip(segments, shown, strict=True))
    return ("".join(shown), count) if count else (text, 0)


def _masked(before: str, segment: str, after: str) -> str:
    run = segment.translate(_FOLD)
    found = _PATTERNS[_CANDIDATE].match(run)
    if not found or not _is_masked(found[1], run, before, after):
        return segment
    return run.replace(found[1], MASK)


def _is_masked(number: str, run: str, before: str, after: str) -> bool:
    if not _plausible(number) or _PATTERNS[_AMOUNT_AFTER].search(after):
        return False
    if len(number) == 15:
        return len(run) != 18 and not _PATTERNS[_OTHER_BEFORE].search(before)
    if _PATTERNS[_SAID_BEFORE].search(before):
        return True
    if _PATTERNS[_NUMBER_BEFORE].search(before) and _PATTERNS[_NUMBER_AFTER].search(after):
        return False
    if check_character(number[:17]) != number[17].upper():
        return False
    return not (_PATTERNS[_CODE_BEFORE].search(before) and _is_unified_code(number))


def _is_unified_code(number: str) -> bool:
    verdict = judge(number)
    return verdict.valid and CodeWarning.ORGANISATION not in verdict.warnings


def mask_sql(column: str) -> str:
    """The text of `mask` as SQL; NULL for NULL."""
    joined = f"regexp_replace(regexp_replace({column}, '{_INSIDE}', '', 'g'), '{_SPACED}', '\\1\\2\\3', 'g')"
    shown = "list_transform(runs, lambda run, i: " + _masked_sql("run", "runs[i - 1]", "runs[i + 1]") + ")"
    return (
        f"CASE WHEN NOT regexp_matches({column}, '{_CHEAP}') THEN {column} "
        f"WHEN NOT regexp_matches({joined}, '{_POSSIBLE}') THEN {column} ELSE "
        f"list_transform([regexp_extract_all({joined}, '{_RUN}|{_OTHER}')], lambda runs: "
        f"list_transform([{shown}], lambda masked: "
        f"CASE WHEN masked = runs THEN {column} ELSE array_to_string(masked, '') END)[1])[1] END"
    )


def count_sql(column: str, masked: str | None = None) -> str:
    """The count of `mask` as SQL; `masked` may name a column that already holds `mask_sql(column)`."""
    after = masked or f"({mask_sql(column)})"
    return f"({_marks_sql(after)} - {_marks_sql(column)})"


def _marks_sql(text: str) -> str:
    return f"((length({text}) - length(replace({text}, {sql_text(MASK)}, ''))) // {len(MASK)})"


def _masked_sql(run: str, before: str, after: str) -> str:
    """One run as it is shown; `before` and `after` are the segments around it, NULL at the ends."""
    folded = f"translate({run}, {sql_text(WIDE)}, {sql_text(NARROW)})"
    said = [f"coalesce({before}, '')", f"coalesce({after}, '')"]
    return (
        f"CASE WHEN NOT regexp_matches({run}, '[0-9０-９]{{15}}') THEN {run} ELSE "
        f"list_transform([{folded}], lambda flat: "
        f"list_transform([regexp_extract(flat, '{_CANDIDATE}', 1)], lambda number: "
        f"CASE WHEN {_is_masked_sql(*said)} THEN replace(flat, number, {sql_text(MASK)}) "
        f"ELSE {run} END)[1])[1] END"
    )


def _is_masked_sql(before: str, after: str) -> str:
    """`_is_masked` over the names `number` and `flat`."""
    total = inner_product_sql("substr(number, 1, 17)", _WEIGHTS)
    check = f"(substr('{_CHECKS}', {total} % 11 + 1, 1) = upper(substr(number, 18, 1)))"
    numbered = (
        f"(regexp_matches({before}, '{_NUMBER_BEFORE}') AND regexp_matches({after}, '{_NUMBER_AFTER}'))"
    )
    code = f"(regexp_matches({before}, '{_CODE_BEFORE}') AND {digits_hold_sql('upper(number)')})"
    return (
        f"CASE WHEN number = '' THEN false WHEN NOT {_plausible_sql()} "
        f"OR regexp_matches({after}, '{_AMOUNT_AFTER}') THEN false "
        f"WHEN length(number) = 15 THEN length(flat) <> 18 "
        f"AND NOT regexp_matches({before}, '{_OTHER_BEFORE}') "
        f"WHEN regexp_matches({before}, '{_SAID_BEFORE}') THEN true "
        f"WHEN {numbered} THEN false WHEN NOT {check} THEN false ELSE NOT {code} END"
    )


def _plausible_sql() -> str:
    provinces = "|".join(_PROVINCES)
    born = "CASE WHEN length(number) = 18 THEN substr(number, 7, 8) ELSE '19' || substr(number, 7, 6) END"
    return (
        f"(regexp_matches(number, '^({provinces})') AND ({born}) BETWEEN '18800101' AND '20991231' "
        f"AND try_strptime({born}, '%Y%m%d') IS NOT NULL)"
    )
