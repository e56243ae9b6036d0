"""A LinkedIn lead, from the Lead Sync API: how it is asked for, and what the answer says.

https://learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync; the shapes are those
of LinkedIn's Postman collection and of other integrations, and are read leniently. Answers
name their questions by number. What a number means stands in the form, which is asked for
together with the answers; where it is missing the number itself is the name.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import LinkedIn
from app.domain.delivery import Held, Webhook
from app.domain.lead import Campaign, Inquiry
from app.sources import asking, lead_form
from app.sources.base import Question
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.lead_form import LeadForm
from app.sources.normalise import texts
from app.sources.normalise.times import read_milliseconds
from app.sources.repeats import Identity

_FIELDS = (
    "id,submittedAt,testLead,leadType,owner,associatedEntity,leadMetadata,leadMetadataInfo"
    ",versionedLeadGenFormUrn,formResponse,form:(id,name,creationLocale,hiddenFields,content)"
)
_URN = "urn:li:leadGenFormResponse:"


def ask(held: Held, settings: LinkedIn) -> Question:
    """GET /rest/leadFormResponses/ID. Raises `CannotAsk`: there is no token."""
    headers = asking.bearer(settings.access_token, "access_token") | {
        "linkedin-version": settings.api_version,
        "x-restli-protocol-version": "2.0.0",
    }
    lead_id = held.external_id.removeprefix(_URN)
    return asking.question(
        settings.api_url, "rest/leadFormResponses", lead_id, {"fields": _FIELDS}, headers
    )


def read(held: Held, body: bytes, webhook: Webhook, settings: LinkedIn, now: datetime) -> Inquiry:
    """The inquiry from the body of a 200. Raises `Unreadable`."""
    top = Fields(read_object(body, where="LinkedIn's answer, byte"))
    submitted_at = read_milliseconds(top.look("submittedAt"), now=now)
    if submitted_at is not None:
        top.drop("submittedAt")
    if texts.line(top.look("id")) == held.external_id.removeprefix(_URN):
        top.drop("id")
    is_test = top.flag("testLead")
    response, form = top.inner("formResponse"), top.inner("form")
    content = form.inner("content")
    questions = {_number(each): each for each in lead_form.objects(content, "questions")}
    lead = LeadForm(
        answers=lead_form.named(
            _answered(each, questions) for each in lead_form.objects(response, "answers")
        ),
        boxes=_boxes(response),
        words=_words_of_consents(content),
        campaign=Campaign(source="linkedin", name=_campaign_name(top)),
        facts={
            **held.reference,
            **top.left(),
            **_hidden(form),
            **_left(formResponse=response, form=form, content=content),
        },
    )
    sent = lead_form.read(lead, Identity(held.dedupe_key, None), settings, now=now)
    sent = replace(
        sent, occurred_at=submitted_at or sent.occurred_at, is_test=sent.is_test or is_test
    )
    return lead_form.fetched(sent, held, webhook, settings)


def _answered(answer: Mapping[str, Any], questions: Mapping[str, Any]) -> tuple[str, Any]:
    """The question, by the plainest name there is for it, and what was answered."""
    number = _number(answer)
    question = questions.get(number, {})
    name = (
        texts.line(question.get("predefinedField"))
        or texts.line(answer.get("predefinedField"))
        or _localized(question.get("question"))
        or texts.line(question.get("name"))
        or texts.line(answer.get("name"))
        or number
    )
    return name, _answer(Fields(answer.get("answerDetails")), answer, question)


def _answer(details: Fields, answer: Mapping[str, Any], question: Mapping[str, Any]) -> Any:
    """A text, or the options that were chosen, in words where the form has them."""
    written = details.inner("textQuestionAnswer")
    if "answer" in written:
        return written.look("answer")
    chosen = details.inner("multipleChoiceAnswer").look("options")
    if chosen is None:
        return answer.get("answer", details.left())
    asked = Fields(question.get("questionDetails")).inner("multipleChoiceQuestionDetails")
    words = {
        texts.line(each.get("id")): _localized(each.get("text"))
        for each in lead_form.objects(asked, "options")
    }
    options = chosen if isinstance(chosen, list) else [chosen]
    told = [words.get(texts.line(each)) or each for each in options]
    return told[0] if len(told) == 1 else told


def _boxes(response: Fields) -> Mapping[str, Any]:
    """Whether each consent was given, as `consent_7`."""
    return lead_form.named(
        (f"consent_{texts.line(each.get('consentId')) or 'unknown'}", each.get("accepted"))
        for each in lead_form.objects(response, "consentResponses")
    )


def _words_of_consents(content: Fields) -> Mapping[str, str]:
    legal = Fields(content.look("legalInfo"))
    return {
        f"consent_{number}": words
        for each in lead_form.objects(legal, "consents")
        if (number := texts.line(each.get("id"))) and (words := _localized(each.get("consent")))
    }


def _hidden(form: Fields) -> Mapping[str, Any]:
    """What the advertiser put into the form: campaign parameters, mostly."""
    return lead_form.named(
        (each.get("name"), each.get("value")) for each in lead_form.objects(form, "hiddenFields")
    )


def _campaign_name(top: Fields) -> str | None:
    info = Fields(top.look("leadMetadataInfo")).inner("sponsoredLeadMetadataInfo")
    return info.inner("campaign").line("name")


def _left(**parts: Fields) -> Mapping[str, Any]:
    """What nobody asked for in each part, under its name."""
    return {name: left for name, part in parts.items() if (left := part.left())}


def _number(part: Mapping[str, Any]) -> str:
    return texts.line(part.get("questionId")) or "question"


def _localized(value: Any) -> str | None:
    """A text that may come in several languages: a form has one of its own, mostly."""
    if not isinstance(value, Mapping):
        return texts.line(value)
    found = value.get("localized")
    languages = found.values() if isinstance(found, Mapping) else ()
    return next((text for each in languages if (text := texts.line(each))), None)
