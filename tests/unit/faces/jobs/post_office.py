"""A mail server for the tests: real SMTP over the loopback, in a thread, with or without TLS."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class PostOffice:
    """`refuse`: what to answer to a message, one each; then it is taken."""

    port: int = 0
    refuse: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    secured: bool = False


class _Talk(socketserver.StreamRequestHandler):
    """One conversation. `server` has `kept` and `context`."""

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
        self.wfile.flush()

    def handle(self) -> None:
        with suppress(OSError):  # whoever distrusts the certificate hangs up
            self.say("220 post.example ready")
            while line := self.rfile.readline():
                word, _, rest = line.decode().strip().partition(" ")
                answer = getattr(self, f"on_{word.lower()}", None)
                if answer is None:
                    self.say("250 ok")
                elif answer(rest):
                    return

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def on_ehlo(self, _: str) -> None:
        self.say("250-post.example")
        if self.server.context and not self.server.kept.secured:
            self.say("250-STARTTLS")
        self.say("250-AUTH PLAIN")
        self.say("250 SMTPUTF8")

    def on_starttls(self, _: str) -> None:
        if self.server.context is None:
            self.say("502 no")
            return
        self.say("220 go ahead")
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.server.kept.secured = True

    def on_auth(self, rest: str) -> None:
        self.server.kept.logins.append(rest)
        self.say("235 welcome")

    def on_quit(self, _: str) -> bool:
        self.say("221 bye")
        return True

    def on_data(self, _: str) -> None:
        self.say("354 go ahead")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.kept.refuse:
            self.say(self.server.kept.refuse.pop(0))
            return
        found = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.server.kept.taken.append(found)
        self.say("250 taken")


@contextmanager
def post_office(context: ssl.SSLContext | None = None) -> Iterator[PostOffice]:
    """Listening on a free port while the block lasts; with a context it offers STARTTLS."""
    kept = PostOffice()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.kept, server.context = kept, context
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
