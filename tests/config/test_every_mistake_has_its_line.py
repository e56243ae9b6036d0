"""One document, one mistake at a time: the line, and what to do about it."""

from time import perf_counter

import pytest

from app.config.errors import ConfigInvalid
from app.config.load import Document, check, read_yaml
from tests.config.documents import EXAMPLE, MINIMAL, line_of, minimal_with, mistakes

# What stands in the smallest document, what stands there instead, the path, what is said.
CASES = [
    ("name: Ben Ito", "nam: Ben Ito", "agents.1.nam", "unknown key. Did you mean name?"),
    ("name: Ben Ito, ", "", "agents.1.name", "is missing"),
    ("calendar: office", "calendar: ofice", "agents.1.calendar", "'ofice'. Did you mean office?"),
    ("calendar: office", "calender: office", "agents.1.calender", "Did you mean calendar?"),
    ("[dana, ben]", "[dana, bem]", "teams.sarasota.members.1", "no agent 'bem'. Did you mean ben?"),
    ("[dana, ben]", "[dana, dana]", "teams.sarasota.members.1", "this was given already on line"),
    ("[dana, ben]", "[]", "teams.sarasota.members", "must not be empty"),
    ("[dana, ben]", "dana", "teams.sarasota.members", "must be a list"),
    ("id: ben", "id: dana", "agents.1.id", "this was given already on line 5"),
    ("id: ben", "id: Ben B", "agents.1.id", "use up to 64 lower-case letters"),
    ("name: Dana Okafor", "name: Dana, weight: 0", "agents.0.weight", "greater than or equal to 1"),
    ("name: Dana Okafor", "name: Dana, phone: 555", "agents.0.phone", "put it in quotes"),
    ("name: Dana Okafor", "name: Dana, phone: '555'", "agents.0.phone", "+19415550100"),
    ("name: Dana Okafor", "name: Dana, email: dana", "agents.0.email", "not an e-mail address"),
    ("name: Dana Okafor", "name: Dana, role: boss", "agents.0.role", "must be agent or manager"),
    ("name: Dana Okafor", "name: Dana, reach: [pusch]", "agents.0.reach.0", "Did you mean push?"),
    ("name: Dana Okafor", "name: Dana, reach: [sms]", "agents.0", "give phone"),
    ("name: Dana Okafor", "name: D, external_ids: {zilow: x}", "agents.0.external_ids.zilow", "no"),
    ("{name: Harborline}", "{name: H, timezone: Mars/Base}", "organization.timezone", "time zone"),
    ('mon-fri: ["08:00-17:00"]', "", "calendars.office.weekly", "never open"),
    ('["08:00-17:00"]', "[]", "calendars.office.weekly", "never open"),
    ("mon-fri", "mon-fry", "calendars.office.weekly", "weekdays are mon, tue"),
    ("08:00-17:00", "8 to 5", "calendars.office.weekly.mon-fri.0", 'write hours as "08:00-12:30"'),
    ("08:00-17:00", "08:00-25:00", "calendars.office.weekly.mon-fri.0", "a day has 24 hours"),
    ('"]}}', '"]}, holidays: US-XX}', "calendars.office.holidays", "no holidays of that code"),
    ('"]}}', '"]}, closed: [never]}', "calendars.office.closed.0", "must be a valid date"),
    ("members: [ben]", "members: [bn]", "on_call.nights.rotation.members.0", "Did you mean ben?"),
    ("every: 1w", "every: weekly", "on_call.nights.rotation.every", "such as 90s, 5m, 1h, 2d"),
    ("web-form", "webform", "sources.website.kind", "Did you mean web-form?"),
    ("kind: web-form, ", "", "sources.website", "needs a `kind`"),
    (
        "secret: open-sesame",
        "sekret: open-sesame",
        "sources.website.sekret",
        "Did you mean secret?",
    ),
    (", secret: open-sesame", "", "sources.website", "anybody could post here: give secret or"),
    ("secret: open-sesame", "secret: ''", "sources.website.secret", "is empty"),
    ("secret: open-sesame", "secret: ~", "sources.website.secret", "is empty"),
    ("  website:", "  Web Site:", "sources.Web Site", "use up to 64 lower-case letters"),
    ("kind: web-form", "kind: web-form, team: x", "sources.website.team", "There are sarasota."),
    (
        "kind: web-form",
        "kind: web-form, max_body: 1 MB",
        "sources.website.max_body",
        "whole number",
    ),
    ("agent: dana", "agent: dan", "routing.rules.0.to.agent", "Did you mean dana?"),
    (
        "{agent: dana}",
        "{agent: dana, team: sarasota}",
        "routing.rules.0.to",
        "exactly one of agent",
    ),
    (
        "{team: sarasota}}",
        "{team: sarasotta}}",
        "routing.rules.1.to.team",
        "Did you mean sarasota?",
    ),
    (
        "{team: sarasota}}",
        "{team: sarasota, strategy: fair}}",
        "routing.rules.1.to.strategy",
        "must be round_robin, weighted",
    ),
    ("price: {min", "prize: {min", "routing.rules.0.when.prize", "Did you mean price?"),
    ("{min: 1000000}", "{min: lots}", "routing.rules.0.when.price.min", "must be a whole number"),
    ("price: {min: 1000000}", "kind: byer", "routing.rules.0.when.kind", "must be buyer, seller"),
    ("price: {min: 1000000}", "status: hot", "routing.rules.0.when.status", "must be new,"),
    ("{min: 1000000}", "{}", "routing.rules.0.when.price", "give min or max"),
    ("price: {min: 1000000}", "source: web", "routing.rules.0.when.source", "no source 'web'"),
    ("price: {min: 1000000}", "not: {team: b}", "routing.rules.0.when.not.team", "no team 'b'"),
    ("name: everyone", "name: dear", "routing.rules.1.name", "given already on line 15"),
    ("everyone, to", "everyone, when: {kind: buyer}, to", "routing.rules.1", "last rule must take"),
    ("name: speed", "name: speed\n    clock: ofice", "sla.0.clock", "Did you mean office?"),
    ("remind: owner", "remind: ownr", "sla.0.steps.0.remind", "Did you mean owner?"),
    ("remind: owner", "", "sla.0.steps.0", "a step either has `remind` or `escalate`"),
    ("remind: owner", "remind: owner, via: [fax]", "sla.0.steps.0.via.0", "no channel 'fax'"),
    ("remind: owner", "escalate: manager", "teams.sarasota", "give this team a `manager`"),
    ("remind: owner", "remind: {agent: b}", "sla.0.steps.0.remind.agent", "no agent 'b'"),
    ("after: 3m", "after: 3", "sla.0.steps.0.after", "write a number and a unit"),
    ("after: 3m", "after: 10m", "sla.0", "step night comes too late"),
    ("name: night,", "name: nudge,", "sla.0.steps.1.name", "given already on line 20"),
    ("on_call: nights}}", "on_call: days}}", "sla.0.steps.1.escalate.on_call", "no on-call 'days'"),
    ("{{ lead.first_name }}", "{{ lead.first_name }", "templates.hello.body", "template is not"),
    ("subject: Hello, ", "", "templates.hello", "an e-mail needs a `subject`"),
    ("email: hello", "email: helo", "auto_responses.0.templates.email", "Did you mean hello?"),
    ("send: [email]", "send: [email, sms]", "auto_responses.0", "`send` names sms, but"),
    ("send: [email]", "send: [fax]", "auto_responses.0.send.0", "must be sms or email"),
    ("at_once", "noon", "follow_up_plans.0.steps.0.call.0", "write at_once"),
    ("day: 1, ", "", "follow_up_plans.0.steps.0", "exactly one of day, days, month, every"),
    ("kind: smtp", "kind: smpt", "channels.email.kind", "Did you mean smtp?"),
    (", from: office@example.com", "", "channels.email.from", "is missing"),
    ("https://crm", "crm", "webhooks.0.url", "must begin with https://"),
    ("lead.*", "leads.*", "webhooks.0.events.0", "events begin with lead, sla"),
    ("organization:", "version: 2\norganization:", "version", "must be 1"),
    ("organization:", "orgnization:", "orgnization", "Did you mean organization?"),
]


