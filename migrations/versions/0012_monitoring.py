"""Watching: silence, gaps, comparison."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # to the driver itself: the file goes to the server as it stands; colons and percent signs mean nothing
    driver = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
