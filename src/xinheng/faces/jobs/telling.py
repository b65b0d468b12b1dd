"""Sending what messages have to leave the house, and the morning's messages themselves."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from xinheng.core.times import SHANGHAI, today
from xinheng.core.webhooks import Call
from xinheng.faces.app.settings_channels import MORNING
from xinheng.faces.jobs.calling import call
from xinheng.law.notices import Channel
from xinheng.office.cases import days
from xinheng.office.cases.model import working_day_before, yellow_until
from xinheng.office.notices import mail, model, wording
from xinheng.office.notices import service as notices
from xinheng.office.notices.errors import ChannelMissing
from xinheng.office.notices.model import Delivery, Morning, Notice, Outgoing

if TYPE_CHECKING:
    from xinheng.faces.app import App


def tell(app: App, delivery: UUID) -> None:
    """One attempt; the next one, if it failed, is arranged by the same transaction that notes it."""
    site = (app.settings.site_name, app.settings.channels.site_url)
    with app.database.transaction() as tx:
        found = notices.due(tx, delivery, app.clock, app.pack, site)
    if found is None:
        return
    delivered, answer = carry(app, *found)
    with app.database.transaction() as tx:
        notices.settle(tx, delivery, delivered=delivered, answer=answer, clock=app.clock)


def carry(app: App, outgoing: Outgoing, notice: Notice) -> tuple[bool, str]:
    """Hand one message over by its channel: (whether it was taken, what was said or went wrong)."""
    delivery, channels = outgoing.delivery, app.settings.channels
    if delivery.channel is Channel.MAIL:
        if channels.mail is None:
            return False, missing(Channel.MAIL).found
        return mail.send(channels.mail, outgoing, app.settings.site_name, app.clock.now().at)
    if delivery.channel is Channel.SMS:
        if channels.sms is None:
            return False, missing(Channel.SMS).found
        return channels.sms.send(delivery.address, outgoing.short, str(delivery.delivery))
    secret = notices.secret_of(app.keys, delivery.agency, delivery.serial)
    return call(app, Call(delivery.delivery, delivery.address, secret, model.webhook_body(outgoing, notice)))


def missing(channel: Channel) -> ChannelMissing:
    """The refusal for a channel that is not set up."""
    setting = "XINHENG_SMTP_HOST" if channel is Channel.MAIL else "XINHENG_SMS_GATEWAY"
    return ChannelMissing(
        found=f"没有配置{model.CHANNELS[channel]}",
        expected=f"设置 {setting}",
        todo="由平台管理员按 docs/settings.md 配置后重试",
    )


def trial(app: App, channel: Channel, address: str) -> tuple[bool, str]:
    """Send a message that says it is a trial, past queue and log. Raises ChannelMissing, AddressRefused."""
    channels = app.settings.channels
    absent = {Channel.MAIL: channels.mail is None, Channel.SMS: channels.sms is None}
    if absent.get(channel):
        raise missing(channel)
    now, nobody = app.clock.now().at, UUID(int=0)
    where = wording.checked(channel, address)
    waiting = Delivery(nobody, nobody, nobody, channel, where, 0, model.Fate.WAITING, now, 0, None, None)
    name = app.settings.site_name
    title, text = f"{name}：测试消息", f"这是{name}发出的测试消息，收到即表示渠道可用。"
    notice = Notice(nobody, nobody, None, "trial", title, text, text, "/desk/notices", now)
    return carry(app, Outgoing(waiting, title, text, f"【{name}】{text}", channels.site_url), notice)


# -- the morning -------------------------------------------------------------------------------------


def morning_began(app: App) -> datetime | None:
    """When this working day's messages were due; None before that, and on days without work."""
    now, day = app.clock.now().at, today(app.clock)
    began = datetime.combine(day, time(MORNING), SHANGHAI).astimezone(UTC)
    return began if now >= began and app.pack.calendar.is_workday(day) else None


def tell_morning(app: App) -> str:
    """今日待办: what waits, what is due next, what ran over; once a working day for whoever has something."""
    app.reload_pack()
    day, calendar = today(app.clock), app.pack.calendar
    before = working_day_before(day, calendar.is_workday)
    since = datetime.combine(before, time(), SHANGHAI).astimezone(UTC)
    with app.database.transaction() as tx:
        found = days.waiting(tx, day, yellow_until(day, calendar.add_working_days), before, since)
        news = [
            new
            for one in found
            for new in model.of_morning(
                day,
                Morning(
                    agency=one.owner,
                    **{name: value for name, value in vars(one).items() if name != "owner"},
                ),
            )
            if new.template in app.pack.notices.templates
        ]
        told = notices.send_many(tx, news, app.clock, app.pack)
    return f"{len(found)} 家单位有待办，发出 {told} 条消息"
