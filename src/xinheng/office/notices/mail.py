"""E-mail: one message to one address over SMTP (RFC 5321), encrypted unless the settings say otherwise.

The server is the operator's own, named in the settings like the database: it may stand in a private network.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from xinheng.core.times import SHANGHAI
from xinheng.office.notices.model import Outgoing

SECONDS: Final = 20
_SAID: Final = 120  # characters of a server's answer that are kept


class Tls(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"  # from the first command on (RFC 3207); refused where the server cannot
    TLS = "tls"  # from the first byte (RFC 8314)
    NONE = "none"  # not at all: for a relay on the same machine


PORTS: Final = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}


@dataclass(frozen=True)
class MailServer:
    """Where e-mail is handed over, and as whom."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None  # certificates to trust besides the machine's, as a PEM file


def send(server: MailServer, outgoing: Outgoing, site: str, at: datetime) -> tuple[bool, str]:
    """(whether the server took it, what it said or what went wrong)."""
    try:
        with _connected(server) as link:
            if server.user is not None:
                link.login(server.user, server.password or "")
            refused = link.send_message(_message(server, outgoing, site, at))
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return False, f"SMTP {error.smtp_code} {' '.join(text.split())}"[:_SAID]
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return False, f"SMTP {code} {said.decode('utf-8', 'replace')}"[:_SAID]
    except smtplib.SMTPNotSupportedError:
        return False, "邮件服务器不支持所要求的加密或登录"
    except (smtplib.SMTPException, ssl.SSLError, TimeoutError, OSError) as error:
        return False, type(error).__name__
    return (not refused), "SMTP 250"


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.tls is Tls.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=_context(server))
    link = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.tls is Tls.STARTTLS:
        try:
            link.starttls(context=_context(server))
        except BaseException:
            link.close()
            raise
    return link


def _context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.authority is not None:
        context.load_verify_locations(server.authority)
    return context


def _message(server: MailServer, outgoing: Outgoing, site: str, at: datetime) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = outgoing.title
    name, _, domain = server.sender.partition("@")
    message["From"] = Address(site, name, domain)
    message["To"] = outgoing.delivery.address
    message["Date"] = format_datetime(at.astimezone(SHANGHAI))
    # the same at each attempt: a mailbox that got it twice shows it once
    message["Message-ID"] = f"<{outgoing.delivery.delivery}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    link = f"\n{outgoing.link}\n" if outgoing.link else ""
    message.set_content(f"{outgoing.body.rstrip()}\n{link}\n{site}（自动发送，请勿回复）\n")
    return message
