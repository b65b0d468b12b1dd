"""Every step and end of a case has a Chinese word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import xinheng
from xinheng.evidence.subjects.code_model import Outcome as CodeOutcome
from xinheng.faces.web.desk import case_words
from xinheng.faces.web.desk.case_kinds import KINDS
from xinheng.outward.appraisal.model import Outcome as Appraised
from xinheng.outward.letters.model import Act, State
from xinheng.outward.monitoring.quiet import Ended
from xinheng.outward.suspicions.model import Outcome as Suspected

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SOURCES = Path(xinheng.__file__).parent
ENDS = {
    "code_wrong": CodeOutcome,
    "letter": State,
    "silence": Ended,
    "suspicion": Suspected,
    "appraisal_objection": Appraised,
}


@pytest.mark.parametrize("kind", ENDS)
def test_every_end_of_a_room_has_its_word(kind: str) -> None:
    assert kind in KINDS
    assert [end for end in ENDS[kind] if not CHINESE.search(case_words.ended(kind, end.value))] == []


def test_every_step_of_a_letter_has_its_word() -> None:
    assert [act for act in Act if not CHINESE.search(case_words.done("letter", act.value))] == []


def test_words_written_where_cases_are_stepped_and_closed_are_known() -> None:
    call = re.compile(r'cases\.(?:step|close|step_many)\([^"()]*(?:\([^()]*\)[^"()]*)*"([a-z_]+)"')
    said = {
        word
        for path in (SOURCES / "outward").rglob("*.py")
        for word in call.findall(path.read_text(encoding="utf-8"))
    }
    assert {"answered", "sent_back", "entered"} <= said
    assert [word for word in said if not CHINESE.search(case_words.done("", word))] == []


def test_a_kind_s_own_words_come_first() -> None:
    assert case_words.ended("appraisal_objection", "upheld") != case_words.ended("code_appeal", "upheld")
