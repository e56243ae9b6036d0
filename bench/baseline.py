"""The textbook service that ours is compared with: FastAPI, an ORM session per request, arq.

It is what the documentation of FastAPI, SQLAlchemy and arq would have one write, and it is
meant well: uvloop and httptools, indexes where it looks something up, keys made before the
flush so that each table is one INSERT of many rows, nothing read back after the commit, the
same durability as ours, and row locks held only from the choice of an owner to the commit.

For each lead it does what ours does: takes Google's JSON by a pydantic model, checks the key,
normalises telephone number, address and name with the same libraries, recognises a repeated
delivery and a known person, chooses the owner in turn under row locks, and writes the raw
delivery, the lead, its inquiry, the decision, three SLA timers, two messages and three facts
in one transaction: twelve rows and one update. Ours writes three more rows (its keys). After
the commit it puts three jobs into arq: the greeting, the owner's alert, and the first SLA
timer, deferred. It renders nothing and has no config to obey.
"""

import asyncio
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import phonenumbers
import uvicorn
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from email_validator import EmailNotValidError, validate_email
from fastapi import Depends, FastAPI, HTTPException, Request
from nameparser import HumanName
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, event, or_, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.payload import KEY, PATH

SOURCE = "google-ads"
STEPS = (
    ("nudge", timedelta(minutes=3)),
    ("manager", timedelta(minutes=5)),
    ("director", timedelta(hours=1)),
)


# ── What comes in, and what is answered ─────────────────────────────────────────────


class Answer(BaseModel):
    column_id: str
    string_value: str
    column_name: str = ""


class GoogleLead(BaseModel):
    lead_id: str
    user_column_data: list[Answer]
    google_key: str
    is_test: bool = False
    gcl_id: str | None = None
    form_id: int | None = None
    campaign_id: int | None = None
    lead_submit_time: datetime | None = None


class Due(BaseModel):
    step: str
    due_at: datetime


class TakenLead(BaseModel):
    id: UUID
    status: str
    owner: str | None = None
    sla: list[Due] = []


class Taken(BaseModel):
    delivery_id: UUID
    status: str
    leads: list[TakenLead]


# ── What is kept ────────────────────────────────────────────────────────────────────


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own way.


class Agent(Base):
    __tablename__ = "agent"
    id: Mapped[str] = mapped_column(primary_key=True)
    available: Mapped[bool]
    open_leads: Mapped[int]
    last_assigned_at: Mapped[datetime | None]


class Delivery(Base):
    __tablename__ = "delivery"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    external_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Lead(Base):
    __tablename__ = "lead"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str]
    owner: Mapped[str | None] = mapped_column(ForeignKey("agent.id"), index=True)
    source: Mapped[str]
    kind: Mapped[str]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None] = mapped_column(index=True)
    property: Mapped[dict[str, Any]]
    campaign: Mapped[dict[str, Any]]
    extra: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(index=True)


class Inquiry(Base):
    __tablename__ = "inquiry"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), index=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"))
    received_at: Mapped[datetime]
    occurred_at: Mapped[datetime | None]
    asked: Mapped[dict[str, Any]]


class Decision(Base):
    __tablename__ = "decision"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), index=True)
    at: Mapped[datetime]
    rule: Mapped[str]
    owner: Mapped[str]
    detail: Mapped[dict[str, Any]]


class SlaTimer(Base):
    __tablename__ = "sla_timer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), index=True)
    step: Mapped[str]
    state: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)


class Message(Base):
    __tablename__ = "message"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str]
    recipient: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Fact(Base):
    __tablename__ = "fact"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lead_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    type: Mapped[str]
    data: Mapped[dict[str, Any]]


# ── The request ─────────────────────────────────────────────────────────────────────


async def session_of(request: Request) -> AsyncIterator[AsyncSession]:
    maker: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with maker() as session:
        yield session


async def queue_of(request: Request) -> ArqRedis:
    queue: ArqRedis = request.app.state.queue
    return queue


async def receive(
    sent: GoogleLead,
    request: Request,
    session: Annotated[AsyncSession, Depends(session_of)],
    queue: Annotated[ArqRedis, Depends(queue_of)],
) -> Taken:
    """Take one lead in: checked, recognised, routed, timed and announced."""
    if not hmac.compare_digest(sent.google_key.encode(), KEY.encode()):
        raise HTTPException(401, "google_key is wrong")
    now = datetime.now(UTC)
    lead = read(sent, now)
    known = await recognised(session, sent, lead)
    if known is not None:
        return known
    owner = await next_owner(session, now)
    lead.owner = owner.id
    delivery = Delivery(
        id=uuid4(),
        source=SOURCE,
        external_id=sent.lead_id,
        status="accepted",
        received_at=now,
        headers={"content-type": request.headers.get("content-type", "")},
        body=await request.body(),
    )
    timers = timers_of(lead, now)
    # No relationship is mapped, so the parents are flushed before what refers to them.
    session.add_all([delivery, lead])
    await session.flush()
    session.add_all([*told_of(sent, lead, delivery, now), *timers, *messages_of(lead, now)])
    session.add_all(facts_of(lead, delivery, timers, now))
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(503, "the same lead is being taken in") from None
    await queue.enqueue_job("send_auto_response", str(lead.id))
    await queue.enqueue_job("alert_owner", str(lead.id), owner.id)
    await queue.enqueue_job("check_sla", str(lead.id), "nudge", _defer_until=timers[0].due_at)
    return Taken(
        delivery_id=delivery.id,
        status="accepted",
        leads=[
            TakenLead(
                id=lead.id,
                status="accepted",
                owner=owner.id,
                sla=[Due(step=each.step, due_at=each.due_at) for each in timers],
            )
        ],
    )


