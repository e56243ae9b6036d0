"""Questions by which a person agrees to be written to, or refuses; and who certifies it.

Only a question that names the channel counts. `I accept the terms` is no consent, and a
newsletter that somebody does not want is no refusal of an answer.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.sources.answers import Answer
from app.sources.normalise import texts

_REFUSAL = re.compile(r"do(?:not|nt)(?:call|text|sms|contact|email|message)|^dnc$|opt(?:ed)?out")
_AGREEMENT = re.compile(
    r"opt(?:ed)?in|consent|agree|permission|subscribe|authori[sz]e|allow|receive|okto|okayto"
    r"|acepto|^tcpa$"
)
_WORDS = re.compile(
    r"(?:consent|tcpa|optin|agree|agreement|disclosure)"
    r"(?:text|language|wording|copy|statement|label|disclosure)$|^disclosure$"
)
_SMS = re.compile(
    r"sms|tcpa|^text|textmessage|texting|mensajesdetexto"
    r"|(?:by|via|to|receive|get|and|or|calls?|emails?|not|nt|in|out|for)texts?(?!area|field|box)"
)
_EMAIL = re.compile(r"e?mail")
_OFFERS = re.compile(r"marketing|newsletter|promo|offers?|updates|alerts|listings")
_CALLS = re.compile(r"do(?:not|nt)call|^dnc$")

_YES = (
    *("yes", "i agree", "i consent", "i accept", "agree", "accept", "opted in", "opt in"),
    *("opted-in", "opt-in", "granted", "allowed", "subscribed", "i would like", "sí", "acepto"),
)
_NO = (
    *("no", "not ", "i do not", "i don't", "declin", "refus", "opted out", "opt out", "opted-out"),
    *("opt-out", "denied", "unsubscribed", "disagree", "never"),
)
_PROOFS = re.compile(
    r"(?P<trustedform>trustedform(?:cert|token|url|id|$))"
    r"|(?P<jornaya>universalleadid|leadidtoken|jornaya|leadidtcpa|tcpaleadid)"
    r"|(?P<activeprospect>activeprospect)"
)


class Said(NamedTuple):
    """One answer about being written to."""

    name: str
    text: str
    channels: frozenset[str]
    agreed: bool
    is_final: bool
    """A refusal that was asked for as such."""

    def is_for(self, channel: str) -> bool:
        return channel in self.channels


class _Question(NamedTuple):
    channels: frozenset[str]
    is_refusal: bool
    is_of_offers: bool


def is_about(key: str) -> bool:
    """Whether a question is about being written to, or certifies the answer."""
    return _question(key) is not None or _service(key) is not None


def said(answers: tuple[Answer, ...]) -> list[Said]:
    """What was answered to questions that name a channel."""
    return [
        found
        for answer in answers
        if (question := _question(answer.key)) and (found := _said(answer, question))
    ]


def proofs(answers: tuple[Answer, ...]) -> list[str]:
    """The ids of services that certify consent, and the words that were agreed to."""
    return list(_proofs(answers))


def _said(answer: Answer, question: _Question) -> Said | None:
    text = texts.line(answer.value)
    agreed = None if text is None else _truth(text)
    if text is None or agreed is None:
        return None
    if question.is_refusal:
        return Said(answer.name, text, question.channels, False, is_final=True) if agreed else None
    channels = question.channels
    if question.is_of_offers and not agreed:
        channels -= {"email"}
    return Said(answer.name, text, channels, agreed, is_final=False) if channels else None


def _truth(text: str) -> bool | None:
    word = text.lower()
    if word == "none":
        return None
    told = texts.truth(word)
    if told is not None:
        return told
    if word.startswith(_NO):
        return False
    return True if word.startswith(_YES) else None


def _question(key: str) -> _Question | None:
    is_refusal = _REFUSAL.search(key) is not None
    if not is_refusal and (not _AGREEMENT.search(key) or _WORDS.search(key)):
        return None
    channels = frozenset(
        name for name, pattern in (("sms", _SMS), ("email", _EMAIL)) if pattern.search(key)
    )
    if is_refusal and _CALLS.search(key):
        # The register of numbers not to be called covers messages to them.
        channels |= {"sms"}
    elif is_refusal and not channels:
        channels = frozenset({"sms", "email"})
    return _Question(channels, is_refusal, _OFFERS.search(key) is not None) if channels else None


def _proofs(answers: tuple[Answer, ...]) -> Iterator[str]:
    for answer in answers:
        service = _service(answer.key)
        text = texts.line(answer.value) if service else None
        if text is not None and not texts.is_no_answer(text):
            yield f"{service}: {text}"


def _service(key: str) -> str | None:
    if _WORDS.search(key):
        return "words"
    found = _PROOFS.search(key)
    return found.lastgroup if found else None
