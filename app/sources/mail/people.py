"""Whose address a mail gives: that of the person who asks, of a portal, or one of ours."""

import re

from app.sources.bodies.mail import Mail
from app.sources.bodies.mail_headers import Address
from app.sources.mail import portals

_MACHINES = re.compile(
    r"(?:(?:do[-_.]?)?not?[-_.]?reply|mailer[-_.]?daemon|postmaster|notifications?|wordpress|www-data"
    r"|webmaster|bounces?|mailer|alerts?|automated|system|nobody|root)(?:[-_.+0-9].*)?",
)
_OPEN = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com"
    " icloud.com me.com mac.com comcast.net att.net verizon.net sbcglobal.net bellsouth.net cox.net"
    " charter.net gmx.com gmx.de gmx.net web.de t-online.de proton.me protonmail.com mail.com"
    " zoho.com fastmail.com hey.com"
)
_OPEN_TO_ALL = frozenset(_OPEN.split())
"""Domains where neighbours in the address have nothing to do with each other."""


def who_asks(mail: Mail) -> Address | None:
    """Whom to answer: Reply-To before From, unless they belong to us, a portal or a machine."""
    told = (mail.reply_to, mail.sender)
    return next((each for each in told if each and _asks(each, mail)), None)


def is_ours(address: Address, mail: Mail) -> bool:
    """Whether an address is one that the mail was sent to, or of the same office."""
    to = {each.plain for each in mail.recipients} | {mail.recipient or ""}
    if address.plain in to:
        return True
    offices = {each.rpartition("@")[2] for each in to} - _OPEN_TO_ALL
    return address.domain in offices


def agent_addressed(mail: Mail) -> str | None:
    """The one mailbox that a portal wrote to: that of the agent it means."""
    if len(mail.recipients) == 1:
        return mail.recipients[0].plain
    return mail.recipient if not mail.recipients else None


def _asks(address: Address, mail: Mail) -> bool:
    if portals.is_relay(address):
        return True
    is_machine = _MACHINES.fullmatch(address.plain.partition("@")[0])
    return not (is_machine or portals.belongs_to_portal(address) or is_ours(address, mail))
