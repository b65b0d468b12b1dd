"""Refusals of the capture. None of them repeats what stands on a page."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class CaptureAbsent(XinhengError):
    """No capture has this name."""

    code: ClassVar[str] = "XH870"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这项抓取"


class DescriptionWrong(XinhengError):
    """The description of a source cannot be used; the message names file and line."""

    code: ClassVar[str] = "XH871"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "抓取说明有误"


class PageUnavailable(XinhengError):
    """A page could not be read: no connection, an error of the site, too large, too slow, no web page."""

    code: ClassVar[str] = "XH872"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "页面无法读取"


class LayoutChanged(XinhengError):
    """The page is there, and a selector finds nothing on it any more."""

    code: ClassVar[str] = "XH873"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "页面结构与说明不符"


class RobotsForbid(XinhengError):
    """The site's robots.txt does not allow the page."""

    code: ClassVar[str] = "XH874"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "网站不允许抓取这个地址"


class AskedToStop(XinhengError):
    """The site answered 429 or 5xx, and again after a pause."""

    code: ClassVar[str] = "XH875"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "网站要求暂停访问"


class LeftHost(XinhengError):
    """A page leads to another host, which is not followed."""

    code: ClassVar[str] = "XH876"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "页面转向了其他网站"


class DraftAbsent(XinhengError):
    """No such draft waits, or it is another agency's."""

    code: ClassVar[str] = "XH877"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条待确认的草稿"


class CaptureBusy(XinhengError):
    """Another process runs this capture."""

    code: ClassVar[str] = "XH878"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "这项抓取正在进行"


class CaptureWrong(XinhengError):
    """A capture cannot be registered as given, or a draft cannot be changed like this."""

    code: ClassVar[str] = "XH879"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "抓取登记或草稿修改有误"
