"""What we tell our own people: a new lead, a reminder, an escalation.

Read on a locked phone between two appointments, so the first words say who asks about
what. Plain ASCII punctuation keeps an English text in the GSM alphabet: a curly quote
would cut the characters in one SMS from 160 to 70.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.sending import plain


@dataclass(frozen=True, slots=True)
class AboutLead:
    """What is known of a lead when somebody must be told. Every field may be missing."""

    name: str | None = None
    wants: str | None = None
    """What kind of lead: "buyer", "seller", …"""
    asks_about: str | None = None
    """The home's address, or whatever names it."""
    price: int | None = None
    source: str | None = None
    message: str | None = None
    phone: str | None = None
    email: str | None = None
    due_at: datetime | None = None
    """By when an answer is due, in the reader's own time zone."""
    waiting: timedelta | None = None
    """How long the person has waited by now."""
    owner: str | None = None
    """The name of who should answer. `None`: nobody yet."""
    link: str | None = None


def owner_alert(about: AboutLead) -> tuple[str, str]:
    """Subject and text for the owner of a lead that just came in."""
    return f"New lead: {_headline(about)}", _text(about, f"{_asks(about)} {_due(about)}")


def reminder(about: AboutLead) -> tuple[str, str]:
    """Subject and text for the owner who has not answered yet."""
    since = _since(about)
    waits = f"has been waiting{since}" if since else "is still waiting"
    opening = f"{_who(about)} {waits}. {_due(about)}"
    return f"Still waiting: {_headline(about)}", _text(about, opening, _asks(about))


def escalation(about: AboutLead) -> tuple[str, str]:
    """Subject and text for the manager of an owner who did not answer in time."""
    owner = _field(about.owner, 60)
    silent = f"{owner} has not answered" if owner else "Nobody has answered"
    opening = f"{silent} {_who(about)}{_since(about)}. {_due(about)}"
    return f"Not answered: {_headline(about)}", _text(about, opening, _asks(about))


def _text(about: AboutLead, *opening: str) -> str:
    """The opening lines, then what the person wrote and how to reach them."""
    parts = (
        *opening,
        _quoted(about),
        _labelled("Call", _field(about.phone, 40)),
        _labelled("Mail", _field(about.email, 120)),
        _field(about.link, 300),
    )
    return "\n".join(part.strip() for part in parts if part)


def _headline(about: AboutLead) -> str:
    what = _field(about.asks_about, 60) or _field(about.wants, 30)
    return ", ".join(part for part in (_who(about), what) if part)


def _who(about: AboutLead) -> str:
    return _field(about.name, 60) or "Somebody"


def _asks(about: AboutLead) -> str:
    what = _field(about.asks_about, 100)
    price = f"{about.price:,}" if about.price is not None else ""
    details = ", ".join(part for part in (_field(about.wants, 30), price) if part)
    source = _field(about.source, 40)
    return "".join(
        (
            f"{_who(about)} asks about {what}" if what else f"{_who(about)} asks",
            f" ({details})" if details else "",
            f", from {source}" if source else "",
            ".",
        )
    )


def _due(about: AboutLead) -> str:
    return f"Answer by {about.due_at:%a %H:%M}." if about.due_at is not None else ""


def _since(about: AboutLead) -> str:
    minutes = int(about.waiting.total_seconds() // 60) if about.waiting is not None else 0
    if minutes < 1:
        return ""
    if minutes < 120:
        return f" for {minutes} min"
    return f" for {minutes // 60} h" if minutes < 48 * 60 else f" for {minutes // 1440} days"


def _quoted(about: AboutLead) -> str:
    message = _field(about.message, 200)
    return f'"{message}"' if message else ""


def _labelled(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""


def _field(value: str | None, at_most: int) -> str:
    return plain.one_line(value or "", at_most=at_most)
