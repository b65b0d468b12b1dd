"""The settings of the channels by which messages leave the house, and of what runs by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from xinheng.core import webhooks
from xinheng.faces.app.errors import SettingWrong
from xinheng.law.notices import Channel
from xinheng.office.notices import gateway, wording
from xinheng.office.notices.errors import AddressRefused
from xinheng.office.notices.gateway import JsonGateway
from xinheng.office.notices.mail import PORTS, MailServer, Tls

MINUTES = 525_600  # of a year


@dataclass(frozen=True)
class Channels:
    """How messages leave; None: not by this channel. `site_url`: the platform's own address, for links."""

    mail: MailServer | None = None
    sms: JsonGateway | None = None
    site_url: str | None = None


MORNING: Final = 8  # o'clock in Shanghai, from when a working day's messages go out
TIMERS: Final[Mapping[str, str]] = {
    "morning": "今日待办消息",
    "inspect": "重错码检查",
    "exchange": "库表交换",
    "capture": "网页抓取",
}


@dataclass(frozen=True)
class Timing:
    """How often what recurs is run; None: not by itself."""

    inspect: timedelta | None = timedelta(days=1)
    exchange: timedelta | None = timedelta(hours=1)
    capture: timedelta | None = timedelta(days=1)

    def often(self, name: str) -> str:
        """How often one of TIMERS is run, in Chinese."""
        if name == "morning":
            return f"每个工作日 {MORNING} 时起"
        every: timedelta | None = getattr(self, name, None)
        if every is None:
            return "不自动运行"
        minutes = int(every.total_seconds()) // 60
        for unit, length in (("天", 1_440), ("小时", 60)):
            if minutes % length == 0:
                return f"每 {minutes // length} {unit}"
        return f"每 {minutes} 分钟"


def channels(given: Mapping[str, str]) -> Channels:
    """From `XINHENG_SMTP_*`, `XINHENG_SMS_*` and `XINHENG_SITE_URL`. Raises SettingWrong, GatewayWrong."""
    url = given.get("XINHENG_SITE_URL")
    if url is not None:
        try:
            webhooks.address_of(url)
        except ValueError as wrong:
            raise SettingWrong("XINHENG_SITE_URL", f"平台的网址（{wrong}）") from None
    file = given.get("XINHENG_SMS_GATEWAY")
    secret = _secret(given, "XINHENG_SMS_SECRET_FILE")
    sms = gateway.described(Path(file).expanduser(), secret) if file else None
    return Channels(_mail(given), sms, url)


def _mail(given: Mapping[str, str]) -> MailServer | None:
    host = given.get("XINHENG_SMTP_HOST")
    if host is None:
        return None
    said = given.get("XINHENG_SMTP_TLS", Tls.STARTTLS.value).lower()
    if said not in set(Tls):
        raise SettingWrong("XINHENG_SMTP_TLS", "、".join(Tls) + " 之一")
    tls, port = Tls(said), given.get("XINHENG_SMTP_PORT", "")
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise SettingWrong("XINHENG_SMTP_PORT", "1 至 65535 的整数")
    try:
        sender = wording.checked(Channel.MAIL, given.get("XINHENG_SMTP_FROM", ""))
    except AddressRefused:
        raise SettingWrong("XINHENG_SMTP_FROM", "发件的电子邮件地址") from None
    authority = given.get("XINHENG_SMTP_CA")
    return MailServer(
        host=host,
        port=int(port) if port else PORTS[tls],
        tls=tls,
        sender=sender,
        user=given.get("XINHENG_SMTP_USER"),
        password=_secret(given, "XINHENG_SMTP_PASSWORD_FILE"),
        authority=Path(authority).expanduser() if authority else None,
    )


def _secret(given: Mapping[str, str], name: str) -> str | None:
    """The first line of a file: a secret in the environment is seen by every program that is started."""
    if name not in given:
        return None
    try:
        text = Path(given[name]).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingWrong(name, "读得出的文件，第一行是口令") from None
    return text.split("\n", 1)[0].strip() or None


def timing(given: Mapping[str, str]) -> Timing:
    """From `XINHENG_INSPECT_MINUTES` and its like; 0: never. Raises SettingWrong."""
    own = Timing()
    return Timing(
        _every(given, "XINHENG_INSPECT_MINUTES", own.inspect),
        _every(given, "XINHENG_EXCHANGE_MINUTES", own.exchange),
        _every(given, "XINHENG_CAPTURE_MINUTES", own.capture),
    )


def _every(given: Mapping[str, str], name: str, default: timedelta | None) -> timedelta | None:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and int(text) <= MINUTES):
        raise SettingWrong(name, f"0 至 {MINUTES} 的整数，单位分钟；0 为不自动运行")
    return timedelta(minutes=int(text)) or None
