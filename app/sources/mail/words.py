"""Which text of a mail is read, and which part of it its sender wrote."""

import re

from app.sources.bodies.mail import Mail
from app.sources.mail.html import CONTINUED, lines_of
from app.sources.mail.labels import read_labels

_QUOTED_BELOW = re.compile(
    r"^(?:(?:On|Am|El|Le|Em) .{1,300}"
    r"(?:wrote|schrieb.{0,100}|escribi\u00f3|\u00e9crit|escreveu)\s?:"
    r"|-{2,} ?(?:Original Message|Urspr\u00fcngliche Nachricht|Mensaje original) ?-*"
    r"|_{10,})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_LONGEST = 200_000


def text_of(mail: Mail) -> str:
    """The text; that of the HTML part, if there is no other or more of it can be told apart."""
    text = mail.text.replace("\r\n", "\n").replace("\r", "\n")
    if not mail.html.strip():
        return text
    page = lines_of(mail.html)
    if not text.strip():
        return page
    return page if len(read_labels(page).members) > len(read_labels(text).members) else text


def own_words(text: str) -> str:
    """What its sender wrote, without their signature and what they quote."""
    own = text[:_LONGEST].replace(CONTINUED, "")
    for end in (_QUOTED_BELOW.search(own), _SIGNATURE.search(own)):
        if end is not None and own[: end.start()].strip():
            own = own[: end.start()]
    lines = own.split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith(">")):
        lines.pop()
    return "\n".join(lines).strip()
