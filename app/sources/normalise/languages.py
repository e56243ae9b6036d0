"""Languages, by name or by code, as two-letter codes (ISO 639-1)."""

import re

_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4}){0,2}", re.IGNORECASE)

_NAMES = {
    "english": "en",
    "spanish": "es",
    "español": "es",
    "espanol": "es",
    "castellano": "es",
    "french": "fr",
    "français": "fr",
    "francais": "fr",
    "german": "de",
    "deutsch": "de",
    "portuguese": "pt",
    "português": "pt",
    "portugues": "pt",
    "italian": "it",
    "italiano": "it",
    "russian": "ru",
    "русский": "ru",
    "chinese": "zh",
    "mandarin": "zh",
    "cantonese": "zh",
    "中文": "zh",
    "korean": "ko",
    "한국어": "ko",
    "japanese": "ja",
    "日本語": "ja",
    "vietnamese": "vi",
    "tiếng việt": "vi",
    "tagalog": "tl",
    "hindi": "hi",
    "arabic": "ar",
    "haitian creole": "ht",
    "kreyòl ayisyen": "ht",
}


def read_language(text: str) -> str | None:
    """`Español`, `es` and `es-MX` are `es`. `None`: no language we know by that name."""
    word = text.strip().lower()
    if code := _CODE.fullmatch(word):
        return code[1]
    return _NAMES.get(word)
