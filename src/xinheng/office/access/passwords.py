"""Passwords: made, hashed with argon2id, checked, never more at once than the machine can bear.

One check takes about 0.1 s and 64 MiB. Whoever floods the sign-in form may keep the checking busy, but not
the rest of the service (technology.md, bite 13).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from xinheng.office.access.errors import SignInBusy

# Without the characters that are taken for each other: 0 O, 1 l I.
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 4, 5  # 20 characters of 56: 116 bits


def generate() -> str:
    """A new password: four groups of five."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


class Passwords:
    """Hashes and checks, at most `at_once` at a time, with at most `waiting` callers in the queue."""

    def __init__(self, at_once: int = 2, waiting: int = 20, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.Semaphore(at_once)
        self._room = threading.Semaphore(at_once + waiting)
        self._nobody: str | None = None
        self._finding = threading.Lock()

    def hash(self, password: str) -> str:
        """The hash to keep. Raises SignInBusy."""
        with self._admitted():
            return self._hasher.hash(password)

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; without a hash, False after the same time.

        Call it with no transaction open: it waits. Raises SignInBusy.
        """
        with self._admitted():
            nobody = self._of_nobody()
            try:
                return self._hasher.verify(kept or nobody, password) and kept is not None
            except (Argon2Error, InvalidHashError):
                return False

    def _of_nobody(self) -> str:
        """Checked where there is no account, so that the time taken does not tell which logins exist.

        Made at the first check of any password, wanted then or not: most commands never check one.
        """
        with self._finding:
            if self._nobody is None:
                self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
            return self._nobody

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise SignInBusy
        try:
            with self._turn:
                yield
        finally:
            self._room.release()
