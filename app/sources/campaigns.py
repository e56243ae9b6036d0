"""What brought a person to a form: UTM parameters and click ids, in fields or in a URL."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.domain.lead import Campaign
from app.sources.answers import Answer
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
_OTHERS = frozenset(
    {
        *("utm_id", "utm_source_platform", "utm_creative_format", "utm_marketing_tactic"),
        *("gbraid", "wbraid", "dclid", "ttclid", "li_fat_id", "twclid", "rdt_cid", "epik"),
        *("yclid", "sccid"),
    }
)
"""Known, but without a canonical place: kept in `extra` where only a URL has them."""

_BY_KEY = {name.replace("_", ""): name for name in _OURS}
_NOT_A_LETTER = re.compile(r"[\W_]+")
_PAGES = re.compile(r"(?:page|landing|source|form|current|referr?er)(?:page)?ur[li]$|^referr?er$")
"""Where a provider says which page the person was on. Its other URLs are its own."""

_UNFILLED = ("{", "%%", "[", "<")
"""An advertisement whose placeholder was never replaced."""

_LONGEST_NAME = 200
_LONGEST_URL = 4_000


def read_campaign(fields: Fields) -> tuple[Campaign, Mapping[str, Any]]:
    """The campaign, and what else was found in URLs. A field of the form beats a URL."""
    in_urls = _in_urls(fields)
    told = {name: text for name, text in in_urls.items() if name in _OURS}
    for name in fields:
        parameter = _parameter(leaf(name)[:_LONGEST_NAME])
        text = texts.line(fields.look(name)) if parameter else None
        if parameter and text is not None and not text.startswith(_UNFILLED):
            fields.drop(name)
            told[parameter] = text
    campaign = Campaign(**{_OURS[name]: text for name, text in told.items()})
    return campaign, {name: text for name, text in in_urls.items() if name in _OTHERS}


def with_answers(campaign: Campaign, answers: tuple[Answer, ...]) -> Campaign:
    """Add what a provider sends along of the page's parameters; they stay in `extra`, too."""
    told: dict[str, str] = {}
    for answer in answers:
        if parameter := _BY_KEY.get(answer.key):
            text = texts.line(answer.value)
            if text is not None and not text.startswith(_UNFILLED):
                told.setdefault(parameter, text)
        elif _is_page(answer.key) and isinstance(answer.value, str):
            for name, text in _parameters(answer.value).items():
                told.setdefault(name, text)
    new = {
        _OURS[name]: text
        for name, text in told.items()
        if name in _OURS and getattr(campaign, _OURS[name]) is None
    }
    return replace(campaign, **new) if new else campaign


def _in_urls(fields: Fields) -> dict[str, str]:
    """Parameters of every URL in the form: the page's address goes by many names."""
    found: dict[str, str] = {}
    for name in fields:
        url = fields.look(name)
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            found |= {key: text for key, text in _parameters(url).items() if key not in found}
    return found


def _parameters(url: str) -> dict[str, str]:
    """Those of the query, and those that single-page sites put behind the `#`."""
    try:
        parts = urlsplit(url[:_LONGEST_URL])
        behind = parts.fragment.rpartition("?")[2]
        pairs = parse_qsl(f"{parts.query}&{behind}", max_num_fields=100)
    except ValueError:
        return {}
    known = ((name.lower(), texts.line(value)) for name, value in pairs)
    return {
        name: text
        for name, text in known
        if text and (name in _OURS or name in _OTHERS) and not text.startswith(_UNFILLED)
    }


@lru_cache(maxsize=1024)
def _parameter(name: str) -> str | None:
    """`utm_source`, `UTM Source` and `utmSource` are one."""
    return _BY_KEY.get(_NOT_A_LETTER.sub("", name).lower())


def _is_page(key: str) -> bool:
    return _PAGES.search(key) is not None


def is_about(key: str) -> bool:
    """Whether a field holds a parameter of a campaign, or the page's address."""
    return key in _BY_KEY or _is_page(key)
