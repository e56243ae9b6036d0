"""What we tell our own people: a new lead, a reminder, an escalation.

Read on a locked phone between two appointments, so the first words say who asks about
what. Plain ASCII punctuation keeps an English text in the GSM alphabet: a curly quote
would cut the characters in one SMS from 160 to 70.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.message import NoticeCause
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
    held: bool = False
    """Only an id came, and what it says could not be fetched yet."""
    offered_until: datetime | None = None
    """Until when it may be claimed, in the reader's own time zone."""


def owner_alert(about: AboutLead) -> tuple[str, str]:
    """Subject and text for the owner of a lead that just came in."""
    if about.held:
        return _not_fetched("New lead", about)
    return f"New lead: {_headline(about)}", _text(about, f"{_asks(about)} {_due(about)}")


def offer(about: AboutLead) -> tuple[str, str]:
    """Subject and text for somebody who may claim a lead that just came in.

    Without a number or an address: several are asked at once, and one is to call.
    """
    until = about.offered_until
    on_offer = "" if until is None else f" On offer until {until:%H:%M:%S}."
    return f"Claim it: {_headline(about)}", _text(
        replace(about, phone=None, email=None),
        f"{_asks(about)} {_due(about)}",
        f"The first to claim it has it, and sees whom to call.{on_offer}",
    )


def reminder(about: AboutLead) -> tuple[str, str]:
    """Subject and text for the owner who has not answered yet."""
    if about.held:
        return _not_fetched("Still waiting", about)
    since = _since(about)
    waits = f"has been waiting{since}" if since else "is still waiting"
    opening = f"{_who(about)} {waits}. {_due(about)}"
    return f"Still waiting: {_headline(about)}", _text(about, opening, _asks(about))


def escalation(about: AboutLead) -> tuple[str, str]:
    """Subject and text for the manager of an owner who did not answer in time."""
    if about.held:
        return _not_fetched("Not fetched", about)
    owner = _field(about.owner, 60)
    silent = f"{owner} has not answered" if owner else "Nobody has answered"
    opening = f"{silent} {_who(about)}{_since(about)}. {_due(about)}"
    return f"Not answered: {_headline(about)}", _text(about, opening, _asks(about))


def notice(about: AboutLead, cause: NoticeCause) -> tuple[str, str]:
    """Subject and text for somebody who had a lead, was offered it, or looks after it.

    Whoever has it no more is told no more of the person than their name.
    """
    has_it = _field(about.owner, 60)
    to_whom = f"and {has_it} has it now" if has_it else "and nobody has it yet"
    link = _field(about.link, 300)
    match cause:
        case NoticeCause.TAKEN:
            who = has_it or "Somebody else"
            return f"Taken: {_headline(about)}", _lines(
                f"{who} has taken this lead. There is nothing left for you to do.", link
            )
        case NoticeCause.MISSED:
            why = f"The time to answer {_who(about)} ran out, {to_whom}."
        case NoticeCause.OFF_DUTY:
            why = f"You went off duty before you had answered {_who(about)}, {to_whom}."
        case NoticeCause.UNASSIGNED:
            why = f"This lead was taken off you, {to_whom}."
        case NoticeCause.NOBODY_ELSE:
            opening = f"The owner of this lead gave it back, {to_whom}."
            again = "Please assign it, unless it can wait until somebody is there."
            waits = f"{_who(about)} has been waiting{_since(about)}." if _since(about) else ""
            return f"Nobody has it: {_headline(about)}", _text(
                about, opening, again, waits, _due(about), _asks(about)
            )
    return f"Passed on: {_headline(about)}", _lines(
        why, "There is nothing left for you to do.", link
    )


def _not_fetched(opening: str, about: AboutLead) -> tuple[str, str]:
    """A lead of which only an id came: who it is, nobody here knows."""
    source = _field(about.source, 64) or "its source"
    waits = f"Somebody has been waiting{_since(about)}" if _since(about) else "Somebody waits"
    return f"{opening}: a lead from {source}", _text(
        about,
        f"A lead from {source} came as an id only, and could not be fetched from there yet.",
        f"{waits}, and nobody here knows who. {_due(about)}",
        f"Look it up at {source} itself; its messages say what stands in the way.",
    )


def refused(source: str, why: str, count: int) -> tuple[str, str]:
    """Subject and text when deliveries of a source do not prove themselves."""
    name = _field(source, 64)
    happened = (
        f"A delivery to {name} was refused (401)"
        if count == 1
        else f"{count} deliveries to {name} were refused (401), the last one"
    )
    return f"Refused: {name}", _lines(
        f"{happened}: {_field(why, 200)}.",
        "A provider gives up after a 401: compare the secret in the config with the one typed "
        "at the provider.",
        "Others of this hour raise no alert of their own: see GET /v1/sources.",
    )


def quarantined(source: str, why: str, delivery_id: str) -> tuple[str, str]:
    """Subject and text when a delivery of a source could not be read."""
    name = _field(source, 64)
    return f"Unreadable: {name}", _lines(
        f"A delivery to {name} could not be read: {_field(why, 200)}.",
        f"It is kept whole as {_field(delivery_id, 40)}: it may be a lead that nobody answers.",
        "Once the config fits, POST /v1/deliveries/replay reads it again.",
        "Others of this hour raise no alert of their own: "
        f"see GET /v1/deliveries?status=quarantined&source={name}.",
    )


def silent(source: str, last_at: datetime, expected: float) -> tuple[str, str]:
    """Subject and text when a source brings nothing. `last_at` is in the reader's zone."""
    name = _field(source, 64)
    return f"Silent: {name}", _lines(
        f"No lead from {name} since {last_at:%a %d %b %H:%M}. By its pattern of the weeks before, "
        f"about {expected:.0f} would have come.",
        "Look whether the provider still delivers, and to the right address: see GET /v1/sources.",
    )


def _lines(*lines: str) -> str:
    return "\n".join(lines)


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
