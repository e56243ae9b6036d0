"""States of the United States as two letters: how licences and quiet hours name them."""

_CODES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA",
    "colorado": "CO", "connecticut": "CT", "delaware": "DE", "district of columbia": "DC",
    "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA",
    "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI",
    "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT",
    "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ",
    "new mexico": "NM", "new york": "NY", "north carolina": "NC", "north dakota": "ND",
    "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA",
    "puerto rico": "PR", "rhode island": "RI", "south carolina": "SC",
    "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI",
    "wyoming": "WY",
}  # fmt: skip
_KNOWN = frozenset(_CODES.values())
_LONGEST = 60


def read_state(text: str) -> str:
    """`Oregon`, `US-OR` and `or` are `OR`; what is no such state stays as it is."""
    code = code_of(text)
    if code:
        return code
    word = text.strip()
    return word.upper() if len(word) == 2 and word.isalpha() else word[:_LONGEST]


def code_of(text: str) -> str | None:
    """The code of a state, by its name or its code."""
    word = " ".join(text.lower().replace(".", "").split()).removeprefix("us-")
    if word in _CODES:
        return _CODES[word]
    return word.upper() if word.upper() in _KNOWN else None
