"""Invented views of the pages about reviews."""

from __future__ import annotations

from uuid import UUID

from xinheng.faces.web.desk import reviews_views as views
from xinheng.faces.web.views import FormError, Pair, Tag, pages

ID = UUID("019a9d2c-5b00-7000-8000-000000000001")
LIST = views.ListView(
    kind=views.SUBJECTS,
    ended=False,
    lines=(
        views.Line(
            f"/desk/reviews/subjects/{ID}",
            Tag("一名两码", "warn"),
            "云台市大有（集团）股份有限公司第三分公司　91429900MA00000025",
            "云台市大有（集团）股份有限公司第三分公司　91429900MA00000033",
            "2026-11-02 09:12",
            Tag("待办", "warn"),
        ),
    ),
    count="120",
    tabs=views.tabs(views.SUBJECTS, (120, 3), ended=False),
    pages=pages(2, 120, "/desk/reviews", {"kind": "subjects"}, 50),
)
NONE = views.ListView(views.RECORDS, True, (), "0", views.tabs(views.RECORDS, (0, 0), ended=True))
REVIEW = views.ReviewView(
    f"/desk/reviews/records/{ID}",
    "记录核对：行政处罚",
    (Pair("信衡编号", str(ID), mono=True, wide=True), Pair("最初报送的单位", "云台市市场监督管理局")),
    (("keep", "维持现有记录", "收到的这一行不采用。"), ("objection", "转最初报送的单位核实", "")),
    "keep",
    (
        views.Difference("违法事实", "标签未标明生产日期", "标签缺失", True),
        views.Difference("处罚类别", "罚款", "罚款", False),
    ),
    may_decide=True,
    note="查过原件",
    errors=(FormError("说明太短", "note"),),
    organisation="91429900MA00000025",
)


def review_pages(who: object) -> dict[str, tuple[str, str, dict[str, object]]]:
    """Each page with its views, as the other samples list them."""
    return {
        "reviews": ("desk/reviews.html", "reviews", {"reviews": LIST, "who": who}),
        "reviews_none": ("desk/reviews.html", "reviews", {"reviews": NONE, "who": who}),
        "review": ("desk/review.html", "reviews", {"review": REVIEW, "who": who}),
    }
