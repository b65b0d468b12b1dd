"""Folders as both sides of the exchange reach them: on this machine, or on an SFTP server.

Every write is aside and then renamed; a reader never meets half a name. An SFTP server is trusted by the one
key that was entered for it: no list of known hosts is asked, no agent, no key of this account.
"""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import os
import socket
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import paramiko

from xinheng.core.networks import Network
from xinheng.core.reasons import said_in_chinese
from xinheng.outward import targets
from xinheng.outward.reconciliation.connection import SftpAt
from xinheng.outward.reconciliation.errors import FolderUnusable, HostKeyWrong, PartnerAway, PartnerWrong
from xinheng.outward.reconciliation.formats import MOST_BYTES, PART

PATIENCE: Final = 20  # seconds for connecting, and for each answer
KEYS: Final[tuple[type[paramiko.PKey], ...]] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)

# what the library notes of a connection names hosts and accounts; what goes wrong is said by the refusals
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class Place(Protocol):
    """A folder with sub-folders. Every method raises PartnerAway or FolderUnusable."""

    def names(self, folder: str) -> list[str]:
        """The plain files of a sub-folder, sorted; those still being written are left out."""
        ...

    def read(self, folder: str, name: str) -> bytes | None:
        """A file's content; None where it is gone, or too large to be one of ours."""
        ...

    def write(self, folder: str, name: str, content: bytes) -> None:
        """Put a file in place, wholly or not at all; one of that name is replaced."""
        ...

    def remove(self, folder: str, name: str) -> None:
        """Take a file away; where that is not allowed or it is gone, it stays as it is."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class LocalPlace:
    """A folder of this machine, or one that is mounted here."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, folder: str) -> list[str]:
        """As `Place.names`."""
        with _said(self._root):
            found = [e.name for e in os.scandir(self._folder(folder)) if e.is_file(follow_symlinks=False)]
        return sorted(name for name in found if not name.endswith(PART))

    def read(self, folder: str, name: str) -> bytes | None:
        """As `Place.read`."""
        path = self._folder(folder) / name
        with _said(self._root):
            try:
                return path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
            except FileNotFoundError:
                return None

    def write(self, folder: str, name: str, content: bytes) -> None:
        """As `Place.write`."""
        with _said(self._root):
            target = self._folder(folder) / name
            partial = target.with_name(name + PART)
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)

    def remove(self, folder: str, name: str) -> None:
        """As `Place.remove`."""
        with contextlib.suppress(OSError):
            (self._root / folder / name).unlink()

    def close(self) -> None:
        """Nothing is held."""

    def _folder(self, folder: str) -> Path:
        if not self._root.is_dir():
            raise _unusable(str(self._root), "目录不存在")
        there = self._root / folder
        there.mkdir(exist_ok=True)
        return there


