"""The figures beside the goals, as a table to read and as JSON to keep."""

import json
import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measure import Latencies, Round
from bench.parsing import Readings
from bench.routing import Deciding
from bench.simulation import Speed
from bench.starting import Starts

GOALS = {"SQLite": 8.0, "PostgreSQL": 4.0}
"""How many times the baseline's leads a second."""

MOST_MEMORY = 120.0

MOST_TO_READ = 300.0
"""Microseconds for one delivery whose body is JSON, at the median."""

MOST_TO_DECIDE = 200.0
"""Microseconds for one lead with 200 agents and 50 rules, at the median."""

MOST_TO_REHEARSE = 60.0
"""Seconds for 100,000 leads, on one core."""

MOST_TO_START = 2.0
"""Seconds from the command to ready."""


@dataclass(slots=True)
class Results:
    """Everything a run measured, by database or by form."""

    rounds: dict[str, list[Round]]
    mails: dict[str, Latencies]
    pushes: dict[str, Latencies]
    readings: Readings | None = None
    deciding: Mapping[str, Deciding] | None = None
    rehearsal: Speed | None = None
    starts: Starts | None = None
    others: float = 0.0
    """Cores that processes which are none of ours used meanwhile, on average."""


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    goal: str
    figure: str
    kept: bool


def rows(results: Results) -> Iterator[Row]:
    if results.readings is not None:
        yield _slowest(results.readings)
    if results.deciding is not None:
        yield _dearest(results.deciding)
    if results.rehearsal is not None:
        yield _rehearsal(results.rehearsal)
    if results.starts is not None:
        yield _start(results.starts)
    for database, rounds in results.rounds.items():
        yield _ratio(database, rounds)
    for form, mails in results.mails.items():
        yield from _mail(form, mails)
    for form, pushes in results.pushes.items():
        yield from _push(form, pushes)
    yield from _memory(results)


def medians(rounds: Sequence[Round], who: str) -> dict[str, float]:
    mine = [each for each in rounds if each.who == who]
    names = ("leads_per_second", "p50", "p99", "cpu_per_lead", "generator_cores")
    return {name: statistics.median(getattr(each, name) for each in mine) for name in names}


def ratio(rounds: Sequence[Round]) -> float:
    ours, baseline = (medians(rounds, who)["leads_per_second"] for who in ("ours", "baseline"))
    return ours / baseline


def _ratio(database: str, rounds: Sequence[Round]) -> Row:
    ours, baseline = (medians(rounds, who)["leads_per_second"] for who in ("ours", "baseline"))
    goal, found = GOALS[database], ratio(rounds)
    figure = f"{found:.1f}x  ({ours:.0f} against {baseline:.0f} leads/s)"
    return Row(f"intake, {database}", f">= {goal:g}x baseline", figure, found >= goal)


def _slowest(found: Readings) -> Row:
    kind, slowest = max(found.by_kind.items(), key=lambda each: each[1].median)
    within = sum(each.median <= MOST_TO_READ for each in found.by_kind.values())
    figure = f"{within} of {len(found.by_kind)} kinds; {slowest.median:.0f} us for {kind}"
    goal = f"<= {MOST_TO_READ:.0f} us at the median, each"
    return Row("reading a JSON delivery", goal, figure, within == len(found.by_kind))


def _dearest(found: Mapping[str, Deciding]) -> Row:
    case, dearest = max(found.items(), key=lambda each: each[1].ours)
    within = sum(each.ours <= MOST_TO_DECIDE for each in found.values())
    figure = f"{within} of {len(found)} cases; {dearest.ours:.0f} us for {case}"
    goal = f"<= {MOST_TO_DECIDE:.0f} us at the median, each"
    return Row("routing one lead", goal, figure, within == len(found))


def _rehearsal(found: Speed) -> Row:
    figure = (
        f"{found.rehearsed:.1f} s for {found.leads}; {found.rehearsed / found.read:.1f}x reading, "
        f"{found.memory:.0f} MB"
    )
    most = MOST_TO_REHEARSE * found.leads / 100_000
    return Row("rehearsing a draft", f"< {most:.0f} s", figure, found.rehearsed < most)


def _start(found: Starts) -> Row:
    figure = f"{found.ours:.2f} s; {found.ours / found.libraries:.1f}x loading the libraries"
    return Row("a second start", f"<= {MOST_TO_START:g} s", figure, found.ours <= MOST_TO_START)


def _mail(form: str, found: Latencies) -> Iterator[Row]:
    times = found.reached
    what = f"POST to mail server, {form}"
    whole = not times.missing
    yield Row(f"{what}, p50", "<= 100 ms", f"{times.p50:.0f} ms", whole and times.p50 <= 100)
    yield Row(f"{what}, p99", "<= 400 ms", f"{times.p99:.0f} ms", whole and times.p99 <= 400)


