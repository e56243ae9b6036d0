"""`POST /v1/leads`: the canonical lead, from our own systems."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ValidationError

from app.api import problems
from app.api.access import Sender
from app.api.shapes.leads_in import LeadIn, TakenOut
from app.api.state import Now, Serve, Serving
from app.api.taken import shown
from app.api.webhooks import read_body
from app.domain.delivery import Reading, Webhook
from app.domain.errors import FieldProblem, Invalid, InvalidFields, Unreadable
from app.domain.identifiers import new_id
from app.domain.lead import Campaign, Consent, Kind, Property
from app.flow.arrivals import Arrival
from app.flow.intake import receive
from app.sources import compose
from app.sources.fields import kept
from app.sources.normalise import texts
from app.sources.repeats import by_content, by_id
from app.sources.sent import Sent
from app.store import idempotency
from app.store.idempotency import Call

router = APIRouter(prefix="/v1/leads", tags=["leads in"])

LARGEST = 1024 * 1024
KIND = "canonical"


class IdempotencyMismatch(Invalid):
    """This Idempotency-Key was used with another body."""


@router.post(
    "",
    status_code=201,
    response_model=TakenOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LeadIn"}}},
        }
    },
)
async def post_lead(
    request: Request,
    key: Sender,
    serve: Serve,
    now: Now,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Response:
    """Take one lead: stored, routed and timed before the answer.

    `status` says whether it was known already: `duplicate` or `updated`.

    An `Idempotency-Key` makes a repetition within 24 hours get the first answer again.
    """
    body = await read_body(request, LARGEST)
    arrival = _arrival(_lead(body, now), body, now)
    if idempotency_key is None:
        return _answer(shown(await serve.intake.take(arrival)))
    call = Call(str(key.id or "admin"), idempotency_key, sha256(body).hexdigest())
    return await _once(serve, call, arrival, now)


async def _once(serve: Serving, call: Call, arrival: Arrival, now: datetime) -> Response:
    """The effect and the memory of it are one transaction."""
    held = serve.held
    async with held.database.transaction() as tx:
        before = await idempotency.begin(tx, call, now=now)
        if before is not None:
            if before.body_hash != call.body_hash:
                raise IdempotencyMismatch
            return _answer(dict(before.answer), before.status)
        batch = await receive(tx, [arrival], snapshot=held.live.snapshot, now=now)
        taken = shown(batch.taken[0])
        await idempotency.finish(tx, call, status=201, answer=taken)
    serve.doorbell.ring(batch.messages)
    return _answer(taken)


def _lead(body: bytes, now: datetime) -> LeadIn:
    try:
        return LeadIn.model_validate_json(body, context={"now": now})
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise problems.wrong_fields(found) from None


def _arrival(lead: LeadIn, body: bytes, now: datetime) -> Arrival:
    external_id = texts.line(lead.external_id)
    identity = by_content(body) if external_id is None else by_id("id", external_id)
    sent = Sent(
        identity=identity,
        external_id=external_id,
        occurred_at=lead.received_at,
        first_name=texts.line(lead.first_name),
        last_name=texts.line(lead.last_name),
        email=texts.line(lead.email),
        phone=texts.line(lead.phone),
        message=texts.paragraphs(lead.message),
        kind=Kind(lead.kind),
        language=texts.line(lead.language),
        medium=texts.line(lead.campaign.medium),
        consent=Consent(**_tidy(lead.consent)),
        property=Property(**_tidy(lead.property)),
        campaign=Campaign(**_tidy(lead.campaign)),
        extra=kept(lead.extra),
    )
    try:
        inquiry = compose.inquiry(sent, lead.source)
    except Unreadable as nobody:
        raise InvalidFields((FieldProblem("body", nobody.why),)) from nobody
    return Arrival(
        id=new_id(now),
        kind=KIND,
        webhook=Webhook(lead.source, body, {"content-type": "application/json"}),
        received_at=lead.received_at or now,
        reading=Reading((inquiry,)),
    )


def _tidy(part: BaseModel) -> dict[str, Any]:
    """The fields of a part, its texts cleaned like those of any other source."""
    return {
        name: texts.line(value) if isinstance(value, str) else value
        for name, value in part.model_dump().items()
    }


def again(*, delivery_id: UUID, body: bytes, received_at: datetime, now: datetime) -> Arrival:
    """Read a stored call once more, as of when it was first received."""
    arrival = _arrival(_lead(body, now), body, now)
    return replace(arrival, id=delivery_id, received_at=received_at, is_replay=True)


def _answer(body: dict[str, Any], status: int = 201) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
