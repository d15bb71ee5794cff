"""What a team keeps quiet, and what somebody's budget put off"""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mute",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("start", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("agreed_at", Moment(), nullable=True),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("warned_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "call",
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("is_put_off", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("alert", "person", "at"),
    )
    op.create_index("call_of", "call", ["person", "at"], unique=False)
    op.create_index("call_waits", "call", ["digest", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("call")
    op.drop_table("mute")
