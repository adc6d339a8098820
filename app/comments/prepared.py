"""The statements behind the hot reads: raw rows of ready documents, and the story with the policies in force."""

from datetime import datetime
from typing import Any, NamedTuple
from unicodedata import normalize

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlmodel.sql.sqltypes import UTCDateTime

from app.comments.models import Comment
from app.core.columns import Utf8, table_of
from app.core.db import Prepared, Twofold, as_time, as_uuid
from app.publications.models import CommentsMode, Kind, Publication
from app.publications.queries import holder_of_slug, visible
from app.publications.workflow import thread_closes_at, thread_mode
from app.site.policies import SiteSettings, ThreadScope
from app.site.queries import SETTINGS_TEXT, parsed

C = table_of(Comment).c
S = table_of(Publication).c

_NOW = bindparam("now", type_=UTCDateTime())
_LIMIT: BindParameter[int] = bindparam("limit")
_DOCUMENT = Utf8(C.document).label("document")
COMMENT_COLUMNS = (C.id, C.parent_id, C.number, C.status, _DOCUMENT, C.descendants, C.recommendations)
_STORY_COLUMNS = (
    S.id,
    S.group_id,
    S.locale,
    S.comments_mode,
    S.published_at,
    S.comment_count,
    S.link,
    SETTINGS_TEXT,
)


class Node(NamedTuple):
    """A comment as the statements fetch it."""

    id: Any
    parent_id: Any
    number: int
    status: str
    document: bytes
    descendants: int
    recommendations: int


class Story(NamedTuple):
    """The story of a thread, with the policies in force; values as the driver, or a session, hands them out."""

    id: Any
    group_id: Any
    locale: str
    comments_mode: str | None
    published_at: Any
    comment_count: int
    link: str
    settings_text: str | None
    pinned: Any = None
    pinned_in_group: Any = None

    @property
    def settings(self) -> SiteSettings:
        """The settings document, parsed once a version."""
        return parsed(self.settings_text)

    @property
    def shares_thread(self) -> bool:
        """Whether its translations have one thread with it."""
        return self.settings.comments.thread_scope is ThreadScope.GROUP

    @property
    def keys(self) -> tuple[str, ...]:
        """What the caches call it."""
        story_id = as_uuid(self.id)
        return f"thread-{story_id}", f"post-{story_id}"

    def mode(self, at: datetime) -> CommentsMode:
        """Open, closed or hidden."""
        return thread_mode(Kind.ARTICLE, self._said(), as_time(self.published_at), self.settings.comments, at=at)

    def closes_at(self) -> datetime | None:
        """When the site's rule closes it; an editor's word stands above the rule."""
        return None if self._said() else thread_closes_at(as_time(self.published_at), self.settings.comments)

    def _said(self) -> CommentsMode | None:
        return CommentsMode(self.comments_mode) if self.comments_mode else None


def by_slug(slug: str, at: datetime) -> dict[str, Any]:
    """The parameters of `STORY`."""
    return {"slug": normalize("NFC", slug), "kind": Kind.ARTICLE.value, "now": at}


def _story_by_slug(*more: ColumnElement[Any]) -> Select[Any]:
    return select(*_STORY_COLUMNS, *more).where(S.id == holder_of_slug(), S.kind == bindparam("kind"), visible(_NOW))


def _pinned(place: ColumnElement[bool]) -> ColumnElement[Any]:
    newest = select(C.id).where(place, C.pinned_at.is_not(None)).order_by(C.pinned_at.desc()).limit(1)
    return newest.correlate(table_of(Publication)).scalar_subquery()


def _thread_by_slug() -> Select[Any]:
    """The story with what is pinned in its own thread, and in that of all its translations."""
    other = aliased(table_of(Publication)).c
    group = select(other.id).where(other.group_id == S.group_id).correlate(table_of(Publication))
    return _story_by_slug(_pinned(C.post_id == S.id), _pinned(C.post_id.in_(group)))


def _node() -> Select[Any]:
    return select(*COMMENT_COLUMNS).where(C.id == bindparam("id", type_=Uuid()), C.visible)


def _pulse() -> Select[Any]:
    """How often a thread has changed, and its story."""
    return select(S.thread_moves, *_STORY_COLUMNS).where(S.id == bindparam("post", type_=Uuid()), visible(_NOW))


def _newest(whole_group: bool) -> Select[Any]:
    """The newest published comment: one step into the index for each story that shares the thread."""
    place = S.group_id == bindparam("group", type_=Uuid()) if whole_group else S.id == bindparam("post", type_=Uuid())
    published = (C.post_id == S.id, C.status == bindparam("status"))
    newest = select(C.number).where(*published).order_by(C.number.desc()).limit(1).correlate(table_of(Publication))
    each = select(newest.scalar_subquery().label("number")).where(place).subquery()
    return select(C.id).where(C.number == select(func.max(each.c.number)).scalar_subquery())