@contextlib.contextmanager
def _said(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unusable(str(root), said_in_chinese(error)) from None


def _unusable(where: str, why: str) -> FolderUnusable:
    return FolderUnusable(
        found=why,
        expected="双方都能读写的目录，其中有 outbox 和 inbox",
        todo="检查目录是否挂载、权限和空间",
        where=where,
    )


class SftpPlace:
    """A folder of an SFTP server, over one connection."""

    def __init__(self, at: SftpAt, listed: Sequence[Network]) -> None:
        self._at = at
        self._transport, self._sftp = _connected(at, listed)

    def names(self, folder: str) -> list[str]:
        """As `Place.names`."""
        with self._translated():
            found = self._sftp.listdir_attr(self._folder(folder))
        return sorted(
            e.filename
            for e in found
            if not e.filename.endswith(PART) and (e.st_mode is None or stat.S_ISREG(e.st_mode))
        )

    def read(self, folder: str, name: str) -> bytes | None:
        """As `Place.read`."""
        with self._translated():
            try:
                with self._sftp.open(f"{self._folder(folder)}/{name}", "rb") as file:
                    if (file.stat().st_size or 0) > MOST_BYTES:
                        return None
                    file.prefetch()
                    return bytes(file.read())
            except FileNotFoundError:
                return None

    def write(self, folder: str, name: str, content: bytes) -> None:
        """As `Place.write`."""
        with self._translated():
            target = f"{self._folder(folder)}/{name}"
            self._sftp.putfo(io.BytesIO(content), target + PART, confirm=True)
            try:
                self._sftp.posix_rename(target + PART, target)
            except OSError:  # a server without the extension does not replace
                with contextlib.suppress(OSError):
                    self._sftp.remove(target)
                self._sftp.rename(target + PART, target)

    def remove(self, folder: str, name: str) -> None:
        """As `Place.remove`."""
        with contextlib.suppress(OSError, paramiko.SSHException, EOFError):
            self._sftp.remove(f"{self._at.path}/{folder}/{name}")

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def _folder(self, folder: str) -> str:
        path = f"{self._at.path.rstrip('/')}/{folder}"
        with contextlib.suppress(OSError):  # it is there already, or making is not allowed
            self._sftp.mkdir(path)
        return path

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, paramiko.SSHException, EOFError, ConnectionError):
            raise _away() from None
        except OSError as error:
            raise _unusable(self._at.path, said_in_chinese(error)) from None


def _connected(at: SftpAt, listed: Sequence[Network]) -> tuple[paramiko.Transport, paramiko.SFTPClient]:
    """A connection to the address that was judged, with the key that was entered. Raises TargetForbidden,
    TargetUnknown, PartnerAway, HostKeyWrong, PartnerWrong."""
    place = targets.resolve(at.host, at.port, listed)
    transport = None
    try:
        door = socket.create_connection((place, at.port), PATIENCE)
        transport = paramiko.Transport(door)
        transport.banner_timeout = transport.auth_timeout = PATIENCE
        transport.start_client(timeout=PATIENCE)
        _check_host(at, transport.get_remote_server_key())
        if at.key is not None:
            transport.auth_publickey(at.user, _private(at.key))
        else:
            transport.auth_password(at.user, at.password or "", fallback=False)
        sftp = paramiko.SFTPClient.from_transport(transport)
        if sftp is None:
            raise _away()
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(PATIENCE)
    except paramiko.AuthenticationException:
        _closed(transport)
        raise PartnerWrong(
            found="SFTP 服务器不接受账号、口令或私钥",
            expected="对方为交换开设的账号",
            todo="与对方核对后，用 xinheng upward connect 重新录入",
        ) from None
    except (OSError, paramiko.SSHException, EOFError):
        _closed(transport)
        raise _away() from None
    except (HostKeyWrong, PartnerWrong, PartnerAway):
        _closed(transport)
        raise
    return transport, sftp


def _closed(transport: paramiko.Transport | None) -> None:
    if transport is not None:
        transport.close()


def _check_host(at: SftpAt, shown: paramiko.PKey) -> None:
    kind, text = at.host_key.split()[:2]
    try:
        entered = base64.b64decode(text, validate=True)
    except ValueError:
        entered = b""
    if shown.get_name() != kind or shown.asbytes() != entered:
        raise HostKeyWrong(
            found=f"服务器出示的是另一把 {shown.get_name()} 密钥",
            expected="登记的主机密钥；不一致时什么也不发送",
            todo="向对方管理员当面或电话核对；确已更换的，用 xinheng upward connect 重新录入",
        )


def _private(text: str) -> paramiko.PKey:
    for kind in KEYS:
        with contextlib.suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text))
    raise PartnerWrong(
        found="连接文件中的私钥读不出",
        expected="不带口令的 OpenSSH 私钥（Ed25519、ECDSA 或 RSA）",
        todo="用 xinheng upward connect 重新录入",
    )


def _away() -> PartnerAway:
    return PartnerAway(
        found="SFTP 服务器连接不上、没有应答或连接中断",
        expected="对方服务器正常应答",
        todo="稍后再运行，会从中断处接着做；仍不行时与对方核对地址与防火墙",
    )
