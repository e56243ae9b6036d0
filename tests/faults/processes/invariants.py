"""What must be true once the faults are over, whatever they were.

Judged by the senders' ledger and by what the mail server and ntfy were given. What the
service says of itself is compared with these, and believed in one thing only: that it
does not know whether a greeting arrived, where a fault fell between send and answer.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fakes.ntfy import ReceivedPush
from tests.faults.processes.ledger import Entry, instant
from tests.faults.processes.office import ADMIN_KEY, AGENTS, STEPS, Office

MANAGERS = {agent for _, agent in STEPS.values()}
LAG = 1.0
"""Seconds by which a starved process may keep behind the clock of its database."""

SAMPLE_EVERY = 25
"""Every so many-th lead has its timeline read as well."""


@dataclass(slots=True)
class Books:
    """What the service says: everything of each list, by the lead's id where that helps."""

    leads: dict[str, dict[str, Any]]
    clocks: dict[str, list[dict[str, Any]]]
    messages: dict[str, list[dict[str, Any]]]


@dataclass(slots=True)
class Findings:
    """Broken promises in words, and what is allowed within limits, counted."""

    broken: list[str] = field(default_factory=list)
    in_doubt: int = 0
    """Greetings of which the service says that it does not know."""
    resends: int = 0
    """Pushes that came again under the id of the first, which ntfy shows once."""
    detours: int = 0
    """Alarms that went by mail as well, since the push was in doubt."""


def check(
    office: Office,
    ledger: Sequence[Entry],
    *,
    in_doubt: int = 0,
    resends: int = 0,
    within: float = 40.0,
) -> Findings:
    """Wait until all is sent, then hold everything against the ledger.

    `in_doubt` and `resends` are how many of each a fault of this kind may cause.
    """
    _wait_until_settled(office, ledger, within=within)
    with _client(office) as http:
        books = _read(http)
        found = Findings()
        found.broken += _about_the_whole(ledger, books)
        for entry in ledger:
            _about_the_lead(entry, books, found)
        found.broken += _about_timelines(http, ledger)
    _about_greetings(office, ledger, books, found)
    _about_pushes(office, ledger, books, found)
    assert not found.broken, _told(found, ledger)
    assert found.in_doubt <= in_doubt, _told(found, ledger)
    assert found.resends <= resends, _told(found, ledger)
    return found


def lateness(office: Office, ledger: Sequence[Entry]) -> dict[str, float]:
    """By how many seconds the last greeting, alert and escalation came late."""
    by_email = {entry.email: entry for entry in ledger}
    by_lead = {entry.lead_id: entry for entry in ledger}
    late: dict[str, float] = defaultdict(float)
    for mail in tuple(office.mail.messages):
        if entry := by_email.get(mail.recipients[0]):
            late["greeting"] = max(late["greeting"], mail.at - entry.answered_at)
    for push in tuple(office.ntfy.messages):
        asked = by_lead[_lead_of(push)]
        kind, since = "alert", asked.answered_at
        if push.topic.removeprefix("leads-") in MANAGERS:
            kind, since = "escalation", asked.due["manager"]
        late[kind] = max(late[kind], push.at - since)
    return dict(late)


def soonest(office: Office, ledger: Sequence[Entry]) -> float:
    """After how many seconds the first greeting to any of these people left."""
    by_email = {entry.email: entry for entry in ledger}
    return min(
        mail.at - by_email[mail.recipients[0]].answered_at
        for mail in tuple(office.mail.messages)
        if mail.recipients[0] in by_email
    )


def attempts(office: Office) -> Counter[int]:
    """How many messages took how many attempts."""
    with _client(office) as http:
        return Counter(each["attempts"] for each in _all(http, "/v1/messages"))


def _told(found: Findings, ledger: Sequence[Entry]) -> str:
    troubles = sum((entry.troubles for entry in ledger), Counter[str]())
    first = "\n".join(found.broken[:20])
    return (
        f"{len(found.broken)} broken, {found.in_doubt} in doubt, {found.resends} resends, "
        f"{found.detours} detours; the senders met {dict(troubles)}\n{first}"
    )


def _client(office: Office) -> httpx.Client:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    return httpx.Client(base_url=office.url, headers=headers, timeout=10, trust_env=False)


