"""Push messages over ntfy, on a topic per agent.

Headers and limits after https://docs.ntfy.sh/publish/: a title in non-ASCII letters is
RFC 2047 encoded, three buttons at most, 4,096 bytes of text. `X-Sequence-ID` (servers
from 2.16 on) makes a second publication update the first instead of ringing again; older
servers ignore it and show a second one.
"""

import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.channels.base import Gate
from app.channels.request import OPERATORS_AFFAIR, PATIENCE, Answer, Patience, ask, retry_after
from app.domain.message import Action, MessageKind, Outgoing
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown
from app.sending import plain

_NAME = re.compile(r"[-_A-Za-z0-9]{1,64}")
"""What ntfy takes as a topic, and as a sequence id."""

_LONGEST_TEXT = 4_000
_LONGEST_TITLE = 200
_MOST_ACTIONS = 3
_KEPT_FOR = "12h"
"""How long ntfy keeps messages unless told otherwise: as far back as a look-up goes."""

_TAGS = {
    MessageKind.OWNER_ALERT: "house",
    MessageKind.REMINDER: "alarm_clock",
    MessageKind.ESCALATION: "rotating_light",
    MessageKind.NOTICE: "information_source",
}


@dataclass(frozen=True, slots=True)
class Ntfy:
    """ntfy at `url`. In `topic`, `{agent}` stands for the recipient's id."""

    http: httpx.AsyncClient
    url: str
    topic: str = "leads-{agent}"
    token: str | None = field(default=None, repr=False)
    name: str = "push"
    patience: Patience = PATIENCE
    is_sandbox: bool = False
    keyed: bool = True

    async def send(self, message: Outgoing, gate: Gate) -> Outcome:
        topic = self._topic_of(message)
        if topic is None:
            return GiveUp("the recipient's id makes no ntfy topic")
        request = self._request("POST", topic, content=_text(message), headers=_headers(message))
        answer = await ask(self.http, request, gate, self.patience)
        return _meaning(answer) if isinstance(answer, Answer) else answer

    async def look_up(self, message: Outgoing) -> Accepted | GiveUp | None:
        topic = self._topic_of(message)
        if topic is None:
            return GiveUp("not found")
        request = self._request("GET", f"{topic}/json?poll=1&since={_KEPT_FOR}")
        answer = await ask(self.http, request, _always, self.patience)
        if not isinstance(answer, Answer) or answer.status != 200:
            return None
        return _found(answer.body, _sequence_id(message))

    async def close(self) -> None:
        """The HTTP client belongs to the process."""

    def _topic_of(self, message: Outgoing) -> str | None:
        topic = self.topic.replace("{agent}", message.to)
        return topic if _NAME.fullmatch(topic) else None

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        headers = {"Accept-Encoding": "identity", **parts.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.http.build_request(
            method, f"{self.url.rstrip('/')}/{path}", headers=headers, **parts
        )


async def _always() -> bool:
    return True


def _text(message: Outgoing) -> bytes:
    """The body: UTF-8, cut between characters, never empty (ntfy would say "triggered")."""
    text = plain.lines(message.text).strip() or plain.one_line(message.subject) or "-"
    return text.encode()[:_LONGEST_TEXT].decode(errors="ignore").encode()


def _headers(message: Outgoing) -> dict[str, str]:
    opens = next((action.url for action in message.actions if not action.posts), "")
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Title": plain.one_line(message.subject, at_most=_LONGEST_TITLE),
        "X-Priority": "5" if message.urgent else "3",
        "X-Tags": _TAGS.get(message.kind, ""),
        "X-Click": plain.one_line(opens),
        "X-Actions": _actions(message.actions),
        "X-Sequence-ID": _sequence_id(message),
    }
    return {name: _encoded(value) for name, value in headers.items() if value}


def _sequence_id(message: Outgoing) -> str:
    return message.key if _NAME.fullmatch(message.key) else message.id.hex


def _actions(actions: tuple[Action, ...]) -> str:
    buttons = [_button(action) for action in actions[:_MOST_ACTIONS]]
    return json.dumps(buttons) if buttons else ""


def _button(action: Action) -> dict[str, Any]:
    button = {"label": plain.one_line(action.label), "url": plain.one_line(action.url)}
    if not action.posts:
        return {"action": "view", **button}
    return {"action": "http", **button, "method": "POST", "clear": True}


def _encoded(value: str) -> str:
    """`value` as a header: ASCII as it is, anything else in encoded words (RFC 2047).

    An encoded word holds 75 characters at most, 45 bytes in base64, and whole characters.
    """
    if value.isascii() and "=?" not in value:
        return value
    words: list[bytes] = [b""]
    for character in value:
        if len(words[-1]) + len(character.encode()) > 45:
            words.append(b"")
        words[-1] += character.encode()
    return " ".join(f"=?UTF-8?B?{b64encode(word).decode()}?=" for word in words)


def _meaning(answer: Answer) -> Outcome:
    because = f"ntfy answered {answer.status}"
    match answer.status:
        case status if 200 <= status < 300:
            return _accepted(answer.body)
        case 408 | 425 | 429:
            return TryAgain(because, after=retry_after(answer.headers))
        # A wrong token, or a server that has moved: every message fails alike until somebody
        # mends the config, so no single one of them is given up.
        case status if status in {401, 403} or 300 <= status < 400:
            return TryAgain(because, after=OPERATORS_AFFAIR)
        case status if 400 <= status < 500:
            return GiveUp(because)
    return Unknown(because)


def _accepted(body: bytes) -> Accepted | Unknown:
    """Only an answer with an id of theirs says that the message is stored."""
    said = _json(body)
    identifier = said.get("id") if isinstance(said, dict) else None
    if isinstance(identifier, str) and _NAME.fullmatch(identifier):
        return Accepted(identifier)
    return Unknown("ntfy answered 200 without an id")


def _found(body: bytes, sequence_id: str) -> Accepted | GiveUp | None:
    """Look through ntfy's list, one JSON object a line. A list we cannot read says nothing."""
    for line in body.splitlines():
        said = _json(line)
        if not isinstance(said, dict):
            return None
        if said.get("sequence_id") == sequence_id and said.get("id"):
            return Accepted(str(said["id"]))
    return GiveUp("not found")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
