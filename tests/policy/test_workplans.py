"""The five founding documents as work plans: every point is there, and every number in them is accounted for.

Without the documents (`../shared/seeds` beside the checkout) the numbering alone is held; with them, every
number, title, body and quotation is looked up in the text, and every figure of the text must stand in a task
or among those that the plan says it does not take.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from tests.conftest import ROOT

from xinheng.law.packs import Pack, load, shipped
from xinheng.law.workplans import Reach, WorkPlan

DIGITS = "零一二三四五六七八九"


def chinese(n: int) -> str:
    """1 to 29 as the documents number their points."""
    tens, ones = divmod(n, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return ten + (DIGITS[ones] if ones else "")


def points(count: int) -> tuple[str, ...]:
    return tuple(f"第{n}点" for n in range(1, count + 1))


def bracketed(count: int) -> tuple[str, ...]:
    return tuple(f"第（{chinese(n)}）项" for n in range(1, count + 1))


def nested(part: str, counts: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"{part}（{chinese(s)}）{n}" for s, most in enumerate(counts, 1) for n in range(1, most + 1))


SECTOR = ("二（三）", "二（三）", *nested("三", (3, 4, 2, 2, 4, 3, 3, 2)), *nested("四", (3, 4, 3)))
# plan -> (pack, beginning of the document's file name, clauses in the order of the document)
PLANS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "hunan-2023": ("hunan", "000", points(23)),
    "industry-2016-2020": ("hunan-industry", "001", SECTOR),
    "yongzhou-2024": ("hunan-yongzhou", "002", points(20)),
    "huangshi-2023": ("hubei-huangshi", "003", bracketed(16)),
    "xinyong-hubei": ("hubei", "004", bracketed(24)),
}
# A number with what it counts, in figures or in characters; 零瞒报 and the like; how often.
FIGURE = re.compile(
    r"\d+(?:\.\d+)?(?:[—-]\d+(?:\.\d+)?)?(?:%|亿元|万元|类|篇|个|家|条|期|次|份|项|天(?!眼)|户|名)"
    r"|\d{1,2}[:：]\d{2}|\d{1,2}[.·]\d{1,2}(?=”?信用记录|”?全国)|“\d[\dN+]*”|百分之|万分之[一二三四五六七八九十]"
    r"|[零全](?=合规|迟报|瞒报)..|(?:每|按|每个)(?:日|周|月|季度?|年)(?!度计划)"
    r"|(?<![第十届])[一二三四五六七八九十两四]+(?:类|篇|个(?!人)|家|条|次(?!会议|、|全会)|批|份|大(?=工作机制|专项|试点|工程)"
    r"|大(?=机制))|“[^”]*[一二三四五六七八九十][^”]*(?:码|站式|办成|共享|窗口|工程|同达)[^”]*”|诚信宣传“十进”"
)


def pack_of(plan: str) -> Pack:
    return load(PLANS[plan][0], [shipped()])


def plan_of(plan: str) -> WorkPlan:
    return pack_of(plan).workplans[plan]


@pytest.fixture(scope="module")
def seeds() -> Path:
    folder = ROOT.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip("no ../shared/seeds beside the checkout: the documents are never part of the project")
    return folder


def text_of(seeds: Path, plan: str) -> str:
    """The document without blanks, line breaks and marks of emphasis."""
    (path,) = seeds.glob(f"{PLANS[plan][1]}_*.txt")
    return folded(path.read_text(encoding="utf-8"))


def folded(text: str) -> str:
    return re.sub(r"[\s*]+", "", text)


def stretches(text: str, plan: WorkPlan) -> dict[str, tuple[int, int]]:
    """Where each task begins and ends in the text: from its number to the next task's."""
    starts, at = [], 0
    for task in plan.tasks:
        at = text.index(folded(task.marker), at)
        starts.append(at)
    ends = [*starts[1:], len(text)]
    return {task.id: (a, b) for task, a, b in zip(plan.tasks, starts, ends, strict=True)}


def test_the_five_documents_are_there_and_no_plan_besides() -> None:
    found = {
        plan
        for head in shipped().glob("*/pack.yaml")
        for plan in load(head.parent.name, [shipped()]).workplans
    }
    assert found == set(PLANS)


@pytest.mark.parametrize("plan", PLANS)
def test_every_numbered_point_is_a_task(plan: str) -> None:
    assert tuple(task.clause for task in plan_of(plan).tasks) == PLANS[plan][2]


@pytest.mark.parametrize("plan", PLANS)
def test_every_task_has_somebody_who_answers_for_it(plan: str) -> None:
    found = plan_of(plan)
    # 004 names its units task by task and says nowhere to whom it was sent; 001 the other way round
    assert all(found.bodies_of(task) for task in found.tasks)


@pytest.mark.parametrize("plan", PLANS)
def test_every_target_of_the_document_stands_in_its_plan(plan: str) -> None:
    pack, found = pack_of(plan), plan_of(plan)
    targets = {t.id for t in pack.targets.values() if t.basis.instrument == found.instrument}
    assert targets == {figure.target for _, figure in found.figures() if figure.target}