# ── Until all is quiet ──────────────────────────────────────────────────────────────


_NOT_YET = (
    *(("owner_alert", status) for status in ("queued", "deferred", "sending", "unknown")),
    *(("escalation", status) for status in ("queued", "deferred", "sending", "unknown")),
    # For a minute a greeting may be on its way in the hands of a dead worker.
    *(("auto_response", status) for status in ("queued", "deferred")),
)


def _wait_until_settled(office: Office, ledger: Sequence[Entry], *, within: float) -> None:
    """Return when every breach was heard and nothing is on its way; say what is, if not.

    Asks little while it waits: the service has enough to do.
    """
    give_up_at = time.monotonic() + within
    with _client(office) as http:
        while unsettled := _unheard(office, ledger) or _on_the_way(http):
            assert time.monotonic() < give_up_at, f"after {within:g} s still: {unsettled}"
            time.sleep(0.25)
    time.sleep(0.3)  # What is sent twice is sent about now.


def _unheard(office: Office, ledger: Sequence[Entry]) -> str:
    heard = {_lead_of(push) for agent in MANAGERS for push in office.ntfy.on(f"leads-{agent}")}
    unheard = sum(entry.called_at is None and entry.lead_id not in heard for entry in ledger)
    return f"{unheard} breaches unheard" if unheard else ""


def _on_the_way(http: httpx.Client) -> str:
    for kind, status in _NOT_YET:
        answer = http.get("/v1/messages", params={"kind": kind, "status": status, "limit": "1"})
        answer.raise_for_status()
        if answer.json()["items"]:
            return f"{kind} {status}"
    return ""


# ── The service's own books ─────────────────────────────────────────────────────────


