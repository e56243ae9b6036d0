"""Which channel a slot of the config becomes: one entry per kind that we can send over."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import httpx

from app.channels.base import Channel
from app.channels.handshake import Handshake
from app.channels.letter import sender_of
from app.channels.mail_server import MailServer
from app.channels.ntfy import Ntfy
from app.channels.sandbox import Sandbox
from app.channels.smtp import Smtp
from app.config import channels as config
from app.config.secret import reveal

_TOKEN = re.compile(r"[!-~]+")

Builder = Callable[[Any, httpx.AsyncClient], Channel]
"""Builds a channel from its part of the config. `ValueError`: why that is not possible."""


def build(
    channels: Mapping[str, config.Channel], off: Collection[str], http: httpx.AsyncClient
) -> dict[str, Channel]:
    """Every slot that exists, and those of the config. What cannot send is a sandbox.

    `off` names the slots whose environment variables are not set. `http` is the process's
    one client; it must not retry by itself.
    """
    slots = dict.fromkeys((*config.SLOTS, *channels))
    built = {slot: _channel(slot, channels.get(slot), slot in off, http) for slot in slots}
    return {**built, "handshake": Handshake(http)}


def why_sandboxes(channels: Mapping[str, Channel]) -> dict[str, str]:
    """The slots that send nothing, and why: for start-up and /readyz."""
    return {
        slot: channel.why_sandbox
        for slot, channel in channels.items()
        if isinstance(channel, Sandbox)
    }


def _channel(
    slot: str, settings: config.Channel | None, is_off: bool, http: httpx.AsyncClient
) -> Channel:
    if settings is None:
        return Sandbox(slot, f"no channel {slot} is configured")
    if is_off:
        return Sandbox(slot, f"an environment variable that channel {slot} needs is not set")
    if settings.kind == "sandbox":
        return Sandbox(slot, f"channel {slot} is a sandbox by choice")
    builder = _BUILDERS.get((slot, settings.kind))
    if builder is None:
        return Sandbox(slot, f"kind {settings.kind} cannot send over channel {slot} yet")
    try:
        return builder(settings, http)
    except ValueError as error:
        return Sandbox(slot, f"channel {slot} cannot be used: {error}")


def _smtp(settings: config.Smtp, _http: httpx.AsyncClient) -> Smtp:
    return Smtp(MailServer.from_url(reveal(settings.url)), sender=sender_of(settings.from_ or ""))


def _ntfy(settings: config.Ntfy, http: httpx.AsyncClient) -> Ntfy:
    token = reveal(settings.token) if settings.token else None
    if token and not _TOKEN.fullmatch(token):
        raise ValueError("the token has characters that cannot stand in a header")
    try:
        url = str(httpx.URL(settings.url or ""))
    except httpx.InvalidURL:
        raise ValueError("url is no URL") from None
    return Ntfy(http=http, url=url, topic=settings.topic or "leads-{agent}", token=token)


_BUILDERS: dict[tuple[str, str], Builder] = {
    ("email", "smtp"): _smtp,
    ("push", "ntfy"): _ntfy,
}
