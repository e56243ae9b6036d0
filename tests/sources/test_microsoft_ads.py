"""The click of a Microsoft ad is found wherever it stands."""

import json
from typing import Any

import pytest

from app.domain.lead import Inquiry
from tests.sources.examples import delivery, read

KIND = "microsoft-ads"


def told(document: Any, **changes: Any) -> Inquiry:
    body = json.dumps({"Email": "a@example.com"} | document).encode()
    return read(delivery(KIND, body, "application/json"), KIND, **changes).inquiries[0]


@pytest.mark.parametrize(
    "document",
    [
        {"msclkid": "ms-1"},
        {"MSCLKID": "ms-1"},
        {"click": {"msclkid": "ms-1"}},
        {"page": "https://homes.example.com/?msclkid=ms-1"},
        {"fields": [{"name": "msclkid", "value": "ms-1"}]},
    ],
)
def test_the_click_is_part_of_the_campaign(document: Any) -> None:
    assert told(document).campaign.msclkid == "ms-1"


def test_a_mapped_click_counts_before_one_in_an_address() -> None:
    document = {"page": "https://homes.example.com/?msclkid=ms-1", "click": "ms-2"}

    assert told(document, mapping={"msclkid": "click"}).campaign.msclkid == "ms-2"


def test_the_medium_of_the_source_stands_in_where_none_is_told() -> None:
    assert told({}).medium == "ppc"
    assert told({"utm_medium": "cpc"}).medium == "cpc"
