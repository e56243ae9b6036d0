"""TikTok's body is not known: whatever comes is read by the config's paths."""

from datetime import UTC, datetime

from app.domain.delivery import Webhook
from app.domain.lead import Campaign
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "tiktok"


def test_names_and_values_are_found_by_a_filter() -> None:
    inquiry = read(named(KIND, "complete"), KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.phone) == ("Nia", "+19195550171")
    assert inquiry.campaign == Campaign(name="First homes")
    assert inquiry.occurred_at == datetime(2026, 3, 14, 20, 12, tzinfo=UTC)


def test_another_mapping_reads_another_body() -> None:
    body = b'{"data": {"answers": {"Best e-mail": "a@example.com"}}}'
    webhook = delivery(KIND, body, "application/json")

    inquiry = read(webhook, KIND, mapping={"email": "data.answers['Best e-mail']"}).inquiries[0]

    assert inquiry.email == "a@example.com"


def test_an_aggregator_that_cannot_sign_proves_itself_by_a_secret() -> None:
    given = type(settings(KIND)).model_validate({"kind": KIND, "secret": SECRET})

    SOURCES[KIND].authenticate(
        Webhook("here", b"{}", path_secret=SECRET), given, now=NOW, certificates={}
    )