def _all(http: httpx.Client, path: str, **query: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = {"cursor": cursor} if cursor else {}
        answer = http.get(path, params={**query, "limit": "500", **page})
        answer.raise_for_status()
        listed = answer.json()
        yield from listed["items"]
        cursor = listed["next_cursor"]
        if cursor is None:
            return


def _read(http: httpx.Client) -> Books:
    clocks, messages = defaultdict(list), defaultdict(list)
    for clock in _all(http, "/v1/sla"):
        clocks[clock["lead_id"]].append(clock)
    for message in _all(http, "/v1/messages"):
        messages[message["lead_id"]].append(message)
    leads = {lead["id"]: lead for lead in _all(http, "/v1/leads")}
    return Books(leads, dict(clocks), dict(messages))


# ── One lead each, one owner, its clocks ────────────────────────────────────────────


def _about_the_whole(ledger: Sequence[Entry], books: Books) -> Iterator[str]:
    """As many leads as deliveries: nobody was stored whom no answer speaks of."""
    promised = {entry.lead_id for entry in ledger}
    if len(promised) != len(ledger):
        yield f"{len(ledger)} deliveries share {len(promised)} leads"
    for lead_id in books.leads.keys() - promised:
        yield f"lead {lead_id} was never told of: {books.leads[lead_id]['email']}"


def _about_the_lead(entry: Entry, books: Books, found: Findings) -> None:
    lead = books.leads.get(entry.lead_id)
    if lead is None:
        found.broken.append(f"delivery {entry.number} was answered 200, and its lead is gone")
        return
    first = entry.answers[0]["leads"][0]
    wrong = {
        "e-mail": lead["email"] != entry.email,
        "owner": lead["owner"] not in AGENTS or lead["owner"] != first["owner"],
        "answers": any(each not in {"accepted", "duplicate"} for each in entry.statuses)
        or entry.statuses.count("accepted") > 1,
        "arrival": not entry.first_asked_at - LAG <= instant(lead["received_at"]) <= time.time(),
        "clocks": not _are_right(entry, lead, books.clocks.get(lead["id"], [])),
    }
    found.broken += [f"delivery {entry.number}: wrong {what}" for what in wrong if wrong[what]]


def _are_right(entry: Entry, lead: Mapping[str, Any], clocks: Sequence[Mapping[str, Any]]) -> bool:
    arrived = instant(lead["received_at"])
    due = {clock["step"]: instant(clock["due_at"]) for clock in clocks}
    told = entry.due or due
    lengths = {step: round(at - arrived, 3) for step, at in due.items()}
    return (
        len(clocks) == len(STEPS)
        and lengths == {step: seconds for step, (seconds, _) in STEPS.items()}
        and due == told
        and all(clock["state"] in _states(entry, due[clock["step"]]) for clock in clocks)
    )


def _states(entry: Entry, due_at: float) -> set[str]:
    """What a clock may say by now. A call that we heard of late may have been in time."""
    if entry.called_at is None:
        return {"breached"}
    return {"met"} if entry.called_at < due_at else {"met", "breached"}


def _about_timelines(http: httpx.Client, ledger: Sequence[Entry]) -> Iterator[str]:
    for entry in ledger[::SAMPLE_EVERY]:
        answer = http.get(f"/v1/leads/{entry.lead_id}/timeline")
        answer.raise_for_status()
        facts = Counter(fact["type"] for fact in answer.json()["items"])
        for once in ("lead.received", "lead.assigned", "sla.started"):
            if facts[once] != 1:
                yield f"delivery {entry.number}: {once} stands {facts[once]} times"


# ── What the lead heard ─────────────────────────────────────────────────────────────


def _about_greetings(
    office: Office, ledger: Sequence[Entry], books: Books, found: Findings
) -> None:
    received = Counter(to for mail in tuple(office.mail.messages) for to in mail.recipients)
    for entry in ledger:
        rows = _of_kind(books, entry, "auto_response")
        states = [row["status"] for row in rows]
        mails = received.pop(entry.email, 0) if entry.email else 0
        if entry.email is None and states == ["suppressed"]:
            continue
        doubtful = states in (["unknown"], ["sending"])
        found.in_doubt += doubtful
        if not (mails == 1 and states == ["sent"]) and not (mails <= 1 and doubtful):
            found.broken.append(f"delivery {entry.number}: {mails} mails, said to be {states}")
    found.detours += sum(received.values())
    staff = {f"{name}@harborline.example.com" for name in (*AGENTS, *MANAGERS)}
    found.broken += [f"mail to a stranger: {each}" for each in received.keys() - staff]


def _of_kind(books: Books, entry: Entry, kind: str) -> list[dict[str, Any]]:
    return [each for each in books.messages.get(entry.lead_id, []) if each["kind"] == kind]


# ── What our own people heard ───────────────────────────────────────────────────────


def _about_pushes(office: Office, ledger: Sequence[Entry], books: Books, found: Findings) -> None:
    heard: dict[tuple[str, str], list[ReceivedPush]] = defaultdict(list)
    for push in tuple(office.ntfy.messages):
        heard[push.topic, _lead_of(push)].append(push)
    for entry in ledger:
        owner = books.leads.get(entry.lead_id, {}).get("owner")
        alerts = heard.pop((f"leads-{owner}", entry.lead_id), [])
        _once(f"delivery {entry.number}: owner {owner}", alerts, found)
        for step, (seconds, manager) in STEPS.items():
            told = heard.pop((f"leads-{manager}", entry.lead_id), [])
            due_at = _due_at(entry, step, seconds, books)
            _about_a_step(entry, f"{step}, {manager}", due_at, told, found)
    found.broken += [f"{topic} heard of {lead} in vain" for topic, lead in heard]


def _due_at(entry: Entry, step: str, seconds: float, books: Books) -> float:
    told = entry.due.get(step)
    arrived = instant(books.leads[entry.lead_id]["received_at"])
    return arrived + seconds if told is None else told


def _about_a_step(
    entry: Entry, what: str, due_at: float, told: Sequence[ReceivedPush], found: Findings
) -> None:
    states = _states(entry, due_at)
    what = f"delivery {entry.number}: {what}"
    if told and "breached" not in states:
        found.broken.append(f"{what} was told {len(told)} times although the owner had called")
    elif told or "met" not in states:
        _once(what, told, found)
    found.broken += [f"{what} was told {due_at - p.at:.3f} s early" for p in told if p.at < due_at]


def _once(what: str, told: Sequence[ReceivedPush], found: Findings) -> None:
    """Told once: a second time only under the same id, which a phone shows once."""
    if len({push.sequence_id for push in told}) != 1:
        found.broken.append(f"{what} was told {len(told)} times")
    else:
        found.resends += len(told) - 1


def _lead_of(push: ReceivedPush) -> str:
    return push.click.rpartition("#")[2]
