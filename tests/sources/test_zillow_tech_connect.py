"""Zillow sends one lead several times: again, changed, and for somebody else."""

import json
from typing import Any

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Inquiry
from tests.sources.examples import delivery, named, plain, read

KIND = "zillow-tech-connect"
ENVELOPE = json.loads(named(KIND, "complete").body)


def arriving(message_id: str = "m-1", **info: Any) -> Inquiry:
    contact = {"CommunicationGUID": "guid-1", "ContactPhone": "9415550143"} | info
    lead = json.dumps({"ContactMessage": {"ContactInfo": contact}})
    envelope = ENVELOPE | {"Message": lead, "MessageId": message_id}
    return read(delivery(KIND, json.dumps(envelope).encode(), "text/plain"), KIND).inquiries[0]


def test_the_same_communication_in_a_new_message_is_a_repeat() -> None:
    assert arriving("m-1").dedupe_key == arriving("m-2").dedupe_key


@pytest.mark.parametrize("flag", ["Update", "Reassignment"])
@pytest.mark.parametrize("value", [True, "true", 1])
def test_an_update_is_no_repeat_of_the_lead_it_is_about(flag: str, value: Any) -> None:
    first, update = arriving("m-1"), arriving("m-2", **{flag: value})

    assert update.is_update
    assert update.external_id == first.external_id
    assert update.dedupe_key != first.dedupe_key


def test_an_update_delivered_again_is_a_repeat_of_itself_alone() -> None:
    update, again, next_one = (arriving(message, Update=True) for message in ("m-2", "m-2", "m-3"))

    assert update.dedupe_key == again.dedupe_key
    assert update.dedupe_key != next_one.dedupe_key


def test_an_update_without_any_contact_is_still_an_update() -> None:
    assert arriving(ContactPhone=None, Update=True).is_update


@pytest.mark.parametrize(
    "name", ["ZillowAssigneePartnerAgentIdentifier", "ZillowAssigneePartnerAgentIdentifierl"]
)
def test_a_reassigned_lead_is_for_the_assignee_however_zillow_spells_it(name: str) -> None:
    inquiry = arriving(PartnerAgentIdentifier="dana-1", Reassignment=True, Assignee={name: "ben-2"})

    assert inquiry.provider_agent == "ben-2"


def test_without_a_communication_id_the_message_id_tells_repeats() -> None:
    inquiry = arriving("m-9", CommunicationGUID="null")

    assert (inquiry.dedupe_key, inquiry.dedupe_window, inquiry.external_id) == (
        "sns#m-9",
        None,
        None,
    )


def test_a_relay_may_post_what_was_inside_the_message() -> None:
    inside = delivery(KIND, ENVELOPE["Message"].encode(), "application/json")

    assert plain(read(inside, KIND)) == plain(read(named(KIND, "complete"), KIND))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"Message": "{"}, "$.Message, byte 1"),
        ({"Message": None}, "$.Message"),
        ({"Message": {"ContactMessage": {}}}, "$.Message"),
        ({"Message": "{}"}, "$"),
        ({"Type": "Something"}, "$.Type"),
        ({"Type": None}, "$.Type"),
    ],
)
def test_a_message_without_a_lead_says_where_it_breaks(changes: dict[str, Any], where: str) -> None:
    body = json.dumps(ENVELOPE | changes).encode()

    with pytest.raises(Unreadable) as unread:
        read(delivery(KIND, body, "text/plain"), KIND)

    assert unread.value.where == where
