"""A body of any shape: mapped first, guessed then, and the rest kept."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.delivery import Reading
from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Inquiry, Kind, Property
from tests.sources.examples import delivery, read

KIND = "json"


def reading(document: Any, mapping: dict[str, Any] | None = None, **changes: Any) -> Reading:
    body = json.dumps(document).encode()
    return read(delivery(KIND, body, "application/json"), KIND, mapping=mapping or {}, **changes)


def told(document: Any, mapping: dict[str, Any] | None = None, **changes: Any) -> Inquiry:
    (inquiry,) = reading(document, mapping, **changes).inquiries
    return inquiry


def test_every_part_of_an_inquiry_can_be_mapped() -> None:
    sent = {
        "name": "Ana Prieto", "email": "a@example.com", "phone": "(919) 555-0150",
        "message": "Hi\nthere", "kind": "selling", "language": "español", "medium": "print",
        "provider_agent": "dana-1", "external_id": "x-7", "occurred_at": "2026-03-14T20:00:00Z",
        "property.address": "1 Elm St", "city": "Akron", "property.state": "Ohio", "zip": 44308,
        "price": "$1.2M", "mls": "m-1", "property.url": "https://l.example.com/1",
        "utm_source": "src", "campaign.medium": "med", "utm_campaign": "spring",
        "campaign.term": "term", "utm_content": "content", "gclid": "g-1", "fbclid": "f-1",
        "campaign.msclkid": "ms-1",
    }  # fmt: skip
    mapping = {name: f"v[{at}]" for at, name in enumerate(sent)}

    inquiry = told({"v": list(sent.values())}, mapping)

    assert (inquiry.first_name, inquiry.last_name) == ("Ana", "Prieto")
    assert (inquiry.email, inquiry.phone) == ("a@example.com", "+19195550150")
    assert (inquiry.message, inquiry.kind) == ("Hi\nthere", Kind.SELLER)
    assert (inquiry.language, inquiry.medium) == ("es", "print")
    assert (inquiry.provider_agent, inquiry.external_id) == ("dana-1", "x-7")
    assert inquiry.occurred_at == datetime(2026, 3, 14, 20, tzinfo=UTC)
    assert inquiry.property == Property(
        address="1 Elm St",
        city="Akron",
        state="OH",
        zip="44308",
        price=1_200_000,
        mls="m-1",
        url="https://l.example.com/1",
    )
    assert inquiry.campaign == Campaign(
        source="src",
        medium="med",
        name="spring",
        term="term",
        content="content",
        gclid="g-1",
        fbclid="f-1",
        msclkid="ms-1",
    )


def test_what_is_mapped_beats_what_would_be_guessed() -> None:
    document = {
        "email": "office@example.com",
        "who": {"mail": "ana@example.com"},
        "tel": "9195550150",
    }

    inquiry = told(document, {"email": "who.mail", "phone": "nowhere"})

    assert (inquiry.email, inquiry.phone) == ("ana@example.com", "+19195550150")
    assert inquiry.extra["email"] == "office@example.com"


def test_fields_say_what_the_mapping_does_not() -> None:
    document = {"a": "first@example.com", "b": "second@example.com", "c": "Hello"}

    inquiry = told(document, {"email": "a"}, fields={"email": "b", "message": "c"})

    assert (inquiry.email, inquiry.message) == ("first@example.com", "Hello")
    assert inquiry.extra == {"b": "second@example.com"}


@pytest.mark.parametrize(
    "sent", [1773518400, "1773518400", 1773518400000, "2026-03-14T20:00:00+00:00"]
)
def test_an_instant_comes_in_many_ways(sent: Any) -> None:
    inquiry = told({"email": "a@example.com", "at": sent}, {"occurred_at": "at"})

    assert inquiry.occurred_at == datetime(2026, 3, 14, 20, tzinfo=UTC)
    assert "occurred_at" not in inquiry.extra


@pytest.mark.parametrize("sent", ["soon", "2036-03-14T20:00:00Z", "1e400", "nan"])
def test_an_instant_that_is_none_is_kept_as_it_came(sent: str) -> None:
    inquiry = told({"email": "a@example.com", "at": sent}, {"occurred_at": "at"})

    assert inquiry.occurred_at is None
    assert inquiry.extra == {"occurred_at": sent}


def test_a_test_is_marked_and_never_hides_the_real_lead_of_its_id() -> None:
    paths = {"is_test": "meta.test", "external_id": "id"}
    person = {"email": "a@example.com", "id": 7}

    real, test = told(person, paths), told(person | {"meta": {"test": "yes"}}, paths)

    assert (real.is_test, test.is_test) == (False, True)
    assert (real.dedupe_key, test.dedupe_key) == ("7", "test#7")


def test_a_lead_without_an_id_is_known_by_its_content_in_any_order_and_spacing() -> None:
    first = read(delivery(KIND, b'{"email":"a@example.com","n":1}', ""), KIND).inquiries[0]
    again = read(delivery(KIND, b'{"n": 1, "email": "a@example.com"}', ""), KIND).inquiries[0]
    other = read(delivery(KIND, b'{"n": 2, "email": "a@example.com"}', ""), KIND).inquiries[0]

    assert first.dedupe_key == again.dedupe_key != other.dedupe_key
    assert first.dedupe_window is not None


def test_several_leads_are_found_by_each_or_because_the_body_is_a_list() -> None:
    leads = [{"who": {"mail": f"{name}@example.com"}, "ref": name} for name in "ab"]
    paths = {"email": "who.mail", "external_id": "ref"}

    bare = reading(leads, paths).inquiries
    inside = reading({"batch": {"leads": leads}}, paths | {"each": "batch.leads"}).inquiries

    assert [each.email for each in bare] == ["a@example.com", "b@example.com"]
    assert [each.dedupe_key for each in inside] == ["a", "b"]


def test_a_single_lead_is_read_where_each_finds_nothing() -> None:
    assert told({"email": "a@example.com"}, {"each": "leads", "email": "email"}).email


def test_the_same_lead_twice_in_one_delivery_is_one_asking() -> None:
    first, second = reading([{"email": "a@example.com"}] * 2).inquiries

    assert first.dedupe_key == second.dedupe_key


def test_one_lead_that_names_nobody_does_not_hold_up_the_others() -> None:
    found = reading([{"email": "a@example.com"}, {"colour": "red"}]).inquiries

    assert [each.email for each in found] == ["a@example.com"]
    assert found[0].extra["unread_beside"] == [
        "There is nobody in this delivery: no name, e-mail, phone or message (at $[1])"
    ]


def test_an_empty_list_is_no_lead() -> None:
    assert reading([]) == Reading(ignored="the list of leads is empty")
    assert reading({"leads": []}, {"each": "leads", "email": "email"}).ignored


def test_a_body_in_which_nobody_is_found_names_the_paths_that_led_nowhere() -> None:
    with pytest.raises(Unreadable) as unread:
        reading({"contact": {"colour": "red"}}, {"email": "contact.email", "phone": "..tel"})

    assert unread.value.why == (
        "There is nobody in this delivery: no name, e-mail, phone or message;"
        " nothing was found at contact.email, ..tel"
    )
    assert unread.value.where == "$"


def test_of_many_paths_a_dozen_are_named() -> None:
    paths = [f"p{number}" for number in range(15)]

    with pytest.raises(Unreadable, match=r"p11 and 3 more \(at leads, item 0\)"):
        reading({"leads": [{}]}, {"each": "leads", "email": paths})


@pytest.mark.parametrize("document", [None, 7, "text", True, [7], [[]]])
def test_what_is_no_object_is_unreadable(document: Any) -> None:
    with pytest.raises(Unreadable):
        reading(document)


def test_a_body_with_thousands_of_members_is_still_a_lead() -> None:
    document = {"who": {"mail": "a@example.com"}, "rows": {str(n): n for n in range(2000)}}

    inquiry = told(document, {"email": "who.mail"})

    assert inquiry.email == "a@example.com"
    assert len(inquiry.extra["rows"]) == 2000


def test_more_leads_than_anybody_sends_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="more than 1000 leads"):
        reading([{"email": "a@example.com"}] * 1001)


def test_consent_is_found_by_its_flat_name() -> None:
    document = {"email": "a@example.com", "opt": {"texts": "yes"}}

    consent = told(document, consent={"sms": "opt.texts", "email": "opt.mails"}).consent

    assert (consent.sms, consent.email) == (True, False)
