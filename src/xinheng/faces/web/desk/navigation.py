"""The desk's navigation: groups of pages, and which of them an account has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xinheng.office.access.model import Account, Role


@dataclass(frozen=True)
class Link:
    """One page of the navigation; `key` is what the page calls itself."""

    key: str
    href: str
    text: str


@dataclass(frozen=True)
class Group:
    """Pages that belong together; the group's own link leads to the first of them."""

    text: str
    links: tuple[Link, ...]

    @property
    def href(self) -> str:
        return self.links[0].href

    def holds(self, here: str) -> bool:
        """Whether the page `here` is one of the group's."""
        return any(link.key == here for link in self.links)


def _sends(account: Account) -> bool:
    return account.holds(Role.CLERK)


def _handles(account: Account) -> bool:
    return account.holds(Role.CLERK) or account.holds(Role.REVIEWER)


def _oversees(account: Account) -> bool:
    return account.role in (Role.OFFICE, Role.AUDITOR)


def _keeps(account: Account) -> bool:
    """As far as the role goes; `groups` takes these pages from a lower office."""
    return _oversees(account)


def _everyone(account: Account) -> bool:
    return True


_Rule = Callable[[Account], bool]
_GROUPS: Final[tuple[tuple[str, tuple[tuple[Link, _Rule], ...]], ...]] = (
    ("工作台", ((Link("desk", "/desk", "工作台"), _everyone),)),
    (
        "报送",
        (
            (Link("upload", "/desk/upload", "报送文件"), _sends),
            (Link("form", "/desk/form", "表单填报"), _sends),
            (Link("submissions", "/desk/submissions", "办理中的报送"), _handles),
            (Link("receipts", "/desk/receipts", "回执"), _everyone),
            (Link("exchange", "/desk/exchange", "库表交换"), _everyone),
            (Link("capture", "/desk/capture", "抓取草稿"), _everyone),
        ),
    ),
    (
        "待办",
        (
            (Link("cases", "/desk/cases", "待办"), _everyone),
            (Link("notices", "/desk/notices", "消息"), _everyone),
            (Link("withdrawals", "/desk/withdrawals", "变更撤销"), _everyone),
            (Link("reviews", "/desk/reviews", "核对"), _keeps),
        ),
    ),
    (
        "数据质量",
        (
            (Link("office", "/desk/office", "归集总览"), _oversees),
            (Link("figures", "/desk/figures", "数字"), _everyone),
            (Link("dashboard", "/desk/dashboard", "图表"), _everyone),
            (Link("completeness", "/desk/completeness", "完整性"), _everyone),
            (Link("codes", "/desk/codes", "重错码"), _everyone),
            (Link("numbers", "/desk/numbers", "号码登记"), _everyone),
        ),
    ),
    (
        "监测",
        (
            (Link("watch", "/desk/watch", "监测总览"), _everyone),
            (Link("watch-late", "/desk/watch/late", "迟报"), _everyone),
            (Link("watch-silence", "/desk/watch/silence", "无数据预警"), _everyone),
            (Link("watch-gaps", "/desk/watch/gaps", "缺号"), _everyone),
            (Link("watch-lists", "/desk/watch/lists", "清单比对"), _everyone),
            (Link("suspicions", "/desk/suspicions", "疑似瞒报"), _everyone),
            (Link("upward", "/desk/upward", "上级对账"), _everyone),
            (Link("upward-differences", "/desk/upward/differences", "上报差异"), _everyone),
        ),
    ),
    (
        "通报考核",
        (
            (Link("letters", "/desk/letters", "函件"), _everyone),
            (Link("bulletins", "/desk/bulletins", "月度通报"), _everyone),
            (Link("plans", "/desk/plans", "工作要点"), _everyone),
            (Link("openness", "/desk/openness", "公开比例"), _everyone),
            (Link("appraisal", "/desk/appraisal", "考核"), _everyone),
            (Link("assessments", "/desk/assessments", "第三方评估"), _everyone),
            (Link("monitoring-check", "/desk/monitoring-check", "城市监测自查"), _everyone),
        ),
    ),
    (
        "目录与单位",
        (
            (Link("tree", "/desk/tree", "单位"), _everyone),
            (Link("catalogue", "/desk/catalogue", "目录"), _everyone),
            (Link("proposals", "/desk/proposals", "目录建议"), _everyone),
            (Link("bought", "/desk/bought", "外购数据"), _everyone),
            (Link("exports", "/desk/exports", "导出记录"), _everyone),
            (Link("audit", "/desk/audit", "操作日志"), _keeps),
            (Link("notices-log", "/desk/notices/log", "发送记录"), _oversees),
            (Link("timers", "/desk/timers", "定时运行"), _keeps),
        ),
    ),
    ("公示网站", ((Link("home", "/", "公示网站"), _everyone),)),
)


def _reaches(account: Account, link: Link) -> bool:
    """A third party reaches its assessments and what is public."""
    return account.role is not Role.ASSESSOR or link.key in ("desk", "assessments", "home")


def groups(account: Account, *, keeps: bool) -> tuple[Group, ...]:
    """The groups of an account, without pages that it may not open. `keeps`: see `access.keeps`."""
    found = (
        Group(
            text,
            tuple(
                link
                for link, allows in links
                if allows(account) and _reaches(account, link) and (keeps or allows is not _keeps)
            ),
        )
        for text, links in _GROUPS
    )
    return tuple(group for group in found if group.links)
