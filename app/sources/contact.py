"""Name, phone and e-mail of who asks, normalised; and what that left over, for `extra`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.sources.normalise import emails, names, phones, texts
from app.sources.normalise.names import Name
from app.sources.sent import Sent


@dataclass(frozen=True, slots=True)
class Contact:
    first_name: str | None
    last_name: str | None
    email: str | None
    email_is_relay: bool
    phone: str | None
    extra: Mapping[str, Any] = field(default_factory=dict)


def contact_of(sent: Sent, *, region: str) -> Contact:
    """Who asks, and how to reach them. `region` is where a number without a code is."""
    name = name_of(sent)
    in_name = "" if name.is_whole else _name_as_sent(sent)
    phone, about_phone = _phone(sent.phone, in_name, region)
    email, about_email = _email(sent.email, in_name)
    about_name = {} if name.is_whole else {"full_name": in_name}
    return Contact(
        first_name=name.first,
        last_name=name.last,
        email=None if email is None else email.address,
        email_is_relay=email is not None and email.is_relay,
        phone=phone,
        extra={**about_name, **about_phone, **about_email},
    )


def name_of(sent: Sent) -> Name:
    if sent.first_name or sent.last_name or not sent.full_name:
        return names.from_parts(sent.first_name, sent.last_name)
    return names.from_full(sent.full_name)


def _name_as_sent(sent: Sent) -> str:
    if sent.first_name or sent.last_name:
        return " ".join(filter(None, (sent.first_name, sent.last_name)))
    return sent.full_name or ""


def _phone(text: str | None, in_name: str, region: str) -> tuple[str | None, Mapping[str, Any]]:
    if text is None or texts.is_no_answer(text):
        found = phones.read_phone(in_name, region=region) if in_name else None
        return (found.number, _about(found)) if found and found.is_valid else (None, {})
    phone = phones.read_phone(text, region=region)
    if phone.is_valid and phone.is_whole:
        return phone.number, _about(phone)
    kept = {} if phone.number == text else {"phone_as_sent": text}
    flag = {} if phone.is_valid else {"phone_invalid": True}
    return phone.number, {**_about(phone), **flag, **kept}


def _about(phone: phones.Phone) -> dict[str, Any]:
    zones = list(phone.zones)
    about = {
        "phone_extension": phone.extension,
        "phone_type": phone.kind,
        "phone_zone": zones[0] if len(zones) == 1 else zones,
    }
    return {name: value for name, value in about.items() if value}


def _email(text: str | None, in_name: str) -> tuple[emails.Email | None, Mapping[str, Any]]:
    if text is None or texts.is_no_answer(text):
        return (emails.read_email(in_name) if "@" in in_name else None), {}
    email = emails.read_email(text)
    if email is None or emails.reaches_nobody(email.address):
        return None, {"email_invalid": True, "email_as_sent": text}
    is_all = email.address.casefold() == text.casefold()
    return email, {} if is_all else {"email_as_sent": text}
