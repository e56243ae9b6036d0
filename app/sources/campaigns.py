"""What brought a person to a form: UTM parameters and click ids, in fields or in a URL."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.domain.lead import Campaign
from app.sources.fields import Fields, leaf
from app.sources.normalise import texts

_OURS = {
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "name",
    "utm_term": "term",
    "utm_content": "content",
    "gclid": "gclid",
    "fbclid": "fbclid",
    "msclkid": "msclkid",
}
_OTHERS = frozenset({"utm_id", "gbraid", "wbraid", "ttclid", "li_fat_id"})
"""Known, but without a canonical place: kept in `extra` where only a URL has them."""

_LONGEST_URL = 4_000


def read_campaign(fields: Fields) -> tuple[Campaign, Mapping[str, Any]]:
    """The campaign, and what else was found in URLs. A field of the form beats a URL."""
    in_urls = _in_urls(fields)
    told = {name: text for name, text in in_urls.items() if name in _OURS}
    for name in fields:
        parameter = leaf(name).lower()
        text = fields.line(name) if parameter in _OURS else None
        if text is not None:
            told[parameter] = text
    campaign = Campaign(**{_OURS[name]: text for name, text in told.items()})
    return campaign, {name: text for name, text in in_urls.items() if name in _OTHERS}


def _in_urls(fields: Fields) -> dict[str, str]:
    """Parameters of every URL in the form: the page's address goes by many names."""
    found: dict[str, str] = {}
    for name in fields:
        url = fields.look(name)
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            found |= {key: text for key, text in _parameters(url).items() if key not in found}
    return found


def _parameters(url: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(urlsplit(url[:_LONGEST_URL]).query, max_num_fields=100)
    except ValueError:
        return {}
    known = ((name.lower(), texts.line(value)) for name, value in pairs)
    return {name: text for name, text in known if text and (name in _OURS or name in _OTHERS)}