@pytest.mark.parametrize("plan", PLANS)
def test_whatever_concerns_persons_is_beyond_and_never_asked_for(plan: str) -> None:
    for task, figure in plan_of(plan).figures():
        if "个人" in figure.name or "个人" in figure.quote:
            assert figure.reach is Reach.OUT, task.id
            assert "边界" in (figure.reason or ""), task.id


@pytest.mark.parametrize("plan", PLANS)
def test_numbers_titles_and_headings_are_those_of_the_document(seeds: Path, plan: str) -> None:
    text, found = text_of(seeds, plan), plan_of(plan)
    assert list(stretches(text, found)) == [task.id for task in found.tasks]
    for task in found.tasks:
        assert task.title in task.marker
        heading = re.split(r"（[一二三四五六七八]）", task.part)
        assert all(folded(part) in text for part in heading), task.part
    assert folded(found.title) in text
    assert all(folded(body) in text for body in found.addressees)


@pytest.mark.parametrize("plan", PLANS)
def test_bodies_are_named_as_the_point_names_them(seeds: Path, plan: str) -> None:
    text, found = text_of(seeds, plan), plan_of(plan)
    for task in found.tasks:
        start, end = stretches(text, found)[task.id]
        assert [body for body in task.bodies if folded(body) not in text[start:end]] == [], task.clause


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan != "industry-2016-2020"])
def test_no_body_that_a_point_names_is_left_out(seeds: Path, plan: str) -> None:
    """The brackets behind each point, letter by letter: only the commas between the names are not ours."""
    text, found = text_of(seeds, plan), plan_of(plan)
    for task in found.tasks:
        start, end = stretches(text, found)[task.id]
        said = re.search(r"[（〔(](?:牵头单位|责任单位)[：:](.*)[）〕)]", text[start:end])
        assert said is not None, task.clause
        plain = re.sub(r"；责任单位[：:]", "", said[1])
        named = "".join((*task.lead, *task.responsible))
        assert sorted(re.sub(r"[、，；]", "", plain)) == sorted(re.sub(r"[、，；]", "", named)), task.clause


@pytest.mark.parametrize("plan", PLANS)
def test_what_is_quoted_stands_in_the_point_itself(seeds: Path, plan: str) -> None:
    text, found = text_of(seeds, plan), plan_of(plan)
    for task in found.tasks:
        start, end = stretches(text, found)[task.id]
        quotes = [*(f.quote for f in task.figures), *(b.quote for b in task.beyond)]
        assert [q for q in quotes if folded(q) not in text[start:end]] == [], task.clause
        if task.term:
            assert folded(task.term.text) in text[start:end], task.clause
    assert [q.quote for q in found.not_taken if folded(q.quote) not in text] == []


@pytest.mark.parametrize("plan", PLANS)
def test_every_figure_of_the_document_is_taken_or_said_not_to_be(seeds: Path, plan: str) -> None:
    text, found = text_of(seeds, plan), plan_of(plan)
    assert unaccounted(text, found) == []


def unaccounted(text: str, plan: WorkPlan) -> list[str]:
    covered: set[int] = set()
    for task in plan.tasks:
        start, end = stretches(text, plan)[task.id]
        for quote in (*(f.quote for f in task.figures), *(b.quote for b in task.beyond)):
            covered |= within(text, folded(quote), start, end)
    for note in plan.not_taken:
        covered |= within(text, folded(note.quote), 0, len(text))
    return [
        text[max(0, hit.start() - 12) : hit.end() + 12]
        for hit in FIGURE.finditer(text)
        if not covered.issuperset(range(hit.start(), hit.end()))
    ]


def within(text: str, quote: str, start: int, end: int) -> set[int]:
    spots = [m.start() for m in re.finditer(re.escape(quote), text[start:end])]
    return {start + spot + n for spot in spots for n in range(len(quote))}


def test_a_figure_that_nobody_took_would_be_found() -> None:
    plan = plan_of("hunan-2023")
    text = "".join(folded(task.marker) for task in plan.tasks) + "覆盖率达到85%，每月不少于3篇"
    assert len(unaccounted(text, plan)) == 3


def test_the_figures_that_the_pattern_must_see() -> None:
    said = "达到70%、新增2000亿元、不少于2篇、33个领域、1—2个示范区"
    said += "、零瞒报、万分之一、次日8:00前、按季度、一次全面体检"
    assert len(FIGURE.findall(said)) == 10
    for a, b in pairwise(FIGURE.finditer(said)):
        assert a.end() <= b.start()


@pytest.mark.parametrize(
    ("plan", "clause", "words"),
    [
        ("hunan-2023", "第2点", ("中期评估", "考核")),
        ("yongzhou-2024", "第19点", ("绩效考核", "平安建设", "营商环境")),
        ("huangshi-2023", "第（十六）项", ("绩效考核", "通报")),
        ("xinyong-hubei", "第（二）项", ("营商环境", "绩效考评")),
    ],
)
def test_what_others_appraise_by_is_a_task(plan: str, clause: str, words: tuple[str, ...]) -> None:
    """中期评估、平安建设、营商环境、绩效 (R033, R149)."""
    task = next(task for task in plan_of(plan).tasks if task.clause == clause)
    assert [word for word in words if word not in task.summary] == []
