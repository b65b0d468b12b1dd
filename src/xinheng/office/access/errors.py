"""Refusals of access, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class AgencyUnknown(XinhengError):
    """No agency has this code."""

    code: ClassVar[str] = "XH401"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这个单位"

    def __init__(self, agency: str) -> None:
        super().__init__(
            found=f"代码 {agency[:60]} 未登记",
            expected="已登记的信源单位代码（见 xinheng agency list）",
            todo="核对代码，或先用 xinheng agency add 登记",
        )


class AgencyRefused(XinhengError):
    """An agency's particulars do not fit: a code taken, a level unknown, dates that run backwards."""

    code: ClassVar[str] = "XH402"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "单位信息有误"


class AccountRefused(XinhengError):
    """An account's particulars do not fit: a login taken or malformed, a clerk without an agency."""

    code: ClassVar[str] = "XH403"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "账号信息有误"


class AccountUnknown(XinhengError):
    """No account has this login."""

    code: ClassVar[str] = "XH404"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这个账号"

    def __init__(self, login: str) -> None:
        super().__init__(
            found=f"账号 {login[:60]} 不存在",
            expected="已开设的账号",
            todo="核对账号，或先用 xinheng account add 开设",
        )


class SignInRefused(XinhengError):
    """Login or password is wrong, or the account is disabled: which of them is never said."""

    code: ClassVar[str] = "XH405"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "登录未成功"

    def __init__(self) -> None:
        super().__init__(
            found="账号或密码不正确", expected="有效的账号和密码", todo="核对后重试，或联系信用办重置密码"
        )


class TooManyAttempts(XinhengError):
    """This address failed too often with this login, or altogether. Other addresses are not concerned."""

    code: ClassVar[str] = "XH406"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "尝试次数过多"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            found=f"{minutes} 分钟内从这里登录失败的次数过多",
            expected="间隔一段时间再试",
            todo=f"{minutes} 分钟后重试；从其他地点登录不受影响",
        )


class SignInBusy(XinhengError):
    """More sign-ins wait for their password to be checked than may wait (technology.md, bite 13)."""

    code: ClassVar[str] = "XH407"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "登录请求过多"

    def __init__(self) -> None:
        super().__init__(
            found="同时登录的人太多", expected="稍候即可登录", todo="几秒后重试；其他功能不受影响"
        )


class InvalidClient(XinhengError):
    """RFC 6749 `invalid_client`: unknown, disabled or wrong secret; which of them is never said."""

    code: ClassVar[str] = "XH440"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "客户端认证未成功"
    oauth: ClassVar[str] = "invalid_client"  # section 5.2

    def __init__(self) -> None:
        super().__init__(
            found="client_id 或 client_secret 不正确，或该客户端已停用",
            expected="有效的客户端和密钥",
            todo="核对后重试；密钥遗失的，请本单位管理员或信用办更换密钥",
        )


class InvalidScope(XinhengError):
    """RFC 6749 `invalid_scope`: asked for more than the client may, or for what there is not."""

    code: ClassVar[str] = "XH441"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "申请的权限超出范围"
    oauth: ClassVar[str] = "invalid_scope"

    def __init__(self, allowed: str) -> None:
        super().__init__(
            found="scope 中有这个客户端没有的权限",
            expected=f"{allowed} 之内，以空格分隔；不写即全部",
            todo="修改 scope 后重试，或请信用办增加权限",
        )


class ClientUnknown(XinhengError):
    """No client has this id."""

    code: ClassVar[str] = "XH442"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这个客户端"

    def __init__(self, client: str) -> None:
        super().__init__(
            found=f"客户端 {client[:60]} 不存在",
            expected="已登记的客户端（见 xinheng client list）",
            todo="核对 client_id，或先用 xinheng client add 登记",
        )


class ClientParticularsRefused(XinhengError):
    """A client's particulars do not fit: a name, no scope at all, an agency that is no more."""

    code: ClassVar[str] = "XH443"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "客户端信息有误"


class TreeRefused(XinhengError):
    """A step in the tree does not fit: a circle, a level, a day, bodies still below, no permission to end."""

    code: ClassVar[str] = "XH444"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "单位树不能这样调整"


class NotAdministered(XinhengError):
    """An administrator reaches for an account, a role or an agency that is not theirs to give."""

    code: ClassVar[str] = "XH445"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "不在本账号的管理范围"
