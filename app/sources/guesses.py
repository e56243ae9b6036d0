"""Which field of a form means what, by the names that people give to fields."""

import re
from collections.abc import Callable, Collection, Mapping

from app.sources.fields import Fields, segments
from app.sources.normalise import texts
from app.sources.normalise.emails import read_email
from app.sources.taking import take_text

_NAMES = {
    "first_name": "firstname fname givenname forename first vorname nombre prenom",
    "last_name": "lastname lname surname familyname last nachname apellido apellidos",
    "full_name": "name fullname contactname customername clientname leadname yourname"
    " nameandsurname firstandlastname nombrecompleto",
    "email": "email emailaddress mail workemail emailid correo correoelectronico",
    "phone": "phone phonenumber telephone telephonenumber tel mobile mobilephone"
    " mobilenumber cell cellphone homephone workphone phoneno telefono",
    "message": "message msg note notes comment comments question questions inquiry enquiry"
    " description details body textarea mensaje nolabelmessage howcanwehelp",
    "kind": "interest interests interestedin role leadtype kind iam iwantto imlookingto"
    " lookingto iaminterestedin buyingorselling transactiontype inquirytype menu",
    "language": "language preferredlanguage lang idioma",
    "address": "address streetaddress street propertyaddress addressline addressline1 address1",
    "city": "city town propertycity",
    "state": "state region province propertystate statecode",
    "zip": "zip zipcode postalcode postcode postal propertyzip",
    "price": "price budget pricerange maxprice pricemax listprice propertyprice maxbudget",
    "mls": "mls mlsid mlsnumber mlsno",
    "url": "propertyurl listingurl propertylink listinglink",
}
_MEANING = {name: ours for ours, names in _NAMES.items() for name in names.split()}

_OF_THE_PERSON = frozenset({"first_name", "last_name", "full_name", "email", "phone", "message"})
_NOT_THE_PERSON = frozenset(
    {
        "form",
        "meta",
        "page",
        "site",
        "agent",
        "company",
        "campaign",
        "utm",
        "property",
        "listing",
        "recipient",
        "owner",
        "office",
        "broker",
        "brokerage",
        "source",
    }
)
"""Inside these, a `name` or `email` is not that of who asks: `form[name]`, `agent.email`."""

_PREFIX = re.compile(r"^(?:your|my|contact|customer|client|lead|user|visitor|etpbcontact)")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_NUMBER_AT_END = re.compile(r"[0-9]+$")
_ENOUGH_DIGITS = 7


def take_known(fields: Fields, *, but: Collection[str] = ()) -> dict[str, str]:
    """Our name → text, of the fields whose names we know; these are crossed off.

    Of several fields with one meaning the first that is filled in counts. `but` are
    meanings already known.
    """
    told: dict[str, str] = {}
    for name in fields:
        ours = _meaning(name)
        if ours and ours not in told and ours not in but:
            text = take_text(fields, name, meaning=ours)
            if text is not None:
                told[ours] = text
    for ours, looks_right in _SIGNS.items():
        if ours not in told and ours not in but:
            told |= _by_sign(fields, ours, looks_right)
    return told


def _meaning(name: str) -> str | None:
    *around, last = map(_folded, segments(name))
    ours = _MEANING.get(last) or _MEANING.get(_bare(last))
    is_someone_elses = ours in _OF_THE_PERSON and not _NOT_THE_PERSON.isdisjoint(around)
    return None if is_someone_elses else ours


def _folded(name: str) -> str:
    """`First Name`, `first-name` and `firstName` are one."""
    return _NOT_A_LETTER.sub("", name).lower()


def _bare(folded: str) -> str:
    """`your-name` and `tel-123` of Contact Form 7 are `name` and `tel`."""
    return _NUMBER_AT_END.sub("", _PREFIX.sub("", folded))


def _by_sign(
    fields: Fields, ours: str, looks_right: Callable[[str, str], bool]
) -> Mapping[str, str]:
    """A field that speaks for itself, whatever its name: `Best number to reach you`."""
    for name in fields:
        text = texts.line(fields.look(name))
        *around, last = map(_folded, segments(name))
        if text and _NOT_THE_PERSON.isdisjoint(around) and looks_right(last, text):
            fields.drop(name)
            return {ours: text}
    return {}


def _is_their_email(name: str, text: str) -> bool:
    is_ours = any(
        word in name for word in ("agent", "owner", "recipient", "admin", "reply", "from")
    )
    return "@" in text and " " not in text and not is_ours and read_email(text) is not None


def _is_their_phone(name: str, text: str) -> bool:
    is_named_so = any(word in name for word in ("phone", "mobile", "telefon", "reachyou"))
    is_ours = any(word in name for word in ("agent", "owner", "office", "broker"))
    return is_named_so and not is_ours and sum(map(str.isdigit, text)) >= _ENOUGH_DIGITS


_SIGNS: dict[str, Callable[[str, str], bool]] = {
    "email": _is_their_email,
    "phone": _is_their_phone,
}
