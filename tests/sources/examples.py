"""Sample deliveries of every kind of source, with the settings and credentials they go with."""

import base64
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter

from app.config.sources import Source
from app.domain.delivery import Reading, Webhook
from app.sources.registry import SOURCES

NOW = datetime(2026, 3, 14, 20, 30, tzinfo=UTC)

SAMPLES = sorted(
    path
    for path in (Path(__file__).parent / "samples").glob("*/*")
    if ".expected." not in path.name
)

_BASIC = "Basic " + base64.b64encode(b"zillow:open sesame").decode()

CREDENTIALS: dict[str, dict[str, str]] = {
    "zillow-tech-connect": {"authorization": _BASIC},
    "realtor-com": {"x-api-key": "invented-api-key"},
    "google-ads": {},
    "web-form": {"x-webhook-secret": "invented-form-secret"},
}
"""Headers; Google's key stands in the samples themselves."""

SETTINGS: dict[str, Any] = {
    "zillow-tech-connect": {
        "basic_auth": {"username": "zillow", "password": "open sesame"},
        "sns_signature": "off",
    },
    "realtor-com": {"api_key": "invented-api-key"},
    "google-ads": {"google_key": "invented-shared-key", "medium": "ppc"},
    "web-form": {
        "secret": "invented-form-secret",
        "honeypot": "website_url",
        "consent": {"sms": "sms_opt_in", "email": "implied"},
    },
}

_SOURCE: TypeAdapter[Any] = TypeAdapter(Source)


def settings(kind: str, **changes: Any) -> Any:
    """The config of a source of that kind, as it is checked when a config is loaded."""
    return _SOURCE.validate_python({"kind": kind} | SETTINGS[kind] | changes)


def delivery(kind: str, body: bytes, content_type: str, **headers: str) -> Webhook:
    """An authentic delivery."""
    given = {"content-type": content_type} | CREDENTIALS[kind] | headers
    return Webhook(source="here", body=body, headers=given)


def sample(path: Path) -> Webhook:
    body = path.read_bytes()
    return delivery(path.parent.name, body, content_type(path.suffix, body))


def named(kind: str, name: str) -> Webhook:
    """One sample by its file name."""
    return next(sample(path) for path in SAMPLES if path.parent.name == kind and path.name == name)


def content_type(suffix: str, body: bytes) -> str:
    match suffix:
        case ".form":
            return "application/x-www-form-urlencoded"
        case ".txt":
            boundary = body.partition(b"\r\n")[0].removeprefix(b"--").decode()
            return f"multipart/form-data; boundary={boundary}"
        case _:
            return "application/json"


def read(webhook: Webhook, kind: str, **changes: Any) -> Reading:
    return SOURCES[kind].read(webhook, settings(kind, **changes), now=NOW)


def plain(reading: Reading) -> Any:
    """What was read, as JSON has it, without what is empty."""
    return json.loads(orjson.dumps(_filled(asdict(reading)), default=str))


def _filled(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_filled(each) for each in value]
    if isinstance(value, dict):
        members = {name: _filled(each) for name, each in value.items()}
        return {name: each for name, each in members.items() if not _says_nothing(name, each)}
    return value


def _says_nothing(name: str, value: Any) -> bool:
    # A consent that was refused says something; an inquiry that is no test does not.
    return value in (None, {}, []) or (value is False and "is_" in name)
