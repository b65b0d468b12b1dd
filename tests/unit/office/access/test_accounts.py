"""Accounts, sessions and failed sign-ins."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher

from xinheng.core.identity import check_character
from xinheng.office.access import accounts, audit, passwords, service
from xinheng.office.access.accounts import NewAccount
from xinheng.office.access.errors import AccountRefused, AccountUnknown, SignInBusy, TooManyAttempts
from xinheng.office.access.model import Role
from xinheng.office.access.passwords import Passwords, generate
from xinheng.office.access.service import NewAgency

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # strength is not what is tested here
INVENTED = "11010119900307001" + check_character("11010119900307001")
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def hashing():
    return Passwords(hasher=QUICK)


@pytest.fixture
def clerk(database, clock, hashing):
    """(account, password) of a clerk."""
    with database.transaction() as tx:
        agency = service.add_agency(tx, NewAgency("A", "甲局"), clock, "test")
        return accounts.add_account(tx, NewAccount("li", "李某", Role.CLERK, agency), hashing, clock, "test")


@pytest.fixture
def sign_in(database, clock, hashing):
    """The three steps, each transaction committed, as a face does them."""

    def attempt(login: str, password: str, address: str = HERE):
        with database.transaction() as tx:
            tried = accounts.challenge(tx, login, address, clock)
        right = hashing.verify(tried.password, password)
        with database.transaction() as tx:
            return accounts.settle(tx, tried, right, clock)

    return attempt


def test_a_password_opens_a_session_with_account_and_agency(clerk, sign_in, database, clock):
    account, password = clerk
    opened = sign_in("li", password)
    assert opened.account == account
    with database.transaction() as tx:
        found = accounts.session(tx, opened.token, clock)
    assert (found.account, found.agency.code, found.csrf) == (account, "A", opened.csrf)


@pytest.mark.parametrize(
    ("login", "name"), [(INVENTED, "李某"), ("li", f"李某{INVENTED}"), ("li", "李\n某"), ("li", "")]
)
def test_an_identity_number_opens_no_account(database, clock, hashing, login, name):
    new = NewAccount(login, name, Role.OFFICE)
    with pytest.raises(AccountRefused) as refused, database.transaction() as tx:
        accounts.add_account(tx, new, hashing, clock, "test")
    assert INVENTED not in str(refused.value)


def test_a_login_is_found_whatever_its_case(clerk, sign_in):
    assert sign_in(" LI ", clerk[1]) is not None


@pytest.mark.parametrize(
    ("login", "password"), [("li", "wrong"), ("li", ""), ("nobody", "x"), ("li\0", "x"), ("李", "x")]
)
def test_a_wrong_login_or_password_opens_nothing(clerk, sign_in, login, password):
    assert sign_in(login, password) is None


def test_neither_password_nor_token_is_kept(clerk, sign_in, database):
    opened = sign_in("li", clerk[1])
    with database.transaction() as tx:
        kept = str(tx.fetch("select to_json(a)::text from accounts a")) + str(
            tx.fetch("select token::text from sessions")
        )
    assert clerk[1] not in kept
    assert opened.token not in kept
    assert opened.token.encode().hex() not in kept


def test_a_session_ends_after_its_hours(clerk, sign_in, database, clock):
    opened = sign_in("li", clerk[1])
    clock.step(hours=accounts.SESSION_HOURS, microseconds=-1)
    with database.transaction() as tx:
        assert accounts.session(tx, opened.token, clock)
    clock.step(microseconds=1)
    with database.transaction() as tx:
        assert accounts.session(tx, opened.token, clock) is None


def test_ended_sessions_are_swept_at_the_next_sign_in(clerk, sign_in, database, clock):
    sign_in("li", clerk[1])
    clock.step(hours=accounts.SESSION_HOURS)
    sign_in("li", clerk[1])
    with database.transaction() as tx:
        assert tx.fetch("select count(*) from sessions") == [(1,)]


def test_signing_out_ends_the_session_and_no_other(clerk, sign_in, database, clock):
    one, other = sign_in("li", clerk[1]), sign_in("li", clerk[1])
    with database.transaction() as tx:
        accounts.sign_out(tx, one.token)
        accounts.sign_out(tx, "never issued \ud800")
        assert accounts.session(tx, one.token, clock) is None
        assert accounts.session(tx, other.token, clock)


def test_a_disabled_account_has_no_session_and_opens_none(clerk, sign_in, database, clock):
    opened = sign_in("li", clerk[1])
    with database.transaction() as tx:
        accounts.disable(tx, "li", clock, "office")
    with database.transaction() as tx:
        assert accounts.session(tx, opened.token, clock) is None
    assert sign_in("li", clerk[1]) is None


def test_a_new_password_replaces_the_old_and_ends_sessions(clerk, sign_in, database, clock, hashing):
    opened = sign_in("li", clerk[1])
    with database.transaction() as tx:
        fresh = accounts.reset_password(tx, "li", hashing, clock, "office")
    assert sign_in("li", clerk[1]) is None
    assert sign_in("li", fresh) is not None
    with database.transaction() as tx:
        assert accounts.session(tx, opened.token, clock) is None


def test_after_five_failures_the_address_waits_though_the_password_is_right(clerk, sign_in, clock):
    for _ in range(accounts.FAILURES_OF_PAIR):
        assert sign_in("li", "wrong") is None
    with pytest.raises(TooManyAttempts):
        sign_in("li", clerk[1])
    clock.step(minutes=15)
    assert sign_in("li", clerk[1]) is not None


def test_a_stranger_elsewhere_cannot_lock_an_account(clerk, sign_in):
    for _ in range(accounts.FAILURES_OF_PAIR):
        sign_in("li", "wrong", THERE)
    assert sign_in("li", clerk[1], HERE) is not None


def test_a_success_forgets_the_failures_before_it(clerk, sign_in):
    for _ in range(2):
        for _ in range(accounts.FAILURES_OF_PAIR - 1):
            sign_in("li", "wrong")
        assert sign_in("li", clerk[1]) is not None


def test_an_address_that_tries_many_logins_waits(clerk, sign_in):
    for number in range(accounts.FAILURES_OF_ADDRESS):
        sign_in(f"guess{number}", "x", THERE)
    with pytest.raises(TooManyAttempts):
        sign_in("li", clerk[1], THERE)
    assert sign_in("li", clerk[1], HERE) is not None


def test_addresses_of_one_ipv6_network_count_as_one(clerk, sign_in):
    for number in range(accounts.FAILURES_OF_PAIR):
        sign_in("li", "wrong", f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyAttempts):
        sign_in("li", clerk[1], "2001:db8:1:2:ffff::1")
    assert sign_in("li", clerk[1], "2001:db8:1:3::1") is not None


def test_an_address_in_ipv6_clothes_is_the_same_address(clerk, sign_in):
    for _ in range(accounts.FAILURES_OF_PAIR):
        sign_in("li", "wrong", f"::ffff:{HERE}")
    with pytest.raises(TooManyAttempts):
        sign_in("li", clerk[1], HERE)


def test_failures_keep_nothing_of_what_was_typed_and_are_swept(clerk, sign_in, database, clock):
    sign_in("my-password-in-the-wrong-field", "x")
    with database.transaction() as tx:
        assert "my-password" not in str(tx.fetch("select to_json(f)::text from sign_in_failures f"))
    clock.step(minutes=16)
    sign_in("li", clerk[1])
    with database.transaction() as tx:
        assert tx.fetch("select count(*) from sign_in_failures") == [(0,)]


@pytest.mark.parametrize("login", ["", "x", "Li", "li li", "李", "a" * 41, "-li"])
def test_a_malformed_login_is_refused(database, clock, hashing, login):
    with pytest.raises(AccountRefused), database.transaction() as tx:
        accounts.add_account(tx, NewAccount(login, "李某", Role.OFFICE), hashing, clock, "test")


def test_a_login_is_given_once(clerk, database, clock, hashing):
    with pytest.raises(AccountRefused), database.transaction() as tx:
        accounts.add_account(tx, NewAccount("li", "他人", Role.OFFICE), hashing, clock, "test")


def test_a_clerk_needs_an_agency(database, clock, hashing):
    with pytest.raises(AccountRefused), database.transaction() as tx:
        accounts.add_account(tx, NewAccount("li", "李某", Role.CLERK), hashing, clock, "test")


def test_an_unknown_account_cannot_be_disabled(database, clock):
    with pytest.raises(AccountUnknown), database.transaction() as tx:
        accounts.disable(tx, "nobody", clock, "office")


def test_accounts_are_listed_by_login(clerk, database, clock, hashing):
    with database.transaction() as tx:
        accounts.add_account(tx, NewAccount("audit", "审计", Role.AUDITOR), hashing, clock, "test")
        assert [(a.login, a.role.value) for a in accounts.listed(tx)] == [
            ("audit", "auditor"),
            ("li", "clerk"),
        ]


def test_an_identity_number_never_stands_in_the_audit_log(database, clock):
    first, weights = "11010119990101001", [2 ** (17 - i) % 11 for i in range(17)]  # GB 11643: MOD 11-2
    real = first + "10X98765432"[sum(int(c) * w for c, w in zip(first, weights, strict=True)) % 11]
    with database.transaction() as tx:
        audit.note(tx, clock, "li", "search", f"查询 {real}")
        assert real not in audit.entries(tx)[0].detail


def test_the_audit_log_is_read_in_pages_newest_first(database, clock):
    with database.transaction() as tx:
        for number in range(5):
            audit.note(tx, clock, "li", "test", str(number))
        first = audit.entries(tx, count=2)
        second = audit.entries(tx, before=first[-1].entry, count=2)
    assert [e.detail for e in first + second] == ["4", "3", "2", "1"]


def test_facts_about_the_home_are_kept_and_replaced(database):
    with database.transaction() as tx:
        assert audit.fact(tx, "made") is None
        audit.set_fact(tx, "made", "a")
        audit.set_fact(tx, "made", "b")
        assert audit.fact(tx, "made") == "b"


def test_generated_passwords_differ_and_can_be_read_aloud():
    made = {generate() for _ in range(100)}
    assert len(made) == 100
    assert all(len(p) == 23 and not set(p) & set("0O1lI") for p in made)


def test_a_home_keeps_passwords_by_a_hash_that_costs_a_thief_memory(monkeypatch):
    monkeypatch.setattr(passwords, "PasswordHasher", PasswordHasher)  # tests/conftest.py makes it quick
    kept = Passwords().hash("x")
    _, kind, _, strength, _, _ = kept.split("$")
    cost = {name: int(value) for name, value in (one.split("=") for one in strength.split(","))}
    # RFC 9106 section 4, the second recommendation: 64 MiB, three passes, four lanes
    assert (kind, cost) == ("argon2id", {"m": 65536, "t": 3, "p": 4})


def test_a_crowd_at_the_door_is_turned_away_at_once():
    inside, out = threading.Event(), threading.Event()

    class Slow(PasswordHasher):
        def hash(self, password, *, salt=None):
            if password == "slow":
                inside.set()
                out.wait(20)
            return super().hash(password)

    crowded = Passwords(at_once=1, waiting=0, hasher=Slow(1, 8, 1))
    first = threading.Thread(target=crowded.hash, args=("slow",))
    first.start()
    inside.wait(20)
    with pytest.raises(SignInBusy):
        crowded.verify(None, "x")
    out.set()
    first.join()
    assert crowded.verify(crowded.hash("y"), "y")
