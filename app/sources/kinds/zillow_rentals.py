"""Rental leads by Zillow's Rentals Lead API, posted as a form.

https://www.zillowgroup.com/developers/api/rentals/lead-api/; the names of fields are those
on which three receivers agree, and Zillow may add new ones. It does not sign, but adds a
header of our choice on request. A lead has no id: the same bytes within a day are the same
asking, and who asks about two homes has asked twice. Whether it retries, what it takes for
success, and its time limit are not documented.

What tells of a household, its means and its way of life is kept together under
`extra.sensitive`. In housing it must not decide who is answered, or how fast: a condition on
`extra.…` cannot reach into it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.config.sources import UnsignedSource
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Kind, Property
from app.sources import compose
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.bodies.json import read_json
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.states import read_state
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH
from app.sources.sent import Sent

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SENSITIVE_WORDS = (
    "credit income employment employer employed job smoker smoking smokes occupant occupants"
    " pet pets children child kids age disability disabilities marital eviction evictions criminal"
    " bankruptcy voucher vouchers benefits reason"
)
_SENSITIVE = frozenset(_SENSITIVE_WORDS.split())
"""Words in the names of fields, those that Zillow may yet add included."""


def parse(webhook: Webhook, settings: UnsignedSource, now: datetime) -> Reading:
    del now  # Zillow does not say when the person asked.
    members, identity = read_any_form(webhook)
    fields = Fields({name: _decoded(value) for name, value in members.items()})
    message = fields.paragraphs("message", "introduction")
    sent = Sent(
        identity,
        full_name=fields.line("name"),
        email=fields.line("email"),
        phone=fields.line("phone"),
        message=message,
        kind=Kind.RENTER,
        property=_home(fields),
        provider_agent=fields.line("listingContactEmail"),
        extra=_kept(fields),
    )
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


def _decoded(value: Any) -> Any:
    """Lists and objects come as the text of their JSON; a text that is none stays one."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return read_json(value.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return value


def _home(fields: Fields) -> Property:
    street, unit = fields.line("listingStreet"), fields.line("listingUnit")
    state = fields.line("listingState")
    return Property(
        address=" ".join(each for each in (street, unit) if each) or None,
        city=fields.line("listingCity"),
        state=state and read_state(state),
        zip=fields.line("listingPostalCode"),
    )


def _kept(fields: Fields) -> dict[str, Any]:
    """All that is left, the sensitive apart, and the day of moving in a form of its own."""
    left = fields.left()
    sensitive = {name: value for name, value in left.items() if _is_sensitive(name)}
    kept = {name: value for name, value in left.items() if name not in sensitive}
    if (day := _moving_date(fields)) is not None:
        kept["moving_date"] = day
    return {**kept, "sensitive": sensitive} if sensitive else kept


def _is_sensitive(name: str) -> bool:
    return not _SENSITIVE.isdisjoint(_words(name))


def _words(name: str) -> Iterator[str]:
    return (each.lower() for each in _WORD.findall(name[:200]))


def _moving_date(fields: Fields) -> str | None:
    """`2026-05-01`, from `20260501` or a date-time; both stay as they were sent, too."""
    for name in ("movingDate", "moveInDate"):
        text = (texts.line(fields.look(name)) or "")[:10]
        try:
            return datetime.fromisoformat(text).date().isoformat()
        except ValueError:
            continue
    return None


ABOUT = About(
    title="Zillow Rentals",
    format="urlencoded, with the names of Zillow's Rentals Lead API.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="Write to rentalfeeds@zillow.com: leads are to be posted to {url}, with the header"
    " X-Webhook-Secret set to the value of secret, or else to {url}/SECRET. Map agents by"
    " `external_ids: {zillow-rentals: the contact address of their listings}`.",
    config="{kind: zillow-rentals, secret: '${ZILLOW_RENTALS_SECRET}', medium: portal}",
    reference="https://www.zillowgroup.com/developers/api/rentals/lead-api/",
)
SOURCE: SourceKind[UnsignedSource] = SourceKind(
    kind="zillow-rentals", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
