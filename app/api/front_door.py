"""FastAPI, with deliveries taken at the door.

A delivery needs none of what a framework does between the socket and an endpoint: no
dependencies, no validation by signature, no serialising of models. Walking past it all
saves a fifth of what a lead costs. The same function serves the route in the documents.
"""

from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from app.api import problems, webhooks

_PLACE = "/webhooks/"


class FrontDoor(FastAPI):
    """Answers `POST /webhooks/…` itself, and hands everything else on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = _delivered_to(scope)
        if place is None:
            await super().__call__(scope, receive, send)
            return
        source_id, _, secret = place.partition("/")
        scope["app"] = self
        try:
            response = await webhooks.take(
                source_id, Request(scope, receive), secret=secret or None
            )
        except ClientDisconnect:
            # The sender hung up before it had said everything: there is nobody to answer.
            return
        except Exception as error:  # noqa: BLE001 - the last resort, as for every other call.
            response = problems.our_mistake(error, route=_PLACE, method="POST")
        await response(scope, receive, send)


def _delivered_to(scope: Scope) -> str | None:
    """What follows `/webhooks/` in a delivery's address; `None` for any other call."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    path: str = scope["path"]
    return path[len(_PLACE) :] if path.startswith(_PLACE) and len(path) > len(_PLACE) else None
