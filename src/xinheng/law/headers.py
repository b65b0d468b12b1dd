"""Recognising a column by its header: standard code, Chinese name, or a synonym that the pack holds.

Headers are compared after one general normalisation (widths, brackets, blanks, line breaks, letter case);
everything else that agencies write is data of the pack. Two columns may have one target (处罚类别1 and
处罚类别2): their values are joined.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xinheng.law.model import Item

IGNORED, DROPPED, UNMAPPED = "ignored", "dropped", "unmapped"
_BRACKETS = str.maketrans("〔［【〈《{[〕］】〉》}]", "(((((((" + ")))))))")
_DASHES = re.compile(r"[‐‑‒–—―－_]+")
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True)
class Target:
    """Where a column goes: a field code, `ignored`, `dropped` or `unmapped`; 元 is divided into 万元."""

    target: str
    divide_by: int = 1


def normalise(header: str) -> str:
    """A header as it is compared: NFKC, one kind of bracket and dash, no blanks, capitals."""
    text = unicodedata.normalize("NFKC", header).translate(_BRACKETS)
    return _BLANKS.sub("", _DASHES.sub("_", text)).strip("*:：").upper()


def targets(item: Item) -> Mapping[str, Target]:
    """Every header the item knows, normalised, with its target."""
    found: dict[str, Target] = {}
    for field in item.fields:
        kind = DROPPED if field.dropped else field.code
        for text in (field.code, field.name):
            found[normalise(text)] = Target(kind)
        for synonym in field.synonyms:
            found[normalise(synonym.text)] = Target(kind, synonym.divide_by)
    found.update((normalise(text), Target(IGNORED)) for text in item.ignored)
    found.update((normalise(text), Target(DROPPED)) for text in item.dropped)
    return MappingProxyType(found)


def resolve(item: Item, header: str) -> Target:
    """What becomes of the column under this header."""
    return targets(item).get(normalise(header), Target(UNMAPPED))
