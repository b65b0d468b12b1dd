"""Refusals of the law floor. All but two concern a pack that does not load, and name file and line."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError
from xinheng.law.model import Place


class PackError(XinhengError):
    """A pack does not load. `where` is file:line of the value that is wrong."""

    code = "XH200"
    kind = Kind.INVALID
    title = "规则包未能加载"
    advice = "修改该行后运行 xinheng policy check"

    def __init__(self, place: Place | str, *, found: str, expected: str, todo: str | None = None) -> None:
        super().__init__(found=found, expected=expected, todo=todo or self.advice, where=str(place))


class PackSyntaxError(PackError):
    """Not the YAML that packs may use: undecodable, an alias, a tag, a duplicate key, too deep, too large."""

    code = "XH201"
    title = "规则包文件格式错误"


class PackValueError(PackError):
    """A value of the wrong type or not among those accepted, an unknown or missing key, a false date."""

    code = "XH202"
    title = "规则包取值错误"


class PackBasisError(PackError):
    """A basis does not resolve, or a value lies outside its instrument's life without saying why."""

    code = "XH203"
    title = "依据不成立"


class PackGroundError(PackError):
    """A practice, platform or unverified rule grounds something against an organisation."""

    code = "XH204"
    title = "依据不足以产生不利影响"


class PackOverrideError(PackError):
    """A lower pack overrides instead of adding."""

    code = "XH205"
    title = "下级规则包只能增加，不能改变"


class PackBannedFieldError(PackError):
    """A field that the law bans from collection (征信业管理条例 art. 14, kept as a default of every pack)."""

    code = "XH206"
    title = "法律禁止采集的数据项"


class PackExampleError(PackError):
    """A rule without the worked examples it needs, or with an example that comes out otherwise."""

    code = "XH207"
    title = "规则的示例不成立"


class RuleError(XinhengError):
    """A rule expression outside the allow-list, over unknown columns or of the wrong type."""

    code = "XH208"
    kind = Kind.INVALID
    title = "规则表达式不被接受"


class PackRuleError(PackError):
    """A rule expression of a pack is refused; see RuleError."""

    code = "XH209"
    title = "规则表达式不被接受"


class UnknownPackError(XinhengError):
    """No pack of that name in any of the folders."""

    code = "XH210"
    kind = Kind.ABSENT
    title = "没有这个规则包"


class UnknownItemError(XinhengError):
    """The pack has no item of that id or name."""

    code = "XH211"
    kind = Kind.ABSENT
    title = "目录中没有这个事项"


class NoRuleInForceError(XinhengError):
    """The item exists, but no edition of it is in force on the day asked for: an answer of its own."""

    code = "XH212"
    kind = Kind.ABSENT
    title = "该日无现行规则"


class UnknownYearError(XinhengError):
    """The working-day calendar has no data for a year that must be counted."""

    code = "XH213"
    kind = Kind.NOT_READY
    title = "没有该年的工作日历"


class ArchiveError(XinhengError):
    """Bytes that are no archived pack, or not the one their digest says."""

    code = "XH214"
    kind = Kind.INVALID
    title = "规则包存档无法读取"


class SecretItemError(XinhengError):
    """Rows of an item that is secret (涉密), or not collected: neither taken in nor shown (R007)."""

    code = "XH215"
    kind = Kind.FORBIDDEN
    title = "不得报送的事项"
