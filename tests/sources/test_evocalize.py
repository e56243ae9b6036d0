"""Several leads of several platforms in one delivery, each on its own."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.domain.delivery import Reading
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign, Inquiry, Property
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SAMPLES, delivery, read, settings, signed, unsigned

KIND = "evocalize"
FORM = [{"name": "email", "values": ["a@example.com"]}]


def reading(*leads: Any, **changes: Any) -> Reading:
    body = json.dumps({"leads": leads}).encode()
    return read(delivery(KIND, body, "application/json"), KIND, **changes)


def told(platform: str = "facebook", **members: Any) -> Inquiry:
    block = {"leadForm": FORM, "summary": members.pop("summary", {})}
    return reading({"id": "x:1", platform: block} | members).inquiries[0]


def listing(**fields: Any) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in fields.items()]


@pytest.mark.parametrize(
    ("platform", "source"), [("facebook", "facebook"), ("google", "google"), ("tikTok", "tiktok")]
)
def test_the_platform_is_the_campaigns_source(platform: str, source: str) -> None:
    assert told(platform).campaign == Campaign(source=source)


def test_the_click_and_the_program_are_the_campaign() -> None:
    inquiry = told("google", summary={"gclId": "g-1"}, program={"programName": "Spring"})

    assert inquiry.campaign == Campaign(source="google", name="Spring", gclid="g-1")


@pytest.mark.parametrize(
    ("order", "agent"),
    [
        ({"userId": "u-1", "groupId": "g-1"}, "u-1"),
        ({"userId": None, "groupId": 7}, "7"),
        ({}, None),
        (None, None),
    ],
)
def test_who_ordered_the_ad_is_the_agent(order: Any, agent: str | None) -> None:
    assert told(order=order).provider_agent == agent


def test_of_several_listings_the_one_clicked_on_is_the_home() -> None:
    content = [listing(street="1 First St", id="11"), listing(street="2 Second St", id="12")]

    clicked = told(summary={"retailerItemId": 12}, content=content)
    unknown = told(summary={"retailerItemId": "13"}, content=content)
    only = told(content=content[:1])

    assert clicked.property == Property(address="2 Second St")
    assert unknown.property == Property()
    assert only.property == Property(address="1 First St")
    assert clicked.extra["content"] == content


def test_a_disclaimer_is_consent_where_the_config_says_so() -> None:
    words = "I agree to receive text messages."
    lead = {
        "id": "facebook:1",
        "facebook": {
            "leadForm": FORM,
            "leadFormDisclaimerResponses": [{"consentText": words, "isConsentChecked": True}],
        },
    }

    inquiry = reading(lead, consent={"sms": words}).inquiries[0]

    assert inquiry.consent.sms is True
    assert inquiry.consent.evidence is not None
    assert words in inquiry.consent.evidence


def test_one_lead_that_names_nobody_does_not_hold_up_the_others() -> None:
    found = reading({"id": "x:1"}, {"id": "x:2", "google": {"leadForm": FORM}}, None).inquiries

    assert [each.dedupe_key for each in found] == ["x:2"]
    nobody = "There is nobody in this delivery: no name, e-mail, phone or message"
    assert found[0].extra["unread_beside"] == [
        f"{nobody} (at $.leads[0])",
        f"{nobody} (at $.leads[2])",
    ]


def test_a_delivery_in_which_nobody_is_named_is_unreadable() -> None:
    with pytest.raises(Unreadable) as unread:
        reading({"id": "x:1"}, {"id": "x:2"})

    assert unread.value.where == "$.leads[0]"


def test_an_empty_list_is_no_lead_and_no_list_is_unreadable() -> None:
    assert reading() == Reading(ignored="the list of leads is empty")
    with pytest.raises(Unreadable):
        read(delivery(KIND, b'{"leads": {}}', "application/json"), KIND)


def test_more_leads_than_anybody_sends_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="more than 1000 leads"):
        reading(*[{"id": f"x:{number}", "google": {"leadForm": FORM}} for number in range(1001)])


def test_the_platforms_own_test_is_a_test() -> None:
    form = [{"name": "email", "values": ["<test lead: dummy data for email>"]}]

    inquiry = reading({"id": "x:1", "facebook": {"leadForm": form}}).inquiries[0]

    assert inquiry.is_test
    assert inquiry.dedupe_key == "test#x:1"


def test_the_path_of_any_address_we_are_known_by_is_the_one_signed() -> None:
    complete = next(each for each in SAMPLES if (each.kind, each.name) == (KIND, "complete"))
    webhook = signed(complete)
    behind_proxy = replace(webhook, urls=("http://10.0.0.5/other", *unsigned(complete).urls))
    elsewhere = replace(webhook, urls=("https://leads.example.com/webhooks/other",))

    SOURCES[KIND].authenticate(behind_proxy, settings(KIND), now=NOW, certificates={})
    with pytest.raises(BadCredentials, match="is wrong"):
        SOURCES[KIND].authenticate(elsewhere, settings(KIND), now=NOW, certificates={})


def test_a_time_in_milliseconds_is_understood() -> None:
    complete = next(each for each in SAMPLES if (each.kind, each.name) == (KIND, "complete"))
    webhook = unsigned(complete)
    stamp = {"x-evocalize-timestamp": str(int(NOW.timestamp() * 1000))}
    stamped = replace(webhook, headers={**webhook.headers, **stamp})

    ours = SOURCES[KIND].sign(stamped, settings(KIND), now=NOW)

    assert ours.headers["x-evocalize-timestamp"] == stamp["x-evocalize-timestamp"]
    SOURCES[KIND].authenticate(ours, settings(KIND), now=NOW, certificates={})
