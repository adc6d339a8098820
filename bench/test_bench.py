"""The harness reads both generators, pairs its samples, and keeps the page; bare against bare has no errors."""

import json
import shutil
from itertools import islice
from pathlib import Path

import pytest

from bench import load, report, seed, server
from bench.load import LoadFailed, NoLoadGenerator, Sample
from bench.pairs import Pairing, Sampling, compare
from bench.routes import ROUTES

WRK = """Running 3s test @ http://127.0.0.1:1
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.05ms  280.42us   8.07ms   93.31%
    Req/Sec    30.76k     2.27k   33.03k    83.33%
  Latency Distribution
     50%  980.00us
     75%    1.10ms
     90%    1.20ms
     99%    1.02s
  92000 requests in 3.01s, 12.1MB read
  Socket errors: connect 1, read 2, write 0, timeout 3
  Non-2xx or 3xx responses: 40
Requests/sec:  30564.78
Transfer/sec:      4.02MB
"""
AUTOCANNON = {
    "requests": {"total": 6000},
    "latency": {"p50": 1, "p99": 9},
    "duration": 3.0,
    "errors": 2,
    "non2xx": 500,
    "4xx": 3,
    "5xx": 4,
}


def sample(rate: float, errors: int = 0) -> Sample:
    return Sample(rate, 1.0, 2.0, int(rate), errors)


def pairing(name: str, ratio: float, errors: int = 0) -> Pairing:
    return Pairing(name, (sample(1000), sample(1000)), (sample(1000 * ratio, errors),))


def test_reads_wrk() -> None:
    assert load.parse_wrk(WRK) == Sample(30564.78, 0.98, 1020.0, 92000, 46)


def test_reads_autocannon_and_takes_304_for_an_answer() -> None:
    assert load.parse_autocannon(json.dumps(AUTOCANNON)) == Sample(2000.0, 1.0, 9.0, 6000, 9)


@pytest.mark.parametrize("output", ["", "null", "{}", "Running 3s test"])
def test_refuses_what_it_cannot_read(output: str) -> None:
    with pytest.raises(LoadFailed):
        load.parse_wrk(output)
    with pytest.raises(LoadFailed):
        load.parse_autocannon(output)


def test_says_how_to_install_a_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoLoadGenerator, match="wrk"):
        load.choose_tool()


def test_each_sample_is_measured_against_both_neighbours() -> None:
    paired = Pairing("list", (sample(100), sample(300), sample(100)), (sample(100), sample(50)))
    assert paired.ratios == (0.5, 0.25)
    assert paired.ratio == 0.375


def test_bars_and_errors_decide() -> None:
    pairings = [pairing("list", 0.5), pairing("story", 0.05), pairing("thread", 0.5, errors=1), pairing("resolve", 0.0)]
    assert report.missed(pairings, "sqlite") == ["story", "thread"]
    assert report.missed(pairings, "postgresql") == ["thread"]
    assert [line.split("|")[-2].strip() for line in report.table(pairings, "sqlite").splitlines()[2:]] == [
        "reached",
        "missed",
        "void: 1 errors",
        "",
    ]


def test_a_page_keeps_the_other_database_and_all_around(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Ours\n\nBefore.\n\n{report.BEGIN}\nold\n{report.END}\n\nAfter.\n")
    report.write(page, "postgresql", "### PostgreSQL\n\nfirst\n")
    report.write(page, "sqlite", "### SQLite\n\nsecond\n")
    report.write(page, "postgresql", "### PostgreSQL\n\nthird\n")
    between = f"{report.BEGIN}\n### SQLite\n\nsecond\n\n### PostgreSQL\n\nthird\n{report.END}"
    assert page.read_text() == f"# Ours\n\nBefore.\n\n{between}\n\nAfter.\n"


def test_the_plan_is_the_same_every_time() -> None:
    stories = list(seed.planned_stories(1_000))
    assert stories[:3] == list(islice(seed.planned_stories(3), 3))
    assert len({story.slug for story in stories}) == len(stories)
    assert all(3_900 < len(story.body.encode()) < 5_500 for story in stories)
    assert [story.locale for story in stories].count("ar") == 500
    assert sum(seed.RARE_WORD in story.body for story in stories) == 20

    facts = seed.facts(1_000)
    assert {facts.story_slug, facts.thread_slug, *facts.commented_slugs} <= {story.slug for story in stories}
    assert facts.thread_slug not in facts.commented_slugs
    assert 20 < sum(facts.tag_slug in story.tags for story in stories) < 100


def test_the_thread_is_a_hundred_comments_with_a_reply_each() -> None:
    comments = list(seed.planned_comments(200))
    assert [comment.parent for comment in comments[:4]] == [None, 0, None, 2]
    assert len({comment.body for comment in comments}) == 200


@pytest.mark.skipif(
    not shutil.which("wrk"), reason="wrk is not installed; autocannon would be fetched over the network"
)
@pytest.mark.parametrize("route", ["list", "comment"])
def test_bare_against_itself(route: str) -> None:
    request = next(each for each in ROUTES if each.name == route).prepare("", seed.facts(1_000))
    answer = server.Answer(200, b'{"items": []}', None)
    with server.bare(answer) as first, server.bare(answer) as second:
        assert server.fetch(first, request) == answer
        paired = compare(route, request, first, second, Sampling(rounds=1, seconds=1, tool="wrk"))
    assert paired.errors == 0
    assert paired.ratio > 0
