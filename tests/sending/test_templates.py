"""Templates: what they can say, what they cannot do, and that no lead breaks them."""

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sending.templates import LONGEST_TEXT, TemplateBroken, as_html, check, render

CONTEXT: dict[str, Any] = {
    "lead": {"first_name": "Maria", "last_name": None, "language": "  ", "tags": ["a", "b", "c"]},
    "owner": {"name": "Dana Okafor", "first_name": "Dana"},
    "property": {"address": "1 Bay Street", "price": 450000},
    "organization": {"name": "Harborline & Sons"},
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("Hi {{ lead.first_name }}", "Hi Maria"),
        ("Hi {{ lead.first_name | default('there') }}", "Hi Maria"),
        ("Hi {{ lead.last_name | default('there') }}", "Hi there"),
        ("Hi {{ lead.language | default('there') }}", "Hi there"),
        ("Hi {{ lead.nickname | default('there') }}", "Hi there"),
        ("Hi {{ nobody.first.name | default('there') }}", "Hi there"),
        ("[{{ lead.nickname }}{{ nobody }}{{ nobody.first.name }}]", "[]"),
        ("{{ organization.name }} <b>", "Harborline & Sons <b>"),
        ("{% if property.price > 400000 %}luxury{% else %}home{% endif %}", "luxury"),
        ("{% if property.beds > 4 %}big{% else %}home{% endif %}", "home"),
        ("{% if lead.nickname %}{{ lead.nickname }}{% endif %}!", "!"),
        ("{% for tag in lead.tags %}{{ loop.index }}{{ tag }} {% endfor %}", "1a 2b 3c "),
        ("{% for tag in lead.nothing %}{{ tag }}{% else %}none{% endfor %}", "none"),
        ("{% for n in range(3) %}{{ n }}{% endfor %}", "012"),
        ("{{ lead['first_name'] | upper }}, {{ lead.tags | join('+') }}", "MARIA, a+b+c"),
        ("{{ property.price / 1000 }}", "450.0"),
        ("{{ property.beds * 2 }}{{ property.beds | int }}{{ property.beds | round }}", "00"),
        ("{{ lead.first_name + '!' }}{{ 'a' ~ 1 }}", "Maria!a1"),
        ("{{ lead.first_name[:3] }}{{ lead.tags[0] }}{{ lead.tags[9] }}", "Mara"),
        ("{{ lead }}{{ lead.tags }}", ""),
        ("{{ 'yes' if lead.tags else 'no' }}", "yes"),
        ("{# a remark #}{% raw %}{{ }}{% endraw %}", "{{ }}"),
    ],
)
def test_a_template_is_filled_in(source: str, text: str) -> None:
    assert render(source, CONTEXT) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__ }}",
        "{{ lead.__class__ }}",
        "{{ lead.first_name.__class__.__name__ }}",
        "{{ lead['__class__'] }}",
        "{{ lead.items }}",
        "{{ lead.first_name.upper }}",
        "{{ range.__globals__ }}",
        "{{ self }}{{ self.__init__.__globals__ }}",
        "{{ config }}{{ request }}{{ cycler }}{{ joiner }}{{ namespace }}{{ lipsum }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ owner['_secret'] }}{{ nobody.__class__ }}",
        "{% for x in lead.tags %}{{ loop.__class__ }}{{ loop._iterable }}{% endfor %}",
        "{% for x in lead.tags %}{{ loop }}{% endfor %}",
    ],
)
def test_nothing_behind_the_data_can_be_reached(source: str) -> None:
    assert render(source, CONTEXT) == ""


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ lead.first_name.upper() }}", "nothing can be called but range() (line 1)"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "nothing can be called but"),
        ("{{ lipsum() }}", "nothing can be called but range() (line 1)"),
        ("{{ cycler.__init__.__globals__.os.popen('id') }}", "nothing can be called but"),
        ("{{ (range)(3).count(1) }}", "nothing can be called but range() (line 1)"),
        ("hello\n{% include 'x' %}", "Include is not possible here (line 2)"),
        ("{% import 'os' as os %}", "Import is not possible here (line 1)"),
        ("{% from 'x' import y %}", "FromImport is not possible here (line 1)"),
        ("{% extends 'x' %}", "Extends is not possible here (line 1)"),
        ("{% macro m() %}{% endmacro %}", "Macro is not possible here (line 1)"),
        ("{% set a = 'a' %}", "Assign is not possible here (line 1)"),
        ("{% set a %}x{% endset %}", "AssignBlock is not possible here (line 1)"),
        ("{% with a = 1 %}{% endwith %}", "With is not possible here (line 1)"),
        ("{% block b %}{% endblock %}", "Block is not possible here (line 1)"),
        ("{% filter upper %}x{% endfilter %}", "FilterBlock is not possible here (line 1)"),
        ("{{ 2 ** 9 }}", "Pow is not possible here (line 1)"),
        ("{{ {'a': 1} }}", "Dict is not possible here (line 1)"),
        ("{% for a in b recursive %}{% endfor %}", "a loop cannot stand inside a loop (line 1)"),
        (
            "{% for a in b %}{% for c in a %}{% endfor %}{% endfor %}",
            "a loop cannot stand inside a loop (line 1)",
        ),
        ("{{ x | attr('y') }}", "No filter named 'attr'. (line 1)"),
        ("{{ x | center(99) }}", "No filter named 'center'. (line 1)"),
        ("one\ntwo {{ x", "unexpected end of template"),
        ("{% if x %}", "Unexpected end of template."),
        ("{{ 1 +* 2 }}", "unexpected '*' (line 1)"),
        ("{% do x %}", "Encountered unknown tag 'do'. (line 1)"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "it is nested too deeply"),
        ("{{ 1" + " + 1" * 4000 + " }}", "it is nested too deeply"),
        ("x" * 20_001, "it is longer than 20000 characters"),
    ],
)
def test_a_template_that_cannot_be_rendered_says_why(source: str, why: str) -> None:
    with pytest.raises(TemplateBroken) as broken:
        check(source)

    assert str(broken.value).startswith(why)


