"""When an alert's number turned bad or good"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("flips", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("alert", "flips")
