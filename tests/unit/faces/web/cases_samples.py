"""Invented views of the pages for cases."""

from __future__ import annotations

from datetime import date

from tests.unit.faces.web.samples import RECORD, WHO

from xinheng.evidence.intake.answering import Act
from xinheng.faces.web.desk import cases_views as views
from xinheng.faces.web.desk.views import CheckLine
from xinheng.faces.web.views import FormError, Pair, Tag, pages
from xinheng.office.cases.model import Tally

DAY = date(2026, 11, 20)
ACTS = tuple(views.choice(act) for act in Act)
LINE = views.CaseLine(
    case=RECORD,
    title="行政处罚退回：云市监罚字〔2026〕118号",
    kind="退回的行",
    owner="云台市市场监督管理局",
    state=Tag("待办", "warn"),
    due="2026-11-18",
    pressing=Tag("超期 2 天", "bad"),
    hand=None,
    age="9 天",
)
CHOSEN = {"kind": "returned_row", "state": "", "colour": "red", "owner": "", "hand": ""}
LIST = views.CasesView(
    figures=views.figures(Tally(12, 2, 1), 3),
    lines=(LINE,),
    with_owner=True,
    kinds=(views.Choice("returned_row", "退回的行（12）"),),
    states=(views.Choice("open", "待办"),),
    colours=(views.Choice("red", "超期"),),
    owners=(views.Choice(str(RECORD), "云台市市场监督管理局（12）"),),
    chosen=CHOSEN,
    count="120",
    pages=pages(1, 120, "/desk/cases", CHOSEN, 50),
    hand_over=True,
)
EMPTY = views.CasesView(views.figures(Tally(), 0), (), False, (), (), (), (), dict.fromkeys(CHOSEN, ""), "0")
CASE = views.CaseView(
    case=RECORD,
    title=LINE.title,
    tags=(LINE.state, Tag("超期 2 天", "bad")),
    pairs=(Pair("责任单位", LINE.owner), Pair("退回编号", str(RECORD), mono=True)),
    steps=(views.StepLine("2026-11-19 10:00", "打开查看", "王经办", ""),),
    rows=(
        views.RowView(
            RECORD,
            12,
            (CheckLine("penalty.class", "处罚类别", "罚", "不在值表中", "罚款等", Tag("退回", "bad")),),
            (("处罚类别", "罚"),),
        ),
    ),
    more_rows=1,
    acts=ACTS,
    colleagues=(views.Choice(str(RECORD), "王经办"),),
    link=("/desk/receipts/x/cases", "同一份回执的退回行"),
    errors=(FormError("说明的文字不行：说明为空", "reason"),),
)
BARE = views.CaseView(RECORD, "错码：91420100MA000000XX", (), (), ())
RECEIPT = views.ReceiptCasesView(
    RECORD, LIST.figures, (views.RuleRow("penalty.class", "处罚类别", "不在值表中", 23, 4),), ACTS
)
BULK = views.BulkView(RECORD, ACTS[0], "penalty.class", "不在值表中", 23)
HAND_OVER = views.HandOverView((views.Choice(str(RECORD), "王经办"),), (("王经办", 3),), done=3)

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "cases": ("desk/cases.html", {"cases": LIST}),
    "cases none": ("desk/cases.html", {"cases": EMPTY}),
    "case": ("desk/case.html", {"view": CASE}),
    "case bare": ("desk/case.html", {"view": BARE}),
    "receipt cases": ("desk/receipt_cases.html", {"view": RECEIPT}),
    "receipt cases none": ("desk/receipt_cases.html", {"view": views.ReceiptCasesView(RECORD, (), (), ())}),
    "bulk": ("desk/receipt_cases_act.html", {"view": BULK}),
    "bulk none": (
        "desk/receipt_cases_act.html",
        {"view": views.BulkView(RECORD, ACTS[1], "", "", 0, errors=(FormError("说明为空", "reason"),))},
    ),
    "hand over": ("desk/hand_over.html", {"view": HAND_OVER}),
    "hand over none": ("desk/hand_over.html", {"view": views.HandOverView((), ())}),
}
WHO_SIGNED_IN = WHO
