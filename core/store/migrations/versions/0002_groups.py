"""Groups of alerts that are shown as one card"""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gathering",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gathering_fresh", "gathering", ["addressee", "joined_at"], unique=False)
    op.create_table(
        "gathered",
        sa.Column("gathering", sa.String(), nullable=False),
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gathering", "alert"),
    )
    op.create_index("gathered_in", "gathered", ["alert"], unique=False)
    op.create_index("delivery_recent", "delivery", ["addressee", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("delivery_recent", table_name="delivery")
    op.drop_index("gathered_in", table_name="gathered")
    op.drop_table("gathered")
    op.drop_index("gathering_fresh", table_name="gathering")
    op.drop_table("gathering")
