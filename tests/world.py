"""The whole service under a clock that the test moves: real database, SMTP and ntfy.

await world.receives(a_form(email="grace@example.com"))
await world.advance(minutes=5)
assert world.pushes("maria") == [...]
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import yaml
from fastapi import FastAPI

from app.config.load import Document, check
from app.flow import configuring
from app.jobs.process import Background
from app.main import create_app
from app.resources import Resources, open_resources
from app.settings import Settings
from app.store import leads, now
from app.store.database import Database
from tests.fakes.ntfy import FakeNtfy, ReceivedPush
from tests.fakes.smtp import FakeSmtp

CANARY = "canary"
"""Names and addresses of test leads contain it, so that they are recognised in a log."""

NOON = datetime(2026, 3, 16, 16, 0, tzinfo=UTC)
"""A Monday, noon in Sarasota."""

ADMIN_KEY = "an-admin-key-for-tests-only"  # 27 characters
FORM = "/webhooks/website/website-secret-of-tests"

CONFIG = """
organization: {name: Harborline Realty Group, timezone: America/New_York, phone: "+19415550100"}
agents:
  - {id: dana, name: Dana Okafor, email: dana@harborline.example.com, phone: "+19415550101", reach: [push, email]}
  - {id: ben, name: Ben Ito, email: ben@harborline.example.com, reach: [push, email]}
  - {id: cara, name: Cara Lindqvist, email: cara@harborline.example.com, reach: [push, email]}
  - {id: maria, name: Maria Sole, email: maria@harborline.example.com, role: manager, reach: [push, email]}
  - {id: otto, name: Otto Brandt, email: otto@harborline.example.com, role: manager, reach: [push, email]}
teams:
  sarasota: {members: [dana, ben, cara], manager: maria}
  luxury: {members: [dana], manager: otto}
sources:
  website: {kind: web-form, secret: website-secret-of-tests, consent: {email: implied}, honeypot: website_url}
  google-ads: {kind: google-ads, google_key: invented-shared-key, medium: ppc}
  realtor: {kind: realtor-com, api_key: realtor-key-of-tests}
  zillow: {kind: zillow-tech-connect, basic_auth: {username: zillow, password: zillow-password}, sns_signature: "off"}
routing:
  rules:
    - {name: luxury, when: {price: {min: 1000000}}, to: {team: luxury}}
    - {name: everyone, to: {team: sarasota, strategy: round_robin}}
sla:
  - name: speed-to-lead
    when: {status: new}
    stops_on: attempted
    steps:
      - {name: nudge, after: 3m, remind: owner, via: [push]}
      - {name: manager, after: 5m, escalate: manager, via: [push]}
      - {name: director, after: 1h, escalate: {agent: otto}, via: [push]}
auto_responses:
  - {name: instant, send: [email], templates: {email: hello}}
templates:
  hello: {subject: "Your request", body: "Hi {{ lead.first_name | default('there') }}, {{ owner.name }} will call you."}
channels:
  email: {kind: smtp, url: "${SMTP_URL}", from: "Harborline <leads@harborline.example.com>"}
  push: {kind: ntfy, url: "${NTFY_URL}", topic: "leads-{agent}"}
"""  # noqa: E501 - a config reads best with one person a line.


@dataclass
class ManualClock:
    """Time stands still until a test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass
class World:
    """One service, its clock, and the people it can reach."""

    held: Resources
    background: Background
    app: FastAPI
    http: httpx.AsyncClient
    clock: ManualClock
    smtp: FakeSmtp
    ntfy: FakeNtfy
    _forms: int = field(default=0)

    async def receives(
        self, form: Mapping[str, Any] | None = None, **fields: Any
    ) -> dict[str, Any]:
        """A web form comes in, of somebody new unless the fields say who; it is answered 200."""
        self._forms += 1
        told = form or a_form(self._forms, **fields)
        answer = await self.http.post(FORM, data=dict(told))
        assert answer.status_code == 200, answer.text
        await self.settle()
        body: dict[str, Any] = answer.json()
        return body

    async def a_lead(self, **fields: Any) -> str:
        """The id of a new lead."""
        lead_id: str = (await self.receives(**fields))["leads"][0]["id"]
        return lead_id

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(path, params=params, headers=ADMIN)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(path, json=body, headers=ADMIN)

    async def owner_of(self, lead_id: str) -> str | None:
        async with self.held.database.reading() as tx:
            return (await leads.get(tx, UUID(lead_id))).owner

    async def settle(self) -> None:
        """Let everything that was rung for be done."""
        await self.background.executor.settle()
        await self.background.engine.settle()

    async def tick(self) -> None:
        await self.background.engine.tick()
        await self.settle()

    async def advance(self, **by: float) -> None:
        """Let time pass, stopping at each instant at which something is due."""
        until = self.clock.at + timedelta(**by)
        for _ in range(1_000):
            await self.tick()
            due = await self._next_due()
            if due is None or due > until:
                break
            self.clock.at = due
        else:
            raise AssertionError("something is due again and again")
        self.clock.at = until
        await self.tick()

    async def _next_due(self) -> datetime | None:
        async with self.held.database.reading() as tx:
            pulse = await now.pulse(tx)
        instants = (
            *(pulse.clock_due_at, pulse.message_due_at, pulse.lease_until),
            *(pulse.route_at, pulse.recheck_at),
        )
        later = [each for each in instants if each is not None and each > self.clock.at]
        return min(later, default=None)

    def pushes(self, person: str) -> list[ReceivedPush]:
        return self.ntfy.on(f"leads-{person}")

    def titles(self, person: str) -> list[str]:
        return [push.title for push in self.pushes(person)]

    def mails(self, address: str) -> list[str]:
        """The texts of the mails that this address was sent."""
        return [mail.text for mail in self.smtp.messages if address in str(mail.mail["To"])]


ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}


def a_form(number: int = 1, **fields: Any) -> dict[str, Any]:
    """What somebody typed into the form on our website. Everybody is a canary."""
    return {
        "first_name": f"Canary{number}",
        "last_name": "Kim",
        "email": f"canary{number}@example.com",
        "phone": f"(941) 555-{number % 10000:04d}",
        "message": f"canary wants to see home number {number}",
        **fields,
    }


def a_config(**changes: Any) -> dict[str, Any]:
    """The config of these tests, with whole sections replaced."""
    document: dict[str, Any] = yaml.safe_load(CONFIG)
    return document | changes


@asynccontextmanager
async def open_world(
    database_url: str,
    smtp: FakeSmtp,
    ntfy: FakeNtfy,
    *,
    config: Mapping[str, Any] | None = None,
    redis_url: str | None = None,
) -> AsyncIterator[World]:
    environ = {"SMTP_URL": smtp.url, "NTFY_URL": ntfy.url}
    clock = ManualClock()
    settings = Settings(
        database_url=database_url,
        admin_key=ADMIN_KEY,
        redis_url=redis_url,
    )
    database = Database.of(database_url)
    document = Document.of(config or a_config())
    check(document, environ)
    async with database.transaction() as tx:
        await configuring.put(tx, document.raw, after=0, by="test", now=clock())
    held = await open_resources(settings, clock=clock, environ=environ, database=database)
    app = create_app(settings, held=held, ticking=False)
    try:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                yield World(held, app.state.background, app, http, clock, smtp, ntfy)
    finally:
        # A test that fails must not leave its connections to the next one.
        await held.close()
