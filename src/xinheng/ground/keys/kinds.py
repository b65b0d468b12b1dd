"""What the keys do: sign the log, and make content comparable without revealing it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = b"\x01"  # signature type of C2SP signed-note
_SIGNER = re.compile(r"PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class LogKey:
    """The Ed25519 key that signs checkpoints, with its name as C2SP signed-note wants it."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^+\s\x00-\x1f]+", self.name):
            raise ValueError("a key name has no blanks and no plus sign")

    @property
    def public(self) -> bytes:
        """32 bytes, as RFC 8032 encodes them."""
        return self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """Key id: the first 4 bytes of SHA-256(name, newline, type, public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def verifier(self) -> str:
        """The public key as one word, `<name>+<id>+<key>`: what a checker is given."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def sign(self, text: bytes) -> bytes:
        """Ed25519 signature of a note's text, 64 bytes."""
        return self.private.sign(text)

    def encoded(self) -> str:
        """The secret form, `PRIVATE+KEY+<name>+<id>+<seed>`, as the key file holds it."""
        seed = base64.b64encode(ED25519 + self.private.private_bytes_raw()).decode()
        return f"PRIVATE+KEY+{self.name}+{self.id.hex()}+{seed}"

    @classmethod
    def decode(cls, text: str) -> LogKey:
        """Read what `encoded` wrote. Raises ValueError for anything else."""
        found = _SIGNER.fullmatch(text)
        if found is None:
            raise ValueError("not a signer key")
        try:
            raw = base64.b64decode(found[3], validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if len(raw) != 33 or raw[:1] != ED25519:
            raise ValueError("not an Ed25519 key")
        key = cls(found[1], Ed25519PrivateKey.from_private_bytes(raw[1:]))
        if key.id.hex() != found[2]:
            raise ValueError("the key id does not fit the key")
        return key

    @classmethod
    def generate(cls, name: str | None = None) -> LogKey:
        """A new key; without a name it is called after its public key, so that no two homes share one."""
        private = Ed25519PrivateKey.generate()
        print_ = hashlib.sha256(private.public_key().public_bytes_raw()).hexdigest()[:12]
        return cls(name or f"xinheng-{print_}", private)


@dataclass(frozen=True)
class MacKey:
    """The home's HMAC key: equal contents are recognised, and nothing can be guessed from what is kept."""

    secret: bytes = field(repr=False)  # 32 bytes

    def digest(self, message: bytes) -> bytes:
        """HMAC-SHA-256, 32 bytes."""
        return hmac.digest(self.secret, message, "sha256")

    def blocks(self) -> tuple[bytes, bytes]:
        """The padded key XORed with 0x36 and 0x5c (RFC 2104), 64 bytes each, for HMAC inside SQL."""
        padded = self.secret.ljust(64, b"\x00")
        return bytes(b ^ 0x36 for b in padded), bytes(b ^ 0x5C for b in padded)
