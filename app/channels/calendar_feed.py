"""Asks for a calendar feed: one GET, bounded, and only if it changed.

Feeds are published behind redirects, so a few are followed. The address in the config is the
operator's and may be anywhere; one that a stranger's server names may not lead into the house:
its name is looked up, every address of it must be public, and the connection goes to the very
address that was looked at, whatever the name means a moment later.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

import httpx

from app.channels.request import Answer, Patience, ask, retry_after
from app.domain.outcome import GiveUp, TryAgain, Unknown

LARGEST = 1024 * 1024
"""The longest feed that is read, in bytes."""

PATIENCE = Patience(connect=3.0, read=6.0, whole=10.0)
WHOLE = 20.0
"""Seconds for all of it, redirects and names included."""

_MOST_REDIRECTS = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_VALIDATOR = 300


@dataclass(frozen=True, slots=True)
class Body:
    """The feed itself. `validator` is what to ask with next time."""

    content: bytes
    validator: str | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is as it was."""


@dataclass(frozen=True, slots=True)
class NoFeed:
    """It could not be had: why, and when to ask again where they said so."""

    because: str
    after: timedelta | None = None


class _Refused(Exception):
    """A redirect leads where we do not go."""


async def get_feed(
    http: httpx.AsyncClient, url: str, *, validator: str | None = None
) -> Body | Unchanged | NoFeed:
    """Ask once. Never raises, and never tells the address: it is a secret."""
    try:
        async with asyncio.timeout(WHOLE):
            return await _follow(http, httpx.URL(url), _conditions(validator))
    except TimeoutError:
        return NoFeed("no answer in time")
    except _Refused as why:
        return NoFeed(str(why))
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        return NoFeed("the address cannot be written as HTTP")


async def _follow(
    http: httpx.AsyncClient, url: httpx.URL, conditions: Mapping[str, str]
) -> Body | Unchanged | NoFeed:
    request, home = _request(http, url, conditions), _origin(url)
    for _ in range(_MOST_REDIRECTS + 1):
        answer = await ask(http, request, _always, PATIENCE, at_most=LARGEST + 1)
        match answer:
            case Answer():
                pass
            case TryAgain(because) | Unknown(because) | GiveUp(because):
                return NoFeed(because)
            case _:
                return NoFeed("it could not be asked for")
        if answer.status not in _REDIRECTS:
            return _read(answer)
        target = url.join(answer.headers.get("location", ""))
        _check_scheme(url, target)
        if home == _origin(target):
            request = _request(http, target, conditions)
        else:
            # From here on a stranger says where to go, even if it is back to where we began.
            home = None
            request = _request(http, target, conditions, at=await _public_address(target))
        url = target
    return NoFeed("it is redirected again and again")


def _read(answer: Answer) -> Body | Unchanged | NoFeed:
    if answer.status == 304:
        return Unchanged()
    if answer.status != 200:
        return NoFeed(f"it was answered {answer.status}", retry_after(answer.headers))
    if len(answer.body) > LARGEST:
        return NoFeed(f"it is longer than {LARGEST} bytes")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        return NoFeed("it came packed, although it was asked for as it is")
    return Body(answer.body, _validator(answer.headers))


def _validator(headers: Mapping[str, str]) -> str | None:
    found = headers.get("etag") or headers.get("last-modified") or ""
    return found if 0 < len(found) <= _LONGEST_VALIDATOR else None


def _conditions(validator: str | None) -> dict[str, str]:
    if validator is None:
        return {}
    # An ETag is quoted; a date is not.
    is_etag = validator.startswith(('"', 'W/"'))
    return {"If-None-Match" if is_etag else "If-Modified-Since": validator}


def _request(
    http: httpx.AsyncClient,
    url: httpx.URL,
    conditions: Mapping[str, str],
    *,
    at: str | None = None,
) -> httpx.Request:
    """A request for `url`; `at` is the address to connect to, whatever its name means."""
    # What is unpacked has no limit, so nothing packed is asked for.
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", **conditions}
    if at is None:
        return http.build_request("GET", url, headers=headers)
    headers["Host"] = url.netloc.decode("ascii")
    names = {"sni_hostname": url.host} if url.scheme == "https" else {}
    return http.build_request("GET", url.copy_with(host=at), headers=headers, extensions=names)


def _origin(url: httpx.URL) -> tuple[str, str, int | None] | None:
    return url.scheme, url.host, url.port


def _check_scheme(start: httpx.URL, target: httpx.URL) -> None:
    if target.scheme not in {"http", "https"} or not target.host:
        raise _Refused("it is redirected to what is no web address")
    if start.scheme == "https" and target.scheme == "http":
        raise _Refused("it is redirected from https to http")


async def _public_address(url: httpx.URL) -> str:
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, port, type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise _Refused("it is redirected to a host that cannot be found") from error
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(_is_public, addresses)):
        raise _Refused("it is redirected to an address that is not public")
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast


async def _always() -> bool:
    """Asking for a calendar changes nothing: there is nothing to be held back by."""
    return True
