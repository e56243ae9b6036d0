"""Calls made in bad faith: to every operation of the API, and answered without a stumble.

Whatever is sent, the answer is none of our mistakes, comes soon, and quotes neither the
sender nor a secret.
"""

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.api.callers import a_key
from tests.world import ADMIN, ADMIN_KEY, World

SECRETS = (
    ADMIN_KEY,
    "website-secret-of-tests",
    "invented-shared-key",
    "realtor-key-of-tests",
    "zillow-password",
)
CANARY = "canary-hostile"

TEXTS = (
    "",
    " ",
    "\x00",
    f"{CANARY}\x00",
    "\ud800",
    "💥" * 50,
    "x" * 100_000,
    "\u202e" + CANARY,
    "../../../etc/passwd",
    "%00%0a%0d",
    "' OR 1=1 --",
    "{{ 7 * 7 }}",
    "${LEADROUTER_ADMIN_KEY}",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "019cf760-2800-74f0-ab5f-3a9a17bf3cfa",
)
NUMBERS = (0, -1, 2**31, 2**63, -(2**63), 10**400, 0.1, 1e308)
DEEP = b"[" * 50_000
BODIES = (
    b"",
    b"\x00",
    b"\xff\xfe\xfd",
    b"{",
    b"null",
    b"NaN",
    b"1e999999",
    DEEP,
    b'{"a":' * 20_000,
    b'{"%s": 1}' % (b"k" * 200_000),
    b'{"\\ud800": 1}',
    b'{"a": "\\udfff"}',
    json.dumps({f"{CANARY}{number}": number for number in range(5_000)}).encode(),
    b"x" * 1024 * 1024,
)
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=utf-7",
    "application/json; charset=\x80",
    "application/yaml",
    "x" * 10_000,
    "",
)
HEADERS = (
    ("authorization", b"Bearer \xff\xfe"),
    ("authorization", b"Bearer " + b"k" * 60_000),
    ("authorization", b"Basic " + b"=" * 1_000),
    ("idempotency-key", b""),
    ("idempotency-key", b"\xff\xc3\x28"),
    ("idempotency-key", b"k" * 201),
    ("if-match", b'"' * 1_000),
    ("content-length", b"-1"),
    ("content-length", b"\xb2"),
    ("content-length", b"9" * 30),
    ("content-encoding", b"gzip"),
    ("x-webhook-secret", b"\xff"),
    ("x-api-key", b"\x00"),
    ("host", b"evil.example.com"),
    ("x-forwarded-for", b"1.2.3.4, " * 500),
)


