"""Every kind of source there is. A new one is a file beside this and a line here."""

from typing import Any

from app.domain.registry import by_name
from app.sources import google_ads, realtor_com, web_form, zillow_tech_connect
from app.sources.base import SourceKind

SOURCES: dict[str, SourceKind[Any]] = by_name(
    (
        zillow_tech_connect.SOURCE,
        realtor_com.SOURCE,
        google_ads.SOURCE,
        web_form.SOURCE,
    ),
    name=lambda source: source.kind,
)
