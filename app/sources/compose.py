"""From what was sent to a canonical inquiry: the same for every provider."""

from collections.abc import Mapping
from typing import Any

from app.config.sources import SourceBase
from app.domain.delivery import Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry
from app.sources import limits
from app.sources.normalise import emails, names, phones
from app.sources.normalise.languages import read_language
from app.sources.overrides import configured
from app.sources.sent import Sent


def from_provider(sent: Sent, webhook: Webhook, settings: SourceBase) -> Inquiry:
    """Apply the source's settings, then normalise. Raises `Unreadable`: see `inquiry`."""
    return inquiry(configured(sent, settings), webhook.source, medium=settings.medium)


def inquiry(sent: Sent, source: str, *, medium: str | None = None) -> Inquiry:
    """Normalise what was sent. `medium` stands in where the sender tells none.

    Raises `Unreadable` if it names nobody: no name, no way to reach them, no message.
    """
    if not _is_about_somebody(sent):
        raise Unreadable("There is nobody in this delivery: no name, e-mail, phone or message")
    first, last, name_extra = _name(sent)
    phone, phone_extra = _phone(sent.phone)
    address, is_relay, email_extra = _email(sent.email)
    language = sent.language and read_language(sent.language)
    extra = {**sent.extra, **name_extra, **phone_extra, **email_extra}
    if sent.language and language is None:
        extra.setdefault("language", sent.language)
    return limits.within_limits(
        Inquiry(
            source=source,
            dedupe_key=sent.identity.key,
            dedupe_window=sent.identity.window,
            external_id=sent.external_id,
            occurred_at=sent.occurred_at,
            first_name=first,
            last_name=last,
            email=address,
            email_is_relay=is_relay,
            phone=phone,
            message=sent.message,
            kind=sent.kind,
            language=language,
            medium=sent.medium or medium,
            consent=sent.consent,
            property=sent.property,
            campaign=sent.campaign,
            provider_agent=sent.provider_agent,
            is_test=sent.is_test,
            is_update=sent.is_update,
            spam=sent.spam,
            extra=extra,
        )
    )


def _is_about_somebody(sent: Sent) -> bool:
    person = (
        sent.email,
        sent.phone,
        sent.full_name,
        sent.first_name,
        sent.last_name,
        sent.message,
    )
    # Tests are often empty, and an update only has to name the lead it is about.
    return any(person) or sent.is_test or sent.is_update


def _name(sent: Sent) -> tuple[str | None, str | None, Mapping[str, Any]]:
    if sent.first_name or sent.last_name or not sent.full_name:
        name = names.from_parts(sent.first_name, sent.last_name)
        return name.first, name.last, {}
    name = names.from_full(sent.full_name)
    return name.first, name.last, {} if name.is_whole else {"full_name": sent.full_name}


def _phone(text: str | None) -> tuple[str | None, Mapping[str, Any]]:
    if text is None:
        return None, {}
    phone = phones.read_phone(text)
    extra: dict[str, Any] = {}
    if phone.extension:
        extra["phone_extension"] = phone.extension
    if not phone.is_valid:
        extra["phone_invalid"] = True
    if not phone.is_valid and phone.number != text:
        extra["phone_as_sent"] = text
    return phone.number, extra


def _email(text: str | None) -> tuple[str | None, bool, Mapping[str, Any]]:
    if text is None:
        return None, False, {}
    email = emails.read_email(text)
    if email is None:
        return None, False, {"email_invalid": True, "email_as_sent": text}
    return email.address, email.is_relay, {}
