"""PostgreSQL: finding or starting it, transactions, migrations, backup."""

from xinheng.ground.store.backup import Manifest, backup, others_at, restore
from xinheng.ground.store.database import Database
from xinheng.ground.store.errors import StatementFailed, StoreUnavailable, UniqueClash
from xinheng.ground.store.keeping import kept_running
from xinheng.ground.store.migrate import migrate, revision
from xinheng.ground.store.server import Server
from xinheng.ground.store.transaction import Params, Row, Transaction

__all__ = [
    "Database",
    "Manifest",
    "Params",
    "Row",
    "Server",
    "StatementFailed",
    "StoreUnavailable",
    "Transaction",
    "UniqueClash",
    "backup",
    "kept_running",
    "migrate",
    "others_at",
    "restore",
    "revision",
]