def _comment_with_story(*, by_number: bool) -> Select[Any]:
    name = C.number == bindparam("id") if by_number else C.id == bindparam("id", type_=Uuid())
    wanted = (name, C.visible, visible(_NOW))
    return select(*COMMENT_COLUMNS, *_STORY_COLUMNS).join(table_of(Publication), S.id == C.post_id).where(*wanted)


def _top_level(sort: str, *, whole_group: bool, localised: bool) -> Select[Any]:
    """The visible top-level comments after a place; parent_id stands in the order, so that the index is the order."""
    statement = select(*COMMENT_COLUMNS).where(_in_thread(whole_group), C.visible, C.parent_id.is_(None)).limit(_LIMIT)
    if localised:
        statement = statement.where(C.locale == bindparam("locale"))
    if sort == "oldest":
        return statement.where(C.number > bindparam("after")).order_by(C.parent_id, C.number)
    if sort == "newest":
        return statement.where(C.number < bindparam("after")).order_by(C.parent_id.desc(), C.number.desc())
    best = tuple_(C.recommendations, C.number) < tuple_(bindparam("votes"), bindparam("after"))
    return statement.where(best).order_by(C.parent_id.desc(), C.recommendations.desc(), C.number.desc())


def _in_thread(whole_group: bool) -> ColumnElement[bool]:
    """Below the story alone, or below all its translations."""
    if whole_group:
        return C.post_id.in_(select(S.id).where(S.group_id == bindparam("group", type_=Uuid())))
    return C.post_id == bindparam("post", type_=Uuid())


def _whole(whole_group: bool, localised: bool) -> Select[Any]:
    """All that is visible in a thread, in no order, up to a limit."""
    statement = select(*COMMENT_COLUMNS).where(_in_thread(whole_group), C.visible).limit(_LIMIT)
    return statement.where(C.locale == bindparam("locale")) if localised else statement


def _children(localised: bool) -> Select[Any]:
    parent = C.parent_id == bindparam("parent", type_=Uuid())
    statement = select(*COMMENT_COLUMNS).where(parent, C.visible, C.number > bindparam("after"))
    if localised:
        statement = statement.where(C.locale == bindparam("locale"))
    return statement.order_by(C.number).limit(_LIMIT)


def _level(database: str, localised: bool, small: bool) -> Select[Any]:
    """The first children of many parents, and one more of each to know whether there are more.

    Counting places doubles the time: where all branches are `small`, nothing has to be cut off.
    """
    children = select(*COMMENT_COLUMNS).where(_below(database), C.visible)
    if localised:
        children = children.where(C.locale == bindparam("locale"))
    if small:
        return children
    place = func.row_number().over(partition_by=C.parent_id, order_by=C.number).label("place")
    ranked = children.add_columns(place).subquery()
    columns = (ranked.c[column.name] for column in COMMENT_COLUMNS)
    return select(*columns).where(ranked.c.place <= bindparam("most"))


def _below(database: str) -> ColumnElement[bool]:
    """One parameter for any number of parents: an array, or the JSON of one."""
    if database == "sqlite":
        parents = func.json_each(bindparam("parents", type_=Text())).table_valued("value")
        return C.parent_id.in_(select(parents.c.value))
    return C.parent_id == any_(bindparam("parents", type_=ARRAY(Uuid())))


def _twin(many: int) -> Select[Any]:
    """A comment with the same words that is shown, or waits, in one of so many stories."""
    posts = [bindparam(f"post_{place}", type_=Uuid()) for place in range(many)]
    alive = or_(C.status == bindparam("waits"), C.status == bindparam("shown"))
    since = C.created_at > bindparam("since", type_=UTCDateTime())
    return select(C.id).where(C.post_id.in_(posts), C.body_hash == bindparam("body_hash"), alive, since).limit(1)


def _known_writer() -> Select[Any]:
    """A comment under an address that somebody approved."""
    approved = (C.status == bindparam("shown"), C.reviewed_at.is_not(None))
    return select(C.id).where(C.author_email == bindparam("email"), *approved).limit(1)


STORY = Prepared(_story_by_slug)
THREAD = Prepared(_thread_by_slug)
NODE = Prepared(_node)
PULSE = Prepared(_pulse)
NEWEST = Prepared(_newest)
COMMENT = Prepared(lambda by_number: _comment_with_story(by_number=by_number))
TOP_LEVEL = Prepared(lambda sort, group, localised: _top_level(sort, whole_group=group, localised=localised))
WHOLE = Prepared(_whole)
CHILDREN = Prepared(_children)
LEVEL = Twofold(_level)
TWIN = Prepared(_twin)
KNOWN_WRITER = Prepared(_known_writer)
