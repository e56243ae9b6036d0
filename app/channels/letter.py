"""A message as an e-mail: who it is from, who it is to, and its bytes. Pure.

Every header is built by `email.message.EmailMessage` from texts without control
characters, so that no name and no subject can add a header or a recipient.
"""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from email_validator import EmailNotValidError, validate_email

from app.domain.message import Outgoing
from app.sending import plain
from app.sending.templates import as_html

# Seven bits only: no server on the way has to know 8BITMIME or SMTPUTF8.
_POLICY = SMTP.clone(cte_type="7bit")


class NoSuchAddress(ValueError):
    """This is no e-mail address that can be written to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An envelope and its content, as SMTP wants them."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


def write(message: Outgoing, *, sender: Address, now: datetime) -> Letter:
    """Write `message` as an e-mail, as text and as HTML. Raises `NoSuchAddress`.

    The Message-ID comes from the message's own id: every attempt carries the same one, so
    that a receiver can recognise a second copy.
    """
    recipient = mailbox(message.to, name=message.to_name)
    identifier = f"<{message.id}@{sender.domain}>"
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = plain.one_line(message.subject, at_most=200)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = identifier
    # RFC 3834: no holiday notice comes back, to be taken for an answer of the person.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain.lines(message.text), cte="quoted-printable")
    mail.add_alternative(
        message.html or as_html(message.text), subtype="html", cte="quoted-printable"
    )
    return Letter(sender.addr_spec, recipient.addr_spec, identifier, mail.as_bytes())


def mailbox(address: str, *, name: str | None = None) -> Address:
    """`address` in ASCII, an international domain as IDNA. Raises `NoSuchAddress`."""
    try:
        # Whether the domain exists is the mail server's question; a private one is fine.
        checked = validate_email(
            address, check_deliverability=False, globally_deliverable=False, strict=True
        )
        if checked.ascii_email is None:
            raise NoSuchAddress("letters outside ASCII before the @ cannot be sent to")
        return Address(plain.one_line(name or "", at_most=100), addr_spec=checked.ascii_email)
    except (EmailNotValidError, MessageError, ValueError, IndexError) as error:
        raise NoSuchAddress("not an e-mail address") from error


def sender_of(text: str) -> Address:
    """Read `Harborline <leads@harborline.example.com>`. Raises `NoSuchAddress`."""
    name, address = parseaddr(text)
    return mailbox(address, name=name)
