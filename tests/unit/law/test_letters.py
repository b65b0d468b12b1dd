"""Letters as packs word them: placeholders are checked, the nearest wording holds, nothing is invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from xinheng.law import packs
from xinheng.law.errors import NoRuleInForceError, PackError
from xinheng.law.kinds import BasisKind
from xinheng.law.letters import Begins, From, Step, filled

DAY = date(2026, 11, 20)
SHIPPED = packs.shipped() / "national" / "letters" / "chain.yaml"


def loaded(folder: Path, **changed: object) -> packs.Pack:
    """A city's pack with its own wording of the reminder."""
    entry = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["letters"][0] | changed
    entry = {key: value for key, value in entry.items() if value is not None}
    for key in ("title", "paragraphs", "table"):
        if key in entry:
            entry["late"] = entry["late"] | {key: entry.pop(key)}
    entry["basis"] = {"kind": "practice", "note": "本市做法", "verified": "summary"}
    place = folder / "heng"
    (place / "letters").mkdir(parents=True)
    (place / "pack.yaml").write_text("name: heng\ntitle: 恒州\nextends: national\n", encoding="utf-8")
    said = yaml.safe_dump({"letters": [entry]}, allow_unicode=True, sort_keys=False)
    (place / "letters" / "own.yaml").write_text(said, encoding="utf-8")
    return packs.load("heng", [packs.shipped(), folder])


def test_the_national_pack_has_all_four_steps_as_working_values() -> None:
    letters = packs.load("national", [packs.shipped()]).letters
    assert list(letters.all) == list(Step)
    for step in Step:
        letter = letters.on(step, DAY)
        assert letter.basis.kind is BasisKind.PLATFORM, "no document was read that sets it"
        assert letter.answer == 5
    assert letters.on(Step.REMINDER, DAY).begins == Begins(From.TERM, 1)
    with pytest.raises(NoRuleInForceError):
        letters.on(Step.ORDER, date(2016, 12, 31))


def test_the_steps_follow_each_other_and_end() -> None:
    assert [step.next for step in Step] == [Step.ORDER, Step.NOTICE, Step.APPRAISAL, None]


def test_a_lower_pack_words_and_numbers_a_step_anew(tmp_path: Path) -> None:
    letters = loaded(tmp_path, word="恒信催", answer=3).letters
    assert (letters.on(Step.REMINDER, DAY).word, letters.on(Step.REMINDER, DAY).answer) == ("恒信催", 3)
    assert letters.on(Step.ORDER, DAY).word == "信用督"


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "关于{previous_number}"},  # there is none yet in a title
        {"title": "关于{who}"},
        {"title": "{"},
        {"title": ""},
        {"paragraphs": []},
        {"paragraphs": ["{0}"]},
        {"number": "{word}〔{year}〕号"},
        {"number": "{word}{serial}〔{year}〕{serial}号"},
        {"begins": {"counted": "answer", "working_days": 1}},
        {"begins": {"counted": "term", "working_days": -1}},
        {"answer": 0},
        {"step": "warning"},
        {"citing": None},
    ],
)
def test_what_cannot_hold_is_refused_with_file_and_line(changed: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"own\.yaml:\d+"):
        loaded(tmp_path, **changed)


def test_a_value_is_never_read_as_a_placeholder() -> None:
    assert filled("{agency}有{count}件", {"agency": "{count}局", "count": "3"}) == "{count}局有3件"
