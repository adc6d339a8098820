"""Letters to readers: proof of an address, news of what was said, and the end of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.comments import queries as comments_queries
from app.comments import rights as comments_rights
from app.comments.models import Comment, Status
from app.contact.workflow import is_read_by_people, mailbox_of
from app.core.actor import Actor, system
from app.core.errors import TooMany
from app.core.http.limits import Limit, Limiter
from app.core.ids import new_id
from app.core.keys import Keys
from app.core.language import pick
from app.correspondence import links, queries, words, workflow
from app.correspondence.models import Announcement, Correspondent, LinkAction, Scope, Subscription
from app.correspondence.queries import Listener
from app.events.service import record
from app.mail import queries as mail_queries
from app.mail import service as mail_service
from app.publications import queries as publications_queries
from app.site import queries as site_queries

_BY = system("correspondence")
_TOLD = (Status.PENDING, Status.PUBLISHED)


def invite(session: Session, comment_id: UUID, *, keys: Keys, limiter: Limiter, at: datetime) -> None:
    """Owe the writer of a comment one letter with which to prove the address and begin what they asked for.

    A reader who proved this address before needs no letter.
    """
    comment = comments_queries.lock_comments(session, {comment_id}).get(comment_id)
    if comment is None or comment.author_email is None or comment.verified or comment.status not in _TOLD:
        return
    if comment.reader_id and comments_rights.was_proved(session, comment.author_email, comment.reader_id):
        subscribe(session, comment, by=_BY, at=at)
        return
    if queries.has_link(session, LinkAction.CONFIRM, comment.id):
        return
    counted = [(workflow.PER_MAILBOX, mailbox_of(comment.author_email))]
    if comment.network is not None:
        counted.append((workflow.PER_NETWORK, comment.network))
    if may_write(session, comment.author_email, counted, limiter=limiter, at=at):
        _owe_invitation(session, comment, comment.author_email, keys=keys, at=at)


def may_write(
    session: Session, email: str, counted: Sequence[tuple[Limit, str]], *, limiter: Limiter, at: datetime
) -> bool:
    """Whether a letter that nobody has proved to want may go there, counted under these limits and the site's."""
    if not is_read_by_people(email) or not mail_queries.may_mail(session, email, at=at):
        return False
    try:
        for limit in (*counted, (workflow.PER_SITE, "")):
            limiter.hit(session, [limit], at=at)
    except TooMany:
        return False
    return True


def _owe_invitation(session: Session, comment: Comment, email: str, *, keys: Keys, at: datetime) -> None:
    link = links.make(session, LinkAction.CONFIRM, about=comment.id, locale=comment.locale, at=at)
    args = {
        "site_name": site_name(session, comment.locale),
        "story_title": queries.find_title(session, comment.post_id),
        "asked_hint": words.asked(comment.notify, comment.locale),
        "confirm_url": links.address(session, keys, link),
    }
    mail_service.owe(session, "comment_confirm", email, locale=comment.locale, args=args, about=link.letter_id, at=at)


def site_name(session: Session, locale: str) -> str:
    """What the magazine is called in a language."""
    settings = site_queries.get_settings(session)
    return pick(settings.name, locale, settings.default_locale)


def subscribe(session: Session, comment: Comment, *, by: Actor, at: datetime) -> None:
    """Begin the letters that the writer of a comment asked for; nothing happens where they have begun."""
    if comment.notify == "none" or comment.author_email is None:
        return
    scope = Scope(comment.notify)
    person = _correspondent(session, comment.author_email)
    about = comment.post_id if scope is Scope.THREAD else comment.id
    there = select(Subscription.id).where(
        col(Subscription.about) == about, col(Subscription.correspondent_id) == person.id
    )
    if session.exec(there).first() is not None:
        return
    subscription = Subscription(
        id=new_id(), correspondent_id=person.id, scope=scope, about=about, locale=comment.locale, confirmed_at=at
    )
    session.add(subscription)
    record(session, "subscription.confirmed", subscription.id, by=by, at=at)


def _correspondent(session: Session, email: str) -> Correspondent:
    """The row of an address, locked; also when two of their letters are answered at once."""
    try:
        with session.begin_nested():
            if queries.find_correspondent(session, email) is None:
                session.add(Correspondent(id=new_id(), email=email))
    except IntegrityError:
        pass  # the other one was faster
    person = queries.find_correspondent(session, email)
    if person is None:
        raise RuntimeError("a correspondent vanished inside of a transaction")
    return person


def announce(session: Session, comment_id: UUID, *, keys: Keys, at: datetime) -> bool:
    """Owe some of those who listen a letter about a published comment; says whether there may be more of them."""
    run = session.get(Announcement, comment_id, with_for_update=True)
    comment = session.get(Comment, comment_id)
    if run is None or comment is None or comment.status is not Status.PUBLISHED:
        return False
    listeners = queries.list_listeners(session, comment, after=run.after)
    _tell(session, comment, listeners, keys=keys, at=at)
    if len(listeners) == workflow.BATCH:
        run.after = listeners[-1].correspondent_id
        return True
    session.delete(run)
    return False


def _tell(session: Session, comment: Comment, listeners: list[Listener], *, keys: Keys, at: datetime) -> None:
    """One letter a person, none to whoever wrote the comment."""
    story = publications_queries.find_publication(session, comment.post_id, at=at)
    if story is None:
        return
    url = f"{site_queries.get_addresses(session).url(story.path)}#comment-{comment.number}"
    people = {listener.correspondent_id: listener for listener in reversed(listeners)}
    silent = mail_queries.unreachable(session, [listener.email for listener in listeners], at=at)
    for person in people.values():
        if person.email in silent or person.email == comment.author_email:
            continue
        subscription = person.subscription
        mail_service.owe(
            session,
            "comment_notice",
            person.email,
            locale=subscription.locale,
            args={
                "site_name": site_name(session, subscription.locale),
                "story_title": story.title,
                "comment_url": url,
                "about_hint": words.happened(subscription.scope, subscription.locale),
                **links.unsubscribe_addresses(session, keys, subscription),
            },
            about=comment.id,
            at=at,
        )


def unsubscribe(session: Session, subscription_id: UUID, *, by: Actor, at: datetime) -> None:
    """End one subscription; nothing happens when it has ended."""
    subscription = session.get(Subscription, subscription_id, with_for_update=True)
    if subscription is not None:
        _end(session, [subscription], by=by, at=at)


def unsubscribe_all(session: Session, correspondent_id: UUID, *, by: Actor, at: datetime) -> None:
    """End all subscriptions of one address; nothing happens when there are none."""
    theirs = select(Subscription).where(col(Subscription.correspondent_id) == correspondent_id).with_for_update()
    _end(session, list(session.exec(theirs)), by=by, at=at)


def end_about(session: Session, about: UUID, *, by: Actor, at: datetime) -> None:
    """End the subscriptions to what is gone."""
    theirs = select(Subscription).where(col(Subscription.about) == about).with_for_update()
    _end(session, list(session.exec(theirs)), by=by, at=at)


def _end(session: Session, ended: list[Subscription], *, by: Actor, at: datetime) -> None:
    """With their last subscription people are forgotten."""
    for subscription in ended:
        session.delete(subscription)
        record(session, "subscription.ended", subscription.id, by=by, at=at)
    session.flush()
    ids = {subscription.correspondent_id for subscription in ended}
    left = select(Subscription.correspondent_id).where(col(Subscription.correspondent_id).in_(ids))
    alone = (col(Correspondent.id).in_(ids), col(Correspondent.id).not_in(left))
    session.execute(delete(Correspondent).where(*alone))
