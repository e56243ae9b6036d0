"""Which channels there are: every slot always, and a reason for each that sends nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import TypeAdapter

from app.channels.handshake import Handshake
from app.channels.ntfy import Ntfy
from app.channels.registry import build, why_sandboxes
from app.channels.sandbox import Sandbox
from app.channels.smtp import Smtp
from app.config.channels import Channel
from app.domain.outcome import Accepted, Withheld
from tests.channels.outgoing import A_MESSAGE, Gate

EMAIL = {"kind": "smtp", "url": "smtp://127.0.0.1:2525", "from": "Leads <leads@example.com>"}
PUSH = {"kind": "ntfy", "url": "http://127.0.0.1:8080", "token": "tk_secret"}


def settings(**channels: object) -> dict[str, Channel]:
    return TypeAdapter(dict[str, Channel]).validate_python(channels)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def test_a_config_becomes_channels(http: httpx.AsyncClient) -> None:
    channels = build(settings(email=EMAIL, push=PUSH), (), http)

    assert {slot: type(channel) for slot, channel in channels.items()} == {
        "email": Smtp,
        "sms": Sandbox,
        "voice": Sandbox,
        "push": Ntfy,
        "handshake": Handshake,
    }
    assert {slot: channel.name for slot, channel in channels.items()} == {
        slot: slot for slot in channels
    }
    assert why_sandboxes(channels) == {
        "sms": "no channel sms is configured",
        "voice": "no channel voice is configured",
    }


async def test_what_cannot_send_is_a_sandbox_and_says_why(http: httpx.AsyncClient) -> None:
    channels = build(
        settings(
            email=EMAIL | {"from": "nobody"},
            sms={"kind": "twilio", "account_sid": "AC", "auth_token": "t", "from": "+19415550100"},
            voice={"kind": "sandbox"},
            push=PUSH,
            team={"kind": "slack", "url": "https://hooks.slack.example/x"},
        ),
        {"push"},
        http,
    )

    assert why_sandboxes(channels) == {
        "email": "channel email cannot be used: not an e-mail address",
        "sms": "kind twilio cannot send over channel sms yet",
        "voice": "channel voice is a sandbox by choice",
        "push": "an environment variable that channel push needs is not set",
        "team": "kind slack cannot send over channel team yet",
    }


@pytest.mark.parametrize(
    ("slot", "broken"),
    [
        ("email", EMAIL | {"url": "smtp://a:hunter2/@mail"}),
        ("email", EMAIL | {"url": "http://a:hunter2@mail"}),
        ("push", PUSH | {"url": "http://hunter2:port"}),
        ("push", PUSH | {"token": "hunter2\r\nX-Evil: 1"}),
    ],
)
async def test_no_reason_quotes_a_secret(
    http: httpx.AsyncClient, slot: str, broken: dict[str, object]
) -> None:
    why = why_sandboxes(build(settings(**{slot: broken}), (), http))

    assert why[slot].startswith(f"channel {slot} cannot be used")
    assert "hunter2" not in why[slot]


async def test_a_sandbox_keeps_what_its_gate_lets_through() -> None:
    sandbox = Sandbox("sms", "because")
    kept = Accepted(f"sandbox:{A_MESSAGE.id}")

    assert await sandbox.send(A_MESSAGE, Gate()) == kept
    assert await sandbox.send(A_MESSAGE, Gate(opens=False)) == Withheld()
    assert await sandbox.look_up(A_MESSAGE) == kept


async def test_every_channel_can_be_closed(http: httpx.AsyncClient) -> None:
    for channel in build(settings(email=EMAIL, push=PUSH), (), http).values():
        await channel.close()
