"""Following a link: looking at it changes nothing, a press of its button acts once."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from app.comments import queries as comments_queries
from app.comments import rights as comments_rights
from app.comments.models import Comment
from app.core.actor import Actor, guest
from app.core.keys import Keys
from app.correspondence import data, moderators, notices, queries, words, workflow
from app.correspondence.models import LinkAction, MailLink
from app.correspondence.schemas import PersonalData
from app.correspondence.words import Said
from app.correspondence.workflow import DECISIONS, Standing
from app.staff import queries as staff_queries

NOWHERE = "en"


class Seen(NamedTuple):
    """What a page shows: words, and a comment to judge; `file` is what was asked for."""

    said: Said
    standing: Standing
    locale: str
    quote: str = ""
    file: PersonalData | None = None


def look(session: Session, link_id: UUID | None, *, request_id: str, at: datetime) -> Seen:
    """What the link would do."""
    link = session.get(MailLink, link_id) if link_id else None
    comment = session.get(Comment, link.about) if link is not None and link.about else None
    standing = _standing(session, link, comment, request_id=request_id, at=at)
    if link is None or standing is not Standing.LIVE:
        return refused(link.locale if link is not None else NOWHERE, standing)
    title = queries.find_title(session, comment.post_id) if comment is not None else ""
    facts = {
        "title": title,
        "name": (comment.author_name if comment is not None else None) or "",
        "asked": words.asked(comment.notify, link.locale) if comment is not None else "",
    }
    quote = (comment.body if comment is not None and link.action in DECISIONS else None) or ""
    return Seen(words.ask(link.action, link.locale, **facts), standing, link.locale, quote)


def _standing(
    session: Session, link: MailLink | None, comment: Comment | None, *, request_id: str, at: datetime
) -> Standing:
    standing = workflow.standing(link, at)
    if link is None or standing is not Standing.LIVE or link.about is None:
        return standing
    if link.action in DECISIONS:
        return workflow.judge(link, comment, _moderator(session, link, request_id))
    return standing if comment is not None and comment.author_email is not None else Standing.UNKNOWN


def _moderator(session: Session, link: MailLink, request_id: str) -> Actor | None:
    return staff_queries.find_actor(session, link.staff_id, request_id=request_id) if link.staff_id else None


def refused(locale: str, standing: Standing) -> Seen:
    """The page of a link that leads no further."""
    return Seen(words.refused(standing, locale), standing, locale)


def follow(session: Session, link_id: UUID | None, *, keys: Keys, request_id: str, at: datetime) -> Seen:
    """Do what the link says if it still can be done, and spend it."""
    # threads before links, as everywhere: nobody waits in a circle
    found = session.get(MailLink, link_id) if link_id else None
    comment = _hold_comments(session, found) if found is not None else None
    link = queries.find_locked_link(session, found.id) if found is not None else None
    standing = _standing(session, link, comment, request_id=request_id, at=at)
    if link is None or standing is not Standing.LIVE:
        return refused(link.locale if link is not None else NOWHERE, standing)
    link.spent_at = at
    done = Seen(Said("", ()), Standing.DONE, link.locale)
    if link.action is LinkAction.EXPORT and link.email is not None:
        return done._replace(file=data.export(session, link.email, by=guest(request_id), at=at))
    facts = _act(session, link, keys=keys, request_id=request_id, at=at)
    return done._replace(said=words.done(link.action, link.locale, **facts))


def _hold_comments(session: Session, link: MailLink) -> Comment | None:
    if link.email is not None:
        comments_rights.lock_written(session, link.email)
    return comments_queries.lock_comments(session, {link.about}).get(link.about) if link.about else None


def _act(session: Session, link: MailLink, *, keys: Keys, request_id: str, at: datetime) -> dict[str, str]:
    """What the page says beside that it is done."""
    by = _moderator(session, link, request_id)
    if by is not None:
        return {"batch": str(moderators.decide(session, link, by=by, at=at))}
    if link.email is not None:
        data.erase(session, link, link.email, keys=keys, by=guest(request_id), at=at)
    elif link.about is not None:
        _confirm(session, link.about, keys=keys, by=guest(request_id), at=at)
    return {}


def _confirm(session: Session, comment_id: UUID, *, keys: Keys, by: Actor, at: datetime) -> None:
    """The address is proved for this comment, and what its writer asked for begins."""
    comment = comments_rights.verify(session, comment_id, keys=keys, by=by, at=at)
    notices.subscribe(session, comment, by=by, at=at)
