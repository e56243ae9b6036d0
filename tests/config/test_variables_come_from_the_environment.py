"""`${NAME}`: filled in, switched off, or a mistake; and never told to anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from app.config.channels import Smtp
from app.config.environment import fill
from app.config.errors import ConfigInvalid
from app.config.load import Off, check, read_yaml
from app.config.secret import UNSET, reveal
from app.config.sources import SecretUrlSource
from tests.config.documents import EXAMPLE, MINIMAL, checked, minimal_with, mistakes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${A}", "one"),
        ("a ${A} and a ${B:-two}", "a one and a two"),
        ("${A:-two}", "one"),
        ("${C:-smtp://user:pass@host:25}", "smtp://user:pass@host:25"),
        ("${C}", UNSET),
        ("${EMPTY}", UNSET),
        ("${EMPTY:-full}", "full"),
        ("${C:-}", UNSET),
        ("https://${C}/path", UNSET),
        ("$A and ${{ price }}", "$A and ${{ price }}"),
        (7, 7),
    ],
)
def test_a_variable_is_its_value_or_its_default(written: object, meant: object) -> None:
    assert fill({"key": [written]}, {"A": "one", "EMPTY": ""}).raw == {"key": [meant]}


def test_a_value_is_not_read_for_variables_again() -> None:
    assert fill("${A}", {"A": "${B}", "B": "secret"}).raw == "${B}"


@given(st.text(alphabet="${}:-ABc ", max_size=30))
def test_any_text_can_be_filled_in(text: str) -> None:
    filled = fill(text, {"A": "x"})

    assert filled.raw is UNSET or isinstance(filled.raw, str)


def test_a_source_without_its_variable_is_off() -> None:
    result = checked(minimal_with("open-sesame", '"${WEBSITE_SECRET}"'))
    website = result.config.sources["website"]

    assert result.off == (Off("source", "website", ("WEBSITE_SECRET",)),)
    assert isinstance(website, SecretUrlSource)
    assert website.secret is None


def test_a_source_with_its_variable_is_on() -> None:
    result = checked(minimal_with("open-sesame", '"${WEBSITE_SECRET}"'), {"WEBSITE_SECRET": "s"})
    website = result.config.sources["website"]

    assert result.off == ()
    assert isinstance(website, SecretUrlSource)
    assert website.secret == SecretStr("s")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("medium", '"${X}"'),
        ("max_body", '"${X}"'),
        ("team", '"${X}"'),
        ("headers", '{X-Key: "${X}"}'),
        ("fields", '{phone: "${X}"}'),
        ("honeypot", '"${X}"'),
        ("basic_auth", '{username: "${X}", password: "${X}"}'),
    ],
)
def test_an_unset_variable_anywhere_in_a_source_switches_it_off(key: str, value: str) -> None:
    text = minimal_with("kind: web-form", f"kind: web-form, {key}: {value}")

    assert checked(text).off == (Off("source", "website", ("X",)),)


def test_a_channel_and_a_subscriber_can_be_off() -> None:
    text = MINIMAL.replace("smtp://localhost", "${SMTP_URL}")
    text = text.replace("https://crm.example.com", "${CRM}").replace('["lead.*"]', '["${EVENTS}"]')
    result = checked(text)
    email = result.config.channels["email"]

    assert result.off == (
        Off("channel", "email", ("SMTP_URL",)),
        Off("webhook", "crm", ("CRM", "EVENTS")),
    )
    assert isinstance(email, Smtp)
    assert email.url is None
    assert result.config.webhooks[0].url is None


def test_what_is_off_is_checked_all_the_same() -> None:
    text = minimal_with("secret: open-sesame", 'secret: "${X}", honeypott: url')

    assert [said for _, said in mistakes(text)] == [
        (
            "sources.website.honeypott: unknown key. Did you mean honeypot? Keys here are "
            "basic_auth, consent, fields, fill_time, headers, honeypot, kind, max_body, medium, "
            "secret, team."
        )
    ]


def test_page_tokens_that_are_not_set_are_left_out() -> None:
    text = minimal_with(
        "{kind: web-form, secret: open-sesame}",
        "{kind: meta-lead-ads, app_secret: a, verify_token: b, "
        'access_tokens: {"1": "${A}", "2": "${B}"}}',
    )

    assert checked(text, {"B": "t"}).off == ()
    assert "'2'" in repr(checked(text, {"B": "t"}).config.sources["website"])
    assert checked(text).off == (Off("source", "website", ("A", "B")),)


def test_an_unset_variable_elsewhere_is_a_mistake_with_its_line() -> None:
    assert mistakes(minimal_with("name: Harborline", 'name: "${OFFICE}"')) == [
        (
            1,
            (
                "organization.name: the environment variable OFFICE is not set: "
                "set it, or write ${OFFICE:-default}"
            ),
        )
    ]


def test_the_kind_of_a_source_must_be_known_even_where_it_is_off() -> None:
    found = mistakes(minimal_with("kind: web-form", 'kind: "${KIND}"'))

    assert found[0][1].startswith("sources.website.kind: the environment variable KIND is not set")


def test_a_malformed_variable_is_a_mistake() -> None:
    assert mistakes(minimal_with("open-sesame", '"${website-secret}"')) == [
        (
            12,
            (
                "sources.website.secret: write variables as ${NAME} or ${NAME:-default}: "
                "letters, digits, _"
            ),
        )
    ]


def test_a_secret_that_is_not_set_cannot_be_used() -> None:
    with pytest.raises(ValueError, match="not set"):
        reveal(None)
    assert reveal(SecretStr("open-sesame")) == "open-sesame"


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize("key", ["A", "B", "C", "D", "E", "F"])
def test_no_mistake_ever_quotes_a_value_of_the_environment(key: str) -> None:
    text = MINIMAL.replace("kind: web-form, secret", 'kind: web-form, sekret: "${A}", secret')
    text = text.replace("https://crm.example.com", "${B}").replace("after: 3m", 'after: "${C}"')
    text = text.replace("calendar: office", 'calendar: "${D}"').replace(
        "kind: smtp", 'kind: "${E}"'
    )
    text = text.replace("{price: {min: 1000000}}", '{price: {min: "${F}"}}')
    values = dict.fromkeys("ABCDEF", "https://fine.example.com") | {key: SECRET}

    with pytest.raises(ConfigInvalid) as caught:
        check(read_yaml(text), values)

    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)
    assert SECRET not in repr(caught.value.__cause__) + repr(caught.value.__context__)


def test_no_secret_shows_in_a_config() -> None:
    values = {"WEBSITE_SECRET": SECRET, "TWILIO_TOKEN": SECRET, "SMTP_URL": SECRET}

    assert SECRET not in repr(checked(EXAMPLE, values))
