"""A path finds what it names, leaves the rest where it is, and never breaks on a body."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Unreadable
from app.sources import mapping

DOCUMENT: dict[str, Any] = {
    "contact": {"email": "a@example.com", "Full name": "Ana Prieto"},
    "items": [{"name": "first"}, {"name": "second"}, {"name": None}],
    "odd key": "odd",
    "flat.key": "flat",
    "deep": {"er": [{"email": "deep@example.com"}]},
    "fields": [
        {"name": "email", "value": "f@example.com"},
        {"name": "zip", "value": 34236},
        {"value": "nameless"},
        "text",
    ],
    "answers": ["one", "two"],
    "empty": ["null", ""],
}


def found(*paths: str, name: str = "message", document: Any = DOCUMENT) -> str | None:
    return mapping.read(document, {name: paths}).told.get(name)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("contact.email", "a@example.com"),
        ("$.contact.email", "a@example.com"),
        ("contact['Full name']", "Ana Prieto"),
        ("items[0].name", "first"),
        ("items[-2].name", "second"),
        ("items[*].name", "first, second"),
        ("items[0,1].name", "first, second"),
        ("items[:1].name", "first"),
        ("odd key", "odd"),
        ("['odd key']", "odd"),
        ('["odd key"]', "odd"),
        ("flat.key", "flat"),
        ("..er..email", "deep@example.com"),
        ("$..er[0].email", "deep@example.com"),
        ("..email", "a@example.com, deep@example.com"),
        ("$..contact.email", "a@example.com"),
        ("fields[?(@.name=='email')].value", "f@example.com"),
        ('fields[?(@.name=="email")].value', "f@example.com"),
        ("fields[?@.name=='zip'].value", "34236"),
        ("$.fields[?@.name == 'zip'].value", "34236"),
        ("answers", "one, two"),
        ("contact", None),
        ("items", None),
        ("nowhere", None),
        ("contact.email.deeper", None),
        ("items.name", None),
        ("items[9].name", None),
        ("empty", None),
        ("fields[?@.name=='phone'].value", None),
    ],
)
def test_a_path_finds_what_it_names(path: str, text: str | None) -> None:
    assert found(path) == text


def test_the_first_path_that_names_a_text_counts() -> None:
    assert found("nowhere", "empty", "contact", "odd key", "answers") == "odd"


@pytest.mark.parametrize("name", ["email", "external_id", "phone", "provider_agent"])
def test_of_what_a_lead_has_one_of_the_first_counts_and_the_others_are_left(name: str) -> None:
    document = {"a": [{"x": None}, {"x": "one"}, {"x": "two"}]}

    read = mapping.read(document, {name: ("..x",)})

    assert read.told == {name: "one"}
    assert read.left == {"a": [{"x": None}, {"x": None}, {"x": "two"}]}


def test_the_parts_of_a_name_stay_in_their_order() -> None:
    document = {"name": ["Ngọc", "Trần"]}

    assert found("name", name="full_name", document=document) == "Ngọc Trần"


def test_what_is_taken_is_gone_and_all_else_is_left_where_it_was() -> None:
    read = mapping.read(
        DOCUMENT,
        {
            "email": ("contact.email",),
            "property.zip": ("fields[?@.name=='zip'].value",),
            "kind": ("odd key",),
            "phone": ("nowhere", "items[7]"),
        },
    )

    assert read.told == {"email": "a@example.com", "zip": "34236", "kind": "odd"}
    assert read.missing == ("nowhere", "items[7]")
    fields = [DOCUMENT["fields"][0], {"name": "zip", "value": None}, *DOCUMENT["fields"][2:]]
    contact = {"email": None, "Full name": "Ana Prieto"}
    assert read.left == DOCUMENT | {"contact": contact, "fields": fields}


def test_nothing_is_changed_in_the_document_itself() -> None:
    document = {"a": ["x@example.com"]}

    mapping.read(document, {"email": ("a[0]",)})

    assert document == {"a": ["x@example.com"]}


@pytest.mark.parametrize(
    ("document", "paths", "leads"),
    [
        ([1, 2], {}, ("$", [1, 2])),
        ({"leads": [1, 2]}, {"each": ("leads",)}, ("leads", [1, 2])),
        ({"leads": [1, 2]}, {"each": ("leads[*]",)}, ("leads[*]", [1, 2])),
        ({"leads": {"a": 1}}, {"each": ("leads",)}, ("leads", [{"a": 1}])),
        ({"b": [3]}, {"each": ("leads", "b")}, ("b", [3])),
        ({"leads": []}, {"each": ("leads",)}, ("leads", [])),
        ({"other": [1]}, {"each": ("leads",)}, None),
        ({"leads": [1]}, {}, None),
        ("text", {"each": ("leads",)}, None),
    ],
)
def test_each_says_where_the_leads_are(
    document: Any, paths: dict[str, tuple[str, ...]], leads: Any
) -> None:
    assert mapping.items(document, paths) == leads


def test_a_path_that_leads_too_deep_is_named() -> None:
    document: Any = {}
    for _ in range(200):
        document = {"a": document}

    with pytest.raises(Unreadable, match=r"The path \.\.b\[0\] leads too deep into this body"):
        found("..b[0]", document=document)
    assert found("..b", document=document) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["a", "name", "value", "a.b"]), inner, max_size=3)
        ),
        max_leaves=20,
    )
)
def test_any_body_is_survived_by_any_path(document: Any) -> None:
    for path in ("a", "a.b", "..name", "a[*]", "a[-1].value", "$[?@.name=='a'].value", "$"):
        text = found(path, document=document)
        assert text is None or isinstance(text, str)
