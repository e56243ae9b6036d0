"""What is measured, and how: throughput in rounds, answers by mail, and clocks by push."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import services
from bench.payload import email
from bench.services import CHECKOUT, Form, Machinery, Service
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.servers.processes import Process

RATE = 20.0
"""Leads a second, wherever a time is measured."""

SETTLE = 1.0
"""Seconds after a start before times are measured: they are those of a calm day."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MB: now, and at its highest."""

    resident: float
    highest: float


@dataclass(frozen=True, slots=True)
class Round:
    """One run of the closed loop. Times in milliseconds."""

    who: str
    leads_per_second: float
    p50: float
    p99: float
    refused: int
    cpu_per_lead: float
    """CPU time of the serving process for one lead, whatever else it did meanwhile."""
    generator_cores: float
    memory: Memory


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, for so many leads. Milliseconds."""

    count: int
    missing: int
    least: float
    p50: float
    p99: float
    most: float


@dataclass(frozen=True, slots=True)
class Latencies:
    """What one form did at a steady rate."""

    answered: Times
    """The POST to its answer."""
    reached: Times
    memory: dict[str, Memory]


def throughput(
    machinery: Machinery, form: Form, *, rounds: int, seconds: float, connections: int
) -> list[Round]:
    """Ours, the baseline, ours, the baseline … each in a fresh process on a fresh database."""
    found = []
    for _ in range(rounds):
        for who, service in (
            ("ours", services.ours(machinery, form)),
            ("baseline", services.baseline(machinery, form.database)),
        ):
            found.append(_round(who, service, seconds=seconds, connections=connections))
            print(f"  {form.database:<10} {_line(found[-1])}", flush=True)
    return found


def _line(each: Round) -> str:
    return (
        f"{each.who:<8} {each.leads_per_second:7.1f} leads/s   p50 {each.p50:6.1f} ms   "
        f"p99 {each.p99:6.1f} ms   {each.cpu_per_lead:5.2f} ms CPU a lead"
        + (f"   {each.refused} refused" if each.refused else "")
    )


def _round(
    who: str, starting: AbstractContextManager[Service], *, seconds: float, connections: int
) -> Round:
    with starting as service:
        process = next(iter(service.processes.values()))
        before = _cpu(process)
        began = time.monotonic()
        figures = _load(
            service, f"--seconds={seconds}", f"--connections={connections}", "--warm-up=1.0"
        )
        # The warm-up costs CPU as well, but its leads are not counted.
        share = (seconds + 1.0) / seconds
        cpu = _cpu(process) - before
        took = time.monotonic() - began
        times = _times(figures["latencies"])
        return Round(
            who,
            leads_per_second=figures["answered"] / seconds,
            p50=times.p50,
            p99=times.p99,
            refused=figures["refused"],
            cpu_per_lead=1000 * cpu / max(1.0, figures["answered"] * share),
            generator_cores=figures["cpu_seconds"] / took,
            memory=memory_of(process),
        )


def post_to_mail(machinery: Machinery, form: Form, *, seconds: float) -> Latencies:
    """From the instant a lead was to be posted until the mail server had its greeting whole."""
    with FakeSmtp() as mails, FakeNtfy() as pushes:
        env = {"SMTP_URL": mails.url, "NTFY_URL": pushes.url}
        with services.ours(machinery, replace(form, config=services.DEMO, env=env)) as service:
            time.sleep(SETTLE)
            figures = _steady(service, seconds)
            _wait(lambda: len(mails.messages) >= len(figures["leads"]), 10)
            accepted = {each.recipients[0]: each.at for each in mails.messages}
            took = [
                accepted[to] - each["posted_at"]
                for each in figures["leads"]
                if (to := email(each["number"])) in accepted
            ]
            return _latencies(figures, took, service)


def clock_to_push(machinery: Machinery, form: Form, *, seconds: float) -> Latencies:
    """From the instant at which a clock was due until the push server had the manager's push."""
    with FakeSmtp() as mails, FakeNtfy() as pushes:
        env = {"SMTP_URL": mails.url, "NTFY_URL": pushes.url}
        form = replace(form, config=services.SHORT_CLOCK, env=env)
        with services.ours(machinery, form) as service:
            time.sleep(SETTLE)
            figures = _steady(service, seconds)
            _wait(lambda: len(pushes.on("leads-maria")) >= len(figures["leads"]), 15)
            told = {each.click.rpartition("#")[2]: each.at for each in pushes.on("leads-maria")}
            late = [
                told[lead["id"]] - _instant(lead["sla"][0]["due_at"])
                for each in figures["leads"]
                for lead in each["said"].get("leads", ())
                if lead["id"] in told
            ]
            return _latencies(figures, late, service)


def _latencies(figures: dict[str, Any], took: Sequence[float], service: Service) -> Latencies:
    expected = len(figures["leads"])
    return Latencies(
        answered=_times(figures["latencies"], expected=expected),
        reached=_times(took, expected=expected),
        memory={name: memory_of(each) for name, each in service.processes.items()},
    )


def _steady(service: Service, seconds: float) -> dict[str, Any]:
    return _load(service, f"--rate={RATE}", f"--seconds={seconds}")


def _load(service: Service, *wanted: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load", f"--port={service.port}", *wanted]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=90, check=False
    )
    if done.returncode:
        logs = "\n".join(each.log[-2000:] for each in service.processes.values())
        raise RuntimeError(f"The load generator failed:\n{done.stderr}\n{logs}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if not figures["answered"]:
        raise RuntimeError(f"Not one lead was accepted. The first answer: {figures['refusal']}")
    return figures


def _wait(ready: Any, within: float) -> None:
    """What has not come by then is counted as missing."""
    end = time.monotonic() + within
    while not ready() and time.monotonic() < end:
        time.sleep(0.05)


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _times(seconds: Sequence[float], *, expected: int = 0) -> Times:
    found = sorted(1000 * each for each in seconds) or [float("nan")]
    return Times(
        count=len(seconds),
        missing=max(0, expected - len(seconds)),
        least=found[0],
        p50=_percentile(found, 0.50),
        p99=_percentile(found, 0.99),
        most=found[-1],
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest rank: a value that was measured, never one in between."""
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def _cpu(process: Process) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(process: Process) -> Memory:
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
    )
    return Memory(*(int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")))