class Attacker:
    """Makes one hostile call after another, the same ones each time."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._random = random.Random(7)  # noqa: S311 - the same attacks on each run.
        self._schemas = document["components"]["schemas"]
        self._operations = [
            (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]

    def calls(self, each: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, method, operation in self._operations:
            for _ in range(each):
                yield method.upper(), self._address(path, operation), self._call(operation)

    def _address(self, path: str, operation: dict[str, Any]) -> str:
        query = []
        for parameter in operation.get("parameters", ()):
            value = self._text()
            if parameter["in"] == "path":
                known = self._random.random() < 0.5 and "source_id" in parameter["name"]
                filled = "website" if known else value
                path = path.replace(f"{{{parameter['name']}}}", _quoted(filled)[:2_000] or "%20")
            if parameter["in"] == "query" and self._random.random() < 0.4:
                query.append(f"{parameter['name']}={_quoted(value)[:2_000]}")
        return path + ("?" + "&".join(query) if query else "")

    def _call(self, operation: dict[str, Any]) -> dict[str, Any]:
        headers = [(name.encode(), value.encode()) for name, value in ADMIN.items()]
        if self._random.random() < 0.3:
            name, value = self._random.choice(HEADERS)
            headers = [each for each in headers if each[0] != name.encode()]
            headers.append((name.encode(), value))
        kind = "application/json" if self._random.random() < 0.6 else self._random.choice(TYPES)
        headers.append((b"content-type", kind.encode("latin-1")))
        return {"content": self._body(operation), "headers": headers}

    def _body(self, operation: dict[str, Any]) -> bytes:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None or self._random.random() < 0.3:
            return self._random.choice(BODIES)
        return json.dumps(self._like(content["schema"])).encode()

    def _like(self, schema: dict[str, Any]) -> Any:
        """Nearly what the schema asks for, so that it is not refused at the door."""
        if "$ref" in schema:
            return self._like(self._schemas[schema["$ref"].rpartition("/")[2]])
        if self._random.random() < 0.15:
            return self._anything()
        if "anyOf" in schema:
            return self._like(self._random.choice(schema["anyOf"]))
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        if schema.get("type") == "object" and "properties" in schema:
            return self._object(schema)
        return self._of_type(schema)

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        wanted = {
            name: self._like(inner)
            for name, inner in schema["properties"].items()
            if name in schema.get("required", ()) or self._random.random() < 0.5
        }
        return wanted | ({self._text()[:300]: 1} if self._random.random() < 0.2 else {})

    def _of_type(self, schema: dict[str, Any]) -> Any:
        match schema.get("type"):
            case "string" if schema.get("format") == "date-time":
                return self._random.choice((*TEXTS[-3:-1], "2026-03-16T16:00:00Z"))
            case "string":
                return self._random.choice(("dana", "crm-import", self._text()))
            case "integer" | "number":
                return self._random.choice(NUMBERS)
            case "boolean":
                return True
            case "null":
                return None
        return self._anything()

    def _anything(self) -> Any:
        deep: Any = []
        for _ in range(self._random.choice((1, 40, 300))):
            deep = [deep]
        return self._random.choice((None, True, {}, {"a": {"b": "\x00"}}, deep, *NUMBERS, *TEXTS))

    def _text(self) -> str:
        return self._random.choice(TEXTS)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="/")


@pytest.fixture(autouse=True)
def quiet_secrets(log: list[dict[str, Any]]) -> Iterator[None]:
    """No secret is ever logged."""
    yield
    told = [entry for entry in log if any(secret in repr(entry) for secret in SECRETS)]
    assert not told, f"secrets were logged: {told}"


@pytest.mark.timeout(90)
async def test_no_call_is_answered_by_a_stumble(world: World) -> None:
    await world.a_lead()
    attacker = Attacker((await world.http.get("/openapi.json")).json())
    for number, (method, path, call) in enumerate(attacker.calls(each=50)):
        sent = f"{call['headers'][-2:]!r:.300} {call['content'][:300]!r}"
        what = f"{number}: {method} {path[:200]} {sent}"
        try:
            async with asyncio.timeout(5):
                answer = await world.http.request(method, path, **call)
        except Exception as error:
            raise AssertionError(what) from error
        assert answer.status_code < 500 or answer.status_code == 503, (what, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", what
            assert len(answer.content) < 200_000, what
            quoted = [each for each in SECRETS if each in answer.text]
            assert quoted == [], what


async def test_an_error_quotes_nothing_that_was_sent(world: World) -> None:
    """Names of unknown fields are told, since that is the point; values never."""
    person = {"by": CANARY, "channel": CANARY, "outcome": CANARY, "at": CANARY, "note": 7}
    lead_id = await world.a_lead()
    for path in ("attempts", "acknowledge", "claim", "assign", "status"):
        body = {**person, "owner": CANARY, "status": CANARY}
        answer = await world.post(f"/v1/leads/{lead_id}/{path}", **body)
        assert (answer.status_code, CANARY in answer.text) == (422, False)
    lead = {
        "source": CANARY * 9,
        "email": CANARY,
        "phone": CANARY,
        "kind": CANARY,
        "consent": CANARY,
    }
    answer = await world.post("/v1/leads", **lead)
    assert (answer.status_code, CANARY in answer.text) == (422, False)


async def test_paths_that_climb_lead_nowhere(world: World) -> None:
    for path in (
        "/board/../../../etc/passwd",
        "/board/%2e%2e%2froutes.py",
        "/board/..%2f..%2fmain.py",
        "/board/routes.py",
        "/v1/agents/..%2fleads",
        "/webhooks/..%2fv1%2fleads",
        "//evil.example.com/",
        "/.env",
    ):
        answer = await world.http.get(path, headers=ADMIN)
        assert (path, answer.status_code in {404, 405}) == (path, True)
        assert "location" not in answer.headers


async def test_wild_filters_find_nothing_and_break_nothing(world: World) -> None:
    lead_id = await world.a_lead()
    for name in ("owner", "team", "source", "q"):
        for text in ("'; DROP TABLE lead; --", "💥", "\u0130" * 50, "%25", "a" * 200):
            found = await world.get("/v1/leads", **{name: text})
            assert found == {"items": [], "next_cursor": None}
    assert [each["id"] for each in (await world.get("/v1/leads"))["items"]] == [lead_id]


async def test_a_name_cannot_leave_its_place_in_a_log_or_a_header(world: World) -> None:
    evil = "ops\r\nSet-Cookie: a=b"
    key = await a_key(world, "ops", name=evil)
    lead_id = await world.a_lead()
    answer = await world.http.post(
        f"/v1/leads/{lead_id}/status", json={"status": "lost"}, headers=key
    )

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def test_a_stranger_cannot_make_us_hold_a_large_body(world: World) -> None:
    """FastAPI reads a body before it asks who is calling."""
    taken = 0

    async def endless() -> Any:
        nonlocal taken
        for _ in range(1_000):
            taken += 64 * 1024
            yield b" " * 64 * 1024

    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.post(
            "/v1/leads/019cf760-2800-74f0-ab5f-3a9a17bf3cfa/claim", content=endless()
        )

    assert answer.status_code == 413
    assert taken <= 1024 * 1024 + 64 * 1024