@pytest.mark.parametrize(
    "source",
    [
        "{% for n in range(1001) %}{% endfor %}",
        "{% for n in range(10 * 1000 * 1000 * 1000) %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{% for n in property.price %}{% endfor %}",
        "{% if lead.first_name > 3 %}{% endif %}",
    ],
)
def test_a_mistake_in_the_logic_is_one_named_error(source: str) -> None:
    with pytest.raises(TemplateBroken, match="it cannot be filled in"):
        render(source, CONTEXT)


def test_no_error_quotes_the_lead() -> None:
    with pytest.raises(TemplateBroken) as broken:
        render("{{ lead.first_name | round }}", CONTEXT)

    assert "Maria" not in str(broken.value)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ lead.tags * 1000000000 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 999999999 * 999999999 * 999999999 * 999999999 }}",
        "{% for n in range(1000) %}" + "x" * 1000 + "{% endfor %}",
        "{% for n in range(1000) %}{{ n }}{% endfor %}" * 400,
        "{% for n in range(1000) %}{% endfor %}" * 500,
    ],
)
def test_no_template_takes_long_or_grows_without_end(source: str) -> None:
    check(source)
    started = time.perf_counter()

    text = render(source, CONTEXT)

    assert len(text) <= LONGEST_TEXT
    assert time.perf_counter() - started < 2


def test_what_a_stranger_typed_is_never_a_template() -> None:
    hostile = "{{ owner.name }}{% for x in range(9) %}"

    assert render("Hi {{ lead.first_name }}", {"lead": {"first_name": hostile}}) == "Hi " + hostile


def test_control_characters_of_a_stranger_do_not_pass() -> None:
    context = {"lead": {"first_name": "Ma\x00ria\u202e\r\nBcc: x"}}

    assert render("Hi {{ lead.first_name }}", context) == "Hi Maria\nBcc: x"


texts = st.text() | st.none()
LETTER = """
Hi {{ lead.first_name | default('there') }}, {{ owner.first_name }} will call about
{{ property.address | default('a home') }}{% if property.price and property.price > 1000000 %}!
{% endif %}{% for each in lead.extra %}{{ each }}{% endfor %} {{ property.price | int }}
{{ lead.message | truncate(100) }} {{ lead.first_name | title }} {{ property.beds + 1 }}
"""


@given(
    lead=st.dictionaries(st.sampled_from(["first_name", "message", "city"]), texts),
    price=st.none() | st.integers(),
    owner=st.dictionaries(st.text(), texts) | st.none(),
    extra=st.none() | st.lists(st.recursive(texts, st.lists, max_leaves=5)),
)
def test_no_lead_breaks_a_letter(
    lead: dict[str, str | None], price: int | None, owner: dict[str, str | None] | None, extra: Any
) -> None:
    context = {"lead": {**lead, "extra": extra}, "property": {"price": price}, "owner": owner}

    text = render(LETTER, context)

    assert "will call about" in text
    text.encode()


@given(st.text())
def test_any_source_renders_or_says_what_is_wrong(source: str) -> None:
    with suppress(TemplateBroken):
        render(source, CONTEXT).encode()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("Hi", '<p dir="auto">Hi</p>'),
        (
            "Hi\nyou\n\n\nBye <b a='x'>&\r\n",
            '<p dir="auto">Hi<br>you</p>\n<p dir="auto">Bye &lt;b a=&#x27;x&#x27;&gt;&amp;</p>',
        ),
        ("https://example.com", '<p dir="auto">https://example.com</p>'),
        ('"\x00\u202e"', '<p dir="auto">&quot;&quot;</p>'),
    ],
)
def test_the_html_twin_is_only_text(text: str, html: str) -> None:
    assert as_html(text) == html


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    html = as_html(text).replace('<p dir="auto">', "").replace("</p>", "").replace("<br>", "")

    assert not set('<>"') & set(html)
