"""Wrong codes met in rows that went back: counted with a name, and never anything of a person."""

from __future__ import annotations

from tests.sending import House, code, row

from xinheng.evidence.intake.met_codes import wrong_codes
from xinheng.evidence.subjects.code_model import MetCode

WRONG = code(1)[:17] + ("0" if code(1)[17] != "0" else "1")
PERSON = "11010519491231002X"


def met(house: House) -> list[MetCode]:
    with house.database.transaction() as tx:
        return wrong_codes(tx, house.pack)


def test_a_wrong_code_is_met_once_with_its_rows_and_its_last_day(house: House) -> None:
    house.send(row(1, CF_XDR_SHXYM=WRONG), row(2, CF_XDR_SHXYM=WRONG), row(3))
    house.clock.step(days=1)
    house.send(row(4, CF_XDR_SHXYM=WRONG))
    [found] = met(house)
    assert (found.code, found.rows, found.last) == (WRONG, 3, house.clock.now().at)
    assert found.name in {row(n)["CF_XDR_MC"] for n in (1, 2, 4)}


def test_an_identity_number_in_the_place_of_a_code_is_nowhere(house: House) -> None:
    house.send(
        row(1, CF_XDR_SHXYM=PERSON),
        row(2, CF_XDR_SHXYM=PERSON.replace("X", "x")),
        row(3, CF_XDR_SHXYM=f"身份证{PERSON}"),
        row(4, CF_XDR_LB="自然人", CF_XDR_MC="赵某", CF_XDR_SHXYM=WRONG),
        row(5, CF_XDR_SHXYM="暂无代码请查"),
    )
    assert [m for m in met(house) if PERSON[:17] in m.code] == []
    assert [m.code for m in met(house)] == []


def test_a_fault_in_another_field_is_none_of_the_code(house: House) -> None:
    house.send(row(1, CF_CFLB="罚"))
    house.send(row(2, CF_CFJGDM=WRONG))
    assert met(house) == []
