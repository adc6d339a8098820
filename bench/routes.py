"""The routes that are measured, what is sent to each, and the part of H that each has to reach without the cache."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import quote, urlencode

from bench.load import Request
from bench.seed import SeedFacts, planned_bodies
from bench.server import fetch

Database = Literal["sqlite", "postgresql"]

# shares no divisor with the number of commented stories, so that every story gets every body; and
# so many that few are near copies of others: those would be spam, and of spam the later phases are not asked
BODIES = 16_001


@dataclass(frozen=True)
class Route:
    """One measured route; prepare makes its request, with the help of the running server where it must."""

    name: str
    prepare: Callable[[str, SeedFacts], Request]
    bars: Mapping[Database, float] = field(default_factory=dict)


def _list(_: str, _facts: SeedFacts) -> Request:
    return Request(("/v1/posts?limit=20",))


def _story(_: str, facts: SeedFacts) -> Request:
    return Request((f"/v1/posts/{quote(facts.story_slug)}",))


def _thread(_: str, facts: SeedFacts) -> Request:
    return Request((f"{_comments_of(facts.thread_slug)}?limit=100&replies=20&depth=3",))


def _list_by_tag(_: str, facts: SeedFacts) -> Request:
    return Request((f"/v1/posts?{urlencode({'tag': facts.tag_slug, 'limit': 20})}",))


def _resolve(_: str, facts: SeedFacts) -> Request:
    return Request((f"/v1/resolve?{urlencode({'path': facts.resolve_path})}",))


def _search(_: str, facts: SeedFacts) -> Request:
    return Request((f"/v1/search?{urlencode({'q': facts.rare_word})}",))


def _unchanged(base_url: str, facts: SeedFacts) -> Request:
    request = _list(base_url, facts)
    return replace(request, headers={"If-None-Match": fetch(base_url, request).etag or "*"})


def _comment(_: str, facts: SeedFacts) -> Request:
    return Request(
        tuple(_comments_of(slug) for slug in facts.commented_slugs),
        method="POST",
        headers={"Content-Type": "application/json"},
        bodies=tuple(json.dumps({"author_name": "Reader {n}", "body": body}) for body in planned_bodies(BODIES)),
    )


def _comments_of(slug: str) -> str:
    return f"/v1/posts/{quote(slug)}/comments"


# the one that writes stands last: what it leaves behind must not slow the others down
ROUTES = (
    Route("list", _list, {"sqlite": 0.10, "postgresql": 0.02}),
    Route("story", _story, {"sqlite": 0.10, "postgresql": 0.02}),
    Route("thread", _thread, {"sqlite": 0.05, "postgresql": 0.02}),
    Route("list_by_tag", _list_by_tag),
    Route("resolve", _resolve),
    Route("search", _search, {"sqlite": 0.06}),
    Route("304", _unchanged),
    Route("comment", _comment, {"sqlite": 0.04}),
)
