"""Fetches the URL by which a provider wants its deliveries confirmed, once.

Only Amazon SNS asks for this (`SubscribeURL`). The URL comes out of a delivery, so it is
fetched from Amazon's own hosts alone: anybody else's would let a stranger choose what
this machine requests.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from app.channels.base import Gate
from app.channels.request import PATIENCE, Answer, Patience, ask, retry_after
from app.domain.message import Outgoing
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown

_SNS_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?")


def is_sns_confirmation(url: str) -> bool:
    """Whether `url` confirms a subscription at Amazon SNS, over https, and nothing else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and port in {None, 443}
        and parts.username is None
        and _SNS_HOST.fullmatch(parts.hostname or "") is not None
        and parse_qs(parts.query).get("Action") == ["ConfirmSubscription"]
    )


@dataclass(frozen=True, slots=True)
class Handshake:
    """Confirming twice does no harm, so an unclear answer is simply asked for again."""

    http: httpx.AsyncClient
    may_fetch: Callable[[str], bool] = is_sns_confirmation
    name: str = "handshake"
    patience: Patience = PATIENCE
    is_sandbox: bool = False
    keyed: bool = True

    async def send(self, message: Outgoing, gate: Gate) -> Outcome:
        if not self.may_fetch(message.to):
            return GiveUp("not a confirmation URL of Amazon SNS")
        try:
            request = self.http.build_request(
                "GET", message.to, headers={"Accept-Encoding": "identity"}
            )
        except (httpx.InvalidURL, ValueError):
            return GiveUp("not a URL")
        answer = await ask(self.http, request, gate, self.patience)
        match answer:
            case Answer():
                return _meaning(answer)
            case Unknown(because):
                return TryAgain(because)
        return answer

    async def look_up(self, message: Outgoing) -> Accepted | GiveUp | None:  # noqa: ARG002 - nobody to ask.
        return None

    async def close(self) -> None:
        """The HTTP client belongs to the process."""


def _meaning(answer: Answer) -> Outcome:
    because = f"the provider answered {answer.status}"
    if 200 <= answer.status < 300:
        return Accepted("confirmed")
    if answer.status in {408, 425, 429} or answer.status >= 500:
        return TryAgain(because, after=retry_after(answer.headers))
    return GiveUp(because)