@pytest.mark.parametrize(("old", "new", "path", "said"), CASES)
def test_a_mistake_is_told_with_its_place(old: str, new: str, path: str, said: str) -> None:
    found = mistakes(minimal_with(old, new))

    assert [each for each in found if each[1].startswith(f"{path}: ") and said in each[1]], found
    assert all(line is not None for line, _ in found)


def test_the_smallest_document_has_no_mistake() -> None:
    assert mistakes(MINIMAL) == []


def test_the_line_is_that_of_the_wrong_value() -> None:
    text = minimal_with("after: 5m", "after: soon")

    assert [line for line, _ in mistakes(text)] == [line_of(text, "after: soon")]


def test_every_mistake_of_a_document_is_told_at_once_from_the_top_down() -> None:
    text = minimal_with("name: Ben Ito", "nam: Ben Ito")
    text = text.replace("members: [dana, ben]", "members: [dana, otto]")
    text = text.replace("after: 3m", "after: 3 minutes")
    text = text.replace("email: hello", "email: goodbye")

    assert [line for line, _ in mistakes(text)] == [6, 6, 8, 20, 25]


def test_a_step_that_comes_before_an_earlier_one_is_refused_in_the_example() -> None:
    text = EXAMPLE.replace("after: 5m", "after: 2m")

    assert [said for _, said in mistakes(text)] == [
        "sla.0: step manager comes too late: sort the steps by `after`"
    ]


