"""What can be wrong with an answer to an alert, or with a list to be compared."""

from __future__ import annotations

from uuid import UUID

from xinheng.core.errors import Kind, XinhengError


class AlertAbsent(XinhengError):
    """No such alert, or not for this asker."""

    code = "XH890"
    kind = Kind.ABSENT
    title = "没有这条无数据预警"

    def __init__(self, alert: UUID) -> None:
        super().__init__(
            found=f"编号 {alert} 不存在",
            expected="本单位或下级单位的预警",
            todo="从“监测”的清单重新进入",
        )


class AlertEnded(XinhengError):
    """An alert that has ended cannot be answered."""

    code = "XH891"
    kind = Kind.CONFLICT
    title = "这条预警已经办结"


class ZeroRefused(XinhengError):
    """Zero may be declared only of months of which nothing is held, by a source that is entered for them."""

    code = "XH892"
    kind = Kind.INVALID
    title = "零报送未接受"


class ListRefused(XinhengError):
    """A list that cannot be compared: nothing in it to compare by, or not for this agency."""

    code = "XH893"
    kind = Kind.INVALID
    title = "清单比对不了"


class ListAbsent(XinhengError):
    """No such list, or not for this asker."""

    code = "XH894"
    kind = Kind.ABSENT
    title = "没有这份比对清单"

    def __init__(self, list_id: UUID) -> None:
        super().__init__(
            found=f"编号 {list_id} 不存在",
            expected="本单位或下级单位的比对清单",
            todo="从“清单比对”的列表重新进入",
        )


class RaiseRefused(XinhengError):
    """A self-check raises nothing; of a list nothing is raised twice."""

    code = "XH895"
    kind = Kind.CONFLICT
    title = "不能从这份清单提出疑似瞒报"
