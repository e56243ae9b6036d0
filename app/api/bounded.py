"""Bodies that FastAPI reads for us, and how large they may be."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from app.api.webhooks import read_body

LARGEST = 1024 * 1024


class BoundedRoute(APIRoute):
    """Refuses a body beyond `LARGEST` with a 413, having read no more than that of it.

    FastAPI reads bodies before it asks who is calling, so without this a stranger could
    have us hold as much as they like. Its own limit answers in plain text.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            body = await read_body(request, LARGEST)

            async def again() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            return await handle(Request(request.scope, again))

        return bounded
