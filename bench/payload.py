"""The lead that both services are sent: Google's sample of a lead form, each a new person."""

import json

PATH = "/webhooks/google-ads"

KEY = "invented-shared-key"

_FICTITIOUS = "555"
"""The exchange that no telephone company hands out to people."""

_AREAS = (
    *("201", "202", "203", "205", "206", "207", "208", "209", "210", "212", "213", "214", "215"),
    *("216", "217", "218", "219", "225", "228", "229", "231", "239", "240", "248", "251", "252"),
)

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_SAMPLE = {
    "lead_id": "TeSter-%(id)s",
    "user_column_data": [
        {"column_name": "Full Name", "string_value": "Hannah %(name)s", "column_id": "FULL_NAME"},
        {"column_name": "User Phone", "string_value": "%(phone)s", "column_id": "PHONE_NUMBER"},
        {"column_name": "User Email", "string_value": "%(email)s", "column_id": "EMAIL"},
        {"column_name": "Postal Code", "string_value": "97205", "column_id": "POSTAL_CODE"},
        {"column_name": "City", "string_value": "Portland", "column_id": "CITY"},
        {"column_name": "Region", "string_value": "Oregon", "column_id": "REGION"},
        {"column_name": "Price range", "string_value": "$500k-$650k", "column_id": "PRICE_RANGE"},
        {"column_name": "Bedrooms", "string_value": "3", "column_id": "NUMBER_OF_BEDROOMS"},
        {
            "column_name": "Purchase timeline",
            "string_value": "Within 3 months",
            "column_id": "PURCHASE_TIMELINE",
        },
        {"column_name": "Help goal", "string_value": "Buy", "column_id": "REALTOR_HELP_GOAL"},
    ],
    "api_version": "1.0",
    "form_id": 90000000001,
    "campaign_id": 21000000002,
    "google_key": KEY,
    "is_test": False,
    "gcl_id": "TeSter-gclid-invented",
    "adgroup_id": 15000000003,
    "creative_id": 69000000004,
    "asset_group_id": 0,
    "lead_submit_time": "2026-03-14T20:12:45Z",
}

_TEMPLATE = json.dumps(_SAMPLE)


def email(number: int) -> str:
    """The address of the person who is sent as lead `number`: it is found again in the mail."""
    return f"hannah.{number}@example.com"


def body(number: int) -> bytes:
    """Lead `number`: a name, an address and a telephone number that nobody else has."""
    area, line = divmod(number, 10_000)
    parts = {
        "id": f"invented-{number:08d}",
        "name": _surname(number),
        "phone": f"+1{_AREAS[area % len(_AREAS)]}{_FICTITIOUS}{line:04d}",
        "email": email(number),
    }
    return (_TEMPLATE % parts).encode()


def request(number: int, port: int) -> bytes:
    """The whole HTTP request that delivers it over a connection that is kept."""
    content = body(number)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"User-Agent: Google-Ads-Notification\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _surname(number: int) -> str:
    letters = ""
    for _ in range(5):
        number, digit = divmod(number, 26)
        letters += _LETTERS[digit]
    return f"Whit{letters}"
