"""One HTTP request that must be sent at most once: asked for at the last instant, bounded.

httpx tells us through its `trace` extension when a connection stands and the request's
first bytes are about to be written. That is where the gate is asked, and what divides
failures into certain ones and unknown ones.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from app.channels.base import Gate
from app.domain.outcome import GiveUp, Outcome, TryAgain, Unknown, Withheld

LONGEST_ANSWER = 64 * 1024
"""Bytes read of an answer, unless more is asked for. No provider has more than this to say
about one message."""

OPERATORS_AFFAIR = timedelta(seconds=60)
"""The pause after a refusal that only the operator can cure, such as a wrong token."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each part of a request may take, in seconds."""

    connect: float = 3.0
    read: float = 10.0
    whole: float = 15.0


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said. `body` is cut off where it becomes too long."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Closed(Exception):
    """The gate said no."""


@dataclass(slots=True)
class _Departure:
    """Asks the gate when the request is about to be written, and remembers that it was."""

    gate: Gate
    method: bytes
    left: bool = False
    gate_failed_with: Exception | None = None

    async def watch(self, event: str, info: Mapping[str, Any]) -> None:
        # A proxy's CONNECT passes here too; the request that counts has our own method.
        if event.endswith(".send_request_headers.started") and self._is_ours(info):
            if not await self._ask():
                raise _Closed
            self.left = True

    async def _ask(self) -> bool:
        try:
            return await self.gate()
        except Exception as failure:
            self.gate_failed_with = failure
            raise

    def _is_ours(self, info: Mapping[str, Any]) -> bool:
        return bytes(info["request"].method) == self.method


async def ask(
    http: httpx.AsyncClient,
    request: httpx.Request,
    gate: Gate,
    patience: Patience,
    *,
    at_most: int = LONGEST_ANSWER,
) -> Answer | Outcome:
    """Send `request` once, and read `at_most` bytes of what is answered.

    Anything but an `Answer` says how far it came.
    """
    departure = _Departure(gate, request.method.encode())
    request.extensions = {
        **request.extensions,
        "trace": departure.watch,
        "timeout": httpx.Timeout(patience.read, connect=patience.connect).as_dict(),
    }
    try:
        async with asyncio.timeout(patience.whole):
            return await _exchange(http, request, at_most)
    except _Closed:
        return Withheld()
    except httpx.LocalProtocolError:
        return GiveUp("the request cannot be written as HTTP")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as trouble:
        if trouble is departure.gate_failed_with:
            raise
        because = f"no answer: {type(trouble).__name__}"
        return Unknown(because) if departure.left else TryAgain(because)


async def _exchange(http: httpx.AsyncClient, request: httpx.Request, at_most: int) -> Answer:
    response = await http.send(request, stream=True, follow_redirects=False)
    try:
        return Answer(response.status_code, response.headers, await _start_of(response, at_most))
    finally:
        await response.aclose()


async def _start_of(response: httpx.Response, at_most: int) -> bytes:
    """The first bytes of the body, as they came: nothing is unpacked, so nothing swells."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= at_most:
            break
    return bytes(body[:at_most])


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """`Retry-After` in seconds, a day at most. As a date it is left to our own back-off."""
    value = headers.get("retry-after", "").strip()
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        return None
    return min(timedelta(seconds=int(value)), timedelta(days=1))
