"""Text in the encodings that mails are written in."""

import codecs
import re

_FAMILIES = re.compile(
    r"utf-?8(?:-sig)?|utf-?16(?:[bl]e)?|us-ascii|ascii|iso-?8859-?[0-9]{1,2}|latin-?[0-9]{1,2}"
    r"|(?:windows-?|cp)(?:125[0-8]|874|437|850|932|949|936|950)|koi8-?[ru]|mac-?roman"
    r"|gb2312|gbk|gb18030|big5(?:-?hkscs)?|shift[_-]?jis|sjis|euc-(?:jp|kr)|iso-2022-jp|ks_c_5601-1987"
)
"""The encodings of living mails. The rest is not asked for: Python also takes the names of
codecs that are no encodings, and some of them take hours."""

_SEEN_AS = {"us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "cp1252", "latin-1": "cp1252"}
"""What says it is ASCII or Latin-1 often holds more than that."""


def text_in(content: bytes, charset: str | None) -> str:
    """The text, in the encoding it claims, or in the likeliest one. Never raises."""
    name = (charset or "utf-8").strip().strip("\"'").lower()
    name = _SEEN_AS.get(name, name) if _FAMILIES.fullmatch(name) else "utf-8"
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode(name)
    except (UnicodeDecodeError, LookupError):
        return _guessed(content)


def _guessed(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
