"""Where senders deliver who can only be told another host for Follow Up Boss's API.

The key alone says which source they mean, as at Follow Up Boss it says whose account.
"""

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from app.api import problems, webhooks
from app.api.state import Serve
from app.config.sources import ApiKeySource
from app.domain.errors import BadCredentials, SourceOff
from app.log import get_logger
from app.resources import Resources
from app.sources.proofs import credentials
from app.sources.proofs.key_as_user import key_shown

log = get_logger()

router = APIRouter(tags=["leads in"])

KIND = "follow-up-boss"

_WRONG = "the API key is that of no source"


@router.post(
    "/v1/events",
    summary="Deliver a lead, as to Follow Up Boss",
    responses={
        200: {"description": "A person we knew: one more inquiry of theirs is stored."},
        201: {"description": "A new person: stored, read, routed and timed."},
        204: {"description": "Stored; an event of this type calls for nothing."},
        401: {"description": "The API key is that of no source."},
        503: {"description": "Such a source is off, or we cannot store right now. Retry."},
    },
)
async def take_event(request: Request, serve: Serve) -> Response:
    """Take an event in Follow Up Boss's format, for the source whose `api_key` is shown."""
    shown = _key(request)
    source = _meant(serve.held, shown)
    if source is not None:
        return await webhooks.take(source, request, secret=None)
    if shown:
        # Whose lead was turned away is not known: everybody who may miss it is told.
        for name in _sources(serve.held):
            serve.refusals.note(name, _WRONG)
    return _refused(serve.held, shown)


@router.get("/v1/identity", summary="Try a key, as at Follow Up Boss")
async def identify(request: Request, serve: Serve) -> Response:
    """Tell whose the key is: clients of Follow Up Boss ask before they deliver."""
    shown = _key(request)
    source = _meant(serve.held, shown)
    if source is None:
        return _refused(serve.held, shown)
    known = {"account": {"name": source, "domain": source}, "user": {"name": source}}
    return Response(orjson.dumps(known), media_type="application/json")


def _key(request: Request) -> str | bytes | None:
    return key_shown(request.headers.get("authorization", ""))


def _meant(held: Resources, shown: str | bytes | None) -> str | None:
    """The source whose key this is."""
    # All of them are compared, always: the time must not tell which one was near.
    matching = [
        name
        for name, source in _sources(held).items()
        if credentials.is_same(shown, source.api_key)
    ]
    return matching[0] if matching else None


def _sources(held: Resources) -> dict[str, ApiKeySource]:
    return {
        name: source
        for name, source in held.live.snapshot.config.sources.items()
        if isinstance(source, ApiKeySource) and source.kind == KIND
    }


def _refused(held: Resources, shown: str | bytes | None) -> Response:
    off = [name for name in _sources(held) if held.live.snapshot.why_off("source", name)]
    if shown and off:
        # It may be the key of a source whose variable is not set: let the sender try again.
        return problems.answer(SourceOff(off[0], "its key is not known"))
    error = BadCredentials(KIND, _WRONG if shown else "the API key is missing")
    log.warning("intake.refused", source=KIND, why=error.why)
    more: dict[str, Any] = {"errorMessage": str(error)}
    return problems.answer(error, more, challenge='Basic realm="lead-router", charset="UTF-8"')
