"""Messages leaving the house: to a real mail server, a real gateway, a real system of an agency."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.conftest import SteppingClock
from tests.unit.faces.jobs.certificates import certificate
from tests.unit.faces.jobs.post_office import post_office
from tests.unit.faces.jobs.receiver import receiver

from xinheng.core import webhooks
from xinheng.faces.app import App
from xinheng.faces.app.settings_channels import Channels
from xinheng.faces.jobs import telling
from xinheng.faces.jobs.telling import tell, tell_morning
from xinheng.law.notices import Channel
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import NewCase
from xinheng.office.notices import gateway
from xinheng.office.notices import service as notices
from xinheng.office.notices.errors import ChannelMissing
from xinheng.office.notices.mail import MailServer, Tls
from xinheng.office.notices.model import Delivery, Fate, NewNotice, Where

SAID = {"title": "限期补报", "number": "〔2026〕3号", "issuer": "示例市信用办", "due": "2026-11-27"}


def agency(app: App) -> UUID:
    with app.database.transaction() as tx:
        return access.by_code(tx, "A").agency


def sent(app: App, channel: Channel, address: str) -> UUID:
    """A letter has arrived at A, which wants to hear of it there; the delivery."""
    own, at = agency(app), app.clock.now().at
    app.clock.step(seconds=1)  # type: ignore[attr-defined]
    with app.database.transaction() as tx:
        where = Where(own, None, channel, address, 0, ("letter_arrived",), at, "王管理")
        notices.subscribe(tx, where, app.pack, app.clock, "admin")
        notices.send(tx, NewNotice(own, "letter_arrived", SAID, "/desk/letters/x"), app.clock, app.pack)
        return notices.deliveries(tx)[0][0].delivery


def fate(app: App) -> Delivery:
    with app.database.transaction() as tx:
        return notices.deliveries(tx)[0][0]


def through(app: App, **channels: object) -> None:
    app.settings = replace(app.settings, channels=Channels(**channels))  # type: ignore[arg-type]


def server(port: int, tls: Tls = Tls.NONE, **more: object) -> MailServer:
    return MailServer("127.0.0.1", port, tls, "xinyong@example.gov.cn", **more)  # type: ignore[arg-type]


def test_a_message_goes_by_mail_and_is_tried_again_when_it_is_refused(app: App) -> None:
    with post_office() as office:
        office.refuse = ["451 come back later"]
        through(app, mail=server(office.port), site_url="https://credit.example.gov.cn")
        number = sent(app, Channel.MAIL, "a@example.gov.cn")
        tell(app, number)
        assert (fate(app).state, fate(app).answer) == (Fate.WAITING, "SMTP 451 come back later")
        tell(app, number)
        tell(app, number)
    (mail,) = office.taken
    assert fate(app).state is Fate.DELIVERED
    assert mail["to"] == "a@example.gov.cn"
    assert mail["subject"] == "收到示例市信用办的函件：限期补报"
    assert str(number) in mail["message-id"]
    text = mail.get_content()
    assert "https://credit.example.gov.cn/desk/letters/x" in text
    assert "{site}" not in text


def test_a_password_goes_only_over_an_encrypted_line(app: App, tmp_path: Path) -> None:
    made = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    with post_office(context) as office:
        login = {"user": "xinyong", "password": "geheim"}
        through(app, mail=server(office.port, Tls.STARTTLS, **login))
        number = sent(app, Channel.MAIL, "a@example.gov.cn")
        tell(app, number)
        assert "SSLCertVerificationError" in (fate(app).answer or "")
        assert office.logins == []
        office.secured = False
        through(app, mail=server(office.port, Tls.STARTTLS, authority=made, **login))
        tell(app, number)
        assert office.secured
        assert len(office.logins) == len(office.taken) == 1
    with post_office() as plain:
        through(app, mail=server(plain.port, Tls.STARTTLS, **login))
        tell(app, sent(app, Channel.MAIL, "b@example.gov.cn"))
        assert plain.logins == []
        assert "加密" in (fate(app).answer or "")


def test_a_short_message_goes_as_the_gateway_is_described(app: App, tmp_path: Path) -> None:
    file = tmp_path / "gateway.json"
    with receiver() as there:
        said = {
            "url": there.url,
            "headers": {"authorization": "Bearer {secret}"},
            "body": {"mobile": ["{to}"], "content": "{text}", "id": "{id}"},
        }
        file.write_text(json.dumps(said), encoding="utf-8")
        through(app, sms=gateway.described(file, "geheim"))
        there.answers = [500]
        number = sent(app, Channel.SMS, "13800138000")
        tell(app, number)
        assert fate(app).answer == "HTTP 500"
        tell(app, number)
        assert fate(app).state is Fate.DELIVERED
        (_, headers, body) = there.calls[-1]
    assert headers["authorization"] == "Bearer geheim"
    found = json.loads(body)
    assert found["mobile"] == ["13800138000"]
    assert found["id"] == str(number)
    assert found["content"].startswith("【信衡】")


@pytest.mark.parametrize(
    ("content", "taken"),
    [(b'{"code": 0}', True), (b'{"code": "1"}', False), (b"{}", False), (b"<html>", False)],
)
def test_a_gateway_that_answers_no_is_believed(content: bytes, taken: bool) -> None:
    told = gateway.JsonGateway("http://127.0.0.1/", {}, {}, ("code",), ("0",))
    assert told._judged(200, content)[0] is taken
    assert told._judged(500, content)[0] is False


@pytest.mark.parametrize(
    "said",
    [
        "no json",
        "[]",
        '{"url": "http://a.cn/", "body": {"to": "{to}"}}',
        '{"url": "ftp://a.cn/", "body": "{to}{text}"}',
        '{"url": "http://a.cn/", "body": "{to}{text}", "more": 1}',
        '{"url": "http://a.cn/", "body": "{to}{text}", "taken": {"path": "a"}}',
        '{"url": "http://a.cn/", "body": "{to}{text}", "headers": {"a": 1}}',
    ],
)
def test_a_description_that_is_wrong_is_refused_by_name(said: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.json"
    file.write_text(said, encoding="utf-8")
    with pytest.raises(gateway.GatewayWrong, match="gateway"):
        raise_of(file)


def raise_of(file: Path) -> None:
    try:
        gateway.described(file)
    except gateway.GatewayWrong as refusal:
        raise gateway.GatewayWrong(
            found=f"gateway {refusal.found}", expected=refusal.expected, todo=refusal.todo
        ) from None


def test_an_agency_s_system_is_told_signed(app: App) -> None:
    with receiver() as there:
        number = sent(app, Channel.WEBHOOK, there.url)
        tell(app, number)
        assert fate(app).state is Fate.DELIVERED
        (_, headers, body) = there.calls[0]
    secret = notices.secret_of(app.keys, agency(app), fate(app).serial)
    stamp, mac = (part.split("=", 1)[1] for part in headers[webhooks.SIGNATURE].split(","))
    assert mac == hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert json.loads(body)["template"] == "letter_arrived"


def test_an_agency_s_system_in_a_private_network_is_not_called(app: App) -> None:
    with receiver() as there:
        app.settings = replace(app.settings, private_networks=())
        tell(app, sent(app, Channel.WEBHOOK, there.url))
        assert there.calls == []
    assert (fate(app).answer or "").startswith("XH854")


def test_a_channel_that_is_not_set_up_says_so(app: App) -> None:
    tell(app, sent(app, Channel.MAIL, "a@example.gov.cn"))
    assert fate(app).answer == "没有配置电子邮件"
    for channel in (Channel.MAIL, Channel.SMS):
        with pytest.raises(ChannelMissing):
            telling.trial(app, channel, "a@example.gov.cn")
    with post_office() as office:
        through(app, mail=server(office.port))
        assert telling.trial(app, Channel.MAIL, "a@example.gov.cn") == (True, "SMTP 250")
        assert "测试" in office.taken[0]["subject"]


def test_a_working_morning_tells_each_agency_once(app: App, clock: SteppingClock) -> None:
    day = datetime(2026, 11, 20, 2, tzinfo=UTC)
    own = agency(app)
    with app.database.transaction() as tx:
        for days in (0, 3, -1):
            due = (day + timedelta(days=days)).date()
            new = NewCase("silence", "无数据", own, f"agency:{days}", due_on=due)
            cases.open_case(tx, new, clock)
    assert tell_morning(app) == "1 家单位有待办，发出 3 条消息"
    assert tell_morning(app).endswith("发出 0 条消息")
    with app.database.transaction() as tx:
        found = notices.listed(tx, notices.Inbox(UUID(int=1), own))
    assert {n.template for n, _ in found} == {"todo_digest", "case_due", "case_overdue"}
    for at, began in (
        (datetime(2026, 11, 19, 23, 59, tzinfo=UTC), False),  # Friday 07:59
        (datetime(2026, 11, 20, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 2, tzinfo=UTC), False),  # Saturday
    ):
        clock.set(at)
        assert (telling.morning_began(app) is not None) is began, at
