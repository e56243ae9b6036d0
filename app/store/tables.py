"""The schema. Rows are the memory: everything that must happen is one of these.

Names of constraints follow a convention, so that migrations can speak of them. States
that end (`sent`, `met`, …) are guarded by triggers as well: see the first migration.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from app.store.types import document, instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only in a column of type INTEGER."""

# ── What came in ────────────────────────────────────────────────────────────────────

deliveries = Table(
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("received_at", instant(), nullable=False),
    Column("content_type", String(200), nullable=False, server_default=""),
    Column("headers", document(), nullable=False),
    Column("query", document(), nullable=False),
    Column("body", LargeBinary, nullable=True, comment="The raw bytes. NULL once erased."),
    Column("leads", document(), nullable=False, comment="Ids of the leads it concerns."),
    Column("reason", Text, nullable=True, comment="Why it is quarantined, or no lead."),
    Column("read_until", Text, nullable=True, comment="Byte or path where reading stopped."),
    Column("replayed_at", instant(), nullable=True),
    Index(None, "received_at", "id"),
    Index(None, "status", "received_at"),
)

intake_keys = Table(
    "intake_key",
    metadata,
    Column("source", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("delivery_id", Uuid, nullable=False),
    Column("lead_id", Uuid, nullable=False),
    Column("first_seen_at", instant(), nullable=False),
    Column("expires_at", instant(), nullable=True, comment="NULL: the key is the same for ever."),
    PrimaryKeyConstraint("source", "key"),
    comment="One row for each asking we have seen: a repeat finds it and changes nothing.",
)

person_keys = Table(
    "person_key",
    metadata,
    Column("key", String(64), primary_key=True, comment="SHA-256: no address stands here."),
    Column("lead_id", Uuid, nullable=False, index=True),
)

leads = Table(
    "lead",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("owner", String(64), nullable=True),
    Column("owner_by", String(8), nullable=True, comment="rule or person"),
    Column("team", String(64), nullable=True),
    Column("source", String(64), nullable=False),
    Column("medium", String(64), nullable=True),
    Column("kind", String(16), nullable=False),
    Column("language", String(35), nullable=True),
    Column("first_name", String(200), nullable=True),
    Column("last_name", String(200), nullable=True),
    Column("email", String(320), nullable=True),
    Column("phone", String(64), nullable=True),
    Column("message", Text, nullable=True),
    Column("property", document(), nullable=False),
    Column("campaign", document(), nullable=False),
    Column("consent", document(), nullable=False),
    Column("extra", document(), nullable=False),
    Column("provider_agent", String(200), nullable=True),
    Column("is_test", Boolean, nullable=False),
    Column("spam", Text, nullable=True),
    Column("received_at", instant(), nullable=False),
    Column("last_inquiry_at", instant(), nullable=False),
    Column("first_response_at", instant(), nullable=True),
    Column("acknowledged_at", instant(), nullable=True),
    Column("closed_at", instant(), nullable=True),
    Column("erased_at", instant(), nullable=True),
    Column(
        "epoch",
        Integer,
        nullable=False,
        comment="Goes up with every stop, re-open and change of owner: older clocks and "
        "messages find it gone and do nothing.",
    ),
    Column("route_at", instant(), nullable=True, comment="When to look for an owner again."),
    Column("config_version", Integer, nullable=False),
    Column(
        "held",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="Only the provider's id came: the rest is being fetched.",
    ),
    Column(
        "merged_into",
        Uuid,
        nullable=True,
        comment="It was held, and is of a person who has this lead already.",
    ),
    Column("offered_to", document(), nullable=True, comment="Who may claim it now."),
    Column("offered_until", instant(), nullable=True, comment="When the offer lapses."),
    Column("former_owner", String(64), nullable=True, comment="Whose they were before."),
    Column("lost_by", document(), nullable=True, comment="Who had it and lost it, and why."),
    Column(
        "recheck_at",
        instant(),
        nullable=True,
        comment="When to see whether the owner, who has not answered, is still on duty.",
    ),
    Index(None, "received_at", "id"),
    Index(None, "owner", "status"),
    Index(None, "email"),
    Index(None, "phone"),
    Index(
        "ix_lead_route_at",
        "route_at",
        postgresql_where=text("route_at IS NOT NULL"),
        sqlite_where=text("route_at IS NOT NULL"),
    ),
    Index(
        "ix_lead_recheck_at",
        "recheck_at",
        postgresql_where=text("recheck_at IS NOT NULL"),
        sqlite_where=text("recheck_at IS NOT NULL"),
    ),
    Index(
        "ix_lead_merged_into",
        "merged_into",
        postgresql_where=text("merged_into IS NOT NULL"),
        sqlite_where=text("merged_into IS NOT NULL"),
    ),
)

inquiries = Table(
    "inquiry",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False, index=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=True),
    Column("source", String(64), nullable=False),
    Column("external_id", String(200), nullable=True),
    Column("received_at", instant(), nullable=False),
    Column("occurred_at", instant(), nullable=True),
    Column("asked", document(), nullable=False, comment="The canonical fields of this asking."),
)

# ── What was decided ────────────────────────────────────────────────────────────────

decisions = Table(
    "decision",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False, index=True),
    Column("at", instant(), nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("rule", String(200), nullable=True),
    Column("strategy", String(64), nullable=True),
    Column("owner", String(64), nullable=True),
    Column("team", String(64), nullable=True),
    Column("detail", document(), nullable=False),
    Column("seen", document(), nullable=True, comment="All that was looked at: to decide again."),
    Index(None, "at"),
)

