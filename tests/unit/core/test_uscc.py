"""Unified codes: GB 32100 as law.md 3.1 gives it, and the SQL twin."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import ValidationError
from tests.unit.core.columns import over

from xinheng.core.authorities import AUTHORITIES
from xinheng.core.divisions import ENDINGS, listed
from xinheng.core.uscc import (
    ALPHABET,
    CodeVerdict,
    CodeWarning,
    check_character,
    division_of,
    judge,
    kind_of,
    normalise,
    normalise_sql,
    organisation_check,
    suggestion_sql,
    verdict_sql,
    warning_sql,
)
from xinheng.core.uscc_sql import with_checks_sql

SHARED = Path(__file__).parents[4] / "shared" / "data"
DIVISIONS = sorted(p + e for p, ends in ENDINGS.items() for e in ends)


def built(first_two: str, division: str, organisation: str) -> str:
    """A code with right checks around eight characters of organisation code."""
    first = first_two + division + organisation + organisation_check(organisation)
    return first + check_character(first)


def vectors(path: str) -> list[dict[str, str]]:
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"the shared data are not beside this checkout: {path}")
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))


def test_every_shared_vector_gets_its_verdict_and_suggestion_in_python_and_in_sql() -> None:
    rows = vectors("uscc/uscc-vectors.csv")
    expected = [(r["verdict"], r["suggestion"] or None) for r in rows]
    codes = [r["code"] for r in rows]
    assert [(str(judge(c).verdict), judge(c).suggestion) for c in codes] == expected
    assert over(codes, verdict_sql("v"), suggestion_sql("v")) == expected
    assert len(rows) == 189


@pytest.mark.parametrize("first", sorted(AUTHORITIES))
def test_every_category_of_every_authority_is_valid_and_has_a_kind(first: str) -> None:
    codes = [built(first + digit, "110000", "MA123456") for digit in AUTHORITIES[first].categories]
    assert [judge(c).verdict for c in codes] == [CodeVerdict.VALID] * len(codes)
    assert [judge(c).warnings for c in codes] == [()] * len(codes)
    assert all(kind_of(c) for c in codes)
    assert over(codes, verdict_sql("v")) == [("valid",)] * len(codes)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("92431102MAB123453A", "个体工商户"),
        ("93420200MA49XK074B", "农民专业合作社"),
        ("52420000MJH000019H", "民办非企业单位"),
        ("1243110044799999XN", "事业单位"),
        ("A1110000MB0A000186", "军队事业单位"),
        ("N2431121MF0B123487", "村级集体经济组织"),
        ("Y1430000MD0C111116", "其他（其他）"),
    ],
)
def test_the_synthetic_vectors_of_all_letters_pass(code: str, kind: str) -> None:
    assert judge(code).valid
    assert kind_of(code) == kind


def test_a_category_outside_the_table_only_warns() -> None:
    code = built("85", "110000", "MA123456")
    assert judge(code).verdict is CodeVerdict.VALID
    assert judge(code).warnings == (CodeWarning.CATEGORY,)
    assert over([code], warning_sql("v", "category")) == [(True,)]


def test_an_unlisted_division_alone_only_warns() -> None:
    code = built("91", "345678", "MA123456")
    assert judge(code).warnings == (CodeWarning.DIVISION,)
    assert judge(code).valid
    assert division_of(code) is None


def test_a_failing_organisation_part_alone_only_warns() -> None:
    first = "91110000" + "MA123456" + ("1" if organisation_check("MA123456") != "1" else "2")
    code = first + check_character(first)
    assert judge(code).warnings == (CodeWarning.ORGANISATION,)
    assert judge(code).valid


def test_both_together_are_implausible() -> None:
    assert judge("123456789012345678").verdict is CodeVerdict.IMPLAUSIBLE
    assert judge("123456789012345678").reason


def test_an_unknown_authority_is_named() -> None:
    assert judge("B" + "1" * 17).verdict is CodeVerdict.UNKNOWN_AUTHORITY


def test_a_suggestion_is_given_only_where_the_reading_is_valid() -> None:
    right = built("91", "110000", "MA052010")
    typed = right[:8] + right[8:17].replace("0", "O").replace("5", "S") + right[17]
    assert typed != right
    assert judge(typed).suggestion == right
    assert judge(typed[:-1] + ("A" if right[-1] != "A" else "B")).suggestion is None
    assert judge("V" + typed[1:]).suggestion is None


def test_blanks_and_widths_are_taken_off_first() -> None:
    assert normalise(" 9111\u3000０００0\u200b60003７341l\t") == "91110000600037341L"


def test_every_single_wrong_digit_is_caught() -> None:
    code = "91110000600037341L"
    wrong = [code[:i] + c + code[i + 1 :] for i in range(18) for c in ALPHABET if c != code[i]]
    assert CodeVerdict.VALID not in {judge(w).verdict for w in wrong}


typed = st.one_of(
    st.text(max_size=24),
    st.text(alphabet=ALPHABET, min_size=18, max_size=18),
    st.builds(
        built,
        st.sampled_from([a + c for a in AUTHORITIES for c in "1234567890A"]),
        st.one_of(st.sampled_from(DIVISIONS), st.text(alphabet="0123456789", min_size=6, max_size=6)),
        st.text(alphabet=ALPHABET, min_size=8, max_size=8),
    ),
    st.text(alphabet=ALPHABET, min_size=17, max_size=17).map(lambda f: f + check_character(f)),
    st.from_regex(r"[\u3000 ]?[1-9ANY][0-9OIZSa-f０-９]{16,17}[\t ]?", fullmatch=True),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(typed, min_size=60, max_size=120))
@example(["", "\x00", "'", "91110000600037341L", "a" * 18, "１２３", "\ufeff91110000600037341L"])
def test_the_sql_expression_equals_the_scalar(codes: list[str]) -> None:
    judged = [judge(c) for c in codes]
    expected = [(normalise(c), str(j.verdict), j.suggestion) for c, j in zip(codes, judged, strict=True)]
    assert over(codes, normalise_sql("v"), verdict_sql("v"), suggestion_sql("v")) == expected
    clean = [normalise(c) for c in codes]
    assert over(clean, verdict_sql("v", normalised=True)) == [(str(j.verdict),) for j in judged]
    parts = with_checks_sql("SELECT v AS code", "code", "holds")
    assert over(clean, f"(SELECT holds FROM ({parts}))") == [
        (j.verdict is CodeVerdict.VALID and CodeWarning.ORGANISATION not in j.warnings,) for j in judged
    ]
    able = [c for c, j in zip(clean, judged, strict=True) if j.verdict in ("valid", "implausible")]
    odd = over(able, *(warning_sql("v", w) for w in CodeWarning))
    assert [tuple(w for w, is_odd in zip(CodeWarning, row, strict=True) if is_odd) for row in odd] == [
        judge(c).warnings for c in able
    ]


def test_every_single_wrong_character_fails_the_checks_eight_at_a_time() -> None:
    body = "MA4KWXYJ"
    first = "91420100" + body + organisation_check(body)
    code = first + check_character(first)
    codes = [code[:-2] + a + b for a in ALPHABET for b in ALPHABET]
    codes += [code[:i] + c + code[i + 1 :] for i in range(18) for c in ALPHABET]
    parts = with_checks_sql("SELECT v AS code", "code", "holds")
    assert over(codes, f"(SELECT holds FROM ({parts}))") == [(c == code,) for c in codes]


def test_null_stays_null_in_sql() -> None:
    assert over([None], normalise_sql("v"), verdict_sql("v"), suggestion_sql("v")) == [(None, None, None)]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([a + c for a in AUTHORITIES if a.isdigit() for c in AUTHORITIES[a].categories]),
    st.sampled_from(DIVISIONS),
    st.text(alphabet=ALPHABET, min_size=8, max_size=8),
    st.sampled_from(ALPHABET),
)
def test_python_stdnum_agrees_where_it_is_right(first: str, division: str, org: str, last: str) -> None:
    code = built(first, division, org)[:17] + last
    try:
        stdnum_uscc.validate(code)
        passes = True
    except ValidationError:
        passes = False
    assert judge(code).valid is passes


def test_the_divisions_agree_with_those_seen_in_a_real_register() -> None:
    rows = vectors("uscc/region-code-frequency.csv")
    ever = {r["region_code"] for r in rows if r["gb2260_status"] in ("current", "retired")}
    never = {r["region_code"] for r in rows if r["gb2260_status"] == "unknown"}
    assert {c for c in ever if not listed(c)} == set()
    # Published lists of their years held these; the other source does not count them.
    known_to_differ = {"220301", "330301", "330701", "370901", "469034", "469035", "469036"}
    assert {c for c in never if listed(c)} == known_to_differ


def test_the_divisions_agree_with_the_history_in_force_since_2003() -> None:
    rows = vectors("areacodes/areacodes-result.csv")
    since = {r["代码"] for r in rows if not r["变更/弃用时间"] or int(r["变更/弃用时间"][:4]) >= 2003}
    assert {c for c in since if not listed(c)} == set()
    assert sum(listed(r["代码"]) for r in rows) / len(rows) > 0.99
