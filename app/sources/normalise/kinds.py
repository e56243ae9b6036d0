"""What a person wants, from the words that forms and portals use for it."""

import re

from app.domain.lead import Kind

_WORDS = re.compile(
    r"\b(?:"
    r"(?P<mortgage>mortgage|loan|refinanc\w*|pre-?approv\w*|lender)"
    r"|(?P<seller>sell|seller|sellers|selling|listing|valuation|home value|worth)"
    r"|(?P<renter>rent|renter|renters|renting|rental|rentals|lease|leasing|tenant)"
    r"|(?P<buyer>buy|buyer|buyers|buying|purchase|purchasing|compra\w*)"
    r")\b",
    re.IGNORECASE,
)
_LONGEST = 200


def read_kind(text: str | None) -> Kind:
    """The first thing named that we have a word for: `Buyer and Seller` is a buyer."""
    found = _WORDS.search((text or "")[:_LONGEST].replace("_", " "))
    return Kind(found.lastgroup) if found and found.lastgroup else Kind.UNKNOWN
