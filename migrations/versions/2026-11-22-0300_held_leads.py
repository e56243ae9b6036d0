"""Leads of which only an id came, and what they turn out to be."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REASON_WAS = "Why it was quarantined."
REASON_IS = "Why it is quarantined, or no lead."


def comment_reason(comment: str, *, existing: str) -> None:
    """SQLite keeps no comments."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "delivery",
            "reason",
            comment=comment,
            existing_comment=existing,
            existing_type=sa.Text(),
            existing_nullable=True,
        )


def upgrade() -> None:
    # Columns are added in place: a table that is copied loses its triggers on SQLite, and
    # code of the release before, which may still run, goes on writing leads without them.
    op.add_column(
        "lead",
        sa.Column(
            "held",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Only the provider's id came: the rest is being fetched.",
        ),
    )
    op.add_column(
        "lead",
        sa.Column(
            "merged_into",
            sa.Uuid(),
            nullable=True,
            comment="It was held, and is of a person who has this lead already.",
        ),
    )
    op.create_index(
        "ix_lead_merged_into",
        "lead",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    comment_reason(REASON_IS, existing=REASON_WAS)


def downgrade() -> None:
    # The release before knows no such kinds of message, and could not even read them.
    op.execute("DELETE FROM message WHERE kind IN ('fetch', 'alert')")
    comment_reason(REASON_WAS, existing=REASON_IS)
    op.drop_index(
        "ix_lead_merged_into",
        table_name="lead",
        postgresql_where=sa.text("merged_into IS NOT NULL"),
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    op.drop_column("lead", "merged_into")
    op.drop_column("lead", "held")
