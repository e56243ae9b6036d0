"""Whether a delivery says that we may write, and what proves it."""

from dataclasses import replace

from app.config.sources import ConsentFields
from app.domain.lead import Consent
from app.sources.fields import Fields
from app.sources.normalise import texts

IMPLIED = "implied"
"""In the config: who asks through this source has agreed by asking."""


def with_configured(consent: Consent, fields: Fields, wanted: ConsentFields) -> Consent:
    """Add what the source's `consent` settings find to what its kind knows by itself."""
    sms, sms_evidence = _answer("sms", wanted.sms, fields)
    email, email_evidence = _answer("email", wanted.email, fields)
    evidence = [each for each in (consent.evidence, sms_evidence, email_evidence) if each]
    return replace(
        consent,
        sms=consent.sms if sms is None else sms,
        email=consent.email if email is None else email,
        evidence="; ".join(evidence) or None,
    )


def _answer(channel: str, wanted: str | None, fields: Fields) -> tuple[bool | None, str | None]:
    if wanted is None:
        return None, None
    if wanted == IMPLIED:
        return True, f"{channel}: implied"
    name = fields.find(wanted)
    text = texts.line(fields.look(name)) if name else None
    if text is None or texts.truth(text) is False:
        # A browser leaves out the box that was not ticked, which is an answer.
        return False, None
    return True, f"{channel}: {wanted} = {text}"
