"""The first schema, and the triggers that keep ended states ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")

# A message that was sent may still be delivered or bounce; nothing else ever changes
# its mind. A clock that was met, breached or cancelled stays so.
ENDED = {
    "message": "(OLD.state IN ('delivered', 'failed', 'suppressed') AND NEW.state <> OLD.state) "
    "OR (OLD.state = 'sent' AND NEW.state NOT IN ('sent', 'delivered', 'failed'))",
    "clock": "OLD.state IN ('met', 'breached', 'cancelled') AND NEW.state <> OLD.state",
}


def guard(table: str, condition: str) -> None:
    why = f"a {table} never leaves a state that ends"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_stays_ended BEFORE UPDATE OF state ON {table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stays_ended BEFORE UPDATE OF state ON {table} FOR EACH ROW "
        f"WHEN ({condition}) EXECUTE FUNCTION {table}_stays_ended()"
    )


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("open_leads", sa.Integer(), nullable=False),
        sa.Column(
            "day",
            sa.String(length=10),
            nullable=False,
            comment="The local date that taken_today counts.",
        ),
        sa.Column("taken_today", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_agent")),
        comment="Runtime state only: who somebody is stands in the config document.",
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of the key."),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("teams", sa.JSON(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_table(
        "config",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_config")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("content_type", sa.String(length=200), server_default="", nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column(
            "body", sa.LargeBinary(), nullable=True, comment="The raw bytes. NULL once erased."
        ),
        sa.Column("leads", sa.JSON(), nullable=False, comment="Ids of the leads it concerns."),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it was quarantined."),
        sa.Column(
            "read_until", sa.Text(), nullable=True, comment="Byte or path where reading stopped."
        ),
        sa.Column("replayed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_delivery_received_at_id"), ["received_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_delivery_status_received_at"), ["status", "received_at"], unique=False
        )

    op.create_table(
        "fact",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("type", sa.String(length=48), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_fact")),
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_lead_id_seq"), ["lead_id", "seq"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "intake_key",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column(
            "expires_at", INSTANT, nullable=True, comment="NULL: the key is the same for ever."
        ),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_intake_key")),
        comment="One row for each asking we have seen: a repeat finds it and changes nothing.",
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("owner_by", sa.String(length=8), nullable=True, comment="rule or person"),
        sa.Column("team", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("medium", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("first_name", sa.String(length=200), nullable=True),
        sa.Column("last_name", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("property", sa.JSON(), nullable=False),
        sa.Column("campaign", sa.JSON(), nullable=False),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("provider_agent", sa.String(length=200), nullable=True),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("spam", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("last_inquiry_at", INSTANT, nullable=False),
        sa.Column("first_response_at", INSTANT, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.Column(
            "epoch",
            sa.Integer(),
            nullable=False,
            comment="Goes up with every stop, re-open and change of owner: older clocks and messages find it gone and do nothing.",
        ),
        sa.Column("route_at", INSTANT, nullable=True, comment="When to look for an owner again."),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_owner_status"), ["owner", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_phone"), ["phone"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_lead_received_at_id"), ["received_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_lead_route_at",
            ["route_at"],
            unique=False,
            postgresql_where=sa.text("route_at IS NOT NULL"),
            sqlite_where=sa.text("route_at IS NOT NULL"),
        )

    op.create_table(
        "person_key",
        sa.Column(
            "key", sa.String(length=64), nullable=False, comment="SHA-256: no address stands here."
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_person_key")),
    )
    with op.batch_alter_table("person_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_key_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "process",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False, comment="The engine's last tick."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
    )
    op.create_table(
        "team",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_team")),
    )
    op.create_table(
        "turn",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("last_assigned_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("team", "agent", name=op.f("pk_turn")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False, comment="remind or escalate"),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("fired_at", INSTANT, nullable=True, comment="When the engine acted on it."),
        sa.Column("responded_at", INSTANT, nullable=True),
        sa.Column("stopped_by", sa.JSON(), nullable=True, comment="The evidence."),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_clock_lead_id_lead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("lead_id", "epoch", "step", name=op.f("uq_clock_lead_id_epoch_step")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clock_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )
        batch_op.create_index(batch_op.f("ix_clock_due_at_id"), ["due_at", "id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("strategy", sa.String(length=64), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_decision_lead_id_lead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=True),
        sa.Column(
            "asked", sa.JSON(), nullable=False, comment="The canonical fields of this asking."
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_inquiry_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_inquiry_lead_id_lead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inquiry_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("clock_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("class", sa.String(length=16), nullable=False),
        sa.Column(
            "recipient", sa.String(length=64), nullable=False, comment="An agent's id, or `lead`."
        ),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False, comment="What the words are made from."),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True, comment="Not before this instant."),
        sa.Column("deadline_at", INSTANT, nullable=True, comment="Worthless after this instant."),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "crashes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Attempts whose worker vanished.",
        ),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        sa.Column("sending_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("provider_id", sa.String(length=300), nullable=True),
        sa.Column("is_sandbox", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_message_clock_id_clock")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_message_lead_id_lead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_clock_id"), ["clock_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_message_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_message_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(
            "ix_message_lease",
            ["lease_until"],
            unique=False,
            postgresql_where=sa.text("state IN ('leased', 'sending')"),
            sqlite_where=sa.text("state IN ('leased', 'sending')"),
        )
        batch_op.create_index(
            "ix_message_next",
            ["next_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'unknown')"),
            sqlite_where=sa.text("state IN ('pending', 'unknown')"),
        )
    for table, condition in ENDED.items():
        guard(table, condition)


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_next",
            postgresql_where=sa.text("state IN ('pending', 'unknown')"),
            sqlite_where=sa.text("state IN ('pending', 'unknown')"),
        )
        batch_op.drop_index(
            "ix_message_lease",
            postgresql_where=sa.text("state IN ('leased', 'sending')"),
            sqlite_where=sa.text("state IN ('leased', 'sending')"),
        )
        batch_op.drop_index(batch_op.f("ix_message_lead_id"))
        batch_op.drop_index(batch_op.f("ix_message_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_message_clock_id"))

    op.drop_table("message")
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inquiry_lead_id"))

    op.drop_table("inquiry")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_lead_id"))

    op.drop_table("decision")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_due_at_id"))
        batch_op.drop_index(
            "ix_clock_due",
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.drop_table("clock")
    op.drop_table("turn")
    op.drop_table("team")
    op.drop_table("process")
    with op.batch_alter_table("person_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_key_lead_id"))

    op.drop_table("person_key")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lead_route_at",
            postgresql_where=sa.text("route_at IS NOT NULL"),
            sqlite_where=sa.text("route_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_lead_received_at_id"))
        batch_op.drop_index(batch_op.f("ix_lead_phone"))
        batch_op.drop_index(batch_op.f("ix_lead_owner_status"))
        batch_op.drop_index(batch_op.f("ix_lead_email"))

    op.drop_table("lead")
    op.drop_table("intake_key")
    op.drop_table("idempotency_key")
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_lead_id_seq"))

    op.drop_table("fact")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_status_received_at"))
        batch_op.drop_index(batch_op.f("ix_delivery_received_at_id"))

    op.drop_table("delivery")
    op.drop_table("config")
    op.drop_table("api_key")
    op.drop_table("agent")
    if op.get_bind().dialect.name == "postgresql":
        for table in ENDED:
            op.execute(f"DROP FUNCTION {table}_stays_ended()")
