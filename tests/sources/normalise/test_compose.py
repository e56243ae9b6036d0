"""What was sent becomes an inquiry, the same way for every source, and nothing is dropped."""

from typing import Any

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Consent, Inquiry, Property
from app.sources import compose
from app.sources.repeats import by_id
from app.sources.sent import Sent


def inquiry(**sent: Any) -> Inquiry:
    return compose.inquiry(Sent(by_id("inv-1"), **{"message": "Hello"} | sent), "here")


def test_what_a_name_lost_is_kept_and_serves_where_it_can() -> None:
    found = inquiry(full_name="Ana Prieto ana@example.com (941) 555-0142", phone="n/a")

    assert (found.first_name, found.last_name) == ("Ana", "Prieto")
    assert (found.email, found.phone) == ("ana@example.com", "+19415550142")
    assert found.extra == {
        "full_name": "Ana Prieto ana@example.com (941) 555-0142",
        "phone_type": "either",
        "phone_zone": "America/New_York",
    }


def test_an_address_in_the_name_does_not_take_the_place_of_another() -> None:
    found = inquiry(first_name="joe@example.com", last_name="Lee", email="ana@example.com")

    assert (found.first_name, found.last_name, found.email) == (None, "Lee", "ana@example.com")
    assert found.extra == {"full_name": "joe@example.com Lee"}


@pytest.mark.parametrize("nothing", ["N/A", "none", "-", "Not provided"])
def test_what_says_that_there_is_none_is_no_name_and_no_way_to_reach_them(nothing: str) -> None:
    found = inquiry(full_name=nothing, email=nothing, phone=nothing, message=nothing)

    assert (found.first_name, found.last_name, found.email, found.phone) == (None,) * 4
    assert (found.message, dict(found.extra)) == (nothing, {})


def test_with_nothing_but_that_there_is_nobody() -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        inquiry(full_name="N/A", email="none", message=None)


@pytest.mark.parametrize("address", ["ana@gmail,com", "noreply@example.com", "call me"])
def test_a_bad_address_is_kept_and_flagged(address: str) -> None:
    found = inquiry(email=address)

    assert found.email is None
    assert found.extra == {"email_invalid": True, "email_as_sent": address}


def test_a_bad_number_is_kept_and_flagged() -> None:
    found = inquiry(phone="555-0142")

    assert (found.phone, dict(found.extra)) == ("555-0142", {"phone_invalid": True})


def test_a_second_number_is_kept() -> None:
    found = inquiry(phone="(219) 555-0142 / (941) 555-0143")

    assert found.phone == "+12195550142"
    assert found.extra == {
        "phone_as_sent": "(219) 555-0142 / (941) 555-0143",
        "phone_type": "either",
        "phone_zone": ["America/Chicago", "America/New_York"],
    }


@pytest.mark.parametrize(
    "extra", [{"COUNTRY": "United Kingdom"}, {"address": {"country_code": "gb"}}]
)
def test_a_number_is_read_as_in_the_country_of_the_address(extra: dict[str, Any]) -> None:
    assert inquiry(phone="020 7946 0958", extra=extra).phone == "+442079460958"


def test_the_country_of_somebody_else_says_nothing() -> None:
    found = inquiry(phone="020 7946 0958", extra={"agent": {"country": "GB"}})

    assert found.extra["phone_invalid"] is True


def test_an_address_in_one_line_is_taken_apart_and_kept() -> None:
    line = "918 Juniper Bend Ct, Plano, TX 75024-1234"
    found = inquiry(property=Property(address=line))

    assert found.property == Property("918 Juniper Bend Ct", "Plano", "TX", "75024")
    assert found.extra == {"address_as_sent": line}


def test_a_whole_address_beside_its_parts_is_left_alone() -> None:
    home = Property("918 Juniper Bend Ct, Plano, TX 75024", "Plano", "TX", "75024")

    assert inquiry(property=home).property == home


def test_states_and_zip_codes_get_their_form_and_blanks_are_blank() -> None:
    found = inquiry(property=Property(city="N/A", state="Massachusetts", zip="2134", mls="-"))

    assert found.property == Property(state="MA", zip="02134")
    assert found.extra == {"zip_as_sent": "2134"}


@pytest.mark.parametrize(
    ("extra", "figures"),
    [
        ({"PRICE_RANGE": "$500k-$650k"}, {"price_min": 500_000, "price_max": 650_000}),
        ({"What is your budget?": "under 400k"}, {"price_max": 400_000}),
        (
            {"SearchCriteria": {"MinPrice": "450000", "MaxPrice": 625000}},
            {"price_min": 450_000, "price_max": 625_000},
        ),
        (
            {"PURCHASE_TIMELINE": "Within 3 months"},
            {"timeline_days_min": 0, "timeline_days_max": 90},
        ),
        ({"moveInTimeframe": "twoWeeks"}, {"timeline_days_min": 14, "timeline_days_max": 14}),
        ({"when_do_you_plan_to_buy": "6+ months"}, {"timeline_days_min": 180}),
        ({"closingTimelineDays": 45}, {"timeline_days_min": 45, "timeline_days_max": 45}),
        ({"price_type": "list", "timezone": "CET", "moveInDate": "2026-05-01"}, {}),
        ({"agent": {"budget": "$500k-$650k"}}, {}),
    ],
)
def test_ranges_and_times_are_told_in_figures_beside_the_words(
    extra: dict[str, Any], figures: dict[str, Any]
) -> None:
    assert inquiry(extra=extra).extra == {**extra, **figures}


