"""Asks a source for what it left out of a delivery: one GET, bounded, following nothing.

A read changes nothing at the other end, so an answer that never came is simply asked for
again. A redirect is not followed: the request carries a token of the source.
"""

from collections.abc import Mapping

import httpx

from app.channels.base import Gate
from app.channels.request import Answer, Patience, ask
from app.domain.outcome import TryAgain, Unknown, Withheld

LARGEST = 1024 * 1024
"""The longest answer that is read, in bytes. A lead is a few thousand."""

_LAST_PORT = 65_535

PATIENCE = Patience(connect=3.0, read=6.0, whole=7.0)


async def fetch(
    http: httpx.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    gate: Gate,
    *,
    patience: Patience = PATIENCE,
) -> Answer | TryAgain | Withheld:
    """Ask once. An `Answer` of more than `LARGEST` bytes was cut off after one more."""
    request = _request(http, url, headers)
    if request is None:
        return TryAgain("the address or a header of the request cannot be written as HTTP")
    answer = await ask(http, request, gate, patience, at_most=LARGEST + 1)
    match answer:
        case Answer() | TryAgain() | Withheld():
            return answer
        case Unknown(because):
            return TryAgain(because)
    return TryAgain("the request could not be sent")


def _request(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> httpx.Request | None:
    # What is unpacked has no limit, so nothing packed is asked for.
    plainly = {**headers, "Accept-Encoding": "identity"}
    try:
        request = http.build_request("GET", url, headers=plainly)
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        return None
    return request if (request.url.port or 0) <= _LAST_PORT else None
