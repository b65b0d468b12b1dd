"""The key folder: one file a key, 0600, made once (decision 22).

The folder belongs to the application's user; the database's user cannot read it, and backups leave it out.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from xinheng.ground.keys.errors import KeyBroken, KeyExposed, KeyMissing
from xinheng.ground.keys.kinds import LogKey, MacKey

SECRET_BYTES = 32
NAMES = ("log", "document", "mac", "session")
T = TypeVar("T")


@dataclass(frozen=True)
class Keys:
    """All keys of a home, read once. Raises KeyMissing, KeyExposed or KeyBroken."""

    folder: Path
    log: LogKey = field(init=False)
    document: ec.EllipticCurvePrivateKey = field(init=False, repr=False)  # P-256, for signed documents
    mac: MacKey = field(init=False)
    session: bytes = field(init=False, repr=False)  # 32 bytes

    def __post_init__(self) -> None:
        read = {name: _read(self.folder / f"{name}.key") for name in NAMES}
        put = object.__setattr__  # frozen: these are the constructor's own assignments
        put(self, "log", _parsed(self.folder / "log.key", lambda: LogKey.decode(read["log"])))
        put(self, "document", _parsed(self.folder / "document.key", lambda: _document(read["document"])))
        put(self, "mac", MacKey(_parsed(self.folder / "mac.key", lambda: _secret(read["mac"]))))
        put(self, "session", _parsed(self.folder / "session.key", lambda: _secret(read["session"])))

    @classmethod
    def create(cls, folder: Path, name: str | None = None) -> Keys:
        """Make the keys that are missing, leave the others as they are, and read them all.

        `name` is the log key's name in checkpoints; without one it is made from the key.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh: dict[str, Callable[[], str]] = {
            "log": LogKey.generate(name).encoded,
            "document": _new_document,
            "mac": lambda: secrets.token_hex(SECRET_BYTES),
            "session": lambda: secrets.token_hex(SECRET_BYTES),
        }
        for key, make in fresh.items():
            if not (folder / f"{key}.key").exists():
                write_once(folder / f"{key}.key", make())
        return cls(folder)


def write_once(path: Path, text: str) -> None:
    """Write a new 0600 file wholly or not at all; an existing one stays as it is."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)  # unlike a rename, refuses to replace a key that another process just made
        except FileExistsError:
            return
    finally:
        partial.unlink()


def replace_private(path: Path, text: str) -> None:
    """Write a 0600 file wholly or not at all; an earlier one is replaced."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text.strip() + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError as error:
        raise KeyMissing(path) from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise KeyExposed(path, mode)
        return file.read().strip()


def _parsed(path: Path, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (ValueError, TypeError) as error:
        raise KeyBroken(path) from error


def _secret(text: str) -> bytes:
    secret = bytes.fromhex(text)
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret has 32 bytes")
    return secret


def _document(text: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the document key is an elliptic-curve key")
    return key


def _new_document() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()
