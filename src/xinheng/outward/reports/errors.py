"""What can be wrong with a bulletin or an export."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError


class NotYet(XinhengError):
    """A month whose cut-off has not come."""

    code = "XH820"
    kind = Kind.NOT_READY
    title = "通报还不能生成"

    def __init__(self, month: str, cutoff: str) -> None:
        super().__init__(
            found=f"{month} 的统计截止时刻是 {cutoff}，还没有到",
            expected="截止时刻已过的月份",
            todo="到时再生成；只想先看数字的，看“数字”和“图表”页面",
        )


class NoCutoff(XinhengError):
    """The working days after the month cannot be counted."""

    code = "XH821"
    kind = Kind.NOT_READY
    title = "统计截止日无法计算"

    def __init__(self, year: int) -> None:
        super().__init__(
            found=f"规则包没有 {year} 年的工作日历",
            expected="有该年工作日历的规则包，或指明截止日",
            todo="用 --cutoff 写明截止日（这一天零时起的不计），或启用带有该年日历的规则包",
        )


class AlreadyIssued(XinhengError):
    """A bulletin is issued once."""

    code = "XH822"
    kind = Kind.CONFLICT
    title = "这份通报已经印发"

    def __init__(self, month: str, issued: str) -> None:
        super().__init__(
            found=f"{month} 的通报已于 {issued} 印发",
            expected="没有印发过的月份",
            todo="查看已印发的通报；数字有误的，在下一期通报中更正",
        )


class NotIssued(XinhengError):
    """Nothing is kept to compare with."""

    code = "XH823"
    kind = Kind.ABSENT
    title = "这份通报没有印发"

    def __init__(self, month: str) -> None:
        super().__init__(
            found=f"{month} 没有印发过通报",
            expected="已印发的月份",
            todo="先用 xinheng bulletin make 月份 --issue 印发，或核对月份和 --agency",
        )


class Differs(XinhengError):
    """A bulletin that was issued does not come out the same."""

    code = "XH824"
    kind = Kind.CONFLICT
    title = "重算的通报与印发的不一致"

    def __init__(self, month: str, files: str) -> None:
        super().__init__(
            found=f"{month}：{files} 的摘要与印发时不同",
            expected="逐字节相同",
            todo="不要替换已印发的文件；把这条消息和两份文件交给维护人员查明原因",
        )


class MonthRefused(XinhengError):
    """What was given as a month or a day is none."""

    code = "XH825"
    kind = Kind.INVALID
    title = "月份或截止日不对"

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found=found, expected=expected, todo="改正后重试")


class ExportRefused(XinhengError):
    """A list that is too long, a form that is not offered, or a purpose that cannot be kept."""

    code = "XH826"
    kind = Kind.INVALID
    title = "导出未接受"