clocks = Table(
    "clock",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("step", String(64), nullable=False),
    Column("action", String(16), nullable=False, comment="remind or escalate"),
    Column("policy", String(64), nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", instant(), nullable=False),
    Column("due_at", instant(), nullable=False),
    Column("fired_at", instant(), nullable=True, comment="When the engine acted on it."),
    Column("responded_at", instant(), nullable=True),
    Column("stopped_by", document(), nullable=True, comment="The evidence."),
    UniqueConstraint("lead_id", "epoch", "step"),
    Index(
        "ix_clock_due",
        "due_at",
        postgresql_where=text("state = 'running'"),
        sqlite_where=text("state = 'running'"),
    ),
    Index(None, "due_at", "id"),
)

facts = Table(
    "fact",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("lead_id", Uuid, nullable=True),
    Column("at", instant(), nullable=False),
    Column("type", String(48), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("data", document(), nullable=False),
    Index(None, "lead_id", "seq"),
)

# ── What must be sent ───────────────────────────────────────────────────────────────

messages = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", String(300), nullable=False, unique=True),
    Column("lead_id", ForeignKey("lead.id"), nullable=True, index=True),
    Column("clock_id", ForeignKey("clock.id"), nullable=True, index=True),
    Column("epoch", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("class", String(16), nullable=False, key="cls"),
    Column("recipient", String(64), nullable=False, comment="An agent's id, or `lead`."),
    Column("channel", String(32), nullable=False),
    Column("about", document(), nullable=False, comment="What the words are made from."),
    Column("state", String(16), nullable=False),
    Column("next_at", instant(), nullable=True, comment="Not before this instant."),
    Column("deadline_at", instant(), nullable=True, comment="Worthless after this instant."),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column(
        "crashes",
        Integer,
        nullable=False,
        server_default="0",
        comment="Attempts whose worker vanished.",
    ),
    Column("lease_until", instant(), nullable=True),
    Column("leased_by", Uuid, nullable=True),
    Column("sending_at", instant(), nullable=True),
    Column("sent_at", instant(), nullable=True),
    Column("acknowledged_at", instant(), nullable=True),
    Column("provider_id", String(300), nullable=True),
    Column("is_sandbox", Boolean, nullable=False, server_default=false()),
    Column("reason", Text, nullable=True),
    Column("subject", Text, nullable=True),
    Column("body", Text, nullable=True),
    Column("config_version", Integer, nullable=False),
    Column("created_at", instant(), nullable=False),
    Index(
        "ix_message_next",
        "next_at",
        postgresql_where=text("state IN ('pending', 'unknown')"),
        sqlite_where=text("state IN ('pending', 'unknown')"),
    ),
    Index(
        "ix_message_lease",
        "lease_until",
        postgresql_where=text("state IN ('leased', 'sending')"),
        sqlite_where=text("state IN ('leased', 'sending')"),
    ),
    Index(None, "created_at", "id"),
)

# ── People, as they are right now ───────────────────────────────────────────────────

agents = Table(
    "agent",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("available", Boolean, nullable=False),
    Column("until", instant(), nullable=True),
    Column("reason", Text, nullable=True),
    Column("open_leads", Integer, nullable=False),
    Column("day", String(10), nullable=False, comment="The local date that taken_today counts."),
    Column("taken_today", Integer, nullable=False),
    Column("switched_by", String(200), nullable=True, comment="Who set the switch last."),
    comment="Runtime state only: who somebody is stands in the config document.",
)

turns = Table(
    "turn",
    metadata,
    Column("team", String(64), nullable=False),
    Column("agent", String(64), nullable=False),
    Column("passed", BigInteger, nullable=False),
    Column("last_assigned_at", instant(), nullable=True),
    PrimaryKeyConstraint("team", "agent"),
)

teams = Table(
    "team",
    metadata,
    Column("team", String(64), primary_key=True),
    Column("floor", BigInteger, nullable=False),
)

on_call_feeds = Table(
    "on_call_feed",
    metadata,
    Column("schedule", String(64), primary_key=True),
    Column("url_hash", String(64), nullable=False, comment="SHA-256: the address is a secret."),
    Column("asked_at", instant(), nullable=True, comment="When it was last asked for."),
    Column("read_at", instant(), nullable=True, comment="When it was last read whole."),
    Column("next_at", instant(), nullable=False, comment="When to ask for it again."),
    Column("changed", Integer, nullable=False, comment="Goes up when the shifts change."),
    Column("etag", String(300), nullable=True),
    Column("shifts", document(), nullable=False, comment="Who is on call from when to when."),
    Column("trouble", Text, nullable=True, comment="Why the last asking came to nothing."),
    Column("failures", Integer, nullable=False, server_default="0"),
)

# ── The house itself ────────────────────────────────────────────────────────────────

configs = Table(
    "config",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", document(), nullable=False),
    Column("created_at", instant(), nullable=False),
    Column("created_by", String(200), nullable=False),
)

api_keys = Table(
    "api_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("hash", String(64), nullable=False, unique=True, comment="SHA-256 of the key."),
    Column("agent", String(64), nullable=True),
    Column("teams", document(), nullable=True),
    Column("created_at", instant(), nullable=False),
    Column("revoked_at", instant(), nullable=True),
)

idempotency_keys = Table(
    "idempotency_key",
    metadata,
    Column("caller", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", document(), nullable=False),
    Column("created_at", instant(), nullable=False),
    PrimaryKeyConstraint("caller", "key"),
)

processes = Table(
    "process",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("started_at", instant(), nullable=False),
    Column("seen_at", instant(), nullable=False, comment="The engine's last tick."),
)
