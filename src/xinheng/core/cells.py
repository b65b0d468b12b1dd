"""What a spreadsheet cell says, once its accidents are taken off: blanks, widths, date spellings.

Every function stands twice: for one value in Python, and as DuckDB SQL text for a whole column
(`…_sql(expression)`). A property test holds the two equal. The regular expressions are written in the
part of the language that Python's `re` and RE2 share; `[0-9]` and never a digit class: the two differ there.
DuckDB's own casts are not used to decide what a date is: they accept too much (decision 15).
"""

from __future__ import annotations

import re
from datetime import date as civil_date
from datetime import timedelta
from typing import Final

# Seen in cells, invisible or blank on the screen: white space of all kinds, zero-width characters, marks of
# writing direction. NUL belongs here too: PostgreSQL's text cannot hold it.
_BLANK_POINTS: Final = (
    *range(0x21),
    *(0x7F, 0x85, 0xA0, 0xAD, 0x1680, 0x180E),
    *range(0x2000, 0x2010),
    *range(0x2028, 0x2030),
    *range(0x205F, 0x2070),
    *(0x3000, 0xFE0F, 0xFEFF),
)
# Those that stand between words; the others (zero-width, control) vanish without leaving a gap.
_SPACE_POINTS: Final = (
    *range(0x09, 0x0E),
    *(0x20, 0x85, 0xA0, 0x1680),
    *range(0x2000, 0x200B),
    *(0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
)
_INVISIBLE_POINTS: Final = tuple(p for p in _BLANK_POINTS if p not in _SPACE_POINTS)


def re_class(points: tuple[int, ...]) -> str:
    """A character class for RE2, members as `\\x{…}`, neighbours as a range. `points`: ascending."""
    runs: list[list[int]] = []
    for point in points:
        if runs and point == runs[-1][-1] + 1:
            runs[-1][1:] = [point]
        else:
            runs.append([point])
    return "[" + "".join("-".join(f"\\x{{{p:X}}}" for p in run) for run in runs) + "]"


def sql_text(value: str) -> str:
    """`value` as an SQL text literal."""
    return "'" + value.replace("'", "''") + "'"


BLANKS_RE2: Final = re_class(_BLANK_POINTS)
_SPACES_RE2: Final = re_class(_SPACE_POINTS)
_INVISIBLE_RE2: Final = re_class(_INVISIBLE_POINTS)
_WIDE_RE2: Final = "[\\x{FF01}-\\x{FF5E}]"
_WIDE_WORD_RE2: Final = "[０-９Ａ-Ｚａ-ｚ]"

_DELETE_BLANKS: Final = dict.fromkeys(_BLANK_POINTS)
_DELETE_INVISIBLE: Final = dict.fromkeys(_INVISIBLE_POINTS)
_SPACES: Final = re.compile("[" + "".join(re.escape(chr(p)) for p in _SPACE_POINTS) + "]+")

# Full-width forms of the printable ASCII characters.
WIDE: Final = "".join(chr(p) for p in range(0xFF01, 0xFF5F))
NARROW: Final = "".join(chr(p) for p in range(0x21, 0x7F))
_FOLD: Final = str.maketrans(WIDE, NARROW)
_WORD: Final = "".join(n for n in NARROW if n.isalnum())
_WIDE_WORD: Final = "".join(WIDE[NARROW.index(n)] for n in _WORD)
_FOLD_WORD: Final = str.maketrans(_WIDE_WORD, _WORD)


def translate_sql(column: str, guard: str, wide: str, narrow: str) -> str:
    """`translate`, run only on values that match `guard`: it costs forty times what the look costs."""
    call = f"translate({column}, {sql_text(wide)}, {sql_text(narrow)})"
    return f"CASE WHEN regexp_matches({column}, '{guard}') THEN {call} ELSE {column} END"


def compact(text: str) -> str:
    """No blanks at all, full-width ASCII folded: the form in which codes, dates and numbers are read."""
    return text.translate(_DELETE_BLANKS).translate(_FOLD)


def compact_sql(column: str) -> str:
    """`compact` as SQL."""
    guard = f"{BLANKS_RE2}|{_WIDE_RE2}"
    bare = f"regexp_replace({column}, '{BLANKS_RE2}+', '', 'g')"
    call = f"translate({bare}, {sql_text(WIDE)}, {sql_text(NARROW)})"
    return f"CASE WHEN regexp_matches({column}, '{guard}') THEN {call} ELSE {column} END"


def tidy(text: str) -> str:
    """Free text for keeping: invisible characters gone, runs of blanks made one, ends trimmed, full-width
    digits and letters folded. Chinese punctuation stays as it was written."""
    return _SPACES.sub(" ", text.translate(_DELETE_INVISIBLE)).strip(" ").translate(_FOLD_WORD)


def tidy_sql(column: str) -> str:
    """`tidy` as SQL."""
    guard = f"{BLANKS_RE2}|{_WIDE_WORD_RE2}"
    seen = f"regexp_replace({column}, '{_INVISIBLE_RE2}+', '', 'g')"
    one = f"trim(regexp_replace({seen}, '{_SPACES_RE2}+', ' ', 'g'), ' ')"
    call = f"translate({one}, {sql_text(_WIDE_WORD)}, {sql_text(_WORD)})"
    return f"CASE WHEN regexp_matches({column}, '{guard}') THEN {call} ELSE {column} END"


_NAME_FROM: Final = "()[]［］〔〕【】﹙﹚"
_NAME_TO: Final = "（）（）（）（）（）（）"
_NAME_MAP: Final = str.maketrans(_NAME_FROM, _NAME_TO)
_GAP_AFTER: Final = re.compile("([^ -~]) +")
_GAP_BEFORE: Final = re.compile(" +([^ -~])")


def name(text: str) -> str:
    """An organisation's name as it is kept and compared: `tidy`, every bracket as （）, and no blank beside a
    Chinese character. Registers write half-width brackets four times as often as full-width ones."""
    return _GAP_BEFORE.sub(r"\1", _GAP_AFTER.sub(r"\1", tidy(text).translate(_NAME_MAP)))


def name_sql(column: str) -> str:
    """`name` as SQL."""
    guard = f"{BLANKS_RE2}|{_WIDE_WORD_RE2}|[()\\[\\]［］〔〕【】﹙﹚]"
    brackets = f"translate({tidy_sql(column)}, {sql_text(_NAME_FROM)}, {sql_text(_NAME_TO)})"
    after = f"regexp_replace({brackets}, '([^ -~]) +', '\\1', 'g')"
    call = f"regexp_replace({after}, ' +([^ -~])', '\\1', 'g')"
    return f"CASE WHEN regexp_matches({column}, '{guard}') THEN {call} ELSE {column} END"


# What agencies write where they have nothing to write, after `compact` and lower case. "空" is what the
# E2016 edition asked for where a decision has no number.
EMPTY_WORDS: Final = (
    *("", "暂无", "无", "空", "没有", "无数据", "暂缺", "未填", "不详", "null", "(null)", "none", "nan"),
    *("n/a", "#n/a", "na", "nil", "-", "--", "---", "—", "——", "–", "－", "―", "/", "//", "\\", "."),
)


def is_empty(text: str | None) -> bool:
    """Whether a cell says nothing: blank, 暂无, 无, 空, —, NULL and their kin."""
    return text is None or compact(text).translate(_LOWER) in EMPTY_WORDS


_UPPER_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER: Final = str.maketrans(_UPPER_LETTERS, _UPPER_LETTERS.lower())


def empty_sql(column: str) -> str:
    """`is_empty` as SQL; true or false, never NULL."""
    # One pattern, not IN: DuckDB turns a long IN into a join and computes its left side for every row.
    words = sql_text("|".join(re.escape(w) for w in EMPTY_WORDS))
    # Nothing longer than the longest word and a few blanks need be looked at; blanks may be many, though.
    long = f"regexp_matches({column}, '[\\x{{4E00}}-\\x{{9FFF}}A-Za-z0-9]{{8}}')"
    folded = f"lower({compact_sql(column)})"
    return f"({column} IS NULL OR CASE WHEN {long} THEN false ELSE regexp_full_match({folded}, {words}) END)"


# The two dates that stand for "no limit" in the standard's sheets (2099/12/31 = 长期, law.md 1.2).
OPEN_START: Final = "1900-01-01"
OPEN_END: Final = "2099-12-31"
_FOREVER: Final = ("长期", "永久", "长期有效", "永久有效", "无固定期限", "无限期")
_TIME: Final = "(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)?"
_YMD: Final = "^([0-9]{4}) ?%s ?([0-9]{1,2}) ?%s ?([0-9]{1,2})%s" + _TIME + "$"
_SHAPES: Final = (
    _YMD % ("-", "-", ""),
    _YMD % ("/", "/", ""),
    _YMD % ("[.]", "[.]", ""),
    _YMD % ("年", "月", " ?日?"),
    "^([0-9]{4})([0-9]{2})([0-9]{2})" + _TIME + "$",
)
_SHAPES_PY: Final = tuple(re.compile(shape) for shape in _SHAPES)
_SERIAL: Final = "^([0-9]{1,5})(?:[.][0-9]{1,15})?$"
_SERIAL_PY: Final = re.compile(_SERIAL)
_EXCEL_ZERO: Final = civil_date(1899, 12, 30)


def date(text: str, *, serial: bool = False) -> str | None:
    """The date a cell states, as `YYYY-MM-DD`; None where it states none (also for impossible dates).

    Years run from 1900 to 2099. 长期 and 9999-12-31 become 2099-12-31, the standard's "no end"; 1900-1-1
    stays, and `is_open` knows both. A time of day is dropped. `serial`: the cell is typed as a date in
    Excel, so a bare number is a day count of the 1900 system (60, the day that never was, is no date).
    """
    folded = tidy(text).translate(_FOLD)
    if folded in _FOREVER:
        return OPEN_END
    if serial and (found := _SERIAL_PY.match(folded)):
        return _from_serial(int(found[1]))
    for shape in _SHAPES_PY:
        if found := shape.match(folded):
            return _proper(int(found[1]), int(found[2]), int(found[3]))
    return None


def _from_serial(days: int) -> str | None:
    if days in (0, 60):
        return None
    return (_EXCEL_ZERO + timedelta(days + (days < 60))).isoformat() if days <= 73050 else None


def _proper(year: int, month: int, day: int) -> str | None:
    if (year, month, day) == (9999, 12, 31):
        return OPEN_END
    if not 1900 <= year <= 2099:
        return None
    try:
        return civil_date(year, month, day).isoformat()
    except ValueError:
        return None


def date_sql(column: str, *, serial: bool = False) -> str:
    """`date` as SQL: a text `YYYY-MM-DD`, or NULL. The two usual spellings take a short way."""
    folded = f"translate({tidy_sql(column)}, {sql_text(WIDE)}, {sql_text(NARROW)})"
    usual, day = usual_date_sql(column)
    return (
        f"CASE WHEN {usual} THEN {day} "
        f"ELSE list_transform([{folded}], lambda cell: {_spelt_sql(serial)})[1] END"
    )


def usual_date_sql(column: str) -> tuple[str, str]:
    """Whether a cell is a day in one of the two usual spellings (not true: NULL or false), and that day.

    What a cast reads as a day and writes back as it stood was so. The round trip costs half of a look at the
    form and `try_strptime`.
    """
    day = f"TRY_CAST({column} AS DATE)"
    within = f"{day} BETWEEN DATE '1900-01-01' AND DATE '2099-12-31'"
    text = f"CAST({day} AS VARCHAR)"
    return f"({within} AND {text} = replace({column}, '/', '-'))", text


def _spelt_sql(serial: bool) -> str:
    forever = ", ".join(sql_text(w) for w in _FOREVER)
    count = "CAST(regexp_extract(cell, '^[0-9]+') AS integer)"
    day = f"(DATE '1899-12-30' + {count} + CASE WHEN {count} < 60 THEN 1 ELSE 0 END)"
    by_count = (
        f"WHEN regexp_matches(cell, '{_SERIAL}') THEN CASE WHEN {count} IN (0, 60) OR {count} > 73050 "
        f"THEN NULL ELSE strftime({day}, '%Y-%m-%d') END "
    )
    # the parts of whichever spelling it is, brought into one; worked out once, then asked whether it is a day
    parts = "".join(
        f"WHEN regexp_matches(cell, '{shape}') THEN regexp_replace(cell, '{shape}', '\\1-\\2-\\3') "
        for shape in _SHAPES
    )
    spelt = f"list_transform([CASE {parts}END], lambda parts: {_day_sql('parts')})[1]"
    return f"CASE WHEN cell IN ({forever}) THEN '{OPEN_END}' {by_count if serial else ''}ELSE {spelt} END"


def _day_sql(parts: str) -> str:
    """Year, month and day joined by hyphens, padded if that is a day of 1900 to 2099 (9999-12-31: the open
    end), else NULL."""
    day = f"try_strptime({parts}, '%Y-%m-%d')"
    return (
        f"CASE WHEN {parts} = '9999-12-31' THEN '{OPEN_END}' "
        f"WHEN {day} BETWEEN TIMESTAMP '{OPEN_START}' AND TIMESTAMP '{OPEN_END}' "
        f"THEN strftime({day}, '%Y-%m-%d') END"
    )


def is_open(iso: str | None) -> bool:
    """Whether a date that `date` gave stands for "no limit" rather than for a day."""
    return iso in (OPEN_START, OPEN_END)
