"""By what a portal's mails are known, and how they are read: the config's rules, and ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.config.condition import text_matcher
from app.config.inquiry_fields import CANONICAL
from app.config.sources import MailRule
from app.domain.lead import Kind
from app.sources.bodies.mail import Mail

_ANSWER = re.compile(
    r"\s*(?:re|aw|antw|sv|odp|r\u00e9p|automatic reply|auto(?:matic)?[- ]?(?:reply|response)"
    r"|out of (?:the )?office|abwesenheit\w*|automatische antwort|respuesta autom\u00e1tica"
    r"|r\u00e9ponse automatique)\s*(?:\[[0-9]+\])?\s*:",
    re.IGNORECASE,
)

Names = Mapping[str, tuple[str, ...]]
"""Our field, by its canonical name → the labels that stand before it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of mail. A mail fits if its sender and its subject do."""

    name: str
    senders: tuple[str, ...] = ()
    """Patterns for the address itself: what is shown as the sender's name proves nothing."""
    subjects: tuple[str, ...] = ()
    medium: str | None = None
    kind: Kind = Kind.UNKNOWN
    fields: Names = field(default_factory=dict)
    in_subject: re.Pattern[str] | None = None
    """Groups named like our fields."""
    is_configured: bool = False
    is_certain: bool = True
    """Whether such a mail is a lead, whatever else it looks like."""
    no_lead: str | None = None
    """Why such a mail is none."""


def configured(rules: tuple[MailRule, ...]) -> tuple[Rule, ...]:
    """The rules of the config, in its order."""
    return tuple(map(_configured, rules))


def fits(rule: Rule, mail: Mail) -> bool:
    if rule.senders and (mail.sender is None or not _matcher(rule.senders)(mail.sender.plain)):
        return False
    # An answer to a portal's mail has its subject, too, and tells nothing new.
    if rule.subjects and not rule.is_configured and is_answer(mail.subject):
        return False
    return not rule.subjects or _matcher(rule.subjects)(mail.subject)


def is_answer(subject: str) -> bool:
    """Whether a subject is that of a reply, a person's or a machine's."""
    return _ANSWER.match(subject) is not None


def _configured(rule: MailRule) -> Rule:
    return Rule(
        name=rule.name,
        senders=rule.from_,
        subjects=rule.subject,
        medium=rule.medium,
        kind=rule.kind or Kind.UNKNOWN,
        fields=canonical(rule.fields),
        is_configured=True,
        no_lead=f"the config's rule {rule.name} says so" if rule.ignore else None,
    )


def canonical(names: Names) -> dict[str, tuple[str, ...]]:
    """The config may write `name` and `full_name` for one field: all their labels count."""
    found: dict[str, tuple[str, ...]] = {}
    for ours, theirs in names.items():
        found[CANONICAL[ours]] = found.get(CANONICAL[ours], ()) + theirs
    return found


@lru_cache(maxsize=256)
def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    return text_matcher(patterns)
