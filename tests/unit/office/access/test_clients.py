"""API clients: secrets, tokens, scopes, rotation; the settings of an agency."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from xinheng.core.times import today
from xinheng.office.access import audit, clients, service, settings
from xinheng.office.access.errors import (
    ClientParticularsRefused,
    ClientUnknown,
    InvalidClient,
    InvalidScope,
    TooManyAttempts,
)
from xinheng.office.access.model_clients import Scope, granted
from xinheng.office.access.service import NewAgency
from xinheng.office.access.settings import AgencySettings

HERE, THERE = "192.0.2.1", "192.0.2.2"
BOTH = (Scope.WRITE, Scope.READ)


@pytest.fixture
def agency(database, clock):
    with database.transaction() as tx:
        return service.add_agency(tx, NewAgency("A", "明远市城管局"), clock, "test")


@pytest.fixture
def client(database, clock, agency):
    """(client, secret)"""
    with database.transaction() as tx:
        return clients.add_client(tx, agency, "业务系统", BOTH, clock, "office")


@pytest.fixture
def ask(database, clock):
    """A token request as a face makes it: a refusal counts in a transaction of its own."""

    def request(client_id: str, secret: str, scope: str | None = None, address: str = HERE):
        try:
            with database.transaction() as tx:
                return clients.token(tx, client_id, secret, scope, clock, address)
        except InvalidClient:
            with database.transaction() as tx:
                clients.failed(tx, client_id, clock, address)
            raise

    return request


def session(database, clock, bearer: str):
    with database.transaction() as tx:
        return clients.authenticate(tx, bearer, clock)


def test_a_secret_gets_a_bearer_that_speaks_for_the_agency(client, ask, database, clock):
    token = ask(client[0].client, client[1])
    assert token.seconds == 3600
    found = session(database, clock, token.bearer)
    assert (found.client.name, found.agency.code) == ("业务系统", "A")
    assert found.may(Scope.WRITE)
    assert found.may(Scope.READ)


def test_neither_secret_nor_bearer_is_kept(client, ask, database):
    token = ask(client[0].client, client[1])
    with database.transaction() as tx:
        kept = str(
            tx.fetch(
                "select to_json(c)::text from clients c union all select to_json(t)::text "
                "from client_tokens t union all select to_json(l)::text from audit_log l"
            )
        )
    assert client[0].client in kept
    assert client[1] not in kept
    assert token.bearer not in kept


def test_a_bearer_lasts_an_hour_and_is_swept(client, ask, database, clock):
    token = ask(client[0].client, client[1])
    clock.step(hours=1, microseconds=-1)
    assert session(database, clock, token.bearer)
    clock.step(microseconds=1)
    assert session(database, clock, token.bearer) is None
    ask(client[0].client, client[1])
    with database.transaction() as tx:
        assert tx.fetch("select count(*) from client_tokens") == [(1,)]


@pytest.mark.parametrize("secret", ["", "x", "密钥", "\ud800", "x" * 500])
def test_a_wrong_secret_gets_nothing(client, ask, secret):
    with pytest.raises(InvalidClient) as refused:
        ask(client[0].client, secret)
    assert refused.value.oauth == "invalid_client"


@pytest.mark.parametrize("client_id", ["", "nobody", "客户", "\0"])
def test_a_client_there_is_not_gets_the_same_answer(client, ask, client_id):
    with pytest.raises(InvalidClient):
        ask(client_id, client[1])


@pytest.mark.parametrize("bearer", ["", "x", "\ud800", "x" * 500])
def test_a_bearer_never_issued_is_nobody(database, clock, bearer):
    assert session(database, clock, bearer) is None


def test_a_token_is_good_for_what_was_asked_and_no_more(client, ask, database, clock):
    token = ask(client[0].client, client[1], "submissions:read")
    found = session(database, clock, token.bearer)
    assert found.may(Scope.READ)
    assert not found.may(Scope.WRITE)


def test_more_than_the_client_may_is_refused(database, clock, agency, ask):
    with database.transaction() as tx:
        client, secret = clients.add_client(tx, agency, "查询程序", [Scope.READ], clock, "office")
    assert ask(client.client, secret).scopes == {Scope.READ}
    for scope in ("submissions:write", "submissions:read submissions:write", "admin"):
        with pytest.raises(InvalidScope) as refused:
            ask(client.client, secret, scope)
        assert refused.value.oauth == "invalid_scope"


def test_scopes_are_granted_within_what_is_allowed():
    allowed = frozenset(BOTH)
    assert granted(None, allowed) == granted("", allowed) == granted(" ", allowed) == allowed
    assert granted("submissions:read  submissions:write", allowed) == allowed
    assert granted("submissions:write", frozenset([Scope.READ])) is None
    assert granted("submissions:read\n", allowed) is None


def test_after_five_failures_the_address_waits_though_the_secret_is_right(client, ask, clock):
    for _ in range(5):
        with pytest.raises(InvalidClient):
            ask(client[0].client, "wrong")
    with pytest.raises(TooManyAttempts):
        ask(client[0].client, client[1])
    assert ask(client[0].client, client[1], address=THERE)  # a stranger cannot lock a client out
    clock.step(minutes=15)
    assert ask(client[0].client, client[1])


def test_both_secrets_are_good_during_the_overlap(client, ask, database, clock):
    token = ask(client[0].client, client[1])
    with database.transaction() as tx:
        fresh = clients.rotate_secret(tx, client[0].client, clock, "office")
    assert session(database, clock, token.bearer)
    assert ask(client[0].client, fresh)
    clock.step(hours=24, microseconds=-1)
    assert ask(client[0].client, client[1])
    clock.step(microseconds=1)
    with pytest.raises(InvalidClient):
        ask(client[0].client, client[1])
    assert ask(client[0].client, fresh)


def test_a_leaked_secret_ends_at_once_with_its_tokens(client, ask, database, clock):
    token = ask(client[0].client, client[1])
    with database.transaction() as tx:
        fresh = clients.rotate_secret(tx, client[0].client, clock, "office", timedelta())
    assert session(database, clock, token.bearer) is None
    with pytest.raises(InvalidClient):
        ask(client[0].client, client[1])
    assert ask(client[0].client, fresh)


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
def test_an_overlap_has_bounds(client, database, clock, overlap):
    with pytest.raises(ClientParticularsRefused), database.transaction() as tx:
        clients.rotate_secret(tx, client[0].client, clock, "office", overlap)


def test_a_disabled_client_gets_nothing_and_its_tokens_end(client, ask, database, clock):
    token = ask(client[0].client, client[1])
    with database.transaction() as tx:
        clients.disable_client(tx, client[0].client, clock, "office")
        assert clients.by_id(tx, client[0].client).disabled == clock.now().at
    assert session(database, clock, token.bearer) is None
    with pytest.raises(InvalidClient):
        ask(client[0].client, client[1])
    with pytest.raises(ClientParticularsRefused), database.transaction() as tx:
        clients.rotate_secret(tx, client[0].client, clock, "office")


def test_with_its_agency_a_client_ends(client, ask, database, clock):
    token = ask(client[0].client, client[1])
    with database.transaction() as tx:
        new = NewAgency("B", "明远市综合执法局", from_on=today(clock), predecessor="A")
        service.add_agency(tx, new, clock, "office")
    assert session(database, clock, token.bearer) is None
    with pytest.raises(InvalidClient):
        ask(client[0].client, client[1])


@pytest.mark.parametrize(("name", "scopes"), [("", BOTH), ("业务\n系统", BOTH), ("业务系统", ())])
def test_particulars_that_do_not_fit_are_refused(agency, database, clock, name, scopes):
    with pytest.raises(ClientParticularsRefused), database.transaction() as tx:
        clients.add_client(tx, agency, name, scopes, clock, "office")


def test_clients_are_listed_by_agency(client, database, clock):
    with database.transaction() as tx:
        assert clients.listed(tx) == [client[0]] == clients.listed(tx, client[0].agency)
        assert clients.listed(tx, UUID(int=1)) == []
        with pytest.raises(ClientUnknown):
            clients.by_id(tx, "nobody")


def test_every_step_stands_in_the_audit_log(client, ask, database, clock):
    ask(client[0].client, client[1])
    with database.transaction() as tx:
        clients.rotate_secret(tx, client[0].client, clock, "office")
        clients.disable_client(tx, client[0].client, clock, "office")
        noted = [e.action for e in audit.entries(tx)]
    assert noted == ["client.disable", "client.rotate", "client.token", "client.add", "agency.add"]


def test_an_agency_asks_for_review_where_it_says_so(agency, database, clock):
    with database.transaction() as tx:
        assert not settings.settings_of(tx, agency.agency).requires_review
        settings.change_settings(tx, agency, AgencySettings(requires_review=True), clock, "office")
        settings.change_settings(tx, agency, AgencySettings(requires_review=True), clock, "office")
        assert settings.settings_of(tx, agency.agency).requires_review
