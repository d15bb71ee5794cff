"""Who let the days of an incident count again"""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("dropped_at", Moment(), nullable=True))
    op.add_column("incident", sa.Column("dropped_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "dropped_by")
    op.drop_column("incident", "dropped_at")