def read(sent: GoogleLead, now: datetime) -> Lead:
    """Normalise what was sent."""
    answers = {each.column_id: each.string_value for each in sent.user_column_data}
    name = HumanName(answers.pop("FULL_NAME", ""))
    return Lead(
        id=uuid4(),
        status="new",
        source=SOURCE,
        kind="buyer" if answers.pop("REALTOR_HELP_GOAL", "") == "Buy" else "unknown",
        first_name=name.first or None,
        last_name=name.last or None,
        email=_email(answers.pop("EMAIL", "")),
        phone=_phone(answers.pop("PHONE_NUMBER", "")),
        property={
            "city": answers.pop("CITY", None),
            "state": answers.pop("REGION", None),
            "zip": answers.pop("POSTAL_CODE", None),
        },
        campaign={"gclid": sent.gcl_id},
        extra={**answers, "form_id": sent.form_id, "campaign_id": sent.campaign_id},
        received_at=now,
    )


def _email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def recognised(session: AsyncSession, sent: GoogleLead, lead: Lead) -> Taken | None:
    """A delivery that was seen before, or a person whom we know, makes no new lead."""
    seen = await session.scalar(select(Delivery).where(Delivery.external_id == sent.lead_id))
    if seen is not None:
        return Taken(delivery_id=seen.id, status="duplicate", leads=[])
    known = await session.scalar(
        select(Lead).where(or_(Lead.email == lead.email, Lead.phone == lead.phone)).limit(1)
    )
    if known is None:
        return None
    taken = TakenLead(id=known.id, status="updated", owner=known.owner)
    return Taken(delivery_id=uuid4(), status="updated", leads=[taken])


async def next_owner(session: AsyncSession, now: datetime) -> Agent:
    """Whoever has waited longest, under row locks: two leads never see the same idle agent."""
    question = select(Agent).where(Agent.available).order_by(Agent.id).with_for_update()
    agents = (await session.scalars(question)).all()
    never = datetime.min.replace(tzinfo=UTC)
    # SQLite forgets the zone of an instant.
    owner = min(agents, key=lambda each: (each.last_assigned_at or never).replace(tzinfo=UTC))
    owner.last_assigned_at = now
    owner.open_leads += 1
    return owner


def told_of(sent: GoogleLead, lead: Lead, delivery: Delivery, now: datetime) -> list[Base]:
    return [
        Inquiry(
            id=uuid4(),
            lead_id=lead.id,
            delivery_id=delivery.id,
            received_at=now,
            occurred_at=sent.lead_submit_time,
            asked={"email": lead.email, "phone": lead.phone, "property": lead.property},
        ),
        Decision(
            id=uuid4(),
            lead_id=lead.id,
            at=now,
            rule="everyone",
            owner=lead.owner or "",
            detail={"strategy": "round_robin", "chosen": lead.owner},
        ),
    ]


def timers_of(lead: Lead, now: datetime) -> list[SlaTimer]:
    return [
        SlaTimer(
            id=uuid4(),
            lead_id=lead.id,
            step=step,
            state="running",
            started_at=now,
            due_at=now + after,
        )
        for step, after in STEPS
    ]


def messages_of(lead: Lead, now: datetime) -> list[Base]:
    wanted = (("auto_response", "lead", "email"), ("owner_alert", lead.owner or "", "push"))
    return [
        Message(
            id=uuid4(),
            lead_id=lead.id,
            kind=kind,
            recipient=recipient,
            channel=channel,
            state="pending",
            created_at=now,
        )
        for kind, recipient, channel in wanted
    ]


def facts_of(lead: Lead, delivery: Delivery, timers: list[SlaTimer], now: datetime) -> list[Fact]:
    due = {each.step: each.due_at.isoformat() for each in timers}
    return [
        Fact(lead_id=lead.id, at=now, type=kind, data=data)
        for kind, data in (
            ("lead.received", {"source": SOURCE, "delivery_id": str(delivery.id)}),
            ("lead.assigned", {"owner": lead.owner, "rule": "everyone"}),
            ("sla.started", {"policy": "speed-to-lead", "due": due}),
        )
    ]


# ── The process ─────────────────────────────────────────────────────────────────────


def engine_of(url: str) -> AsyncEngine:
    """PostgreSQL as SQLAlchemy sets it up; SQLite as durable as ours.

    Its pool has five connections, for one, which was tried, gave it fewer leads a second. It
    has one writer, so a session asks for the lock as it begins, instead of failing half-way.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(parsed.set(drivername="postgresql+asyncpg"))
    engine = create_async_engine(
        parsed.set(drivername="sqlite+aiosqlite"),
        max_overflow=0,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = engine_of(os.environ["BENCH_DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with app.state.sessions() as session:
        session.add_all(
            [Agent(id=each, available=True, open_leads=0) for each in ("ben", "cara", "dana")]
        )
        await session.commit()
    app.state.queue = await create_pool(RedisSettings.from_dsn(os.environ["BENCH_REDIS_URL"]))
    yield
    await app.state.queue.aclose()
    await engine.dispose()


def create_app() -> FastAPI:
    app = FastAPI(title="baseline", lifespan=lifespan)
    app.post(PATH)(receive)
    app.get("/readyz")(ready)
    return app


async def ready() -> dict[str, str]:
    return {"status": "ready"}


def main() -> None:
    import uvloop  # noqa: PLC0415 - as in the service itself.

    config = uvicorn.Config(
        create_app(),
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
