"""What a mail says: no lead, a lead by a rule, by XML inside it, by its labels, or a letter.

In this order: rules of the config, rules of ours, XML, what machines send about nobody's
wish, labels, and at last whoever wrote it.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from app.config.sources import MailRule, SourceBase
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry, Kind
from app.sources import compose, several
from app.sources.bodies.mail import Mail
from app.sources.mail import automatic, documents, forwarded, people, portals, rules, told
from app.sources.mail.beside import beside
from app.sources.mail.rules import Rule
from app.sources.mail.words import text_of
from app.sources.sent import Sent


class _Found(NamedTuple):
    """The mail to read, which may be one inside the mail that arrived."""

    mail: Mail
    text: str
    rule: Rule | None

    @property
    def is_certain(self) -> bool:
        return self.rule is not None and self.rule.is_certain


def read(
    mail: Mail,
    webhook: Webhook,
    settings: SourceBase,
    *,
    now: datetime,
    mail_rules: tuple[MailRule, ...] = (),
) -> Reading:
    """What a mail says. Raises `Unreadable`: there is nobody in it whom we could answer."""
    text = text_of(mail)
    found = _found(mail, text, rules.configured(mail_rules), now)
    why = _no_lead(found, mail)
    if why is not None:
        return Reading(ignored=why)
    inside = documents.prospects(found.mail, found.text, now=now)
    if inside:
        return Reading(inquiries=_of_documents(inside, found, webhook, settings))
    if not found.is_certain and (why := automatic.answer(mail)):
        return Reading(ignored=why)
    sent, is_reachable = told.read_told(found.mail, found.text, found.rule, settings, now=now)
    if not found.is_certain and not is_reachable and (why := automatic.circular(mail)):
        return Reading(ignored=why)
    if not found.is_certain and not told.names_somebody(sent):
        raise Unreadable("This mail names nobody whom we could answer", "byte 0")
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _found(mail: Mail, text: str, configured: tuple[Rule, ...], now: datetime) -> _Found:
    """The first rule that the mail fits, or a mail that was passed on inside it."""
    inner = [(each, text_of(each)) for each in forwarded.inner_mails(mail, text, now=now)]
    for rule in (*configured, *portals.NO_LEADS, *portals.LEADS):
        # Who passes on a portal's advertisement has something to say about it.
        others = () if rule in portals.NO_LEADS else inner
        for each, words in ((mail, text), *others):
            if rules.fits(rule, each):
                return _Found(each, words, rule)
    is_passed_on = mail.sender is not None and people.is_ours(mail.sender, mail)
    if inner and is_passed_on:
        return _Found(*inner[0], None)
    return _Found(mail, text, None)


def _no_lead(found: _Found, mail: Mail) -> str | None:
    """What certainly is none, even if somebody's XML is quoted in it."""
    if found.rule is not None and found.rule.no_lead:
        return found.rule.no_lead
    return None if found.is_certain else automatic.bounce(mail)


def _of_documents(
    inside: list[Sent], found: _Found, webhook: Webhook, settings: SourceBase
) -> tuple[Inquiry, ...]:
    kept = beside(found.mail, text=None)
    ready = [_of_document(each, found, kept) for each in inside]
    return several.read_each(ready, lambda _, each: compose.from_provider(each, webhook, settings))


def _of_document(sent: Sent, found: _Found, kept: dict[str, object]) -> Sent:
    rule = found.rule
    return replace(
        sent,
        occurred_at=sent.occurred_at or found.mail.sent_at,
        medium=sent.medium or (rule.medium if rule else None),
        kind=rule.kind if rule and sent.kind is Kind.UNKNOWN else sent.kind,
        provider_agent=sent.provider_agent
        or (people.agent_addressed(found.mail) if rule else None),
        extra={**kept, **sent.extra},
    )
