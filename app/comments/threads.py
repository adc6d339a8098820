"""The hot reads: ready documents of a thread, fetched level by level in a constant number of queries and spliced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any
from urllib.parse import quote
from uuid import UUID

from app.comments.documents import REPLIES_SCOPE, replies_cursor
from app.comments.errors import CommentNotFound, ThreadClosed
from app.comments.models import Status
from app.comments.prepared import (
    CHILDREN,
    COMMENT,
    COMMENT_COLUMNS,
    LEVEL,
    NODE,
    STORY,
    THREAD,
    TOP_LEVEL,
    WHOLE,
    Node,
    Story,
    by_slug,
)
from app.comments.queue import number_in
from app.comments.schemas import RepliesQuery, ThreadQuery
from app.core.clock import wire_time
from app.core.db import Database, Prepared, Row, as_uuid
from app.core.http.forms import Back
from app.core.http.paging import next_link
from app.core.http.ready import Ready
from app.core.keyset import bad_cursor, decode_cursor, encode_cursor
from app.core.numbers import MOST_NUMBER
from app.publications import absent, upcoming
from app.publications.errors import StoryNotFound
from app.publications.models import CommentsMode, Kind
from app.site.policies import offered_locale

MOST_COMMENTS = 1_000  # in one answer: what is beyond stands behind the cursors of its branches

# the members of a Node by their places: felt at 200 comments
_number, _descendants, _votes = itemgetter(2), itemgetter(5), itemgetter(6, 2)


@dataclass(frozen=True, slots=True)
class Doorstep:
    """What the door of a thread must know before it reads a body."""

    locale: str
    status: CommentsMode
    back: Back

    def check_open(self) -> None:
        """Raises ThreadClosed."""
        if self.status is not CommentsMode.OPEN:
            raise ThreadClosed()


async def doorstep(db: Database, slug: str, at: datetime) -> Doorstep:
    """The thread behind a slug, live or old. Raises StoryNotFound."""
    story = await get_story(db, slug, at)
    settings = story.settings
    back = Back(settings.public_url or db.info["base_url"], settings.contact.return_origins)
    return Doorstep(story.locale, story.mode(at), back)


async def shown_thread(db: Database, slug: str, at: datetime) -> UUID:
    """The story behind a slug if its thread is shown, open or closed. Raises StoryNotFound."""
    story = await get_story(db, slug, at)
    story_id = as_uuid(story.id)
    if story_id is None or story.mode(at) is CommentsMode.HIDDEN:
        raise StoryNotFound()
    return story_id


async def get_story(db: Database, slug: str, at: datetime, statement: Prepared = STORY) -> Story:
    """The story behind a slug, live or old, with the policies in force. Raises StoryNotFound, Withdrawn."""
    wanted = by_slug(slug, at)
    rows = await upcoming.look(db, statement, wanted)
    if not rows:
        await absent.refuse(db, Kind.ARTICLE, wanted["slug"])
    return Story(*rows[0])


async def thread_page(db: Database, slug: str, query: ThreadQuery, at: datetime) -> Ready:
    """A page of a thread. Raises StoryNotFound, Invalid."""
    story = await get_story(db, slug, at, THREAD)
    scope = f"thread {story.id} {query.sort} {query.locale or ''}"
    place = _place(query, scope)
    if query.locale is not None:
        offered_locale(story.settings, query.locale)
    mode = story.mode(at)
    items, following, pinned = b"", None, b"null"
    if mode is not CommentsMode.HIDDEN:
        whole = await _whole(db, story, query)
        nodes = await _top(db, story, query, place) if whole is None else _first(whole, query)
        if len(nodes) > query.limit:
            nodes = nodes[: query.limit]
            following = encode_cursor(scope, (nodes[-1].recommendations, nodes[-1].number))
        items = await _rendered(db, nodes, query, whole)
        pinned = await _pinned(db, story)
    closes_at = story.closes_at()
    closing = "null" if closes_at is None else f'"{wire_time(closes_at)}"'
    thread = f'{{"status":"{mode.value}","count":{story.comment_count},"closes_at":{closing},"pinned":'
    body = b'{"items":[%b],"next":%b,"thread":%b%b}}' % (items, _quoted(following), thread.encode(), pinned)
    path = f"/v1/posts/{quote(slug, safe='')}/comments"
    return Ready(body, story.keys, headers=next_link(path, query, following))


async def _pinned(db: Database, story: Story) -> bytes:
    """What stands above the thread, without its answers: one query more where something is pinned."""
    pinned = story.pinned_in_group if story.shares_thread else story.pinned
    rows = await db.fast(NODE, {"id": as_uuid(pinned)}) if pinned else []
    return Branches(RepliesQuery()).text([Node(*rows[0])]) if rows else b"null"


def _place(query: ThreadQuery, scope: str) -> dict[str, int]:
    """Where the page begins, as (votes, number)."""
    if query.cursor is None:
        return {"votes": MOST_NUMBER, "after": 0 if query.sort == "oldest" else MOST_NUMBER}
    votes, after = map(number_in, decode_cursor(query.cursor, scope, (int, int)))
    return {"votes": votes, "after": after}


async def _whole(db: Database, story: Story, query: ThreadQuery) -> list[Node] | None:
    """All of a thread that is small for the page, in one round trip; None when it is not: then level by level."""
    levels = query.depth > 1 and query.replies > 0
    if query.cursor is not None or not levels or story.comment_count > 2 * query.limit:
        return None
    most = 4 * query.limit  # with what is deleted
    parameters = {"post": story.id, "group": story.group_id, "locale": query.locale, "limit": most}
    rows = await db.fast(WHOLE, parameters, story.shares_thread, query.locale is not None)
    return list(map(_node, rows)) if len(rows) < most else None


def _first(whole: Sequence[Node], query: ThreadQuery) -> list[Node]:
    """The top level of the first page, and one more where there is more."""
    nodes = [node for node in whole if node.parent_id is None]
    nodes.sort(key=_votes if query.sort == "top" else _number, reverse=query.sort != "oldest")
    return nodes[: query.limit + 1]


async def _top(db: Database, story: Story, query: ThreadQuery, place: dict[str, int]) -> list[Node]:
    parameters = {"post": story.id, "group": story.group_id, "locale": query.locale, "limit": query.limit + 1, **place}
    shape = query.sort, story.shares_thread, query.locale is not None
    return list(map(_node, await db.fast(TOP_LEVEL, parameters, *shape)))


async def replies_page(db: Database, comment_id: UUID | None, query: RepliesQuery, at: datetime) -> Ready:
    """A page of the answers to one comment. Raises CommentNotFound, Invalid."""
    node, story = await _find(db, comment_id, at)
    locale, after = query.locale, 0
    if query.cursor is not None:
        number, start, filtered = decode_cursor(query.cursor, REPLIES_SCOPE, (int, int, str))
        if number != node.number or (locale or filtered) != filtered:
            raise bad_cursor()
        locale, after = str(filtered) or None, number_in(start)
    if locale is not None:
        offered_locale(story.settings, locale)
    query = query.model_copy(update={"locale": locale})
    parameters = {"parent": node.id, "after": after, "locale": locale, "limit": query.limit + 1}
    nodes = list(map(_node, await db.fast(CHILDREN, parameters, locale is not None)))
    following = None
    if len(nodes) > query.limit:
        nodes = nodes[: query.limit]
        following = replies_cursor(node.number, nodes[-1].number, locale)
    body = b'{"items":[%b],"next":%b}' % (await _rendered(db, nodes, query), _quoted(following))
    return Ready(body, story.keys, headers=next_link(f"/v1/comments/{comment_id}/replies", query, following))


async def single(db: Database, name: UUID | int, at: datetime) -> Ready:
    """One published comment, by id or number, with its story and the first answers. Raises CommentNotFound."""
    node, story = await _find(db, name, at)
    if node.status != Status.PUBLISHED.value:
        raise CommentNotFound()
    text = await _rendered(db, [node], RepliesQuery())
    post = f'{{"id":"{as_uuid(story.id)}",{story.link[1:]}'
    return Ready(b'%b,"post":%b}' % (text[:-1], post.encode()), story.keys)


async def branch(db: Database, story: Story, comment_id: UUID, query: RepliesQuery, at: datetime) -> bytes:
    """One comment of this thread, or what is left of it, with its first answers. Raises CommentNotFound."""
    node, home = await _find(db, comment_id, at)
    shared = story.shares_thread and home.group_id == story.group_id
    if home.id != story.id and not shared:
        raise CommentNotFound()
    return await _rendered(db, [node], query)


async def _find(db: Database, name: UUID | int | None, at: datetime) -> tuple[Node, Story]:
    rows = await upcoming.look(db, COMMENT, {"id": name, "now": at}, isinstance(name, int)) if name else []
    if not rows:
        raise CommentNotFound()
    split = len(COMMENT_COLUMNS)
    story = Story(*rows[0][split:])
    if story.mode(at) is CommentsMode.HIDDEN:
        raise CommentNotFound()
    return Node(*rows[0][:split]), story


async def _rendered(
    db: Database, roots: Sequence[Node], query: RepliesQuery, whole: Sequence[Node] | None = None
) -> bytes:
    """The comments with their answers, `depth` levels in all, joined with commas; fetched unless they are at hand."""
    branches = Branches(query)
    level, room = list(roots), MOST_COMMENTS - len(roots)
    for _ in range(query.depth - 1):
        parents = _within(level, query.replies, room)
        if not parents:
            break
        answers = await _fetch(db, parents, query) if whole is None else whole
        level = branches.add(answers, parents)
        room -= len(level)
    return branches.text(roots)


def _within(level: Sequence[Node], most: int, room: int) -> list[Node]:
    """The comments whose answers still fit: each has at most as many as are published below it."""
    parents = list(filter(_descendants, level)) if most else []
    if sum(map(_descendants, parents)) <= room:
        return parents
    fitting = []
    for node in parents:
        room -= min(most, node.descendants)
        if room < 0:
            break
        fitting.append(node)
    return fitting


async def _fetch(db: Database, parents: Sequence[Node], query: RepliesQuery) -> list[Node]:
    parameters = {"parents": [node.id for node in parents], "most": query.replies + 1, "locale": query.locale}
    small = all(node.descendants <= query.replies for node in parents)
    return list(map(_node, await db.fast(LEVEL, parameters, query.locale is not None, small)))


# Node._make without its step through Python, which is felt at 200 comments
_node: Callable[[Row], Node] = partial(tuple.__new__, Node)


class Branches:
    """The answers that were fetched, and where the rest of each branch begins."""

    def __init__(self, query: RepliesQuery) -> None:
        self.most = query.replies
        self.locale = query.locale
        self.children: dict[Any, list[Node]] = {}

    def add(self, rows: Sequence[Node], parents: Sequence[Node]) -> list[Node]:
        """Take a level; answers its nodes in the order in which they are read."""
        fresh: dict[Any, list[Node]] = {parent.id: [] for parent in parents}
        for node in sorted(rows, key=_number):
            if node.parent_id in fresh:
                fresh[node.parent_id].append(node)
        self.children |= fresh
        return [node for found in fresh.values() for node in found[: self.most]]

    def text(self, nodes: Sequence[Node]) -> bytes:
        """Comments as JSON, joined with commas, their answers inside: of many small pieces only one copy is made."""
        pieces: list[bytes] = []
        self._write(nodes, pieces)
        return b"".join(pieces)

    def _write(self, nodes: Sequence[Node], pieces: list[bytes]) -> None:
        """What has none below it is published, else it would not be shown."""
        opening = b"{"
        for id_, _parent, number, status, document, descendants, votes in nodes:
            pieces += (opening, document)
            opening = b",{"
            if not descendants:
                pieces.append(_end_of_leaf(votes))
                continue
            found = self.children.get(id_)
            shown = found[: self.most] if found else []
            rest = found is None or len(found) > self.most
            cursor = replies_cursor(number, shown[-1].number if shown else 0, self.locale) if rest else None
            if status == "published":
                pieces.append(b',"recommendations":%d,"reply_count":%d' % (votes, descendants))
            pieces.append(b',"replies":{"items":[')
            self._write(shown, pieces)
            pieces.append(b'],"next":%b}}' % _quoted(cursor))


@lru_cache(maxsize=1_000)
def _end_of_leaf(votes: int) -> bytes:
    return b',"recommendations":%d,"reply_count":0,"replies":{"items":[],"next":null}}' % votes


def _quoted(cursor: str | None) -> bytes:
    return b"null" if cursor is None else b'"%b"' % cursor.encode()
