"""Whatever is handed in, the answer is a list of mistakes: no crash, no long wait."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.document import Config
from app.config.errors import ConfigInvalid
from app.config.load import Document, check, read_yaml
from tests.config.documents import MINIMAL, mistakes

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (BOMB, 2, "aliases (*name) are not read"),
        ("[" * 100_000, 1, "nested more than 32 levels deep"),
        ("{a: " * 100_000, 1, "nested more than 32 levels deep"),
        ("\n".join(" " * depth + "a:" for depth in range(100)), 33, "nested more than 32"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tags (!name) are not read"),
        ("!secret a: b", 1, "tags"),
        ("? [a, b]\n: c", 1, "a key must be a text"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: [1", 2, "this is not YAML"),
        ("a: {ical: ${X}}", 1, 'as in "${NAME}"'),
        ("a: \x00", None, "characters that no text has"),
        ("a: \ud800", None, "characters that no text has"),
        ("", 1, "must hold keys and values"),
        ("just a text", 1, "must hold keys and values"),
        ("- a list", 1, "must hold keys and values"),
        ("a: " + "x" * 1_100_000, 1, "longer than 1,048,576 characters"),
    ],
)
def test_yaml_that_is_not_plain_is_refused(text: str, line: int | None, said: str) -> None:
    found = mistakes(text)

    assert [each for each, _ in found] == [line]
    assert said in found[0][1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("02134", "02134"),
        ("+19415550100", "+19415550100"),
        ("08:30", "08:30"),
        ("off", "off"),
        ("2026-12-24", "2026-12-24"),
        ("1234567890123456789012345", "1234567890123456789012345"),
        ("34236", 34236),
        ("-5", -5),
        ("0", 0),
        ("true", True),
        ("~", None),
        ("", None),
        ('"34236"', "34236"),
        ("1.5", "1.5"),
    ],
)
def test_plain_values_mean_what_they_look_like(written: str, meant: object) -> None:
    assert read_yaml(f"on: {written}").raw == {"on": meant}


@pytest.mark.parametrize("section", sorted(Config.model_fields))
@pytest.mark.parametrize(
    "value",
    [7, "text", True, [7], {"a": 7}, [[]], {"": {}}, {"a": {"kind": []}}, [{"name": {}}]],
    ids=lambda value: repr(value)[:12],
)
def test_a_section_of_the_wrong_type_is_a_mistake(section: str, value: object) -> None:
    raw = dict(read_yaml(MINIMAL).raw) | {section: value}

    with pytest.raises(ConfigInvalid) as caught:
        check(Document.of(raw), {})

    assert caught.value.problems


def test_json_nested_5000_deep_is_a_mistake() -> None:
    when: dict[str, Any] = {}
    for _ in range(5000):
        when = {"not": when}
    raw = dict(read_yaml(MINIMAL).raw) | {"sla": [{"name": "deep", "when": when}]}

    with pytest.raises(ConfigInvalid, match="nested more than 32 levels deep"):
        check(Document.of(raw), {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("${X}"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "to", "when", "steps", "secret", "secrets", "a"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(Config.model_fields)), JSON)
def test_any_json_is_checked_without_a_crash(section: str, value: object) -> None:
    raw = dict(read_yaml(MINIMAL).raw) | {section: value}

    try:
        check(Document.of(raw), {})
    except ConfigInvalid as error:
        assert error.problems  # noqa: PT017 - a valid document is fine as well


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@\n \t~${}?,", max_size=40))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    try:
        document = read_yaml(text)
    except ConfigInvalid as error:
        assert error.problems  # noqa: PT017 - a readable text is fine as well
    else:
        assert isinstance(document.raw, dict)
