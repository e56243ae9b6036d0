"""Start what is measured: our service in both its forms, and the baseline, on fresh databases."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import httpx

from bench.payload import KEY
from tests.servers.ports import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.processes import Process, running
from tests.servers.redis import RedisServer
from tests.servers.service import lead_router, serving, working

CHECKOUT = Path(__file__).parents[1]

SQLITE = "SQLite"
POSTGRESQL = "PostgreSQL"

_OFFICE = """
version: 1
organization: {name: Harborline Realty Group, timezone: America/New_York, phone: "+19415550100"}
agents:
  - {id: dana, name: Dana Okafor, email: dana@harborline.example.com, skills: [buyer, luxury],
     languages: [en, es], zips: ["342*"], reach: [push]}
  - {id: ben, name: Ben Ito, email: ben@harborline.example.com, skills: [buyer], reach: [push]}
  - {id: cara, name: Cara Lindqvist, email: cara@harborline.example.com, reach: [push]}
  - {id: maria, name: Maria Sole, email: maria@harborline.example.com, role: manager,
     reach: [push]}
teams:
  sarasota: {members: [dana, ben, cara], manager: maria}
sources:
  google-ads: {kind: google-ads, google_key: "${GOOGLE_ADS_KEY}", medium: ppc}
routing:
  rules:
    - {name: luxury, when: {price: {min: 1000000}}, to: {team: sarasota, strategy: least_loaded}}
    - {name: spanish, when: {language: es}, to: {team: sarasota, require: {languages: [es]}}}
    - {name: everyone, to: {team: sarasota, strategy: round_robin}}
channels:
  email: {kind: smtp, url: "${SMTP_URL}", from: "Harborline <leads@harborline.example.com>"}
  push: {kind: ntfy, url: "${NTFY_URL}", topic: "leads-{agent}"}
"""

_GREETING = """
auto_responses:
  - {name: instant, send: [email], within: 1m, templates: {email: instant.email}}
templates:
  instant.email:
    subject: "{{ property.address | default('Your request') }}"
    body: |
      Hi {{ lead.first_name | default('there') }},

      thank you for asking about {{ property.address | default('a home') }}.
      {{ owner.name }} will call you within five minutes.

      {{ organization.name }}, {{ organization.phone }}
"""

DEMO = f"""{_OFFICE}{_GREETING}
sla:
  - name: speed-to-lead
    when: {{status: new}}
    steps:
      - {{name: nudge, after: 3m, remind: owner}}
      - {{name: manager, after: 5m, escalate: manager}}
      - {{name: director, after: 1h, escalate: manager, reassign: true}}
"""
"""The demo's office without limits on how many leads a person may have."""

SHORT_CLOCK = f"""{_OFFICE}
sla:
  - {{name: at-once, steps: [{{name: manager, after: 2s, escalate: manager, via: [push]}}]}}
"""
"""One clock of two seconds, then the manager is told by push."""


@dataclass(frozen=True, slots=True)
class Machinery:
    """The servers beneath, and where files may be put. One of each for the whole run."""

    folder: Path
    postgres: PostgresServer
    redis: RedisServer
    numbers: "count[int]"

    def new_database(self, kind: str, *, template: str = "template1") -> str:
        """An empty database, or with a template's tables. Answers its URL."""
        name = f"bench_{next(self.numbers)}"
        if kind == SQLITE:
            return f"sqlite:///{self.folder / name}.db"
        return self.postgres.create_database(name, template=template)

    def migrated(self) -> str:
        """Make a PostgreSQL database at head, to be copied. Answers its name."""
        url = self.new_database(POSTGRESQL)
        lead_router("migrate", env={"LEADROUTER_DATABASE_URL": url})
        return url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Service:
    """What runs, where it listens, and its processes by name."""

    port: int
    processes: Mapping[str, Process]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to run our service."""

    database: str
    config: str
    template: str
    has_redis: bool
    has_worker: bool
    env: Mapping[str, str]


EMBEDDED = Form(SQLITE, DEMO, "", has_redis=False, has_worker=False, env={})


def distributed(template: str) -> Form:
    """PostgreSQL, Redis, `serve` and `worker`."""
    return Form(POSTGRESQL, DEMO, template, has_redis=True, has_worker=True, env={})


def without_worker(form: Form) -> Form:
    return replace(form, has_worker=False)


@contextmanager
def ours(machinery: Machinery, form: Form) -> Iterator[Service]:
    """Run our service as a user would, on a fresh database, for the length of a block."""
    config = machinery.folder / f"config-{next(machinery.numbers)}.yaml"
    config.write_text(form.config)
    env = {
        "LEADROUTER_DATABASE_URL": machinery.new_database(form.database, template=form.template),
        "LEADROUTER_CONFIG": str(config),
        "LEADROUTER_ADMIN_KEY": "invented-admin-key-of-the-bench",
        "LEADROUTER_LOG_LEVEL": "warning",
        "GOOGLE_ADS_KEY": KEY,
        **form.env,
    }
    if form.has_redis:
        machinery.redis.flushall()
        env["LEADROUTER_REDIS_URL"] = machinery.redis.url
    with ExitStack() as stack:
        service = stack.enter_context(serving(env))
        processes = {"serve": service.process}
        if form.has_worker:
            quiet = {**env, "LEADROUTER_LOG_LEVEL": "info"}
            processes["worker"] = stack.enter_context(working(quiet, ready="worker.ready"))
        yield Service(int(service.url.rpartition(":")[2]), processes)


@contextmanager
def baseline(machinery: Machinery, database: str) -> Iterator[Service]:
    """Run the textbook service on a fresh database, for the length of a block."""
    machinery.redis.flushall()
    port = free_port()
    env = {
        "BENCH_DATABASE_URL": machinery.new_database(database),
        "BENCH_REDIS_URL": machinery.redis.url,
        "BENCH_PORT": str(port),
    }
    command = [sys.executable, "-m", "bench.baseline"]
    with running(command, env=env, cwd=CHECKOUT) as process:
        process.wait_until(partial(_answers, port))
        yield Service(port, {"baseline": process})


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk, not in memory: what is measured must reach the disk."""
    with tempfile.TemporaryDirectory(prefix="lead-router-bench-", dir="/var/tmp") as path:
        yield Path(path)
