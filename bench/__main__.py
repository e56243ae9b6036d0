"""Measure what the service promises: `make bench`, or `python -m bench --quick` for a first look.

Everything is real and on this machine: PostgreSQL with fsync, Redis, SQLite on the disk, the
service started by its own commands, and a load generator (`bench.load`) in a process of its
own that shares the cores with them.

Intake. A closed loop of 64 connections posts Google lead forms, each a new person, to our
service and to a textbook one (`bench.baseline`), in turn: ours, baseline, ours, baseline …,
each time a fresh process on a fresh database, one second of warm-up, then some seconds that
count. The ratio is that of the medians. The baseline's jobs go to Redis and nobody works on
them. Ours is not spared its messages: its channels are sandboxes, but on SQLite the serving
process sends its two messages per lead while the load runs, and on PostgreSQL it rings Redis
and, there being no worker, begins after a second and a half to send them itself.

Times. At 20 leads a second, posted on the beat whatever the answers take, against a mail and
a push server in this process: from the beat to the mail server having the greeting whole;
and, with a clock of two seconds, from the instant at which the answer said it is due to the
push server having the manager's push, all by this machine's clock. A message that never came
is missing, and no goal is kept without it. Once embedded (SQLite, one process), once
distributed (PostgreSQL, Redis, `serve` and `worker`).

Reading. What it takes to check the sender of one delivery and to read it, for every kind whose
body is JSON, by turns in this process, beside the least that any reader pays.

Routing. What it takes to decide who gets one lead, with 200 agents and 50 rules, in this
process, beside a round robin out of a textbook, which gives no reasons.

Rehearsing. 100,000 leads of thirty days on a SQLite database, routed by a draft in this process,
beside only reading their rows.

Starting. From the command to ready, on a database that is there, by turns with a bare interpreter
that loads the libraries.

Memory is the highest resident size of each process (VmHWM) at the end of its run.

It judges nothing: the exit code is 0 unless something breaks. `docs/benchmarks.md` has the
figures of a run.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from bench import measure, parsing, report, routing, simulation, starting
from bench.others import Others
from bench.services import (
    CHECKOUT,
    EMBEDDED,
    POSTGRESQL,
    SHORT_CLOCK,
    Form,
    Machinery,
    distributed,
    folder,
    without_worker,
)
from tests.servers.postgres import postgres
from tests.servers.redis import redis

PARTS = ("reading", "routing", "rehearsing", "starting", "intake", "mail", "push")


def main() -> None:
    wanted = _arguments()
    machine = report.machine()
    print(
        f"{machine['cores']} cores ({machine['processor']}), Python {machine['python']}, "
        f"{machine['system']}; the load generator shares the cores."
    )
    with folder() as where, postgres(durable=True) as pg, redis() as queue:
        others = Others()
        results = _measure(Machinery(where, pg, queue, count(1)), wanted)
        results.others = others.cores()
    report.show(results)
    print(f"Written to {report.keep(results, CHECKOUT / 'var' / 'bench').relative_to(CHECKOUT)}")


def _measure(machinery: Machinery, wanted: argparse.Namespace) -> report.Results:
    results = report.Results({}, {}, {})
    _in_this_process(results, wanted)
    _through_the_front_door(results, machinery, wanted)
    return results


def _in_this_process(results: report.Results, wanted: argparse.Namespace) -> None:
    if "reading" in wanted.parts:
        print("Reading: one delivery of each kind, by turns", flush=True)
        results.readings = parsing.readings(rounds=10 if wanted.quick else 100)
    if "routing" in wanted.parts:
        print("Routing: one lead at a time, by turns with a textbook's round robin", flush=True)
        results.deciding = routing.decisions(leads=200 if wanted.quick else 2000)
    if "rehearsing" in wanted.parts:
        leads = 10_000 if wanted.quick else 100_000
        print(f"Rehearsing: {leads} leads of thirty days", flush=True)
        results.rehearsal = simulation.speed(leads)
    if "starting" in wanted.parts:
        print("Starting: the second start of an embedded service", flush=True)
        results.starts = starting.starts(rounds=3 if wanted.quick else 10)


def _through_the_front_door(
    results: report.Results, machinery: Machinery, wanted: argparse.Namespace
) -> None:
    forms = _forms(machinery, wanted.only)
    rounds, seconds, steady = (1, 2.0, 3.0) if wanted.quick else (3, 5.0, 15.0)
    if "intake" in wanted.parts:
        print(f"Intake: {wanted.connections} connections, {rounds} x {seconds:g} s each, by turns")
        for name, form in forms.items():
            results.rounds[name] = measure.throughput(
                machinery,
                without_worker(form),
                rounds=rounds,
                seconds=seconds,
                connections=wanted.connections,
            )
    for name, form in forms.items():
        label = "serve + worker" if form.has_worker else "embedded"
        if "mail" in wanted.parts:
            print(f"POST to mail server, {label}: {steady:g} s at 20 leads/s", flush=True)
            results.mails[label] = measure.post_to_mail(machinery, form, seconds=steady)
        if "push" in wanted.parts:
            print(f"Clock to push server, {label}: {name}", flush=True)
            short = replace(form, config=SHORT_CLOCK)
            results.pushes[label] = measure.clock_to_push(
                machinery, short, seconds=min(steady, 10.0)
            )


def _forms(machinery: Machinery, only: str | None) -> dict[str, Form]:
    forms = {EMBEDDED.database: EMBEDDED}
    if only != EMBEDDED.database:
        forms[POSTGRESQL] = distributed(machinery.migrated())
    return {name: form for name, form in forms.items() if only in {None, name}}


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure.")
    parser.add_argument("--quick", action="store_true", help="a first look")
    parser.add_argument("--only", choices=(EMBEDDED.database, POSTGRESQL))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--connections", type=int, default=64)
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
