"""Invented views of the pages about codes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from xinheng.evidence.subjects.code_model import Rate
from xinheng.faces.web.desk import codes_views as views
from xinheng.faces.web.views import FormError, Pair, Tag, pages

ID = UUID("019a9d2c-5b00-7000-8000-000000000001")
RATE = Rate(date(2026, 11, 20), 12, 5_012)
CODES = views.CodesView(
    figures=views.figures(RATE, 7),
    note=views.rate_note(RATE, None),
    asked=views.Asked(kind="two_codes", owner="SJJ", ended=True),
    lines=(
        views.FindingLine(
            ID,
            Tag("一主体多码", "warn"),
            "91429900MA00000017",
            "“云台市大有（集团）股份有限公司第三分公司”有两个代码：91429900MA00000025 和 91429900MA00000017",
            "云台市市场监督管理局",
            "2026-11-20",
        ),
    ),
    count="7",
    csv="/desk/codes.csv",
    owners=(views.OwnerLine("云台市市场监督管理局", "/desk/codes?owner=SJJ", ("1", "3", "2", "1"), "7"),),
    may_inspect=True,
    pages=pages(2, 140, "/desk/codes", {"kind": "two_codes"}, 50),
)
NONE = views.CodesView(
    views.figures(Rate(date(2026, 11, 20), 0, 0), 0), "", views.Asked(), (), "0", "/desk/codes.csv"
)
FINDING = views.FindingView(
    ID,
    "错码：9142O1OOMA49XK074B",
    "代码 9142O1OOMA49XK074B 不符合 GB 32100 的校验，报送数据中出现 1 行",
    (Pair("代码", "9142O1OOMA49XK074B", mono=True), Pair("期限", None, otherwise=views.NO_TERM)),
    may_settle=True,
    errors=(FormError("说明太短", "note"),),
)
APPEALS = views.AppealsView(
    (
        views.AppealLine(
            ID,
            Tag("待办", "warn"),
            "云台市星河商贸有限公司　91429900MA00000025",
            "云台市星河商贸有限公司",
            "云台市市场监督管理局",
            "2026-11-20 10:00",
        ),
    ),
    ended=False,
    may_open=True,
)
FORM = views.AppealForm(
    "91429900MA00000025",
    "91429900MA0000001",
    "证照上的代码不同",
    "云台市星河商贸有限公司",
    (FormError("新代码应为18位", "new_code"), FormError("理由太短", "reason")),
)
APPEAL = views.AppealView(
    ID,
    "代码申诉：云台市星河商贸有限公司 91429900MA00000025",
    (Pair("现用代码", "91429900MA00000025", mono=True),),
    (("2026-11-20 10:00", "王经办", "已转登记机关"),),
    may_decide=True,
    new_code="91429900MA00000017",
    errors=(FormError("依据太短", "basis"),),
)


def code_pages(who: object) -> dict[str, tuple[str, str, dict[str, object]]]:
    """Each page with its views, as the other samples list them."""
    return {
        "codes": ("desk/codes.html", "codes", {"codes": CODES, "who": who}),
        "codes_none": ("desk/codes.html", "codes", {"codes": NONE, "who": who}),
        "code": ("desk/code.html", "codes", {"finding": FINDING, "who": who}),
        "code_appeals": ("desk/code_appeals.html", "codes", {"appeals": APPEALS, "who": who}),
        "code_appeal_new": ("desk/code_appeal_new.html", "codes", {"form": FORM, "who": who}),
        "code_appeal": ("desk/code_appeal.html", "codes", {"appeal": APPEAL, "who": who}),
    }
