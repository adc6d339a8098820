"""Moderation by mail: letters about comments that wait, and decisions by the links in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.comments import moderation
from app.comments.editor_schemas import DecisionInput
from app.comments.workflow import Action, Rejection
from app.core.actor import Actor
from app.core.ids import random_id
from app.core.keys import Keys
from app.correspondence import links, notices, queries, words, workflow
from app.correspondence.models import LinkAction, MailLink
from app.correspondence.queries import Waiting
from app.mail import queries as mail_queries
from app.mail import service as mail_service
from app.site import queries as site_queries
from app.site.policies import ModerationMail
from app.staff import queries as staff_queries
from app.staff.models import User
from app.staff.permissions import Permission


def list_recipients(session: Session, mode: ModerationMail) -> list[UUID]:
    """Who is written to while the site's letters go out in this way: those it names, else all who judge everywhere;
    all, too, when of those it names nobody may judge any more, so that the letters do not end unseen.
    """
    policy = site_queries.get_settings(session).comments
    if policy.moderation_mail is not mode:
        return []
    named = {staff_queries.fold_email(address) for address in policy.moderation_mail_to}
    holders = staff_queries.list_holders(session, Permission.COMMENTS_MODERATE_ANY)
    wanted = [user.id for user in holders if user.email in named]
    return wanted or [user.id for user in holders]


def tell_of(session: Session, comment_id: UUID, *, keys: Keys, at: datetime) -> None:
    """Owe each moderator a letter about a comment that waits, once a revision."""
    for staff_id in list_recipients(session, ModerationMail.EACH):
        waiting = queries.list_waiting(session, staff_id, at=at, limit=1, ids=[comment_id])
        _owe(session, staff_id, waiting, rest=0, keys=keys, at=at)


def digest(session: Session, staff_id: UUID, *, keys: Keys, at: datetime) -> None:
    """Owe a moderator one letter about the oldest comments that wait and of which no link of theirs works."""
    waiting = queries.list_waiting(session, staff_id, at=at, limit=workflow.MOST_IN_DIGEST + 1)
    shown = waiting[: workflow.MOST_IN_DIGEST]
    rest = queries.count_waiting(session) - len(shown) if len(waiting) > len(shown) else 0
    _owe(session, staff_id, shown, rest=rest, keys=keys, at=at)


def _owe(session: Session, staff_id: UUID, waiting: Sequence[Waiting], *, rest: int, keys: Keys, at: datetime) -> None:
    user = session.get(User, staff_id)
    if not waiting or user is None or not mail_queries.may_mail(session, user.email, at=at):
        return
    locale = site_queries.get_settings(session).default_locale
    letter_id = random_id()
    args = {
        "site_name": notices.site_name(session, locale),
        "comments": [_shown(session, item, user.id, letter_id, locale, keys=keys, at=at) for item in waiting],
        "rest_hint": words.rest(rest, locale),
    }
    mail_service.owe(session, "comment_moderation", user.email, locale=locale, args=args, about=letter_id, at=at)


def _shown(
    session: Session, item: Waiting, staff_id: UUID, letter_id: UUID, locale: str, *, keys: Keys, at: datetime
) -> dict[str, Any]:
    comment = item.comment
    shown = {
        "author": comment.author_name or "",
        "title": item.title or "",
        "reasons": words.reasons(comment.hold_reasons, locale),
        "body": comment.body or "",
    }
    for action in (LinkAction.APPROVE, LinkAction.REJECT, LinkAction.SPAM):
        link = links.make(
            session,
            action,
            about=comment.id,
            revision=comment.revision,
            staff_id=staff_id,
            letter_id=letter_id,
            locale=locale,
            at=at,
        )
        shown[f"{action.value}_url"] = links.address(session, keys, link)
    return shown


def decide(session: Session, link: MailLink, *, by: Actor, at: datetime) -> UUID:
    """Decide as at the desk, in a batch that can be taken back; `workflow.judge` has said that it can be done."""
    action = Action(link.action.value)
    reason = Rejection.OTHER if action is Action.REJECT else None
    decision = DecisionInput.model_validate(
        {"id": link.about, "revision": link.revision, "action": action, "reason": reason}
    )
    return moderation.decide_one(session, decision, by=by, at=at)
