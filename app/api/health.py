"""Alive? Ready? And the figures.

Alive asks nothing: were it to need the database, an outage would restart every process.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    generate_latest,
)

from app.api.state import Now, Serve
from app.config.routing import Rule
from app.domain.errors import AppError
from app.flow import feeds
from app.resources import Resources
from app.store import audit, on_call_feeds, sources
from app.store.rule_hits import Hits, rule_hits

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process runs and answers."""
    return {"status": "alive"}


@router.get(
    "/readyz", responses={503: {"description": "Not ready: the database, or a broken promise."}}
)
async def ready(serve: Serve) -> Response:
    """Whether leads can be taken and promises are kept; what is off, and what is a sandbox."""
    held = serve.held
    troubles = await serve.troubles()
    snapshot = held.live.snapshot
    off = {each.name: f"set {', '.join(each.variables)}" for each in snapshot.off
           if each.section == "source"}  # fmt: skip
    cannot = {"database"} & troubles.keys()
    body: dict[str, Any] = {
        "status": "unready" if cannot else "degraded" if troubles else "ready",
        "troubles": troubles,
        "config_version": snapshot.version,
        "sources_off": off,
        "sandboxes": dict(held.live.sandboxes),
        "subscribers_off": [e.name for e in snapshot.off if e.section == "webhook"],
        "on_call": await _on_call(held),
    }
    return Response(orjson.dumps(body), 503 if cannot else 200, media_type="application/json")


async def _on_call(held: Resources) -> dict[str, str]:
    """What is not well with schedules that are kept as feeds: a remark, and no trouble."""
    config = held.live.snapshot.config
    if not any(each.ical is not None for each in config.on_call.values()):
        return {}
    try:
        async with asyncio.timeout(2), held.database.reading() as tx:
            known = await on_call_feeds.by_schedule(tx)
    except (AppError, TimeoutError):
        return {}
    return feeds.remarks(config, known, now=held.clock())


@router.get("/metrics")
async def metrics(serve: Serve, now: Now) -> Response:
    """Figures for Prometheus: of the last day, from rows."""
    registry = CollectorRegistry()
    try:
        async with serve.held.database.reading() as tx:
            figures = await audit.figures(tx, now=now)
            live = await audit.live_processes(tx, now=now)
            found = await audit.findings(tx, now=now)
            by_source = await sources.last_day(tx, now=now)
            by_rule = (await rule_hits(tx, since=now - timedelta(days=1), until=now)).by_rule
    except AppError:
        figures, live, found, by_source, by_rule = {}, {}, {"database_away": 1}, {}, {}
    for name, by_state in figures.items():
        label = "status" if name == "deliveries" else "state"
        gauge = Gauge(
            f"lead_router_{name}", f"{name.capitalize()} of the last day.", [label],
            registry=registry,
        )  # fmt: skip
        for state, count in by_state.items():
            gauge.labels(state).set(count)
    _of_sources(registry, by_source, serve.refusals.counts)
    _of_rules(registry, serve.held.live.snapshot.config.routing.rules, by_rule)
    processes = Gauge("lead_router_processes", "Processes alive.", ["role"], registry=registry)
    for role, count in live.items():
        processes.labels(role).set(count)
    broken = Gauge(
        "lead_router_broken_promises", "Rows that break a promise.", ["promise"], registry=registry
    )
    for promise, count in found.items():
        broken.labels(promise).set(count)
    Gauge("lead_router_config_version", "Config in force.", registry=registry).set(
        serve.held.live.snapshot.version
    )
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _of_rules(
    registry: CollectorRegistry, rules: Iterable[Rule], by_rule: Mapping[str, Hits]
) -> None:
    """Those of the config, the ones that never decided too; and those that are gone."""
    decided = Gauge(
        "lead_router_rule_decisions", "Decisions of the last day.", ["rule"], registry=registry
    )
    for name in {rule.name for rule in rules} | by_rule.keys():
        decided.labels(name).set(by_rule.get(name, Hits()).count)


def _of_sources(
    registry: CollectorRegistry,
    by_source: Mapping[str, Mapping[str, int]],
    refused: Mapping[str, int],
) -> None:
    brought = Gauge(
        "lead_router_source_deliveries",
        "Deliveries of the last day.",
        ["source", "status"],
        registry=registry,
    )
    for source, by_status in by_source.items():
        for status, count in by_status.items():
            brought.labels(source, status).set(count)
    calls = Counter(
        "lead_router_refused_total",
        "Calls to a source that were answered 401 by this process.",
        ["source"],
        registry=registry,
    )
    for source, count in refused.items():
        calls.labels(source).inc(count)
