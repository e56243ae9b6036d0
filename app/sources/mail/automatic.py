"""Mails that machines send about nobody's wish: bounces, absence notes, newsletters.

Signs: RFC 3834 (`Auto-Submitted`), RFC 3464 (reports), and what mail programs add.
"""

import re

from app.sources.bodies.mail import Mail
from app.sources.mail.rules import is_answer

_ABSENT = re.compile(
    r"\s*(?:(?:re|aw|fwd?):\s*)?(?:out of (?:the )?office|automatic reply|auto[- ]?reply"
    r"|auto(?:matic|mated)?[- ]?response|away from (?:my|the) (?:office|desk)|on vacation"
    r"|abwesenheit|abwesend|automatische antwort|ich bin (?:nicht im b\u00fcro|im urlaub)"
    r"|respuesta autom\u00e1tica|fuera de (?:la )?oficina|absence du bureau"
    r"|r\u00e9ponse automatique|resposta autom\u00e1tica)",
    re.IGNORECASE,
)
_UNDELIVERED = re.compile(
    r"\s*(?:undeliver(?:able|ed)|delivery status notification|mail delivery (?:failed|failure)"
    r"|returned mail|failure notice|delivery has failed|nicht zustellbar|unzustellbar)",
    re.IGNORECASE,
)
_POSTMASTERS = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_TO_MANY = frozenset({"bulk", "junk", "list"})


def bounce(mail: Mail) -> str | None:
    """Why this is a report on another mail; `None`: it is not."""
    kind = (mail.header("content-type") or "").lower()
    if kind.startswith("multipart/report"):
        return "a mail server's report about another mail"
    sender = mail.sender.plain.partition("@")[0] if mail.sender else ""
    if sender in _POSTMASTERS or (mail.envelope_sender == "" and _UNDELIVERED.match(mail.subject)):
        return "a mail server's report about another mail"
    return None


def answer(mail: Mail) -> str | None:
    """Why this is a machine's answer to a mail of ours; `None`: it is not."""
    submitted = _first_word(mail.header("auto-submitted"))
    answers = (
        submitted == "auto-replied",
        mail.header("x-autoreply") is not None,
        mail.header("x-autorespond") is not None,
        _first_word(mail.header("precedence")) == "auto_reply",
        _ABSENT.match(mail.subject) is not None,
        mail.envelope_sender == "" and is_answer(mail.subject),
    )
    return "an automatic reply, such as an absence note" if any(answers) else None


def circular(mail: Mail) -> str | None:
    """Why this went to many, or was made by a machine; forms' notes about people do so, too."""
    submitted = _first_word(mail.header("auto-submitted"))
    if submitted not in {"", "no"}:
        return "a machine's mail that names nobody who asks"
    if _first_word(mail.header("precedence")) in _TO_MANY or mail.header("list-id"):
        return "a newsletter or a mail to a list, and nobody who asks in it"
    return None


def _first_word(value: str | None) -> str:
    return (value or "").partition(";")[0].strip().lower()
