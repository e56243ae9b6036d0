"""The config document: read, checked, replaced. Takes effect everywhere within two seconds."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Request, Response

from app.api.access import Admin, actor_of
from app.api.state import Held, Now, Reading, Serve
from app.api.webhooks import read_body
from app.config.errors import ConfigInvalid
from app.config.load import Checked, Document, check, read_yaml
from app.domain.errors import FieldProblem, InvalidFields, VersionMismatch
from app.flow import configuring
from app.flow.planning import plan_next
from app.resources import refresh
from app.store import configs

router = APIRouter(prefix="/v1/config", tags=["config"])

LARGEST = 4 * 1024 * 1024


@router.get("")
async def read_config(_: Admin, tx: Reading) -> Response:
    """The document in force, as it was written: `${NAME}` is not filled in."""
    newest = await configs.newest(tx)
    assert newest is not None  # noqa: S101 - a serving process has a config.
    return _shown(newest.version, newest.document)


@router.put("")
async def replace_config(
    request: Request,
    key: Admin,
    serve: Serve,
    now: Now,
    if_match: Annotated[str | None, Header(description="The `ETag` you read.")] = None,
) -> Response:
    """Check a whole new document, and put it in force. Refused if it has a single mistake.

    With `If-Match`, also refused (412) if somebody else changed it since you read it.
    """
    held = serve.held
    document = await _document(request)
    check(document, held.environ)
    async with held.database.transaction() as tx:
        # Not the version in force here: another process may have written a newer one.
        current = await configs.newest_number(tx)
        if not _matches(if_match, current):
            raise VersionMismatch(current)
        version = await configuring.put(tx, document.raw, after=current, by=actor_of(key), now=now)
    await refresh(held)
    return _shown(version.version, version.document)


def _matches(if_match: str | None, version: int) -> bool:
    """Whether one of the tags in `If-Match` is that of the version; `*` is any."""
    if if_match is None:
        return True
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
    return bool(tags & {"*", str(version)})


@router.post("/check")
async def check_config(request: Request, _: Admin, held: Held) -> dict[str, Any]:
    """The same check as `lead-router config check`, without any effect."""
    document = await _document(request)
    try:
        checked = check(document, held.environ)
    except ConfigInvalid as invalid:
        problems = [
            {"line": each.line, "path": each.path, "problem": each.problem}
            for each in invalid.problems
        ]
        return {"valid": False, "problems": problems, "off": [], "warnings": []}
    return {"valid": True, "problems": [], **_remarks(checked)}


@router.post("/plan")
async def plan_config(request: Request, _: Admin, tx: Reading, held: Held) -> Response:
    """What putting this document in force would change, and what would follow. No effect.

    Refused with every mistake, as `PUT` would. Send the `ETag` as `If-Match` of that `PUT`, and
    it only does what was planned.
    """
    document = await _document(request)
    checked = check(document, held.environ)
    plan = await plan_next(tx, document.raw)
    body = {
        "version": plan.against.version,
        "differs": bool(plan.differences),
        "differences": [
            {
                "kind": each.kind,
                "section": each.section,
                "path": each.path,
                "old": each.old,
                "new": each.new,
                "text": str(each),
            }
            for each in plan.differences
        ],
        "consequences": list(plan.consequences),
        **_remarks(checked),
    }
    return Response(
        orjson.dumps(body),
        media_type="application/json",
        headers={"ETag": f'"{plan.against.version}"'},
    )


def _remarks(checked: Checked) -> dict[str, Any]:
    return {
        "off": [
            {"section": each.section, "name": each.name, "variables": list(each.variables)}
            for each in checked.off
        ],
        "warnings": [
            {"line": each.line, "path": each.path, "problem": each.problem}
            for each in checked.warnings
        ],
    }


async def _document(request: Request) -> Document:
    """Read a document: JSON, or YAML where the content type says so.

    What GET shows may be sent back as it is.
    """
    body = await read_body(request, LARGEST)
    if "yaml" in request.headers.get("content-type", ""):
        return read_yaml(body.decode(errors="replace"))
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        problem = FieldProblem("body", f"is no JSON: it breaks off at character {error.pos}")
        raise InvalidFields((problem,)) from error
    document = raw.get("config", raw) if isinstance(raw, dict) else raw
    if not isinstance(document, dict):
        raise InvalidFields((FieldProblem("body", "must be an object"),))
    return Document.of(document)


def _shown(version: int, document: Any) -> Response:
    return Response(
        orjson.dumps({"version": version, "config": document}),
        media_type="application/json",
        headers={"ETag": f'"{version}"'},
    )
