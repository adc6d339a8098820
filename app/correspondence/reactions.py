"""What is owed to whom when a comment arrives, is held, published or gone: looked at in the event's transaction, so
that no job is made for the many comments nobody is to be written to about.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, or_

from app.comments.models import Comment, Status
from app.core.actor import system
from app.correspondence import notices, queries, workflow
from app.correspondence.models import Announcement, MailLink
from app.events import queries as events_queries
from app.events.service import Happened
from app.jobs import service as jobs
from app.mail import queries as mail_queries
from app.mail import service as mail_service
from app.site import queries as site_queries
from app.site.policies import ModerationMail

_BY = system("correspondence")


def on_received(session: Session, happened: Happened) -> None:
    """Ask the writer to prove the address, and tell the moderators."""
    comment = _comment_of(session, happened)
    if comment is None or comment.status is Status.SPAM:
        return
    if comment.author_email is not None:
        policy = site_queries.get_settings(session).comments
        if comment.notify != "none" or (comment.reader_id is not None and policy.confirm_addresses):
            _owe(session, workflow.INVITE, comment.id, happened)
    _tell_moderators(session, comment, happened)


def on_held(session: Session, happened: Happened) -> None:
    """Tell the moderators of a comment that was published and waits again, as of a new one."""
    comment = _comment_of(session, happened)
    if comment is not None:
        _tell_moderators(session, comment, happened)


def _tell_moderators(session: Session, comment: Comment, happened: Happened) -> None:
    """Of a comment that waits, when the site wants a letter for each."""
    if comment.status is not Status.PENDING:
        return
    if site_queries.get_settings(session).comments.moderation_mail is ModerationMail.EACH:
        _owe(session, workflow.TELL_MODERATORS, comment.id, happened)


def on_published(session: Session, happened: Happened) -> None:
    """Tell those who listen, when it is published for the first time or when they are not all told yet."""
    comment = _comment_of(session, happened)
    if comment is None:
        return
    begun = session.get(Announcement, comment.id) is not None
    if not begun and queries.has_listeners(session, comment):
        if events_queries.count_of(session, happened.name, comment.id) > 1:
            return
        session.add(Announcement(comment_id=comment.id))
        begun = True
    if begun:
        _owe(session, workflow.ANNOUNCE, comment.id, happened)


def on_gone(session: Session, happened: Happened) -> None:
    """Forget letters and links about a comment that was deleted or erased: they may quote it."""
    if happened.subject_id is None:
        return
    gone = happened.subject_id
    letters = mail_queries.list_about(session, queries.letters_about(session, gone))
    # a digest that does not go out takes its other comments back: they stand in the next one
    unsent = [letter_id for letter_id, mails in letters.items() if any(mail.sent_at is None for mail in mails)]
    mail_service.forget(session, {gone, *letters})
    session.execute(delete(MailLink).where(or_(col(MailLink.about) == gone, col(MailLink.letter_id).in_(unsent))))
    session.execute(delete(Announcement).where(col(Announcement.comment_id) == gone))
    notices.end_about(session, gone, by=_BY, at=happened.at)


def on_purged(session: Session, happened: Happened) -> None:
    """Forget those who listened to the thread of a story that is no more."""
    if happened.subject_id is not None:
        notices.end_about(session, happened.subject_id, by=_BY, at=happened.at)


def _comment_of(session: Session, happened: Happened) -> Comment | None:
    return session.get(Comment, happened.subject_id) if happened.subject_id else None


def _owe(session: Session, task: str, comment_id: UUID, happened: Happened) -> None:
    jobs.enqueue(session, task, at=happened.at, subject_id=str(comment_id))
