"""Joining ready documents with what moves: comment counts, neighbours, thread status. Text in, bytes out."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app.core.clock import wire_time
from app.core.db import Row, as_time
from app.core.language import pick
from app.publications.models import CommentsMode, Kind
from app.publications.workflow import thread_mode
from app.site import queries as site_queries


def story_bytes(kind: Kind, row: Row, around: Sequence[Row], *, at: datetime) -> bytes:
    """A whole story from its row and the rows around it."""
    locale, published_at, summary, body, detail, comments, mode, settings = *row[3:5], *row[7:13]
    site = site_queries.parsed(settings)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for what, text, number, *more in around:
        document = text
        if what == "related":
            document = f'{text},"comment_count":{number}}}'
        elif what == "series":
            document = _series(pick(json.loads(text), locale, site.default_locale), number, *more)
        found[what].append(document)
    said = CommentsMode(mode) if mode else None
    status = thread_mode(kind, said, as_time(published_at), site.comments, at=at).value
    others = [text for text in found["translation"] if _language(text) != locale]
    head = f'{summary},"comment_count":{comments}'
    tail = (
        f'"translations":[{",".join(others)}],'
        f'"hreflang":[{",".join(_alternates(found["translation"], site.default_locale))}],'
        f'"previous":{_one(found["previous"])},"next":{_one(found["next"])},'
        f'"previous_in_section":{_one(found["previous_in_section"])},'
        f'"next_in_section":{_one(found["next_in_section"])},"series":[{",".join(found["series"])}],'
        f'"related":[{",".join(found["related"])}],'
        f'"comments":{{"status":"{status}","count":{comments}}}}}'
    )
    return b"%b,%b,%b,%b" % (head.encode(), body, detail, tail.encode())


def _alternates(languages: Sequence[str], default_locale: str) -> Iterator[str]:
    """`hreflang` items, cut from the documents of the languages: the last member of each is its address."""
    for text in languages:
        address = text[text.rindex('"url":') :]
        yield f'{{"hreflang":"{_language(text)}",{address}'
        if _language(text) == default_locale:
            yield f'{{"hreflang":"x-default",{address}'


def _language(translation: str) -> str:
    """The locale, cut from where every such document begins with it."""
    return translation[11 : translation.index('"', 11)]


def _series(name: str, position: int, slug: str, total: int, previous: str | None, following: str | None) -> str:
    """One series in a story; its neighbours are ready links."""
    named = json.dumps({"slug": slug, "name": name, "position": position, "total": total}, ensure_ascii=False)
    return f'{named[:-1]},"previous":{previous or "null"},"next":{following or "null"}}}'


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
