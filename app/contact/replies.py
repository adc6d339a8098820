"""Answering senders: by letter where they left an address, in the conversation always."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.contact import diary, inbox, queries, turns, workflow
from app.contact.editor_schemas import ContactDelivery, ContactTurn, ReplyText
from app.contact.models import MessageState, Reply, Submission
from app.core.actor import Actor
from app.core.http.conditional import Match
from app.core.language import pick
from app.mail import queries as mail_queries
from app.mail import service as mail_service
from app.mail.models import Mail
from app.site import queries as site_queries


def reply(
    session: Session, submission_id: UUID, text: ReplyText, match: Match, *, by: Actor, at: datetime
) -> tuple[ContactTurn, Submission]:
    """Write a turn, and owe its letter if there is an address. Raises SubmissionNotFound, Stale, IllegalMove."""
    submission = queries.lock_submission(session, submission_id)
    match.check_if_sent(submission.version)
    events = workflow.answer(submission.state)
    turn = turns.add(session, submission, body=text.body, author_id=by.id, at=at)
    letters = [_letter(session, submission, submission.email, turn, by=by, at=at)] if submission.email else []
    for event in events:
        diary.enter(session, event, submission, by=by, at=at)
    if submission.state is not MessageState.WAITING:
        submission.state, submission.moved_at = MessageState.WAITING, workflow.told_time(submission.kind, at)
    deliveries = {letter.id: inbox.show_delivery(letter) for letter in letters}
    return inbox.show_turn(turn, inbox.names_of(by), deliveries, opens=True), submission


def _letter(session: Session, submission: Submission, email: str, turn: Reply, *, by: Actor, at: datetime) -> Mail:
    settings = site_queries.get_settings(session)
    letter = mail_service.owe(
        session,
        "contact_reply",
        email,
        locale=submission.locale,
        args={
            "site_name": pick(settings.name, submission.locale, settings.default_locale),
            "reference": submission.reference,
            "subject": submission.subject,
            "body": turn.body,
            "author_name": by.name,
        },
        about=submission.id,
        at=at,
        in_reply_to=_before(session, submission),
    )
    turn.mail_id = letter.id
    return letter


def _before(session: Session, submission: Submission) -> str | None:
    """The Message-ID of the sender's newest letter before this one; none when it is forgotten by now."""
    letters = mail_queries.list_about(session, [submission.id])[submission.id]
    sent = {letter.id: letter.message_id for letter in letters}
    receipts = [letter.message_id for letter in letters if letter.template == "contact_acknowledged"]
    turns = queries.list_below(session, Reply, [submission.id])[submission.id]
    replies = [sent[before.mail_id] for before in turns if before.author_id and before.mail_id in sent]
    return (receipts + replies)[-1] if receipts or replies else None


def retry(session: Session, mail_id: UUID, *, by: Actor, at: datetime) -> ContactDelivery:
    """Send a letter about a message again. Raises LetterNotFound, NotStuck."""
    return inbox.show_delivery(mail_service.retry(session, mail_id, by=by, at=at))