def test_a_key_given_twice_names_both_lines() -> None:
    text = MINIMAL + "teams:\n  other: {members: [dana]}\n"

    assert mistakes(text)[0] == (
        text.count("\n") - 1,
        "teams: this key was given on line 7 already: keep one of them",
    )


def test_json_has_paths_instead_of_lines() -> None:
    raw = dict(read_yaml(MINIMAL).raw) | {"agents": [{"id": "dana", "nam": "Dana"}]}

    with pytest.raises(ConfigInvalid) as caught:
        check(Document.of(raw), {})

    assert {each.line for each in caught.value.problems} == {None}
    assert "agents.0.nam: unknown key. Did you mean name?" in str(caught.value)


def test_local_times_take_no_offset() -> None:
    text = minimal_with('"2026-01-05T08:00"', '"2026-01-05T08:00Z"')

    assert mistakes(text) == [
        (
            10,
            (
                "on_call.nights.rotation.starts: write local time without an offset: "
                "the zone is given by `timezone`"
            ),
        )
    ]


def test_an_unprotected_relay_is_refused() -> None:
    text = EXAMPLE.replace("sns_signature: required}", "sns_signature: off}").replace(
        'basic_auth: {username: zillow, password: "${ZILLOW_PASSWORD}"}, ', ""
    )

    assert [said for _, said in mistakes(text)] == [
        "sources.zillow: `sns_signature: off` needs `basic_auth`"
    ]


def test_a_rule_that_hides_the_following_ones_is_a_warning() -> None:
    text = minimal_with("when: {price: {min: 1000000}}", "when: {}")

    assert [str(each) for each in check(read_yaml(text), {}).warnings] == [
        "line 15: routing.rules.0: rule dear takes every lead: the rules after it never apply"
    ]


def test_a_person_whom_one_channel_cannot_reach_is_a_warning() -> None:
    text = minimal_with("name: Dana Okafor", "name: Dana, reach: [push, email]")

    assert [str(each) for each in check(read_yaml(text), {}).warnings] == [
        "line 5: agents.0.reach: dana has no email: email is skipped"
    ]


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        (
            "{to: [owner]}",
            (
                "alerts: an alert is about a source, which has no owner: write manager, "
                "{on_call: name}, {agent: id} or {team: name}"
            ),
        ),
        (
            "{to: [{agent: dan}]}",
            "alerts.to.0.agent: there is no agent 'dan'. Did you mean dana?",
        ),
        (
            "{to: [{on_call: days}]}",
            "alerts.to.0.on_call: there is no on-call 'days'. There are nights.",
        ),
    ],
)
def test_alerts_go_to_people_who_exist(alerts: str, said: str) -> None:
    text = f"{MINIMAL}alerts: {alerts}\n"

    assert mistakes(text) == [(line_of(text, "alerts:"), said)]


def test_sources_whose_alerts_nobody_hears_are_a_warning() -> None:
    text = minimal_with("{on_call: nights}", "{agent: ben}").replace(
        '  nights: {rotation: {every: 1w, starts: "2026-01-05T08:00", members: [ben]}}\n', ""
    )
    text = text.replace("on_call:\n", "")

    [warning] = check(read_yaml(text), {}).warnings
    assert str(warning) == (
        f"line {line_of(text, 'sources:')}: sources: nobody hears of a source that is refused or "
        "falls silent: give a team a `manager`, or write `alerts: {to: [...]}`"
    )
    heard = f"{text}alerts: {{to: [{{agent: dana}}]}}\n"
    assert check(read_yaml(heard), {}).warnings == ()


def test_a_last_step_that_hangs_on_one_service_is_a_warning() -> None:
    text = minimal_with("{on_call: nights}", "{on_call: nights}, via: [email]")

    assert [each.problem for each in check(read_yaml(text), {}).warnings] == [
        "the last step depends on smtp alone: add a channel of another service"
    ]


def test_thousands_of_mistakes_are_told_in_no_time() -> None:
    names = [f"agent-{number}" for number in range(1000)]
    raw = dict(read_yaml(MINIMAL).raw) | {
        "agents": [{"id": name, "name": name} for name in names],
        "teams": {f"team-{number}": {"members": ["agent-x"] * 100} for number in range(100)},
    }
    began = perf_counter()

    with pytest.raises(ConfigInvalid) as caught:
        check(Document.of(raw), {})

    assert 200 <= len(caught.value.problems) <= 600
    assert perf_counter() - began < 10
