"""How a provider is asked for a lead of which it told us no more than the id."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from app.sources.base import CannotAsk, Question


def question(
    base: str | None,
    path: str,
    lead_id: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> Question:
    """GET `base`/`path`/`lead_id`. Raises `CannotAsk` where the config names no `base`."""
    if base is None:
        raise CannotAsk("set the address to fetch leads from: they wait")
    place = "/".join(part for part in (base.rstrip("/"), path, _segment(lead_id)) if part)
    # Commas and brackets are the providers' own way to list the fields they should give.
    return Question(f"{place}?{urlencode(query, safe=',:()')}", headers)


def bearer(token: SecretStr | None, key: str) -> dict[str, str]:
    """The token as a header. Raises `CannotAsk` where the config's `key` is not set."""
    if token is None:
        raise CannotAsk(f"set {key}: until then its leads wait")
    return {"authorization": f"Bearer {token.get_secret_value()}"}


def _segment(text: str) -> str:
    """One segment of a path. Two dots would lead out of it."""
    return quote(text, safe="").replace(".", "%2E")
