"""What people do about an alert: steps, promises, a consequence, the action taken, a verdict, what was not lost"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = {
    "action": sa.Text(),
    "work": sa.Text(),
    "verdict": sa.String(),
    "loss": sa.Float(),
    "loss_unit": sa.String(),
    "loss_of": sa.String(),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("alert", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("alert", name)
