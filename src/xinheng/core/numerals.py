"""Numbers in Chinese: 肆万捌仟, 三十万, 1万2千, 三点五, and figures mixed in."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_DIGITS: Final = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **dict.fromkeys("〇○", 0),
    **dict.fromkeys("两兩貳", 2),
    **dict.fromkeys("參叄", 3),
    "陸": 6,
}
_SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

# One character of a number in words.
NUMERAL_CLASS: Final = "[" + "".join((*_DIGITS, *_SMALL, *_LARGE)) + "点]"
_TOKEN: Final = re.compile(rf"([0-9]+(?:\.[0-9]+)?)|({NUMERAL_CLASS})")


def read_numeral(text: str) -> Decimal | None:
    """The number that `text` spells in figures, words or both; None where it spells none.

    Units multiply what stands before them (十 alone is 10); 万 and 亿 multiply the whole section.
    """
    whole, point, places = text.replace(",", "").partition("点")
    value = _read(whole)
    if value is None or not point:
        return value
    fraction = [_DIGITS.get(c) for c in places.rstrip("亿万千百")]
    if None in fraction or not fraction:
        return None
    number = Decimal(f"{value}.{''.join(map(str, fraction))}")
    unit = places[len(fraction) :]
    return number * (_SMALL | _LARGE)[unit] if unit in (_SMALL | _LARGE) else (None if unit else number)


def _read(text: str) -> Decimal | None:
    if re.sub(_TOKEN, "", text) or not text:
        return None
    total = section = Decimal(0)
    digit: Decimal | None = None
    run = ""  # digits read one by one: 二〇〇〇
    for figure, word in _TOKEN.findall(text):
        if figure:
            digit, run = Decimal(figure), ""
        elif word in _DIGITS:
            run += str(_DIGITS[word])
            digit = Decimal(run)
        elif word in _SMALL:
            section += (Decimal(1) if digit is None or (not digit and not section) else digit) * _SMALL[word]
            digit, run = None, ""
        else:
            section += digit or 0
            if not section:
                return None
            total = (
                (total + section) * _LARGE[word] if _LARGE[word] == 10**8 else total + section * _LARGE[word]
            )
            section, digit, run = Decimal(0), None, ""
    return total + section + (digit or 0)
