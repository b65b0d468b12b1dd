"""From reviews to what the desk shows: names and codes in doubt, rows that say something else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from xinheng.core.times import Known
from xinheng.evidence.intake.review_store import RecordReview
from xinheng.evidence.intake.reviews import ENDINGS, Ending
from xinheng.evidence.subjects.model import DECISION_TITLES, DECISIONS, Review, ReviewKind
from xinheng.faces.web.views import FormError, Pages, Pair, Tag, moment
from xinheng.law.model import Item

SUBJECTS, RECORDS = "subjects", "records"
TITLES: Final = {ReviewKind.ONE_NAME_TWO_CODES: "一名两码", ReviewKind.ONE_CODE_TWO_NAMES: "一码两名"}
NOTES: Final = {
    Ending.KEEP: "收到的这一行不采用，现有记录不变。",
    Ending.OBJECTION: "信用办不改事实：由最初报送的单位核实，更正或维持。",
    Ending.TAKEN: "这一行来自有权更正的单位：按信衡编号作为它自己的更正入账。",
}


@dataclass(frozen=True)
class Line:
    """One review in the list."""

    href: str
    tag: Tag
    one: str
    other: str
    opened: str
    state: Tag


@dataclass(frozen=True)
class ListView:
    """One of the two lists; `tabs` lead to the others."""

    kind: str
    ended: bool
    lines: tuple[Line, ...]
    count: str
    tabs: tuple[tuple[str, str, bool], ...]  # address, text, here
    pages: Pages | None = None


@dataclass(frozen=True)
class Filled:
    """What stood in the form, and what is wrong with it."""

    form: Mapping[str, str] = field(default_factory=dict)
    error: FormError | None = None


@dataclass(frozen=True)
class Difference:
    """One field of a row beside what is held."""

    name: str
    held: str
    arrived: str
    differs: bool


@dataclass(frozen=True)
class ReviewView:
    """One review with the form that ends it."""

    action: str
    title: str
    pairs: tuple[Pair, ...]
    options: tuple[tuple[str, str, str], ...]
    chosen: str
    differences: tuple[Difference, ...] = ()
    may_decide: bool = False
    note: str = ""
    errors: tuple[FormError, ...] = ()
    organisation: str | None = None


def tabs(kind: str, counts: tuple[int, int], *, ended: bool) -> tuple[tuple[str, str, bool], ...]:
    """The lists: both kinds that wait, both that were decided."""
    names = ((SUBJECTS, "主体核对", counts[0]), (RECORDS, "记录核对", counts[1]))
    waiting = tuple(
        (f"/desk/reviews?kind={key}", f"{text}（{count}）", kind == key and not ended)
        for key, text, count in names
    )
    decided = tuple(
        (f"/desk/reviews?kind={key}&ended=1", f"已办结的{text}", kind == key and ended)
        for key, text, _ in names
    )
    return waiting + decided


def subject_line(review: Review) -> Line:
    """A doubtful name or code in the list."""
    state = Tag(DECISION_TITLES[review.decision]) if review.decision else Tag("待办", "warn")
    return Line(
        href=f"/desk/reviews/subjects/{review.review}",
        tag=Tag(TITLES[review.kind], "warn"),
        one=f"{review.name}　{review.code}",
        other=f"{review.other_name}　{review.other_code or review.code}",
        opened=moment(Known(review.opened)),
        state=state,
    )


def record_line(review: RecordReview, item: str, agency: str) -> Line:
    """A row that says something else, in the list."""
    state = Tag(ENDINGS[Ending(review.decision)]) if review.decision else Tag("待办", "warn")
    return Line(
        href=f"/desk/reviews/records/{review.review}",
        tag=Tag("内容不一致", "warn"),
        one=f"{item}，记录 {review.record}",
        other=f"{agency} 报送的第 {review.line} 行",
        opened=moment(Known(review.opened)),
        state=state,
    )


def subject_view(review: Review, agency: str | None, *, may: bool, filled: Filled) -> ReviewView:
    """A doubtful name or code: the two sides, and the decisions that belong to it."""
    two_codes = review.kind is ReviewKind.ONE_NAME_TWO_CODES
    return ReviewView(
        action=f"/desk/reviews/subjects/{review.review}",
        title=f"{TITLES[review.kind]}：{review.name}",
        pairs=(
            Pair("新来的名称", review.name),
            Pair("新来的代码" if two_codes else "代码", review.code, mono=True),
            Pair("原有的名称", review.other_name),
            *((Pair("原有的代码", review.other_code, mono=True),) if review.other_code else ()),
            Pair("由谁带来", agency),
            Pair("提出", moment(Known(review.opened))),
            *_ended(
                moment(Known(review.closed)) if review.closed else None,
                DECISION_TITLES[review.decision] if review.decision else None,
                review.note,
                review.decided_by,
            ),
        ),
        options=tuple((d.value, DECISION_TITLES[d], "") for d in DECISIONS[review.kind]),
        chosen=filled.form.get("decision", ""),
        may_decide=may and review.closed is None,
        note=filled.form.get("note", ""),
        errors=(filled.error,) if filled.error else (),
        organisation=review.other_code or review.code,
    )


def record_view(
    review: RecordReview,
    item: Item,
    names: tuple[str | None, str | None],
    held: Mapping[str, str],
    *,
    may: bool,
    takes: bool,
    filled: Filled,
) -> ReviewView:
    """A row beside the record it met. `names`: sender, first source; `takes`: it may be a correction."""
    offered = (Ending.KEEP, Ending.TAKEN) if takes else (Ending.KEEP, Ending.OBJECTION)
    return ReviewView(
        action=f"/desk/reviews/records/{review.review}",
        title=f"记录核对：{item.name}",
        pairs=(
            Pair("信衡编号", str(review.record), mono=True, wide=True),
            Pair("最初报送的单位", names[1]),
            Pair("这一行的报送单位", names[0]),
            Pair("回执", f"第 {review.line} 行", href=f"/desk/receipts/{review.receipt}"),
            Pair("提出", moment(Known(review.opened))),
            *_ended(
                moment(Known(review.closed)) if review.closed else None,
                ENDINGS[Ending(review.decision)] if review.decision else None,
                review.note,
                review.decided_by,
            ),
        ),
        options=tuple((e.value, ENDINGS[e], NOTES[e]) for e in offered),
        chosen=filled.form.get("decision", ""),
        differences=differences(review, item, held),
        may_decide=may and review.closed is None,
        note=filled.form.get("note", ""),
        errors=(filled.error,) if filled.error else (),
    )


def differences(review: RecordReview, item: Item, held: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every field that either side fills, what differs first: cells as received, fields as kept."""
    arrived: dict[str, str] = {}
    for header, text in review.cells.items():
        target = review.columns.get(header, "")
        if text and item.has(target):
            arrived[target] = f"{arrived[target]}；{text}" if target in arrived else text
    found = [
        Difference(
            f.name,
            held.get(f.code, ""),
            arrived.get(f.code, ""),
            held.get(f.code, "") != arrived.get(f.code, ""),
        )
        for f in item.fields
        if f.code in held or f.code in arrived
    ]
    return tuple(sorted(found, key=lambda d: not d.differs))


def _ended(when: str | None, title: str | None, note: str | None, by: str | None) -> tuple[Pair, ...]:
    if not when:
        return ()
    return (Pair("办结", when), Pair("结果", title), Pair("理由", note, wide=True), Pair("办理人", by))
