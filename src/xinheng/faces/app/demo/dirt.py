"""Dirt: what happens to cells on their way into a file, as often as `proportions` says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from xinheng.faces.app.demo import proportions as share
from xinheng.faces.app.demo.codes import implausible, mistyped
from xinheng.faces.app.demo.decisions import Row, nobodys_number

NUMERIC: Final = "_numeric"  # not a field: the sheet writes this row's code as a number
EVERY: Final = 23  # rows between two accidents that have not happened yet

Accident = Callable[[random.Random, Row, str], None]
"""Changes a row in place; the third argument is the prefix of its field codes, CF or XK."""


def _code(change: Callable[[random.Random, str], str]) -> Accident:
    def happen(chance: random.Random, row: Row, item: str) -> None:
        row[f"{item}_XDR_SHXYM"] = change(chance, row[f"{item}_XDR_SHXYM"])

    return happen


def _name(change: Callable[[random.Random, str], str]) -> Accident:
    def happen(chance: random.Random, row: Row, item: str) -> None:
        row[f"{item}_XDR_MC"] = change(chance, row[f"{item}_XDR_MC"])

    return happen


def _variant(_: random.Random, name: str) -> str:
    if "有限责任公司" in name:
        return name.replace("有限责任公司", "有限公司")
    return name.replace("有限公司", "有限责任公司") if "有限公司" in name else name + "（旧名）"


def _inner_space(chance: random.Random, name: str) -> str:
    at = chance.randint(1, len(name) - 1)
    return name[:at] + chance.choice(" 　") + name[at:]


REQUIRED: Final = {
    "CF": ("CF_CFLB", "CF_NR", "CF_JDRQ", "CF_WFXW"),
    "XK": ("XK_NR", "XK_JDRQ", "XK_XKLB", "XK_ZT"),
}


def comes_back(row: Row, sent: Row, item: str) -> bool:
    """Whether what befell a row on its way returns it: something of its code, or a field it must have."""
    code = f"{item}_XDR_SHXYM"
    if code not in row:
        return False
    wrong = NUMERIC in sent or sent[code].upper() != row[code]
    return wrong or any(sent[name] != row[name] for name in REQUIRED[item])


def _missing(chance: random.Random, row: Row, item: str) -> None:
    row[chance.choice(REQUIRED[item])] = ""


def _not_in_list(_: random.Random, row: Row, item: str) -> None:
    row["CF_CFLB" if item == "CF" else "XK_XKLB"] = "口头批评" if item == "CF" else "备案"


def _number_in_text(chance: random.Random, row: Row, item: str) -> None:
    text = "CF_SY" if item == "CF" else "XK_NR"
    row[text] = f"{row[text]}经办人身份证号{nobodys_number(chance)}。"


def _empty_word(chance: random.Random, row: Row, item: str) -> None:
    row[f"{item}_XDR_GSZC"] = chance.choice(("暂无", "无", "/"))


def _as_number(_: random.Random, row: Row, item: str) -> None:
    if row[f"{item}_XDR_SHXYM"].isdigit():
        row[NUMERIC] = f"{item}_XDR_SHXYM"


# What may befall a row that is about an organisation, and how often.
ACCIDENTS: Final[tuple[tuple[int, Accident], ...]] = (
    (share.WRONG_CHECK, _code(lambda chance, c: mistyped(c, chance.randrange(8, 16)))),
    (share.OTHER_CHARACTER, _code(lambda chance, c: c[:9] + "?" + c[10:])),
    (share.REGISTRATION_NUMBER, _code(lambda chance, c: f"9999{chance.randrange(10**11):011d}")),
    (share.THIRTEEN_CHARACTERS, _code(lambda chance, c: c[:13])),
    (share.OTHER_LENGTH, _code(lambda chance, c: c + "1")),
    (share.LOWER_CASE, _code(lambda chance, c: c.lower())),
    (share.INNER_CHECK_DIFFERS, _code(lambda chance, c: implausible(c[:2], "00", chance.randrange(10**5)))),
    (share.LETTER_FOR_DIGIT, _code(lambda chance, c: c[:8] + c[8:].replace("0", "O", 1))),
    (share.INNER_SPACE, _name(_inner_space)),
    (share.OUTER_SPACE, _name(lambda chance, name: f" {name}　")),
    (share.NAME_VARIANT, _name(_variant)),
    (share.MISSING, _missing),
    (share.NOT_IN_LIST, _not_in_list),
    (share.NUMBER_IN_TEXT, _number_in_text),
    (share.EMPTY_WORD, _empty_word),
    (share.MILLION // 10, _as_number),  # of rows whose code is all digits, in sheets that know numbers
)


@dataclass
class Dirt:
    """Lets accidents happen by chance, and each of them at least once."""

    chance: random.Random
    waiting: list[Accident] = field(default_factory=lambda: [happen for _, happen in ACCIDENTS[:-1]])
    rows: int = 0

    def on(self, row: Row, item: str) -> list[Row]:
        """The row as it stands in the file: changed, or twice."""
        row = dict(row)
        self._brackets(row, item)
        for often, happen in ACCIDENTS:
            if self.chance.randrange(share.MILLION) < often:
                happen(self.chance, row, item)
        self.rows += 1
        if self.waiting and self.rows % EVERY == 0:
            self.waiting.pop(0)(self.chance, row, item)
        if self.chance.randrange(share.MILLION) < share.TWICE_LISTED or self.rows == EVERY * 2 + 1:
            return [row, dict(row)]
        return [row]

    def _brackets(self, row: Row, item: str) -> None:
        """Names have half-width brackets more often than full-width ones."""
        both = share.HALF_WIDTH_BRACKETS + share.FULL_WIDTH_BRACKETS
        if self.chance.randrange(both) < share.HALF_WIDTH_BRACKETS:
            name = row[f"{item}_XDR_MC"]
            row[f"{item}_XDR_MC"] = name.replace("（", "(").replace("）", ")")
