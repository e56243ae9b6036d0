"""Sample deliveries of every kind of source, with the settings and credentials they go with."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from app.domain.delivery import Reading, Webhook
from app.sources.files import read_delivery, sample_file
from app.sources.registry import SOURCES
from app.sources.trying import settings_to_try

NOW = datetime(2026, 3, 14, 20, 30, tzinfo=UTC)

MORE_SAMPLES = Path(__file__).parent / "samples"

SECRET = "invented-secret-that-is-long-enough"

OTHER_SETTINGS: dict[str, dict[str, Any]] = {
    # Amazon alone can sign a message of SNS: `test_sns_signatures` has a key of its own.
    "zillow-tech-connect": {"sns_signature": "off", "topic_arn": None},
}
"""Where a kind cannot be tried with the settings that it recommends."""


class Sample(NamedTuple):
    """One delivery in a file: the complete one comes with the kind, others are for tests."""

    kind: str
    name: str
    file: Path

    @property
    def expected(self) -> Path:
        return MORE_SAMPLES / self.kind / f"{self.name}.expected.json"


def _samples() -> list[Sample]:
    complete = [Sample(kind, "complete", sample_file(kind)) for kind in SOURCES]
    more = [
        Sample(path.parent.name, path.stem, path)
        for path in sorted(MORE_SAMPLES.glob("*/*"))
        if ".expected." not in path.name
    ]
    return sorted(complete + more)


SAMPLES = _samples()


def settings(kind: str, *, secret: str = SECRET, **changes: Any) -> Any:
    """The settings that the kind recommends, as they are checked when a config is loaded.

    Every variable in them is `secret`.
    """
    others = OTHER_SETTINGS.get(kind, {})
    return settings_to_try(SOURCES[kind], secret=secret, **(others | changes))


def unsigned(sample: Sample) -> Webhook:
    """The delivery of a sample, without any proof of its sender."""
    webhook = read_delivery(sample.file, source="here")
    return replace(webhook, urls=("https://leads.example.com/webhooks/here",))


def signed(sample: Sample, *, at: datetime = NOW, **changes: Any) -> Webhook:
    """The same as its sender would send it at an instant, to a source with these settings."""
    return SOURCES[sample.kind].sign(unsigned(sample), settings(sample.kind, **changes), now=at)


def named(kind: str, name: str) -> Webhook:
    """One sample by its name, signed."""
    return signed(next(each for each in SAMPLES if (each.kind, each.name) == (kind, name)))


def delivery(kind: str, body: bytes, content_type: str, **headers: str) -> Webhook:
    """An authentic delivery of any bytes, where its sender does not sign the bytes."""
    webhook = Webhook(source="here", body=body, headers={"content-type": content_type})
    if kind == "google-ads":  # Its key stands in the body, and is none of the headers.
        return replace(webhook, headers={**webhook.headers, **headers})
    proven = SOURCES[kind].sign(webhook, settings(kind), now=NOW)
    return replace(proven, headers={**proven.headers, **headers})


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


def write_expected() -> None:
    """Write down what every sample reads as now: `python -m tests.sources.examples`.

    For whoever adds a sample. Read what was written before you believe it.
    """
    for sample in SAMPLES:
        if not sample.expected.exists():
            sample.expected.parent.mkdir(exist_ok=True)
            text = json.dumps(plain(read(signed(sample), sample.kind)), indent=2)
            sample.expected.write_text(text + "\n")
            print(sample.expected)  # noqa: T201


if __name__ == "__main__":
    write_expected()
