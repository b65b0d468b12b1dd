"""Submissions on their way: drafts, a colleague's look, the waiting and the sent."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # to the driver itself: the file goes to the server as it stands; colons and percent signs mean nothing
    driver = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
