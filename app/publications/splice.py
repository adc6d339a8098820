"""Joining ready documents with what moves: comment counts, neighbours, thread status. Text in, bytes out."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.core.clock import wire_time
from app.core.db import Row, as_time
from app.publications.models import CommentsMode
from app.publications.workflow import thread_mode
from app.site import queries as site_queries


def story_bytes(row: Row, around: Sequence[Row], *, at: datetime) -> bytes:
    """A whole story from its row and the rows around it."""
    published_at, summary, body, detail, comments, mode, settings = row[4], *row[6:12]
    found: dict[str, list[str]] = {"previous": [], "next": [], "translation": [], "related": []}
    for what, text, number in around:
        found[what].append(f'{text},"comment_count":{number}}}' if what == "related" else text)
    said = CommentsMode(mode) if mode else None
    status = thread_mode(said, as_time(published_at), site_queries.parsed(settings).comments, at=at).value
    return (
        f'{summary},"comment_count":{comments},{body},{detail},'
        f'"translations":[{",".join(found["translation"])}],'
        f'"previous":{_one(found["previous"])},"next":{_one(found["next"])},'
        f'"related":[{",".join(found["related"])}],'
        f'"comments":{{"status":"{status}","count":{comments}}}}}'
    ).encode()


def alone(ready: Mapping[str, str]) -> dict[str, Any]:
    """The story of one piece's ready documents as it would be with nothing around it."""
    moving = '"comment_count":0,"translations":[],"previous":null,"next":null,"related":[]'
    thread = '"comments":{"status":"closed","count":0}'
    document: dict[str, Any] = json.loads(f"{ready['summary']},{ready['body']},{ready['detail']},{moving},{thread}}}")
    return document


def _one(found: list[str]) -> str:
    return found[0] if found else "null"


def items_text(rows: Sequence[Row], fields: tuple[str, ...] | None) -> str:
    """Summaries joined with commas; `fields` costs a parse of each, so it is for those who ask."""
    texts = (f'{row[2]},"comment_count":{row[3]}{"," + row[4] if len(row) > 4 else ""}}}' for row in rows)
    if fields is None:
        return ",".join(texts)
    wanted = ("id", *fields)
    picked = (json.loads(text) for text in texts)
    return ",".join(
        json.dumps({name: item[name] for name in item if name in wanted}, ensure_ascii=False) for item in picked
    )


def page_bytes(items: str, cursor: str | None, total: int | None) -> bytes:
    """The list around its items."""
    following = "null" if cursor is None else f'"{cursor}"'
    counted = "" if total is None else f',"total":{total}'
    return f'{{"items":[{items}],"next":{following}{counted}}}'.encode()


def item_keys(rows: Sequence[Row]) -> list[str]:
    """Surrogate keys of the stories in a list."""
    return ["post-" + id_text(row[2]) for row in rows]


def id_text(summary: str) -> str:
    """The id in its canonical form, cut from where every summary begins with it."""
    return summary[7:43]


def last_key(value: Any) -> str | int:
    """The sort value of a row as it stands in a cursor."""
    return value if isinstance(value, int) else wire_time(as_time(value))
