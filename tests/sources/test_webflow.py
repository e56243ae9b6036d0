"""Both versions of Webflow's webhooks; the form's name is never the visitor's."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign, Inquiry
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "webflow"


def reading(body: Any) -> Reading:
    return read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND)


def submitted(data: Any, **payload: Any) -> Inquiry:
    body = {"triggerType": "form_submission", "payload": {"data": data} | payload}
    return reading(body).inquiries[0]


def test_a_phone_that_is_a_number_is_a_phone() -> None:
    assert submitted({"Phone Number": 15035550163}).phone == "+15035550163"


def test_the_name_of_the_form_is_not_the_visitors() -> None:
    inquiry = submitted({"email": "a@example.com"}, name="Contact Us", siteId="s-1")

    assert (inquiry.first_name, inquiry.last_name) == (None, None)
    assert inquiry.extra == {"form_name": "Contact Us", "siteId": "s-1"}


def test_the_same_submission_is_a_repeat_whatever_else_differs() -> None:
    first = submitted({"email": "a@example.com"}, id="s-1", submittedAt="2026-03-14T20:00:00Z")
    again = submitted({"email": "a@example.com"}, id="s-1", submittedAt="2026-03-14T20:10:00Z")

    assert first.dedupe_key == again.dedupe_key == "s-1"
    assert first.dedupe_window is None


def test_the_address_of_the_page_tells_the_campaign() -> None:
    url = "https://harborline.example.com/?utm_source=mailer&msclkid=m-1"

    inquiry = submitted({"email": "a@example.com"}, pageUrl=url)

    assert inquiry.campaign == Campaign(source="mailer", msclkid="m-1")
    assert inquiry.extra == {"pageUrl": url}


def test_version_one_has_no_envelope() -> None:
    inquiry = read(named(KIND, "version-1"), KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.last_name) == ("Some", "One")
    assert inquiry.external_id == "6321ca84df3949bfc6752327"


def test_another_trigger_is_no_lead() -> None:
    assert reading(
        {"triggerType": "ecomm_new_order", "payload": {"data": {"email": "a@b.co"}}}
    ) == (Reading(ignored="an event of Webflow that is no form submission"))


@pytest.mark.parametrize("body", [{"payload": {"data": None}}, {"payload": {}}, {"data": "a=b"}])
def test_a_delivery_without_a_form_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable) as unread:
        reading(body)

    assert unread.value.where == "$.payload.data"


def test_a_webhook_of_the_dashboard_proves_itself_by_the_secret_in_its_path() -> None:
    update = {"signing_secret": None, "secret": SecretStr(SECRET)}
    given = settings(KIND).model_copy(update=update)
    webhook = Webhook("here", b"{}", path_secret=SECRET)

    SOURCES[KIND].authenticate(webhook, given, now=NOW, certificates={})
    with pytest.raises(BadCredentials):
        SOURCES[KIND].authenticate(Webhook("here", b"{}"), given, now=NOW, certificates={})
