"""Whether a delivery says that we may write, and what proves it."""

from collections.abc import Iterable
from dataclasses import replace

from app.config.sources import ConsentFields
from app.domain.lead import Consent
from app.sources import opt_ins
from app.sources.answers import Answer
from app.sources.fields import Fields
from app.sources.normalise import texts

IMPLIED = "implied"
"""In the config: who asks through this source has agreed by asking."""

_CHANNELS = ("sms", "email")


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


def with_answers(consent: Consent, answers: tuple[Answer, ...]) -> Consent:
    """Add what the person answered to questions that name a channel, and what proves it.

    A refusal beats a consent that is only implied, and one that is asked for as such
    (`do_not_text`) beats any. A box that was not sent says nothing.
    """
    said = opt_ins.said(answers)
    proofs = opt_ins.proofs(answers)
    if not said and not proofs:
        return consent
    for channel in _CHANNELS:
        consent = _with_channel(consent, channel, [each for each in said if each.is_for(channel)])
    return _proven(consent, proofs)


def _answer(channel: str, wanted: str | None, fields: Fields) -> tuple[bool | None, str | None]:
    if wanted is None:
        return None, None
    if wanted == IMPLIED:
        return True, _implied(channel)
    name = fields.find(wanted)
    text = texts.line(fields.look(name)) if name else None
    if text is None or texts.truth(text) is False:
        # A browser leaves out the box that was not ticked, which is an answer.
        return False, None
    return True, f"{channel}: {wanted} = {text}"


def _with_channel(consent: Consent, channel: str, said: list[opt_ins.Said]) -> Consent:
    known: bool | None = getattr(consent, channel)
    evidence = (consent.evidence or "").split("; ")
    is_implied = _implied(channel) in evidence
    refusals = [each for each in said if not each.agreed]
    decisive = [each for each in refusals if each.is_final or known is None or is_implied]
    if not decisive and known is None:
        decisive = said
    if not decisive or (decisive[0].agreed is known and not is_implied):
        return consent
    proof = f"{channel}: {decisive[0].name} = {decisive[0].text}"
    kept = [each for each in evidence if each and each != _implied(channel)]
    evidence_now = "; ".join([*kept, proof])
    if channel == "sms":
        return replace(consent, sms=decisive[0].agreed, evidence=evidence_now)
    return replace(consent, email=decisive[0].agreed, evidence=evidence_now)


def _proven(consent: Consent, proofs: Iterable[str]) -> Consent:
    known = consent.evidence or ""
    new = [each for each in dict.fromkeys(proofs) if each.partition(": ")[2] not in known]
    return replace(consent, evidence="; ".join([known, *new] if known else new) or None)


def _implied(channel: str) -> str:
    return f"{channel}: {IMPLIED}"
