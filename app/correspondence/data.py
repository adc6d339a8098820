"""What a person asks about their own data: the letter with the link, the file, the erasure."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.comments import rights as comments_rights
from app.comments import workflow as comments_workflow
from app.comments.rights import Written
from app.contact.workflow import mailbox_of
from app.core.actor import Actor
from app.core.errors import wrong
from app.core.http.answers import forget_answers
from app.core.http.limits import GUEST_POSTS, Limiter
from app.core.keys import Keys
from app.correspondence import links, notices, queries, workflow
from app.correspondence.models import LinkAction, MailLink
from app.correspondence.schemas import (
    DataRequest,
    ExportedComment,
    ExportedStory,
    ExportedSubscription,
    PersonalData,
)
from app.events.service import record
from app.jobs import service as jobs
from app.mail import service as mail_service
from app.site import queries as site_queries
from app.site.policies import Addresses
from app.staff.queries import fold_email


def ask(session: Session, wanted: DataRequest, *, network: str, limiter: Limiter, by: Actor, at: datetime) -> MailLink:
    """Write down what was asked; whether the address is known is looked up at night, so that nobody can tell.

    Raises Invalid, TooMany.
    """
    settings = site_queries.get_settings(session)
    if wanted.locale is not None and wanted.locale not in settings.locales:
        raise wrong("locale", "unknown_locale", f"the site's locales are {', '.join(settings.locales)}")
    limiter.hit(session, [(GUEST_POSTS, network)], at=at)
    locale = wanted.locale or settings.default_locale
    link = links.make(session, LinkAction(wanted.kind), email=fold_email(wanted.email), locale=locale, at=at)
    session.flush()
    record(session, "data.requested", link.id, by=by, at=at, kind=wanted.kind)
    jobs.enqueue(session, workflow.ANSWER, at=at, link_id=str(link.id))
    return link


def answer(session: Session, link_id: UUID, *, keys: Keys, limiter: Limiter, at: datetime) -> None:
    """Owe the letter once if something is known of the address, else forget the question."""
    link = queries.find_locked_link(session, link_id)
    if link is None or link.email is None or queries.is_owed(session, link):
        return
    known = comments_rights.carries(session, link.email) or queries.list_subscriptions(session, link.email)
    counted = [(workflow.PER_MAILBOX_DATA, mailbox_of(link.email))]
    if not known or not notices.may_write(session, link.email, counted, limiter=limiter, at=at):
        session.delete(link)
        return
    template = f"comment_{link.action.value}"
    args = {
        "site_name": notices.site_name(session, link.locale),
        f"{link.action.value}_url": links.address(session, keys, link),
    }
    mail_service.owe(session, template, link.email, locale=link.locale, args=args, about=link.letter_id, at=at)


def export(session: Session, email: str, *, by: Actor, at: datetime) -> PersonalData:
    """Everything that stands under the address; comments in the status that their writer is told."""
    addresses = site_queries.get_addresses(session)
    subscriptions = [
        ExportedSubscription(
            scope=found.scope.value, about=found.about, locale=found.locale, confirmed_at=found.confirmed_at
        )
        for found in queries.list_subscriptions(session, email)
    ]
    comments = [_exported(written, addresses) for written in comments_rights.list_written(session, email)]
    record(session, "data.exported", None, by=by, at=at, count=len(comments))
    return PersonalData(email=email, exported_at=at, comments=comments, subscriptions=subscriptions)


def _exported(written: Written, addresses: Addresses) -> ExportedComment:
    comment = written.comment
    own = ("id", "number", "parent_id", "author_name", "author_email", "verified", "body", "locale", "notify")
    url = None if written.path is None else addresses.url(written.path)
    return ExportedComment(
        **{name: getattr(comment, name) for name in own},
        story=ExportedStory(id=comment.post_id, title=written.title, url=url),
        status=comments_workflow.told(comment.status).value,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
    )


def erase(session: Session, link: MailLink, email: str, *, keys: Keys, by: Actor, at: datetime) -> None:
    """Erase all that carries the address; the log keeps a keyed hash of it, by which the newsroom can say that it did.

    Letters are forgotten last: whoever was about to owe one has done so by then, or finds nobody to write to.
    """
    count = comments_rights.erase_person(session, email, keys=keys, by=by, at=at)
    person = queries.find_correspondent(session, email)
    if person is not None:
        notices.unsubscribe_all(session, person.id, by=by, at=at)
    for link_id in session.exec(select(MailLink.id).where(col(MailLink.email) == email)):
        forget_answers(session, link_id)
    session.execute(delete(MailLink).where(col(MailLink.email) == email, col(MailLink.id) != link.id))
    mail_service.forget_recipient(session, email)
    link.email = None
    commitment = keys.mac("erased", email.encode()).hex()
    record(session, "data.erased", None, by=by, at=at, count=count, commitment=commitment)
