"""An office under test: its config, a database, a mail server, an ntfy server, and processes.

Everything is real but the two providers, which keep what they were given.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.servers.ports import free_port
from tests.servers.processes import Process
from tests.servers.service import Serving, lead_router, serving, working

ADMIN_KEY = "an-admin-key-for-tests-of-processes"
WEBSITE_SECRET = "a-website-secret-for-tests"
GOOGLE_KEY = "a-google-key-for-tests"
SECRETS = {"WEBSITE_SECRET": WEBSITE_SECRET, "GOOGLE_ADS_KEY": GOOGLE_KEY}

AGENTS = ("ada", "ben", "cara")
STEPS: Mapping[str, tuple[float, str]] = MappingProxyType({"manager": (2.0, "mia")})
"""The policy: (seconds after arrival, who is told) by the step's name."""

CONFIG = """
version: 1
organization:
  name: Harborline Realty Group
  timezone: America/New_York
  phone: "+19415550100"
  email: hello@harborline.example.com
  postal_address: 1 Bay Street, Sarasota, FL 34236
agents:
  - {id: ada, name: Ada Okafor, email: ada@harborline.example.com, reach: [push, email]}
  - {id: ben, name: Ben Ito, email: ben@harborline.example.com, reach: [push, email]}
  - {id: cara, name: Cara Lind, email: cara@harborline.example.com, reach: [push, email]}
  - {id: mia, name: Mia Sole, email: mia@harborline.example.com, role: manager,
     reach: [push, email]}
teams:
  sales: {members: [ada, ben, cara], manager: mia}
sources:
  website: {kind: web-form, secret: "${WEBSITE_SECRET}"}
  google-ads: {kind: google-ads, google_key: "${GOOGLE_ADS_KEY}"}
routing:
  rules:
    - {name: everyone, to: {team: sales, strategy: round_robin}}
sla:
  - name: speed-to-lead
    clock: always
    stops_on: attempted
    steps:
      - {name: manager, after: 2s, escalate: manager, via: [push]}
auto_responses:
  - {name: instant, send: [email], within: 1m, templates: {email: instant.email}}
templates:
  instant.email: {subject: "Your request", body: "Hi, {{ owner.name }} will call you."}
channels:
  email: {kind: smtp, url: "${SMTP_URL}", from: "Harborline <leads@harborline.example.com>"}
  push: {kind: ntfy, url: "${NTFY_URL}", topic: "leads-{agent}"}
"""


@dataclass(frozen=True, slots=True)
class Office:
    """The surroundings of the processes. They are started and killed by the test."""

    mail: FakeSmtp
    ntfy: FakeNtfy
    env: Mapping[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    """`serve` comes back where it was."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serving(
        self, *, failpoints: str = "", wait: bool = True
    ) -> AbstractContextManager[Serving]:
        return serving(self._env(failpoints), port=self.port, wait=wait)

    def working(
        self, *, failpoints: str = "", wait: bool = True
    ) -> AbstractContextManager[Process]:
        ready = "worker.ready" if wait else None
        return working(self._env(failpoints), ready=ready)

    def _env(self, failpoints: str) -> dict[str, str]:
        return {**self.env, "LEADROUTER_FAILPOINTS": failpoints}


def prepare(database_url: str) -> None:
    """Bring a database to head and put the config in force, as a deployment does first."""
    env = {"LEADROUTER_DATABASE_URL": database_url, **SECRETS}
    lead_router("migrate", env=env)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(CONFIG)
        file.flush()
        lead_router("config", "apply", "--yes", file.name, env=env)


@contextmanager
def office(database_url: str, *, redis_url: str | None = None) -> Iterator[Office]:
    """Open an office on an empty database at head, for the length of a `with` block."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="lead-router-office-"))
        )
        mail = stack.enter_context(FakeSmtp())
        ntfy = stack.enter_context(FakeNtfy())
        config = folder / "config.yaml"
        config.write_text(CONFIG)
        env = {
            "LEADROUTER_DATABASE_URL": database_url,
            "LEADROUTER_CONFIG": str(config),
            "LEADROUTER_ADMIN_KEY": ADMIN_KEY,
            "SMTP_URL": mail.url,
            "NTFY_URL": ntfy.url,
            **SECRETS,
        }
        if redis_url is not None:
            env["LEADROUTER_REDIS_URL"] = redis_url
        yield Office(mail, ntfy, env, folder)
