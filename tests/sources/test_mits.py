"""MITS names a prospect's people, wishes and events; its ids name people, not askings."""

from app.domain.lead import Inquiry
from app.sources.bodies.mits import looks_like_mits
from tests.sources.examples import SECRET, delivery, named, read

KIND = "mits"


def arriving(prospect: str) -> Inquiry:
    body = (
        f"<LeadManagement><Prospects><Prospect>{prospect}</Prospect></Prospects></LeadManagement>"
    )
    return read(delivery(KIND, body.encode(), "text/xml"), KIND).inquiries[0]


def customer(inside: str, kind: str = "prospect") -> str:
    return f'<Customers><Customer Type="{kind}">{inside}</Customer></Customers>'


ANA = customer("<Name><FirstName>Ana</FirstName></Name><Email>ana@example.com</Email>")


def test_the_other_people_of_the_household_are_kept_and_not_written_to() -> None:
    inquiry = arriving(
        '<Customers><Customer Type="roommate"><Email>pat@example.com</Email></Customer>'
        '<Customer Type="prospect"><Phone><PhoneNumber>775-555-0102</PhoneNumber></Phone>'
        "</Customer></Customers>"
    )

    assert (inquiry.email, inquiry.phone) == (None, "+17755550102")
    assert inquiry.extra["customers.customer.email"] == "pat@example.com"


def test_a_new_event_of_the_same_prospect_is_a_new_asking() -> None:
    its_id = '<Identification IDType="ProspectID" IDValue="P-1"/>'
    event = (
        '<Events><Event EventDate="2026-03-14T{}:00:00Z"><Comments>{}</Comments></Event></Events>'
    )

    first = arriving(its_id + ANA + event.format("10", "Is it free?"))
    second = arriving(its_id + ANA + event.format("11", "And when?"))

    assert first.external_id == second.external_id == "P-1"
    assert first.dedupe_key != second.dedupe_key


def test_the_rent_is_the_most_that_somebody_wants_to_pay() -> None:
    rent = "<CustomerPreferences><DesiredRent {}/></CustomerPreferences>"

    assert arriving(ANA + rent.format('Min="900" Max="1,850.00"')).property.price == 1850
    assert arriving(ANA + rent.format('Exact="1200"')).property.price == 1200
    assert arriving(ANA + rent.format("")).property.price is None


def test_a_form_gives_the_same_as_a_body_and_keeps_no_key() -> None:
    inquiry = read(named(KIND, "form"), KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.email) == ("Omar", "omar.f@example.com")
    assert "invented-key-of-another" not in str(inquiry)
    assert SECRET not in str(inquiry)


def test_it_is_found_inside_of_soap() -> None:
    body = b"<s:Envelope><s:Body><m:LeadManagement xmlns:m='x'/></s:Body></s:Envelope>"

    assert looks_like_mits(body)
    assert not looks_like_mits(b"<LeadManagements><p>LeadManagement</p>")
