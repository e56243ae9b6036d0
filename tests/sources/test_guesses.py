"""Whatever a form calls its fields, and in whatever order, it tells of the same person."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.fields import Fields
from app.sources.guesses import take_known, with_names_settled

PERSON = {
    "first_name": "Ana",
    "last_name": "Prieto",
    "email": "ana@example.com",
    "phone": "919 555 0150",
    "message": "Is it still free?",
}
LABELS = {
    "first_name": ["First Name", "fname", "Nombre", "Prénom", "Vorname", "Primeiro nome"],
    "last_name": ["Last Name", "surname", "Apellidos", "Nom de famille", "Nachname", "Sobrenome"],
    "email": ["E-Mail", "Email Address *", "Correo electrónico", "Courriel", "E-Mail-Adresse"],
    "phone": ["Phone (required)", "tel-901", "Teléfono", "Téléphone", "Telefonnummer", "Celular"],
    "message": ["Your Message", "comments", "Mensaje", "Votre message", "Nachricht", "Mensagem"],
}
OF_OTHERS = {
    "Agent Email": "dana@harborline.example.com",
    "realtor_email": "dana@harborline.example.com",
    "agentemail": "dana@harborline.example.com",
    "Office phone": "919 555 0199",
    "broker-telephone": "919 555 0199",
    "Friend's email": "ben@example.com",
    "Spouse Name": "Luis Prieto",
    "coBuyer.firstName": "Luis",
    "co-buyer[email]": "luis@example.com",
    "listing_agent.phone": "919 555 0199",
    "agent[name]": "Dana Okafor",
    "company.phone": "919 555 0199",
    "Employer phone": "919 555 0198",
    "Correo del agente": "dana@harborline.example.com",
    "form[name]": "Contact us",
    "page.email": "office@harborline.example.com",
    "username": "harborline",
    "lead_price": "24.50",
}
NESTINGS = [
    "{}",
    "fields[{}]",
    "form_fields[{}][value]",
    "data.{}",
    "lead__{}",
    "contact.info.{}[]",
]
CASES: list[Callable[[str], str]] = [
    str,
    str.lower,
    str.upper,
    str.title,
    lambda text: text.replace(" ", "_"),
]


def told(form: dict[str, Any]) -> dict[str, str]:
    return with_names_settled(take_known(Fields(form)))


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_form_tells_of_the_same_person_in_any_order_case_and_nesting(data: st.DataObject) -> None:
    nesting = data.draw(st.sampled_from(NESTINGS))
    own = {
        nesting.format(data.draw(st.sampled_from(CASES))(data.draw(st.sampled_from(labels)))): text
        for ours, text in PERSON.items()
        for labels in [LABELS[ours]]
    }
    others = {name: OF_OTHERS[name] for name in data.draw(st.sets(st.sampled_from([*OF_OTHERS])))}
    form = dict(data.draw(st.permutations([*own.items(), *others.items()])))

    fields = Fields(form)

    assert with_names_settled(take_known(fields)) == PERSON
    assert fields.left() == others


@given(st.permutations([*OF_OTHERS.items()]))
def test_nothing_of_somebody_else_is_ever_taken_for_the_persons(
    form: list[tuple[str, str]],
) -> None:
    fields = Fields(dict(form))

    assert take_known(fields) == {}
    assert fields.left() == OF_OTHERS


@pytest.mark.parametrize(
    ("form", "person"),
    [
        ({"Name": "Ana Prieto"}, {"full_name": "Ana Prieto"}),
        ({"Name": "Ana", "Surname": "Prieto"}, {"first_name": "Ana", "last_name": "Prieto"}),
        ({"Name": "Prieto", "Vorname": "Ana"}, {"first_name": "Ana", "last_name": "Prieto"}),
        ({"Nom": "Prieto", "Prénom": "Ana"}, {"first_name": "Ana", "last_name": "Prieto"}),
        ({"Nome": "Ana", "Sobrenome": "Prieto"}, {"first_name": "Ana", "last_name": "Prieto"}),
        ({"Name": "Ana Prieto", "Surname": "Prieto"}, {"full_name": "Ana Prieto"}),
        ({"Name": "Ana", "First name": "Ana"}, {"first_name": "Ana"}),
        (
            {"name.first": "Ana", "name.last": "Prieto"},
            {"first_name": "Ana", "last_name": "Prieto"},
        ),
        ({"your-name[full]": "Ana Prieto"}, {"full_name": "Ana Prieto"}),
    ],
)
def test_a_name_is_put_together_from_what_the_fields_hold(
    form: dict[str, str], person: dict[str, str]
) -> None:
    assert told(form) == person


@pytest.mark.parametrize(
    "form",
    [
        {"Phone": "919 555 0150", "Mobile": "yes"},
        {"Mobile": "yes", "Phone": "919 555 0150"},
        {"Home phone": "919 555 0151", "Phone": "919 555 0150"},
        {"Phone": "", "Phone 2": "919 555 0150"},
        {"phone": {"full": "no text"}, "phone.number": "919 555 0150"},
        {"Best number to reach you": "919 555 0150", "Cell carrier": "Example Mobile"},
    ],
)
def test_of_several_phones_the_plainest_that_is_one_counts(form: dict[str, Any]) -> None:
    assert told(form)["phone"] == "919 555 0150"


def test_a_field_called_email_without_an_address_gives_way_to_one_with_an_address() -> None:
    form = {"Email": "yes please", "Where can we write?": "ana@example.com"}

    assert told(form) == {"email": "ana@example.com"}


def test_an_answer_that_is_no_address_is_taken_if_there_is_no_other() -> None:
    assert told({"E-Mail": "ana(at)example"}) == {"email": "ana(at)example"}


@pytest.mark.parametrize("second", ["ben@example.com", "ana@example.org"])
def test_of_two_addresses_without_a_telling_name_neither_is_taken(second: str) -> None:
    form = {"Where can we write?": "ana@example.com", "Who sent you?": second}

    assert told(form) == {}


def test_an_address_typed_in_twice_is_one() -> None:
    form = {"Where can we write?": "ana@example.com", "Once more": "Ana@example.com"}

    assert told(form) == {"email": "ana@example.com"}


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("et_pb_contact_name_0", "full_name"),
        ("No Label message", "message"),
        ("q3_email", "email"),
        ("Código postal", "zip"),
        ("PLZ", "zip"),
        ("Straße", "address"),
        ("Presupuesto", "price"),
        ("How can we help you?", "message"),
        ("WhatsApp", "phone"),
        ("address.addr_line1", "address"),
        ("emails[0][value]", "email"),
    ],
)
def test_names_from_the_wild_are_known(name: str, ours: str) -> None:
    text = "100" if ours == "price" else "ana@example.com" if ours == "email" else "9195550150"

    assert told({name: text}) == {ours: text}


@pytest.mark.parametrize("name", ["Timeline", "When do you plan to buy?", "Favourite colour"])
def test_what_has_no_place_of_its_own_is_left_under_its_own_label(name: str) -> None:
    fields = Fields({name: "Soon"})

    assert take_known(fields) == {}
    assert fields.left() == {name: "Soon"}


def test_a_name_inside_a_form_is_a_persons_only_beside_a_person() -> None:
    assert told({"form.name": "Contact us", "form.id": "7"}) == {}
    assert told({"form.name": "Ana", "form.email": "ana@example.com"}) == {
        "full_name": "Ana",
        "email": "ana@example.com",
    }
