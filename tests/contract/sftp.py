"""A real SFTP server on the loopback over a folder: the server side of paramiko, one thread a connection."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

USER, PASSWORD = "xinheng", "密码-only-here"


def private_key() -> str:
    """A fresh Ed25519 key in OpenSSH's form."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        .decode()
    )


def loaded(text: str, folder: Path) -> paramiko.PKey:
    path = folder / "key"
    path.write_text(text)
    return paramiko.Ed25519Key.from_private_key_file(str(path))


class _Door(paramiko.ServerInterface):
    def __init__(self, key: paramiko.PKey | None) -> None:
        self._key = key

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == USER and key == self._key
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, root: Path) -> None:
        super().__init__(server)
        self._root = root

    def _at(self, path: str) -> Path:
        return self._root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            found = list(os.scandir(self._at(path)))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return [paramiko.SFTPAttributes.from_stat(e.stat(), e.name) for e in found]

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: object) -> paramiko.SFTPHandle | int:
        try:
            number = os.open(self._at(path), flags, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        handle = paramiko.SFTPHandle(flags)
        file = os.fdopen(number, "wb" if flags & os.O_WRONLY else "rb")
        handle.readfile = handle.writefile = file
        handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(file.fileno()))
        return handle

    def _done(self, what, *given: object) -> int:
        try:
            what(*given)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK

    def remove(self, path: str) -> int:
        return self._done(os.unlink, self._at(path))

    def mkdir(self, path: str, attr: object) -> int:
        return self._done(os.mkdir, self._at(path))

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._done(os.replace, self._at(oldpath), self._at(newpath))

    def rename(self, oldpath: str, newpath: str) -> int:
        return self._done(os.rename, self._at(oldpath), self._at(newpath))


@dataclass
class SftpServer:
    """Where it listens, which key it shows, and which key of a client it takes."""

    port: int
    host_key: str
    client_key: str
    root: Path
    connections: list[paramiko.Transport] = field(default_factory=list)


@contextmanager
def sftp_server(root: Path, folder: Path) -> Iterator[SftpServer]:
    """Serve `root` until the block ends; keys are made in `folder`."""
    folder.mkdir(exist_ok=True)
    own, client = loaded(private_key(), folder), private_key()
    theirs = loaded(client, folder)
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(8)
    served = SftpServer(door.getsockname()[1], f"{own.get_name()} {own.get_base64()}", client, root)

    def accept() -> None:
        while True:
            try:
                link, _ = door.accept()
            except OSError:
                return
            transport = paramiko.Transport(link)
            served.connections.append(transport)
            transport.add_server_key(own)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root)
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Door(theirs))

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(5)
        for transport in served.connections:
            transport.close()
