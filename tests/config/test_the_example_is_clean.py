"""The published example, the demo and the smallest document: what comes out of them."""

from datetime import timedelta
from re import findall
from time import perf_counter

from pydantic import SecretStr

from app.config.calendars import Block
from app.config.demo import demo_text
from app.config.load import Document, Off, check, read_yaml
from app.config.plans import CallAt, Calls, Days
from app.config.recipients import Recipient
from app.config.sla import Step
from app.config.sources import SignedEvents, ZillowTechConnect
from app.config.times import Span
from tests.config.documents import EXAMPLE, MINIMAL, checked

VARIABLES = dict.fromkeys(findall(r"\$\{(\w+)", EXAMPLE), "https://value.example.com")
CONFIG = checked(EXAMPLE, VARIABLES).config


def test_the_example_has_nothing_off_when_every_variable_is_set() -> None:
    assert checked(EXAMPLE, VARIABLES).off == ()


def test_the_example_lists_all_that_is_off_when_no_variable_is_set() -> None:
    twilio = ("TWILIO_SID", "TWILIO_TOKEN", "TWILIO_URL")

    assert checked(EXAMPLE).off == (
        Off("source", "zillow", ("ZILLOW_PASSWORD", "ZILLOW_TOPIC_ARN")),
        Off("source", "zillow-rentals", ("ZILLOW_RENTALS_SECRET",)),
        Off("source", "realtor", ("REALTOR_API_KEY",)),
        Off("source", "google-ads", ("GOOGLE_ADS_KEY",)),
        Off("source", "meta", ("META_APP_SECRET", "META_VERIFY_TOKEN", "META_PAGE_TOKEN")),
        Off("source", "website", ("WEBSITE_SECRET",)),
        Off("source", "crm", ("CRM_API_KEY",)),
        Off("source", "partners", ("PARTNER_SECRET", "PARTNER_SECRET_OLD")),
        Off("source", "inbox", ("INBOUND_PASSWORD",)),
        Off("channel", "email", ("SMTP_URL",)),
        Off("channel", "sms", twilio),
        Off("channel", "voice", twilio),
        Off("channel", "push", ("NTFY_URL", "NTFY_TOKEN")),
        Off("webhook", "crm", ("CRM_WEBHOOK_URL", "CRM_WEBHOOK_SECRET")),
    )


def test_what_is_off_is_still_in_the_config_without_its_secrets() -> None:
    zillow = checked(EXAMPLE).config.sources["zillow"]

    assert isinstance(zillow, ZillowTechConnect)
    assert zillow.basic_auth is not None
    assert (zillow.basic_auth.username, zillow.basic_auth.password) == ("zillow", None)


def test_the_example_warns_of_templates_that_nobody_has_written() -> None:
    warnings = checked(EXAMPLE, VARIABLES).warnings

    assert [each.path for each in warnings] == [
        f"follow_up_plans.0.steps.{step}.email" for step in (1, 3, 4, 6)
    ]


def test_agents_are_found_by_their_id() -> None:
    dana = CONFIG.agent("dana")

    assert dana is not None
    assert (dana.weight, dana.capacity.open, dana.zips) == (2, 40, ("342*",))
    assert CONFIG.agent("nobody") is None


def test_weekly_hours_are_minutes_of_weekdays() -> None:
    week = [Block(day, start, end) for day in range(5) for start, end in ((480, 750), (780, 1200))]

    assert CONFIG.calendars["office"].weekly_blocks == (*week, Block(5, 540, 1020))
    assert CONFIG.calendars["evenings"].weekly_blocks == tuple(
        Block(day, 1080, 1560) for day in range(7)
    )


def test_steps_say_whom_to_tell_when() -> None:
    assert CONFIG.sla[0].steps[1] == Step(
        name="manager",
        after=timedelta(minutes=5),
        escalate=Recipient(role="manager"),
        via=("push", "sms"),
        acknowledge_within=timedelta(minutes=5),
        then=Recipient(on_call="managers"),
    )


def test_plans_say_what_to_do_on_which_day() -> None:
    first, _, third, *_, last_but_two, drip, _ = CONFIG.follow_up_plans[0].steps

    assert first.call == Calls(
        at=(
            CallAt(after=timedelta(0)),
            CallAt(after=timedelta(minutes=5)),
            *(CallAt(minute=minute) for minute in (660, 840, 990)),
        )
    )
    assert third.days == Days(2, 5)
    assert last_but_two.call == Calls(
        at=(CallAt(minute=510), CallAt(minute=990)), per_week=2, on=(2, 3)
    )
    assert (drip.every, drip.until) == (timedelta(days=30), timedelta(days=365))


def test_quiet_hours_are_spans_of_the_day() -> None:
    assert CONFIG.quiet_hours.sms == Span(480, 1260)
    assert CONFIG.quiet_hours.states["FL"] == Span(480, 1200)


def test_one_of_two_secrets_is_enough() -> None:
    result = checked(EXAMPLE, VARIABLES | {"PARTNER_SECRET_OLD": ""})
    partners = result.config.sources["partners"]

    assert result.off == ()
    assert isinstance(partners, SignedEvents)
    assert partners.secrets == (SecretStr("https://value.example.com"),)


def test_the_demo_takes_leads_at_once() -> None:
    demo = checked(demo_text())

    assert "website" not in {each.name for each in demo.off}
    assert demo.warnings == ()
    assert all(agent.calendar is None for agent in demo.config.agents)


def test_the_smallest_document_needs_no_more_than_people_rules_and_deadlines() -> None:
    text = """\
organization: {name: Harborline}
agents: [{id: dana, name: Dana}]
teams: {sarasota: {members: [dana]}}
sources: {website: {kind: web-form, secret: open-sesame}}
routing: {rules: [{name: everyone, to: {team: sarasota}}]}
sla: [{name: speed, steps: [{name: nudge, after: 3m, remind: owner}]}]
"""
    config = checked(text).config

    assert config.organization.timezone == "UTC"
    assert config.agents[0].reach == ("push",)
    assert config.identity.repeat_inquiry.window == timedelta(days=180)


def test_a_document_as_json_is_the_same_config() -> None:
    document = read_yaml(MINIMAL)

    assert check(Document.of(document.raw), {}) == check(document, {})


def test_checking_the_example_takes_less_than_50_milliseconds() -> None:
    document = read_yaml(EXAMPLE)
    check(document, VARIABLES)  # The first time loads the holidays.

    fastest = min(_seconds_to_check(document) for _ in range(5))

    assert fastest < 0.05


def _seconds_to_check(document: Document) -> float:
    began = perf_counter()
    check(document, VARIABLES)
    return perf_counter() - began
