"""What differs between two documents: told by names, with places where order decides."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.consequences import InUse, consequences
from app.config.differences import Difference, differences, in_a_line
from app.config.masking import HIDDEN, masked, secret_keys
from tests.world import a_config

LITERAL = "a-secret-that-somebody-wrote-down"


def changed(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The config of these tests, with one edit."""
    document = copy.deepcopy(a_config())
    edit(document)
    return document


def told(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [f"{each.section} {each}" for each in differences(old, new)]


def edited(edit: Callable[[dict[str, Any]], object]) -> list[str]:
    return told(a_config(), changed(edit))


def rules(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["routing"]["rules"]
    return found


A_RULE = {"name": "spanish", "when": {"language": "es"}, "to": {"team": "sarasota"}}


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        pytest.param(lambda _: None, [], id="nothing"),
        pytest.param(
            lambda it: it["agents"].insert(0, {"id": "eve", "name": "Eve", "weight": 2}),
            ["agents + eve: {id: eve, name: Eve, weight: 2}"],
            id="an agent at the top",
        ),
        pytest.param(
            lambda it: it["agents"].pop(1),
            [
                (
                    "agents - ben: {id: ben, name: Ben Ito, email: ben@harborline.example.com, "
                    "reach: [push, email]}"
                )
            ],
            id="an agent less",
        ),
        pytest.param(lambda it: it["agents"].reverse(), [], id="agents in another order"),
        pytest.param(
            lambda it: it["agents"][0].update(weight=3, name="Dana O'Kafor"),
            ["agents ~ dana.name: Dana Okafor → Dana O'Kafor", "agents + dana.weight: 3"],
            id="parts of an agent",
        ),
        pytest.param(
            lambda it: it["teams"]["sarasota"].update(members=["ben", "cara", "maria"]),
            ["teams ~ sarasota.members: + maria, - dana"],
            id="members",
        ),
        pytest.param(
            lambda it: it["agents"][0].update(reach=["email", "push"]),
            ["agents ~ dana.reach: [push, email] → [email, push]"],
            id="the order of channels",
        ),
        pytest.param(
            lambda it: rules(it).insert(1, A_RULE),
            [
                (
                    "routing + rules.spanish: {name: spanish, when: {language: es}, "
                    "to: {team: sarasota}}"
                )
            ],
            id="a rule between others",
        ),
        pytest.param(
            lambda it: rules(it).reverse(),
            ["routing ~ rules.everyone: moved from place 2 to 1"],
            id="rules in another order",
        ),
        pytest.param(
            lambda it: rules(it)[0]["when"]["price"].update(min=900_000, max=None),
            [
                "routing ~ rules.luxury.when.price.min: 1000000 → 900000",
                "routing + rules.luxury.when.price.max: null",
            ],
            id="a condition",
        ),
        pytest.param(
            lambda it: it["sla"][0]["steps"][1].update(after="10m"),
            ["sla ~ speed-to-lead.steps.manager.after: 5m → 10m"],
            id="a step",
        ),
        pytest.param(
            lambda it: it.pop("auto_responses"),
            ["auto_responses - instant: {name: instant, send: [email], templates: {email: hello}}"],
            id="a whole section gone",
        ),
        pytest.param(
            lambda it: it.update(retention={"messages": "30d"}, version=1),
            ["retention + messages: 30d", "version + version: 1"],
            id="new sections",
        ),
        pytest.param(
            lambda it: it["templates"].update(hello="Hi,\n\nthere"),
            [
                (
                    'templates ~ hello: {subject: Your request, body: "Hi {{ lead.first_name | '
                    'default(\'there\') }}, {{ owner.name }} will call you."} → "Hi,\\n\\nthere"'
                )
            ],
            id="a map that becomes a text of several lines",
        ),
    ],
)
def test_each_change_is_told_where_it_stands(edit: Any, lines: list[str]) -> None:
    assert edited(edit) == lines


