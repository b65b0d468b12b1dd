"""Refusals of the web face itself, and the one table from kinds to HTTP."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError


class PageAbsentError(XinhengError):
    code = "XH950"
    kind = Kind.ABSENT
    title = "没有这一页"


class MethodRefusedError(XinhengError):
    code = "XH951"
    title = "这个地址不接受这种请求"


class ParameterError(XinhengError):
    code = "XH952"
    title = "请求里的参数不对"


class UnexpectedError(XinhengError):
    code = "XH953"
    kind = Kind.NOT_READY
    title = "平台出了差错"


class BodyTooLargeError(XinhengError):
    code = "XH954"
    title = "提交的内容太大"


class BodyTooSlowError(XinhengError):
    code = "XH955"
    kind = Kind.BUSY
    title = "提交的内容迟迟没有到齐"


class ForeignFormError(XinhengError):
    code = "XH956"
    kind = Kind.FORBIDDEN
    title = "这次提交不是从本站的页面发出的"


class SignInNeededError(XinhengError):
    code = "XH957"
    kind = Kind.FORBIDDEN
    title = "需要登录"


class RoleRefusedError(XinhengError):
    code = "XH958"
    kind = Kind.FORBIDDEN
    title = "这个账号不能办这件事"


class UploadAbsentError(XinhengError):
    code = "XH959"
    kind = Kind.ABSENT
    title = "上传的文件已经不在"


class NotShownError(XinhengError):
    """Never recorded, never shown and no longer shown are one answer: the difference is nobody's to learn."""

    code = "XH960"
    kind = Kind.ABSENT
    title = "没有正在公示的这条记录"


class OrganisationAbsentError(XinhengError):
    code = "XH961"
    kind = Kind.ABSENT
    title = "没有这家单位的记录"


class CrowdedDeskError(XinhengError):
    code = "XH962"
    kind = Kind.BUSY
    title = "正在校核的文件太多"


class AskedTooFastError(XinhengError):
    """`retry_after`: seconds until there is a token again."""

    code = "XH963"
    kind = Kind.BUSY
    title = "查询太快"

    def __init__(self, *, found: str, expected: str, todo: str, retry_after: int) -> None:
        super().__init__(found=found, expected=expected, todo=todo)
        self.retry_after = retry_after


class BearerNeededError(XinhengError):
    """`challenge`: what the answer says in WWW-Authenticate (RFC 6750)."""

    code = "XH964"
    kind = Kind.FORBIDDEN
    title = "接口需要访问令牌"
    challenge = 'Bearer realm="xinheng", error="invalid_token"'


class ScopeNeededError(XinhengError):
    code = "XH965"
    kind = Kind.FORBIDDEN
    title = "这个令牌没有这项权限"
    challenge = 'Bearer realm="xinheng", error="insufficient_scope"'


class CalledTooFastError(AskedTooFastError):
    code = "XH966"
    title = "接口调用太快"


STATUS_OF_KIND = {
    Kind.INVALID: 400,
    Kind.ABSENT: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.NOT_READY: 503,
    Kind.BUSY: 503,
}
STATUS_OF_CODE = {  # where HTTP knows better than the kind
    MethodRefusedError.code: 405,
    UnexpectedError.code: 500,
    BodyTooLargeError.code: 413,
    BodyTooSlowError.code: 408,
    SignInNeededError.code: 401,
    AskedTooFastError.code: 429,
    BearerNeededError.code: 401,
    CalledTooFastError.code: 429,
}


def status_of(error: XinhengError) -> int:
    """The HTTP status of a refusal."""
    return STATUS_OF_CODE.get(error.code, STATUS_OF_KIND[error.kind])


def page_absent(path: str) -> PageAbsentError:
    return PageAbsentError(
        found=f"地址 {path[:200]} 没有内容",
        expected="首页、查询、单位、记录或工作台的地址",
        todo="从首页重新进入，或者用查询",
    )


def sign_in_needed() -> SignInNeededError:
    return SignInNeededError(
        found="还没有登录，或者登录已经过期", expected="信源单位或信用办的账号", todo="登录后再试"
    )


def foreign_form() -> ForeignFormError:
    return ForeignFormError(
        found="提交来自别的网站，或者页面打开得太久",
        expected="从本站刚打开的页面提交",
        todo="回到原来的页面，刷新后重新提交",
    )


def unexpected(reference: str) -> UnexpectedError:
    return UnexpectedError(
        found=f"处理时发生意外，编号 {reference}；没有写入任何东西，或者已经写入的完整无缺",
        expected="正常的答复",
        todo="稍后再试；仍不行，把编号告诉平台的运维人员",
    )
