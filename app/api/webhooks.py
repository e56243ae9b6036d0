"""Where providers deliver leads: authentic? stored, read, routed, timed; then 200."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import APIRouter, HTTPException, Request, Response

from app.api import problems
from app.api.state import Serve, Serving
from app.api.taken import shown
from app.config.sources import SourceBase
from app.domain.delivery import Reading, Webhook
from app.domain.errors import (
    AppError,
    BadCredentials,
    BodyCompressed,
    BodyTooLarge,
    NoSuch,
    SourceOff,
    Unreadable,
)
from app.domain.identifiers import new_id
from app.flow.arrivals import Arrival
from app.log import get_logger
from app.resources import Resources
from app.sources.base import SourceKind
from app.sources.registry import SOURCES

log = get_logger()

router = APIRouter(tags=["leads in"])

LARGEST_CERTIFICATE = 64 * 1024


@router.post(
    "/webhooks/{source_id}",
    summary="Deliver a lead",
    responses={
        200: {"description": "Stored, read, routed and timed: all of it committed."},
        401: {"description": "The credentials of this source are missing or wrong."},
        404: {"description": "There is no source of this name."},
        413: {"description": "The body is larger than the source may send."},
        415: {"description": "The body is compressed: send it as it is."},
        503: {"description": "The source is off, or we cannot store right now. Retry."},
    },
)
async def deliver(source_id: str, request: Request) -> Response:
    """Take a delivery in the provider's own format, as the config says for this source."""
    return await take(source_id, request, secret=None)


@router.post("/webhooks/{source_id}/{secret:path}", summary="Deliver a lead (secret in the path)")
async def deliver_with_secret(source_id: str, secret: str, request: Request) -> Response:
    """The same for senders that cannot sign: the secret stands in the address."""
    return await take(source_id, request, secret=secret or None)


@router.get("/webhooks/{source_id}", summary="Answer a provider's handshake")
async def shake_hands(source_id: str, request: Request, serve: Serve) -> Response:
    """Answer with what the provider wants to see. Most kinds of source know no handshake."""
    return _greet(serve.held, source_id, request, secret=None)


@router.get("/webhooks/{source_id}/{secret:path}", include_in_schema=False)
@router.options("/webhooks/{source_id}/{secret:path}", include_in_schema=False)
@router.options("/webhooks/{source_id}", include_in_schema=False)
async def shake_hands_elsewise(
    source_id: str, request: Request, serve: Serve, secret: str = ""
) -> Response:
    """The same with a secret in the path; OPTIONS is how CloudEvents asks."""
    return _greet(serve.held, source_id, request, secret=secret or None)


def _greet(held: Resources, source_id: str, request: Request, *, secret: str | None) -> Response:
    kind, settings = _source(held, source_id)
    if kind.greet is None:
        raise HTTPException(405, "This kind of source knows no handshake.", {"Allow": "POST"})
    webhook = _webhook(held, source_id, request, b"", secret)
    try:
        greeting = kind.greet(webhook, settings)
    except BadCredentials as refused:
        log.warning("handshake.refused", source=source_id, why=refused.why)
        return _refused(refused, kind, settings)
    return Response(
        greeting.body,
        greeting.status,
        headers={**greeting.headers, "X-Content-Type-Options": "nosniff"},
        media_type=greeting.content_type,
    )


async def take(source_id: str, request: Request, *, secret: str | None) -> Response:
    """Take one delivery, and answer once it is committed."""
    serving: Serving = request.app.state.serving
    held = serving.held
    received_at = held.clock()
    kind: SourceKind[Any] | None = None
    settings: SourceBase | None = None
    try:
        kind, settings = _source(held, source_id)
        body = await read_body(request, settings.max_body)
        webhook = _webhook(held, source_id, request, body, secret)
        certificates = await _certificates(held, kind, webhook, settings, now=received_at)
        kind.authenticate(webhook, settings, now=received_at, certificates=certificates)
        reading, trouble = read(kind, webhook, settings, received_at=received_at)
        arrival = Arrival(
            id=new_id(received_at),
            kind=kind.kind,
            webhook=webhook,
            received_at=received_at,
            reading=reading,
            trouble=trouble,
        )
        taken = await serving.intake.take(arrival)
    except BadCredentials as refused:
        log.warning("intake.refused", source=source_id, why=refused.why)
        serving.refusals.note(
            source_id,
            refused.why,
            asked_for_password=_takes_password(settings)
            and secret is None
            and "authorization" not in request.headers,
        )
        return _refused(refused, kind, settings)
    except AppError as error:
        return problems.answer(error)
    status = kind.http_status(taken.status, len(taken.leads)) if kind.http_status else 200
    reply = kind.reply_to_unread() if trouble and kind.reply_to_unread else reading.reply
    return _answer(shown(taken) | dict(reply), status)


