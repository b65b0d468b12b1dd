"""Telling an agency's system: signed, without content, tried again, never where it may not go."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from tests.conftest import SteppingClock
from tests.sending import row
from tests.unit.faces.jobs.receiver import Receiver, receiver

from xinheng.core import webhooks
from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions import service
from xinheng.evidence.submissions.callbacks import model
from xinheng.evidence.submissions.callbacks import service as callbacks
from xinheng.evidence.submissions.callbacks.model import CallbackRefusedError, Delivery, DeliveryState
from xinheng.evidence.submissions.model import Handed, Submission
from xinheng.faces.app import App
from xinheng.faces.jobs import working
from xinheng.faces.jobs.delivering import deliver
from xinheng.office.access import service as access


def entered(app: App, url: str) -> str:
    """The secret of agency A's address."""
    with app.database.transaction() as tx:
        callback = callbacks.enter(tx, access.by_code(tx, "A"), url, app.clock, "test")
    return callbacks.secret_of(app.keys, callback)


def sent(app: App, number: int = 1) -> Submission:
    content = json.dumps(row(number), ensure_ascii=False).encode()
    return service.hand_in(app, Handed(content, "x.jsonl", "penalty", "A", way=Way.API, callback=True))


def log(app: App) -> list[Delivery]:
    with app.database.transaction() as tx:
        return callbacks.deliveries(tx)


def waits(app: App) -> list[int]:
    """Seconds until the next attempt, by the database's clock."""
    with app.database.transaction() as tx:
        rows = tx.fetch(
            "select round(extract(epoch from scheduled_at - now()))::int from procrastinate_jobs"
            " where task_name = %(task)s and status = 'todo'",
            {"task": callbacks.TASK},
        )
    return [row[0] for row in rows if row[0] is not None]


def test_an_end_is_told_signed_and_without_content(app: App) -> None:
    with receiver() as there:
        secret = entered(app, there.url)
        done = sent(app)
        with working(app):
            assert there.came.acquire(timeout=30)
        ((path, headers, body),) = there.calls
    assert path == "/told?who=A"
    said = json.loads(body)
    assert (said["submission"], said["state"], said["receipt"]) == (str(done.id), "done", str(done.receipt))
    assert said["counts"]["accepted"] == 1
    assert "清河" not in body.decode()
    assert "CF_" not in body.decode()
    stamp, mac = (part.split("=", 1)[1] for part in headers[webhooks.SIGNATURE].split(","))
    assert int(stamp) == int(app.clock.now().at.timestamp())
    assert mac == hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["host"] == f"127.0.0.1:{there.port}"
    (kept,) = log(app)
    assert (kept.state, kept.answer, kept.attempts) == (DeliveryState.DELIVERED, "HTTP 204", 1)
    assert headers[webhooks.DELIVERY] == str(kept.delivery)


def test_nobody_is_told_without_an_address_or_a_wish(app: App) -> None:
    sent(app)
    assert log(app) == []
    entered(app, "http://127.0.0.1:9/x")
    service.hand_in(app, Handed(json.dumps(row(2)).encode(), "x.jsonl", "penalty", "A"))
    assert log(app) == []


def test_a_failed_call_waits_longer_each_time_and_is_given_up(app: App, clock: SteppingClock) -> None:
    with receiver() as there:
        there.answers = [500] * 9
        entered(app, there.url)
        sent(app)
        (delivery,) = log(app)
        expected = [int(wait.total_seconds()) for wait in webhooks.WAITS]
        for wait in expected:
            deliver(app, delivery.delivery)
            assert abs(waits(app)[-1] - wait) <= 2
        deliver(app, delivery.delivery)
        deliver(app, delivery.delivery)  # has ended: nobody is called
    (kept,) = log(app)
    assert (kept.state, kept.attempts, kept.answer) == (DeliveryState.GIVEN_UP, 7, "HTTP 500")
    assert len(there.calls) == 7


def test_a_redirect_is_not_followed(app: App) -> None:
    with receiver() as there:
        there.answers = [302]
        entered(app, there.url)
        sent(app)
        deliver(app, log(app)[0].delivery)
    assert [path for path, _, _ in there.calls] == ["/told?who=A"]
    assert log(app)[0].answer == "HTTP 302"


@pytest.mark.parametrize(
    ("url", "listed", "answer"),
    [
        ("http://127.0.0.1:{port}/", False, "XH854"),
        ("http://localhost:{port}/", False, "XH854"),
        ("http://[::1]:{port}/", True, "XH854"),  # only 127.0.0.0/8 is listed
        ("http://no-such-host.invalid/", True, "XH859"),
        ("http://192.88.99.1/", True, "XH"),
        ("http://8.8.8.8/", True, "XH759"),  # public, without TLS
        ("https://127.0.0.1:{port}/", True, "Error"),  # no TLS there
    ],
)
def test_where_it_may_not_go_nobody_is_called(
    app: App, monkeypatch: pytest.MonkeyPatch, url: str, listed: bool, answer: str
) -> None:
    if not listed:
        monkeypatch.setattr(app, "settings", replace(app.settings, private_networks=()))
    with receiver() as there:
        entered(app, url.format(port=there.port))
        sent(app)
        deliver(app, log(app)[0].delivery)
    assert there.calls == []
    kept = log(app)[0]
    assert kept.state is DeliveryState.WAITING
    assert answer in (kept.answer or "")


def test_a_new_entry_has_a_new_secret_and_a_removed_one_is_not_called(app: App) -> None:
    with receiver() as there:
        first = entered(app, there.url)
        sent(app)
        assert entered(app, there.url) != first
        with app.database.transaction() as tx:
            assert callbacks.remove(tx, access.by_code(tx, "A"), app.clock, "test")
            assert not callbacks.remove(tx, access.by_code(tx, "A"), app.clock, "test")
        deliver(app, log(app)[0].delivery)
        _nobody(there)
        assert entered(app, there.url) != first
    assert log(app)[0].state is DeliveryState.GIVEN_UP


def _nobody(there: Receiver) -> None:
    assert there.calls == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x",
        "https://",
        "https://user:word@host/x",
        "https://host/#x",
        "https://host/ x",
        "https://主机/x",
        "https://host:99999/",
        "https://host/11010519491231002X",
        "https://host/" + "x" * 600,
    ],
)
def test_an_address_that_cannot_be_called_is_refused(url: str) -> None:
    with pytest.raises(CallbackRefusedError):
        model.address_of(url)
