"""The letters of 催办 → 督办 → 通报 → 考核 as a jurisdiction words them (`letters/*.yaml` of a pack).

Each entry is the wording of one step with its number series, its term for an answer, and what makes it due.
A lower pack may word a step anew, number it after its own office and set its own terms: the nearest pack that
has an entry in force is the one that holds. Letters go from one public body to another and decide nothing
about an organisation. Where no document was read that sets these terms, the basis is `platform`: a working
value, and a letter never cites it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.citing import Basis, Place, Span
from xinheng.law.errors import NoRuleInForceError, PackSyntaxError, PackValueError
from xinheng.law.yaml_lines import Node


class Step(StrEnum):
    """Where in the chain a letter stands; each follows the one before it."""

    REMINDER = "reminder"  # 催办
    ORDER = "order"  # 督办
    NOTICE = "notice"  # 通报
    APPRAISAL = "appraisal"  # 考核

    @property
    def next(self) -> Step | None:
        """The step after this one; None after the last."""
        steps = list(Step)
        return steps[steps.index(self) + 1] if self is not Step.APPRAISAL else None


class From(StrEnum):
    """From what the working days are counted after which a step is due."""

    TERM = "term"  # the term of what is overdue
    ANSWER = "answer"  # the day by which the letter before was to be answered


PLAIN: Final = ("agency", "office", "dated", "due", "count", "earliest")
"""单位, 发函单位, 成文日期, 答复期限, 件数, 最早期限: known of every letter."""
BEFORE: Final = ("previous_number", "previous_title", "previous_dated", "previous_due")
"""The letter before, or the one that is withdrawn; only where there is one."""
NUMBER: Final = ("word", "year", "serial")
TITLE, PARAGRAPH, WORD = 60, 1_000, 12  # characters at most
_BRACE = re.compile(r"\{([^{}]*)\}")
_KEYS = ("step", "name", "word", "number", "overdue", "late", "citing", "withdrawing")
_TERMS = ("answer", "begins")


@dataclass(frozen=True)
class Begins:
    """What makes a step due: so many working days after what they are counted from."""

    counted: From
    working_days: int


@dataclass(frozen=True)
class Wording:
    """What a letter says of one kind of thing. `table`: the title of the table of them."""

    title: str
    paragraphs: tuple[str, ...]
    table: str


@dataclass(frozen=True)
class Letter:
    """函件模板: one step. `overdue`: about cases that are overdue, `late`: about records that came late;
    `answer`: working days for a reply; `citing` is put first where the letter follows another, `withdrawing`
    is all that a letter of withdrawal says."""

    step: Step
    name: str
    word: str  # 机关代字
    number: str  # 发文字号, with {word} {year} {serial}
    overdue: Wording
    late: Wording
    citing: str
    withdrawing: str
    answer: int
    begins: Begins
    span: Span
    basis: Basis
    pack: str
    place: Place


@dataclass(frozen=True)
class Letters:
    """All wordings of the chain of packs, the root pack's first."""

    all: Mapping[Step, tuple[Letter, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def on(self, step: Step, day: date) -> Letter:
        """The nearest wording in force. Raises NoRuleInForceError."""
        held = [letter for letter in self.all.get(step, ()) if letter.span.covers(day)]
        if not held:
            raise NoRuleInForceError(
                found=f"{day} 没有“{step.value}”一步的函件模板",
                expected="规则包 letters 中当日有效的模板",
                todo="更新规则包",
                where=step.value,
            )
        return held[-1]


def filled(text: str, values: Mapping[str, str]) -> str:
    """A wording with its values; what stands in a value is never read as a placeholder."""
    return _BRACE.sub(lambda found: values[found[1]], text)


def read_letters(files: tuple[Node, ...], inherited: Letters, bases: Bases, pack: str) -> Letters:
    """The letters of the chain with what one more pack says. Raises PackValueError for a placeholder that is
    told nothing, PackSyntaxError, and what bases raise."""
    found = dict(inherited.all)
    own: list[Letter] = []
    for root in files:
        entries = root.mapping(("letters",), ("bases",))
        named = bases.naming(entries.get("bases"))
        own += [_letter(entry, named, pack) for entry in entries["letters"].items()]
    for letter in own:
        others = [o for o in own if o.step is letter.step and o is not letter]
        if any(letter.span.covers(o.span.start) or o.span.covers(letter.span.start) for o in others):
            raise PackSyntaxError(
                letter.place, found=f"“{letter.step.value}”在同一天有两个模板", expected="一步一天一个"
            )
        found[letter.step] = (*found.get(letter.step, ()), letter)
    return Letters(MappingProxyType(found))


def _letter(entry: Node, bases: Bases, pack: str) -> Letter:
    entries = entry.mapping((*_KEYS, *_TERMS, *VALUE), VALUE_OPTIONAL)
    step = Step(entries["step"].one_of([s.value for s in Step]))
    span = entry.span()
    return Letter(
        step=step,
        name=_words(entries["name"], (), WORD),
        word=_words(entries["word"], (), WORD),
        number=_number(entries["number"]),
        overdue=_wording(entries["overdue"]),
        late=_wording(entries["late"]),
        citing=_words(entries["citing"], (*PLAIN, *BEFORE), PARAGRAPH),
        withdrawing=_words(entries["withdrawing"], (*PLAIN, *BEFORE), PARAGRAPH),
        answer=entries["answer"].integer(1, 60),
        begins=_begins(entries["begins"], step),
        span=span,
        basis=bases.resolve(entry, span),
        pack=pack,
        place=entry.place,
    )


def _wording(node: Node) -> Wording:
    entries = node.mapping(("title", "paragraphs", "table"))
    paragraphs = tuple(_words(each, PLAIN, PARAGRAPH) for each in entries["paragraphs"].items())
    if not paragraphs:
        raise entries["paragraphs"].wrong("至少一段正文")
    return Wording(_words(entries["title"], PLAIN, TITLE), paragraphs, _words(entries["table"], PLAIN, TITLE))


def _begins(node: Node, step: Step) -> Begins:
    entries = node.mapping(("counted", "working_days"))
    counted = From(entries["counted"].one_of([f.value for f in From]))
    if (counted is From.TERM) is not (step is Step.REMINDER):
        raise entries["counted"].wrong("催办从期限（term）起算，其余各步从前一函的答复期限（answer）起算")
    return Begins(counted, entries["working_days"].integer(0, 60))


def _number(node: Node) -> str:
    text = _words(node, NUMBER, TITLE)
    lacking = [name for name in NUMBER if text.count(f"{{{name}}}") != 1]
    if lacking:
        raise PackValueError(
            node.place,
            found=f"文号格式缺少或重复 {{{lacking[0]}}}",
            expected="{word}、{year}、{serial} 各一次",
        )
    return text


def _words(node: Node, known: Iterable[str], most: int) -> str:
    text, names = node.text().strip(), tuple(known)
    for name in _BRACE.findall(text):
        if name not in names:
            expected = "、".join(f"{{{one}}}" for one in names) or "没有占位符的文字"
            raise PackValueError(node.place, found=f"占位符 {{{name}}}", expected=f"{expected} 之一")
    if "{" in (rest := _BRACE.sub("", text)) or "}" in rest:
        raise PackValueError(node.place, found="不成对的花括号", expected="{名称}")
    if not text or len(text) > most:
        raise PackValueError(node.place, found=f"{len(text)} 个字", expected=f"1 至 {most} 个字")
    return text
