"""The number register: persons, 简易程序, 作废; no number and no reason that names a person."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sending import House, row

from xinheng.evidence.intake import numbers
from xinheng.evidence.intake.model_numbers import Declaration, NumberRange, Why
from xinheng.evidence.intake.numbers import (
    DeclarationAbsentError,
    DeclarationRefusedError,
    expanded,
    read_csv,
)
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor

CLERK = Actor(None, None, "王经办")
FIRST, LAST = "清市监处罚〔2026〕8号", "清市监处罚（2026）11 号"


def one(first: str, last: str | None = None, reason: str = "系统跳号", item: str = "penalty") -> NumberRange:
    return NumberRange(item, first, last, reason)


def declare(house: House, said: NumberRange, agency: str = "A") -> Declaration:
    with house.database.transaction() as tx:
        return numbers.declare(tx, access.by_code(tx, agency), said, CLERK, house.clock)


def listed(house: House, why: Why) -> list[str]:
    with house.database.transaction() as tx:
        return [line.number for line in numbers.listed(tx, house.pack, None, why, 100)]


def test_a_range_differs_in_its_last_figure_alone() -> None:
    assert expanded(one(FIRST, LAST)) == [f"清市监处罚〔2026〕{n}号" for n in (8, 9, 10, 11)]
    assert expanded(one("甲-009", "甲-011")) == ["甲-009", "甲-010", "甲-011"]
    assert expanded(one(FIRST)) == expanded(one(FIRST, FIRST)) == ["清市监处罚〔2026〕8号"]


@given(st.integers(1, 99_000), st.integers(0, 999))
def test_a_range_has_every_number_between_its_ends_once(low: int, more: int) -> None:
    found = expanded(one(f"甲〔2026〕{low}号", f"甲〔2026〕{low + more}号"))
    assert found == [f"甲〔2026〕{n}号" for n in range(low, low + more + 1)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("", None),
        (FIRST, "清市监处罚〔2025〕11号"),
        (FIRST, "清市监处罚〔2026〕7号"),
        (FIRST, "清市监处罚〔2026〕2000号"),
        ("甲号", "乙号"),
        ("110105194912310021号", None),
        ("甲〔11010519491231002X〕号", None),
        ("第110105194912310021号", None),
        ("甲\n乙", None),
        ("长" * 101, None),
    ],
)
def test_what_is_no_number_or_no_range_is_refused(first: str, last: str | None) -> None:
    with pytest.raises(DeclarationRefusedError) as refusal:
        expanded(one(first, last))
    assert "1101051949" not in str(refusal.value)


def test_voided_numbers_are_declared_with_who_and_when_and_can_be_withdrawn(house: House) -> None:
    kept = declare(house, one(FIRST, LAST))
    assert (kept.numbers, kept.actor, kept.declared) == (4, "王经办", house.clock.now().at)
    assert sorted(listed(house, Why.VOIDED)) == sorted(f"清市监处罚〔2026〕{n}号" for n in (8, 9, 10, 11))
    with pytest.raises(DeclarationRefusedError, match="已经登记过"):
        declare(house, one("清市监处罚〔2026〕11号", "清市监处罚〔2026〕12号"))
    assert house.count("number_declarations") == 1
    declare(house, one("清市监处罚〔2026〕11号"), "B")
    with house.database.transaction() as tx:
        own, other = (access.by_code(tx, code).agency for code in "AB")
        with pytest.raises(DeclarationAbsentError):
            numbers.withdraw(tx, kept.declaration, [other], CLERK, house.clock)
        numbers.withdraw(tx, kept.declaration, [own], CLERK, house.clock)
        with pytest.raises(DeclarationAbsentError):
            numbers.withdraw(tx, kept.declaration, [own], CLERK, house.clock)
        with pytest.raises(DeclarationAbsentError):
            numbers.withdraw(tx, UUID(int=1), [own], CLERK, house.clock)
        (there,) = numbers.declarations(tx, [own], 10)
        assert (there.withdrawn_by, there.withdrawn) == ("王经办", house.clock.now().at)
        assert numbers.counts(tx, house.pack, [own]) == {Why.PERSON: 0, Why.VOIDED: 0, Why.SIMPLIFIED: 0}
    assert declare(house, one(FIRST)).numbers == 1, "withdrawn numbers may be declared again"


@pytest.mark.parametrize("reason", ["", "长" * 201, "当事人11010519491231002X", "两\u202e行"])
def test_a_reason_is_asked_for_and_names_nobody(house: House, reason: str) -> None:
    with pytest.raises(DeclarationRefusedError):
        declare(house, one(FIRST, reason=reason))
    assert house.count("number_declarations") == 0


def test_persons_are_noted_by_number_alone_and_summary_procedures_are_derived(house: House) -> None:
    person = row(1, CF_XDR_LB="自然人", CF_XDR_MC="赵某", CF_XDR_SHXYM="", CF_FRDB="")
    house.send(person, row(2, X_PROCEDURE="简易程序"), row(3))
    assert listed(house, Why.PERSON) == ["清市监处罚〔2026〕1号"]
    assert listed(house, Why.SIMPLIFIED) == ["清市监处罚〔2026〕2号"]
    with house.database.transaction() as tx:
        assert numbers.counts(tx, house.pack, None) == {Why.PERSON: 1, Why.VOIDED: 0, Why.SIMPLIFIED: 1}
        said = tx.fetch("select r::text from number_register r")
    assert "赵某" not in str(said)
    with pytest.raises(DeclarationRefusedError, match="已经登记过"):
        declare(house, one("清市监处罚〔2026〕1号"))


def test_a_sheet_of_declarations_is_read_line_by_line() -> None:
    text = "\ufeff事项,起始文号,截止文号,原因\npenalty,甲1号,,废纸\n\npenalty,甲3号,甲5号,跳号\n"
    assert read_csv(text) == [one("甲1号", reason="废纸"), one("甲3号", "甲5号", "跳号")]
    for wrong in ("", "事项,文号\n", "事项,起始文号,截止文号,原因\npenalty,甲1号\n"):
        with pytest.raises(DeclarationRefusedError):
            read_csv(wrong)
