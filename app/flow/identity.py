"""Are these two inquiries the same person's? By keys that only one person has.

The baseline of this market: the same e-mail, or the same phone and the same full name. A
relay address identifies a conversation and not a person, so it is never a key. Keys are
hashed: the table of them is no list of addresses.
"""

from hashlib import sha256

from app.config.document import Config
from app.domain.lead import Inquiry


def person_keys(inquiry: Inquiry, config: Config) -> tuple[str, ...]:
    """The inquiry's keys, the strongest first. None at all: nobody we could recognise."""
    texts = {
        "email": _email(inquiry),
        "phone": _phone(inquiry),
        "phone_and_name": _phone_and_name(inquiry),
    }
    return tuple(
        sha256(f"{by}:{text}".encode()).hexdigest()
        for by in config.identity.same_person
        if (text := texts[by]) is not None
    )


def _email(inquiry: Inquiry) -> str | None:
    if inquiry.email is None or inquiry.email_is_relay:
        return None
    return inquiry.email.casefold()


def _phone(inquiry: Inquiry) -> str | None:
    # `+1 000 000 0000` is typed by many, and is nobody's number.
    is_valid = (inquiry.phone or "").startswith("+") and not inquiry.extra.get("phone_invalid")
    return inquiry.phone if is_valid else None


def _phone_and_name(inquiry: Inquiry) -> str | None:
    phone = _phone(inquiry)
    if phone is None or not inquiry.first_name or not inquiry.last_name:
        return None
    return f"{phone}:{inquiry.first_name.casefold()}:{inquiry.last_name.casefold()}"
