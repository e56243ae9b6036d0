"""What the senders of leads know: each delivery they made, and every answer they were given.

Kept by the client, never read from the service: a service that forgets a lead must not be
able to forget the proof as well. A sender gives the same bytes again until it is told 200,
and not once more after that, or an answer given too early would go unnoticed.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.faults.processes.office import ADMIN_KEY, GOOGLE_KEY, WEBSITE_SECRET

AT_ONCE = 24
"""How many senders there are."""

PATIENCE = 5.0
"""Seconds a sender waits for an answer: what the most impatient providers allow."""


@dataclass(slots=True)
class Entry:
    """One delivery: the bytes, and what came of them."""

    number: int
    path: str
    content_type: str
    body: bytes
    email: str | None
    """Where the greeting goes. `None`: nowhere."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    """The JSON of each 200."""
    troubles: Counter[str] = field(default_factory=Counter)
    """What came instead of a 200: statuses, and kinds of broken connections."""
    slowest: float = 0.0
    """Seconds until the slowest answer of any kind."""
    first_asked_at: float = 0.0
    answered_at: float = 0.0
    """When the first 200 came."""
    called_at: float | None = None
    """When we were told that the owner's call is recorded."""
    call_troubles: Counter[str] = field(default_factory=Counter)

    @property
    def lead_id(self) -> str:
        """The lead we were told of. Told of different ones, we fail here."""
        told = {lead["id"] for answer in self.answers for lead in answer["leads"]}
        assert len(told) == 1, f"delivery {self.number} was told of the leads {told}"
        return str(told.pop())

    @property
    def statuses(self) -> list[str]:
        return [answer["status"] for answer in self.answers]

    @property
    def due(self) -> dict[str, float]:
        """When each step is due, as the first answer said. Repeats are not told."""
        steps = self.answers[0]["leads"][0]["sla"]
        return {step["step"]: instant(step["due_at"]) for step in steps}

    @property
    def is_called(self) -> bool:
        """Whether this lead's owner calls at once: so it is for half of each source's."""
        return self.number // 2 % 2 == 1


def instant(text: str) -> float:
    """RFC 3339 as seconds since the epoch, to compare with `time.time()`."""
    return datetime.fromisoformat(text).timestamp()


def deliveries(count: int, *, first: int = 1) -> list[Entry]:
    """Make deliveries of different people, half by the website, half by Google Ads."""
    return [_from_website(n) if n % 2 else _from_google(n) for n in range(first, first + count)]


def _from_website(number: int) -> Entry:
    email = f"person-{number}@leads.example.com"
    form = {"name": f"Person Number{number}", "email": email, "message": f"Question {number}"}
    return Entry(
        number,
        f"/webhooks/website/{WEBSITE_SECRET}",
        "application/x-www-form-urlencoded",
        urlencode(form).encode(),
        email,
    )


def _from_google(number: int) -> Entry:
    email = f"person-{number}@leads.example.com"
    answers = {"FULL_NAME": f"Person Number{number}", "EMAIL": email}
    body = {
        "lead_id": f"google-lead-{number}",
        "user_column_data": [{"column_id": k, "string_value": v} for k, v in answers.items()],
        "google_key": GOOGLE_KEY,
        "is_test": False,
    }
    return Entry(
        number, "/webhooks/google-ads", "application/json", json.dumps(body).encode(), email
    )


def by_phone_only(number: int) -> Entry:
    """A delivery of somebody who left no e-mail address, so that only our own people hear."""
    form = {"name": f"Person Number{number}", "phone": f"(941) 555-{number:04}"}
    path = f"/webhooks/website/{WEBSITE_SECRET}"
    return Entry(number, path, "application/x-www-form-urlencoded", urlencode(form).encode(), None)


