"""What the config may call the parts of an inquiry: left of `fields` and of `mapping`."""

from dataclasses import fields
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator

from app.domain.lead import Campaign, Property

EACH = "each"
"""In a `mapping`: where the list of leads stands, if a body may hold several."""

_OF_THE_INQUIRY = (
    *("full_name", "first_name", "last_name", "email", "phone", "message", "kind", "language"),
    *("medium", "provider_agent", "external_id", "occurred_at", "is_test"),
)
_PROPERTY = tuple(each.name for each in fields(Property))
_CAMPAIGN = tuple(each.name for each in fields(Campaign))
_UTM = {"utm_campaign": "name"} | {
    f"utm_{name}": name for name in ("source", "medium", "name", "term", "content")
}
_CLICKS = ("gclid", "fbclid", "msclkid")

CANONICAL: dict[str, str] = (
    {name: name for name in (*_OF_THE_INQUIRY, *_PROPERTY)}
    | {"name": "full_name"}
    | {f"property.{name}": name for name in _PROPERTY}
    | {f"campaign.{name}": f"campaign.{name}" for name in _CAMPAIGN}
    | {utm: f"campaign.{name}" for utm, name in _UTM.items()}
    | {name: f"campaign.{name}" for name in _CLICKS}
)
"""As the config may write it → as the sources call it: `property.zip` is `zip`."""


def _check_field(name: str) -> str:
    return _known(name, CANONICAL)


def _check_mapped_field(name: str) -> str:
    return _known(name, {**CANONICAL, EACH: EACH})


def _known(name: str, names: dict[str, str]) -> str:
    if name in names:
        return name
    near = get_close_matches(name.lower()[:100], names, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else f"Fields are {', '.join(_SHOWN)}."
    raise ValueError(f"an inquiry has no field of that name. {hint}")


_SHOWN = (
    "name",
    *_OF_THE_INQUIRY[1:],
    *(f"property.{name}" for name in _PROPERTY),
    *(f"campaign.{name}" for name in _CAMPAIGN),
)

OurField = Annotated[str, AfterValidator(_check_field)]
"""A part of an inquiry: `phone`, `property.zip`, `utm_source`."""
MappedField = Annotated[str, AfterValidator(_check_mapped_field)]
"""The same, or `each`."""
