"""Sums as agencies write them: in figures, in words of two kinds, in units of ten thousand."""

from __future__ import annotations

from typing import Final

_FORMAL: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")


def in_words(yuan: int) -> str:
    """48000 as 肆万捌仟. Whole yuan below 10⁸."""
    high, low = divmod(yuan, 10_000)
    words = (_section(high) + "万" if high else "") + ("零" if high and 0 < low < 1000 else "")
    return (words + _section(low)) or _FORMAL[0]


def _section(number: int) -> str:
    words = ""
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += _FORMAL[digit] + _PLACES[place]
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def in_wan(yuan: int) -> str:
    """48000 as 4.8: 万元 without needless places."""
    whole, rest = divmod(yuan, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def said(yuan: int, manner: int) -> str:
    """A fine in the words of a decision; `manner` picks one of the ways seen."""
    ways = (
        f"处以罚款人民币{in_words(yuan)}元整",
        f"罚款{yuan}元",
        f"处罚款{in_wan(yuan)}万元",
        f"罚款人民币{in_words(yuan)}元整（￥{yuan}）",
    )
    return ways[manner % len(ways)]
