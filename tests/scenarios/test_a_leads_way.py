"""The requirements, in the order a lead lives through them."""

from tests.world import ADMIN, World


async def test_a_lead_is_owned_greeted_and_announced_at_once(world: World) -> None:
    taken = await world.receives(first_name="Grace", email="grace.canary@example.com")

    lead = taken["leads"][0]
    assert taken["status"] == lead["status"] == "accepted"
    assert lead["owner"] == "dana"
    assert lead["sla"] == [
        {"step": "nudge", "due_at": "2026-03-16T16:03:00Z"},
        {"step": "manager", "due_at": "2026-03-16T16:05:00Z"},
        {"step": "director", "due_at": "2026-03-16T17:00:00Z"},
    ]
    assert world.mails("grace.canary@example.com") == ["Hi Grace, Dana Okafor will call you.\n"]
    assert world.titles("dana") == ["New lead: Grace Kim"]


async def test_leads_take_turns(world: World) -> None:
    owners = [(await world.receives())["leads"][0]["owner"] for _ in range(6)]

    assert owners == ["dana", "ben", "cara", "dana", "ben", "cara"]


async def test_a_silent_owner_is_reminded_and_then_the_manager_hears_of_it(world: World) -> None:
    await world.receives(first_name="Grace")

    await world.advance(minutes=2, seconds=59.9)
    assert world.titles("dana") == ["New lead: Grace Kim"]

    await world.advance(seconds=0.1)
    assert world.titles("dana") == ["New lead: Grace Kim", "Still waiting: Grace Kim"]

    await world.advance(minutes=1, seconds=59.9)
    assert world.titles("maria") == []

    await world.advance(seconds=0.1)
    assert world.titles("maria") == ["Not answered: Grace Kim"]

    await world.advance(days=2)
    assert world.titles("maria") == ["Not answered: Grace Kim"]
    assert world.titles("otto") == ["Not answered: Grace Kim"]


async def test_an_attempt_stops_the_clocks(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=2)

    answer = await world.post(
        f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by="dana"
    )

    assert answer.status_code == 201
    assert [clock["state"] for clock in answer.json()["sla"]] == ["met", "met", "met"]
    assert answer.json()["status"] == "attempted"
    assert answer.json()["first_response_at"] == "2026-03-16T16:02:00Z"
    await world.advance(days=1)
    assert len(world.pushes("dana")) == 1
    assert world.pushes("maria") == world.pushes("otto") == []


async def test_an_acknowledgement_alone_stops_nothing(world: World) -> None:
    lead_id = await world.a_lead()

    answer = await world.post(f"/v1/leads/{lead_id}/acknowledge", by="dana")

    assert [clock["state"] for clock in answer.json()["sla"]] == ["running"] * 3
    await world.advance(minutes=5)
    assert len(world.pushes("maria")) == 1


async def test_a_person_who_asks_again_keeps_their_owner(world: World) -> None:
    first = await world.receives(email="grace.canary@example.com", message="canary one")
    await world.receives()
    await world.advance(minutes=1)
    again = await world.receives(email="Grace.Canary@EXAMPLE.com", message="canary two")

    assert again["status"] == "updated"
    assert again["leads"][0]["id"] == first["leads"][0]["id"]
    assert again["leads"][0]["owner"] == "dana"
    lead = await world.get(f"/v1/leads/{first['leads'][0]['id']}")
    assert [each["asked"]["message"] for each in lead["inquiries"]] == ["canary one", "canary two"]
    assert len(world.mails("grace.canary@example.com")) == 1
    assert len(world.pushes("dana")) == 2


async def test_a_person_is_known_by_whatever_they_told_last(world: World) -> None:
    lead_id = await world.a_lead(first_name="Grace", email="grace.canary@example.com", phone="")
    await world.receives(
        first_name="Grace", email="grace.canary@example.com", phone="(941) 555-0177"
    )

    again = await world.receives(first_name="Grace", email="", phone="(941) 555-0177")

    assert (again["status"], again["leads"][0]["id"]) == ("updated", lead_id)


async def test_closing_a_lead_silences_everything(world: World) -> None:
    lead_id = await world.a_lead()

    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    await world.advance(days=1)

    lead = await world.get(f"/v1/leads/{lead_id}")
    assert [clock["state"] for clock in lead["sla"]] == ["cancelled"] * 3
    assert world.pushes("maria") == []
    assert len(world.pushes("dana")) == 1


async def test_a_closed_lead_that_asks_again_starts_anew_with_its_owner(world: World) -> None:
    lead_id = await world.a_lead(email="grace.canary@example.com")
    await world.receives()
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    await world.advance(days=30)

    again = await world.receives(email="grace.canary@example.com", message="canary is back")

    assert again["leads"][0] == {
        "id": lead_id,
        "status": "updated",
        "owner": "dana",
        "sla": [
            {"step": "nudge", "due_at": "2026-04-15T16:03:00Z"},
            {"step": "manager", "due_at": "2026-04-15T16:05:00Z"},
            {"step": "director", "due_at": "2026-04-15T17:00:00Z"},
        ],
    }
    assert len(world.mails("grace.canary@example.com")) == 2


async def test_the_status_is_right_before_any_loop_has_looked(world: World) -> None:
    lead_id = await world.a_lead()
    world.clock.at = world.clock.at.replace(minute=5)

    lead = await world.get(f"/v1/leads/{lead_id}")

    assert [clock["state"] for clock in lead["sla"]] == ["breached", "breached", "running"]
    assert [clock["remaining_seconds"] for clock in lead["sla"]] == [0, 0, 55 * 60]
    breached = await world.get("/v1/sla", state="breached")
    assert [each["step"] for each in breached["items"]] == ["nudge", "manager"]


async def test_a_lead_nobody_can_take_goes_to_who_comes_back(world: World) -> None:
    for agent in ("dana", "ben", "cara"):
        await world.http.put(
            f"/v1/agents/{agent}/availability",
            json={"available": False},
            headers=ADMIN,
        )
    lead_id = await world.a_lead()
    assert await world.owner_of(lead_id) is None

    await world.advance(minutes=10)
    assert await world.owner_of(lead_id) is None
    # Without an owner, the reminder goes to the manager too: somebody has to hear it.
    assert [title.split(":")[0] for title in world.titles("maria")] == [
        "Still waiting",
        "Not answered",
    ]

    await world.http.put(
        "/v1/agents/ben/availability",
        json={"available": True},
        headers=ADMIN,
    )
    await world.tick()

    assert await world.owner_of(lead_id) == "ben"
    assert world.titles("ben")[0].startswith("New lead")
