"""Zapier and Make send what somebody chose: one lead or several, flat, with an id or not."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Inquiry, Kind
from tests.sources.examples import delivery, read

KIND = "zapier"


def received(document: Any) -> tuple[Inquiry, ...]:
    webhook = delivery(KIND, json.dumps(document).encode(), "application/json")
    return read(webhook, KIND).inquiries


def sent(**fields: Any) -> Inquiry:
    return received({"email": "a@example.com"} | fields)[0]


def test_a_list_is_several_leads() -> None:
    found = received([{"name": "Ana"}, {}, {"name": "Ben", "lead_id": "b-2"}])

    assert [each.first_name for each in found] == ["Ana", "Ben"]
    assert [each.external_id for each in found] == [None, "b-2"]
    assert found[0].dedupe_key != found[1].dedupe_key


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "$"),
        ([{}, {}], "$"),
        ([{"name": "Ana"}, {"colour": "red"}], "$[1]"),
        ([{"name": "Ana"}, "Ben"], "$[1]"),
        ({"colour": "red"}, "$"),
        ([{"name": "Ana"}] * 501, "$"),
    ],
)
def test_a_delivery_that_cannot_be_read_whole_is_not_read_in_part(
    document: Any, where: str
) -> None:
    with pytest.raises(Unreadable) as unread:
        received(document)

    assert unread.value.where == where


@pytest.mark.parametrize("name", ["lead_id", "leadId", "external_id", "externalId"])
@pytest.mark.parametrize("value", ["l:1773519165", 17, "INV-7", "7d0c"])
def test_an_id_of_the_lead_makes_it_known_for_ever(name: str, value: Any) -> None:
    first, again = sent(**{name: value, "note": "a"}), sent(**{name: value, "note": "b"})

    assert first.dedupe_key == again.dedupe_key
    assert (first.external_id, first.dedupe_window) == (str(value), None)


@pytest.mark.parametrize("name", ["lead_id", "external_id", "id"])
def test_an_id_that_stays_the_same_never_makes_another_person_a_repeat(name: str) -> None:
    ana, ben = sent(**{name: "form-7"}), sent(**{name: "form-7", "email": "ben@example.com"})

    assert ana.dedupe_key != ben.dedupe_key


@pytest.mark.parametrize("value", ["new lead", "a@example.com", "website", True, None, [1, 2]])
def test_what_can_be_no_id_is_kept_as_it_is(value: Any) -> None:
    inquiry = sent(lead_id=value)

    assert inquiry.external_id is None
    assert inquiry.dedupe_window is not None
    assert inquiry.extra == ({} if value is None else {"lead_id": value})


def test_a_plain_id_may_be_the_forms_and_is_only_kept() -> None:
    first, again = sent(id="7d0c", note="a"), sent(id="7d0c", note="b")

    assert first.dedupe_key != again.dedupe_key
    assert (first.external_id, first.extra) == (None, {"id": "7d0c"})


def test_a_replay_of_a_zap_is_a_repeat_although_it_is_sent_at_another_time() -> None:
    first = sent(zap_meta_human_now="2026-03-14T20:22:00-05:00")
    again = sent(zap_meta_human_now="2026-03-14T20:27:00-05:00")

    assert first.dedupe_key == again.dedupe_key
    assert first.extra == {"zap_meta_human_now": "2026-03-14T20:22:00-05:00"}


def test_json_and_a_form_say_the_same() -> None:
    fields = {"contact__email": "a@example.com", "contact__full_name": "Ana Prieto", "tags": "hot"}
    body = urlencode(fields).encode()

    form = read(delivery(KIND, body, "application/x-www-form-urlencoded"), KIND).inquiries

    assert form == received(fields)
    assert (form[0].first_name, form[0].email) == ("Ana", "a@example.com")


def test_the_xml_that_zapier_makes_says_the_same_too() -> None:
    xml = b"<first_name>Ana</first_name><email>a@example.com</email><note>R&amp;B</note>"

    inquiry = read(delivery(KIND, xml, "application/xml"), KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.email, inquiry.message) == ("Ana", "a@example.com", "R&B")


def test_members_of_somebody_else_are_not_the_persons() -> None:
    inquiry = received({"name": "Ana", "agent__email": "dana@harborline.example.com"})[0]

    assert (inquiry.email, inquiry.extra) == (None, {"agent__email": "dana@harborline.example.com"})


@pytest.mark.parametrize(
    ("tags", "kind"),
    [("buyer,hot", Kind.BUYER), (["hot", "Seller"], Kind.SELLER), ("hot", Kind.UNKNOWN)],
)
def test_tags_say_what_the_person_wants_and_are_kept(tags: Any, kind: Kind) -> None:
    inquiry = sent(tags=tags)

    assert (inquiry.kind, inquiry.extra) == (kind, {"tags": tags})


def test_a_campaign_has_the_name_that_the_lead_form_gave_it() -> None:
    assert sent(campaign_name="Spring").campaign.name == "Spring"
    assert sent(campaign_name="Spring", utm_campaign="Fall").campaign.name == "Fall"
