"""What stands left and right of `mapping` and `fields` is checked before it is served."""

import sys
from subprocess import run
from typing import Any

import pytest
from jsonpath import JSONPathEnvironment

from app.config.paths import compiled
from tests.config.documents import MINIMAL, line_of, mistakes

PARTNER = """\
  partner:
    kind: json
    secret: open-sesame
    mapping:
      email: contact.email
"""


def with_partner(old: str, new: str) -> str:
    assert PARTNER.count(old) == 1
    return MINIMAL.replace("routing:\n", PARTNER.replace(old, new) + "routing:\n")


def test_a_mapping_that_is_right_has_no_mistake() -> None:
    assert mistakes(with_partner("kind: json", "kind: json")) == []


HINT = (
    " (write a path such as contact.email, items[0].name, items[*].name, ['odd key'] or"
    " fields[?@.name=='email'].value)"
)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("contact..", "expected a shorthand selector at its end"),
        ("contact.[email]", "expected a shorthand selector at character 9"),
        ("items[0", "unexpected end of segment at its end"),
        ("items[x].name", "unexpected query selector at character 7"),
        ("fields[?(@.name==)].value", "unexpected at character 18"),
        ("$.contact email", "unexpected token at character 11"),
        ("fields[?size(@.name)==1].value", "function at character 9"),
        ("items[99999999999999999999]", "index out of range at character 7"),
    ],
)
def test_a_path_that_is_none_is_told_with_its_line_and_what_is_wrong(path: str, what: str) -> None:
    text = with_partner("contact.email", f'"{path}"')

    assert mistakes(text) == [
        (
            line_of(text, "email:" if path not in text else f'email: "{path}"'),
            f"sources.partner.mapping.email: this is no path: {what}{HINT}",
        )
    ]


def test_of_several_paths_the_wrong_one_is_told() -> None:
    text = with_partner("contact.email", '[contact.email, "a["]')

    assert [said.partition(": ")[0] for _, said in mistakes(text)] == [
        "sources.partner.mapping.email.1"
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("emial", "Did you mean email?"),
        ("Email", "Did you mean email?"),
        ("property.zipcode", "Did you mean property.zip?"),
        ("utm_sources", "Did you mean utm_source?"),
        ("campaign.campaign", "Did you mean campaign.name?"),
        ("firstname", "Did you mean first_name?"),
        ("eech", "Did you mean each?"),
        ("x", "Fields are name, first_name, last_name, email, phone,"),
    ],
)
def test_a_field_that_no_inquiry_has_is_told_with_the_nearest(name: str, hint: str) -> None:
    text = with_partner("email: contact.email", f"{name}: contact.email")

    ((line, said),) = mistakes(text)

    assert line == line_of(text, f"{name}: contact.email")
    assert said.startswith(
        f"sources.partner.mapping.{name}: an inquiry has no field of that name. {hint}"
    )


def test_the_left_side_of_fields_is_checked_as_well() -> None:
    text = MINIMAL.replace("secret: open-sesame", "secret: open-sesame, fields: {emial: e}")

    assert [said for _, said in mistakes(text)] == [
        "sources.website.fields.emial: an inquiry has no field of that name. Did you mean email?"
    ]


def test_each_alone_maps_nothing() -> None:
    text = with_partner("email: contact.email", "each: leads")

    assert [said for _, said in mistakes(text)] == [
        "sources.partner: `mapping` says where the leads are, and nothing of what they say"
    ]


def test_each_is_no_field_of_a_form() -> None:
    text = MINIMAL.replace("secret: open-sesame", "secret: open-sesame, fields: {each: e}")

    assert "an inquiry has no field of that name" in mistakes(text)[0][1]


def test_a_secret_in_a_path_is_not_quoted() -> None:
    text = with_partner("contact.email", '"$.a ${PARTNER_PATH}"')

    ((_, said),) = mistakes(text, {"PARTNER_PATH": "whisper"})

    assert "whisper" not in said


def test_the_library_is_loaded_for_the_paths_that_need_it_alone() -> None:
    code = (
        "import sys; from app.config.paths import compiled;"
        "compiled('a.b'); compiled('$.a.b-c'); compiled('Full name'); compiled('a[0].b[*]');"
        "print('jsonpath' in sys.modules); compiled('a[-1]'); print('jsonpath' in sys.modules)"
    )

    said = run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout

    assert said.split() == ["False", "True"]


@pytest.mark.parametrize(
    "path",
    [
        *("a[0].b", "a[*].b", "a[*].c[*]", "a[9].b", "x[*]", "x.y.z[0][0]", "x[0]", "a[*].c[1]"),
        *("f[?@.n=='email'].v", 'f[?@.n=="email"].v', "f[?(@.n=='e-mail 2')].v", "x[?@.z=='q'].z"),
        *("f[?@.n=='nobody'].v", "f[?@.none=='email']", "a[?@.b=='1'].b", "f[?@.n==''].v"),
    ],
)
def test_what_we_follow_ourselves_leads_where_the_library_goes(path: str) -> None:
    document: dict[str, Any] = {
        "a": [{"b": 1, "c": [1, 2]}, {"b": 2}, 5],
        "x": {"y": {"z": [[1], [2]]}, "0": 9},
    }
    document["f"] = [{"n": "email", "v": "a"}, {"n": "e-mail 2", "v": "b"}, {"n": "email"}, "email"]
    matches = JSONPathEnvironment(strict=True).compile(f"$.{path}").finditer(document)

    assert list(compiled(path)(document)) == [(tuple(it.parts), it.obj) for it in matches]


def test_a_path_is_compiled_once() -> None:
    assert compiled("a[0].b") is compiled("a[0].b")
