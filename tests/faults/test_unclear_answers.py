"""The provider may or may not have accepted: alarms ring twice, nobody is greeted twice."""

from datetime import timedelta

import pytest

from app.channels.smtp import Smtp
from app.domain.message import MessageKind
from tests.faults.staging import facts_of
from tests.world import World

DANA = "dana@harborline.example.com"


async def _shown(world: World, lead_id: str, kind: MessageKind) -> dict[str, str]:
    """Each channel by which somebody was told, and how far that has come."""
    listed = await world.get("/v1/messages", lead_id=lead_id, kind=kind.value)
    return {each["channel"]: each["status"] for each in listed["items"]}


async def _live(world: World, *, seconds: int) -> None:
    """Let time pass as a real engine sees it: a look each second."""
    for _ in range(seconds):
        world.clock.at += timedelta(seconds=1)
        await world.tick()


async def test_an_alarm_whose_answer_is_lost_goes_to_the_next_channel_at_once(
    world: World,
) -> None:
    world.ntfy.mode = "accept and drop"
    lead_id = await world.a_lead()
    world.ntfy.mode = "accept"

    await world.tick()

    assert len(world.pushes("dana")) == len(world.mails(DANA)) == 1
    assert await _shown(world, lead_id, MessageKind.OWNER_ALERT) == {
        "push": "unknown",
        "email": "sent",
    }


async def test_a_look_up_that_finds_it_settles_it_without_a_second_push(world: World) -> None:
    world.ntfy.mode = "accept and drop"
    lead_id = await world.a_lead()
    world.ntfy.mode = "accept"

    await world.advance(seconds=60)

    assert len(world.pushes("dana")) == 1
    assert await _shown(world, lead_id, MessageKind.OWNER_ALERT) == {
        "push": "sent",
        "email": "sent",
    }


async def test_a_look_up_that_does_not_find_it_sends_it_again(world: World) -> None:
    world.ntfy.mode = "drop"
    lead_id = await world.a_lead()
    assert world.pushes("dana") == []
    world.ntfy.mode = "accept"

    await world.advance(seconds=60)

    assert len(world.pushes("dana")) == 1
    assert await _shown(world, lead_id, MessageKind.OWNER_ALERT) == {
        "push": "sent",
        "email": "sent",
    }


async def test_an_answer_without_an_id_is_not_believed(world: World) -> None:
    world.ntfy.mode = "accept without id"
    lead_id = await world.a_lead()

    shown = await _shown(world, lead_id, MessageKind.OWNER_ALERT)
    assert shown == {"push": "unknown", "email": "queued"}
    assert "message.unknown" in await facts_of(world, lead_id)


@pytest.mark.parametrize("how", ["drop", "garbage", "half a line"])
async def test_a_greeting_whose_answer_is_lost_stays_unknown_and_is_never_sent_again(
    world: World, how: str
) -> None:
    email = world.held.live.channels["email"]
    assert isinstance(email, Smtp)
    email._patience = type(email._patience)(connect=1, command=0.2)
    world.smtp.mode.after_content = how  # type: ignore[assignment]  # One of its words.
    lead_id = await world.a_lead(email="grace.canary@example.com")
    world.smtp.mode.after_content = "answer"

    await world.advance(hours=5)

    assert len(world.mails("grace.canary@example.com")) == 1
    assert await _shown(world, lead_id, MessageKind.AUTO_RESPONSE) == {"email": "unknown"}


async def test_a_mail_server_that_hangs_after_the_content_is_given_up_in_doubt(
    world: World,
) -> None:
    email = world.held.live.channels["email"]
    assert isinstance(email, Smtp)
    email._patience = type(email._patience)(connect=1, command=0.3)
    world.smtp.mode.after_content = "hang"
    lead_id = await world.a_lead(email="grace.canary@example.com")

    await world.advance(hours=5)

    assert len(world.mails("grace.canary@example.com")) == 1
    assert await _shown(world, lead_id, MessageKind.AUTO_RESPONSE) == {"email": "unknown"}


async def test_an_alarm_that_nobody_can_look_up_is_repeated_a_few_times_and_no_more(
    world: World,
) -> None:
    world.ntfy.mode = "refuse"
    world.ntfy.refusal = 413
    world.smtp.mode.after_content = "drop"
    lead_id = await world.a_lead(email="")

    # Until the first reminder is due, which would be told by mail as well.
    await _live(world, seconds=170)

    shown = await _shown(world, lead_id, MessageKind.OWNER_ALERT)
    assert shown == {"push": "failed", "email": "failed"}
    assert len(world.mails(DANA)) == 3


async def test_a_refusal_is_tried_again_and_the_second_one_is_told_otherwise(world: World) -> None:
    world.ntfy.mode = "refuse"
    world.ntfy.refusal = 429
    lead_id = await world.a_lead()
    assert await _shown(world, lead_id, MessageKind.OWNER_ALERT) == {"push": "deferred"}
    assert world.mails(DANA) == []

    await _live(world, seconds=5)
    assert len(world.mails(DANA)) == 1
    world.ntfy.mode = "accept"
    await _live(world, seconds=40)

    assert len(world.pushes("dana")) == len(world.mails(DANA)) == 1
    assert await _shown(world, lead_id, MessageKind.OWNER_ALERT) == {
        "push": "sent",
        "email": "sent",
    }


async def test_what_failed_for_good_goes_to_the_next_channel_at_once(world: World) -> None:
    world.ntfy.mode = "refuse"
    world.ntfy.refusal = 413
    lead_id = await world.a_lead()

    await world.tick()

    assert len(world.mails(DANA)) == 1
    assert await _shown(world, lead_id, MessageKind.OWNER_ALERT) == {
        "push": "failed",
        "email": "sent",
    }


async def test_who_asked_twice_is_told_otherwise_twice(world: World) -> None:
    world.ntfy.mode = "refuse"
    world.ntfy.refusal = 413
    await world.a_lead(email="grace.canary@example.com", message="canary one")
    await world.tick()
    assert len(world.mails(DANA)) == 1

    await world.receives(email="grace.canary@example.com", message="canary two")
    await world.tick()

    assert len(world.mails(DANA)) == 2


async def test_a_greeting_that_comes_hours_late_is_not_sent_any_more(world: World) -> None:
    world.smtp.mode.rcpt = "451 4.3.0 later"
    lead_id = await world.a_lead(email="grace.canary@example.com")
    # The service stands still for a day, and the mail server is well again.
    world.clock.at += timedelta(days=1)
    world.smtp.mode.rcpt = None

    await world.advance(minutes=1)

    assert world.mails("grace.canary@example.com") == []
    assert await _shown(world, lead_id, MessageKind.AUTO_RESPONSE) == {"email": "failed"}
