"""Invented views of the pages for cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.unit.faces.web.samples import RECORD, WHO

from xinheng.evidence.intake.answering import Act
from xinheng.faces.web.desk import cases_views as views
from xinheng.faces.web.desk import todo_views
from xinheng.faces.web.desk.views import CheckLine
from xinheng.faces.web.views import Figure, FormError, Pair, Tag, Turn
from xinheng.office.cases.model import Day, Tally

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
MINE = replace(LINE, mine=True, handed=True)
DAY_OF = Day(2, 1, 1, 4, 3, date(2026, 11, 25), 2)
SUMS = (todo_views.SumLine("退回的行", "/desk/cases?kind=returned_row", "12", "1", "2", "1"),)
LIST = todo_views.TodoView(
    shortcuts=todo_views.shortcuts(Tally(12, 2, 1, 1), DAY_OF, CHOSEN),
    sections=(todo_views.Section("超期", (LINE, MINE)), todo_views.Section("其余", (LINE,))),
    with_owner=True,
    kinds=(views.Choice("returned_row", "退回的行（12）"),),
    states=todo_views.state_choices(),
    whens=todo_views.choices(todo_views.WHEN),
    owners=(views.Choice(str(RECORD), "云台市市场监督管理局（12）"),),
    hands=todo_views.choices(todo_views.HANDS),
    chosen=CHOSEN,
    count="超过 1 000",
    next_term=todo_views.next_term(DAY_OF),
    turn=Turn(2, "/desk/cases", "/desk/cases?after=3"),
    by_kind=SUMS,
    by_unit=SUMS,
    more_units=3,
    colleagues=(views.Choice(str(RECORD), "王经办（我）"),),
    hand_over=True,
    ownerless=(("云台市旧局", "/desk/cases?owner=x"),),
    done=2,
)
NO_DAY = Day(0, 0, 0, 0, 0, None, 0)
EMPTY = todo_views.TodoView(
    shortcuts=todo_views.shortcuts(Tally(), NO_DAY, dict.fromkeys(CHOSEN, "")),
    sections=(),
    with_owner=False,
    kinds=(),
    states=(),
    whens=(),
    owners=(),
    hands=(),
    chosen=dict.fromkeys(CHOSEN, ""),
    count="0",
)
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
    receivers=(views.Choice(str(RECORD), "云台市下级局"),),
    link=("/desk/receipts/x/cases", "同一份回执的退回行"),
    errors=(FormError("说明的文字不行：说明为空", "reason"),),
)
BARE = views.CaseView(RECORD, "错码：91420100MA000000XX", (), (), ())
RECEIPT = views.ReceiptCasesView(
    RECORD,
    (Figure("退回的行", "12"),),
    (views.RuleRow("penalty.class", "处罚类别", "不在值表中", 23, 4),),
    ACTS,
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
