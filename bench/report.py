"""Turns pairings into a table with the bars, and keeps that table in the documentation, one section a database."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.load import Sample
from bench.pairs import Pairing
from bench.routes import ROUTES, Database

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
HEADINGS: dict[Database, str] = {"sqlite": "### SQLite", "postgresql": "### PostgreSQL"}
_HEADER = (
    "| route | requests/s | p99 ms | H requests/s | H p99 ms | ratio to H (min to max) | bar | |\n"
    + "|---|"
    + "--:|" * 6
    + "---|"
)


def missed(pairings: Sequence[Pairing], database: Database) -> list[str]:
    """Names of the routes that stay below their bar, or whose figures are void because of errors."""
    bars = _bars(database)
    return [p.name for p in pairings if p.errors or p.ratio < bars.get(p.name, 0.0)]


def table(pairings: Sequence[Pairing], database: Database) -> str:
    """The figures as a Markdown table."""
    return "\n".join([_HEADER, *(_row(pairing, _bars(database).get(pairing.name)) for pairing in pairings)])


def section(pairings: Sequence[Pairing], database: Database, command: str) -> str:
    """The table under its heading, with the command that made it and the machine it ran on."""
    return f"{HEADINGS[database]}\n\n`{command}` on {machine()}.\n\n{table(pairings, database)}\n"


def write(path: Path, database: Database, text: str) -> None:
    """Put the section of one database between the markers of the page; the other's and all around them stay."""
    page = path.read_text(encoding="utf-8") if path.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    if BEGIN not in page or END not in page:
        page = f"{page.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, rest = page.split(BEGIN, 1)
    between, after = rest.split(END, 1)
    sections = {heading: _find(between, heading) for heading in HEADINGS.values()} | {HEADINGS[database]: text}
    kept = "\n".join(f"{body.strip()}\n" for body in sections.values() if body)
    path.write_text(f"{before}{BEGIN}\n{kept}{END}{after}", encoding="utf-8")


def machine() -> str:
    """What a reader needs to compare: processor, cores, Python, date."""
    python, day = platform.python_version(), datetime.now(UTC).date()
    return f"{_cpu()}, {os.cpu_count()} cores, {platform.system()}, Python {python}, {day}"


def _bars(database: Database) -> dict[str, float]:
    return {route.name: route.bars[database] for route in ROUTES if database in route.bars}


def _row(pairing: Pairing, bar: float | None) -> str:
    ratio = f"{pairing.ratio:.3f} ({min(pairing.ratios):.3f} to {max(pairing.ratios):.3f})"
    figures = [*_medians(pairing.ours), *_medians(pairing.bare), ratio, "" if bar is None else f"{bar:.2f}"]
    return f"| {' | '.join([pairing.name, *figures, _verdict(pairing, bar)])} |"


def _medians(samples: Sequence[Sample]) -> tuple[str, str]:
    rate, p99 = (median(getattr(sample, name) for sample in samples) for name in ("requests_per_second", "p99_ms"))
    return f"{rate:,.0f}", f"{p99:.1f}"


def _verdict(pairing: Pairing, bar: float | None) -> str:
    if pairing.errors:
        return f"void: {pairing.errors} errors"
    return "" if bar is None else "reached" if pairing.ratio >= bar else "missed"


def _find(between: str, heading: str) -> str:
    found = re.search(rf"^{re.escape(heading)}$.*?(?=^### |\Z)", between, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def _cpu() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
