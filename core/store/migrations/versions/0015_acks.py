"""What size an ack covers"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("handled_gap", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("alert", "handled_gap")
