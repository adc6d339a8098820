"""The rules of webhooks as tables: patterns, verdicts, waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.workflow import CATALOGUE, Audience
from app.webhooks import workflow
from app.webhooks.workflow import Verdict

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
PUBLIC = {name for name, audience in CATALOGUE.items() if audience is Audience.PUBLIC}
POSTS = {name for name in CATALOGUE if name.startswith("post.")}


def test_the_bare_star_is_all_that_is_public() -> None:
    assert workflow.names_of(("*",)) == PUBLIC


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (("post.published",), {"post.published"}),
        (("post.created",), {"post.created"}),
        (("post.*",), POSTS),
        (("tag.merged", "site.*"), {"tag.merged", "site.changed"}),
        (("*", "contact.received"), PUBLIC | {"contact.received"}),
        (("*", "post.*"), PUBLIC | POSTS),
        (("webhook.*",), {"webhook.created", "webhook.changed", "webhook.disabled", "webhook.deleted"}),
    ],
)
def test_what_patterns_name(patterns: tuple[str, ...], names: set[str]) -> None:
    assert workflow.names_of(patterns) == names


def test_nothing_of_the_log_is_ever_named() -> None:
    everything = workflow.names_of(("*", *{f"{name.partition('.')[0]}.*" for name in CATALOGUE}))
    assert everything == {name for name, audience in CATALOGUE.items() if audience is not Audience.LOG}


@pytest.mark.parametrize(
    ("pattern", "code", "hint"),
    [
        ("user.joined", "log_only", "post.*"),
        ("session.*", "log_only", "comment.*"),
        ("login.failed", "log_only", "contact.*"),
        ("post.publish", "unknown_event", "post.published"),
        ("post", "unknown_event", "post.published"),
        ("post.", "unknown_event", "post.published"),
        ("post.pub*", "unknown_event", "post.published"),
        ("comments.*", "unknown_event", "comment.*"),
        ("Post.published", "unknown_event", "post.*"),
        ("*.published", "unknown_event", "post.*"),
        ("**", "unknown_event", "post.*"),
        (".*", "unknown_event", "post.*"),
        ("webhook.test", "unknown_event", "webhook.created"),
        ("نشر", "unknown_event", "post.*"),
    ],
)
def test_a_pattern_that_names_nothing_is_told_what_would(pattern: str, code: str, hint: str) -> None:
    found = workflow.fault(pattern)
    assert found is not None
    assert found[0] == code
    assert hint in found[1]
    assert workflow.names_of((pattern,)) == frozenset()


@pytest.mark.parametrize("pattern", ["*", *sorted(PUBLIC), "post.created", "contact.*"])
def test_patterns_that_name_something_are_sound(pattern: str) -> None:
    assert workflow.fault(pattern) is None


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ((200, 201, 202, 204, 299), Verdict.DELIVERED),
        ((300, 301, 302, 303, 307, 308, 304), Verdict.REFUSED),
        ((400, 401, 403, 404, 405, 408, 409, 411, 413, 418, 422, 428, 430, 451, 499, 101), Verdict.REFUSED),
        ((410,), Verdict.GONE),
        ((429, 500, 501, 502, 503, 504, 520, 599, None), Verdict.TROUBLE),
    ],
)
def test_what_an_answer_means(statuses: tuple[int | None, ...], verdict: Verdict) -> None:
    assert {workflow.judge(status) for status in statuses} == {verdict}


@pytest.mark.parametrize(
    ("status", "complaint"),
    [
        (204, ""),
        (302, "answered 302: redirects are not followed"),
        (399, "answered 399: redirects are not followed"),
        (400, "answered 400"),
        (503, "answered 503"),
        (101, "answered 101"),
    ],
)
def test_what_the_log_says_of_an_answer(status: int, complaint: str) -> None:
    assert workflow.complaint(status) == complaint


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (503, "120", 120),
        (429, "120", 120),
        (503, "0", 0),
        (503, "86400", 86_400),
        (503, "86401", 86_400),
        (503, "9" * 400, 86_400),
        (503, "9" * 5_000, None),
        (503, "Sun, 22 Nov 2026 12:02:00 GMT", 120),
        (429, "Mon, 23 Nov 2026 11:59:59 GMT", 86_399),
        (503, "Sun, 22 Nov 2026 11:00:00 GMT", 0),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        (503, "Sun, 22 Nov 2026 14:02:00 +0200", None),
        (503, "-5", None),
        (503, "1.5", None),
        (503, "²", None),
        (503, "soon", None),
        (503, "", None),
        (503, None, None),
        (500, "120", None),
        (404, "120", None),
        (200, "120", None),
    ],
)
def test_how_long_a_receiver_may_ask_us_to_wait(status: int, header: str | None, seconds: int | None) -> None:
    wished = workflow.wish(status, header, at=NOON)
    assert wished == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
def test_no_header_breaks_the_judge_of_waits(header: str) -> None:
    wished = workflow.wish(503, header, at=NOON)
    assert wished is None or timedelta(0) <= wished <= timedelta(days=1)


# the table of Standard Webhooks 1.0, after the first try that is made at once
TABLE = ["5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"]
UNITS = {"s": 1, "m": 60, "h": 3_600}


@pytest.mark.parametrize(("failures", "printed"), list(enumerate(TABLE, start=1)))
def test_how_long_we_wait_by_ourselves(failures: int, printed: str) -> None:
    seconds = int(printed[:-1]) * UNITS[printed[-1]]
    waits = [workflow.wait(failures, None, chance=chance).total_seconds() for chance in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([seconds, seconds * 1.1, seconds * 1.2])
    assert not workflow.was_last_try(failures)


def test_the_last_wait_is_kept_and_the_tenth_try_is_the_last() -> None:
    assert workflow.wait(25, None, chance=0) == timedelta(hours=24)
    assert workflow.was_last_try(10)


@pytest.mark.parametrize(
    ("failures", "wished", "seconds"), [(1, 120, 120), (1, 1, 5), (2, 60, 300), (2, 0, 300), (2, 301, 301)]
)
def test_the_wish_of_a_receiver_delays_and_never_hurries(failures: int, wished: int, seconds: int) -> None:
    assert workflow.wait(failures, timedelta(seconds=wished), chance=0) == timedelta(seconds=seconds)
