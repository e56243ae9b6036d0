"""Config documents for tests: the published example, and the smallest one that works."""

from collections.abc import Mapping
from pathlib import Path

from app.config.errors import ConfigInvalid
from app.config.load import Checked, check, read_yaml

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")

MINIMAL = """\
organization: {name: Harborline}
calendars:
  office: {weekly: {mon-fri: ["08:00-17:00"]}}
agents:
  - {id: dana, name: Dana Okafor}
  - {id: ben, name: Ben Ito, calendar: office}
teams:
  sarasota: {members: [dana, ben]}
on_call:
  nights: {rotation: {every: 1w, starts: "2026-01-05T08:00", members: [ben]}}
sources:
  website: {kind: web-form, secret: open-sesame}
routing:
  rules:
    - {name: dear, when: {price: {min: 1000000}}, to: {agent: dana}}
    - {name: everyone, to: {team: sarasota}}
sla:
  - name: speed
    steps:
      - {name: nudge, after: 3m, remind: owner}
      - {name: night, after: 5m, escalate: {on_call: nights}}
templates:
  hello: {subject: Hello, body: "Hi {{ lead.first_name }}"}
auto_responses:
  - {name: instant, send: [email], templates: {email: hello}}
follow_up_plans:
  - {name: week, steps: [{day: 1, call: [at_once]}]}
channels:
  email: {kind: smtp, url: "smtp://localhost", from: office@example.com}
webhooks:
  - {name: crm, url: "https://crm.example.com", secret: whisper, events: ["lead.*"]}
"""


def checked(text: str, environ: Mapping[str, str] | None = None) -> Checked:
    return check(read_yaml(text), environ or {})


def mistakes(text: str, environ: Mapping[str, str] | None = None) -> list[tuple[int | None, str]]:
    """Line and text of everything that is wrong with a document."""
    try:
        checked(text, environ)
    except ConfigInvalid as error:
        return [(each.line, f"{each.path}: {each.problem}") for each in error.problems]
    return []


def minimal_with(old: str, new: str) -> str:
    """The smallest document with one thing changed."""
    assert MINIMAL.count(old) == 1, f"{old!r} must stand in the document once"
    return MINIMAL.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
