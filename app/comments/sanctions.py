"""Banning whoever wrote a comment, by what is known of them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, and_, col, or_, select

from app.abuse import addresses
from app.abuse import sanctions as memory
from app.abuse.errors import SanctionNotFound
from app.abuse.memory_models import Sanction, Target
from app.comments.models import Comment
from app.comments.sanction_schemas import SanctionCreate, SanctionQuery, SanctionShown
from app.core.actor import Actor
from app.core.clock import day_of
from app.core.errors import Invalid, wrong
from app.core.http.paging import Page, page_of, total_of
from app.core.keys import Keys
from app.core.keyset import decode_cursor, encode_cursor
from app.staff import queries as staff_queries

LONGEST = timedelta(days=366)


# for guards: the ban is there
sight = staff_queries.sight_of(Sanction, "sanction_id", SanctionNotFound)


def impose(session: Session, new: SanctionCreate, *, keys: Keys, by: Actor, at: datetime) -> Sanction:
    """Let the writer of a comment write none until then. Raises Invalid."""
    comment = session.get(Comment, new.comment)
    if comment is None:
        raise wrong("comment", "unknown_comment", "must be a comment that is there")
    return memory.impose(
        session,
        new.target,
        _subject(session, comment, new.target, keys=keys, at=at),
        comment_id=comment.id,
        reason=new.reason,
        notice=new.notice,
        ends_at=_end(new, at=at),
        by=by,
        at=at,
    )


def _subject(session: Session, comment: Comment, target: Target, *, keys: Keys, at: datetime) -> str:
    """The keyed hash that will be met again. Raises Invalid when the comment has none of that kind."""
    if target is Target.READER:
        if comment.reader_id is None:
            raise _unknown("was written without a reader key")
        return addresses.reader_tag(keys, comment.reader_id)
    if target is Target.ADDRESS:
        email = comment.author_email
        if email is None or not addresses.is_verified(session, comment.reader_id, email, keys=keys):
            raise _unknown("has no address that its writer has proved: anybody could have typed it")
        return addresses.address_tag(keys, email)
    if comment.network is None or day_of(comment.created_at) != day_of(at):
        raise _unknown("is not of today, and of another day's networks nothing can be told")
    return comment.network


def _unknown(why: str) -> Invalid:
    return wrong("target", "unknown_target", f"cannot be banned: the comment {why}")


def _end(new: SanctionCreate, *, at: datetime) -> datetime:
    """Networks are known under another name tomorrow. Raises Invalid."""
    midnight = day_of(at) + timedelta(days=1)
    latest = midnight if new.target is Target.NETWORK else at + LONGEST
    if new.ends_at is None and new.target is not Target.NETWORK:
        raise wrong("ends_at", "missing", "a ban needs an end")
    ends_at = new.ends_at or midnight
    if not at < ends_at <= latest:
        span = "this day (UTC)" if new.target is Target.NETWORK else "a year"
        raise wrong("ends_at", "out_of_range", f"must be in the future, within {span}")
    return ends_at


def list_sanctions(session: Session, query: SanctionQuery, *, at: datetime) -> Page[SanctionShown]:
    """A page of bans, newest first. Raises Invalid for another list's cursor."""
    scope = f"sanctions active={query.active}"
    statement = select(Sanction).order_by(col(Sanction.created_at).desc(), col(Sanction.id).desc())
    if query.active is not None:
        ends_at = col(Sanction.ends_at)
        statement = statement.where(ends_at > at if query.active else ends_at <= at)
    total = total_of(session, statement, query)
    if query.cursor is not None:
        created_at, last = decode_cursor(query.cursor, scope, (datetime, UUID))
        when = col(Sanction.created_at)
        statement = statement.where(or_(when < created_at, and_(when == created_at, col(Sanction.id) < last)))
    rows = session.exec(statement.limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda row: encode_cursor(scope, (row.created_at, row.id)))
    return Page(items=[SanctionShown.of(row) for row in shown], next=following, total=total)
