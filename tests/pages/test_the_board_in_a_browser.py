"""The board as people meet it: a real browser, the real service, and leads that mean harm."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.config.demo import demo_text
from tests.pages.browser import Page, chromium
from tests.pages.serving import ADMIN_KEY, board_with, client_of
from tests.servers.service import lead_router

_HOSTILE = (
    "<script>window.harmed=1</script>",
    "<img src=x onerror=window.harmed=1>",
    '"><svg onload=window.harmed=1>',
    "javascript:window.harmed=1",
    "{{constructor.constructor('window.harmed=1')()}}",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Page) -> Iterator[Page]:
    with browser.another() as page:
        yield page


@dataclass(frozen=True, slots=True)
class Office:
    """A service with one lead, that of Grace Kim, which nobody answers."""

    url: str
    lead: str
    database: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with board_with(_lead("Grace", "Kim", message="Can I see it?"), folder=folder) as client:
        lead = client.get("/v1/leads").json()["items"][0]["id"]
        url = str(client.base_url).rstrip("/")
        yield Office(url, lead, f"sqlite:///{folder}/board.db")


def _ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def _lead(first: str, last: str, *, seconds_ago: float = 0, **more: Any) -> dict[str, Any]:
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first.lower()}@example.com",
        "received_at": _ago(seconds_ago),
        **more,
    }


def _open(page: Page, url: str) -> None:
    page.open(f"{url}/board#key={ADMIN_KEY}")


def test_a_key_in_the_address_opens_the_board_and_leaves_the_address(
    page: Page, office: Office
) -> None:
    _open(page, office.url)

    page.wait_for_text("Grace Kim", "#leads")

    assert page.run("location.pathname + location.hash") == "/board"
    assert page.run("sessionStorage.length") == 1
    assert page.errors == []


def test_late_leads_leads_at_risk_and_leads_in_time_are_told_apart_in_words(
    page: Page, tmp_path: Path
) -> None:
    leads = (
        _lead("Late", "Lopez", seconds_ago=400),
        _lead("Risky", "Rossi", seconds_ago=250),
        _lead("Fresh", "Frank"),
    )
    with board_with(*leads, folder=tmp_path) as client:
        _open(page, str(client.base_url))

        page.wait_for_text("Late Lopez", "#breached")
        page.wait_for_text("told Maria Sole", "#breached")
        rows = page.run(
            "[...document.querySelectorAll('#breached .row, #running .row')].map(row => "
            "[row.querySelector('.tag').innerText, row.querySelector('.who').innerText])"
        )
        figures = page.run("[...document.querySelectorAll('.figures dd')].map(e => e.innerText)")

        assert rows == [
            ["Breached", "Late Lopez"],
            ["At risk", "Risky Rossi"],
            ["In time", "Fresh Frank"],
        ]
        assert figures == ["1", "1", "1", "0", "5 of 5"]
        assert page.run("document.title") == "(1) Board · lead-router"


def test_a_clock_counts_down_between_two_questions(page: Page, office: Office) -> None:
    _open(page, office.url)
    page.wait_for_text("Grace Kim", "#running")
    seen = {page.text("#running .big")}

    page.wait_until(lambda: len(seen | {page.text("#running .big")}) > 1, "counted")


def test_hostile_words_are_shown_as_they_are_and_never_run(page: Page, tmp_path: Path) -> None:
    leads = [
        {
            "first_name": text,
            "last_name": f"number-{number}",
            "phone": f"(941) 555-01{number:02}",
            "message": text,
            "property": {"address": text, "url": text},
            "campaign": {"name": text},
        }
        for number, text in enumerate(_HOSTILE)
    ]
    with board_with(*leads, folder=tmp_path) as client:
        _open(page, str(client.base_url))

        stored = client.get("/v1/leads").json()["items"]
        assert len(stored) == len(_HOSTILE)
        for lead in stored:
            # What is plainly no name is kept beside it, and is no part of it.
            name = " ".join(filter(None, (lead["first_name"], lead["last_name"])))
            page.wait_for_text(name, "#leads")
            page.wait_for_text(lead["property"]["address"], "#leads")
            page.run(f"location.hash = {json.dumps(lead['id'])}")
            page.wait_for_text(lead["message"], "#lead .asked")
            page.run("document.querySelectorAll('#lead details').forEach(e => e.open = true)")

        assert page.run("window.harmed ?? null") is None
        assert page.run("document.querySelectorAll('svg, img, body script').length") == 0
        assert (
            page.run("[...document.links].filter(a => !/^(http|tel|mailto)/.test(a.href)).length")
            == 0
        )
        assert page.errors == []


def test_a_lead_opens_with_why_what_was_said_and_what_happened(page: Page, office: Office) -> None:
    page.open(f"{office.url}/board#{office.lead}")
    page.wait_for_text("API key")

    page.run(f"document.getElementById('key').value = {json.dumps(ADMIN_KEY)}")
    page.run("document.querySelector('#key-form button').click()")

    page.wait_for_text("Grace Kim", "#lead")
    page.wait_for_text("Can I see it?", "#lead .asked")
    page.wait_for_text("Dana Okafor chosen", "#lead .decisions")
    page.wait_for_text("turn came first", "#lead .decisions")
    page.wait_for_text("kept in the sandbox", "#lead .timeline")
    page.wait_for_text("greeting, email", "#lead .messages")
    assert page.errors == []


def test_an_attempt_logged_on_the_board_stops_the_clocks(page: Page, tmp_path: Path) -> None:
    with board_with(_lead("Grace", "Kim"), folder=tmp_path) as client:
        lead = client.get("/v1/leads").json()["items"][0]
        _open(page, str(client.base_url))
        page.wait_for_text("Grace Kim", "#running")
        page.run(f"location.hash = '{lead['id']}'")
        page.wait_for_text("We spoke", "#lead")

        page.run("document.querySelector('#lead .acts button').click()")

        page.wait_for_text("in contact", "#lead .facts")
        page.wait_for_text("No clock is running.", "#running")
        after = client.get(f"/v1/leads/{lead['id']}").json()
        assert (after["status"], {clock["state"] for clock in after["sla"]}) == (
            "contacted",
            {"met"},
        )


def test_a_lead_on_offer_says_to_whom_and_is_claimed_on_the_board(
    page: Page, tmp_path: Path
) -> None:
    demo = yaml.safe_load(demo_text())
    rule = {"name": "everyone", "to": {"team": "sarasota", "strategy": "first_to_claim"}}
    demo["routing"]["rules"] = [rule]
    for agent in demo["agents"]:
        agent.pop("calendar", None)
    config = yaml.safe_dump(demo)
    with board_with(_lead("Grace", "Kim"), folder=tmp_path, config=config) as client:
        lead = client.get("/v1/leads", params={"owner": "none"}).json()["items"][0]
        winner = lead["offered_to"][0]
        name = next(each["name"] for each in demo["agents"] if each["id"] == winner)
        _open(page, str(client.base_url))
        page.wait_for_text(f"offered to {name}", "#leads")
        page.run(f"location.hash = '{lead['id']}'")
        page.wait_for_text("Claim it", "#lead")

        page.run("document.querySelector('#lead .claim').click()")

        page.wait_for_text(f"to {name} · claimed · by {name}", "#lead .timeline")
        assert client.get(f"/v1/leads/{lead['id']}").json()["owner"] == winner
        assert page.run("document.querySelector('#lead .claim').hidden") is True
        assert page.errors == []


def test_a_key_that_may_only_read_is_told_so(page: Page, office: Office) -> None:
    env = {"LEADROUTER_DATABASE_URL": office.database}
    viewer = lead_router("keys", "create", "--role", "viewer", "--name", "wall", env=env).strip()
    page.open(f"{office.url}/board#key={viewer}")
    page.wait_for_text("Grace Kim", "#running")
    page.run(f"location.hash = '{office.lead}'")
    page.wait_for_text("We spoke", "#lead")

    page.run("document.querySelector('#lead .acts button').click()")

    page.wait_for_text("This key may read, but not change a lead.", "#lead")


def test_a_key_limited_to_a_team_sees_that_teams_leads(page: Page, office: Office) -> None:
    env = {"LEADROUTER_DATABASE_URL": office.database}
    key = lead_router(
        *("keys", "create", "--role", "ops", "--team", "sarasota", "--name", "desk"), env=env
    ).strip()

    page.open(f"{office.url}/board#key={key}")

    page.wait_for_text("Grace Kim", "#running")


def test_an_agents_key_shows_their_own_leads_and_no_people(page: Page, tmp_path: Path) -> None:
    leads = [_lead(f"Person{number}", "Doe") for number in range(4)]
    with board_with(*leads, folder=tmp_path) as client:
        env = {"LEADROUTER_DATABASE_URL": f"sqlite:///{tmp_path}/board.db"}
        key = lead_router(
            *("keys", "create", "--role", "agent", "--agent", "ben", "--name", "ben"), env=env
        ).strip()
        page.open(f"{client.base_url}/board#key={key}")

        page.wait_for_text("This key may not see people.", "#people")
        with client_of(str(client.base_url), key) as ben:
            own = len(ben.get("/v1/leads").json()["items"])
        page.wait_until(
            lambda: page.run("document.querySelectorAll('#leads .row').length") == own,
            f"showed {own} leads",
        )
        assert 0 < own < len(leads)


def test_a_wrong_key_is_refused_in_plain_words(page: Page, office: Office) -> None:
    page.open(f"{office.url}/board#key=lr_admin_wrong")

    page.wait_for_text("This key is not accepted.")

    assert page.run("sessionStorage.length") == 0
    assert page.run("document.activeElement.id") == "key"


def test_an_empty_board_tells_how_to_send_the_first_lead(page: Page, tmp_path: Path) -> None:
    with board_with(folder=tmp_path) as client:
        _open(page, str(client.base_url))

        page.wait_for_text("No lead has come yet", "#empty")
        page.wait_for_text(f"{client.base_url}/webhooks/website/demo-website-secret".replace(
            "//webhooks", "/webhooks"), "#first-form")  # fmt: skip
        page.wait_for_text("email, sms, voice and push are sandboxes", "#strip")


def test_a_service_that_went_away_is_said_to_and_found_again(page: Page, tmp_path: Path) -> None:
    with board_with(_lead("Grace", "Kim"), folder=tmp_path) as client:
        url = str(client.base_url)
        _open(page, url)
        page.wait_for_text("Grace Kim", "#running")
    page.wait_for_text("The service does not answer. What you see is from")
    assert "Grace Kim" in page.text("#running")
    assert page.text("#health") == "not reached"


def test_nothing_overflows_a_phone(page: Page, tmp_path: Path) -> None:
    long = "Wolfeschlegelsteinhausenbergerdorff" * 3
    leads = (_lead(long, long, property={"address": long}), _lead("L", long, seconds_ago=900))
    config = demo_text().replace("after: 3m", "after: 2m")
    with board_with(*leads, folder=tmp_path, config=config) as client:
        page.resize(360, 740)
        _open(page, str(client.base_url))
        page.wait_for_text("Wolfe", "#leads")
        assert page.run("document.documentElement.scrollWidth") == 360

        lead = client.get("/v1/leads").json()["items"][0]
        page.run(f"location.hash = '{lead['id']}'")
        page.wait_for_text("Timeline", "#lead")

        assert page.run("document.getElementById('lead').scrollWidth") <= 360


def test_escape_closes_a_lead_and_gives_the_address_back(page: Page, office: Office) -> None:
    _open(page, office.url)
    page.wait_for_text("Grace Kim", "#running")
    page.run("document.querySelector('#running a').click()")
    page.wait_for_text("Timeline", "#lead")

    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key="Escape", windowsVirtualKeyCode=27)

    page.wait_until(lambda: page.run("!document.getElementById('lead').open"), "closed")
    assert page.run("location.hash") == ""
