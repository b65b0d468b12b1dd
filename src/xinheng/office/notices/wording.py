"""Putting a message into words, and judging where it is to go: what may be refused."""

from __future__ import annotations

import re
from typing import Final

from xinheng.core import webhooks
from xinheng.core.identity import mask
from xinheng.law.notices import ALWAYS, Channel, Notices, Template, Wording, filled
from xinheng.office.notices.errors import AddressRefused, TemplateUnknown
from xinheng.office.notices.model import SITE, NewNotice

VALUE_LENGTH: Final = 200
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_PHONE = re.compile(r"1[3-9]\d{9}")


def template_of(notices: Notices, name: str) -> Template:
    """The pack's template. Raises TemplateUnknown."""
    found = notices.templates.get(name)
    if found is None:
        known = "、".join(notices.templates) or "（无）"
        raise TemplateUnknown(
            found=f"模板“{name[:40]}”", expected=known, todo="在规则包 notices 中加上这个模板", where=name
        )
    return found


def worded(template: Template, wording: Wording, new: NewNotice, agency: str) -> tuple[str, str, str | None]:
    """Title, text and short text. Identity numbers are masked. Raises TemplateUnknown for a missing value."""
    missing = [name for name in template.values if name not in new.values]
    if missing:
        raise TemplateUnknown(
            found=f"没有给出 {'、'.join(missing)}",
            expected="、".join(template.values),
            todo="由发送这条消息的功能补上",
            where=template.id,
        )
    given = {name: " ".join(mask(text)[0].split())[:VALUE_LENGTH] for name, text in new.values.items()}
    given |= {ALWAYS[0]: agency, ALWAYS[1]: SITE}
    short = filled(wording.sms, given) if wording.sms else None
    return filled(wording.title, given), filled(wording.text, given), short


def checked(channel: Channel, address: str) -> str:
    """An address as it is kept. Raises AddressRefused."""
    text = address.strip()
    if channel is Channel.MAIL and not (_MAIL.fullmatch(text) and ".." not in text):
        raise _refused("不是电子邮件地址", "如 xinyong@example.gov.cn 的地址")
    if channel is Channel.SMS and not _PHONE.fullmatch(text):
        raise _refused("不是手机号码", "11 位手机号码，用单位的值班手机")
    if channel is Channel.WEBHOOK:
        try:
            webhooks.address_of(text)
        except ValueError as wrong:
            raise _refused(str(wrong), "如 https://host.example.gov.cn/xinheng/notices 的地址") from None
    return text


def _refused(found: str, expected: str) -> AddressRefused:
    return AddressRefused(found=found, expected=expected, todo="改正后再保存", where="address")
