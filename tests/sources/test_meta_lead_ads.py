"""Meta's leads come as ids; what they say is fetched with the token of their page."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.delivery import Greeting, Held, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign, Consent, Inquiry, Property
from app.sources import graph_leads
from app.sources.base import CannotAsk, Question
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "meta-lead-ads"
HERE = Path(__file__).parent
LEAD = json.loads((HERE / "fetched/meta-lead.json").read_text())
PAGE = "100000000000001"
HELD = Held(
    dedupe_key="140000000000001",
    external_id="140000000000001",
    reference={"page_id": PAGE, "form_id": "130000000000001", "ad_id": "120000000000001"},
    occurred_at=datetime(2026, 3, 14, 20, 12, 40, tzinfo=UTC),
    provider_agent=PAGE,
)

OF_THE_LEAD = "id,created_time,form_id,field_data,custom_disclaimer_responses,is_organic,platform"
OF_THE_AD = "ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name"

KEPT = {
    "page_id": PAGE,
    "form_id": "130000000000001",
    "ad_id": "120000000000001",
    "adset_id": "120000000000003",
    "campaign_id": "120000000000004",
    "is_organic": False,
    "sms_consent": "1",
    "when_do_you_plan_to_buy?": "0-3 months",
    "areas": ["Seminole Heights", "Hyde Park"],
}


def ask(held: Held = HELD, **changes: Any) -> Question:
    return graph_leads.ask(held, settings(KIND, **changes))


def fetched(body: Any, held: Held = HELD, **changes: Any) -> Inquiry:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None
    webhook = named(KIND, "complete")
    return fetching.read(held, json.dumps(body).encode(), webhook, settings(KIND, **changes), NOW)


def answered(*answers: tuple[str, Any], **members: Any) -> Inquiry:
    data = [{"name": name, "values": [value]} for name, value in answers]
    return fetched({"id": HELD.external_id, "field_data": data} | members)


def greet(**query: str) -> Greeting:
    shake = SOURCES[KIND].greet
    assert shake is not None
    named_so = {name.replace("__", "."): text for name, text in query.items()}
    return shake(Webhook("here", b"", query=named_so, method="GET"), settings(KIND))


def test_metas_own_signature_is_believed() -> None:
    body = (HERE / "vectors/meta-leadgen-1.json").read_bytes()
    digest = "0a95ff455238644557fa12d54ee04cec5a046e62399f6b5c92c56bdbe6aae10d"
    webhook = Webhook("here", body, {"x-hub-signature-256": f"sha256={digest}"})
    ours = settings(KIND, app_secret="invented-secret-not-real")

    SOURCES[KIND].authenticate(webhook, ours, now=NOW, certificates={})
    with pytest.raises(BadCredentials):
        SOURCES[KIND].authenticate(
            replace(webhook, body=body.replace(b"140000000000001", b"140000000000009")),
            ours,
            now=NOW,
            certificates={},
        )


def test_the_handshake_gives_the_challenge_back_as_plain_text() -> None:
    greeting = greet(hub__mode="subscribe", hub__challenge="1158201444", hub__verify_token=SECRET)

    assert greeting == Greeting(200, b"1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub__mode": "subscribe", "hub__challenge": "1"},
        {"hub__mode": "subscribe", "hub__challenge": "1", "hub__verify_token": "wrong"},
        {"hub__mode": "unsubscribe", "hub__challenge": "1", "hub__verify_token": SECRET},
    ],
)
def test_a_handshake_with_a_wrong_token_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadCredentials):
        greet(**query)


def test_each_lead_of_each_page_is_held_on_its_own() -> None:
    held = read(named(KIND, "complete"), KIND).held

    assert [(each.external_id, each.provider_agent) for each in held] == [
        ("140000000000001", "100000000000001"),
        ("140000000000002", "100000000000001"),
        ("140000000000003", "100000000000009"),
    ]


def test_leads_can_be_routed_by_their_form() -> None:
    reading = read(named(KIND, "complete"), KIND, fields={"provider_agent": "form_id"})

    assert [each.provider_agent for each in reading.held] == [
        "130000000000001",
        "130000000000001",
        "130000000000009",
    ]


def test_a_notification_that_names_no_lead_is_unreadable() -> None:
    body = {"entry": [{"changes": [{"field": "leadgen", "value": {"page_id": PAGE}}]}]}

    with pytest.raises(Unreadable, match="does not say which lead"):
        read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND)


def test_a_number_for_an_id_is_as_good_as_a_text() -> None:
    def key(lead_id: Any) -> str:
        change = {"field": "leadgen", "value": {"leadgen_id": lead_id}}
        body = json.dumps({"entry": [{"changes": [change]}]}).encode()
        return read(delivery(KIND, body, "application/json"), KIND).held[0].dedupe_key

    assert key(140000000000001) == key("140000000000001") == "140000000000001"


def test_a_delivery_marked_as_a_test_does_not_hide_the_real_lead_of_its_id() -> None:
    webhook = named(KIND, "complete")
    marked = replace(webhook, headers={**webhook.headers, "x-lead-router-test": "1"})

    assert read(marked, KIND).held[0].dedupe_key == "test#140000000000001"


def test_a_lead_is_asked_for_with_the_token_of_its_page() -> None:
    tokens = {PAGE: "token-of-the-page", "100000000000009": "another"}
    question = ask(access_tokens=tokens, graph_url="https://graph.example.com/v25.0/")

    assert question.headers == {"authorization": "Bearer token-of-the-page"}
    parts = urlsplit(question.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://graph.example.com/v25.0/140000000000001"
    )
    assert parse_qs(parts.query) == {
        "fields": [f"{OF_THE_LEAD},{OF_THE_AD}"],
        "access_token": ["token-of-the-page"],
    }


def test_a_token_that_may_not_read_ads_is_not_asked_about_them() -> None:
    (fields,) = parse_qs(urlsplit(ask(ad_details=False).url).query)["fields"]

    assert fields == OF_THE_LEAD


@pytest.mark.parametrize(
    ("lead_id", "segment"),
    [
        ("140000000000001", "140000000000001"),
        ("../me?x=", "%2E%2E%2Fme%3Fx%3D"),
        ("..", "%2E%2E"),
        ("é#", "%C3%A9%23"),
    ],
)
def test_an_id_never_leads_anywhere_else(lead_id: str, segment: str) -> None:
    path = urlsplit(ask(replace(HELD, external_id=lead_id)).url).path

    assert path == f"/{segment}"


def test_a_page_without_a_token_is_named() -> None:
    with pytest.raises(CannotAsk) as cannot:
        ask(replace(HELD, reference={"page_id": "100000000000009"}))

    assert str(cannot.value) == (
        "give access_tokens an entry for page 100000000000009: its leads wait"
    )


def test_a_lead_of_no_named_page_is_asked_for_where_there_is_but_one_token() -> None:
    nameless = replace(HELD, reference={})

    assert ask(nameless).headers == {"authorization": f"Bearer {SECRET}"}
    with pytest.raises(CannotAsk, match="did not name"):
        ask(nameless, access_tokens={"1": "a", "2": "b"})


@pytest.mark.parametrize(
    ("status", "error", "is_gone"),
    [
        (404, {}, True),
        (410, {}, True),
        (400, {"code": 190, "type": "OAuthException"}, False),
        (400, {"code": 100, "error_subcode": 33, "type": "GraphMethodException"}, False),
        (400, {"code": 4}, False),
        (403, {"code": 200}, False),
        (500, {"code": 2}, False),
    ],
)
def test_only_a_lead_that_is_certainly_gone_is_given_up(
    status: int, error: dict[str, Any], is_gone: bool
) -> None:
    assert graph_leads.is_gone(status, json.dumps({"error": error}).encode()) is is_gone


def test_a_lead_is_read_whole() -> None:
    inquiry = fetched(LEAD)

    assert {name: inquiry.extra[name] for name in KEPT} == KEPT
    assert replace(inquiry, consent=Consent(), extra={}) == Inquiry(
        source="here",
        dedupe_key="140000000000001",
        external_id="140000000000001",
        occurred_at=datetime(2026, 3, 14, 20, 12, 40, tzinfo=UTC),
        first_name="Devon",
        last_name="Carmichael",
        email="devon.c@example.com",
        phone="+14045550155",
        property=Property(city="Tampa", state="FL", zip="33602"),
        campaign=Campaign(source="instagram", content="Spring listings"),
        provider_agent=PAGE,
    )
    assert "sms_consent: ticked" in (inquiry.consent.evidence or "")


@pytest.mark.parametrize(
    ("is_checked", "may"), [("1", True), (True, True), ("", False), (0, False)]
)
def test_a_box_that_the_config_names_is_consent(is_checked: Any, may: bool) -> None:
    boxes = [{"checkbox_key": "sms_consent", "is_checked": is_checked}]

    inquiry = fetched(LEAD | {"custom_disclaimer_responses": boxes}, consent={"sms": "sms_consent"})

    assert inquiry.consent.sms is may
    assert inquiry.consent.email is None


def test_a_box_is_never_taken_for_an_answer() -> None:
    boxes = [{"checkbox_key": "email", "is_checked": "1"}]

    inquiry = answered(("phone_number", "+14045550155"), custom_disclaimer_responses=boxes)

    assert (inquiry.email, inquiry.phone) == (None, "+14045550155")


def test_questions_and_facts_can_be_named_in_the_config() -> None:
    inquiry = fetched(
        LEAD,
        fields={
            "message": "when_do_you_plan_to_buy?",
            "property.address": "areas",
            "provider_agent": "form_id",
            "external_id": "ad_id",
        },
    )

    assert inquiry.message == "0-3 months"
    assert inquiry.property.address == "Seminole Heights, Hyde Park"
    assert inquiry.provider_agent == "130000000000001"
    assert inquiry.dedupe_key == inquiry.external_id == HELD.external_id


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            [("first_name", "Ana"), ("last_name", "Prieto"), ("work_email", "ana@example.com")],
            ("Ana", "Prieto", "ana@example.com", None),
        ),
        (
            [("vollständiger_name", "Jörg Maaß"), ("telefonnummer", "+14045550156")],
            ("Jörg", "Maaß", None, "+14045550156"),
        ),
        (
            [("nombre_completo", "Ana Prieto"), ("número_de_teléfono", "+14045550156")],
            ("Ana", "Prieto", None, "+14045550156"),
        ),
        (
            [("correo_electrónico", "ana@example.com"), ("nom_complet", "Ana Prieto")],
            ("Ana", "Prieto", "ana@example.com", None),
        ),
        (
            [("FULL_NAME", "Ana Prieto"), ("WORK_PHONE_NUMBER", "(404) 555-0156")],
            ("Ana", "Prieto", None, "+14045550156"),
        ),
    ],
)
def test_metas_standard_questions_are_known_in_several_languages(
    answers: list[tuple[str, str]], expected: tuple[str | None, ...]
) -> None:
    inquiry = answered(*answers)

    person = (inquiry.first_name, inquiry.last_name, inquiry.email, inquiry.phone)
    assert person == expected


@pytest.mark.parametrize(
    ("answers", "is_test"),
    [
        ([("full_name", "<test lead: dummy data for full_name>")], True),
        ([("email", "test@meta.com")], True),
        ([("EMAIL", "test@fb.com")], True),
        ([("email", "tess@example.com"), ("district", "a <test lead: …>")], False),
    ],
)
def test_what_the_testing_tool_fills_in_marks_a_test(
    answers: list[tuple[str, str]], is_test: bool
) -> None:
    inquiry = answered(*answers)

    assert inquiry.is_test is is_test
    assert inquiry.dedupe_key == HELD.dedupe_key


def test_an_organic_lead_is_not_of_the_medium_that_the_config_gives_to_ads() -> None:
    person = {"field_data": [{"name": "email", "values": ["a@example.com"]}]}

    assert fetched(person | {"is_organic": True}, medium="ppc").medium == "organic"
    assert fetched(person | {"is_organic": False}, medium="ppc").medium == "ppc"


def test_hidden_fields_of_the_form_know_the_campaign_better_than_the_ad() -> None:
    inquiry = answered(
        ("email", "a@example.com"),
        ("utm_campaign", "from the form"),
        platform="fb",
        campaign_name="from the ad",
        adset_name="the set",
    )

    assert inquiry.campaign == Campaign(source="facebook", name="from the form", term="the set")


@pytest.mark.parametrize(
    "body",
    [{}, {"error": {"code": 1}}, {"field_data": []}, {"field_data": [{"name": 1, "values": {}}]}],
)
def test_an_answer_that_names_nobody_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable):
        fetched(body)


def test_an_answer_that_is_cut_off_is_unreadable() -> None:
    with pytest.raises(Unreadable) as unread:
        graph_leads.read(HELD, b'{"id": "1', named(KIND, "complete"), settings(KIND), NOW)

    assert unread.value.where.startswith("the Graph API's answer, byte ")


def test_what_is_no_answer_is_kept_all_the_same() -> None:
    data = [{"name": "email", "values": ["a@example.com"]}, {"values": ["nameless"]}, "odd"]

    assert fetched({"field_data": data}).extra["field_data"] == data