def test_a_field_with_a_name_of_ours_is_kept_as_sent() -> None:
    found = inquiry(phone="9415550142", extra={"phone_type": "work", "phone_zone": "x"})

    assert found.extra == {
        "phone_type": "either",
        "phone_type_as_sent": "work",
        "phone_zone": "America/New_York",
        "phone_zone_as_sent": "x",
    }


@pytest.mark.parametrize(
    ("extra", "consent"),
    [
        ({"sms_opt_in": "yes"}, Consent(sms=True, evidence="sms: sms_opt_in = yes")),
        ({"sms_consent": False}, Consent(sms=False, evidence="sms: sms_consent = false")),
        ({"tcpa_consent": "1"}, Consent(sms=True, evidence="sms: tcpa_consent = 1")),
        (
            {"I agree to receive text messages": "I agree"},
            Consent(sms=True, evidence="sms: I agree to receive text messages = I agree"),
        ),
        ({"email_opt_in": "no"}, Consent(email=False, evidence="email: email_opt_in = no")),
        ({"do_not_call": True}, Consent(sms=False, evidence="sms: do_not_call = true")),
        (
            {"person": {"DoNotContact": "true"}},
            Consent(
                sms=False,
                email=False,
                evidence="sms: DoNotContact = true; email: DoNotContact = true",
            ),
        ),
        (
            {"sms_opt_in": "yes", "text_consent": "no"},
            Consent(sms=False, evidence="sms: text_consent = no"),
        ),
        # A box that says nothing, one for something else, and one for somebody else.
        ({"sms_opt_in": "maybe", "sms_opt_in_at": "2026-03-14"}, Consent()),
        ({"consent": "on", "terms": "yes", "do_not_call": False}, Consent()),
        ({"newsletter_email_opt_in": "no"}, Consent()),
        ({"agent": {"sms_opt_in": "yes"}, "agent.sms_opt_in": "yes"}, Consent()),
        ({"context": "yes", "I agree to the text above": "yes"}, Consent()),
    ],
)
def test_consent_is_what_was_answered_about_a_channel(
    extra: dict[str, Any], consent: Consent
) -> None:
    assert inquiry(extra=extra).consent == consent


@pytest.mark.parametrize(
    ("known", "extra", "consent"),
    [
        (
            Consent(sms=True, evidence="sms: implied"),
            {"sms_opt_in": "no"},
            Consent(sms=False, evidence="sms: sms_opt_in = no"),
        ),
        (
            Consent(sms=True, evidence="sms: box = on"),
            {"sms_opt_in": "no"},
            Consent(sms=True, evidence="sms: box = on"),
        ),
        (
            Consent(sms=True, evidence="sms: box = on"),
            {"do_not_text": "yes"},
            Consent(sms=False, evidence="sms: box = on; sms: do_not_text = yes"),
        ),
        (Consent(sms=False), {"sms_opt_in": "yes"}, Consent(sms=False)),
        (
            Consent(email=False, evidence="unsubscribed"),
            {"email_opt_out": "yes"},
            Consent(email=False, evidence="unsubscribed"),
        ),
    ],
)
def test_a_refusal_beats_what_was_only_implied(
    known: Consent, extra: dict[str, Any], consent: Consent
) -> None:
    assert inquiry(consent=known, extra=extra).consent == consent


def test_who_certifies_consent_and_its_words_are_evidence() -> None:
    extra = {
        "xxTrustedFormCertUrl": "https://cert.trustedform.com/inv-1",
        "lead": {"jornaya_lead_id": "INV-2"},
        "tcpa_text": "By sending this I agree to be texted.",
    }

    assert inquiry(consent=Consent(evidence="jornaya: INV-2"), extra=extra).consent == Consent(
        evidence="jornaya: INV-2; trustedform: https://cert.trustedform.com/inv-1;"
        " words: By sending this I agree to be texted."
    )


def test_a_campaign_is_found_wherever_a_provider_put_it() -> None:
    url = "https://www.example.com/#/home?utm_source=bing&utm_campaign=fall&gclid=g-1"
    extra = {"tracking": {"utmSource": "google", "UTM Medium": "cpc"}, "pageUrl": url}

    found = inquiry(extra=extra, campaign=Campaign(medium="ppc"))

    assert found.campaign == Campaign(source="bing", medium="ppc", name="fall", gclid="g-1")
    assert found.extra == extra


def test_a_placeholder_of_an_advertisement_is_no_click() -> None:
    assert inquiry(extra={"gclid": "{gclid}", "utm_source": "%%x%%"}).campaign == Campaign()