class Senders:
    """A few clients that work through a ledger at a steady pace, on a thread of their own."""

    def __init__(self, url: str, ledger: Sequence[Entry], *, rate: float, until: float) -> None:
        self._url = url
        self._ledger = ledger
        self._rate = rate
        self._give_up_at = time.monotonic() + until
        self._answered = 0
        self._changed = threading.Condition()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def are_done(self) -> bool:
        """Whether every delivery has its 200, or one of them never will."""
        return not self._thread.is_alive()

    def wait_for_answers(self, count: int) -> None:
        """Return when `count` deliveries have their 200."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: self._answered >= count or self._failure is not None, timeout=30
            )
        self._raise_failure()
        assert done, f"only {self._answered} of {count} deliveries were answered"

    def join(self) -> None:
        """Return when every delivery has its 200."""
        self._thread.join(60)
        self._raise_failure()
        assert not self._thread.is_alive(), "the senders are stuck"

    def give_up(self) -> None:
        """Let nobody try again: the test has failed already."""
        self._give_up_at = 0.0

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            asyncio.run(self._send_all())
        except BaseException as failure:  # noqa: BLE001 - raised in the test's own thread.
            with self._changed:
                self._failure = failure
                self._changed.notify_all()

    async def _send_all(self) -> None:
        started = time.monotonic()
        waiting = iter(enumerate(self._ledger))
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        async with httpx.AsyncClient(
            base_url=self._url, timeout=PATIENCE, limits=limits, trust_env=False
        ) as http, asyncio.TaskGroup() as senders:  # fmt: skip
            for _ in range(AT_ONCE):
                senders.create_task(self._send_in_turn(http, waiting, started))

    async def _send_in_turn(
        self, http: httpx.AsyncClient, waiting: Iterator[tuple[int, Entry]], started: float
    ) -> None:
        for place, entry in waiting:
            await asyncio.sleep(started + place / self._rate - time.monotonic())
            await self._deliver(http, entry)
            with self._changed:
                self._answered += 1
                self._changed.notify_all()
            if entry.is_called:
                await self._call(http, entry)

    async def _deliver(self, http: httpx.AsyncClient, entry: Entry) -> None:
        while not await send_once(http, entry):
            await self._pause(f"delivery {entry.number} met {dict(entry.troubles)}")

    async def _call(self, http: httpx.AsyncClient, entry: Entry) -> None:
        owner = entry.answers[-1]["leads"][0]["owner"]
        while not await _record_call(http, entry, owner):
            await self._pause(f"the call about {entry.number} met {dict(entry.call_troubles)}")

    async def _pause(self, trouble: str) -> None:
        assert time.monotonic() < self._give_up_at, trouble
        await asyncio.sleep(0.1)


async def send_once(http: httpx.AsyncClient, entry: Entry) -> bool:
    """Post a delivery, and note what comes of it. True: it was answered 200."""
    entry.first_asked_at = entry.first_asked_at or time.time()
    asked_at = time.monotonic()
    try:
        answer = await http.post(
            entry.path, content=entry.body, headers={"Content-Type": entry.content_type}
        )
    except httpx.TransportError as error:
        entry.troubles[type(error).__name__] += 1
        return False
    finally:
        entry.slowest = max(entry.slowest, time.monotonic() - asked_at)
    if answer.status_code != httpx.codes.OK:
        entry.troubles[str(answer.status_code)] += 1
        return False
    entry.answers.append(answer.json())
    entry.answered_at = entry.answered_at or time.time()
    return True


async def _record_call(http: httpx.AsyncClient, entry: Entry, owner: str) -> bool:
    try:
        answer = await http.post(
            f"/v1/leads/{entry.lead_id}/attempts",
            json={"channel": "call", "outcome": "no_answer", "by": owner},
            headers={"Authorization": f"Bearer {ADMIN_KEY}"},
        )
    except httpx.TransportError as error:
        entry.call_troubles[type(error).__name__] += 1
        return False
    if answer.status_code != httpx.codes.CREATED:
        entry.call_troubles[str(answer.status_code)] += 1
        return False
    entry.called_at = time.time()
    return True


@contextmanager
def sending(
    url: str, ledger: Sequence[Entry], *, rate: float = 200.0, until: float = 30.0
) -> Iterator[Senders]:
    """Have the ledger sent while the `with` block runs; leaving it waits for the last 200.

    `rate` is in deliveries a second. A delivery without its 200 after `until` seconds fails
    the test, and says what it met.
    """
    senders = Senders(url, ledger, rate=rate, until=until)
    senders.start()
    try:
        yield senders
    except BaseException:
        senders.give_up()
        raise
    senders.join()


def send(url: str, ledger: Sequence[Entry], *, until: float = 30.0) -> None:
    """Have the ledger sent as fast as it goes, until every delivery has its 200."""
    with sending(url, ledger, rate=10_000.0, until=until):
        pass
