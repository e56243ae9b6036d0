"""The home asked about, its parts in order; and what that left over, for `extra`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.lead import Property
from app.sources.normalise import addresses, texts
from app.sources.normalise.states import read_state

_TEXTS = ("address", "city", "state", "zip", "mls", "url")


def home_of(home: Property) -> tuple[Property, Mapping[str, Any]]:
    """A whole address in one line is taken apart, states and zip codes get their one form."""
    if blank := _blank(home):
        home = replace(home, **dict.fromkeys(blank))
    if home.address and not (home.city or home.state or home.zip):
        return _split(home, home.address)
    state = home.state and read_state(home.state)
    code = home.zip and addresses.read_zip(home.zip, state=state)
    extra = {} if code == home.zip else {"zip_as_sent": home.zip}
    if (state, code) == (home.state, home.zip):
        return home, extra
    return replace(home, state=state, zip=code), extra


def _blank(home: Property) -> list[str]:
    """Parts that say they are none: `N/A` is no city."""
    said = ((name, getattr(home, name)) for name in _TEXTS)
    return [name for name, text in said if text is not None and texts.is_no_answer(text)]


def _split(home: Property, line: str) -> tuple[Property, Mapping[str, Any]]:
    place = addresses.split(line)
    if place is None:
        return home, {}
    kept = {} if place.address == line else {"address_as_sent": line}
    return replace(home, **place._asdict()), kept