def _push(form: str, found: Latencies) -> Iterator[Row]:
    times = found.reached
    what = f"clock due to push server, {form}"
    whole = not times.missing
    yield Row(f"{what}, p50", "<= 150 ms", f"{times.p50:.0f} ms", whole and times.p50 <= 150)
    yield Row(f"{what}, p99", "<= 250 ms", f"{times.p99:.0f} ms", whole and times.p99 <= 250)
    yield Row(f"{what}, earliest", "never early", f"{times.least:.1f} ms", times.least >= 0)


def _memory(results: Results) -> Iterator[Row]:
    found: dict[str, float] = {}
    for database, rounds in results.rounds.items():
        found[f"serve under full load, {database}"] = max(
            each.memory.highest for each in rounds if each.who == "ours"
        )
    for form, latencies in (*results.mails.items(), *results.pushes.items()):
        for process, memory in latencies.memory.items():
            name = f"{process} at 20 leads/s, {form}"
            found[name] = max(found.get(name, 0.0), memory.highest)
    for name, highest in found.items():
        goal = f"<= {MOST_MEMORY:.0f} MB"
        yield Row(f"memory, {name}", goal, f"{highest:.0f} MB", highest <= MOST_MEMORY)


def machine() -> Mapping[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def show(results: Results) -> None:
    """Print the tables."""
    console = Console(width=None if Console().is_terminal else 120)
    if results.readings is not None:
        console.print(_readings_table(results.readings))
    if results.deciding is not None:
        console.print(_deciding_table(results.deciding))
    if results.rounds:
        console.print(_throughput_table(results))
    if results.mails or results.pushes:
        console.print(_times_table(results))
    table = Table("", "goal", "measured", "", title="Goals", title_justify="left")
    for row in rows(results):
        table.add_row(row.what, row.goal, row.figure, "kept" if row.kept else "[bold]missed")
    console.print(table)
    print(
        f"Meanwhile other processes of this machine used {results.others:.2f} of its "
        f"{machine()['cores']} cores."
    )


def _readings_table(found: Readings) -> Table:
    title = "Checking the sender of a delivery and reading it, in microseconds"
    table = Table(title=title, title_justify="left")
    for name in ("", "bytes", "median", "p90", "x the least"):
        table.add_column(name, justify="right" if name else "left")
    least = found.yardstick
    by_cost = sorted(found.by_kind.items(), key=lambda each: -each[1].median)
    for kind, each in (*by_cost, ("the least any reader pays", least)):
        table.add_row(
            kind,
            str(each.size),
            f"{each.median:.0f}",
            f"{each.p90:.0f}",
            f"{each.median / least.median:.1f}",
        )
    return table


def _deciding_table(found: Mapping[str, Deciding]) -> Table:
    title = "Who gets one lead? In microseconds, at the median"
    table = Table(title=title, title_justify="left")
    for name in ("", "route()", "textbook", "x textbook"):
        table.add_column(name, justify="right" if name else "left")
    for case, each in found.items():
        ratio = f"{each.ours / each.naive:.1f}"
        table.add_row(case, f"{each.ours:.0f}", f"{each.naive:.0f}", ratio)
    return table


def _throughput_table(results: Results) -> Table:
    table = Table(title="Intake, closed loop: medians of the rounds", title_justify="left")
    for name in ("", "leads/s", "p50 ms", "p99 ms", "CPU ms a lead", "generator, cores"):
        table.add_column(name, justify="right" if name else "left")
    for database, rounds in results.rounds.items():
        for who in ("ours", "baseline"):
            found = medians(rounds, who)
            table.add_row(
                f"{database}, {who}",
                f"{found['leads_per_second']:.1f}",
                f"{found['p50']:.1f}",
                f"{found['p99']:.1f}",
                f"{found['cpu_per_lead']:.2f}",
                f"{found['generator_cores']:.2f}",
            )
    return table


def _times_table(results: Results) -> Table:
    table = Table(title="At 20 leads/s, in milliseconds", title_justify="left")
    for name in ("", "leads", "missing", "least", "p50", "p99", "most"):
        table.add_column(name, justify="right" if name else "left")
    for what, found in (("mail", results.mails), ("push after due", results.pushes)):
        for form, latencies in found.items():
            for name, times in (("answer", latencies.answered), (what, latencies.reached)):
                figures = (times.least, times.p50, times.p99, times.most)
                table.add_row(
                    f"{form}: {name}",
                    str(times.count),
                    str(times.missing),
                    *(f"{each:.1f}" for each in figures),
                )
    return table


def keep(results: Results, folder: Path) -> Path:
    """Write everything down as JSON. Answers where."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    whole = {
        "at": now.isoformat(),
        "machine": machine(),
        "goals": [asdict(row) for row in rows(results)],
        "ratios": {database: ratio(rounds) for database, rounds in results.rounds.items()},
        **asdict(results),
    }
    path.write_text(json.dumps(whole, indent=1) + "\n")
    return path
