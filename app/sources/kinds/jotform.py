"""Submissions of Jotform, whose webhook is a multipart form with the answers as JSON in it.

There is no public specification of the body; it is known from captured deliveries. It is not
signed; whether it is retried, what is taken for success, and its time limit are not
documented. `rawRequest` holds the answers, named by number and label (`q3_name`); `pretty`
holds them as one text, in which an answer cannot be told from a label for sure, and is read
only where `rawRequest` is not to be had. `webhookURL` is our own address, secret included,
and is never kept.

Who edits a submission makes Jotform send it once more, under its old id. So a repeat is the
same id with the same answers: other answers under that id are an inquiry of their own.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import PostedForm
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources import compose, field_names, forms, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.bodies.form import flattened, gathered
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH
from app.sources.repeats import Identity

_ANSWER = re.compile(r"q[0-9]{1,6}_")
_CAMPAIGN = re.compile(r"q[0-9]{1,6}_(utm|gclid|fbclid|msclkid)_?([A-Za-z]{0,20})")
"""Hidden fields: `q10_utmSource`, `q11_utm_source`, `q12_gclid`."""
_PRETTY = re.compile(r"(?:^|, )([^:,]{1,100}):")
_EDITED = re.compile(r"(?:^|/)(?:edit|inlineEdit)(?:/|$)")


def parse(webhook: Webhook, settings: PostedForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    envelope = Fields(members)
    envelope.drop("webhookURL")
    raw = _raw(envelope)
    answers = _answers(raw, forms.named_in(settings)) if raw else _from_pretty(envelope)
    submission = envelope.line("submissionID")
    if submission is not None:
        identity = _identity(submission, raw or answers)
    sent = forms.submission(answers, identity, settings, now=now, beside=envelope.left())
    sent = replace(
        sent, external_id=sent.external_id or submission, is_update=_is_edited(raw, envelope)
    )
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _raw(envelope: Fields) -> Mapping[str, Any]:
    """The answers as JSON, crossed off; nothing if there are none, or it is no JSON."""
    text = envelope.look("rawRequest")
    if not isinstance(text, str):
        return {}
    try:
        raw = read_object(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return {}
    envelope.drop("rawRequest")
    return raw


def _from_pretty(envelope: Fields) -> Mapping[str, Any]:
    """`Name:Yusuf Demir, Email:…`, as well as it goes. The text itself is kept, too."""
    text = texts.line(envelope.look("pretty"))
    if text is None:
        return {name: envelope.look(name) for name in envelope}
    _, *rest = _PRETTY.split(text)
    return gathered(
        (label.strip(), value.strip()) for label, value in zip(rest[::2], rest[1::2], strict=True)
    )


def _answers(raw: Mapping[str, Any], named: frozenset[str]) -> Mapping[str, Any]:
    """The answers under flat names. Those of several parts get names that say what they are."""
    answers: dict[str, Any] = {}
    person = _person(raw)
    for name, value in raw.items():
        if isinstance(value, dict) and name in named:
            answers[name] = _as_text(value)
        elif name == person:
            answers |= flattened({name: {_PARTS.get(part, part): it for part, it in value.items()}})
        elif (number := _number(value)) is not None:
            answers[f"{name}.phone"] = number
        else:
            answers |= flattened({_campaign(name): value})
    return answers


_PARTS = {"first": "first_name", "last": "last_name"}


def _person(raw: Mapping[str, Any]) -> str | None:
    """The first answer that has the parts of a name, whatever its label, and is the person's."""
    return next(
        (
            name
            for name, value in raw.items()
            if isinstance(value, dict)
            and any(texts.line(value.get(part)) for part in _PARTS)
            and not field_names.is_of_somebody_else(name)
        ),
        None,
    )


def _number(value: Any) -> str | None:
    """The number in an answer that has the parts of a phone: `full`, or `area` and `phone`."""
    if not isinstance(value, dict):
        return None
    if "full" in value:
        return texts.line(value["full"])
    if "phone" not in value:
        return None
    country, area, phone = (texts.line(value.get(part)) for part in ("country", "area", "phone"))
    plus = f"+{country.lstrip('+')}" if country else None
    return " ".join(each for each in (plus, area, phone) if each) or None


def _as_text(value: Mapping[str, Any]) -> str | None:
    """An answer of several parts that the config asks for as a whole."""
    parts = [text for each in value.values() if (text := texts.line(each))]
    return _number(value) or " ".join(parts) or None


def _campaign(name: str) -> str:
    """A hidden field is numbered like any other: its parameter is what it is known by."""
    found = _CAMPAIGN.fullmatch(name)
    if found is None:
        return name
    kind, rest = found.groups()
    return f"{kind}_{rest.lower()}" if rest else kind


def _identity(submission: str, answers: Mapping[str, Any]) -> Identity:
    said = {name: value for name, value in answers.items() if _ANSWER.match(name)} or answers
    content = repr(sorted(said.items(), key=lambda it: it[0])).encode("utf-8", "replace")
    return repeats.by_id(submission, hashlib.sha256(content).hexdigest()[:16])


def _is_edited(raw: Mapping[str, Any], envelope: Fields) -> bool:
    """Inferred: an edited form is posted from an address of its own."""
    told = (raw.get("slug"), raw.get("path"), envelope.look("event"), envelope.look("action"))
    return any(isinstance(each, str) and _EDITED.search(each[:300]) for each in told)


ABOUT = About(
    title="Jotform",
    format="multipart/form-data: the answers as JSON in `rawRequest`.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In the form builder, under Settings, Integrations, WebHooks: add {url}/SECRET, with"
    " the value of secret in the place of SECRET. For `fill_time` the field is timeToSubmit.",
    config="{kind: jotform, secret: '${JOTFORM_SECRET}',"
    " fill_time: {field: timeToSubmit, at_least: 3s}}",
)
SOURCE: SourceKind[PostedForm] = SourceKind(
    kind="jotform", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
