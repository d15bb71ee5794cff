"""Who changed what, kept by the database itself from being changed; and who asks to be let do something"""

import sqlalchemy as sa
from alembic import op

from core.store.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORDS = ("realm", "subject", "about", "actor", "platform", "address", "approver", "deed")
_PLEA = ("person", "address", "platform", "chat", "need", "state")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _COUNTED, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _WORDS),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_of", "audit", ["subject", "id"])
    op.create_index("audit_by", "audit", ["actor", "id"])
    op.create_index("audit_about", "audit", ["about", "id"])
    op.create_table(
        "plea",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _PLEA),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("thread", "alert", "asked", "answered_by")),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()"
    )


def downgrade() -> None:
    op.drop_table("plea")
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_is_only_added_to()")
