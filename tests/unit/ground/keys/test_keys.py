"""Key files are private, made once, and refuse to be anything else."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xinheng.ground.keys import KeyBroken, KeyExposed, KeyMissing, Keys, LogKey, MacKey
from xinheng.ground.keys.files import NAMES, write_once


def test_keys_are_four_private_files(tmp_path: Path) -> None:
    Keys.create(tmp_path / "keys")
    assert sorted(p.name for p in (tmp_path / "keys").iterdir()) == sorted(f"{n}.key" for n in NAMES)
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_creating_again_keeps_what_is_there_and_adds_what_is_missing(tmp_path: Path) -> None:
    first = Keys.create(tmp_path)
    (tmp_path / "session.key").unlink()
    second = Keys.create(tmp_path, name="another")
    assert (second.log.verifier, second.mac) == (first.log.verifier, first.mac)
    assert second.session != first.session


def test_two_homes_share_no_secret(tmp_path: Path) -> None:
    one, other = Keys.create(tmp_path / "a"), Keys.create(tmp_path / "b")
    assert one.log.name != other.log.name
    assert len({one.mac.secret, other.mac.secret, one.session, other.session}) == 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    Keys.create(tmp_path)
    (tmp_path / f"{name}.key").chmod(mode)
    with pytest.raises(KeyExposed, match=f"{mode:04o}"):
        Keys(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_key_is_not_replaced_by_reading(tmp_path: Path, name: str) -> None:
    Keys.create(tmp_path)
    (tmp_path / f"{name}.key").unlink()
    with pytest.raises(KeyMissing, match=name):
        Keys(tmp_path)
    assert not (tmp_path / f"{name}.key").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", ["", "rubbish", "00" * 31, "PRIVATE+KEY+a+00000000+AQ==", "钥"])
def test_rubbish_in_a_key_file_is_named(tmp_path: Path, name: str, content: str) -> None:
    Keys.create(tmp_path)
    (tmp_path / f"{name}.key").write_text(content, encoding="utf-8")
    with pytest.raises(KeyBroken, match=name):
        Keys(tmp_path)


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    write_once(tmp_path / "x.key", "first")
    write_once(tmp_path / "x.key", "second")
    assert (tmp_path / "x.key").read_text(encoding="ascii") == "first\n"
    assert [p.name for p in tmp_path.iterdir()] == ["x.key"]


def test_a_key_id_is_the_one_of_the_signed_note_specification() -> None:
    key = LogKey.generate("example.com/log")
    raw = b"example.com/log\n\x01" + key.public
    assert key.id == hashlib.sha256(raw).digest()[:4]
    name, key_id, public = key.verifier.split("+", 2)
    assert (name, key_id) == ("example.com/log", key.id.hex())
    assert base64.b64decode(public) == b"\x01" + key.public


def test_a_log_key_survives_its_file_and_signs(tmp_path: Path) -> None:
    key = Keys.create(tmp_path, name="example.com/log").log
    again = LogKey.decode(key.encoded())
    Ed25519PublicKey.from_public_bytes(key.public).verify(again.sign(b"text\n"), b"text\n")


def test_secrets_do_not_show_in_a_representation(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path)
    shown = repr(keys)
    assert keys.mac.secret.hex() not in shown
    assert repr(keys.mac.secret) not in shown
    assert repr(keys.session) not in shown


def test_the_key_blocks_make_the_hmac_of_the_standard_library() -> None:
    key = MacKey(bytes(range(32)))
    inner, outer = key.blocks()
    nested = hashlib.sha256(outer + hashlib.sha256(inner + b"message").digest()).digest()
    assert nested == key.digest(b"message") == hmac.digest(key.secret, b"message", "sha256")


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\n", "全角　空格"])
def test_a_key_name_that_a_note_could_not_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="key name"):
        LogKey(name, LogKey.generate("x").private)
