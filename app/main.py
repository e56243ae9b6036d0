"""The serving process: HTTP in front, the engine behind, and in the embedded form the work."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api import (
    agents,
    canonical,
    config,
    decisions,
    deliveries,
    drop_in,
    handing_over,
    health,
    leads,
    messages,
    problems,
    reports,
    rules,
    simulations,
    sla,
    sources,
    webhooks,
)
from app.api.access import KeyRing
from app.api.front_door import FrontDoor
from app.api.grouping import GroupCommit
from app.api.refusals import Refusals
from app.api.shapes.leads_in import LeadIn
from app.api.state import Serving
from app.domain.clock import Clock
from app.jobs.process import Background, watching
from app.pages import documentation
from app.pages import routes as pages
from app.resources import Resources, open_resources
from app.settings import Settings


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    held: Resources | None = None,
    ticking: bool = True,
) -> FastAPI:
    """Build the app. The database must be at head and hold a config: see `app.cli.serve`.

    `held` is given by whoever opened the process's resources, and closes them; otherwise
    they are opened here. `ticking=False` leaves the engine to a test that owns the clock.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            resources = held or await open_resources(settings, clock=clock)
            if held is None:
                stack.push_async_callback(resources.close)
            background = Background.of(resources, role="serve")
            stack.push_async_callback(background.stop)
            background.start(engine=ticking)
            intake = GroupCommit(resources, background.doorbell)
            intake.start()
            background.executor.is_pressed = lambda: intake.is_busy
            stack.push_async_callback(intake.stop)
            refusals = Refusals(resources, background.doorbell)
            stack.push_async_callback(refusals.stop)
            app.state.background = background
            app.state.serving = serving(resources, intake, refusals, background)
            yield

    app = FrontDoor(
        title="lead-router",
        version="0.1.0",
        summary="Answers every property lead within minutes.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    for part in (webhooks, canonical, leads, sla, messages, deliveries, sources, agents, config):
        app.include_router(part.router)
    app.include_router(decisions.router)
    app.include_router(handing_over.router)
    app.include_router(reports.router)
    app.include_router(rules.router)
    app.include_router(simulations.router)
    app.include_router(drop_in.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(documentation.router)
    app.openapi = _openapi(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it.
    return app


def serving(
    held: Resources, intake: GroupCommit, refusals: Refusals, background: Background
) -> Serving:
    admin_key = held.settings.admin_key
    return Serving(
        held=held,
        intake=intake,
        doorbell=background.doorbell,
        keys=KeyRing(None if admin_key is None else admin_key.get_secret_value()),
        troubles=watching(held, background),
        refusals=refusals,
        listening=background.auditor.listening,
    )


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The document, with the one body that we read by ourselves."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, summary=app.summary, routes=app.routes
            )
            lead = LeadIn.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = document["components"]["schemas"]
            schemas |= lead.pop("$defs", {})
            schemas["LeadIn"] = lead
            app.openapi_schema = document
        return app.openapi_schema

    return build
