"""Invented views of the pages for messages."""

from __future__ import annotations

from tests.unit.faces.web.samples import RECORD

from xinheng.faces.web.desk import notices_views as views
from xinheng.faces.web.views import FormError, Tag, Turn

LINE = views.Line(RECORD, "收到示例市信用办的函件：限期补报", "2026-11-20 10:00", False, False)
FORM = views.ChannelForm(
    "agency", "webhook", "本单位系统（webhook）", "https 地址", "https://a.cn/", frozenset({"x"}), True, "0f"
)
OWN = views.ChannelForm("own", "mail", "电子邮件", "如 a@b.cn", "", frozenset(), False)
TEMPLATES = (("x", "收到函件"), ("y", "今日待办"))
SENT = views.DeliveryLine(
    RECORD, "限期补报", "云台市局", "短信", "138****8000", Tag("未送出", "bad"), 7, "10:00", "HTTP 500", True
)
TIMER = views.TimerLine("重错码检查", "每 60 分钟", "10:00", "10:01", "新发现 0", Tag("正常", "good"))

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "notices": (
        "desk/notices.html",
        {
            "view": views.InboxView(
                (LINE,), "1", True, Turn(1, "/desk/notices", "/desk/notices?before=x"), True
            )
        },
    ),
    "notices none": ("desk/notices.html", {"view": views.InboxView((), "0", False)}),
    "notice": ("desk/notice.html", {"view": views.NoticeView("限期补报", "10:00", ("甲", "乙"), "/desk")}),
    "settings": (
        "desk/notices_settings.html",
        {
            "view": views.PreferencesView(
                TEMPLATES, (FORM,), (OWN,), "云台市局", True, (FormError("不是手机号码", "agency-webhook"),)
            )
        },
    ),
    "settings none": ("desk/notices_settings.html", {"view": views.PreferencesView(TEMPLATES, (), ())}),
    "log": (
        "desk/notices_log.html",
        {"view": views.LogView((SENT,), "dead", (("dead", "未送出"),), Turn(1, None, "/x"), True)},
    ),
    "log none": ("desk/notices_log.html", {"view": views.LogView((), "", ())}),
    "timers": ("desk/timers.html", {"view": views.TimersView((TIMER,))}),
}
