"""Refusals about codes: findings, owners, corrections, appeals (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.uscc import Verdict


class OfficeMissing(XinhengError):
    """There is no credit office that a finding without a known registrar could go to."""

    code: ClassVar[str] = "XH650"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "没有可以承办的信用办"

    def __init__(self) -> None:
        super().__init__(
            found="单位树里没有信用办",
            expected="至少登记一个信用办：登记机关不明的代码由它承办",
            todo="先用 xinheng agency add --kind office 登记信用办",
        )


class NoSuchFinding(XinhengError):
    code: ClassVar[str] = "XH651"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条重错码"

    def __init__(self, number: str) -> None:
        super().__init__(
            found=f"编号 {number} 不存在", expected="重错码清单中的编号", todo="从清单重新打开", where=number
        )


class FindingEnded(XinhengError):
    code: ClassVar[str] = "XH652"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这条重错码已经办结"

    def __init__(self, number: str, outcome: str) -> None:
        super().__init__(found=f"已办结：{outcome}", expected="尚未办结的", todo="刷新清单", where=number)


class NotTheOwner(XinhengError):
    """Somebody decides about a code that another authority answers for."""

    code: ClassVar[str] = "XH653"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "不是这个代码的登记机关"

    def __init__(self, uscc: str, owner: str) -> None:
        super().__init__(
            found=f"代码 {uscc} 由{owner}承办", expected="登记机关或信用办", todo=f"请{owner}办理", where=uscc
        )


class RegistrarWrong(XinhengError):
    """A prefix or place that no code begins with."""

    code: ClassVar[str] = "XH654"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "登记机关的范围不对"


class CodeNotValid(XinhengError):
    """The new code of a correction fails its own check."""

    code: ClassVar[str] = "XH655"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "新代码不符合校验规则"

    def __init__(self, verdict: Verdict, uscc: str) -> None:
        hint = f"；可能是 {verdict.suggestion}" if verdict.suggestion else ""
        super().__init__(
            found=f"“{uscc[:40]}”：{verdict.reason}",
            expected="18 位统一社会信用代码，校验正确",
            todo=f"对照登记证照核对{hint}",
            where=uscc[:40],
        )


class CodeTaken(XinhengError):
    """The new code belongs to another organisation: that would be a merger."""

    code: ClassVar[str] = "XH656"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "新代码属于另一单位，需合并，尚未提供"

    def __init__(self, uscc: str, name: str) -> None:
        super().__init__(
            found=f"代码 {uscc} 现属“{name}”",
            expected="平台上没有单位使用的代码",
            todo="由信用办在核对清单中查明两者是否同一单位；平台不会自行合并",
            where=uscc,
        )


class SameCode(XinhengError):
    code: ClassVar[str] = "XH657"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "新代码与现用代码相同"

    def __init__(self, uscc: str) -> None:
        super().__init__(
            found=f"{uscc} 就是现用代码", expected="另一个代码", todo="核对后重新填写", where=uscc
        )


class OrganisationUnknown(XinhengError):
    """No organisation bears or bore the code that an appeal or correction names."""

    code: ClassVar[str] = "XH658"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有使用这个代码的单位"

    def __init__(self, uscc: str) -> None:
        super().__init__(
            found=f"主体库中没有代码 {uscc[:40]}",
            expected="主体库中的代码（现用的或已更正的）",
            todo="核对代码，或按名称查询",
            where=uscc[:40],
        )


class AppealDecided(XinhengError):
    """An appeal that was decided already, or a case that is no appeal about a code."""

    code: ClassVar[str] = "XH659"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这件代码申诉不能再办"
