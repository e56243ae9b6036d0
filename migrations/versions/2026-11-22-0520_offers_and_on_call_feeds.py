"""Leads that are offered and passed on, decisions that can be taken again, on-call feeds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.store.types import document, instant

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RECHECK = "recheck_at IS NOT NULL"


def upgrade() -> None:
    # Added in place, and all may be empty: see the migration before.
    for column in (
        sa.Column("offered_to", document(), nullable=True, comment="Who may claim it now."),
        sa.Column("offered_until", instant(), nullable=True, comment="When the offer lapses."),
        sa.Column(
            "former_owner",
            sa.String(length=64),
            nullable=True,
            comment="Whose they were before.",
        ),
        sa.Column("lost_by", document(), nullable=True, comment="Who had it and lost it, and why."),
        sa.Column(
            "recheck_at",
            instant(),
            nullable=True,
            comment="When to see whether the owner, who has not answered, is still on duty.",
        ),
    ):
        op.add_column("lead", column)
    op.create_index(
        "ix_lead_recheck_at",
        "lead",
        ["recheck_at"],
        unique=False,
        postgresql_where=sa.text(RECHECK),
        sqlite_where=sa.text(RECHECK),
    )
    op.add_column(
        "decision",
        sa.Column(
            "seen",
            document(),
            nullable=True,
            comment="All that was looked at: to decide again.",
        ),
    )
    op.add_column(
        "agent",
        sa.Column(
            "switched_by",
            sa.String(length=200),
            nullable=True,
            comment="Who set the switch last.",
        ),
    )
    op.create_index("ix_decision_at", "decision", ["at"], unique=False)
    op.create_table(
        "on_call_feed",
        sa.Column("schedule", sa.String(length=64), nullable=False),
        sa.Column(
            "url_hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256: the address is a secret.",
        ),
        sa.Column("asked_at", instant(), nullable=True, comment="When it was last asked for."),
        sa.Column("read_at", instant(), nullable=True, comment="When it was last read whole."),
        sa.Column("next_at", instant(), nullable=False, comment="When to ask for it again."),
        sa.Column(
            "changed", sa.Integer(), nullable=False, comment="Goes up when the shifts change."
        ),
        sa.Column("etag", sa.String(length=300), nullable=True),
        sa.Column(
            "shifts", document(), nullable=False, comment="Who is on call from when to when."
        ),
        sa.Column(
            "trouble", sa.Text(), nullable=True, comment="Why the last asking came to nothing."
        ),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("schedule", name=op.f("pk_on_call_feed")),
    )


def downgrade() -> None:
    # The release before knows no such kind of message, and could not even read it.
    op.execute("DELETE FROM message WHERE kind = 'notice'")
    op.drop_table("on_call_feed")
    op.drop_index("ix_decision_at", table_name="decision")
    op.drop_column("agent", "switched_by")
    op.drop_column("decision", "seen")
    # A lead that is offered to several waits without an owner, as the release before knows it.
    op.drop_index(
        "ix_lead_recheck_at",
        table_name="lead",
        postgresql_where=sa.text(RECHECK),
        sqlite_where=sa.text(RECHECK),
    )
    for column in ("recheck_at", "lost_by", "former_owner", "offered_until", "offered_to"):
        op.drop_column("lead", column)
