"""The sender's side of a conversation: whoever holds the receipt reads it and goes on with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from app.contact import diary, queries, service, turns, workflow
from app.contact.conversation_schemas import Conversation, ConversationTurn, FollowUp
from app.contact.errors import ConversationFull, ConversationNotFound
from app.contact.models import MessageKind, Reply, Submission
from app.core.actor import Actor
from app.core.errors import wrong
from app.core.http.limits import GUEST_POSTS, Limiter
from app.core.language import direction, pick
from app.site import queries as site_queries

MOST_TURNS = 200


class Sender(NamedTuple):
    """Who holds a receipt: nothing is known of them but what they wrote."""

    submission_id: UUID
    kind: MessageKind


def get_sender(session: Session, submission_id: UUID) -> Sender:
    """The sender of a message that is still kept. Raises ConversationNotFound."""
    return Sender(submission_id, _kept(session.get(Submission, submission_id)).kind)


def _kept(submission: Submission | None) -> Submission:
    if submission is None or submission.state not in workflow.TOLD:
        raise ConversationNotFound()
    return submission


def show(session: Session, submission_id: UUID) -> Conversation:
    """Everything that was said, and a state that does not tell how we judge. Raises ConversationNotFound."""
    submission = _kept(session.get(Submission, submission_id))
    return Conversation(
        reference=submission.reference,
        kind=submission.kind,
        state=workflow.TOLD[submission.state],
        locale=submission.locale,
        dir=direction(submission.locale),
        messages=list(_turns(session, submission)),
    )


def _turns(session: Session, submission: Submission) -> Iterator[ConversationTurn]:
    yield _of_sender(submission.body, submission.sealed, submission.received_at)
    settings = site_queries.get_settings(session)
    newsroom = pick(settings.name, submission.locale, settings.default_locale)
    for turn in queries.list_below(session, Reply, {submission.id}).get(submission.id, ()):
        if turn.author_id is None:
            yield _of_sender(turn.body, turn.sealed, turn.written_at)
        else:
            yield ConversationTurn(
                sent_by="newsroom", author=newsroom, body=turn.body, sealed=turn.sealed, at=turn.written_at
            )


def _of_sender(body: str, sealed: str | None, at: datetime) -> ConversationTurn:
    return ConversationTurn(sent_by="sender", author=None, body=body, sealed=sealed, at=at)


def follow_up(
    session: Session, submission_id: UUID, message: FollowUp, *, limiter: Limiter, network: str, by: Actor, at: datetime
) -> ConversationTurn:
    """Add the sender's next turn, which opens what waited or was closed.

    Raises Invalid, TooMany, ConversationNotFound, ConversationFull.
    """
    if message.sealed is not None:
        service.check_recipients(session, message.sealed, at=at)
    limiter.hit(session, [(GUEST_POSTS, network)], at=at)
    submission = _kept(queries.lock_submission(session, submission_id))
    if message.sealed is not None and submission.kind is not MessageKind.TIP:
        raise wrong("sealed", "not_a_tip", "only a tip can be sealed")
    if queries.last_place(session, Reply, submission_id) >= MOST_TURNS:
        raise ConversationFull()
    turn = turns.add(session, submission, body=message.body or "", sealed=message.sealed, at=at)
    _reopen(session, submission, by=by, at=at)
    return _of_sender(turn.body, turn.sealed, turn.written_at)


def _reopen(session: Session, submission: Submission, *, by: Actor, at: datetime) -> None:
    """Who put a message off sees it again; what goes on below spam, nobody is told."""
    state = workflow.FOLLOW_UP[submission.state]
    if state is None:
        return
    if state is not submission.state:
        submission.state, submission.moved_at = state, workflow.told_time(submission.kind, at)
    submission.snoozed_until = None
    diary.enter(session, "contact.followed_up", submission, by=by, at=at)