def test_of_many_rules_only_those_that_moved_are_told() -> None:
    def named(names: str) -> dict[str, Any]:
        return {"routing": {"rules": [{"name": each} for each in names]}}

    assert told(named("abcdef"), named("fabcde")) == ["routing ~ rules.f: moved from place 6 to 1"]
    assert told(named("abcdef"), named("acdxebf")) == [
        "routing + rules.x: {name: x}",
        "routing ~ rules.b: moved from place 2 to 6",
    ]
    assert told(named("abc"), named("bc")) == ["routing - rules.a: {name: a}"]


@settings(max_examples=100, deadline=None)
@given(st.permutations("abcdefg"), st.permutations("abcdefg"))
def test_taking_out_what_moved_leaves_the_same_order(one: list[str], other: list[str]) -> None:
    """So the moves explain the new order; and no fewer would, for the rest is the longest."""
    found = differences(
        {"sla": [{"name": each} for each in one]}, {"sla": [{"name": each} for each in other]}
    )
    moved = {each.path: each for each in found}

    assert [each for each in one if each not in moved] == [
        each for each in other if each not in moved
    ]
    for name, move in moved.items():
        assert (one.index(name) + 1, other.index(name) + 1) == (move.old, move.new)
    assert bool(moved) == (one != other)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc"), "x": inner}), max_size=3)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["agents", "sla", "teams", "x"]), VALUES, max_size=4)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_documents_that_differ_are_told_apart_and_equal_ones_never(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """But for the order of agents, and sections that are empty or not there."""
    assert differences(one, one) == []
    forth, back = differences(one, other), differences(other, one)
    assert len(forth) == len(back)
    for each in forth:
        assert "\n" not in str(each)
    plain = {"sla", "teams", "x"}
    says_more = {k: v for k, v in one.items() if k in plain and v not in ({}, [], None)}
    if says_more != {k: v for k, v in other.items() if k in plain and v not in ({}, [], None)}:
        assert forth


def test_a_secret_is_never_told() -> None:
    sources = {
        "website": {"kind": "web-form", "secret": LITERAL},
        "zillow": {
            "basic_auth": {"username": "z", "password": LITERAL},
            "headers": {"X-Key": LITERAL},
        },
        "meta": {"access_tokens": {"100": LITERAL}, "app_secret": f"${{A:-{LITERAL}}}"},
        "partners": {"secrets": [LITERAL, "${PARTNER}"]},
    }
    channels = {"email": {"kind": "smtp", "url": f"smtp://me:{LITERAL}@${{HOST}}", "from": "x"}}
    others = {"kind": "web-form", "secret": "${WEBSITE}"}
    full, empty = {"sources": sources, "channels": channels}, {"sources": {"website": others}}

    for old, new in ((full, empty), (empty, full), (full, {}), ({}, full)):
        found = differences(old, new)
        assert found
        assert LITERAL not in repr([(str(each), each.old, each.new) for each in found])
    assert 'sources ~ website.secret: (secret) → "${WEBSITE}"' in told(full, empty)
    another = {"sources": {"website": {**others, "secret": "another-literal"}}}
    literal = {"sources": {"website": {**others, "secret": LITERAL}}}
    assert told(literal, another) == ["sources ~ website.secret: (secret) → another"]


def test_everything_that_the_document_calls_a_secret_is_one() -> None:
    assert secret_keys() >= {
        *("secret", "secrets", "password", "api_key", "signing_key", "access_tokens", "token"),
        *("url", "urls", "ical", "auth_token", "private_key", "routing_key", "bearer", "headers"),
    }
    assert masked({"a": {"token": 7, "kind": "x"}}) == {"a": {"token": HIDDEN, "kind": "x"}}


def test_a_long_value_is_cut_and_a_text_that_looks_like_something_else_is_quoted() -> None:
    assert in_a_line("x" * 500) == "x" * 159 + "…"
    assert in_a_line(["a: b", "", "c", True, None, 1, "#d"]) == (
        '["a: b", "", c, true, null, 1, "#d"]'
    )
    assert str(Difference("changed", "teams", "t.members", ["a"], [])) == "~ t.members: - a"


# ── What follows ────────────────────────────────────────────────────────────────────


def follows(edit: Callable[[dict[str, Any]], object], in_use: InUse) -> list[str]:
    old, new = a_config(), changed(edit)
    return consequences(old, new, differences(old, new), in_use)


BUSY = InUse(
    owned={"dana": 3, "ben": 1},
    of_team={"luxury": 2, "sarasota": 9},
    running={"speed-to-lead": 4},
    waiting=5,
)


def without_ben(it: dict[str, Any], **routing: Any) -> None:
    it["routing"].update(routing)
    it["agents"] = [each for each in it["agents"] if each["id"] != "ben"]
    it["teams"]["sarasota"]["members"] = ["dana", "cara"]


WAITING = "5 open leads without an owner will be looked at again at once."


@pytest.mark.parametrize(
    ("edit", "sentences"),
    [
        pytest.param(
            without_ben,
            [
                (
                    "ben is removed and owns 1 open lead. Those that a rule gave and nobody "
                    "answered go to somebody else after 15m, if somebody else can take them; the "
                    "others stay with ben until a person assigns them."
                ),
                WAITING,
            ],
            id="an agent with leads",
        ),
        pytest.param(
            lambda it: without_ben(it, off_duty_after="never"),
            [
                (
                    "ben is removed and owns 1 open lead. They stay with ben until a person "
                    "assigns them."
                ),
                WAITING,
            ],
            id="an agent with leads that nobody hands on",
        ),
        pytest.param(
            lambda it: it["teams"]["sarasota"].update(members=["dana", "ben"]),
            ["cara is in no team any more, and is given no lead by turn.", WAITING],
            id="somebody in no team",
        ),
        pytest.param(
            lambda it: it["teams"].pop("luxury"),
            [
                "team luxury is removed: 2 open leads of it keep their owners and its name.",
                WAITING,
            ],
            id="a team",
        ),
        pytest.param(
            lambda it: it["sources"].pop("realtor"),
            ["source realtor is removed: what it delivers from then on is answered 404."],
            id="a source",
        ),
        pytest.param(
            lambda it: it["sources"]["zillow"]["basic_auth"].update(password="${OTHER}"),
            ["source zillow has another secret: whoever sends with the old one gets a 401."],
            id="a source's password",
        ),
        pytest.param(
            lambda it: it["channels"].pop("push"),
            ["channel push is removed: its messages are kept on the board, and not sent."],
            id="a channel",
        ),
        pytest.param(
            lambda it: it["sla"][0]["steps"].pop(),
            [
                (
                    "policy speed-to-lead is changed: 4 running clocks keep their deadline. Whom a "
                    "step tells is read from the new version when it is due."
                )
            ],
            id="a policy",
        ),
        pytest.param(
            lambda it: it["sla"][0].update(name="slow"),
            [
                (
                    "policy speed-to-lead is removed: 4 running clocks keep their deadline. Whom a "
                    "step tells is read from policy slow, the first there is."
                )
            ],
            id="a policy's name",
        ),
        pytest.param(
            lambda it: it.pop("sla"),
            [
                (
                    "no policy is left: 4 running clocks keep their deadline, and nobody is told "
                    "when it passes."
                )
            ],
            id="all policies",
        ),
        pytest.param(lambda it: it["organization"].update(name="X"), [], id="a name"),
    ],
)
def test_what_is_under_way_is_told(edit: Any, sentences: list[str]) -> None:
    assert follows(edit, BUSY) == sentences
    if not any("source" in each or "channel" in each for each in sentences):
        idle = follows(edit, InUse())
        assert idle == [each for each in sentences if "in no team" in each]
