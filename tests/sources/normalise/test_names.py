"""A name is taken apart and its shouting stopped, and nobody's own spelling is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nameparser import parse

from app.sources.normalise.names import Name, from_full, from_parts


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("Marisol Vega-Thornton ", Name("Marisol", "Vega-Thornton")),
        ("HANNAH WHITFIELD", Name("Hannah", "Whitfield")),
        ("ronald mcdonald", Name("Ronald", "McDonald")),
        ("PATRICK O'BRIEN", Name("Patrick", "O'Brien")),
        ("Ana de la Cruz", Name("Ana", "de la Cruz")),
        ("DeShawn LaRue", Name("DeShawn", "LaRue")),
        ("van der Berg, Jan", Name("Jan", "van der Berg")),
        ("kwame", Name("Kwame")),
        ("Théo Marchand", Name("Théo", "Marchand")),
        ("李 小龍", Name("小龍", "李")),
        ("山田太郎", Name(None, "山田太郎")),
        ("محمد بن سلمان", Name("محمد", "بن سلمان")),
        ("Dr. Ana Prieto Jr.", Name("Ana", "Prieto", is_whole=False)),
        ("Mary Ann Smith", Name("Mary", "Smith", is_whole=False)),
        ("joe@example.com", Name("joe@example.com")),
        ("", Name()),
        ("...", Name("...")),
    ],
)
def test_a_name_in_one_field_becomes_first_and_last(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Kwame", "Asante", Name("Kwame", "Asante")),
        ("KWAME", "DE LA CRUZ", Name("Kwame", "de la Cruz")),
        ("mary ann", "mcdonald", Name("Mary Ann", "McDonald")),
        ("Grace Kim", None, Name("Grace", "Kim")),
        (None, "Kim", Name(None, "Kim")),
        (None, None, Name()),
    ],
)
def test_a_name_in_two_fields_keeps_them(first: str | None, last: str | None, name: Name) -> None:
    assert from_parts(first, last) == name


@given(
    st.from_regex(r"[A-Z][a-z]{1,12}", fullmatch=True),
    st.sampled_from(
        ["Kim", "Okafor", "Van", "Doctor", "Junior", "Whitfield", "Do", "Ma", "Prince"]
    ),
)
def test_the_quick_way_agrees_with_the_parser(first: str, last: str) -> None:
    for full in (f"{first} {last}", f"{last} {first}"):
        parsed = parse(full).capitalized()
        name = from_full(full)

        taken_apart = (parsed.given or parsed.nickname or None, parsed.family or None)
        # What the parser cannot take apart stays as it was typed.
        assert (name.first, name.last) in {taken_apart, (full, None)}
