"""Errors as RFC 9457 problem+json. Adding an error is writing a class: nothing here grows."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.domain import errors
from app.log import get_logger
from app.store.faults import Contended

log = get_logger()

MOST_FIELDS = 100
"""Wrong fields that are named at once: nobody reads more."""

LONGEST_NAME = 100
"""Characters of a field's name that are shown, for the sender chose it."""

STATUS: dict[type[errors.AppError], HTTPStatus] = {
    Contended: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.VersionMismatch: HTTPStatus.PRECONDITION_FAILED,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.AppError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: errors.AppError) -> HTTPStatus:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: errors.AppError) -> dict[str, Any]:
    """`AlreadyOwned(...)` becomes `/problems/already-owned`, with its fields."""
    kind = type(error)
    members: dict[str, Any] = dataclasses.asdict(error) if dataclasses.is_dataclass(error) else {}
    return members | {
        "type": "/problems/" + re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower(),
        "title": (kind.__doc__ or kind.__name__).splitlines()[0],
        "status": int(status_of(error)),
        "detail": str(error),
    }


def answer(
    error: errors.AppError, more: dict[str, Any] | None = None, *, challenge: str = "Bearer"
) -> Response:
    """The problem as a response.

    `more` are members that a provider expects besides; `challenge` says what kind of
    credentials a 401 asks for.
    """
    body = problem(error) | (more or {})
    status = status_of(error)
    headers = {}
    retry_after = getattr(error, "retry_after", 2 if status == 503 else None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = challenge
    return _response(int(status), body, headers)


def _response(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    # PostgreSQL's driver has ids of its own kind, which the encoder does not know.
    text = orjson.dumps(body, default=str)
    return Response(text, status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(errors.AppError)
    async def _known(_request: Request, error: errors.AppError) -> Response:
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def _wrong(_request: Request, error: RequestValidationError) -> Response:
        found = ({**each, "loc": each["loc"][1:]} for each in error.errors())
        return answer(wrong_fields(found))

    @app.exception_handler(HTTPException)
    async def _other(_request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        slug = title.lower().replace(" ", "-")
        body = {
            "type": f"/problems/{slug}",
            "title": title,
            "status": error.status_code,
            "detail": str(error.detail),
        }
        return _response(error.status_code, body, dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _ours(request: Request, error: Exception) -> Response:
        # The route's pattern, not its path: a path may hold a secret.
        route = getattr(request.scope.get("route"), "path", "?")
        return our_mistake(error, route=route, method=request.method)


def our_mistake(error: Exception, *, route: str, method: str) -> Response:
    """What nobody foresaw: logged by its place, and told without any detail."""
    log.error("request.failed", route=route, method=method, error=error)
    body = {
        "type": "/problems/our-mistake",
        "title": "Something went wrong on our side.",
        "status": 500,
        "detail": "It has been logged. Nothing was changed; trying again is safe.",
    }
    return _response(500, body, {})


def wrong_fields(found: Iterable[Mapping[str, Any]]) -> errors.InvalidFields:
    """Pydantic's complaints, without the input that they are about."""
    return errors.InvalidFields(tuple(_field(each) for each in islice(found, MOST_FIELDS)))


def _field(error: Mapping[str, Any]) -> errors.FieldProblem:
    if error["type"] == "json_invalid":
        # Its place is a character, and its text may quote some.
        return errors.FieldProblem("body", "is no JSON")
    place = ".".join(map(str, error["loc"]))[:LONGEST_NAME]
    # A name may hold halves of characters, which no encoder takes.
    name = place.encode(errors="replace").decode()
    return errors.FieldProblem(name or "body", str(error["msg"]).removeprefix("Value error, "))
