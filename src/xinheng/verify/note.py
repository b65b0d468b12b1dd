"""C2SP signed notes and checkpoints, read strictly. The key comes from the caller, never from the file."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xinheng.verify.refusal import Refused, Unreadable

ED25519 = 1
SIGNATURES = 32  # looked at, at most
_KEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_SIGNATURE = re.compile(r"— ([^+\s]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Key:
    """A public key that the reader trusts: `<name>+<id>+<base64 of type and key>`."""

    name: str
    id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Key:
        found = _KEY.fullmatch(text.strip())
        raw = _base64(found[3]) if found else None
        if found is None or raw is None or len(raw) != 33 or raw[0] != ED25519:
            raise Unreadable(
                "公钥应为一行：名称+编号+Base64", "the key must be one word: name+id+base64 (Ed25519)"
            )
        key_id = hashlib.sha256(found[1].encode() + b"\n" + raw).digest()[:4]
        if key_id.hex() != found[2]:
            raise Unreadable("公钥编号与公钥不符", "the key id does not fit the key")
        return cls(found[1], key_id, raw[1:])


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    signer: str  # name and id of the key that signed it


def open_checkpoint(note: str, keys: list[Key]) -> Checkpoint:
    """The checkpoint in a note, once one of `keys` is seen to have signed it. Raises Refused."""
    text, signatures = _split(note)
    signer = _signer(text.encode(), signatures, keys)
    lines = text.split("\n")[:-1]
    root = _base64(lines[2]) if len(lines) >= 3 else None
    if len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]) or root is None or len(root) != 32:
        raise Refused("检查点格式不对", "not a checkpoint: origin, size and root expected")
    if lines[0] != signer.name and not lines[0].startswith(signer.name + "/"):
        raise Refused(
            f"检查点来源 {shown(lines[0])} 不属于密钥 {shown(signer.name)}",
            "the checkpoint's origin is not the key's",
        )
    return Checkpoint(lines[0], int(lines[1]), root, f"{signer.name}+{signer.id.hex()}")


def _split(note: str) -> tuple[str, list[str]]:
    if any((c < " " and c != "\n") or "\ud800" <= c <= "\udfff" for c in note):
        raise Refused("检查点含有控制字符", "the note holds control characters")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise Refused("检查点没有签名", "the note has no signature")
    return text + "\n", signatures[:-1].split("\n")[:SIGNATURES]


def _signer(text: bytes, signatures: list[str], keys: list[Key]) -> Key:
    """The first trusted key that signed. A trusted key's signature that is wrong refuses the whole note."""
    good = None
    for line in signatures:
        found = _SIGNATURE.fullmatch(line)
        raw = _base64(found[2]) if found else None
        if found is None or raw is None or len(raw) < 5:
            raise Refused("签名行格式不对", "a signature line is malformed")
        for key in keys:
            if (key.name, key.id) == (found[1], raw[:4]):
                _verify(key, raw[4:], text)
                good = good or key
    if good is None:
        raise Refused("没有所信任密钥的签名", "no signature by a trusted key")
    return good


def _verify(key: Key, signature: bytes, text: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
    except (InvalidSignature, ValueError) as error:
        raise Refused("签名不成立", "the signature is wrong") from error


def _base64(text: str) -> bytes | None:
    """Canonical base64 only: one text for one value."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def shown(text: str, limit: int = 200) -> str:
    """Text from outside, made safe for a terminal."""
    plain = "".join(c if c.isprintable() else "�" for c in text)
    return plain if len(plain) <= limit else plain[:limit] + "…"