def _webhook(
    held: Resources, source_id: str, request: Request, body: bytes, secret: str | None
) -> Webhook:
    # As sent: what a sender signed is not what a framework decodes.
    path = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
    query = request.scope["query_string"].decode("latin-1")
    place = f"{path}?{query}" if query else path
    host = request.headers.get("host", "")
    return Webhook(
        source=source_id,
        body=body,
        headers={
            key.decode("latin-1"): value.decode("latin-1") for key, value in request.headers.raw
        },
        query=dict(request.query_params),
        path_secret=secret,
        method=request.method,
        urls=(
            f"{held.settings.base_url}{place}",
            f"https://{host}{place}",
            f"http://{host}{place}",
        ),
    )


def _source(held: Resources, source_id: str) -> tuple[SourceKind[Any], SourceBase]:
    settings = held.live.snapshot.config.sources.get(source_id)
    if settings is None:
        raise NoSuch("source", source_id[:64])
    why_off = held.live.snapshot.why_off("source", source_id)
    if why_off is not None:
        raise SourceOff(source_id, why_off)
    return SOURCES[settings.kind], settings


async def read_body(request: Request, limit: int) -> bytes:
    """Read no more than `limit` bytes, whatever the headers promise."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLarge(limit)
    if request.headers.get("content-encoding", "identity") not in {"", "identity"}:
        # A compressed body may be a bomb, and no known sender compresses.
        raise BodyCompressed
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge(limit)
    return bytes(body)


def read(
    kind: SourceKind[Any],
    webhook: Webhook,
    settings: SourceBase,
    *,
    received_at: datetime,
) -> tuple[Reading, Unreadable | None]:
    """Read a delivery as far as it can be. A mistake of ours must not cost the lead."""
    try:
        return kind.read(webhook, settings, now=received_at), None
    except Unreadable as trouble:
        return Reading(), trouble
    except Exception as error:  # noqa: BLE001 - kept and listed, like any unreadable one.
        log.error("intake.unreadable", source=webhook.source, error=error)
        return Reading(), Unreadable("our reader of this format failed", "$")


async def _certificates(
    held: Resources,
    kind: SourceKind[Any],
    webhook: Webhook,
    settings: SourceBase,
    *,
    now: datetime,
) -> dict[str, bytes]:
    """Fetch the certificate that a signature needs, once. Its host was checked already."""
    url = kind.needs(webhook, settings, now=now)
    if url is None:
        return {}
    known = held.certificates.get(url)
    if known is None:
        try:
            answer = await held.http.get(url)
        except httpx.HTTPError as error:
            raise SourceOff(webhook.source, "the signer's certificate cannot be fetched") from error
        if answer.status_code != 200 or len(answer.content) > LARGEST_CERTIFICATE:
            raise SourceOff(webhook.source, "the signer's certificate cannot be fetched")
        if len(held.certificates) >= 20:
            held.certificates.clear()
        known = held.certificates[url] = answer.content
    return {url: known}


def _refused(
    refused: BadCredentials, kind: SourceKind[Any] | None, settings: SourceBase | None
) -> Response:
    """A 401 in the provider's own words. Amazon SNS sends a password only when asked for it."""
    return problems.answer(
        refused,
        dict(kind.refusal(refused)) if kind else None,
        challenge='Basic realm="lead-router", charset="UTF-8"'
        if _takes_password(settings)
        else "Bearer",
    )


def _takes_password(settings: SourceBase | None) -> bool:
    return getattr(settings, "basic_auth", None) is not None


def _answer(body: dict[str, Any], status: int) -> Response:
    if status == 204:
        return Response(status_code=status)
    return Response(orjson.dumps(body), status, media_type="application/json")


def arrival_again(
    held: Resources, *, delivery_id: UUID, webhook: Webhook, received_at: datetime
) -> Arrival:
    """Read a stored delivery once more, as the config is now. It was authentic then."""
    kind, settings = _source(held, webhook.source)
    reading, trouble = read(kind, webhook, settings, received_at=received_at)
    return Arrival(
        id=delivery_id,
        kind=kind.kind,
        webhook=webhook,
        received_at=received_at,
        reading=reading,
        trouble=trouble,
        is_replay=True,
    )
