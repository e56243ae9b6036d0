"""What WPForms signs in form encoding cannot be checked: JSON can, or a secret in the path."""

from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.domain.lead import Kind
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "wpforms"
URLENCODED = "application/x-www-form-urlencoded"
SIGNED_FORM = {
    "content-type": URLENCODED,
    "x-wpforms-webhook-id": "3",
    "x-wpforms-webhook-signature": f"t={int(NOW.timestamp())},v={'0' * 64}",
}
FORM = urlencode({"email": "a@example.com", "interest": "Sell||Buy"}).encode()


BOTH = settings(KIND).model_copy(update={"secret": SecretStr(SECRET)})


def authenticate(webhook: Webhook, given: Any) -> None:
    SOURCES[KIND].authenticate(webhook, given, now=NOW, certificates={})


def test_a_signed_form_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadCredentials) as refused:
        authenticate(Webhook("here", FORM, headers=SIGNED_FORM), settings(KIND))

    assert refused.value.why == (
        "what WPForms signs in form encoding cannot be checked: choose JSON as request format"
    )


def test_a_signed_form_is_believed_for_the_secret_in_its_path_alone() -> None:
    authenticate(Webhook("here", FORM, SIGNED_FORM, path_secret=SECRET), BOTH)

    with pytest.raises(BadCredentials, match="the secret is wrong"):
        authenticate(Webhook("here", FORM, SIGNED_FORM, path_secret="guess"), BOTH)
    with pytest.raises(BadCredentials, match="the secret is missing"):
        authenticate(Webhook("here", FORM, SIGNED_FORM), BOTH)


def test_json_with_a_wrong_signature_is_refused_whatever_its_path_says() -> None:
    headers = SIGNED_FORM | {"content-type": "application/json"}

    with pytest.raises(BadCredentials, match="is wrong"):
        authenticate(Webhook("here", b"{}", headers, path_secret=SECRET), BOTH)


def test_a_test_of_ours_is_signed_in_the_way_that_can_be_checked() -> None:
    for content_type, body in ((URLENCODED, FORM), ("application/json", b"{}")):
        unsigned = Webhook("here", body, {"content-type": content_type})
        signed = SOURCES[KIND].sign(unsigned, BOTH, now=NOW)

        authenticate(signed, BOTH)


def test_a_form_reads_like_json() -> None:
    inquiry = read(delivery(KIND, FORM, URLENCODED), KIND).inquiries[0]

    assert (inquiry.email, inquiry.kind) == ("a@example.com", Kind.SELLER)
    assert inquiry.extra == {"interest": ["Sell", "Buy"]}


def test_the_id_of_the_settings_is_no_id_of_a_lead() -> None:
    first, other = (
        read(
            delivery(KIND, body, "application/json", **{"x-wpforms-webhook-id": "3"}), KIND
        ).inquiries[0]
        for body in (b'{"email": "a@example.com"}', b'{"email": "b@example.com"}')
    )

    assert first.dedupe_key != other.dedupe_key


def test_a_message_of_several_lines_is_no_list() -> None:
    inquiry = read(named(KIND, "odd"), KIND).inquiries[0]

    assert inquiry.message == "Line one\nLine two || three"
