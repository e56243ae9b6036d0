"""Deliveries kept in files: the sample that comes with each kind, and those people try.

A file holds the body as it is sent; its suffix says of what type it is. `.http` holds the
headers as well: a line each, an empty line, the body.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.domain.delivery import Webhook

SAMPLES = Path(__file__).parent / "samples"

_TYPES = {
    ".json": "application/json",
    ".form": "application/x-www-form-urlencoded",
    ".xml": "application/xml",
    ".eml": "message/rfc822",
}


def sample_file(kind: str) -> Path:
    """The file of the complete sample that comes with a kind."""
    return next(SAMPLES.glob(f"{kind}.*"))


def read_delivery(file: Path, *, source: str) -> Webhook:
    """The delivery in `file`, without any proof of its sender. Raises `OSError`."""
    body = file.read_bytes()
    webhook = Webhook(source=source, body=body)
    if file.suffix == ".http":
        head, _, body = body.replace(b"\r\n", b"\n").partition(b"\n\n")
        return replace(webhook, body=body, headers=_headers(head.decode("latin-1")))
    return replace(webhook, headers={"content-type": _content_type(file.suffix, body)})


def _content_type(suffix: str, body: bytes) -> str:
    first = body.partition(b"\n")[0].strip()
    if first.startswith(b"--"):
        return f"multipart/form-data; boundary={first[2:].decode('latin-1')}"
    return _TYPES.get(suffix, "text/plain; charset=utf-8")


def _headers(head: str) -> Mapping[str, str]:
    pairs = (line.partition(":") for line in head.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
