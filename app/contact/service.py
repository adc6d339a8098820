"""Taking messages in."""

import hashlib
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.contact import diary, judging, workflow
from app.contact.models import MessageKind, MessageState, Submission
from app.contact.schemas import ContactMessage
from app.core import ids, sealing
from app.core.actor import Actor
from app.core.day_keys import network_tag
from app.core.errors import wrong
from app.core.folding import fold, search_text
from app.core.http.limits import GUEST_POSTS, Limit, Limiter
from app.core.keys import Keys
from app.sealing import queries as sealing_queries
from app.site import queries as site_queries
from app.site.policies import offered_locale
from app.staff import queries as staff_queries

ALL_MESSAGES = Limit("contact", "300/hour")
ATTEMPTS = 5


def submit(
    session: Session, message: ContactMessage, *, network: str, keys: Keys, limiter: Limiter, by: Actor, at: datetime
) -> Submission:
    """Store a reader's message before anything else happens to it. Raises Invalid, TooMany, DuplicateMessage."""
    settings = site_queries.get_settings(session)
    if message.kind not in settings.contact.kinds:
        raise wrong("kind", "not_taken", "this newsroom takes: " + ", ".join(settings.contact.kinds))
    locale = offered_locale(settings, message.locale, part="body")
    if message.sealed is not None:
        check_recipients(session, message.sealed, at=at)
    limiter.hit(session, [(GUEST_POSTS, network), (ALL_MESSAGES, "")], at=at)
    submission = _written(message, locale=locale, at=at)
    judging.judge(session, submission, message, settings, network=network, keys=keys, at=at)
    if submission.kind is not MessageKind.TIP:
        submission.network = network_tag(session, keys, network, at=at)
    return _receive(session, submission, by=by, at=at)


def check_recipients(session: Session, sealed: str, *, at: datetime) -> None:
    """Raises Invalid for an envelope to a key which is not the newsroom's, or which was retired long ago."""
    if not set(sealing.inspect(sealed).recipients) <= sealing_queries.known_key_ids(session, at=at):
        raise wrong(
            "sealed", "unknown_key", "is sealed for a key that is not in use: fetch GET /v1/contact/keys and seal again"
        )


def import_submission(session: Session, message: ContactMessage, *, by: Actor, at: datetime) -> Submission:
    """Store a message that was received elsewhere at that time; kinds, limits and duplicates were judged there."""
    locale = message.locale or site_queries.get_settings(session).default_locale
    return _receive(session, _written(message, locale=locale, at=at), by=by, at=at)


def _written(message: ContactMessage, *, locale: str, at: datetime) -> Submission:
    """The row of a new message; of a tip neither the sender nor more than the day is written down."""
    tip, body = message.kind is MessageKind.TIP, message.body or ""
    return Submission(
        id=ids.random_id(),
        reference=ids.reference(),
        kind=message.kind,
        state=MessageState.NEW,
        flags=[],
        name=message.name or "",
        email=None if tip else message.email,
        subject=message.subject or "",
        body=body,
        sealed=message.sealed,
        # a second copy of a tip is harmless, a 409 would tell a stranger that these words are known here
        fingerprint=None if tip else _fingerprint(message),
        locale=locale,
        received_at=workflow.told_time(message.kind, at),
        moved_at=workflow.told_time(message.kind, at),
    )


def _fingerprint(message: ContactMessage) -> str:
    body = message.body or ""
    words = fold(body) or body
    return hashlib.sha256(f"{staff_queries.fold_email(message.email or '')}\n{words}".encode()).hexdigest()


def _receive(session: Session, submission: Submission, *, by: Actor, at: datetime) -> Submission:
    for attempt in range(ATTEMPTS):
        submission.search_text = search_text(submission.name, submission.subject, submission.body, submission.reference)
        try:
            with session.begin_nested():
                session.add(submission)
            break
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
            submission.reference = ids.reference()
    diary.enter(session, "contact.received", submission, by=by, at=at)
    return submission
