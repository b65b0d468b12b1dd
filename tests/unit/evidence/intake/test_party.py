"""Which rows are about natural persons: the rule of decision 11 on names, kinds and codes."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.sending import code, row

from xinheng.evidence.intake import drafting, returning, split
from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.ground.engine import Engine
from xinheng.law.packs import Pack

PERSON, ORGANISATION = True, False
CASES = [
    (row(1), ORGANISATION),
    (row(2, CF_XDR_LB="自然人", CF_XDR_MC="张三", CF_XDR_SHXYM=""), PERSON),
    # the kind says so, whatever else is there
    (row(3, CF_XDR_LB="自然人"), PERSON),
    (row(4, CF_XDR_LB="01", CF_XDR_MC="张三", CF_XDR_SHXYM=""), PERSON),
    # no code, no kind: the name decides
    (row(5, CF_XDR_LB="", CF_XDR_MC="张三", CF_XDR_SHXYM=""), PERSON),
    (row(6, CF_XDR_LB="", CF_XDR_MC="欧阳三四", CF_XDR_SHXYM=""), PERSON),
    (row(7, CF_XDR_LB="", CF_XDR_MC="张*", CF_XDR_SHXYM=""), PERSON),
    (row(8, CF_XDR_LB="", CF_XDR_MC="阿卜杜·热合曼", CF_XDR_SHXYM=""), PERSON),
    (row(9, CF_XDR_LB="", CF_XDR_MC="张三（身份证号11010519491231002X）", CF_XDR_SHXYM=""), PERSON),
    (row(10, CF_XDR_LB="", CF_XDR_MC="John Smith", CF_XDR_SHXYM=""), PERSON),
    (row(11, CF_XDR_LB="", CF_XDR_MC="清河超市", CF_XDR_SHXYM=""), ORGANISATION),
    (row(12, CF_XDR_LB="", CF_XDR_MC="清河商贸有限公司", CF_XDR_SHXYM=""), ORGANISATION),
    (row(13, CF_XDR_LB="", CF_XDR_MC="张三", CF_XDR_SHXYM=code(13)), ORGANISATION),
    (row(14, CF_XDR_LB="", CF_XDR_MC="张三", CF_XDR_SHXYM="", CF_XDR_GSZC="430100600012345"), ORGANISATION),
    # an identity number is no organisation code
    (row(15, CF_XDR_LB="", CF_XDR_MC="张三", CF_XDR_SHXYM="11010519491231002X"), PERSON),
    # a kind nobody knows says nothing
    (row(16, CF_XDR_LB="个人", CF_XDR_MC="张三", CF_XDR_SHXYM=""), PERSON),
    # an identity number beside a name that is no organisation's
    (
        row(
            17,
            CF_XDR_LB="",
            CF_XDR_MC="某当事人（另案处理）",
            CF_XDR_SHXYM="",
            CF_XDR_ZJHM="11010519491231002X",
        ),
        PERSON,
    ),
    (
        row(
            18, CF_XDR_LB="", CF_XDR_MC="清河商贸有限公司", CF_XDR_SHXYM="", CF_XDR_ZJHM="11010519491231002X"
        ),
        ORGANISATION,
    ),
    (row(19, CF_XDR_LB="个体工商户", CF_XDR_MC="张三", CF_XDR_SHXYM=code(19, "92430100")), ORGANISATION),
    # a line that adds up, and one that ends the sheet
    (row(42, CF_XDR_LB="", CF_XDR_MC="合  计", CF_XDR_SHXYM=""), ORGANISATION),
    (row(43, CF_XDR_LB="", CF_XDR_MC="以下空白", CF_XDR_SHXYM=""), ORGANISATION),
    # one kind written over a whole sheet does not make an organisation of a person
    (row(20, CF_XDR_LB="法人及非法人组织", CF_XDR_MC="张三", CF_XDR_SHXYM="11010519491231002X"), PERSON),
    (row(21, CF_XDR_LB="02", CF_XDR_MC="张某某", CF_XDR_SHXYM="110105********002X"), PERSON),
    (
        row(22, CF_XDR_LB="法人", CF_XDR_MC="清河有限公司", CF_XDR_SHXYM="11010519491231002X"),
        ORGANISATION,
    ),
    (row(23, CF_XDR_LB="法人", CF_XDR_MC="张三", CF_XDR_SHXYM=code(23)), ORGANISATION),
    (row(24, CF_XDR_LB="个体工商户", CF_XDR_MC="张三", CF_XDR_SHXYM="11010519491231002X"), ORGANISATION),
]


@pytest.fixture(scope="module")
def drafted(national: Pack, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Draft:
    from datetime import date

    from tests.sending import write

    folder = tmp_path_factory.mktemp("party")
    request = Request(write(folder / "a.csv", (r for r, _ in CASES)), "a.csv", "penalty")
    rules = drafting.rules(national, request, date(2026, 11, 20))
    return drafting.draft(request, rules, folder, engine, MacBlocks(b"i" * 64, b"o" * 64))


@pytest.fixture(scope="module")
def fates(drafted: Draft, engine: Engine) -> dict[int, int]:
    rows = engine.run(drafted.folder, [], [drafted.split.rows_sql("line, fate")])[0]
    return dict(rows)


@pytest.mark.parametrize(("line", "person"), [(n, p) for n, (_, p) in enumerate(CASES, 2)])
def test_a_row_is_about_a_person_exactly_where_the_rule_says(
    fates: dict[int, int], line: int, person: bool
) -> None:
    assert (fates[line] == split.PERSON) is person


def test_persons_are_counted_and_reach_no_check(drafted: Draft) -> None:
    assert drafted.persons == sum(person for _, person in CASES)
    for count in drafted.checks:
        assert count.passed + count.failed + count.empty + count.errors == len(CASES) - drafted.persons


def test_no_identity_number_stands_in_any_field_that_is_kept(drafted: Draft, engine: Engine) -> None:
    text = str(engine.run(drafted.folder, [], [drafted.split.rows_sql()])[0])
    assert "11010519491231002X" not in text
    assert drafted.masked == 5
    assert drafted.dropped == 2


def test_the_folder_is_all_there_is(drafted: Draft) -> None:
    assert Path(drafted.split.checked).parent == drafted.folder


def test_a_person_whose_cells_are_shifted_is_a_person_still(
    engine: Engine, national: Pack, tmp_path: Path
) -> None:
    """A comma too many, a cell too few, a quote that does not close: the kind stands under another header."""
    from datetime import date

    from tests.sending import write

    name = "赵某甲"
    person = list(row(1, CF_XDR_MC=name, CF_XDR_LB="自然人", CF_XDR_SHXYM="", CF_FRDB="").values())
    path = write(tmp_path / "a.csv", [row(2)])
    lines = [[name, "绰号", *person[1:]], person[1:], ['"' + name, *person[1:]]]
    lines.append([*list(row(3).values()), "向自然人出售"])
    with path.open("a", encoding="utf-8") as text:
        text.writelines(",".join(cells) + "\n" for cells in lines)
    rules = drafting.rules(national, Request(path, "a.csv", "penalty"), date(2026, 11, 20))
    blocks = MacBlocks(b"i" * 64, b"o" * 64)
    found = drafting.draft(Request(path, "a.csv", "penalty"), rules, tmp_path, engine, blocks)
    fates = dict(engine.run(tmp_path, [], [found.split.rows_sql("line, fate")])[0])
    assert fates == {2: split.CANDIDATE, **dict.fromkeys((3, 4, 5), split.PERSON), 6: split.RETURNED}
    written = returning.statements(found.split, 0)
    engine.run(tmp_path, [s for s in written if "persons.parquet" in s])
    handed = pq.read_table(tmp_path / returning.PERSONS).to_pylist()
    assert [row["line"] for row in handed] == [3, 4, 5]
    assert name not in str([row["number"] for row in handed])
    back = engine.run(tmp_path, [], [found.split.rows_sql("cells") + f" WHERE fate = {split.RETURNED}"])
    assert "向自然人出售" in str(back)  # the cell without a header goes back too
