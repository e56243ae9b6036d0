"""Countries by name or code, as two letters (ISO 3166-1): where a number is dialled from."""

from phonenumbers import SUPPORTED_REGIONS

_CODES = {
    "usa": "US", "u s a": "US", "u s": "US", "united states": "US", "america": "US",
    "united states of america": "US", "estados unidos": "US", "can": "CA", "canada": "CA",
    "mex": "MX", "mexico": "MX", "méxico": "MX", "gbr": "GB", "uk": "GB", "u k": "GB",
    "united kingdom": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "irl": "IE", "ireland": "IE", "deu": "DE", "germany": "DE",
    "deutschland": "DE", "fra": "FR", "france": "FR", "esp": "ES", "spain": "ES",
    "españa": "ES", "ita": "IT", "italy": "IT", "italia": "IT", "prt": "PT",
    "portugal": "PT", "nld": "NL", "netherlands": "NL", "the netherlands": "NL",
    "bel": "BE", "belgium": "BE", "che": "CH", "switzerland": "CH", "aut": "AT",
    "austria": "AT", "swe": "SE", "sweden": "SE", "nor": "NO", "norway": "NO", "dnk": "DK",
    "denmark": "DK", "fin": "FI", "finland": "FI", "pol": "PL", "poland": "PL",
    "ukr": "UA", "ukraine": "UA", "rus": "RU", "russia": "RU", "isr": "IL", "israel": "IL",
    "tur": "TR", "turkey": "TR", "türkiye": "TR", "are": "AE", "uae": "AE",
    "united arab emirates": "AE", "sau": "SA", "saudi arabia": "SA", "ind": "IN",
    "india": "IN", "pak": "PK", "pakistan": "PK", "chn": "CN", "china": "CN", "hkg": "HK",
    "hong kong": "HK", "twn": "TW", "taiwan": "TW", "jpn": "JP", "japan": "JP",
    "kor": "KR", "south korea": "KR", "korea": "KR", "vnm": "VN", "vietnam": "VN",
    "phl": "PH", "philippines": "PH", "sgp": "SG", "singapore": "SG", "aus": "AU",
    "australia": "AU", "nzl": "NZ", "new zealand": "NZ", "bra": "BR", "brazil": "BR",
    "brasil": "BR", "arg": "AR", "argentina": "AR", "col": "CO", "colombia": "CO",
    "per": "PE", "peru": "PE", "perú": "PE", "chl": "CL", "chile": "CL", "ven": "VE",
    "venezuela": "VE", "dom": "DO", "dominican republic": "DO", "cub": "CU", "cuba": "CU",
    "hti": "HT", "haiti": "HT", "jam": "JM", "jamaica": "JM", "pri": "PR",
    "puerto rico": "PR", "nga": "NG", "nigeria": "NG", "gha": "GH", "ghana": "GH",
    "zaf": "ZA", "south africa": "ZA", "egy": "EG", "egypt": "EG", "ken": "KE",
    "kenya": "KE", "eth": "ET", "ethiopia": "ET",
}  # fmt: skip


def read_country(text: str) -> str | None:
    """`United Kingdom`, `GBR` and `gb` are `GB`. `None`: no country we know by that name."""
    word = " ".join(text.replace(".", " ").lower().split())
    if word in _CODES:
        return _CODES[word]
    code = word.upper()
    return code if code in SUPPORTED_REGIONS else None
