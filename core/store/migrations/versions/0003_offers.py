"""Who waits for an answer to what they gave away, and holds that end when a number gets worse"""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("offered_by", sa.String(), nullable=True))
    op.add_column("alert", sa.Column("answer_by", Moment(), nullable=True))
    op.add_column("hold", sa.Column("beyond", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("hold", "beyond")
    op.drop_column("alert", "answer_by")
    op.drop_column("alert", "offered_by")
