"""Alerts, their events and holds, the outbox, surfaces, inbox, evaluations"""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("phase_since", Moment(), nullable=False),
        sa.Column("calm", sa.Integer(), nullable=False),
        sa.Column("resume", sa.String(), nullable=True),
        sa.Column("ripe_at", Moment(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("handled_by", sa.String(), nullable=True),
        sa.Column("handled_at", Moment(), nullable=True),
        sa.Column("handled_until", Moment(), nullable=True),
        sa.Column("handled_seen", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=True),
        sa.Column("rule_revision", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fired_at", Moment(), nullable=True),
        sa.Column("recovered_at", Moment(), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("remind_at", Moment(), nullable=True),
        sa.Column("wakes_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alert_newest", "alert", ["rule", "labels", "opened_at"], unique=False)
    op.create_index("alert_wakes", "alert", ["wakes_at"], unique=False)
    op.create_index(op.f("ix_alert_handle"), "alert", ["handle"], unique=False)
    op.create_index(
        "one_open_episode",
        "alert",
        ["rule", "labels"],
        unique=True,
        sqlite_where=sa.text("stage <> 'closed'"),
        postgresql_where=sa.text("stage <> 'closed'"),
    )
    op.create_index(
        "one_open_handle",
        "alert",
        ["handle"],
        unique=True,
        sqlite_where=sa.text("stage <> 'closed'"),
        postgresql_where=sa.text("stage <> 'closed'"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(
        "delivery_due",
        "delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index("delivery_of", "delivery", ["alert"], unique=False)
    op.create_index(
        "delivery_order",
        "delivery",
        ["addressee", "alert", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_table(
        "evaluation",
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("batch"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_of", "event", ["alert", "id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("start", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("ended", Moment(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("hold_ends", "hold", ["ended", "until"], unique=False)
    op.create_index("hold_of", "hold", ["alert"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "event"),
    )
    op.create_table(
        "surface",
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "platform", "chat", "thread"),
    )


def downgrade() -> None:
    op.drop_table("surface")
    op.drop_table("inbox")
    op.drop_index("hold_of", table_name="hold")
    op.drop_index("hold_ends", table_name="hold")
    op.drop_table("hold")
    op.drop_index("event_of", table_name="event")
    op.drop_table("event")
    op.drop_table("evaluation")
    op.drop_index(
        "delivery_order",
        table_name="delivery",
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.drop_index("delivery_of", table_name="delivery")
    op.drop_index(
        "delivery_due",
        table_name="delivery",
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.drop_table("delivery")
    op.drop_index(
        "one_open_handle",
        table_name="alert",
        sqlite_where=sa.text("stage <> 'closed'"),
        postgresql_where=sa.text("stage <> 'closed'"),
    )
    op.drop_index(
        "one_open_episode",
        table_name="alert",
        sqlite_where=sa.text("stage <> 'closed'"),
        postgresql_where=sa.text("stage <> 'closed'"),
    )
    op.drop_index(op.f("ix_alert_handle"), table_name="alert")
    op.drop_index("alert_wakes", table_name="alert")
    op.drop_index("alert_newest", table_name="alert")
    op.drop_table("alert")
