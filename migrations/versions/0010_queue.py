"""The queue of background work."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # exec_driver_sql: the file goes to the server as it stands; colons and percent signs mean nothing
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
