"""`xinheng notices` as an operator uses it, with a real mail server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.unit.faces.jobs.post_office import post_office

from xinheng.core.webhooks import WAITS
from xinheng.faces.app import Settings, init_home, open_app
from xinheng.faces.cli.main import main
from xinheng.law.notices import Channel
from xinheng.office.access import service as access
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice, Where

SAID = {"title": "限期补报", "number": "〔2026〕3号", "issuer": "示例市信用办", "due": "2026-11-27"}


def test_a_channel_is_tried_and_what_failed_is_tried_again(
    dsn: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, clock = Settings(home=home / "home", dsn=dsn), SteppingClock()
    init_home(made, "national", clock)
    with open_app(made, clock) as app, app.database.transaction() as tx:
        agency = access.add_agency(tx, access.NewAgency("A", "清河市市场监督管理局"), clock, "test").agency
        where = Where(
            agency, None, Channel.MAIL, "a@example.gov.cn", 0, ("letter_arrived",), clock.now().at, "x"
        )
        notices.subscribe(tx, where, app.pack, clock, "admin")
        notices.send(tx, NewNotice(agency, "letter_arrived", SAID, "letter:x"), clock, app.pack)
        number = notices.deliveries(tx)[0][0].delivery
        for _ in range(len(WAITS) + 1):
            notices.settle(tx, number, delivered=False, answer="SMTP 550", clock=clock)
    monkeypatch.setenv("XINHENG_HOME", str(made.home))
    monkeypatch.setenv("XINHENG_DSN", dsn)
    assert main(["notices", "test", "mail", "a@example.gov.cn"]) == 7
    assert "XH472" in capsys.readouterr().err
    with post_office() as office:
        for name, value in (("HOST", "127.0.0.1"), ("PORT", str(office.port)), ("TLS", "none")):
            monkeypatch.setenv(f"XINHENG_SMTP_{name}", value)
        monkeypatch.setenv("XINHENG_SMTP_FROM", "xinyong@example.gov.cn")
        office.refuse = ["550 no such mailbox"]
        assert main(["notices", "test", "mail", "a@example.gov.cn"]) == 5
        assert main(["notices", "test", "mail", "a@example.gov.cn"]) == 0
        assert main(["notices", "test", "mail", "nobody"]) == 3
    shown = capsys.readouterr().out
    assert "没有送出（SMTP 550 no such mailbox）" in shown
    assert "电子邮件：已送出（SMTP 250）" in shown
    assert main(["notices", "list"]) == 0
    assert "共 1 条" in capsys.readouterr().out
    assert main(["notices", "retry"]) == 3
    assert main(["notices", "retry", "--all"]) == 0
    assert "重新排队 1 条" in capsys.readouterr().out
    assert main(["notices", "retry", str(number)]) == 4
    assert main(["notices", "list", "--source", "A"]) == 0
    assert "共 0 条" in capsys.readouterr().out
    assert main(["notices", "list", "--all"]) == 0
    assert "共 1 条" in capsys.readouterr().out
