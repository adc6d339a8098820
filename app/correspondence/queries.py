"""Reading links and subscriptions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.comments import queries as comments_queries
from app.comments.models import Comment, Status
from app.correspondence import workflow
from app.correspondence.models import Correspondent, LinkAction, MailLink, Subscription
from app.mail import queries as mail_queries
from app.publications.models import Publication
from app.site import queries as site_queries


class Listener(NamedTuple):
    """Somebody who is to be told, and why."""

    correspondent_id: UUID
    email: str
    subscription: Subscription


class Waiting(NamedTuple):
    """A comment that waits for a decision, and the title of its story."""

    comment: Comment
    title: str | None


def find_locked_link(session: Session, link_id: UUID) -> MailLink | None:
    """A link as it is now, held against others who follow it until the commit."""
    held = select(MailLink).where(col(MailLink.id) == link_id).with_for_update()
    return session.exec(held.execution_options(populate_existing=True)).first()


def has_link(session: Session, action: LinkAction, about: UUID) -> bool:
    """Whether a letter with such a link was written before."""
    wanted = (col(MailLink.about) == about, col(MailLink.action) == action)
    return session.exec(select(MailLink.id).where(*wanted).limit(1)).first() is not None


def find_title(session: Session, post_id: UUID) -> str:
    """The title of a story for letters and pages; empty for one that never was public."""
    return session.exec(select(Publication.title).where(col(Publication.id) == post_id)).first() or ""


def find_correspondent(session: Session, email: str) -> Correspondent | None:
    """Who has this address, if they asked for letters; held until the commit."""
    return session.exec(select(Correspondent).where(col(Correspondent.email) == email).with_for_update()).first()


def has_listeners(session: Session, comment: Comment) -> bool:
    """Whether anybody wants to hear of a comment at this place."""
    wanted = select(Subscription.id).where(col(Subscription.about).in_(_places(session, comment)))
    return session.exec(wanted.limit(1)).first() is not None


def list_listeners(session: Session, comment: Comment, *, after: UUID | None) -> list[Listener]:
    """Some of those who want to hear of a comment, in the order of their ids."""
    listeners = (
        select(Subscription.correspondent_id, Correspondent.email, Subscription)
        .join(Correspondent, col(Correspondent.id) == col(Subscription.correspondent_id))
        .where(col(Subscription.about).in_(_places(session, comment)))
    )
    if after is not None:
        listeners = listeners.where(col(Subscription.correspondent_id) > after)
    order = (col(Subscription.correspondent_id), col(Subscription.id))
    # nobody unsubscribes, or is erased, between this and the letter
    held = listeners.order_by(*order).limit(workflow.BATCH).with_for_update(read=True, of=Subscription)
    return [Listener(*row) for row in session.exec(held)]


def _places(session: Session, comment: Comment) -> list[UUID]:
    """What one can listen to and hear of it: the stories of its thread, and the comment that it answers."""
    posts = comments_queries.thread_posts(session, comment.post_id, site_queries.get_settings(session))
    return [*posts, comment.parent_id] if comment.parent_id else posts


def list_subscriptions(session: Session, email: str) -> Sequence[Subscription]:
    """Everything that this address is written to about."""
    theirs = select(Subscription).join(Correspondent, col(Correspondent.id) == col(Subscription.correspondent_id))
    return session.exec(theirs.where(col(Correspondent.email) == email).order_by(col(Subscription.id))).all()


def list_waiting(
    session: Session, staff_id: UUID, *, at: datetime, limit: int, ids: Collection[UUID] | None = None
) -> Sequence[Waiting]:
    """Comments that wait, oldest first, of whose newest revision this moderator has no link that still works."""
    links = select(MailLink.id).where(
        col(MailLink.about) == col(Comment.id),
        col(MailLink.staff_id) == staff_id,
        col(MailLink.revision) == col(Comment.revision),
        col(MailLink.expires_at) > at,
    )
    rows = select(Comment, Publication.title).outerjoin(Publication, col(Publication.id) == col(Comment.post_id))
    rows = rows.where(col(Comment.status) == Status.PENDING, ~links.exists())
    if ids is not None:
        rows = rows.where(col(Comment.id).in_(ids))
    # nor is a comment erased between this and the letter; one that somebody works on now is left to them
    held = rows.order_by(col(Comment.number)).limit(limit).with_for_update(read=True, skip_locked=True, of=Comment)
    return [Waiting(*row) for row in session.exec(held)]


def is_owed(session: Session, link: MailLink) -> bool:
    """Whether the letter of a link is written already."""
    return bool(mail_queries.list_about(session, [link.letter_id])[link.letter_id])


def letters_about(session: Session, about: UUID) -> Sequence[UUID]:
    """The letters that carry a link about a comment."""
    return session.exec(select(MailLink.letter_id).where(col(MailLink.about) == about).distinct()).all()


def count_waiting(session: Session) -> int:
    """How many comments wait for a decision."""
    wanted = select(func.count()).select_from(Comment).where(col(Comment.status) == Status.PENDING)
    return session.exec(wanted).one()
