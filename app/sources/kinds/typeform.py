"""Responses to a Typeform: answers by question, with the form's hidden fields.

https://www.typeform.com/developers/webhooks/. Success is a 2xx within 30 s. A 404 or 410
switches the webhook off at once; 408, 423, 429 and 503 are tried again every 2 to 3 minutes
for 10 hours, other codes about five times. A response is known by its `token`.

A response that was left unfinished comes as `form_response_partial`. It is an inquiry of
its own if it holds an e-mail or a phone, and says nothing about anybody if it does not. The
finished one carries the same token and is a second inquiry, never a repeat of the first:
that both are one person's, and so one lead, is seen by e-mail, phone and name.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import ConsentFields, SigningForm
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources import compose, consents, forms, guesses, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs.signatures import Scheme, signature_or_secret
from app.sources.repeats import Identity

_HEADER = "typeform-signature"
_PARTIAL = "form_response_partial"
_RESPONSES = frozenset({"form_response", _PARTIAL})
_NO_ANSWER = frozenset({"type", "field"})

_MADE_UP = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Refs that Typeform gives where the form's author gives none."""

_LONGEST_LABEL = 200
_MOST_QUESTIONS = 1000


def _write(webhook: Webhook, key: bytes, _at: int) -> Mapping[str, str]:
    digest = hmac.digest(key, webhook.body, hashlib.sha256)
    return {_HEADER: f"sha256={base64.b64encode(digest).decode()}"}


def parse(webhook: Webhook, settings: SigningForm, now: datetime) -> Reading:
    top = Fields(read_object(webhook.body))
    event = texts.line(top.look("event_type"))
    if not isinstance(top.look("form_response"), Mapping):
        raise Unreadable("There is no response in this delivery", "$.form_response")
    if event is not None and event not in _RESPONSES:
        return Reading(ignored="an event of Typeform that is no response to a form")
    response = top.inner("form_response")
    token = response.line("token")
    is_partial = event == _PARTIAL
    members = _members(response, settings)
    identity = _identity(token, webhook, is_partial=is_partial)
    if is_partial:
        settings = _without_silent_consent(settings, members)
    sent = forms.submission(members, identity, settings, now=now)
    if is_partial and not (sent.email or sent.phone):
        return Reading(ignored="an unfinished response, with no way to reach the person")
    extra = {**top.left(), **sent.extra}
    external_id = sent.external_id or token
    sent = replace(sent, identity=identity, external_id=external_id, extra=extra)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _identity(token: str | None, webhook: Webhook, *, is_partial: bool) -> Identity:
    if token is None:
        return repeats.by_content(webhook.body)
    # A response may be left more than once, each time with more in it.
    return repeats.by_id(token, "partial", _digest(webhook)) if is_partial else repeats.by_id(token)


def _digest(webhook: Webhook) -> str:
    """Of the answers alone: each delivery of one response has another `event_id`."""
    response = read_object(webhook.body).get("form_response")
    answers = response.get("answers") if isinstance(response, dict) else None
    return hashlib.sha256(repr(answers).encode("utf-8", "replace")).hexdigest()


def _without_silent_consent(settings: SigningForm, members: Mapping[str, Any]) -> SigningForm:
    """Who did not finish has neither left a box unticked nor agreed by asking."""
    answers = Fields(members)
    told = {
        channel: name
        for channel, name in (("sms", settings.consent.sms), ("email", settings.consent.email))
        if name and name != consents.IMPLIED and answers.find(name)
    }
    return settings.model_copy(update={"consent": ConsentFields(**told)})


def _members(response: Fields, settings: SigningForm) -> dict[str, Any]:
    """Answers, then hidden fields, then the rest: the first that means something counts."""
    answers: dict[str, list[Any]] = {}
    titles = _titles(response.look("definition"))
    wanted = {name.casefold() for name in forms.named_in(settings)}
    sent = response.look("answers")
    for answer in sent if isinstance(sent, list) else ():
        if isinstance(answer, Mapping):
            value = _value(answer)
            answers.setdefault(_label(answer, value, titles, wanted), []).append(value)
    if isinstance(sent, list):
        response.drop("answers")
    hidden = response.inner("hidden")
    return {
        **{label: all_[0] if len(all_) == 1 else all_ for label, all_ in answers.items()},
        **{f"hidden.{name}": hidden.look(name) for name in hidden},
        **response.unread(),
    }


def _value(answer: Mapping[str, Any]) -> Any:
    """What stands under the answer's type; of choices, their labels and the free text."""
    kind = answer.get("type")
    value = answer.get(kind) if isinstance(kind, str) else None
    if value is None:
        value = next((each for name, each in answer.items() if name not in _NO_ANSWER), None)
    if not isinstance(value, Mapping):
        return value
    labels = value.get("labels", value.get("label"))
    told = [*(labels if isinstance(labels, list) else [labels]), value.get("other")]
    chosen = [text for each in told if (text := texts.line(each))]
    if not chosen:
        return dict(value)
    return chosen[0] if len(chosen) == 1 else chosen


def _label(
    answer: Mapping[str, Any], value: Any, titles: Mapping[str, str], wanted: set[str]
) -> str:
    """What the config calls the question; else its ref or title, if we know its meaning."""
    field = answer.get("field")
    asked = field if isinstance(field, Mapping) else {}
    ids = {name: texts.line(asked.get(name)) or "" for name in ("ref", "id", "title")}
    title = ids["title"] or titles.get(ids["ref"]) or titles.get(ids["id"]) or ""
    names = [name[:_LONGEST_LABEL] for name in (ids["ref"], title, ids["id"]) if name]
    for name in names:
        if name.casefold() in wanted:
            return name
    for name in (*names, title.partition("/")[0]):
        if name and guesses.is_known(name, value):
            return name
    if texts.line(answer.get("type")) == "phone_number":
        return "phone_number"
    given = names[1:] if _MADE_UP.fullmatch(ids["ref"]) else names
    return next(iter((*given, *names)), "answer")


def _titles(definition: Any) -> dict[str, str]:
    """Ref and id of each question → its words."""
    found: dict[str, str] = {}
    for question in _questions(definition):
        title = texts.line(question.get("title"))
        for name in (texts.line(question.get("ref")), texts.line(question.get("id"))):
            if title and name and len(found) < _MOST_QUESTIONS:
                found[name] = title
    return found


def _questions(definition: Any) -> Iterator[Mapping[str, Any]]:
    """Questions, and those inside groups, addresses and contacts."""
    inside = definition.get("fields") if isinstance(definition, Mapping) else None
    for question in inside if isinstance(inside, list) else ():
        if isinstance(question, Mapping):
            yield question
            yield from _questions(question.get("properties"))


ABOUT = About(
    title="Typeform",
    format="JSON: `form_response` with answers by question, and hidden fields.",
    proof="Typeform-Signature over the body, or a secret where the webhook has none.",
    setup="In the form, `Connect`, `Webhooks`, `Add a webhook`: {url}. Then `Edit` it, switch"
    " `Secret` on and type the value of signing_secret. Add hidden fields utm_source,"
    " utm_campaign and gclid to the form, or campaigns are not told. Without a secret at"
    " Typeform give `secret` and use {url}/SECRET.",
    config="{kind: typeform, signing_secret: '${TYPEFORM_SECRET}',"
    " fields: {kind: intent, price: budget}, consent: {sms: consent}}",
    reference="https://www.typeform.com/developers/webhooks/",
)
SOURCE: SourceKind[SigningForm] = SourceKind(
    kind="typeform", about=ABOUT, proof=signature_or_secret(Scheme(_HEADER, _write)), parse=parse
)
