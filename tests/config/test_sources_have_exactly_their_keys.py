"""Every kind of source that the contract names, with the keys it may have."""

from typing import Any, get_args

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from app.config.sources import (
    KINDS,
    MappedSource,
    PostedForm,
    SigningForm,
    SigningSource,
    Source,
    SourceBase,
    UnsignedSource,
)

SOURCE: TypeAdapter[Source] = TypeAdapter(Source)
BASIC = {"username": "u", "password": "p"}
COMMON = {"medium", "team", "consent", "fields", "max_body", "headers"}


def kinds_of(model: type[SourceBase]) -> list[str]:
    return list(get_args(model.model_fields["kind"].annotation))


# Kinds, the least they need, and what else they may have.
TABLE: list[tuple[list[str], dict[str, Any], set[str]]] = [
    (["zillow-tech-connect"], {"topic_arn": "arn:x"}, {"basic_auth", "sns_signature"}),
    (["realtor-com", "follow-up-boss"], {"api_key": "k"}, set()),
    (["google-ads"], {"google_key": "k"}, set()),
    (
        ["meta-lead-ads"],
        {"app_secret": "s", "verify_token": "v", "access_tokens": {"1": "t"}},
        {"graph_url", "ad_details"},
    ),
    (kinds_of(SigningSource), {"signing_secret": "s"}, {"secret", "access_token"}),
    (
        ["linkedin"],
        {"signing_secret": "s"},
        {"secret", "access_token", "api_url", "api_version"},
    ),
    (["hubspot"], {"signing_secret": "s"}, {"secret", "access_token", "api_url"}),
    (
        kinds_of(SigningForm),
        {"signing_secret": "s"},
        {"secret", "access_token", "honeypot", "fill_time"},
    ),
    (["tiktok"], {"secret": "s"}, {"signing_secret", "access_token", "mapping"}),
    (["standard-webhooks", "cloudevents"], {"secrets": ["s"]}, {"public_keys", "bearer"}),
    (["email-mailgun"], {"signing_key": "k"}, {"max_age", "rules"}),
    (["email-sendgrid", "email-postmark"], {"secret": "s"}, {"basic_auth", "rules"}),
    (kinds_of(UnsignedSource), {"secret": "s"}, {"basic_auth"}),
    (kinds_of(PostedForm), {"basic_auth": BASIC}, {"secret", "honeypot", "fill_time"}),
    (kinds_of(MappedSource), {"secret": "s"}, {"basic_auth", "mapping"}),
]
ROWS = [(kind, needs, more) for kinds, needs, more in TABLE for kind in kinds]


def test_every_kind_is_in_the_table() -> None:
    assert {kind for kind, *_ in ROWS} == set(KINDS)


@pytest.mark.parametrize(("kind", "needs", "more"), ROWS)
def test_a_source_has_the_keys_of_its_kind(
    kind: str, needs: dict[str, Any], more: set[str]
) -> None:
    source = SOURCE.validate_python({"kind": kind, **needs})

    assert set(type(source).model_fields) == {"kind", *needs, *more} | COMMON
    assert source.max_body == 1_048_576


@pytest.mark.parametrize(("kind", "needs", "more"), ROWS)
def test_a_source_without_credentials_is_refused(
    kind: str, needs: dict[str, Any], more: set[str]
) -> None:
    del needs, more

    with pytest.raises(ValidationError):
        SOURCE.validate_python({"kind": kind})


@pytest.mark.parametrize("secrets", [[], [""], [None], "s"])
def test_an_empty_list_of_secrets_protects_nothing(secrets: object) -> None:
    with pytest.raises(ValidationError):
        SOURCE.validate_python({"kind": "standard-webhooks", "secrets": secrets})


def test_one_name_of_a_field_is_a_list_of_one() -> None:
    source = SOURCE.validate_python(
        {
            "kind": "json",
            "secret": "s",
            "mapping": {"email": "contact.mail"},
            "fields": {"phone": ["b"]},
        }
    )

    assert source.model_dump(include={"mapping", "fields", "secret"}) == {
        "mapping": {"email": ("contact.mail",)},
        "fields": {"phone": ("b",)},
        "secret": SecretStr("s"),
    }


def test_a_rule_for_mails_must_recognise_something() -> None:
    mail = {"kind": "email-mailgun", "signing_key": "k"}

    with pytest.raises(ValidationError, match="every mail would match"):
        SOURCE.validate_python({**mail, "rules": [{"name": "any"}]})
    SOURCE.validate_python({**mail, "rules": [{"name": "portal", "from": "*@portal.example.com"}]})
