"""From a partner's private file to the partner, connected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xinheng.core.networks import Network
from xinheng.outward.reconciliation import connection
from xinheng.outward.reconciliation import partner as port
from xinheng.outward.reconciliation.connection import ApiAt, FolderAt, SftpAt
from xinheng.outward.reconciliation.folder import FolderPartner
from xinheng.outward.reconciliation.model import Partner
from xinheng.outward.reconciliation.places import LocalPlace, Place, SftpPlace
from xinheng.outward.reconciliation.upper_api import ApiPartner


def connector(keys: Path, listed: Sequence[Network]) -> Callable[[Partner], port.Partner]:
    """What `running.run` connects with. `keys`: the home's key folder; `listed`: networks beside public ones.

    Connecting raises ConnectionMissing, PartnerWrong, PartnerAway, HostKeyWrong, TargetForbidden,
    TargetUnknown.
    """

    def connect(partner: Partner) -> port.Partner:
        at = connection.kept(keys, partner.partner)
        return ApiPartner(at, listed) if isinstance(at, ApiAt) else FolderPartner(place(at, listed))

    return connect


def place(at: FolderAt | SftpAt, listed: Sequence[Network]) -> Place:
    """The folder of the exchange, here or on an SFTP server."""
    return LocalPlace(Path(at.path)) if isinstance(at, FolderAt) else SftpPlace(at, listed)
